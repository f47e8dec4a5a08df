/** What stands in the way: the statement quoted, its owner, what to do. */
import type { Blocker } from '../model/finding.ts';
import { compactJson } from './compact-json.ts';
import { block, indent, labelled, paint, printable, restOf, type Style, truncate } from './text.ts';

const mostLines = 24;

export function quoted(style: Style, statement: unknown): string {
  const text = typeof statement === 'string' ? statement : compactJson(statement, style.width - 8);
  const lines = text.split('\n');
  const shown = lines.slice(0, mostLines).map((line) => truncate(printable(line), style.width - 8));
  if (lines.length > mostLines) shown.push(`… ${lines.length - mostLines} more lines${restOf(style)}`);
  return shown.map((line) => paint(style, 'yellow', `| ${line}`)).join('\n');
}

/** @param told a sentence that stands above already, so that it is not said twice */
export function blockerText(style: Style, blocker: Blocker, by: number, told?: string): string {
  return [
    ...(blocker.reason === told ? [] : [block(style, printable(blocker.reason), by)]),
    ...(blocker.owner === undefined ? [] : [labelled(style, 'whose', printable(blocker.owner), by)]),
    ...(blocker.statement === undefined ? [] : [indent(quoted(style, blocker.statement), by)]),
    labelled(style, 'what to do', printable(blocker.remedy), by),
  ].join('\n');
}

/** Several parts of a report may name the same blocker. */
export function distinctBlockers(blockers: readonly Blocker[]): readonly Blocker[] {
  return [...new Map(blockers.map((blocker) => [blocker.reason, blocker])).values()];
}
