/** From what can be seen to what has happened since the break. Pure. */
import type { RepairRecord, StoryRecord } from '../controller/ledger.ts';
import { actorName } from '../controller/story-text/who.ts';
import { count } from '../text/text.ts';
import { instantText } from '../text/time.ts';
import type { Ending, Mark, Setting } from './experiment.ts';
import type { Sight } from './sight.ts';

export type MomentKind =
  | 'broken'
  | 'noticed'
  | 'blocked'
  | 'repaired'
  | 'repair-failed'
  | 'told'
  | 'probe-failed'
  | 'counted'
  | 'alarm'
  | 'undone'
  | 'proven'
  | 'replicated';

export interface Moment {
  readonly kind: MomentKind;
  /** ISO 8601. */
  readonly at: string;
  /** Since the break. */
  readonly seconds: number;
  /** One sentence. */
  readonly says: string;
}

export type Event = Pick<Moment, 'kind' | 'at' | 'says'>;

/** What was done, and how it was before. */
export interface Trial {
  readonly setting: Setting;
  readonly ending: Ending;
  readonly mark: Mark;
  /** Name of the alarm that has to go off. */
  readonly alarm: string | undefined;
  readonly before: Sight;
}

/** Everything that `now` shows and `before` did not. Where the controller kept the instant it is taken from there. */
export function eventsIn(trial: Trial, now: Sight): readonly Event[] {
  const repairs = newRepairs(trial, now);
  return [
    ...noticed(trial, now, repairs),
    ...(trial.ending === 'blocked' ? blocked(trial, now) : []),
    ...repairs.flatMap(repairEvents),
    ...told(trial, now),
    ...probed(now),
    ...counted(trial, now),
    ...alarmed(trial, now),
  ];
}

/** By the clock of neither side: another one is a new one. */
function newRepairs({ before, setting }: Trial, now: Sight): readonly RepairRecord[] {
  const known = new Set(before.repairs.map(({ id }) => id));
  return now.repairs.filter(
    ({ id, aspect, resource }) => !known.has(id) && aspect === setting.aspect && resource.arn === setting.resource.arn,
  );
}

function noticed({ before }: Trial, { status }: Sight, repairs: readonly RepairRecord[]): readonly Event[] {
  const first = repairs.at(-1);
  if (first !== undefined)
    return [{ kind: 'noticed', at: first.startedAt, says: `The controller found the drift${wayOf(first)}.` }];
  const isTrouble = status !== undefined && status.verdict !== 'proven' && status.verdict !== 'unproven';
  if (!isTrouble || status.since === before.status?.since) return [];
  return [{ kind: 'noticed', at: status.since, says: `The controller calls it ${status.verdict}.` }];
}

/** An event says who; without one it was a sweep. */
function wayOf({ change }: RepairRecord): string {
  return change === undefined
    ? ', and knows no event that led to it'
    : ` after ${change.eventName} by ${actorName(change.actor)}`;
}

const sidOf = (statement: unknown): unknown =>
  typeof statement === 'object' && statement !== null && 'Sid' in statement ? statement.Sid : undefined;

function blocked({ mark }: Trial, { status }: Sight): readonly Event[] {
  const blocker = status?.blockers.find(({ statement }) => sidOf(statement) === mark.sid);
  if (status?.verdict !== 'blocked' || blocker === undefined) return [];
  return [{ kind: 'blocked', at: status.since, says: `It names the very statement: ${blocker.reason}` }];
}

function repairEvents({ outcome, endedAt, startedAt, detail }: RepairRecord): readonly Event[] {
  if (outcome === 'started') return [];
  const at = endedAt ?? startedAt;
  return outcome === 'repaired'
    ? [{ kind: 'repaired', at, says: 'The controller put it right, and read it back.' }]
    : [{ kind: 'repair-failed', at, says: `A repair ended as ${outcome}${detail === undefined ? '' : `: ${detail}`}.` }];
}

const day = 24 * 3_600_000;

/** The same story is told once a day: one that was told before and is about this setting counts, once the rest has come. */
function told(trial: Trial, now: Sight): readonly Event[] {
  const { before, ending } = trial;
  const known = new Set(before.stories.map(identityOf));
  const news = now.stories.find((story) => story.told && !known.has(identityOf(story)));
  if (news !== undefined) return [{ kind: 'told', at: news.at, says: `People were told: a story \`${ending}\`.` }];
  const repaired = newRepairs(trial, now).find(({ outcome }) => outcome === 'repaired');
  const earlier = now.stories.find(
    (story) =>
      story.told &&
      Date.parse(now.at) - Date.parse(story.at) < day &&
      story.body.includes(JSON.stringify(trial.setting.resource.arn)),
  );
  if (repaired === undefined || earlier === undefined) return [];
  const says = `The same was told at ${instantText(earlier.at)}; it is not told again within a day.`;
  return [{ kind: 'told', at: repaired.endedAt ?? now.at, says }];
}

const identityOf = ({ key, at }: StoryRecord): string => `${key} ${at}`;

function probed({ probe, at }: Sight): readonly Event[] {
  return probe?.replication === 'FAILED'
    ? [{ kind: 'probe-failed', at, says: `S3 did not replicate the probe ${probe.key}: FAILED.` }]
    : [];
}

const sum = (counts: Readonly<Record<string, number>> = {}): number => Object.values(counts).reduce((all, one) => all + one, 0);

function counted({ before }: Trial, { failures, at }: Sight): readonly Event[] {
  const more = sum(failures?.counts) - sum(before.failures?.counts);
  if (failures === undefined || more <= 0) return [];
  const reasons = Object.keys(failures.counts).join(', ');
  return [
    {
      kind: 'counted',
      at,
      says: `S3 reported ${count(more, 'object')} that it did not replicate; counted: ${reasons}.`,
    },
  ];
}

function alarmed({ alarm, before }: Trial, { alarms, at }: Sight): readonly Event[] {
  if (alarm === undefined || 'unreadable' in alarms || isInAlarm(before, alarm)) return [];
  const state = alarms.get(alarm);
  return state?.state === 'ALARM' ? [{ kind: 'alarm', at: state.since ?? at, says: `The alarm ${alarm} went off.` }] : [];
}

export const isInAlarm = ({ alarms }: Sight, name: string): boolean =>
  !('unreadable' in alarms) && alarms.get(name)?.state === 'ALARM';

/** Whether the policies were proven after it was put right. By the controller's clock where that is possible. */
export function provenIn(trial: Trial, undoneAt: Sight, now: Sight): readonly Event[] {
  const { status } = now;
  const ends = newRepairs(trial, now).flatMap(({ outcome, endedAt }) =>
    outcome === 'repaired' && endedAt !== undefined ? [endedAt] : [],
  );
  const after = ends.sort().at(-1) ?? undoneAt.status?.lastProof ?? '';
  const proof = status?.lastProof;
  if (status?.verdict !== 'proven' || proof === undefined || proof <= after) return [];
  return [{ kind: 'proven', at: proof, says: 'Every setting is as desired, and the policies permit every hop.' }];
}
