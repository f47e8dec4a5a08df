/** What has to happen on a game day, and what is said about what did not. Pure. */
import type { Ending } from './experiment.ts';
import type { Moment, MomentKind } from './moments.ts';

export interface Expectation {
  readonly kind: MomentKind;
  /** One sentence: what was to happen. */
  readonly expected: string;
  /** One sentence: where to look when it does not. */
  readonly look: string;
}

/** What could be seen at all: only that can be missed. */
export interface Visible {
  readonly ending: Ending;
  /** Name of the alarm to wait for; undefined: none. */
  readonly alarm: string | undefined;
  /** A probe was written while it was broken. */
  readonly isProbed: boolean;
  /** S3 is asked to report what it does not replicate. */
  readonly isCounted: boolean;
}

const noticed: Expectation = {
  kind: 'noticed',
  expected: 'The controller notices the change.',
  look: 'The event may not have arrived: see `event-path-silent` and `spoke-silent` in the runbook; events of a role come from us-east-1. The sweep finds it within the hour.',
};
const blocked: Expectation = {
  kind: 'blocked',
  expected: 'The controller calls it blocked and quotes the statement of the game day.',
  look: '`lockstep status NAME` and `lockstep explain NAME` say what it sees instead.',
};
const repaired: Expectation = {
  kind: 'repaired',
  expected: 'The controller puts the setting right and reads it back.',
  look: '`lockstep history NAME` says how the repair ended, `lockstep status NAME` what holds it back; then the log of lockstep-reconcile.',
};
const told: Expectation = {
  kind: 'told',
  expected: 'People are told.',
  look: 'The log of lockstep-reconcile says `story not published` when SNS refuses it; then the topic and its key.',
};
const probeFailed: Expectation = {
  kind: 'probe-failed',
  expected: 'S3 does not replicate the probe.',
  look: 'Whether another policy lets the role write there all the same: `lockstep explain NAME`.',
};
const counted: Expectation = {
  kind: 'counted',
  expected: 'S3 reports the probe as not replicated, and the failure is counted.',
  look: 'The notification of the source bucket, the topic lockstep-replication-failures beside it, its subscription, the log of lockstep-failures.',
};
const proven: Expectation = {
  kind: 'proven',
  expected: 'Afterwards the replication is proven again.',
  look: '`lockstep status NAME`; the sweep looks again within the hour.',
};
const replicated: Expectation = {
  kind: 'replicated',
  expected: 'Afterwards S3 replicates a probe.',
  look: 'S3 may take longer than a quarter of an hour; then `lockstep explain NAME`.',
};

const alarmed = (name: string): Expectation => ({
  kind: 'alarm',
  expected: `The alarm ${name} goes off.`,
  look: 'Whether the alarm is there, and in this account and region; CloudWatch looks at it once a minute.',
});

/** While it is broken. */
export function whileBroken({ ending, alarm, isProbed, isCounted }: Visible): readonly Expectation[] {
  return [
    ...[noticed, ending === 'blocked' ? blocked : repaired, told],
    ...(isProbed ? [probeFailed, ...(isCounted ? [counted] : [])] : []),
    ...(alarm === undefined ? [] : [alarmed(alarm)]),
  ];
}

/** Once it is put right. */
export const afterwards = (hasProbe: boolean): readonly Expectation[] => [proven, ...(hasProbe ? [replicated] : [])];

export const missingFrom = (timeline: readonly Moment[], expected: readonly Expectation[]): readonly Expectation[] =>
  expected.filter(({ kind }) => !timeline.some((moment) => moment.kind === kind));
