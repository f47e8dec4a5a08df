/** The whole controller where anything can go wrong, with what must always hold noted while it runs. */
import { passesOver } from '../../functions/reconcile/passes.ts';
import { aspects } from '../../shared/aspects/index.ts';
import { admit } from '../../shared/controller/admit.ts';
import type { Ledger, OutageRecord, RepairRecord } from '../../shared/controller/ledger.ts';
import { MalformedMessage } from '../../shared/controller/message.ts';
import { Recoverable } from '../../shared/controller/pass/recoverable.ts';
import type { Controller, Freeze, Settings } from '../../shared/controller/ports.ts';
import { type Routed, route } from '../../shared/controller/route.ts';
import type { Story } from '../../shared/controller/story.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import { telling } from '../../shared/controller/tell.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import type { Group } from '../../shared/model/replication.ts';
import { documentFor, groupsFor, type WorldPlan } from './builders.ts';
import { type Doom, type Fate, mortal, newFate, type Storm, stormy } from './chaos-fate.ts';
import { type Fifo, newFifo, recordOf } from './chaos-queue.ts';
import { newController, type TestController } from './controller.ts';
import type { They } from './edits.ts';
import { isWrite, Killed, localGateway, wrapped } from './gateways.ts';
import { lawful } from './lawful.ts';
import { foreignContent } from './meaning.ts';
import { memoryLedger } from './memory-ledger.ts';
import { foundationsFor, pass as lookOnly, type View, viewOf } from './world.ts';

/** What is out of order while the controller works. */
export interface Trouble {
  readonly doom?: Doom;
  readonly storm?: Storm;
  /** So many calls into the spokes, and the time of the first invocation is over. */
  readonly haste?: number;
  /** SNS takes nothing. */
  readonly deaf?: boolean;
}

interface Published {
  /** Key and fingerprint. */
  readonly name: string;
  readonly story: Story;
  readonly at: number;
}

export interface Chaos {
  readonly base: TestController;
  readonly c: Controller;
  /** Out of danger, for looking at it and for what a person does. */
  readonly ledger: Ledger;
  readonly fifo: Fifo;
  readonly fate: Fate;
  readonly groups: readonly Group[];
  readonly subjects: readonly They[];
  readonly healthy: View;
  /** ISO 8601: when it was healthy. */
  readonly startedAt: string;
  readonly plan: WorldPlan;
  readonly keys: Readonly<Record<string, string>>;
  /** Laws that were broken, a sentence each. */
  readonly breaches: string[];
  readonly published: Published[];
  /** Writes that AWS accepted, with their time. */
  readonly written: { readonly call: AwsCall; readonly at: number }[];
  /** `busy`: invocations that called AWS at all. */
  readonly sum: { passes: number; returned: number; calls: number; busy: number };
  trouble: Trouble;
  /** Calls into the spokes of this invocation. */
  calls: number;
  document: { text: string; version: number };
  freeze?: Freeze;
}

/** A fleet that was set up and proven, an hour ago, and has nothing left to do; from then on under these settings. */
export async function newChaos(plan: WorldPlan, settings: Partial<Settings> = {}): Promise<Chaos> {
  const base = newController();
  const keys = await foundationsFor(plan.buckets, base.someone);
  const chaos = assemble(base, plan, keys);
  await sweepNow(chaos);
  await work(chaos);
  await base.clock.advance(3600);
  await sweepNow(chaos);
  await work(chaos);
  await base.clock.advance(60);
  base.events();
  for (const list of [chaos.published, chaos.written, chaos.breaches]) list.length = 0;
  const startedAt = base.clock.now().toISOString();
  const c: Controller = { ...chaos.c, settings: { ...chaos.c.settings, ...settings } };
  return Object.assign(chaos, { c, startedAt, healthy: viewOf(base.aws), sum: { passes: 0, returned: 0, calls: 0, busy: 0 } });
}

function assemble(base: TestController, plan: WorldPlan, keys: Readonly<Record<string, string>>): Chaos {
  const { clock } = base;
  const groups = groupsFor(plan, keys);
  const ledger = memoryLedger(() => clock.now());
  const [fate, fifo] = [newFate(), newFifo(clock)];
  const chaos: Chaos = {
    ...{ base, c: base.c, ledger, fifo, fate, groups, plan, keys, subjects: subjectsIn(groups, base) },
    ...{
      healthy: viewOf(base.aws),
      startedAt: '',
      breaches: [],
      published: [],
      written: [],
      sum: { passes: 0, returned: 0, calls: 0, busy: 0 },
    },
    ...{ trouble: {}, calls: 0, document: { text: JSON.stringify(documentFor(plan, keys)), version: 1 } },
  };
  const spokes = mortal('spokes', spokesOf(chaos), fate);
  const notifier = { tell: (story: Story) => publish(chaos, story) };
  const c: Controller = {
    ...base.c,
    ledger: mortal('ledger', ledger, fate),
    queue: mortal('queue', { send: fifo.send }, fate),
    notifier: mortal('notifier', notifier, fate),
    desiredState: {
      documents: async () => [
        { name: '/lockstep/desired-state/orders', modified: '2026-03-01T12:00:00.000Z', ...chaos.document },
      ],
      freeze: async () => chaos.freeze,
    },
    ...{ observer: spokes, healer: spokes },
  };
  return Object.assign(chaos, { c });
}

const subjectsIn = (groups: readonly Group[], { someone }: TestController): readonly They[] =>
  groups.flatMap(({ replications }) =>
    replications.map(({ source, destination, role }) => ({
      source: { account: source.account, region: source.region, bucket: source.bucket, key: source.key.named },
      destination: { ...destination, key: destination.key.named },
      ...{ role, someone },
    })),
  );

async function publish(chaos: Chaos, story: Story): Promise<void> {
  if (chaos.trouble.deaf) throw new Error('SNS takes nothing');
  const name = Object.values(telling(story)).join(' ');
  chaos.published.push({ name, story, at: chaos.base.clock.now().getTime() });
}

/** Both roles in one, under the laws, in whatever storm there is. */
function spokesOf(chaos: Chaos): AwsGateway {
  const { observer, healer } = chaos.base.c;
  const both: AwsGateway = { send: (call) => (isWrite(call as AwsCall) ? healer : observer).send(call) };
  const watched = wrapped(both, async (call, send) => {
    chaos.calls += 1;
    chaos.sum.calls += 1;
    if (isWrite(call)) chaos.breaches.push(...(await breachesOf(chaos, call)));
    const reply = await send();
    if (isWrite(call) && reply.ok) chaos.written.push({ call, at: chaos.base.clock.now().getTime() });
    return reply;
  });
  const guarded = lawful(stormy(watched, () => chaos.trouble.storm));
  return wrapped({ send: guarded.send }, async (_, send) => {
    const reply = await send();
    chaos.breaches.push(...guarded.breaches.splice(0));
    return reply;
  });
}

/** Nothing is written that may not be, or that was not announced. */
async function breachesOf(chaos: Chaos, call: AwsCall): Promise<readonly string[]> {
  const started = (await repairsOf(chaos)).filter(({ outcome }) => outcome === 'started');
  const paused = (await chaos.ledger.pauses()).filter(({ until }) => Date.parse(until) > chaos.base.clock.now().getTime());
  const reasons = [
    started.some(({ resource }) => isOn(call, resource.arn)) ? '' : 'that was not announced',
    chaos.freeze === undefined ? '' : 'while everything is frozen',
    chaos.c.settings.mode === 'observe' ? 'where nothing is to be written' : '',
    (await chaos.ledger.fleet()).budget === undefined ? '' : 'over budget',
    paused.length > 0 && paused.length === chaos.subjects.length ? 'while everything is paused' : '',
  ];
  return reasons.filter((reason) => reason !== '').map((reason) => `${call.operation} ${reason}`);
}

/** Whether a call is about a resource. */
export function isOn({ input }: AwsCall, arn: string): boolean {
  const { Bucket, KeyId, RoleName } = input as Readonly<Record<string, string | undefined>>;
  const subject = Bucket ?? KeyId ?? RoleName ?? '';
  return arn === subject || arn.endsWith(`:${subject}`) || arn.endsWith(`/${subject}`);
}

/** Lays fields over every replication of the document, and has it admitted by a sweep. */
export async function edit(chaos: Chaos, more: object): Promise<void> {
  rewrite(chaos, more);
  await sweepNow(chaos);
}

/** The same, and Parameter Store tells of it. */
export async function editHeard(chaos: Chaos, more: object): Promise<void> {
  rewrite(chaos, more);
  await insisting(chaos, () => admit(chaos.c, { cause: 'edit', requestId: `edit ${chaos.document.version}` }));
}

function rewrite(chaos: Chaos, more: object): void {
  const ways = Object.entries(chaos.plan.replications);
  const replications = Object.fromEntries(ways.map(([name, way]) => [name, { ...way, more: { ...way.more, ...more } }]));
  const text = JSON.stringify(documentFor({ ...chaos.plan, replications }, chaos.keys));
  chaos.document = { text, version: chaos.document.version + 1 };
}

/** What may die is tried again, as EventBridge and Lambda do. */
async function insisting<T>({ fate, base }: Chaos, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    fate.revive();
    await base.clock.advance(60);
    return attempt();
  }
}

export async function routeAll(chaos: Chaos, events: readonly unknown[]): Promise<readonly Routed[]> {
  const routed: Routed[] = [];
  for (const event of events) routed.push(await insisting(chaos, () => route(event, chaos.c)));
  return routed;
}

export async function sweepNow(chaos: Chaos): Promise<void> {
  const id = chaos.base.clock.now().toISOString();
  await insisting(chaos, () => sweep(chaos.c, { id, requestId: `${id} ${chaos.document.version}` }));
}

/** Invocations until the queue is empty. The doom strikes once, haste is over with the first invocation, a storm after the fourth. */
export async function work(chaos: Chaos, trouble: Trouble = {}): Promise<number> {
  const { fate, fifo, base } = chaos;
  if (fifo.waiting.length === 0) return 0;
  const foreign = JSON.stringify(foreignContent(viewOf(base.aws)));
  chaos.trouble = trouble;
  if (trouble.doom !== undefined) fate.doom(trouble.doom);
  let invocations = 0;
  for (let letters = await fifo.receive(); letters.length > 0; letters = await fifo.receive()) {
    if (++invocations > 100) throw new Error('the queue is never empty');
    chaos.calls = 0;
    const answer = passesOver(letters.map(recordOf), chaos.c, () => remaining(chaos));
    const ends = await Promise.allSettled(letters.map(async (letter, index) => answer(recordOf(letter, index))));
    const isAnswered = (index: number): boolean => !fate.isDead() && ends[index]?.status === 'fulfilled';
    for (const [index, letter] of letters.entries()) isAnswered(index) ? fifo.answered(letter) : fifo.returned(letter);
    chaos.sum.busy += chaos.calls > 0 ? 1 : 0;
    chaos.sum.passes += new Set(letters.map(({ group }) => group)).size;
    chaos.sum.returned += letters.filter((_, index) => !isAnswered(index)).length;
    chaos.breaches.push(...ends.flatMap((end) => (end.status === 'rejected' ? surprise(end.reason) : [])));
    fate.revive();
    const { haste: _, storm, ...others } = chaos.trouble;
    chaos.trouble = { ...others, ...(storm && invocations < 4 && { storm }) };
    await base.clock.advance(1);
  }
  chaos.trouble = {};
  fate.doom(undefined);
  if (JSON.stringify(foreignContent(viewOf(base.aws))) !== foreign) chaos.breaches.push('content of others was changed');
  return invocations;
}

const remaining = ({ trouble, calls }: Chaos): number => (trouble.haste !== undefined && calls >= trouble.haste ? 0 : 120_000);

const surprise = (error: unknown): readonly string[] =>
  [Killed, Recoverable, MalformedMessage].some((Expected) => error instanceof Expected)
    ? []
    : [`unexpected: ${error instanceof Error ? error.stack : String(error)}`];

/** As an administrator sees it. */
export const truth = ({ groups, base }: Chaos): Promise<readonly ReplicationReport[]> =>
  lookOnly(groups, { gateway: localGateway(base.aws), write: false });

const interrupting = new Set(aspects.filter(({ interrupts }) => interrupts).map(({ name }) => name));

/** The replications that cannot replicate now. */
export async function brokenNow(chaos: Chaos): Promise<readonly string[]> {
  const isBroken = ({ findings, proof }: ReplicationReport): boolean =>
    findings.some(({ verdict, aspect }) => verdict === 'blocked' || (verdict === 'drifted' && interrupting.has(aspect))) ||
    proof.some(({ answer }) => answer === 'denied');
  return (await truth(chaos)).filter(isBroken).map(({ name }) => name);
}

const namesIn = ({ groups }: Chaos): readonly string[] =>
  groups.flatMap(({ replications }) => replications.map(({ name }) => name));

export async function repairsOf(chaos: Chaos): Promise<readonly RepairRecord[]> {
  const all = (await Promise.all(namesIn(chaos).map((name) => chaos.ledger.repairs(name)))).flat();
  return [...new Map(all.map((record) => [record.id, record])).values()];
}

export const outagesOf = async (chaos: Chaos): Promise<readonly OutageRecord[]> =>
  (await Promise.all(namesIn(chaos).map((name) => chaos.ledger.outages(name)))).flat();
