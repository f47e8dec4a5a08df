/** Small readers of values that came from JSON. */

export type Plain = Readonly<Record<string, unknown>>;

export const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands under the first of the names that is there; the value itself when none is. */
export function inside(value: unknown, ...names: readonly string[]): unknown {
  if (!isPlain(value)) return value;
  const name = names.find((one) => Object.hasOwn(value, one));
  return name === undefined ? value : value[name];
}

export const asList = (value: unknown): unknown => (isPlain(value) || typeof value === 'string' ? [value] : value);

/** Each item made ready; anything but a list is left for the schema to complain about. */
export const eachItem = (value: unknown, ready: (item: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map((item) => ready(item)) : value;

export const eachField = (value: unknown, ready: (field: unknown, name: string) => unknown): unknown =>
  isPlain(value) ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, ready(field, name)])) : value;

/** The fields named are made ready where they are there. */
export function withFields(value: Plain, ready: Readonly<Record<string, (field: unknown) => unknown>>): Plain {
  const there = Object.entries(ready).filter(([name]) => Object.hasOwn(value, name));
  return { ...value, ...Object.fromEntries(there.map(([name, of]) => [name, of(value[name])])) };
}

/** AWS's own spelling of a word that was written in another case. */
export const spelled =
  (words: readonly string[]) =>
  (value: unknown): unknown =>
    typeof value === 'string' ? (words.find((word) => word.toLowerCase() === value.toLowerCase()) ?? value) : value;

/** `[{"Key": …, "Value": …}]`, as most of AWS lists tags, or `TagKey` and `TagValue`, as KMS does: by key. */
export function tagsByKey(value: unknown): unknown {
  const tags = inside(value, 'Tags', 'TagSet');
  if (!Array.isArray(tags)) return tags;
  const pairs = tags.map((tag) => (isPlain(tag) ? [tag.Key ?? tag.TagKey, tag.Value ?? tag.TagValue] : []));
  return pairs.every(([key, text]) => typeof key === 'string' && typeof text === 'string') ? Object.fromEntries(pairs) : value;
}
