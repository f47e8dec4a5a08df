import { describe, expect, it } from 'vitest';
import type { WorldPlan } from '../support/builders.ts';
import { destination, source, thePair } from '../support/builders.ts';
import {
  type Chaos,
  edit,
  editHeard,
  newChaos,
  outagesOf,
  repairsOf,
  routeAll,
  sweepNow,
  truth,
  work,
} from '../support/chaos.ts';
import type { Port, Storm } from '../support/chaos-fate.ts';
import { driftNamed, forget, happens, kindsOf, policyGone, replicationGone } from '../support/chaos-kit.ts';
import { garbage } from '../support/chaos-turns.ts';
import type { They } from '../support/edits.ts';
import { toldTwice } from '../support/stories.ts';

const hour = 3600;
const everything = driftNamed('everything was undone');

async function swept(chaos: Chaos): Promise<void> {
  await sweepNow(chaos);
  await work(chaos);
}

const verdictsOf = async ({ ledger }: Chaos) => [...new Set((await ledger.statuses()).map(({ verdict }) => verdict))];

/** So many replications that share nothing. */
const apart = (count: number): WorldPlan => {
  const names = Array.from({ length: count }, (_, at) => `orders-${at}`);
  return {
    buckets: names.flatMap((name) => [
      { ...source, name },
      { ...destination, name: `${name}-dr` },
    ]),
    replications: Object.fromEntries(names.map((name) => [name, { from: name, to: `${name}-dr` }])),
  };
};

describe('the budget', () => {
  it.each([
    { percent: 25, minimum: 1, drifted: 1, isOver: false, because: 'one of four is a quarter' },
    { percent: 25, minimum: 1, drifted: 2, isOver: true, because: 'two of four are more' },
    { percent: 60, minimum: 0, drifted: 2, isOver: false, because: 'of 2.4 two are repaired' },
    { percent: 60, minimum: 0, drifted: 3, isOver: true, because: 'three are more than 2.4' },
    { percent: 0, minimum: 3, drifted: 3, isOver: false, because: 'so many are repaired in any case' },
    { percent: 0, minimum: 0, drifted: 1, isOver: true, because: 'nothing may be repaired' },
  ])(
    'of $percent percent and at least $minimum is exceeded by $drifted of 4: $isOver, because $because',
    async ({ isOver, ...given }) => {
      const chaos = await newChaos(apart(4), { budgetPercent: given.percent, budgetMinimum: given.minimum });
      for (const they of chaos.subjects.slice(0, given.drifted)) await policyGone.done(they);

      for (const _ of [1, 2]) {
        await swept(chaos);
        await chaos.base.clock.advance(hour);
      }

      expect(chaos.breaches).toEqual([]);
      expect(kindsOf(chaos).filter((kind) => kind === 'budget-exceeded')).toHaveLength(isOver ? 1 : 0);
      const allowed = Math.max(given.minimum, Math.floor((given.percent / 100) * 4));
      if (isOver) expect(chaos.written.length).toBeLessThanOrEqual(allowed);
      else expect(await verdictsOf(chaos)).toEqual(['proven']);
      expect((await chaos.ledger.fleet()).budget !== undefined).toBe(isOver);
    },
  );

  it.each([
    { minimum: 1, written: 1, isOver: true, because: 'a wrong document must not rewrite an organization' },
    { minimum: 4, written: 4, isOver: false, because: 'so many may be changed in any case' },
  ])('counts what one edit would change, $minimum or more of 4: $because', async ({ minimum, written, isOver }) => {
    const chaos = await newChaos(apart(4), { budgetPercent: 0, budgetMinimum: minimum });
    await swept(chaos);
    const before = chaos.written.length;

    await editHeard(chaos, { lifecycle: { source: { expireAfterDays: 90 } } });
    await work(chaos);

    expect(chaos.written.length - before).toBe(written);
    expect(kindsOf(chaos).filter((kind) => kind === 'budget-exceeded')).toHaveLength(isOver ? 1 : 0);
  });

  it('lets an edit build what never worked, however much it is', async () => {
    const chaos = await newChaos(apart(4), { budgetPercent: 0, budgetMinimum: 0 });
    for (const they of chaos.subjects) await everything.done(they);
    for (const status of await chaos.ledger.statuses()) await chaos.ledger.removeStatus(status.replication);

    await editHeard(chaos, { lifecycle: { source: { expireAfterDays: 90 } } });
    await work(chaos);

    expect(await verdictsOf(chaos)).toEqual(['proven']);
  });

  it('once exceeded stops changes too, until a person resumes', async () => {
    const chaos = await newChaos(apart(2), { budgetPercent: 0, budgetMinimum: 1 });
    for (const they of chaos.subjects) await policyGone.done(they);
    await swept(chaos);
    const before = chaos.written.length;

    expect(await happens(chaos, replicationGone)).toBe(0);
    await chaos.ledger.putBudget(undefined);
    for (const { id } of chaos.groups)
      await chaos.fifo.send([
        { message: { version: 1, group: id, trigger: { kind: 'request', reason: 'person' } }, deduplication: id },
      ]);
    await work(chaos);

    expect(chaos.written.length).toBeGreaterThan(before);
    expect(await verdictsOf(chaos)).toEqual(['proven']);
  });

  it('is told although the pass that exceeded it died', async () => {
    for (const at of [1, 2, 3, 4, 5, 6, 7]) {
      const chaos = await newChaos(thePair, { budgetPercent: 0, budgetMinimum: 0 });
      await policyGone.done(chaos.subjects[0] as They);
      await sweepNow(chaos);
      await work(chaos, { doom: { port: 'ledger', at, effect: true } });
      await chaos.base.clock.advance(hour);
      await swept(chaos);

      expect({ at, told: kindsOf(chaos).filter((kind) => kind === 'budget-exceeded').length }).toEqual({
        at,
        told: chaos.fate.deaths.includes('ledger.storyTold before') ? 2 : 1,
      });
      expect(chaos.breaches).toEqual([]);
    }
  }, 60_000);
});

describe('a hold', () => {
  it('by the freeze parameter counts from the moment it is set, even within a pass', async () => {
    const chaos = await newChaos(thePair);
    Object.defineProperty(chaos, 'freeze', {
      get: () => (chaos.calls > 0 ? { reason: 'a holiday' } : undefined),
      configurable: true,
    });

    expect(await happens(chaos, policyGone)).toBe(0);
    await swept(chaos);

    const held = chaos.published.flatMap(({ story }) => (story.kind === 'drifted' ? [story.held] : []));
    expect(held).toEqual(['All repairs are frozen until the freeze parameter is removed: a holiday']);
    expect(chaos.written).toEqual([]);
    Object.defineProperty(chaos, 'freeze', { value: undefined });
    await swept(chaos);
    expect(await verdictsOf(chaos)).toEqual(['proven']);
    expect(await outagesOf(chaos)).not.toContainEqual(expect.not.objectContaining({ endedAt: expect.anything() }));
  });

  it.each([
    {
      by: 'a person',
      pause: (chaos: Chaos, until: string) =>
        chaos.ledger.putPause({ replication: 'orders-dr', until, reason: 'a move', by: 'ops' }),
    },
    {
      by: 'its document',
      pause: (chaos: Chaos, until: string) => edit(chaos, { mode: 'paused', until, reason: 'a move' }),
    },
  ])('of one replication by $by ends by itself, and that is announced once', async ({ pause }) => {
    const chaos = await newChaos(thePair);
    await pause(chaos, new Date(chaos.base.clock.now().getTime() + 2 * hour * 1000).toISOString());
    await work(chaos);
    await chaos.base.clock.advance(hour);
    expect(await happens(chaos, policyGone)).toBe(0);
    expect(await verdictsOf(chaos)).toEqual(['paused']);

    for (const hours of [2, 1, 26, 26]) {
      await chaos.base.clock.advance(hours * hour);
      await swept(chaos);
    }

    expect(kindsOf(chaos).filter((kind) => kind === 'pause-ended')).toHaveLength(1);
    expect(await verdictsOf(chaos)).toEqual(['proven']);
    expect(chaos.breaches).toEqual([]);
  });

  it('by the deployment that only observes is never lifted', async () => {
    const chaos = await newChaos(thePair, { mode: 'observe' });

    expect(await happens(chaos, policyGone)).toBe(0);
    await swept(chaos);

    expect(kindsOf(chaos)).toEqual(['drifted']);
    expect(chaos.breaches).toEqual([]);
    expect(await verdictsOf(chaos)).toEqual(['drifted']);
  });
});

describe('time that runs out', () => {
  it.each([
    { haste: 0, because: 'before the first read' },
    { haste: 17, because: 'after the last read' },
    { haste: 20, because: 'between two steps' },
    { haste: 26, because: 'late in the plan' },
  ])('after $haste calls is made up for by the next pass ($because)', async ({ haste }) => {
    const chaos = await newChaos(thePair);
    await everything.done(chaos.subjects[0] as They);
    await sweepNow(chaos);
    const invocations = await work(chaos, { haste });

    expect(invocations).toBeGreaterThan(1);
    expect(await verdictsOf(chaos)).toEqual(['proven']);
    expect((await repairsOf(chaos)).filter(({ outcome }) => outcome !== 'repaired')).toEqual([]);
    expect(kindsOf(chaos)).not.toContain('repair-failed');
    expect(chaos.sum.returned).toBe(0);
    expect(chaos.breaches).toEqual([]);
  });

  it('before anything was done leaves nothing but a request to continue', async () => {
    const chaos = await newChaos(thePair);
    await policyGone.done(chaos.subjects[0] as They);
    await sweepNow(chaos);
    chaos.trouble = { haste: 0 };
    const letters = await chaos.fifo.receive();
    const { passesOver } = await import('../../functions/reconcile/passes.ts');
    const { recordOf } = await import('../support/chaos-queue.ts');
    const records = letters.map(recordOf);
    const answer = passesOver(records, chaos.c, () => 5_000);

    await Promise.all(records.map(answer));

    expect(chaos.written).toEqual([]);
    expect(chaos.fifo.waiting.slice(letters.length).map(({ body }) => JSON.parse(body).trigger)).toEqual([
      { kind: 'request', reason: 'continue' },
    ]);
  });
});

/** The event of the drift. */
const lastWrite = ({ base }: Chaos) =>
  (base.events() as readonly { readonly detail: { readonly readOnly?: boolean } }[]).findLast(
    ({ detail }) => detail.readOnly === false,
  );

describe('messages', () => {
  it.each<{ error: Storm['error']; calls: Storm['calls']; isReturned: boolean }>([
    { error: 'ThrottlingException', calls: 'reads', isReturned: true },
    { error: 'ThrottlingException', calls: 'writes', isReturned: true },
    { error: 'InternalError', calls: 'writes', isReturned: true },
    { error: 'TimeoutError', calls: 'reads', isReturned: true },
    { error: 'AccessDenied', calls: 'reads', isReturned: false },
    { error: 'AccessDenied', calls: 'writes', isReturned: false },
  ])('come back after $error to $calls: $isReturned', async ({ error, calls, isReturned }) => {
    const chaos = await newChaos(thePair);
    await policyGone.done(chaos.subjects[0] as They);
    await sweepNow(chaos);
    await work(chaos, { storm: { error, calls, every: 1, effect: false } });

    expect(chaos.sum.returned > 0).toBe(isReturned);
    const toldOf = calls === 'writes' ? 'repair-failed' : 'unreadable';
    expect(kindsOf(chaos).includes(toldOf)).toBe(!isReturned);
    await chaos.base.clock.advance(hour);
    await swept(chaos);
    expect(await verdictsOf(chaos)).toEqual(['proven']);
    expect(toldTwice(chaos.published.map(({ story }) => story))).toEqual([]);
  });

  it('that are no messages end in the dead-letter queue, alone', async () => {
    const chaos = await newChaos(thePair);
    await policyGone.done(chaos.subjects[0] as They);
    await routeAll(chaos, chaos.base.events());
    for (const body of garbage) chaos.fifo.throwIn(body, 'garbage');

    await work(chaos);

    expect(chaos.fifo.dead.toSorted()).toEqual(garbage.toSorted());
    expect(chaos.breaches).toEqual([]);
    expect((await chaos.ledger.fleet()).budget).toBeUndefined();
    expect(await verdictsOf(chaos)).toEqual(['proven']);
  });

  it('of a flood are answered by a few passes', async () => {
    const chaos = await newChaos(thePair);
    await policyGone.done(chaos.subjects[0] as They);
    const event = lastWrite(chaos);
    const copies = Array.from({ length: 100 }, (_, at) => ({ ...event, detail: { ...event?.detail, eventID: `event-${at}` } }));
    await routeAll(chaos, copies);
    expect(chaos.fifo.waiting).toHaveLength(100);
    await chaos.base.clock.advance(1);

    await work(chaos);

    expect(chaos.sum.busy).toBeLessThanOrEqual(3);
    expect(await verdictsOf(chaos)).toEqual(['proven']);
    expect(chaos.written).toHaveLength(1);
  });

  it.each([
    {
      of: 'two copies of one call',
      change: [
        { sharedEventID: 's', eventID: 'a' },
        { sharedEventID: 's', eventID: 'b' },
      ],
      count: 1,
    },
    { of: 'the same event twice', change: [{ eventID: 'a' }, { eventID: 'a' }], count: 1 },
    { of: 'two calls', change: [{ eventID: 'a' }, { eventID: 'b' }], count: 2 },
    {
      of: 'two calls that both have copies',
      change: [
        { sharedEventID: 's', eventID: 'a' },
        { sharedEventID: 't', eventID: 'b' },
      ],
      count: 2,
    },
  ])('are $count for $of', async ({ change, count }) => {
    const chaos = await newChaos(thePair);
    await policyGone.done(chaos.subjects[0] as They);
    const event = lastWrite(chaos);

    await routeAll(
      chaos,
      change.map((more) => ({ ...event, detail: { ...event?.detail, ...more } })),
    );

    expect(chaos.fifo.waiting).toHaveLength(count);
  });
});

const ports: readonly { readonly port: Port; readonly upTo: number }[] = [
  { port: 'spokes', upTo: 26 },
  { port: 'ledger', upTo: 34 },
  { port: 'queue', upTo: 3 },
  { port: 'notifier', upTo: 3 },
];

describe('a change that cannot be answered alone', () => {
  it('leaves no outage open when everything is looked at in the same pass', async () => {
    const chaos = await newChaos(thePair);
    const they = chaos.subjects[0] as They;
    for (const name of ['default encryption of orders was deleted', 'our objects statement was removed']) {
      await driftNamed(name).done(they);
      await chaos.base.clock.advance(60);
    }
    await routeAll(chaos, chaos.base.events());

    await work(chaos, { storm: { error: 'AccessDenied', calls: 'writes', every: 2, effect: false } });

    expect(await verdictsOf(chaos)).toEqual(['proven']);
    expect((await outagesOf(chaos)).filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
  });
});

describe('a pass that dies', () => {
  it.each(ports)(
    'at any call to $port is made up for, and told once',
    async ({ port, upTo }) => {
      const chaos = await newChaos(thePair);
      const moments = Array.from({ length: upTo }, (_, at) => [
        { at, effect: false },
        { at, effect: true },
      ]).flat();
      let deaths = 0;
      for (const { at, effect } of moments) {
        await policyGone.done(chaos.subjects[0] as They);
        const driftedAt = chaos.base.clock.now().toISOString();
        await chaos.base.clock.advance(20);
        if (at % 2 === 0) await routeAll(chaos, chaos.base.events());
        else await sweepNow(chaos);
        await work(chaos, { doom: { port, at, effect } });
        deaths += chaos.fate.deaths.length;
        // What the dead could not tell, the sweep does.
        await chaos.base.clock.advance(hour);
        chaos.base.events();
        await swept(chaos);

        const [repair] = await chaos.ledger.repairs('orders-dr', 1);
        const [outage] = await chaos.ledger.outages('orders-dr', 1);
        const contest = (await chaos.ledger.contests()).find(({ setting }) => setting.startsWith('bucket-policy '));
        const told = kindsOf(chaos).filter((kind) => kind === 'repaired').length;
        const mayRepeat = chaos.fate.deaths.some((where) => ['notifier.tell after', 'ledger.storyTold before'].includes(where));
        const seen = { at, effect, deaths: [...chaos.fate.deaths] };
        expect({ ...seen, breaches: chaos.breaches, writes: chaos.written.length, outcome: repair?.outcome }).toEqual({
          ...{ ...seen, breaches: [], writes: 1, outcome: 'repaired' },
        });
        expect({ ...seen, told }).toEqual({ ...seen, told: mayRepeat ? 2 : 1 });
        expect({ ...seen, who: repair?.change?.eventName }).toEqual({ ...seen, who: expect.stringContaining('BucketPolicy') });
        expect({ ...seen, isOver: outage?.endedAt !== undefined, isCovered: (outage?.window.from ?? '9') <= driftedAt }).toEqual({
          ...{ ...seen, isOver: true, isCovered: true },
        });
        expect({ ...seen, since: (outage?.startedAt ?? '') >= driftedAt.slice(0, 19) }).toEqual({ ...seen, since: true });
        expect({ ...seen, counted: contest?.repairs.includes(repair?.startedAt ?? '') }).toEqual({ ...seen, counted: true });
        expect((await truth(chaos)).map(({ verdict }) => verdict)).toEqual(['proven']);
        forget(chaos);
        await chaos.base.clock.advance(25 * hour);
        await swept(chaos);
        forget(chaos);
      }
      expect(deaths).toBeGreaterThan(upTo / 3);
    },
    300_000,
  );
});
