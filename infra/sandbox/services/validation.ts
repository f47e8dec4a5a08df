/** Constraints on members of an input, refused in the words that AWS's own validation uses. */
import { AwsError } from '../service.ts';

interface TextRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

export interface Validator {
  /** A text that must be there. */
  text(member: string, value: string | undefined, rule?: TextRule): string;
  /** A text that may be there. */
  optionalText(member: string, value: string | undefined, rule?: TextRule): string | undefined;
  /** A whole number between two bounds, both included. */
  between(member: string, value: number | undefined, min: number, max: number): number | undefined;
  oneOf<T extends string>(member: string, value: string | undefined, allowed: readonly T[]): T | undefined;
}

/** @param code `ValidationError` for IAM and STS, `ValidationException` for SSM */
export function validator(code: string): Validator {
  const fail = (member: string, value: unknown, must: string): AwsError => {
    const shown = value === undefined ? 'null' : `'${String(value)}'`;
    return new AwsError(
      code,
      `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: Member must ${must}`,
    );
  };

  function text(
    member: string,
    value: string | undefined,
    { min = 0, max = Number.POSITIVE_INFINITY, pattern }: TextRule = {},
  ): string {
    if (value === undefined || value === null) throw fail(member, undefined, 'not be null');
    if (value.length < min) throw fail(member, value, `have length greater than or equal to ${min}`);
    if (value.length > max) throw fail(member, value, `have length less than or equal to ${max}`);
    if (pattern && !pattern.test(value)) {
      throw fail(member, value, `satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`);
    }
    return value;
  }

  return {
    text,
    optionalText: (member, value, rule) => (value === undefined ? undefined : text(member, value, rule)),
    between(member, value, min, max) {
      if (value === undefined) return undefined;
      if (!(value >= min)) throw fail(member, value, `have value greater than or equal to ${min}`);
      if (!(value <= max)) throw fail(member, value, `have value less than or equal to ${max}`);
      return value;
    },
    oneOf(member, value, allowed) {
      if (value === undefined) return undefined;
      const found = allowed.find((one) => one === value);
      if (found === undefined) throw fail(member, value, `satisfy enum value set: [${allowed.join(', ')}]`);
      return found;
    },
  };
}
