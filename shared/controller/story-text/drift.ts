/** One setting that drifted: what, where, from and to, who, how long, why it matters. */
import { differencesText } from '../../text/differences.ts';
import { place } from '../../text/place.ts';
import { count, indent, labelled, printable, type Style } from '../../text/text.ts';
import { durationText, instantText } from '../../text/time.ts';
import type { DriftTold } from '../story.ts';
import { changeLines } from './who.ts';

const most = 10;

function sinceText({ driftedAt, seconds }: DriftTold): string {
  const from = instantText(driftedAt);
  return seconds === undefined ? `since ${from}` : `${durationText(seconds)}, from ${from} until it was read back`;
}

export const driftText = (style: Style, drift: DriftTold): string =>
  [
    printable(`${drift.setting}  ${place(drift.resource)}`),
    ...(drift.differences.length > 0 ? [indent(differencesText(style, drift.differences), 4)] : []),
    ...changeLines(style, drift.change, 2),
    labelled(style, 'wrong', sinceText(drift), 2),
    ...(drift.matters === '' ? [] : [labelled(style, 'matters', printable(drift.matters), 2)]),
  ].join('\n');

/** Each in a block of its own. */
export function driftTexts(style: Style, drifts: readonly DriftTold[]): readonly string[] {
  const left = drifts.length - most;
  const shown = drifts.slice(0, most).map((drift) => driftText(style, drift));
  return left > 0 ? [...shown, `… and ${count(left, 'more setting')}.`] : shown;
}

/** When the first of those went wrong that can leave objects behind; undefined: none of them can. */
export const brokenSince = (drifts: readonly DriftTold[]): string | undefined =>
  drifts
    .filter(({ interrupts }) => interrupts !== false)
    .map(({ driftedAt }) => driftedAt)
    .sort()[0];
