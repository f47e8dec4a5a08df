import { ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  ContestRecord,
  DocumentRecord,
  FleetChange,
  OutageRecord,
  PauseRecord,
  RepairRecord,
  ReplicationRecord,
  StatusRecord,
} from '../../shared/controller/ledger.ts';
import { aReplication } from '../support/builders.ts';
import { localLedger, table } from './local-ledger.ts';

const bucket = 'arn:aws:s3:::orders';
const role = 'arn:aws:iam::111111111111:role/lockstep-orders';
const policy = 'arn:aws:iam::111111111111:policy/team/guard';
const template = aReplication();

const inForce = (name: string, group: string, digest = 'd1'): ReplicationRecord => ({
  replication: { ...template, name },
  group,
  digest,
});

const aChange = (more: Partial<FleetChange> = {}): FleetChange => ({
  replications: [],
  removedReplications: [],
  groups: [],
  removedGroups: [],
  index: new Map(),
  removedIndex: [],
  ...more,
});

/** One group of these replications, all depending on one bucket. */
const fleetOf = (group: string, ...names: string[]): FleetChange =>
  aChange({
    replications: names.map((name) => inForce(name, group)),
    groups: [{ id: group, replications: names }],
    index: new Map([[bucket, [group]]]),
  });

const aStatus = (replication: string, more: Partial<StatusRecord> = {}): StatusRecord => ({
  replication,
  group: 'a',
  document: '/lockstep/desired-state/orders',
  mode: 'repair',
  verdict: 'proven',
  since: '2026-01-01T00:00:00.000Z',
  lastPass: '2026-01-01T00:00:00.000Z',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  troubles: [],
  blockers: [],
  digest: 'd1',
  ...more,
});

const aContest = (group: string, setting: string): ContestRecord => ({
  ...{ group, setting, repairs: ['2026-01-01T00:00:00.000Z'], holds: 1, rivals: [], digest: 'd1' },
  heldUntil: '2026-01-01T01:00:00.000Z',
});

const aPause = (replication: string): PauseRecord => ({
  replication,
  until: '2026-02-01T00:00:00.000Z',
  reason: 'move',
  by: 'ops',
});

const aRepair = (id: string, more: Partial<RepairRecord> = {}): RepairRecord => ({
  id,
  group: 'a',
  aspect: 'bucket-versioning',
  resource: { type: 'bucket', account: '111111111111', region: 'eu-west-1', name: 'orders', arn: bucket },
  replications: ['a'],
  differences: [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }],
  driftedAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:05.000Z',
  outcome: 'started',
  ...more,
});

describe('documents in the ledger', () => {
  it('are kept under their parameter name, replaced and removed', async () => {
    const { ledger } = await localLedger();
    const orders: DocumentRecord = {
      name: '/lockstep/desired-state/orders',
      text: '{}',
      version: 1,
      replications: ['orders-dr'],
    };
    const bad: DocumentRecord = {
      ...{ name: '/lockstep/desired-state/bad', replications: [] },
      invalid: { version: 7, since: '2026-01-01T00:00:00.000Z', faults: [{ path: 'replications', message: 'must be there' }] },
    };

    await ledger.putDocuments([orders, bad]);
    await ledger.putDocuments([{ ...orders, version: 2 }]);

    expect(await ledger.documents()).toEqual([bad, { ...orders, version: 2 }]);
    await ledger.removeDocument(bad.name);
    await ledger.removeDocument(bad.name);
    expect(await ledger.documents()).toEqual([{ ...orders, version: 2 }]);
  });

  it('may have names longer than a sort key, which stay apart', async () => {
    const { ledger } = await localLedger();
    const names = ['x', 'y', 'ü'].map((end) => `/${'é'.repeat(600)}${end}`);

    await ledger.putDocuments(names.map((name) => ({ name, replications: [] })));

    expect((await ledger.documents()).map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });
});

describe('the fleet in the ledger', () => {
  it('is found by what it depends on, in one call', async () => {
    const { ledger, callsSince } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a', 'b'));
    await ledger.changeFleet(aChange({ index: new Map([[role, ['c', 'a']]]) }));
    callsSince();

    expect(await ledger.groupsOn([bucket, role, bucket, 'arn:aws:s3:::unknown'])).toEqual(['a', 'c']);
    expect(callsSince()).toEqual(['BatchGetItem']);
    expect(await ledger.groupsOn(Array.from({ length: 100 }, (_, i) => (i === 50 ? bucket : `arn:aws:s3:::b${i}`)))).toEqual([
      'a',
    ]);
    expect(callsSince()).toEqual(['BatchGetItem']);
    expect(await ledger.groupsOn([])).toEqual([]);
    expect(await ledger.index()).toEqual(
      new Map([
        [role, ['a', 'c']],
        [bucket, ['a']],
      ]),
    );
  });

  it('loses what is removed, and nothing else', async () => {
    const { ledger } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a', 'b'));
    await ledger.changeFleet({ ...fleetOf('c', 'c'), index: new Map([[role, ['c']]]) });

    await ledger.changeFleet(aChange({ removedReplications: ['c'], removedGroups: ['c'], removedIndex: [role] }));

    expect((await ledger.replications()).map(({ replication }) => replication.name)).toEqual(['a', 'b']);
    expect(await ledger.groups()).toEqual([{ id: 'a', replications: ['a', 'b'] }]);
    expect([...(await ledger.index()).keys()]).toEqual([bucket]);
    expect(await ledger.group('c')).toBeUndefined();
  });

  it('takes an index entry without groups as removed', async () => {
    const { ledger } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a'));

    await ledger.changeFleet(aChange({ index: new Map([[bucket, []]]) }));

    expect(await ledger.index()).toEqual(new Map());
  });

  it('ties policies to groups beside the index of the documents', async () => {
    const { ledger } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a'));
    const other = policy.replace('guard', 'other');

    await ledger.linkPolicies('a', [policy, other]);
    await ledger.linkPolicies('b', [policy]);
    expect(await ledger.groupsOn([policy])).toEqual(['a', 'b']);

    await ledger.linkPolicies('a', [other]);
    expect(await ledger.groupsOn([policy])).toEqual(['b']);
    expect(await ledger.groupsOn([other])).toEqual(['a']);
    await ledger.changeFleet(fleetOf('a', 'a', 'b'));
    expect(await ledger.groupsOn([other])).toEqual(['a']);
    expect([...(await ledger.index()).keys()]).toEqual([bucket]);

    await ledger.changeFleet(aChange({ removedGroups: ['a'] }));
    expect(await ledger.groupsOn([policy, other])).toEqual(['b']);
  });

  it('reads a group whose policies are the same with one call, and writes nothing', async () => {
    const { ledger, callsSince } = await localLedger();
    await ledger.linkPolicies('a', [policy]);
    callsSince();

    await ledger.linkPolicies('a', [policy]);

    expect(callsSince()).toEqual(['BatchGetItem']);
  });
});

describe('what a pass knows of its group', () => {
  it('is everything there is about it and its replications', async () => {
    const { ledger, callsSince } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a', 'b'));
    await ledger.putStatuses([aStatus('a'), aStatus('z')]);
    await ledger.putPause(aPause('b'));
    await ledger.putContests([aContest('a', 'bucket-policy x'), aContest('a-1', 'bucket-policy y')]);
    await ledger.startRepairs('a', [aRepair('r1'), aRepair('r2')]);
    await ledger.endRepairs('a', [aRepair('r2', { outcome: 'repaired' })]);
    await ledger.lookedAt('a', ['*'], '2026-01-01T00:00:00.000Z');
    await ledger.lookedAt('a', ['bucket-policy x'], '2026-01-01T00:01:00.000Z');
    await ledger.putSweep({ id: 's1', startedAt: '2026-01-01T00:00:00.000Z' });
    callsSince();

    const memory = await ledger.group('a');

    expect(callsSince()).toHaveLength(4);
    expect(memory).toEqual({
      id: 'a',
      replications: [inForce('a', 'a'), inForce('b', 'a')],
      failures: new Map(),
      statuses: new Map([['a', aStatus('a')]]),
      pauses: new Map([['b', aPause('b')]]),
      contests: new Map([['bucket-policy x', aContest('a', 'bucket-policy x')]]),
      unfinished: [aRepair('r1')],
      looked: new Map([
        ['*', '2026-01-01T00:00:00.000Z'],
        ['bucket-policy x', '2026-01-01T00:01:00.000Z'],
      ]),
      fleet: { lastSweep: { id: 's1', startedAt: '2026-01-01T00:00:00.000Z' } },
    });
  });

  it('is nothing where there is no such group', async () => {
    const { ledger } = await localLedger();

    expect(await ledger.group('a')).toBeUndefined();
  });

  it('holds a hundred replications and more', async () => {
    const { ledger } = await localLedger();
    const names = Array.from({ length: 130 }, (_, i) => `r-${String(i).padStart(3, '0')}`);
    await ledger.changeFleet(fleetOf('r-000', ...names));
    await ledger.putStatuses(names.map((name) => aStatus(name)));

    const memory = await ledger.group('r-000');

    expect(memory?.replications.map(({ replication }) => replication.name)).toEqual(names);
    expect([...(memory?.statuses.keys() ?? [])]).toEqual(names);
  });

  it('is forgotten with the group, except for repairs that are under way', async () => {
    const { ledger } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a'));
    await ledger.putContests([aContest('a', 'bucket-policy x'), aContest('b', 'bucket-policy x')]);
    await ledger.lookedAt('a', ['*'], '2026-01-01T00:00:00.000Z');
    await ledger.startRepairs('a', [aRepair('r1')]);

    await ledger.changeFleet(aChange({ removedGroups: ['a'] }));
    await ledger.changeFleet(fleetOf('a', 'a'));

    expect(await ledger.group('a')).toMatchObject({ contests: new Map(), looked: new Map(), unfinished: [aRepair('r1')] });
    expect(await ledger.contests()).toEqual([aContest('b', 'bucket-policy x')]);
  });
});

describe('records about replications', () => {
  it('are put, listed and removed', async () => {
    const { ledger } = await localLedger();

    await ledger.putStatuses([aStatus('b'), aStatus('a')]);
    await ledger.putPause(aPause('a'));
    await ledger.putContests([aContest('a', 'x'), aContest('a', 'y')]);
    expect(await ledger.statuses()).toEqual([aStatus('a'), aStatus('b')]);
    expect(await ledger.pauses()).toEqual([aPause('a')]);
    expect(await ledger.contests()).toEqual([aContest('a', 'x'), aContest('a', 'y')]);

    await ledger.removeStatus('a');
    await ledger.removePause('a');
    await ledger.removeContest('a', 'x');
    expect(await ledger.statuses()).toEqual([aStatus('b')]);
    expect(await ledger.pauses()).toEqual([]);
    expect(await ledger.contests()).toEqual([aContest('a', 'y')]);
  });

  it('of how objects move are listed, and go a month after they were judged', async () => {
    const { ledger, client } = await localLedger();
    const judgedAt = '2026-01-01T00:00:00.000Z';
    const stalls = [{ replication: 'a', rule: 'all', pending: 2 }];

    await ledger.putFlows([
      { replication: 'b', judgedAt, flow: 'moving', since: judgedAt, stalls: [] },
      { replication: 'a', judgedAt, flow: 'stalled', since: judgedAt, stalls },
    ]);
    await ledger.putFlows([{ replication: 'b', judgedAt, flow: 'unseen', since: judgedAt, stalls: [] }]);

    expect(await ledger.flows()).toEqual([
      { replication: 'a', judgedAt, flow: 'stalled', since: judgedAt, stalls },
      { replication: 'b', judgedAt, flow: 'unseen', since: judgedAt, stalls: [] },
    ]);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    expect(Items.map(({ expires }) => expires?.N)).toEqual(Array(2).fill(String(Date.parse('2026-01-31T00:00:00Z') / 1000)));
  });

  it('keep the last of two that are put at once', async () => {
    const { ledger } = await localLedger();

    await ledger.putStatuses([aStatus('a'), aStatus('a', { verdict: 'drifted' })]);

    expect(await ledger.statuses()).toEqual([aStatus('a', { verdict: 'drifted' })]);
  });

  it('may be far larger than an item', async () => {
    const { ledger } = await localLedger();
    const large = aStatus('a', {
      troubles: Array.from({ length: 20_000 }, (_, i) => `statement ${i} is not there, and should be`),
    });

    await ledger.putStatuses([large]);

    expect(await ledger.statuses()).toEqual([large]);
  });
});

describe('the history', () => {
  it('lists a repair under each of its replications, newest first, with its end', async () => {
    const { ledger } = await localLedger();
    const shared = aRepair('2026-01-02', { replications: ['a', 'b'] });

    await ledger.startRepairs('a', [aRepair('2026-01-01'), shared]);
    await ledger.startRepairs('a', [aRepair('2026-01-03')]);
    await ledger.endRepairs('a', [{ ...shared, outcome: 'repaired', endedAt: '2026-01-02T00:00:00.000Z' }]);

    expect((await ledger.repairs('a')).map(({ id, outcome }) => [id, outcome])).toEqual([
      ['2026-01-03', 'started'],
      ['2026-01-02', 'repaired'],
      ['2026-01-01', 'started'],
    ]);
    expect((await ledger.repairs('a', 1)).map(({ id }) => id)).toEqual(['2026-01-03']);
    expect((await ledger.repairs('b')).map(({ id }) => id)).toEqual(['2026-01-02']);
    expect(await ledger.repairs('c')).toEqual([]);
  });

  it('reads a group without the repairs that have ended', async () => {
    const { ledger, aws } = await localLedger();
    await ledger.changeFleet(fleetOf('a', 'a'));
    await ledger.startRepairs('a', [aRepair('r1')]);
    await ledger.endRepairs('a', [aRepair('r1', { outcome: 'failed' })]);
    const before = aws.calls.length;

    await ledger.group('a');

    expect(JSON.stringify(aws.calls.slice(before).map(({ input }) => input))).not.toContain('REPAIR#r1');
  });

  it('keeps an outage that is put again as one', async () => {
    const { ledger } = await localLedger();
    const first: OutageRecord = {
      ...{ replication: 'a', startedAt: '2026-01-01T00:00:00.000Z', reasons: ['versioning was suspended'] },
      window: { from: '2025-12-31T23:00:00.000Z' },
    };
    const second = { ...first, startedAt: '2026-01-02T00:00:00.000Z' };
    const ended = { ...first, endedAt: '2026-01-01T01:00:00.000Z', window: { ...first.window, to: '2026-01-01T01:00:00.000Z' } };

    for (const record of [first, second, ended]) await ledger.putOutage(record);

    expect(await ledger.outages('a')).toEqual([second, ended]);
    expect(await ledger.outages('a', 1)).toEqual([second]);
  });
});

describe('what was seen at a resource', () => {
  it('is kept by aspect', async () => {
    const { ledger } = await localLedger();

    await ledger.putSeen(
      new Map<string, Record<string, string>>([
        [bucket, { 'bucket-policy': 'p1', 'bucket-versioning': 'v1' }],
        [role, {}],
      ]),
    );
    await ledger.putSeen(new Map([[bucket, { 'bucket-policy': 'p2' }]]));

    expect(await ledger.seen([bucket, role])).toEqual(new Map([[bucket, { 'bucket-policy': 'p2', 'bucket-versioning': 'v1' }]]));
  });
});

describe('the actor behind a call', () => {
  it('is remembered for a day', async () => {
    const { ledger, clock } = await localLedger();
    const actor = { kind: 'role', principal: role, session: 'ci' } as const;
    await ledger.putActor('call-1', actor);

    await clock.advance(24 * 3600 - 1);
    expect(await ledger.actorOf('call-1')).toEqual(actor);
    expect(await ledger.actorOf('call-2')).toBeUndefined();
    await clock.advance(2);
    expect(await ledger.actorOf('call-1')).toBeUndefined();
  });
});

describe('the whole fleet', () => {
  it('has a last sweep and a budget, each set and lifted alone', async () => {
    const { ledger } = await localLedger();
    const lastSweep = { id: 's1', startedAt: '2026-01-01T00:00:00.000Z' };
    const budget = { sweep: 's1', since: '2026-01-01T00:00:00.000Z', drifted: 30, of: 100 };
    expect(await ledger.fleet()).toEqual({});

    await Promise.all([ledger.putSweep(lastSweep), ledger.putBudget(budget)]);
    expect(await ledger.fleet()).toEqual({ lastSweep, budget });
    await ledger.putBudget(undefined);
    expect(await ledger.fleet()).toEqual({ lastSweep });
  });

  it('counts the drift of a sweep, each group once, in any order and at once', async () => {
    const counted = fc.array(fc.record({ group: fc.integer({ min: 0, max: 40 }), again: fc.integer({ min: 1, max: 3 }) }), {
      maxLength: 40,
    });
    const { ledger } = await localLedger();
    let sweep = 0;
    await fc.assert(
      fc.asyncProperty(counted, async (groups) => {
        sweep += 1;
        const id = `sweep-${sweep}`;
        const calls = groups.flatMap(({ group, again }) => Array.from({ length: again }, () => group));
        await Promise.all(calls.map((group) => ledger.countDrift(id, `g-${group}`, group)));

        const expected = [...new Set(calls)].reduce((sum, group) => sum + group, 0);
        expect(await ledger.countDrift(id, 'other', 0)).toBe(expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe('leases', () => {
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

  it('have one owner at a time, who may renew', async () => {
    const { ledger } = await localLedger();

    expect(await ledger.lease('admit', 'one', at(5), at(0))).toBe(true);
    expect(await ledger.lease('admit', 'two', at(6), at(1))).toBe(false);
    expect(await ledger.lease('sweep', 'two', at(6), at(1))).toBe(true);
    expect(await ledger.lease('admit', 'one', at(10), at(4))).toBe(true);
    expect(await ledger.lease('admit', 'two', at(15), at(9))).toBe(false);
    expect(await ledger.lease('admit', 'two', at(15), at(10))).toBe(true);
  });

  it('are given back by their owner only', async () => {
    const { ledger } = await localLedger();
    await ledger.lease('admit', 'one', at(5), at(0));

    await ledger.release('admit', 'two');
    expect(await ledger.lease('admit', 'two', at(5), at(0))).toBe(false);
    await ledger.release('admit', 'one');
    expect(await ledger.lease('admit', 'two', at(5), at(0))).toBe(true);
    await ledger.release('nobody', 'one');
  });
});
