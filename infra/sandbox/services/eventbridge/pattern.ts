/**
 * Event patterns.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
import { invalidPattern } from './errors.ts';
import { isLeaf, isObject, type Matcher, matcherOf } from './matchers.ts';

type Field =
  | { readonly kind: 'leaf'; readonly matchers: readonly Matcher[] }
  | { readonly kind: 'object'; readonly pattern: Pattern };

export interface Pattern {
  /** All of them must match. */
  readonly fields: readonly (readonly [name: string, field: Field])[];
  /** Of `$or`, one must match; none: there is no `$or`. */
  readonly alternatives: readonly Pattern[];
}

/** @throws InvalidEventPatternException */
export function parsePattern(text: string, maximumSize = 4096): Pattern {
  if (text.length > maximumSize) throw invalidPattern(`Event pattern is longer than ${maximumSize} characters`);
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern(error instanceof Error ? error.message : 'not JSON');
  }
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  return patternOf(pattern);
}

function patternOf(object: Readonly<Record<string, unknown>>): Pattern {
  const entries = Object.entries(object);
  if (entries.length === 0) throw invalidPattern('Empty objects are not allowed');
  const fields = entries.filter(([name]) => name !== '$or').map(([name, value]) => [name, fieldOf(name, value)] as const);
  return { fields, alternatives: '$or' in object ? alternativesOf(object.$or) : [] };
}

function fieldOf(name: string, value: unknown): Field {
  if (isObject(value)) return { kind: 'object', pattern: patternOf(value) };
  if (!Array.isArray(value)) throw invalidPattern(`"${name}" must be an object or an array`);
  if (value.length === 0) throw invalidPattern('Empty arrays are not allowed');
  return { kind: 'leaf', matchers: value.map(matcherOf) };
}

function alternativesOf(value: unknown): readonly Pattern[] {
  if (!Array.isArray(value)) throw invalidPattern('"$or" must be an array');
  if (value.length < 2) throw invalidPattern('There must have at least 2 Objects in $or relationship.');
  return value.map((one) => {
    if (!isObject(one)) throw invalidPattern('Only JSON objects are allowed in $or relationship.');
    return patternOf(one);
  });
}

type Members = Readonly<Record<string, unknown>>;

/** Whether an event has all that a pattern asks for. What the pattern does not name does not matter. */
export const matches = (pattern: Pattern, event: object): boolean => matchObject(pattern, event as Members, [event as Members]);

/** @param peers the object and, when it is an element of an array, the others: what must be absent must be absent in all */
function matchObject({ fields, alternatives }: Pattern, object: Members, peers: readonly Members[]): boolean {
  return (
    fields.every(([name, field]) =>
      matchField(
        field,
        elementsOf(object, name),
        peers.flatMap((peer) => elementsOf(peer, name)),
      ),
    ) &&
    (alternatives.length === 0 || alternatives.some((one) => matchObject(one, object, peers)))
  );
}

/** An array matches when one of its elements does. */
function elementsOf(object: Members, name: string): readonly unknown[] {
  if (!Object.hasOwn(object, name)) return [];
  const value = object[name];
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
}

function matchField(field: Field, values: readonly unknown[], peers: readonly unknown[]): boolean {
  if (field.kind === 'object') {
    const objects = values.filter(isObject);
    const candidates = objects.length > 0 ? objects : [{}];
    return candidates.some((one) => matchObject(field.pattern, one, peers.filter(isObject)));
  }
  // Only a value without members exists: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-exists-matching
  return field.matchers.some((matcher) =>
    matcher.kind === 'absent' ? !peers.some(isLeaf) : values.some((value) => isLeaf(value) && matcher.test(value)),
  );
}
