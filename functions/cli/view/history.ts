/** The text of `history`: repairs and outages, newest first. */
import type { FailureRecord, OutageRecord, RepairRecord } from '../../../shared/controller/ledger.ts';
import { changeLines } from '../../../shared/controller/story-text/who.ts';
import { differencesText } from '../../../shared/text/differences.ts';
import { place } from '../../../shared/text/place.ts';
import { block, indent, labelled, paint, printable, type Style } from '../../../shared/text/text.ts';
import { durationText, instantText, secondsBetween } from '../../../shared/text/time.ts';
import { failingText } from './failing.ts';
import type { Titles } from './item.ts';

const looks = {
  repaired: { sign: '✓', colour: 'green', says: 'repaired' },
  written: { sign: '✓', colour: 'yellow', says: 'written, not read back' },
  failed: { sign: '✗', colour: 'red', says: 'failed' },
  skipped: { sign: '-', colour: 'yellow', says: 'skipped' },
  started: { sign: '~', colour: 'yellow', says: 'begun, its end is not known' },
} as const;

function lasted({ driftedAt, endedAt }: RepairRecord): string {
  const seconds = endedAt === undefined ? undefined : secondsBetween(driftedAt, endedAt);
  return seconds === undefined ? `since ${instantText(driftedAt)}` : `${durationText(seconds)}, from ${instantText(driftedAt)}`;
}

function repairText(style: Style, repair: RepairRecord, titles: Titles): string {
  const { sign, colour, says } = looks[repair.outcome];
  const title = titles.get(repair.aspect)?.title ?? repair.aspect.replaceAll('-', ' ');
  return [
    `${paint(style, 'bold', instantText(repair.startedAt))}  ${paint(style, colour, `${sign} ${says}`)}  ${title}`,
    `  ${paint(style, 'dim', printable(place(repair.resource)))}`,
    ...(repair.differences.length > 0 ? [indent(differencesText(style, repair.differences), 4)] : []),
    ...changeLines(style, repair.change, 2),
    labelled(style, 'wrong', lasted(repair), 2),
    ...(repair.detail === undefined ? [] : [labelled(style, 'detail', printable(repair.detail), 2)]),
  ].join('\n');
}

function outageText(style: Style, { startedAt, endedAt, reasons, window }: OutageRecord): string {
  const seconds = endedAt === undefined ? undefined : secondsBetween(startedAt, endedAt);
  const end = endedAt === undefined ? paint(style, 'red', 'not over') : `until ${instantText(endedAt)}`;
  const how = seconds === undefined ? '' : ` (${durationText(seconds)})`;
  const objects = `written from ${instantText(window.from)} ${window.to === undefined ? 'on' : `until ${instantText(window.to)}`} may be missing at the destination`;
  return [
    `${paint(style, 'bold', instantText(startedAt))}  ${end}${how}`,
    ...reasons.map((reason) => block(style, printable(reason), 2)),
    labelled(style, 'objects', objects, 2),
  ].join('\n');
}

export interface History {
  readonly name: string;
  readonly repairs: readonly RepairRecord[];
  readonly outages: readonly OutageRecord[];
  /** What S3 reports now. */
  readonly failures?: FailureRecord;
}

/** Ends with a line break. */
export function historyText(style: Style, { name, repairs, outages, failures }: History, titles: Titles): string {
  const heading = (text: string): string => paint(style, 'bold', text);
  return `${[
    heading(`Repairs of ${name}`),
    ...(repairs.length === 0 ? ['None.'] : repairs.map((repair) => repairText(style, repair, titles))),
    heading('Outages'),
    ...(outages.length === 0 ? ['None.'] : outages.map((outage) => outageText(style, outage))),
    ...(failures ? [heading('Failing now'), block(style, printable(failingText(failures)), 0)] : []),
  ].join('\n\n')}\n`;
}
