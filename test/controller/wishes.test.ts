import { describe, expect, it } from 'vitest';
import { wishesOf } from '../../shared/controller/pass/wishes.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { aReplication, later, now } from '../support/builders.ts';

const past = '2026-02-01T00:00:00Z';

const memoryOf = (replications: readonly Replication[], pauses: Readonly<Partial<Record<string, string>>> = {}) => ({
  id: 'orders-dr',
  replications: replications.map((replication) => ({ replication, group: 'orders-dr', digest: '' })),
  ...{ statuses: new Map(), failures: new Map(), contests: new Map(), unfinished: [], looked: new Map(), fleet: {} },
  pauses: new Map(
    Object.entries(pauses).map(([name, until]) => [name, { replication: name, until, reason: 'migration', by: 'ada', at: past }]),
  ),
});

describe('what a group wants at this moment', () => {
  const paused = (until: string): Replication => ({ ...aReplication(), mode: { kind: 'paused', until, reason: 'migration' } });

  it.each([
    { because: 'its document pauses it', replication: paused(later), pauses: {}, mode: 'paused', ended: 0 },
    { because: 'the pause of its document is over', replication: paused(past), pauses: {}, mode: 'repair', ended: 0 },
    { because: 'a person pauses it', replication: aReplication(), pauses: { 'orders-dr': later }, mode: 'paused', ended: 0 },
    {
      because: 'the pause of a person is over',
      replication: aReplication(),
      pauses: { 'orders-dr': past },
      mode: 'repair',
      ended: 1,
    },
  ] as const)('is $mode when $because', ({ replication, pauses, mode, ended }) => {
    const wishes = wishesOf(memoryOf([replication], pauses) as unknown as Parameters<typeof wishesOf>[0], now);

    expect(wishes.group.replications[0]?.mode.kind).toBe(mode);
    expect(wishes.ended).toHaveLength(ended);
  });

  it('has its replications in the order of their names', () => {
    const named = ['c', 'a', 'b'].map((name) => ({ ...aReplication(), name }));

    const { group } = wishesOf(memoryOf(named) as unknown as Parameters<typeof wishesOf>[0], now);

    expect(group.replications.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
