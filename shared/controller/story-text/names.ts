/** Replications, settings and accounts in a sentence. */
import type { Story } from '../story.ts';

/** `orders-dr`, `orders-dr and invoices-dr`, `orders-dr, invoices-dr and 38 more`. */
export function listed(names: readonly string[], most = 2): string {
  const distinct = [...new Set(names)];
  if (distinct.length <= 1) return distinct[0] ?? '';
  if (distinct.length <= most) return `${distinct.slice(0, -1).join(', ')} and ${distinct.at(-1)}`;
  return `${distinct.slice(0, most).join(', ')} and ${distinct.length - most} more`;
}

/** What the story is about, for a sentence; the fleet when it names no replication. */
export const subjectsOf = ({ replications, group }: Pick<Story, 'replications' | 'group'>): string =>
  replications.length > 0 ? listed(replications) : (group ?? 'the fleet');

/** The replication to name in a command that takes one. */
export const firstOf = ({ replications, group }: Pick<Story, 'replications' | 'group'>): string =>
  replications[0] ?? group ?? 'NAME';

/** `s` only where there is more than one: `is` or `are`. */
export const be = (names: readonly string[]): string => (new Set(names).size > 1 ? 'are' : 'is');

const spelled: readonly (readonly [RegExp, string])[] = [
  [/[\u2018\u2019\u201a\u2032]/g, "'"],
  [/[\u201c\u201d\u201e]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/\u2026/g, '...'],
  [/\u2192/g, '->'],
];

/** One line of printable ASCII, cut to `length` characters. */
export function asciiLine(text: string, length: number): string {
  const plain = spelled.reduce((sofar, [pattern, by]) => sofar.replace(pattern, by), text);
  const line = plain
    .replace(/\s+/g, ' ')
    .replace(/[^\u0020-\u007e]/gu, '?')
    .trim();
  return line.length <= length ? line : `${line.slice(0, length - 3).trimEnd()}...`;
}
