/**
 * What is known of the condition keys of one request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */

type Scalar = string | number | boolean;

/** A key of which not everything is known. */
export interface Uncertain {
  /** Why, for people. */
  readonly unknown: string;
  /** The request carries the key, with some value. */
  readonly present?: true;
  /** The request carries the key with exactly these values, or not at all. */
  readonly maybe?: Scalar | readonly Scalar[];
  /** The request carries the key with a value that no policy of ours would name (an address of AWS), or not at all. */
  readonly foreign?: true;
}

/** `null`: the request does not carry the key. */
export type ContextValue = Scalar | readonly Scalar[] | null | Uncertain;

export interface RequestContext {
  /** Names in any case. A name that ends in `/*` stands for every key under it (`aws:PrincipalTag/*`) that is not named itself. */
  readonly keys: Readonly<Record<string, ContextValue>>;
  /** What a key that is not listed is; `unknown` unless the caller has the whole request. */
  readonly others?: 'absent' | 'unknown';
}

/** What a condition sees of one key. */
export type Seen =
  | { readonly is: 'absent' }
  | { readonly is: 'present'; readonly values: readonly string[] }
  | { readonly is: 'unknown'; readonly reason: string; readonly present: boolean; readonly maybe?: readonly string[] };

/** Stands for a value that matches nothing but a lone `*` (or a network of every address). */
export const foreignValue = '\uFFFF foreign';

const absent: Seen = { is: 'absent' };

const texts = (value: Scalar | readonly Scalar[]): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [String(value)];

function seen(value: ContextValue): Seen {
  if (value === null) return absent;
  if (typeof value !== 'object') return { is: 'present', values: [String(value)] };
  if (!('unknown' in value)) return value.length === 0 ? absent : { is: 'present', values: value.map(String) };
  const maybe = value.foreign ? [foreignValue] : value.maybe === undefined ? undefined : texts(value.maybe);
  return { is: 'unknown', reason: value.unknown, present: value.present === true, ...(maybe && { maybe }) };
}

export type Lookup = (key: string) => Seen;

// Key names are case-insensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
const compiled = new WeakMap<object, ReadonlyMap<string, Seen>>();

function compile(keys: RequestContext['keys']): ReadonlyMap<string, Seen> {
  const known = compiled.get(keys);
  if (known) return known;
  const map = new Map(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), seen(value)]));
  compiled.set(keys, map);
  return map;
}

/** `derived`: keys that follow from who calls what; what the request says itself wins. */
export function lookupIn(context: RequestContext, derived: readonly RequestContext['keys'][]): Lookup {
  const layers = [context.keys, ...derived].map(compile);
  const find = (key: string): Seen | undefined => {
    for (const layer of layers) {
      const found = layer.get(key);
      if (found) return found;
    }
    return undefined;
  };
  return (name) => {
    const key = name.toLowerCase();
    const slash = key.indexOf('/');
    return find(key) ?? (slash > 0 ? find(`${key.slice(0, slash)}/*`) : undefined) ?? unlisted(name, context);
  };
}

const unlisted = (name: string, { others }: RequestContext): Seen =>
  others === 'absent' ? absent : { is: 'unknown', reason: `condition key ${name} is not known`, present: false };
