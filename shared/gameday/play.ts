/** A game day from its break to its end: break, watch, undo whatever happens, watch again. */
import type { Ledger, ReplicationRecord } from '../controller/ledger.ts';
import type { AwsGateway } from '../model/aws-call.ts';
import { type Damage, plannedDamage, sendAll, type Undone, undo } from './act.ts';
import { afterwards, type Expectation, missingFrom, whileBroken } from './judgement.ts';
import { type Event, eventsIn, isInAlarm, type Moment, provenIn, type Trial } from './moments.ts';
import { type Probe, probeNow, putProbe, removeProbe } from './probe.ts';
import { look, type Sight } from './sight.ts';

export interface Play extends Damage {
  readonly record: ReplicationRecord;
  /** Objects are written, to see replication fail and work for real. */
  readonly probe: boolean;
  /** So long it stays broken at most, and so long its recovery is waited for. */
  readonly minutes: number;
}

export interface Stage {
  readonly ledger: Pick<Ledger, 'group' | 'repairs' | 'stories'>;
  /** Reads and writes in the accounts, as a person. */
  readonly aws: AwsGateway;
  /** Reads alarms in the account of the controller; undefined: they are not waited for. */
  readonly alarms?: AwsGateway;
  readonly now: () => Date;
  readonly wait: (seconds: number) => Promise<void>;
  /** Resolves when a person, or the system, wants it to end. */
  readonly stopped: Promise<void>;
  readonly onMoment: (moment: Moment) => void;
}

export interface Played {
  /** ISO 8601. */
  readonly brokenAt: string;
  readonly timeline: readonly Moment[];
  readonly missing: readonly Expectation[];
  readonly undone: Undone;
  /** Sentences: what was not looked at, what stays. */
  readonly notes: readonly string[];
  /** Somebody ended it before its time. */
  readonly wasStopped: boolean;
  /** What went wrong on the way; it was undone all the same. */
  readonly trouble?: unknown;
}

/** What is known so far. */
interface Course {
  readonly play: Play;
  readonly stage: Stage;
  brokenAt: Date;
  readonly timeline: Moment[];
  readonly notes: string[];
  readonly probes: Probe[];
  /** Set once the first call that breaks something was, or may have been, sent. */
  trial?: Trial;
  last?: Sight;
  wasStopped: boolean;
}

/** Breaks, watches and undoes. Undoes also after an error, and when somebody stops it; never throws. */
export async function play(play: Play, stage: Stage): Promise<Played> {
  const course = begun(play, stage);
  const expected: Expectation[] = [];
  const trouble = await troubleOf(async () => {
    expected.push(...(await breakAndWatch(course)));
  });
  const undoneAt = stage.now().toISOString();
  const isBegun = course.trial !== undefined;
  const undone: Undone = isBegun ? await undo(play.experiment, play.scene, stage.aws, stage.wait) : { how: 'nothing-left' };
  if (isBegun && 'how' in undone) add(course, { kind: 'undone', at: undoneAt, says: undoneText[undone.how] });
  const goesOn = trouble === undefined && 'how' in undone && !course.wasStopped;
  const late = goesOn ? await troubleOf(async () => void expected.push(...(await watchRecovery(course)))) : undefined;
  await removeProbes(course);
  if (course.timeline.some(({ kind }) => kind === 'alarm')) course.notes.push(alarmStays);
  return {
    brokenAt: course.brokenAt.toISOString(),
    timeline: course.timeline.toSorted((a, b) => a.seconds - b.seconds),
    missing: missingFrom(course.timeline, expected),
    undone,
    notes: course.notes,
    wasStopped: course.wasStopped,
    ...((trouble ?? late) !== undefined && { trouble: trouble ?? late }),
  };
}

/** What has gone is counted by the sweep. */
const alarmStays = 'The alarm goes back to OK with the next sweep, within the hour.';

const undoneText = {
  undone: 'Undone, and read back.',
  'nothing-left': 'Nothing was left to undo: it had been put right.',
} as const;

function begun(play: Play, stage: Stage): Course {
  const course: Course = {
    play,
    stage,
    brokenAt: stage.now(),
    timeline: [],
    notes: [],
    probes: [],
    wasStopped: false,
  };
  void stage.stopped.then(() => {
    course.wasStopped = true;
  });
  return course;
}

async function troubleOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error ?? new Error('unknown');
  }
}

/** Each kind of moment once: the first that is seen. */
function add({ timeline, brokenAt, stage }: Course, { kind, at, says }: Event): void {
  if (timeline.some((moment) => moment.kind === kind)) return;
  const seconds = Math.max(0, (Date.parse(at) - brokenAt.getTime()) / 1000);
  const moment: Moment = { kind, at, seconds, says };
  timeline.push(moment);
  stage.onMoment(moment);
}

/** The break could not be made, or was refused. */
export class NotBroken extends Error {
  override readonly name = 'NotBroken';
}

async function breakAndWatch(course: Course): Promise<readonly Expectation[]> {
  const { play, stage } = course;
  const { experiment, scene, mark, setting } = play;
  const before = await sightOf(course);
  const move = await plannedDamage(play, stage.aws);
  if ('refused' in move) throw new NotBroken(move.refused);
  if (course.wasStopped) return [];
  const alarm = awaitedAlarm(course, before);
  const trial: Trial = { setting, ending: experiment.ending(scene), mark, alarm, before };
  course.trial = trial;
  course.brokenAt = stage.now();
  const refused = await sendAll(move.calls, stage.aws);
  if (refused !== undefined) throw new NotBroken(refused);
  add(course, { kind: 'broken', at: course.brokenAt.toISOString(), says: `${capital(experiment.breaks(scene))}.` });
  const isProbed = play.probe && trial.ending === 'blocked' && (await writeProbe(course, 'broken'));
  const isCounted = scene.replication.source.failureTopic !== undefined;
  if (isProbed && !isCounted) course.notes.push(uncounted);
  const expected = whileBroken({ ending: trial.ending, alarm, isProbed, isCounted });
  await watchUntil(course, expected, (now) => eventsIn(trial, now));
  return expected;
}

const uncounted =
  'The failure of the probe is not counted: LOCKSTEP_FAILURE_TOPIC is not set, or the document says `failureEvents: false`.';

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function awaitedAlarm({ play: { experiment, scene }, stage, notes }: Course, before: Sight): string | undefined {
  const alarm = experiment.alarm(scene);
  if (alarm === undefined || stage.alarms === undefined) return undefined;
  if ('unreadable' in before.alarms)
    notes.push(`Alarms were not watched (cloudwatch:DescribeAlarms): ${before.alarms.unreadable}`);
  else if (isInAlarm(before, alarm)) notes.push(`The alarm ${alarm} was on before, so it could not go off.`);
  else return alarm;
  return undefined;
}

/** @returns false: it could not be written, which is noted */
async function writeProbe({ play, stage, notes, probes }: Course, when: string): Promise<boolean> {
  const id = `${play.mark.sid}-${when}`;
  const probe = await putProbe(play.scene.replication, id, stage.aws);
  if (typeof probe === 'string') notes.push(`No probe was written. ${probe}`);
  else probes.push(probe);
  return typeof probe !== 'string';
}

async function watchRecovery(course: Course): Promise<readonly Expectation[]> {
  const { trial, last, play } = course;
  if (trial === undefined || last === undefined) return [];
  await watchUntil(course, afterwards(false), (now) => provenIn(trial, last, now));
  const hasProbe = play.probe && (await writeProbe(course, 'afterwards'));
  if (hasProbe) await watchUntil(course, afterwards(true), (now) => [...provenIn(trial, last, now), ...replicatedIn(now)]);
  return afterwards(hasProbe);
}

const replicatedIn = ({ probe, at }: Sight): readonly Event[] =>
  probe?.replication?.startsWith('COMPLETE') ? [{ kind: 'replicated', at, says: `S3 replicated the probe ${probe.key}.` }] : [];

async function sightOf({ play, stage, probes }: Course): Promise<Sight> {
  const { record, experiment, scene } = play;
  const probe = probes.at(-1);
  const [sight, seen] = await Promise.all([
    look(record, experiment.ending(scene), stage),
    probe && probeNow(scene.replication, probe, stage.aws),
  ]);
  return { ...sight, ...(seen && { probe: seen }) };
}

/** Seconds between two looks: often at first, for a repair takes seconds, and seldom later, for an alarm takes minutes. */
const pauses = { first: 0.2, growth: 1.4, longest: 5 };

/** Looks until all has come, the time is over, or somebody stops it. */
async function watchUntil(
  course: Course,
  expected: readonly Expectation[],
  events: (now: Sight) => readonly Event[],
): Promise<void> {
  const { stage, play } = course;
  const ends = stage.now().getTime() + play.minutes * 60_000;
  for (let pause = pauses.first; !course.wasStopped; pause = Math.min(pause * pauses.growth, pauses.longest)) {
    const now = await sightOf(course);
    course.last = now;
    for (const event of events(now)) add(course, event);
    const left = (ends - stage.now().getTime()) / 1000;
    if (missingFrom(course.timeline, expected).length === 0 || left <= 0) return;
    await Promise.race([stage.wait(Math.min(pause, left)), stage.stopped]);
  }
}

async function removeProbes({ play, stage, probes, notes }: Course): Promise<void> {
  for (const probe of probes) notes.push(...(await removeProbe(play.scene.replication, probe, stage.aws)));
}
