/** Differences, field by field, from observed to desired. */
import type { Difference } from '../model/finding.ts';
import { compactJson } from './compact-json.ts';
import { count, indent, paint, printable, restOf, type Style, truncate } from './text.ts';

/** Elements of one list, lines of one document, and differences of one setting that are shown; `--json` shows all. */
const most = { elements: 12, lines: 16, differences: 20 } as const;
const longestText = 2000;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function shorten(style: Style, lines: readonly string[], width: number): string[] {
  const shown = lines.slice(0, most.lines).map((line) => truncate(line, Math.max(width, 60)));
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `… ${count(left, 'more line')}${restOf(style)}`] : shown;
}

/** A value as a person reads it: text bare, absent as `not set`, documents as JSON, shortened. */
function valueLines(style: Style, value: unknown, width: number): string[] {
  if (value === undefined) return ['not set'];
  if (typeof value === 'string') return [printable(value === '' ? '""' : truncate(value, longestText))];
  return shorten(style, compactJson(value, width).split('\n'), width).map(printable);
}

const isScalar = (value: unknown): boolean => !isObject(value);

const sign = { removed: '-', added: '+' } as const;
type Change = keyof typeof sign;

function changedLines(style: Style, change: Change, value: unknown): string[] {
  const [first = '', ...others] = valueLines(style, value, style.width - 12);
  const format = change === 'removed' ? 'red' : 'green';
  return [`${sign[change]} ${first}`, ...others.map((line) => `  ${line}`)].map((line) => paint(style, format, line));
}

const key = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** Elements of `list` that `other` lacks; equal elements count as often as they occur. */
function missingFrom(list: readonly unknown[], other: readonly unknown[]): unknown[] {
  const left = new Map<string, number>();
  for (const element of other) left.set(key(element), (left.get(key(element)) ?? 0) + 1);
  return list.filter((element) => {
    const spare = left.get(key(element)) ?? 0;
    if (spare > 0) left.set(key(element), spare - 1);
    return spare === 0;
  });
}

function elementLines(style: Style, change: Change, elements: readonly unknown[]): string[] {
  const shown = elements.slice(0, most.elements).flatMap((element) => changedLines(style, change, element));
  const left = elements.length - most.elements;
  return left > 0 ? [...shown, paint(style, 'dim', `${sign[change]} … and ${left} more${restOf(style)}`)] : shown;
}

function listLines(style: Style, observed: readonly unknown[], desired: readonly unknown[]): string[] {
  const removed = missingFrom(observed, desired);
  const added = missingFrom(desired, observed);
  const kept = observed.length - removed.length;
  return [
    ...elementLines(style, 'removed', removed),
    ...elementLines(style, 'added', added),
    ...(kept > 0 ? [paint(style, 'dim', `  ${count(kept, 'element')} unchanged`)] : []),
  ];
}

/** Policies spell a list of one as a bare string: beside a list it is shown as the list it means. */
const asList = (value: unknown): readonly unknown[] | undefined => {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : isScalar(value) ? [value] : undefined;
};

function oneLine(style: Style, difference: Difference): string | undefined {
  const { observed, desired } = difference;
  if (!isScalar(observed) || !isScalar(desired)) return undefined;
  const [from = '', to = ''] = [observed, desired].map((value) => valueLines(style, value, style.width).join(' '));
  if (from.length + to.length + difference.path.length > style.width - 12) return undefined;
  const label = difference.path === '' ? '' : `${printable(difference.path)}: `;
  return `${label}${paint(style, 'red', from)} ${paint(style, 'dim', '->')} ${paint(style, 'green', to)}`;
}

function bodyLines(style: Style, { observed, desired }: Difference): string[] {
  const [from, to] = [asList(observed), asList(desired)];
  if (from && to && (Array.isArray(observed) || Array.isArray(desired))) return listLines(style, from, to);
  return [
    ...(observed === undefined ? [] : changedLines(style, 'removed', observed)),
    ...(desired === undefined ? [] : changedLines(style, 'added', desired)),
  ];
}

function differenceText(style: Style, difference: Difference): string {
  const short = oneLine(style, difference);
  if (short !== undefined) return short;
  const body = bodyLines(style, difference);
  return difference.path === ''
    ? body.join('\n')
    : [`${printable(difference.path)}:`, ...body.map((line) => indent(line, 2))].join('\n');
}

/** Every difference on its own lines: scalars as `from -> to`, lists as removed and added elements, documents as JSON. */
export function differencesText(style: Style, differences: readonly Difference[]): string {
  const shown = differences.slice(0, most.differences).map((difference) => differenceText(style, difference));
  const left = differences.length - shown.length;
  return [...shown, ...(left > 0 ? [paint(style, 'dim', `… and ${count(left, 'more difference')}${restOf(style)}`)] : [])].join(
    '\n',
  );
}
