/** Random days of a controller: what others do, what becomes of the events, and what breaks meanwhile. */
import fc from 'fast-check';
import { resourceIds } from '../../shared/controller/resource-ids.ts';
import { bucketPolicyDrifts } from '../scenarios/drifts/bucket-policies.ts';
import { bucketDrifts } from '../scenarios/drifts/buckets.ts';
import { keyDrifts } from '../scenarios/drifts/keys.ts';
import { replicationDrifts } from '../scenarios/drifts/replication.ts';
import { roleDrifts } from '../scenarios/drifts/role.ts';
import { destination, source, thePair, type WorldPlan } from './builders.ts';
import { brokenNow, type Chaos, isOn, routeAll, sweepNow, type Trouble, work } from './chaos.ts';
import type { Port } from './chaos-fate.ts';
import type { Drift } from './drifts.ts';
import type { They } from './edits.ts';

/** Two replications that meet in a source bucket, its key and its role. */
export const theFork: WorldPlan = {
  buckets: [
    { ...source, name: 'orders' },
    { ...destination, name: 'orders-dr' },
    { ...destination, name: 'orders-too' },
  ],
  replications: { 'orders-dr': { from: 'orders', to: 'orders-dr' }, 'orders-too': { from: 'orders', to: 'orders-too' } },
};

export const plans = fc.constantFrom<WorldPlan>(thePair, thePair, theFork);

/**
 * All that ends well, by itself or by a repair. What leaves a statement that names our role under a name of others does not, once the role is
 * deleted too: AWS takes no policy with it.
 */
const harms = [roleDrifts, keyDrifts, bucketPolicyDrifts, replicationDrifts, bucketDrifts]
  .flat()
  .filter(
    ({ to = 'pair', name, expect: { after = 'proven', failed, held } = {} }: Drift) =>
      to === 'pair' &&
      after === 'proven' &&
      failed === undefined &&
      held === undefined &&
      !/^a public|\bSid\b|split|twice|beside another/.test(name),
  )
  .map(({ name, done }) => ({ name, done, [fc.toStringMethod]: () => name }));

/** What becomes of the events that came in a turn. */
const deliveries = ['all', 'all', 'none', 'twice', 'backwards', 'hours later'] as const;

export interface Turn {
  readonly deeds: readonly { readonly at: number; readonly what: Pick<Drift, 'name' | 'done'> }[];
  /** Minutes until the events come, and after. */
  readonly minutes: number;
  readonly events: (typeof deliveries)[number];
  readonly spoofs: readonly Spoof[];
  readonly garbage: readonly string[];
  readonly isSwept: boolean;
  readonly trouble: Trouble;
  readonly hold: 'none' | 'freeze' | 'pause';
}

type Event = Readonly<Record<string, unknown>>;
interface Spoof {
  readonly name: string;
  readonly made: (event: Event) => unknown;
}

const inDetail = (event: Event, more: object): Event => ({ ...event, detail: { ...(event.detail as object), ...more } });

/** Events that nobody has to believe, made from one that is true. */
export const spoofs: readonly Spoof[] = [
  { name: 'a source of their own', made: (event) => ({ ...event, source: 'evil.s3' }) },
  { name: 'another account around it', made: (event) => ({ ...event, account: '333333333333' }) },
  { name: 'a failed call', made: (event) => inDetail(event, { errorCode: 'AccessDenied' }) },
  { name: 'no detail', made: ({ detail: _, ...event }) => event },
  { name: 'nothing', made: () => null },
  { name: 'a list', made: (event) => [event] },
  { name: 'no time', made: (event) => inDetail({ ...event, time: 7 }, { eventTime: 'tomorrow' }) },
  { name: 'odd resources', made: (event) => inDetail(event, { resources: [null, { ARN: 7 }], requestParameters: 'x' }) },
];

const change = { call: 'c', eventName: 'PutBucketPolicy', resources: ['arn:aws:s3:::orders'] };

/** Bodies that are no messages of ours, however near they come. */
export const garbage: readonly string[] = [
  ...[
    '',
    'null',
    '7',
    '[]',
    '{',
    '{"version":1}',
    '{"version":2,"group":"orders-dr","trigger":{"kind":"sweep","sweep":"x","fleet":1}}',
  ],
  ...[
    { kind: 'sweep', sweep: 'x' },
    { kind: 'sweep', sweep: 'x', fleet: -1 },
    { kind: 'request', reason: 'because' },
    { kind: 'change', change },
    { kind: 'change', change: { ...change, details: {}, actor: {}, eventId: 'e', time: 'now', account: '1', region: 'r' } },
    { kind: 'change', change: { ...change, resources: [7] } },
    null,
  ].map((trigger) => JSON.stringify({ version: 1, group: 'orders-dr', trigger })),
];

const doom = fc.record({
  port: fc.constantFrom<Port>('spokes', 'spokes', 'ledger', 'ledger', 'ledger', 'queue', 'notifier'),
  at: fc.nat(40),
  effect: fc.boolean(),
});

const nearDoom = fc.record({
  port: fc.constantFrom<Port>('ledger', 'queue', 'notifier'),
  at: fc.nat(3),
  effect: fc.boolean(),
});

const storm = fc.record({
  calls: fc.constantFrom('reads' as const, 'writes' as const, 'writes' as const, 'all' as const),
  every: fc.constantFrom(1, 2, 3, 5),
  error: fc.constantFrom('ThrottlingException' as const, 'InternalError' as const, 'TimeoutError' as const),
  effect: fc.boolean(),
});

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.record({ doom }) },
  { weight: 2, arbitrary: fc.record({ doom: nearDoom }) },
  { weight: 2, arbitrary: fc.record({ storm }) },
  { weight: 1, arbitrary: fc.record({ haste: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.constant({ deaf: true }) },
  { weight: 1, arbitrary: fc.record({ storm, doom, haste: fc.nat(30) }) },
);

const few = <T>(all: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray([...all], { minLength: 1, maxLength: 3 }) },
  );

const turn: fc.Arbitrary<Turn> = fc.record({
  deeds: fc.array(fc.record({ at: fc.nat(2), what: fc.constantFrom(...harms) }), { maxLength: 2 }),
  minutes: fc.constantFrom(0, 1, 1, 7, 25, 70),
  events: fc.constantFrom(...deliveries),
  spoofs: few(spoofs.map((spoof) => ({ ...spoof, [fc.toStringMethod]: () => spoof.name }))),
  garbage: few(garbage),
  isSwept: fc.boolean(),
  trouble,
  hold: fc.constantFrom('none', 'none', 'none', 'none', 'freeze', 'pause'),
});

export const days = fc.array(turn, { minLength: 1, maxLength: 5 });

/** A time in which replication did not work, ended by what the controller did. In milliseconds. */
export interface Broken {
  readonly replication: string;
  readonly from: number;
  readonly to: number;
}

export interface Day {
  readonly broken: readonly Broken[];
  /** Events of others that were heard. */
  readonly heard: number;
  readonly sweeps: number;
}

interface Course {
  readonly broken: Broken[];
  readonly since: Map<string, number>;
  readonly late: Event[];
  heard: number;
  sweeps: number;
}

/** Lets a day happen; then all trouble ends, what is late arrives, holds run out, and the fleet is swept. */
export async function live(chaos: Chaos, turns: readonly Turn[]): Promise<Day> {
  const course: Course = { broken: [], since: new Map(), late: [], heard: 0, sweeps: 0 };
  for (const one of turns) await take(chaos, one, course);
  await hear(chaos, course, course.late);
  await labour(chaos, course, {});
  for (const hours of [26, 1, 1]) {
    await chaos.base.clock.advance(hours * 3600);
    await hear(chaos, course, news(chaos));
    await sweepNow(chaos);
    course.sweeps += 1;
    await labour(chaos, course, {});
  }
  return course;
}

async function take(
  chaos: Chaos,
  { deeds, minutes, spoofs, garbage, isSwept, hold, trouble: { doom, ...trouble }, ...turn }: Turn,
  course: Course,
): Promise<void> {
  const { clock } = chaos.base;
  for (const { at, what } of deeds) {
    await what.done(chaos.subjects[at % chaos.subjects.length] as They).catch(refused);
    await noteBroken(chaos, course);
  }
  await clock.advance(minutes * 60);
  await held(chaos, hold, minutes);
  // It may strike on the way to the queue already.
  chaos.fate.doom(doom);
  const events = news(chaos);
  if (turn.events === 'hours later') course.late.push(...events);
  await hear(chaos, course, deliver(events, turn.events));
  for (const { made } of spoofs) for (const event of events.slice(0, 2)) await routeAll(chaos, [made(event)]);
  for (const body of garbage) chaos.fifo.throwIn(body, 'garbage');
  if (isSwept) await sweepNow(chaos);
  if (isSwept) course.sweeps += 1;
  await labour(chaos, course, trouble);
  chaos.fate.doom(undefined);
  delete chaos.freeze;
  await clock.advance(minutes * 60);
}

const news = ({ base }: Chaos): readonly Event[] => base.events() as readonly Event[];

async function hear(chaos: Chaos, course: Course, events: readonly Event[]): Promise<void> {
  const routed = await routeAll(chaos, events);
  course.heard += routed.filter((one) => 'groups' in one).length;
  const echoes = routed.filter((one, index) => 'groups' in one && isOurs(events[index]));
  if (echoes.length > 0) chaos.breaches.push('what we did ourselves woke somebody');
}

const isOurs = (event: Event | undefined): boolean => /:role\/lockstep-(observer|healer)"/.test(JSON.stringify(event));

function deliver(events: readonly Event[], how: Turn['events']): readonly Event[] {
  if (how === 'none' || how === 'hours later') return [];
  if (how === 'twice') return events.flatMap((event) => [event, event]);
  return how === 'backwards' ? events.toReversed() : events;
}

async function held(chaos: Chaos, hold: Turn['hold'], minutes: number): Promise<void> {
  const until = new Date(chaos.base.clock.now().getTime() + (minutes * 60 + 90) * 1000).toISOString();
  if (hold === 'freeze') chaos.freeze = { reason: 'a holiday' };
  if (hold === 'pause')
    for (const replication of Object.keys(chaos.plan.replications))
      await chaos.ledger.putPause({ replication, until, reason: 'a move', by: 'ops' });
}

async function noteBroken(chaos: Chaos, { since }: Course): Promise<void> {
  const broken = new Set(await brokenNow(chaos));
  for (const name of since.keys()) if (!broken.has(name)) since.delete(name);
  for (const name of broken) if (!since.has(name)) since.set(name, chaos.base.clock.now().getTime());
}

/** What was broken before and is not afterwards was mended by the last write to something of its own. */
async function labour(chaos: Chaos, course: Course, trouble: Trouble): Promise<void> {
  const before = new Map(course.since);
  const writes = chaos.written.length;
  await work(chaos, trouble);
  await noteBroken(chaos, course);
  for (const [replication, from] of before) {
    const own = chaos.written.slice(writes).findLast(({ call }) => ownedBy(chaos, replication).some((arn) => isOn(call, arn)));
    if (own !== undefined && !course.since.has(replication)) course.broken.push({ replication, from, to: own.at });
  }
}

const ownedBy = ({ groups }: Chaos, name: string): readonly string[] =>
  groups.flatMap(({ replications }) => replications.filter((one) => one.name === name).flatMap(resourceIds));

/** AWS refuses what does not fit; anything else is a fault of the test. */
function refused(error: unknown): void {
  if (!(error instanceof Error) || !('$metadata' in error)) {
    if (!(error instanceof TypeError)) throw error;
  }
}
