/** Parts of an event of which nothing is known: whatever stands there, asking for it never throws. */

export type Fields = Readonly<Record<string, unknown>>;

const nothing: Fields = {};

/** An object's members; none of anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : nothing;

/** The members of an object in JSON; none of anything else. */
export function fieldsIn(json: string | undefined): Fields {
  try {
    return fieldsOf(JSON.parse(json ?? ''));
  } catch {
    return nothing;
  }
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** ARNs have less. DynamoDB takes no longer sort key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const longestName = 1024;

const name = new RegExp(`^[\\x21-\\x7e]{1,${longestName}}$`);

/** A name of AWS's: visible ASCII without spaces, of a length that a ledger key and a message can take. */
export const nameOf = (value: unknown): string | undefined => (typeof value === 'string' && name.test(value) ? value : undefined);

/** The names in `values`, each once, in their order. */
export const namesOf = (...values: readonly unknown[]): readonly string[] => [
  ...new Set(values.flatMap((value) => nameOf(value) ?? [])),
];

const longestText = 1024;

/**
 * Words for people, cut to 1,024 characters. What is not to be seen is taken out: control characters, marks that turn the direction
 * of writing, halves of characters, none of which belongs in a message, a log or an e-mail.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.slice(0, longestText).replace(/\p{C}/gu, '').trim();
  return text === '' ? undefined : text;
}

export const accountOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{12}$/.test(value) ? value : undefined;

export const regionOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z]{2,8}(-[a-z0-9]{1,12}){1,4}$/.test(value) ? value : undefined;

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Cut to the second, as CloudTrail tells times: what came just after an instant may seem to be from just before it. In milliseconds.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export const wholeSecond = (milliseconds: number): number => Math.floor(milliseconds / 1000) * 1000;

/** An ISO 8601 instant, in UTC; undefined when it is none. */
export function instantOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !instant.test(value)) return undefined;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return undefined;
  return value.endsWith('Z') ? value : date.toISOString();
}
