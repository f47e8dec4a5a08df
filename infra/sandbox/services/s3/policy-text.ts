/** Small readers for policy JSON: every element may be one value or a list, and matching knows `*` and `?`. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

export const stringsOf = (value: unknown): readonly string[] => listOf(value).filter((one) => typeof one === 'string');

export const statementsOf = (policyJson: string): readonly JsonObject[] => {
  const policy: unknown = JSON.parse(policyJson);
  return isObject(policy) ? listOf(policy.Statement).filter(isObject) : [];
};

/** `*` stands for any characters, `?` for one. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
