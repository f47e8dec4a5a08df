import type { Difference } from '../../shared/model/finding.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const under = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Leaf by leaf where two plain values differ; lists as a whole. The order of fields means nothing. */
export function valueDifferences(observed: unknown, desired: unknown, path = ''): readonly Difference[] {
  if (isObject(observed) && isObject(desired)) {
    const names = new Set([...Object.keys(observed), ...Object.keys(desired)]);
    return [...names].flatMap((name) => valueDifferences(observed[name], desired[name], under(path, name)));
  }
  return JSON.stringify(sorted(observed)) === JSON.stringify(sorted(desired)) ? [] : [{ path, observed, desired }];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
