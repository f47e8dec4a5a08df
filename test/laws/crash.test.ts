import { beforeAll, describe, expect, it } from 'vitest';
import type { Group } from '../../shared/model/replication.ts';
import { catalogue, worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import type { Drift } from '../support/drifts.ts';
import type { They } from '../support/edits.ts';
import { denying, isWrite, killedAt, recording, stale } from '../support/gateways.ts';
import { lawful } from '../support/lawful.ts';
import { foundationsFor, newTestWorld, pass, type TestWorld } from '../support/world.ts';

interface Start {
  readonly name: string;
  readonly groups: readonly Group[];
  /** The world as the pass finds it. */
  readonly saved: ReturnType<TestWorld['save']>;
}

const world = newTestWorld();
const starts: Start[] = [];

const named = (name: string): Drift =>
  Object.values(catalogue)
    .flat()
    .find((drift) => drift.name === name) as Drift;

beforeAll(async () => {
  const plan = worlds.pair;
  const keys = await foundationsFor(plan.buckets, world.someone);
  const groups = groupsFor(plan, keys);
  starts.push({ name: 'nothing was set up', groups, saved: world.save() });
  await pass(groups, { gateway: world.gateway });
  const [from, to] = plan.buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  const [replication] = groups.flatMap(({ replications }) => replications);
  const they = { source: from, destination: to, role: replication?.role, someone: world.someone } as They;
  await named('everything was undone and foreign content put in its place').done(they);
  starts.push({ name: 'everything was undone', groups, saved: world.save() });
});

/** What one pass makes of the world, and what it sends to do so. */
async function uninterrupted({ groups, saved }: Start) {
  world.restore(saved);
  const watched = recording(world.gateway);
  await pass(groups, { gateway: watched, pauses: [0] });
  return {
    view: world.view(),
    calls: watched.sent.length,
    writes: watched.sent.flatMap(({ call }, at) => (isWrite(call) ? [at] : [])),
  };
}

describe('law 11: crash anywhere', () => {
  it.each([0, 1])(
    'ends in the same state after dying at any call (start %i)',
    async (index) => {
      const start = starts[index] as Start;
      const { view, calls, writes } = await uninterrupted(start);
      expect(writes.length).toBeGreaterThan(5);
      // Before the first write nothing can be half done: every sixth call is enough there.
      const [firstWrite = 0] = writes;
      const moments = Array.from({ length: calls }, (_, at) => at).filter((at) => at >= firstWrite || at % 6 === 0);
      const deaths = [...moments.map((at) => ({ at, effect: false })), ...writes.map((at) => ({ at, effect: true }))];

      for (const { at, effect } of deaths) {
        world.restore(start.saved);
        const dying = killedAt(world.gateway, at, effect);
        await pass(start.groups, { gateway: dying, pauses: [0] }).catch(() => undefined);
        expect(dying.died()).toBe(true);
        const gateway = lawful(world.gateway);
        await pass(start.groups, { gateway, pauses: [0] });

        expect({ at, effect, view: world.view() }).toEqual({ at, effect, view });
        expect(gateway.breaches).toEqual([]);
      }
    },
    180_000,
  );
});

describe('law 6: order is declared', () => {
  it.each([
    { operation: 'iam:CreateRole', keepsBack: ['bucket-policy', 'key-policy', 'replication-configuration', 'role-policy'] },
    { operation: 'iam:PutRolePolicy', keepsBack: ['replication-configuration'] },
    { operation: 'kms:CancelKeyDeletion', keepsBack: ['bucket-encryption', 'replication-configuration'] },
    { operation: 'kms:EnableKey', keepsBack: ['bucket-encryption', 'replication-configuration'] },
    { operation: 'kms:PutKeyPolicy', keepsBack: ['replication-configuration'] },
    { operation: 's3:PutBucketVersioning', keepsBack: ['replication-configuration'] },
    { operation: 's3:PutBucketEncryption', keepsBack: [] },
    { operation: 's3:PutBucketPolicy', keepsBack: ['replication-configuration'] },
    { operation: 's3:PutBucketReplication', keepsBack: [] },
  ])('sends nothing that waits for a refused $operation, and all the rest', async ({ operation, keepsBack }) => {
    const start = starts[operation.startsWith('iam') ? 0 : 1] as Start;
    const { view } = await uninterrupted(start);
    world.restore(start.saved);
    const refusing = denying(world.gateway, (call) => call.operation === operation);

    const reports = await pass(start.groups, { gateway: refusing, pauses: [0] });

    const ended = (end: string) => [
      ...new Set(
        reports.flatMap(({ outcomes }) => outcomes.filter(({ outcome }) => outcome === end).map(({ aspect }) => aspect)),
      ),
    ];
    expect(ended('skipped').sort()).toEqual(keepsBack);
    expect(ended('failed')).toHaveLength(1);
    expect(ended('written')).toEqual([]);
    await pass(start.groups, { gateway: world.gateway, pauses: [0] });
    expect(world.view()).toEqual(view);
  });
});

describe('law 7: repaired means read back', () => {
  it.each([
    { times: 0, pauses: [0], outcome: 'repaired', because: 'the first read shows it' },
    { times: 2, pauses: [0, 1, 2], outcome: 'repaired', because: 'the third read shows it' },
    { times: 3, pauses: [0, 1, 2], outcome: 'written', because: 'no read has shown it yet' },
  ])('calls a write $outcome after $times stale reads, because $because', async ({ times, pauses, outcome }) => {
    const start = starts[1] as Start;
    world.restore(start.saved);

    const reports = await pass(start.groups, { gateway: stale(world.gateway, times), pauses });

    const outcomes = reports.flatMap((report) => report.outcomes);
    expect(outcomes.length).toBeGreaterThan(5);
    expect(new Set(outcomes.map((one) => one.outcome))).toEqual(new Set([outcome]));
    expect(reports.map(({ verdict }) => verdict)).toEqual([outcome === 'repaired' ? 'proven' : 'drifted']);
  });

  it('does not write again what was written and not seen yet, once it is seen', async () => {
    const start = starts[1] as Start;
    world.restore(start.saved);
    await pass(start.groups, { gateway: stale(world.gateway, 9), pauses: [0] });
    const watched = recording(world.gateway);

    await pass(start.groups, { gateway: watched, pauses: [0] });

    expect(watched.writes()).toEqual([]);
  });
});
