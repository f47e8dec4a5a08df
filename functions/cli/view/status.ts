/** The text of `status`: a table, what is wrong under each line, then what concerns all. */
import { stallText } from '../../../shared/controller/story-text/stalled.ts';
import { faultText } from '../../../shared/model/desired-state/faults.ts';
import { distinctBlockers } from '../../../shared/text/blocker.ts';
import { block, count, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import { durationText, instantText, secondsBetween } from '../../../shared/text/time.ts';
import { type FleetStatus, isFine, type ReplicationStatus } from '../fleet-status.ts';
import { failingText } from './failing.ts';

const most = { troubles: 5, faults: 10 } as const;

const colours = {
  proven: 'green',
  unproven: 'yellow',
  drifted: 'yellow',
  blocked: 'red',
  contested: 'red',
  paused: 'yellow',
  orphaned: 'yellow',
  unreadable: 'red',
  waiting: 'yellow',
} as const;

const age = (from: string | undefined, now: string): string => {
  const seconds = from === undefined ? undefined : secondsBetween(from, now);
  return seconds === undefined ? '-' : durationText(seconds);
};

const ago = (from: string | undefined, now: string, never: string): string =>
  from === undefined ? never : `${age(from, now)} ago`;

const headings = ['NAME', 'VERDICT', 'FOR', 'PROVEN', 'MODE', 'GROUP', 'OUTAGE'] as const;

const cellsOf = ({ name, verdict, since, lastProof, mode, group, outage }: ReplicationStatus, now: string): readonly string[] =>
  [name, verdict, age(since, now), ago(lastProof, now, 'never'), mode, group, age(outage, now)].map(printable);

/** What is wrong, and what keeps it from being repaired. */
function wrongLines(style: Style, row: ReplicationStatus): readonly string[] {
  const { troubles, blockers, pause, holds, verdict, stalled, failures } = row;
  const left = troubles.length - most.troubles;
  const shown = verdict === 'proven' ? [] : troubles.slice(0, most.troubles);
  const isTold = (reason: string): boolean => shown.some((trouble) => trouble.includes(reason));
  return [
    ...(pause
      ? [labelled(style, 'paused', printable(`until ${instantText(pause.until)} by ${pause.by}: ${pause.reason}`), 2)]
      : []),
    ...holds.map(({ setting, heldUntil }) =>
      labelled(style, 'contested', printable(`${setting} is held until ${instantText(heldUntil)}`), 2),
    ),
    ...shown.map((trouble) => block(style, printable(trouble), 2)),
    ...(failures ? [labelled(style, 'failing', printable(failingText(failures)), 2)] : []),
    ...(stalled?.stalls ?? []).slice(0, most.troubles).map((stall) => labelled(style, 'stalled', printable(stallText(stall)), 2)),
    ...(left > 0 && verdict !== 'proven' ? [`  … and ${left} more (--json shows all)`] : []),
    ...distinctBlockers(blockers).flatMap(({ reason, remedy }) => [
      ...(isTold(reason) ? [] : [block(style, printable(reason), 2)]),
      labelled(style, 'what to do', printable(remedy), 2),
    ]),
  ];
}

function tableText(style: Style, { replications, at }: FleetStatus): readonly string[] {
  if (replications.length === 0) return ['The controller looks after no replication yet.'];
  const rows = replications.map((row) => ({ row, cells: cellsOf(row, at) }));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], verdict?: ReplicationStatus['verdict']): string =>
    cells
      .map((cell, column) => {
        const padded = cell.padEnd(widths[column] ?? 0);
        return column === 1 && verdict !== undefined ? paint(style, colours[verdict], padded) : padded;
      })
      .join('  ')
      .trimEnd();
  return [
    paint(style, 'bold', line(headings)),
    ...rows.flatMap(({ row, cells }) => [line(cells, row.verdict), ...wrongLines(style, row)]),
  ];
}

function freezeText(style: Style, { freeze }: FleetStatus): readonly string[] {
  if (freeze === undefined) return [];
  const until = freeze.until === undefined ? '' : ` until ${instantText(freeze.until)}`;
  const text = `Nothing is repaired anywhere${until}: ${freeze.reason.replace(/[.\s]*$/, '')}. \`lockstep resume --all\` ends it.`;
  return [labelled(style, 'frozen', printable(text), 0)];
}

function budgetText(style: Style, { budget, at }: FleetStatus): readonly string[] {
  if (budget === undefined) return [];
  const text = `Repairs stopped ${ago(budget.since, at, '')}: ${budget.drifted} of ${budget.of} replications were to be changed at one time. Look at them first; \`lockstep resume --all\` lets the repairs go on.`;
  return [labelled(style, paint(style, 'red', 'stopped'.padEnd(12)), text, 0)];
}

function sweepText(style: Style, { lastSweep, at }: FleetStatus): string {
  if (lastSweep === undefined) return labelled(style, 'sweep', 'none yet', 0);
  const when = ago(lastSweep.startedAt, at, '');
  return lastSweep.isLate
    ? labelled(
        style,
        paint(style, 'red', 'sweep'.padEnd(12)),
        `the last one began ${when}, and there should be one every hour: see whether the sweep function runs.`,
        0,
      )
    : labelled(style, 'sweep', `the last one began ${when}`, 0);
}

const documentsText = (style: Style, { invalidDocuments, at }: FleetStatus): readonly string[] =>
  invalidDocuments.flatMap(({ name, invalid: { since, faults } }) => [
    labelled(
      style,
      paint(style, 'red', 'invalid'.padEnd(12)),
      printable(`${name}, for ${age(since, at)}: ${count(faults.length, 'fault')}`),
      0,
    ),
    ...faults.slice(0, most.faults).map((fault) => block(style, printable(faultText(fault)), 12)),
  ]);

function summary({ replications }: FleetStatus): string {
  const verdicts = Map.groupBy(replications, ({ verdict }) => verdict);
  const words = [...verdicts].map(([verdict, { length }]) => `${length} ${verdict}`).join(', ');
  const wrong = replications.filter((row) => !isFine(row)).length;
  const advice = wrong > 0 ? ' `lockstep explain NAME` shows why, `lockstep history NAME` what was done.' : '';
  return replications.length === 0 ? '' : `${count(replications.length, 'replication')}: ${words}.${advice}`;
}

/** Ends with a line break. */
export function statusText(style: Style, status: FleetStatus): string {
  const fleet = [
    ...freezeText(style, status),
    ...budgetText(style, status),
    sweepText(style, status),
    ...documentsText(style, status),
  ];
  return `${[...tableText(style, status), '', ...fleet, '', block(style, summary(status), 0)].join('\n').trimEnd()}\n`;
}
