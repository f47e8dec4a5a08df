/** The last line of a run. */
import { count, paint, type Style, sentences } from '../../../shared/text/text.ts';
import type { Run } from '../run.ts';
import { countsOf, isInSync, itemsOf } from '../standing.ts';

const mostNamed = 3;

/** `orders-dr (proven)`, or `40 replications (38 proven, 2 unproven)`. */
function inSyncWords(run: Run): string {
  const reports = run.reports.filter(isInSync);
  if (reports.length <= mostNamed) return reports.map(({ name, verdict }) => `${name} (${verdictNow(verdict)})`).join(', ');
  const verdicts = Map.groupBy(reports, ({ verdict }) => verdictNow(verdict));
  const words = [...verdicts].map(([verdict, { length }]) => `${length} ${verdict}`).join(', ');
  return `${count(reports.length, 'replication')} (${words})`;
}

/** A report of what was found before the repair still says drifted. */
const verdictNow = (verdict: string): string => (verdict === 'drifted' ? 'repaired' : verdict);

function verdictWords(run: Run): string {
  const open = run.reports.filter((report) => !isInSync(report));
  const verdicts = Map.groupBy(open, ({ verdict }) => (verdict === 'proven' || verdict === 'unproven' ? 'drifted' : verdict));
  const words = [...verdicts].map(([verdict, { length }], index) =>
    index === 0 ? `${count(length, 'replication')} ${verdict}` : `${length} ${verdict}`,
  );
  return words.join(', ');
}

const listed = (parts: readonly (readonly [number, string])[]): string =>
  parts
    .filter(([n]) => n > 0)
    .map(([, words]) => words)
    .join(', ');

function planWords(run: Run): string {
  const { steps, held } = countsOf(run.reports);
  return listed([
    [steps, `${count(steps, 'repair')} planned`],
    [held, `${held} held`],
    [blockersIn(run), count(blockersIn(run), 'blocker')],
  ]);
}

/** What stands in the way of replications that are not called blocked, since they have drifted as well. */
const blockersIn = (run: Run): number =>
  new Set(
    run.reports.filter(({ verdict }) => verdict !== 'blocked').flatMap(({ blockers }) => blockers.map(({ reason }) => reason)),
  ).size;

function applyWords(run: Run): string {
  const { repaired, written, failed, skipped, held } = countsOf(run.reports);
  return listed([
    [repaired, `${repaired} repaired`],
    [written, `${written} written but not yet read back`],
    [failed, `${failed} failed`],
    [skipped, `${skipped} skipped`],
    [held, `${held} held`],
  ]);
}

const documentWords = (run: Run): string | undefined =>
  run.rejected.length === 0 ? undefined : `${count(run.rejected.length, 'document')} invalid.`;

function advice(run: Run): string | undefined {
  if (run.command === 'plan') return countsOf(run.reports).steps > 0 ? 'Run `lockstep apply` to repair.' : undefined;
  const { failed, written, skipped } = countsOf(run.reports);
  return failed + written + skipped > 0 ? 'Run `lockstep plan` to see where it stands.' : undefined;
}

/** Nothing that is not, or was not, as desired. */
const isQuietRun = (run: Run): boolean => run.reports.every((report) => isInSync(report) && itemsOf(report).length === 0);

function unprovenAdvice(run: Run): string | undefined {
  const name = run.reports.find((report) => report.verdict === 'unproven' && isInSync(report))?.name;
  return name === undefined || run.reports.length > 1 ? undefined : `\`lockstep explain ${name}\` shows what could not be told.`;
}

export function summaryLine(style: Style, run: Run, advise: boolean): string {
  const documents = documentWords(run);
  if (run.reports.length === 0) return sentences([documents, run.troubles.length > 0 ? undefined : 'No replications.']);
  if (isQuietRun(run))
    return sentences([documents, `${paint(style, 'green', 'In sync')}: ${inSyncWords(run)}.`, unprovenAdvice(run)]);
  const work = run.command === 'plan' ? planWords(run) : applyWords(run);
  if (run.reports.every(isInSync))
    return sentences([documents, `${paint(style, 'green', 'In sync')} again: ${inSyncWords(run)}; ${work}.`]);
  const others = run.reports.filter(isInSync).length;
  return sentences([
    documents,
    paint(style, 'bold', `${verdictWords(run)}${work === '' ? '.' : `: ${work}.`}`),
    others > 0 && `${others} in sync.`,
    advise && advice(run),
  ]);
}
