import { describe, expect, it } from 'vitest';
import { admit } from '../../shared/controller/admit.ts';
import type { StatusRecord } from '../../shared/controller/ledger.ts';
import { sweep, sweepIdOf } from '../../shared/controller/sweep.ts';
import { tell } from '../../shared/controller/tell.ts';
import { groupsAsked, type Hub, newHub } from '../support/admission.ts';
import { source as here, keyArnAt, destination as there, written } from '../support/builders.ts';

const folder = '/lockstep/desired-state/';
const hour = '2026-03-01T12:00:00.000Z';

/** A replication of its own, of which a thousand make a thousand groups. */
const apart = (n: number, more: object = {}) => {
  const digits = String(n).padStart(8, '0');
  const key = (place: typeof here) => keyArnAt(place).replace(/key\/.{8}/, `key/${digits}`);
  return {
    ...written({ source: { bucket: `orders-${n}`, key: key(here) }, destination: { bucket: `copy-${n}`, key: key(there) } }),
    ...more,
  };
};

/** So many replications in force, five to a document, and nothing left to be said. */
async function fleetOf(count: number, more: object = {}): Promise<Hub> {
  const hub = newHub();
  for (let from = 0; from < count; from += 5) {
    const members = Array.from({ length: Math.min(5, count - from) }, (_, at) => [`r${from + at}`, apart(from + at, more)]);
    hub.put(`${folder}d${from}`, { version: 1, replications: Object.fromEntries(members) });
  }
  await admit(hub.c, { cause: 'edit', requestId: 'before' });
  hub.sent.length = hub.stories.length = 0;
  hub.counted.clear();
  hub.writes();
  return hub;
}

const start = (hub: Hub, id = hour) => sweep(hub.c, { id, requestId: `request of ${id}` });

const status = (replication: string, more: Partial<StatusRecord> = {}): StatusRecord => ({
  ...{ replication, group: replication, document: `${folder}d0`, mode: 'repair', verdict: 'proven' },
  ...{ since: hour, lastPass: hour, acceptedAt: hour, lastProof: hour, troubles: [], blockers: [], digest: 'x' },
  ...more,
});

describe('a sweep', () => {
  it('asks for a pass over every group, and says how large the fleet is', async () => {
    const hub = await fleetOf(3);

    const result = await start(hub);

    expect(hub.sent.map(({ message }) => message)).toEqual(
      ['r0', 'r1', 'r2'].map((group) => ({ version: 1, group, trigger: { kind: 'sweep', sweep: hour, fleet: 3 } })),
    );
    expect(result).toMatchObject({ groups: 3, replications: 3, admitted: { invalid: [] } });
  });

  it('that is tried again is the same sweep, and the next one is another', async () => {
    const hub = await fleetOf(3);

    await start(hub);
    hub.advance(60);
    await start(hub);
    const { lastSweep } = await hub.ledger.fleet();
    await start(hub, '2026-03-01T13:00:00.000Z');

    expect(lastSweep).toEqual({ id: hour, startedAt: hour, endedAt: '2026-03-01T12:01:00.000Z' });
    expect(groupsAsked(hub.sent)).toEqual(['r0', 'r0', 'r1', 'r1', 'r2', 'r2']);
  });

  it('finds an edit whose event was lost', async () => {
    const hub = await fleetOf(1);
    hub.put(`${folder}new`, { version: 1, replications: { late: apart(7) } });

    await start(hub);

    expect(hub.sent.map(({ message }) => `${message.trigger.kind} ${message.group}`)).toEqual([
      'request late',
      'sweep r0',
      'sweep late',
    ]);
  });

  it('goes by what the ledger has when documents cannot be read, and tells that', async () => {
    const hub = await fleetOf(2);
    const c = {
      ...hub.c,
      desiredState: {
        ...hub.c.desiredState,
        documents: () => Promise.reject(new Error('throttled')),
        freeze: async () => undefined,
      },
    };

    const result = await sweep(c, { id: hour, requestId: 'x' });

    expect(result).toEqual({ groups: 2, replications: 2 });
    expect(groupsAsked(hub.sent)).toEqual(['r0', 'r1']);
    expect(hub.stories).toMatchObject([{ kind: 'unreadable', reasons: [expect.stringContaining('throttled')] }]);
    expect(hub.counted.get('AdmitFailed')).toEqual([1]);
    expect(hub.counted.get('Replications')).toEqual([2]);
  });

  it('goes on while somebody else admits', async () => {
    const hub = await fleetOf(2);
    await hub.ledger.lease('admit', 'somebody', '2026-03-01T12:02:00.000Z', hour);

    const result = await start(hub);

    expect(result).toEqual({ groups: 2, replications: 2 });
    expect(hub.counted.has('AdmitFailed')).toBe(false);
  });

  it('goes on observing while repairs wait for a person', async () => {
    const hub = await fleetOf(2);
    await hub.ledger.putBudget({ sweep: 'earlier', since: hour, drifted: 9, of: 10 });

    await start(hub);

    expect(groupsAsked(hub.sent)).toEqual(['r0', 'r1']);
    expect((await hub.ledger.fleet()).budget).toMatchObject({ sweep: 'earlier' });
  });

  it('tells what was claimed and never told, once', async () => {
    const hub = await fleetOf(1);
    const speechless = { ...hub.c, notifier: { tell: () => Promise.reject(new Error('SNS is away')) } };
    await tell(speechless, { kind: 'orphaned', document: `${folder}gone`, replications: ['r9'], at: hour });

    hub.advance(600);
    await start(hub);
    await start(hub, 'next');

    expect(hub.stories).toMatchObject([{ kind: 'orphaned', replications: ['r9'] }]);
  });

  it('leaves alone what somebody else may be about to tell', async () => {
    const hub = await fleetOf(1);
    const speechless = { ...hub.c, notifier: { tell: () => Promise.reject(new Error('SNS is away')) } };
    await tell(speechless, { kind: 'orphaned', document: `${folder}gone`, replications: ['r9'], at: hour });

    hub.advance(120);
    await start(hub);

    expect(hub.stories).toEqual([]);
  });

  it('is not kept from the fleet by what cannot be told or counted', async () => {
    const hub = await fleetOf(1);
    const broken = {
      ...hub.ledger,
      untoldStories: () => Promise.reject(new Error('no')),
      statuses: () => Promise.reject(new Error('no')),
    };

    await sweep({ ...hub.c, ledger: broken }, { id: hour, requestId: 'x' });

    expect(groupsAsked(hub.sent)).toEqual(['r0']);
    expect(hub.logged.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('fails when a message could not be sent, so that it is tried again', async () => {
    const hub = await fleetOf(1);

    await expect(
      sweep({ ...hub.c, queue: { send: () => Promise.reject(new Error('no')) } }, { id: hour, requestId: 'x' }),
    ).rejects.toThrow('no');

    expect((await hub.ledger.fleet()).lastSweep).toEqual({ id: hour, startedAt: hour });
  });

  it('cut off at any call and tried again, asks for every group', async () => {
    const whole = await fleetOf(2);
    whole.mortal.calls = 0;
    await start(whole);

    for (let at = 1; at <= whole.mortal.calls; at += 1)
      for (const when of ['before', 'after'] as const) {
        const hub = await fleetOf(2);
        hub.mortal.calls = 0;
        hub.mortal.die = { at, when };
        await start(hub).catch(() => undefined);
        hub.mortal.die = undefined;

        await start(hub);

        expect(groupsAsked(hub.sent), `${when} call ${at}`).toEqual(['r0', 'r1']);
        expect((await hub.ledger.fleet()).lastSweep?.endedAt).toBeDefined();
      }
  });

  it('of two thousand groups makes no more calls than one of ten', { timeout: 60_000 }, async () => {
    const [small, large] = [await fleetOf(10), await fleetOf(2000)];
    small.mortal.calls = large.mortal.calls = 0;

    await start(small);
    const result = await start(large);

    expect(result).toMatchObject({ groups: 2000 });
    expect(new Set(groupsAsked(large.sent)).size).toBe(2000);
    expect(large.mortal.calls).toBe(small.mortal.calls);
  });
});

describe('what a sweep counts', () => {
  const gauges = (hub: Hub) => Object.fromEntries(hub.counted);

  it('is the fleet by verdict, each gauge once', async () => {
    const hub = await fleetOf(5);
    hub.put(`${folder}d0`, { version: 1, replications: Object.fromEntries([0, 1, 2, 3].map((n) => [`r${n}`, apart(n)])) });
    const verdicts = ['drifted', 'drifted', 'blocked', 'unreadable', 'contested'] as const;
    await hub.ledger.putStatuses(verdicts.map((verdict, n) => status(`r${n}`, { verdict })));
    await hub.ledger.putStatuses([status('long-gone', { verdict: 'drifted' })]);

    await start(hub);

    expect(gauges(hub)).toMatchObject({
      ...{ Replications: [5], InvalidDocuments: [0], Orphaned: [1] },
      ...{ Drifted: [2], Blocked: [1], Unreadable: [1], Contested: [1], Frozen: [0] },
    });
  });

  it('says that everything is frozen', async () => {
    const hub = await fleetOf(1);
    hub.freeze = { reason: 'release' };

    await start(hub);

    expect(gauges(hub)).toMatchObject({ Frozen: [1] });
  });

  it('has the age of the sweep before, and none for the first', async () => {
    const hub = await fleetOf(1);

    await start(hub);
    const first = gauges(hub);
    hub.advance(3600);
    await start(hub, 'next');

    expect(first).not.toHaveProperty('LastSweepAgeSeconds');
    expect(gauges(hub)).toMatchObject({ LastSweepAgeSeconds: [3600] });
  });

  const proofs = [
    {
      name: 'since the last proof',
      seconds: 1800,
      statuses: [status('r0'), status('r1', { lastProof: '2026-03-01T12:20:00.000Z' })],
    },
    {
      name: 'since acceptance, while there is no proof',
      seconds: 900,
      statuses: [
        status('r0', { lastProof: '2026-03-01T12:29:00.000Z' }),
        { ...status('r1', { acceptedAt: '2026-03-01T12:15:00.000Z' }), lastProof: undefined },
      ],
    },
    {
      name: 'since it was admitted, while no pass has looked at it',
      seconds: 1800,
      statuses: [status('r0', { lastProof: '2026-03-01T12:29:00.000Z' })],
    },
  ];

  it.each(proofs)('has the age of the oldest proof: $name', async ({ seconds, statuses }) => {
    const hub = await fleetOf(2);
    await hub.ledger.putStatuses(statuses as readonly StatusRecord[]);

    hub.advance(1800);
    await start(hub);

    expect(gauges(hub)).toMatchObject({ OldestProofAgeSeconds: [seconds] });
  });

  it('counts one that is added to an old document from its own admission', async () => {
    const hub = await fleetOf(1);
    await hub.ledger.putStatuses([status('r0', { lastProof: '2026-03-08T12:00:00.000Z' })]);
    hub.advance(7 * 24 * 3600);
    hub.put(`${folder}d0`, { version: 1, replications: { r0: apart(0), r1: apart(1) } });
    await admit(hub.c, { cause: 'edit', requestId: 'added' });

    hub.advance(60);
    await start(hub);

    expect(gauges(hub)).toMatchObject({ OldestProofAgeSeconds: [60] });
  });

  const resting: readonly { readonly name: string; readonly rest: (hub: Hub) => Promise<void> }[] = [
    {
      name: 'paused by a person',
      rest: (hub) => hub.ledger.putPause({ replication: 'r0', until: '2026-04-01T00:00:00Z', reason: 'x', by: 'kim' }),
    },
    {
      name: 'paused by its document',
      rest: async (hub) =>
        void hub.put(`${folder}d0`, {
          version: 1,
          replications: { r0: apart(0, { mode: 'paused', until: '2026-04-01T00:00:00Z', reason: 'x' }) },
        }),
    },
    { name: 'orphaned', rest: async (hub) => hub.remove(`${folder}d0`) },
  ];

  it.each(resting)('expects no proof of one that is $name', async ({ rest }) => {
    const hub = await fleetOf(1);
    await hub.ledger.putStatuses([status('r0')]);
    await rest(hub);

    hub.advance(1800);
    await start(hub);

    expect(gauges(hub)).toMatchObject({ OldestProofAgeSeconds: [0] });
  });
});

describe('the id of a sweep', () => {
  const events = [
    { event: { scheduledTime: '2026-03-01T12:00:00Z' }, id: hour, because: 'Scheduler fills in the time it was due' },
    { event: { time: '2026-03-01T12:00:00Z', source: 'aws.events' }, id: hour, because: 'a rule sends the time it was due' },
    {
      event: { scheduledTime: '<aws.scheduler.scheduled-time>', time: '2026-03-01T12:00:00Z' },
      id: hour,
      because: 'a placeholder is no time',
    },
    { event: { time: 'noon' }, id: 'request', because: 'that is no time' },
    { event: {}, id: 'request', because: 'somebody invoked it by hand' },
    { event: null, id: 'request', because: 'somebody invoked it with nothing' },
    { event: 'x', id: 'request', because: 'somebody invoked it with something else' },
  ];

  it.each(events)('is $id for $event, because $because', ({ event, id }) => {
    expect(sweepIdOf(event, 'request')).toBe(id);
  });
});
