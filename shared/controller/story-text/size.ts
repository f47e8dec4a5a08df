/** Keeping a value within a number of bytes: policies of others can be as large as they like. */

interface Limits {
  /** UTF-16 code units of one text. */
  readonly text: number;
  /** Elements of one list, fields of one object. */
  readonly items: number;
  /** Levels below which a value is shown as text. */
  readonly depth: number;
}

const stages: readonly Limits[] = [
  { text: 4000, items: 100, depth: 12 },
  { text: 1000, items: 30, depth: 10 },
  { text: 400, items: 12, depth: 8 },
  { text: 200, items: 6, depth: 6 },
  { text: 120, items: 3, depth: 5 },
];

export const bytesOf = (text: string): number => Buffer.byteLength(text);

/** Cut with `…`, never in the middle of a character. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function shortened(value: unknown, limits: Limits, depth: number): unknown {
  if (typeof value === 'string') return cutText(value, limits.text);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return cutText(JSON.stringify(value), limits.text);
  if (Array.isArray(value)) return value.slice(0, limits.items).map((element) => shortened(element, limits, depth - 1));
  const fields = Object.entries(value).slice(0, Math.max(limits.items, 16));
  return Object.fromEntries(fields.map(([name, field]) => [cutText(name, limits.text), shortened(field, limits, depth - 1)]));
}

/**
 * The value itself when its JSON fits; else with long texts cut and long lists shortened, as far as it takes.
 * The shape stays: fields keep their names and kinds.
 */
export function fitting<T extends object>(value: T, bytes: number): { readonly value: T; readonly isWhole: boolean } {
  if (bytesOf(JSON.stringify(value)) <= bytes) return { value, isWhole: true };
  const tries = stages.map((limits) => shortened(value, limits, limits.depth) as T);
  const found = tries.find((one) => bytesOf(JSON.stringify(one)) <= bytes);
  return { value: found ?? (tries.at(-1) as T), isWhole: false };
}

/** Whole lines from the top, as many as fit. */
export function fittingText(text: string, bytes: number): string {
  if (bytesOf(text) <= bytes) return text;
  const end = '\n… The rest is left out: the message would be too long.\n';
  const kept: string[] = [];
  let room = bytes - bytesOf(end);
  for (const line of text.split('\n')) {
    room -= bytesOf(line) + 1;
    if (room < 0) break;
    kept.push(line);
  }
  return `${kept.join('\n')}${end}`;
}
