/** The text of `plan` and `apply`: what is not in sync, in full; what is, in one line; then the totals. */
import { type Blocker, type ReplicationReport, stepKey } from '../../../shared/model/finding.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import { blockerText, distinctBlockers } from '../../../shared/text/blocker.ts';
import { block, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import { faultLine, hintFor } from '../failure.ts';
import type { Run } from '../run.ts';
import { type Item, isInSync, itemsOf } from '../standing.ts';
import { itemBriefText, itemSeenText, itemText, type Titles, unreadableText } from './item.ts';
import { summaryLine } from './summary.ts';

const mostNotes = 5;

const verdictColours = {
  proven: 'green',
  unproven: 'green',
  drifted: 'yellow',
  blocked: 'red',
  contested: 'red',
  paused: 'yellow',
  orphaned: 'yellow',
  unreadable: 'red',
} as const;

export const endText = ({ bucket, account, region }: { bucket: string; account: string; region: string }): string =>
  `${bucket} (${account}, ${region})`;

export const routeText = ({ source, destination }: Replication): string => `${endText(source)} -> ${endText(destination)}`;

export function headline(style: Style, report: ReplicationReport, replication: Replication | undefined): string {
  const name = `${paint(style, 'bold', report.name)}  ${paint(style, verdictColours[report.verdict], report.verdict)}`;
  return replication ? `${name}\n${block(style, paint(style, 'dim', printable(routeText(replication))), 2)}` : name;
}

interface Seen {
  readonly brief: boolean;
  /** The replication under which an item was shown in full. */
  readonly under: Map<string, string>;
}

/** One reason, told once: what went wrong on the way to AWS is the same for every call, though each call says it of itself. */
function reasonOf(item: Extract<Item, { standing: 'unreadable' }>): string {
  const { error, detail } = item;
  return error && hintFor(error) !== undefined ? `${error.code}: ${error.message}` : detail;
}

/** Unreadable items with the same reason become one; the rest stay single, in order. */
function clusters(items: readonly Item[]): readonly (readonly Item[])[] {
  const found = new Map<string, Item[]>();
  for (const [index, item] of items.entries()) {
    const key = item.standing === 'unreadable' ? `unreadable ${reasonOf(item)}` : String(index);
    found.set(key, [...(found.get(key) ?? []), item]);
  }
  return [...found.values()];
}

function clusterText(
  style: Style,
  report: ReplicationReport,
  cluster: readonly Item[],
  titles: Titles,
  seen: Seen,
  replication: Replication | undefined,
): string {
  const [item, ...others] = cluster;
  if (!item) return '';
  if (others.length > 0 && item.standing === 'unreadable')
    return unreadableText(style, cluster, reasonOf(item), titles, replication);
  const key = `${stepKey(item)} ${item.standing}`;
  const shownUnder = seen.under.get(key);
  if (shownUnder !== undefined) return itemSeenText(style, item, titles, replication, shownUnder);
  seen.under.set(key, report.name);
  if (seen.brief && item.standing === 'repaired') return itemBriefText(style, item, titles, replication);
  return itemText(style, item, titles, replication);
}

/** What items say of blockers. */
export const blockersShown = (items: readonly Item[]): readonly Blocker[] =>
  items.flatMap((item) => (item.standing === 'blocked' ? [item.blocker] : []));

/** Blockers of a report beyond those that are shown already. */
export function furtherBlockers(style: Style, report: ReplicationReport, shown: readonly Blocker[]): readonly string[] {
  const reasons = new Set(shown.map(({ reason }) => reason));
  return distinctBlockers(report.blockers)
    .filter(({ reason }) => !reasons.has(reason))
    .map((blocker) => `  ${paint(style, 'red', '✗')} ${paint(style, 'bold', 'blocked')}\n${blockerText(style, blocker, 4)}`);
}

function pauseText(style: Style, replication: Replication | undefined): readonly string[] {
  if (replication?.mode.kind === 'paused')
    return [labelled(style, 'paused', printable(`until ${replication.mode.until}: ${replication.mode.reason}`), 2)];
  return [];
}

function reportText(style: Style, report: ReplicationReport, run: Run, titles: Titles, seen: Seen): string {
  const replication = run.replications.get(report.name);
  const items = itemsOf(report);
  return [
    headline(style, report, replication),
    ...pauseText(style, replication),
    ...clusters(items).map((cluster) => clusterText(style, report, cluster, titles, seen, replication)),
    ...furtherBlockers(style, report, blockersShown(items)),
    ...report.advisories.map((note) => labelled(style, 'note', printable(note), 2)),
  ].join('\n');
}

function notesText(style: Style, run: Run): readonly string[] {
  const notes = run.reports.filter(isQuiet).flatMap((report) => report.advisories.map((note) => `${report.name}: ${note}`));
  const left = notes.length - mostNotes;
  const shown = notes.slice(0, mostNotes).map((note) => labelled(style, 'note', printable(note), 0, 6));
  return left > 0 ? [...shown, paint(style, 'dim', `      … and ${left} more notes (--json shows all)`)] : shown;
}

const isQuiet = (report: ReplicationReport): boolean => isInSync(report) && itemsOf(report).length === 0;

function rejectedText(style: Style, run: Run): readonly string[] {
  return run.rejected.map(({ document, faults }) =>
    [
      `${paint(style, 'bold', printable(document))}  ${paint(style, 'red', 'invalid document, its replications were left alone')}`,
      ...faults.map((fault) => block(style, printable(faultLine(fault)), 2)),
    ].join('\n'),
  );
}

const troublesText = (style: Style, run: Run): readonly string[] =>
  run.troubles.map(
    ({ replications, message }) =>
      `${paint(style, 'bold', replications.join(', '))}  ${paint(style, 'red', 'not reconciled')}\n${block(style, printable(message), 2)}`,
  );

export interface Shape {
  /** End with the command to run next; default true. */
  readonly advise?: boolean;
  /** Repairs by name only: the plan has just been shown; default false. */
  readonly brief?: boolean;
}

/** Ends with a line break. */
export function overviewText(style: Style, run: Run, titles: Titles, { advise = true, brief = false }: Shape = {}): string {
  const seen: Seen = { brief, under: new Map() };
  const loud = run.reports.filter((report) => !isQuiet(report)).map((report) => reportText(style, report, run, titles, seen));
  const last = [...notesText(style, run), summaryLine(style, run, advise)].join('\n');
  return `${[...rejectedText(style, run), ...troublesText(style, run), ...loud, last].join('\n\n')}\n`;
}
