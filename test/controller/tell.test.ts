import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../shared/controller/change.ts';
import type { DriftTold, Story } from '../../shared/controller/story.ts';
import { tell, telling, tellUntold } from '../../shared/controller/tell.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { aDrift, admin, anyStory, samples } from './stories.ts';

/** A world with an SNS that can be switched off. */
function aTeller({ now = '2026-03-01T12:00:00Z' } = {}) {
  const told: Story[] = [];
  const logged: { readonly message: string; readonly keys?: object | undefined }[] = [];
  const write = (message: string, keys?: object) => void logged.push({ message, keys });
  const state = { now, isBroken: false };
  return {
    told,
    logged,
    state,
    c: {
      ledger: memoryLedger(),
      notifier: {
        tell: async (story: Story) => {
          if (state.isBroken) throw new Error('SNS does not answer');
          told.push(story);
        },
      },
      now: () => new Date(state.now),
      log: { debug: write, info: write, warn: write, error: write },
    },
  };
}

const by = (actor: Partial<Actor>): DriftTold => {
  const drift = aDrift();
  return { ...drift, change: { ...(drift.change as NonNullable<DriftTold['change']>), actor: { ...admin, ...actor } } };
};
const repairedBy = (actor: Partial<Actor>): Story => ({ ...samples.repaired, drifts: [by(actor)] });

describe('two stories', () => {
  const key = { path: 'Policy', observed: 'a', desired: 'b' };
  it.each<{ a: Story; b: Story; because: string }>([
    {
      a: samples.repaired,
      b: {
        ...samples.repaired,
        at: '2026-03-01T15:00:00Z',
        drifts: [aDrift({ driftedAt: '2026-03-01T14:59:00Z', seconds: 60 })],
      },
      because: 'only the times differ',
    },
    {
      a: samples.repaired,
      b: {
        ...samples.repaired,
        drifts: [aDrift({ change: { ...(aDrift().change as NonNullable<DriftTold['change']>), eventId: 'another' } })],
      },
      because: 'a rival that does the same thing all day is one story',
    },
    { a: repairedBy({ sourceAddress: '198.51.100.1' }), b: repairedBy({}), because: 'laptops change their address' },
    { a: repairedBy({ userAgent: 'Terraform/1.9.6' }), b: repairedBy({}), because: 'tools are updated' },
    {
      a: repairedBy({ session: 'botocore-session-1772366400' }),
      b: repairedBy({ session: 'botocore-session-1772370000' }),
      because: 'tools number their sessions',
    },
    {
      a: { ...samples.repaired, drifts: [aDrift(), aDrift({ setting: 'source key policy', differences: [key] })] },
      b: { ...samples.repaired, drifts: [aDrift({ setting: 'source key policy', differences: [key] }), aDrift()] },
      because: 'order means nothing',
    },
    {
      a: samples.repaired,
      b: { ...samples.repaired, replications: ['orders-dr', 'letters-dr'] },
      because: 'one cause in one group is one story, however many it hits',
    },
    {
      a: { ...samples.contested, repairs: 4, heldUntil: '2026-03-02T00:00:00Z' },
      b: samples.contested,
      because: 'a longer hold of the same contest is no news',
    },
    {
      a: samples.contested,
      b: { ...samples.contested, rivals: [admin] },
      because: 'how often somebody undid it is a counter',
    },
    {
      a: { ...samples['repair-failed'], detail: 'refused (RequestId: 7A3B, HostId: x/y=)' },
      b: { ...samples['repair-failed'], detail: 'refused (RequestId: 9C1D, HostId: z/w=)' },
      because: 'AWS numbers its answers',
    },
    {
      a: { ...samples['budget-exceeded'], drifted: 121 },
      b: samples['budget-exceeded'],
      because: 'the count grows while the sweep goes on',
    },
    {
      a: { ...samples['spoke-silent'], replications: ['letters-dr', 'orders-dr'] },
      b: samples['spoke-silent'],
      because: 'it is about the account, whoever lives there',
    },
    {
      a: { ...samples.stalled, replications: ['letters-dr', 'orders-dr'], stalls: [] },
      b: samples.stalled,
      because: 'it is about the region, and one that moves again is no news',
    },
  ])('are the same, because $because', ({ a, b }) => {
    expect(telling(a)).toEqual(telling(b));
  });

  it.each<{ a: Story; b: Story; because: string }>([
    { a: repairedBy({ session: 'john' }), b: repairedBy({}), because: 'another person did it' },
    { a: repairedBy({ principal: 'arn:aws:iam::222222222222:role/Deploy' }), b: repairedBy({}), because: 'another role did it' },
    {
      a: { ...samples.repaired, drifts: [aDrift({ differences: [key] })] },
      b: samples.repaired,
      because: 'something else was changed',
    },
    {
      a: { ...samples.repaired, drifts: [aDrift({ setting: 'source bucket versioning' })] },
      b: samples.repaired,
      because: 'another setting',
    },
    {
      a: { ...samples['budget-exceeded'], sweep: '2026-03-01T15:00:00.000Z' },
      b: samples['budget-exceeded'],
      because: 'repairs were let go on, and a later sweep stopped them again',
    },
    { a: { ...samples.repaired, group: 'letters-dr' }, b: samples.repaired, because: 'another group' },
    { a: { ...samples.repaired, kind: 'repair-failed', detail: '' }, b: samples.repaired, because: 'this time it failed' },
    {
      a: { ...samples.blocked, blockers: [{ reason: 'an SCP denies s3:ReplicateObject', remedy: '' }] },
      b: samples.blocked,
      because: 'another blocker',
    },
    {
      a: { ...samples['invalid-document'], faults: [{ path: 'version', message: 'must be 1' }] },
      b: samples['invalid-document'],
      because: 'the next edit has another fault',
    },
    { a: { ...samples.contested, rivals: [{ ...admin, session: 'john' }] }, b: samples.contested, because: 'another rival' },
    { a: { ...samples['spoke-silent'], reasons: ['It is gone.'] }, b: samples['spoke-silent'], because: 'more is broken' },
    { a: { ...samples['spoke-silent'], account: '111111111111' }, b: samples['spoke-silent'], because: 'another account' },
    { a: { ...samples.stalled, since: '2026-03-01T18:00:00Z' }, b: samples.stalled, because: 'one more was found' },
    { a: { ...samples.stalled, region: 'eu-west-3' }, b: samples.stalled, because: 'another region' },
    { a: { ...samples.stalled, account: '333333333333' }, b: samples.stalled, because: 'another account at the other end' },
  ])('are not the same, because $because', ({ a, b }) => {
    expect(telling(a)).not.toEqual(telling(b));
  });

  it('keep apart two people who take turns, so that neither is told again and again', async () => {
    const { c, told } = aTeller();
    for (let turn = 0; turn < 6; turn++) await tell(c, repairedBy({ session: turn % 2 === 0 ? 'jane' : 'john' }));

    expect(told).toHaveLength(2);
  });
});

describe('telling a story', () => {
  it('publishes it once within a day, whatever is retried', async () => {
    const { c, told, state } = aTeller();
    const first = await tell(c, samples.repaired);
    state.now = '2026-03-02T11:00:00Z';
    const again = await tell(c, samples.repaired);
    state.now = '2026-03-02T12:00:01Z';
    const nextDay = await tell(c, samples.repaired);

    expect([first, again, nextDay]).toEqual([true, false, true]);
    expect(told).toHaveLength(2);
  });

  it('never throws for trouble with SNS, and leaves the story to the sweep', async () => {
    const { c, told, logged, state } = aTeller();
    state.isBroken = true;
    const withoutSns = await tell(c, samples.blocked);
    state.isBroken = false;
    state.now = '2026-03-01T12:06:00Z';
    const flushed = await tellUntold(c, '2026-03-01T13:00:00Z');
    const flushedAgain = await tellUntold(c, '2026-03-01T13:00:00Z');

    expect(withoutSns).toBe(false);
    expect(logged).toContainEqual({
      message: 'story not published',
      keys: expect.objectContaining({ kind: 'blocked', reason: 'SNS does not answer' }),
    });
    expect([flushed, flushedAgain]).toEqual([1, 0]);
    expect(told).toEqual([samples.blocked]);
  });

  it('leaves alone what was claimed a moment ago', async () => {
    const { c, state } = aTeller();
    state.isBroken = true;
    await tell(c, samples.blocked);

    expect(await tellUntold(c, '2026-03-01T11:59:00Z')).toBe(0);
  });

  it('is told once by two sweeps that find it untold at the same time', async () => {
    const { c, told, state } = aTeller();
    state.isBroken = true;
    await tell(c, samples.blocked);
    state.isBroken = false;
    state.now = '2026-03-01T12:06:00Z';

    await Promise.all([tellUntold(c, '2026-03-01T12:01:00Z'), tellUntold(c, '2026-03-01T12:01:00Z')]);

    expect(told).toHaveLength(1);
  });

  it('goes on when one record cannot be read', async () => {
    const { c, told, logged } = aTeller();
    await c.ledger.claimStory({ key: 'a', fingerprint: '', body: '{', at: '2026-03-01T10:00:00Z', told: false });
    const body = JSON.stringify(samples.orphaned);
    await c.ledger.claimStory({ key: 'b', fingerprint: '', body, at: '2026-03-01T10:00:00Z', told: false });

    expect(await tellUntold(c, '2026-03-01T12:00:00Z')).toBe(1);
    expect(told).toEqual([samples.orphaned]);
    expect(logged).toContainEqual({ message: 'story cannot be read', keys: { key: 'a' } });
  });

  it('keeps any story within an item of the ledger, and ready to be told again', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const { c, told, state } = aTeller();
        state.isBroken = true;
        await tell(c, story);
        const [record] = await c.ledger.untoldStories('2027-01-01T00:00:00Z');
        expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(400_000);
        state.isBroken = false;
        state.now = '2026-12-31T00:00:00Z';
        await tellUntold(c, '2027-01-01T00:00:00Z');
        expect(told[0]).toMatchObject({ kind: story.kind, at: story.at });
      }),
    );
  });
});

describe('what a story is told by', () => {
  it('is the same every time, and short enough for a key', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        expect(telling(structuredClone(story))).toEqual(telling(story));
        expect(Buffer.byteLength(telling(story).key)).toBeLessThan(1000);
      }),
    );
  });
});
