/** The controller in a world where anything can go wrong: every port can die, throttle or come too late, and what must always hold is noted. */
import type { SQSRecord } from 'aws-lambda';
import { passesOver } from '../../functions/reconcile/passes.ts';
import type { Ledger, OutageRecord, RepairRecord, StatusRecord } from '../../shared/controller/ledger.ts';
import type { Controller, Freeze, Settings } from '../../shared/controller/ports.ts';
import { type Routed, route } from '../../shared/controller/route.ts';
import type { Story } from '../../shared/controller/story.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import { telling } from '../../shared/controller/tell.ts';
import type { AwsCall, AwsFailure, AwsGateway } from '../../shared/model/aws-call.ts';
import type { Group } from '../../shared/model/replication.ts';
import { documentFor, groupsFor, type WorldPlan } from './builders.ts';
import { type Doom, type Fate, mortal, newFate } from './chaos-fate.ts';
import { newController, spokeRoles, type TestController } from './controller.ts';
import type { They } from './edits.ts';
import { isWrite, Killed, localGateway, wrapped } from './gateways.ts';
import { lawful } from './lawful.ts';
import { memoryLedger } from './memory-ledger.ts';
import { foundationsFor, pass as lookOnly, type View, viewOf } from './world.ts';

/** Calls into the spokes that AWS does not answer as it should. */
export interface Storm {
  readonly calls: 'reads' | 'writes' | 'all';
  /** Every so many of them; 1: all. */
  readonly every: number;
  readonly error: 'ThrottlingException' | 'InternalError' | 'TimeoutError' | 'AccessDenied';
  /** Whether AWS carried the call out all the same. */
  readonly effect?: boolean;
}

/** What is out of order while the controller works. */
export interface Trouble {
  readonly doom?: Doom;
  readonly storm?: Storm;
  /** So many calls into the spokes, and the time of an invocation is over. */
  readonly haste?: number;
  /** SNS takes nothing. */
  readonly deaf?: boolean;
}

interface Published {
  readonly name: string;
  readonly story: Story;
  readonly at: number;
}

export interface Work {
  readonly invocations: number;
  readonly passes: number;
  /** Messages that came back. */
  readonly returned: number;
}

export interface Chaos {
  readonly base: TestController;
  readonly c: Controller;
  /** Without dangers, for looking at it. */
  readonly ledger: Ledger;
  readonly groups: readonly Group[];
  readonly subjects: readonly They[];
  readonly healthy: View;
  readonly fate: Fate;
  /** Laws that were broken, a sentence each. */
  readonly breaches: string[];
  readonly published: Published[];
  /** Writes that AWS accepted, with their time. */
  readonly written: { readonly call: AwsCall; readonly at: number }[];
  readonly sent: { count: number };
  /** Bodies that ended in the dead-letter queue. */
  readonly dead: string[];
  freeze?: Freeze;
  /** Lays fields over every replication of the document, as an edit. */
  edit(more: object): Promise<void>;
  /** What the events became, in their order. */
  route(events: readonly unknown[]): Promise<readonly Routed[]>;
  sweep(): Promise<void>;
  /** Invocations until the queue is empty, at most so many. */
  work(trouble?: Trouble, most?: number): Promise<Work>;
  garbage(body: string): void;
  /** Settings that interrupt replication and are wrong now, by replication; as an administrator sees it. */
  broken(): Promise<ReadonlySet<string>>;
  /** The verdicts as an administrator sees them, and how much could still be repaired. */
  truth(): Promise<{ readonly verdicts: Readonly<Record<string, string>>; readonly steps: number }>;
  view(): View;
  statuses(): Promise<readonly StatusRecord[]>;
  repairs(): Promise<readonly RepairRecord[]>;
  outages(): Promise<readonly OutageRecord[]>;
}

interface Parts {
  trouble: Trouble;
  calls: number;
  document: { text: string; version: number };
  freeze?: Freeze;
}

interface Letter {
  readonly body: string;
  readonly group: string;
  readonly sentAt: Date;
  receives: number;
  visible: number;
}

/** So long a message that was not answered stays hidden, in seconds; and so often it comes back. */
const visibility = 300;
const mostReceives = 4;

/** A fleet that was set up, proven, and has nothing left to do. */
export async function newChaos(plan: WorldPlan, settings: Partial<Settings> = {}): Promise<Chaos> {
  const base = newController({ settings });
  const { aws, clock, someone } = base;
  const keys = await foundationsFor(plan.buckets, someone);
  const groups = groupsFor(plan, keys);
  const text = (more: object): string =>
    JSON.stringify(
      documentFor(
        {
          ...plan,
          replications: Object.fromEntries(
            Object.entries(plan.replications).map(([name, way]) => [name, { ...way, more: { ...way.more, ...more } }]),
          ),
        },
        keys,
      ),
    );
  const state: Parts = { trouble: {}, calls: 0, document: { text: text({}), version: 1 } };
  const fate = newFate();
  const breaches: string[] = [];
  const published: Published[] = [];
  const written: { call: AwsCall; at: number }[] = [];
  const sent = { count: 0 };
  const letters: Letter[] = [];
  const dead: string[] = [];
  const ledger = memoryLedger(() => clock.now());
  const admin = localGateway(aws);
  const now = () => clock.now().getTime();
  let requests = 0;

  const names = groups.flatMap(({ replications }) => replications.map(({ name }) => name));
  const all = async <T>(read: (name: string) => Promise<readonly T[]>): Promise<readonly T[]> =>
    (await Promise.all(names.map(read))).flat();

  /** Nothing is written that may not be, or that was not announced. */
  async function watch(call: AwsCall): Promise<void> {
    const { Bucket, KeyId, RoleName } = call.input as Readonly<Record<string, string | undefined>>;
    const subject = Bucket ?? KeyId ?? RoleName ?? '';
    const started = (await all((name) => ledger.repairs(name))).filter(({ outcome }) => outcome === 'started');
    const note = (text: string): void => void breaches.push(`${call.operation} ${subject}: ${text}`);
    if (!started.some(({ resource }) => resource.arn === subject || resource.arn.endsWith(`:${subject}`) || resource.arn.endsWith(`/${subject}`)))
      note('was not announced');
    if (state.freeze !== undefined) note('while everything is frozen');
    if (settings.mode === 'observe') note('where nothing is to be written');
    if ((await ledger.fleet()).budget !== undefined) note('over budget');
    const paused = (await ledger.pauses()).filter(({ until }) => Date.parse(until) > now());
    if (paused.length === names.length) note('while everything is paused');
  }

  const spokes: AwsGateway = {
    send: (call) => (isWrite(call as AwsCall) ? base.c.healer : base.c.observer).send(call),
  };
  const watched = wrapped(spokes, async (call, send) => {
    sent.count += 1;
    state.calls += 1;
    if (isWrite(call)) await watch(call);
    const reply = await send();
    if (isWrite(call) && reply.ok) written.push({ call, at: now() });
    return reply;
  });
  const stormy = wrapped(watched, async (call, send) => {
    const { storm } = state.trouble;
    const isHit = storm !== undefined && (storm.calls === 'all' || (storm.calls === 'writes') === isWrite(call));
    if (!isHit || state.calls % storm.every !== 0) return send();
    state.calls += 1;
    if (storm.effect) await send();
    return { ok: false, error: failure(storm) };
  });
  const guarded = lawful(stormy);
  const gateway = mortal('spokes', guarded, fate);

  const queue = {
    send: async (messages: Parameters<Controller['queue']['send']>[0]) => {
      const before = base.queue.length;
      await base.c.queue.send(messages);
      for (const { message, sentAt } of base.queue.splice(before))
        letters.push({ body: JSON.stringify(message), group: message.group, sentAt, receives: 0, visible: 0 });
    },
  };
  const notifier = {
    tell: async (story: Story) => {
      if (state.trouble.deaf) throw new Error('SNS takes nothing');
      published.push({ name: Object.values(telling(story)).join(' '), story, at: now() });
    },
  };
  const c: Controller = {
    ...base.c,
    ledger: mortal('ledger', ledger, fate),
    queue: mortal('queue', queue, fate),
    notifier: mortal('notifier', notifier, fate),
    desiredState: {
      documents: async () => [
        { name: '/lockstep/desired-state/orders', ...state.document, modified: '2026-03-01T12:00:00.000Z' },
      ],
      freeze: async () => state.freeze,
    },
    observer: gateway,
    healer: gateway,
    ours: spokeRoles,
  };

  /** As Lambda gets them: up to ten that are not hidden, and none of a group that has one hidden before it. */
  function batch(): readonly Letter[] {
    const hidden = new Set<string>();
    const taken: Letter[] = [];
    for (const letter of letters) {
      if (letter.visible > now()) hidden.add(letter.group);
      else if (!hidden.has(letter.group) && taken.length < 10) taken.push(letter);
    }
    return taken;
  }

  async function invoke(taken: readonly Letter[]): Promise<{ passes: number; returned: number }> {
    state.calls = 0;
    const before = taken.map((letter, index) => recordOf(letter, index));
    const remaining = () => (state.trouble.haste !== undefined && state.calls >= state.trouble.haste ? 0 : 120_000);
    const answer = passesOver(before, c, remaining);
    const settled = await Promise.allSettled(before.map(async (record) => answer(record)));
    const isDead = fate.isDead();
    for (const [index, letter] of taken.entries()) {
      const isAnswered = !isDead && settled[index]?.status === 'fulfilled';
      letter.receives += 1;
      letter.visible = now() + visibility * 1000;
      if (!isAnswered && letter.receives >= mostReceives) dead.push(letter.body);
      if (isAnswered || letter.receives >= mostReceives) letters.splice(letters.indexOf(letter), 1);
    }
    const unexpected = settled.flatMap((one) => (one.status === 'rejected' && !isExpected(one.reason) ? [one.reason] : []));
    breaches.push(...unexpected.map((error) => `unexpected: ${error instanceof Error ? error.stack : String(error)}`));
    const returned = taken.filter((letter) => letters.includes(letter)).length;
    return { passes: new Set(taken.map(({ group }) => group)).size, returned };
  }

  /** Runs what may die; as Lambda and EventBridge do, it is tried again after a while. */
  async function insisting<T>(attempt: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++)
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Killed) || tries > 2) throw error;
        fate.revive();
        await clock.advance(60);
      }
  }

  const look = () => lookOnly(groups, { gateway: admin, write: false });
  const chaos: Chaos = {
    ...{ base, c, ledger, groups, fate, breaches, published, written, sent, dead },
    subjects: groups.flatMap(({ replications }) =>
      replications.map(({ source, destination, role }) => ({
        source: { ...source, key: source.key.named },
        destination: { ...destination, key: destination.key.named },
        role,
        someone,
      })),
    ),
    healthy: { buckets: new Map(), keys: new Map(), roles: new Map() },
    get freeze() {
      return state.freeze;
    },
    set freeze(freeze) {
      if (freeze === undefined) delete state.freeze;
      else state.freeze = freeze;
    },
    edit: async (more) => {
      state.document = { text: text(more), version: state.document.version + 1 };
      await chaos.sweep();
    },
    route: async (events) => {
      const routed: Routed[] = [];
      for (const event of events) routed.push(await insisting(() => route(event, c)));
      return routed;
    },
    sweep: async () => {
      const id = clock.now().toISOString();
      await insisting(() => sweep(c, { id, requestId: `request-${requests++}` }));
    },
    work: async (trouble = {}, most = 100) => {
      const foreign = JSON.stringify(foreignOf(viewOf(aws)));
      const sum = { invocations: 0, passes: 0, returned: 0 };
      state.trouble = trouble;
      fate.doom(trouble.doom);
      while (letters.length > 0 && sum.invocations < most) {
        const taken = batch();
        if (taken.length === 0) {
          await clock.advance(60);
          continue;
        }
        const { passes, returned } = await invoke(taken);
        sum.invocations += 1;
        sum.passes += passes;
        sum.returned += returned;
        fate.revive();
        if (returned > 0) state.trouble = sum.invocations > 3 ? {} : { ...state.trouble, haste: undefined };
        await clock.advance(1);
      }
      state.trouble = {};
      fate.doom(undefined);
      if (sum.invocations >= most) breaches.push(`the queue was not empty after ${most} invocations`);
      if (JSON.stringify(foreignOf(viewOf(aws))) !== foreign) breaches.push('content of others was changed');
      breaches.push(...guarded.breaches.splice(0));
      return sum;
    },
    garbage: (body) => void letters.push({ body, group: 'garbage', sentAt: clock.now(), receives: 0, visible: 0 }),
    broken: async () =>
      new Set(
        (await look()).flatMap(({ name, findings, proof }) => {
          const isWrong = findings.some((f) => f.verdict === 'drifted' && interrupting.has(f.aspect)) || findings.some((f) => f.verdict === 'blocked');
          return isWrong || proof.some(({ answer }) => answer === 'denied') ? [name] : [];
        }),
      ),
    truth: async () => {
      const reports = await look();
      return {
        verdicts: Object.fromEntries(reports.map(({ name, verdict }) => [name, verdict])),
        steps: reports.flatMap(({ steps }) => steps).length,
      };
    },
    view: () => viewOf(aws),
    statuses: () => ledger.statuses(),
    repairs: async () => [...new Map((await all((name) => ledger.repairs(name))).map((one) => [one.id, one])).values()],
    outages: () => all((name) => ledger.outages(name)),
  };
  await setUp(chaos);
  return Object.assign(chaos, { healthy: chaos.view() });
}
