/** A replication that is well, as the controller remembers it, and what a game day sees of it. */
import type { GroupMemory, RepairRecord, StatusRecord } from '../../shared/controller/ledger.ts';
import type { Experiment, Mark, Scene } from '../../shared/gameday/experiment.ts';
import { experiments } from '../../shared/gameday/experiments.ts';
import type { Sight } from '../../shared/gameday/sight.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { aReplication } from '../support/builders.ts';

export const now = new Date('2026-03-01T12:00:00Z');
export const mark: Mark = { sid: 'LockstepGameday20260301T120000Z', until: '2026-03-01T12:30:00Z' };

export function experiment(name: string): Experiment {
  const found = experiments.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no experiment ${name}`);
  return found;
}

export const aScene = (replication: Replication = aReplication(), others: readonly Replication[] = []): Scene => ({
  replication,
  group: [replication, ...others],
});

export const aStatus = (more: Partial<StatusRecord> = {}): StatusRecord => ({
  ...{ replication: 'orders-dr', group: 'orders-dr', document: 'orders', mode: 'repair', verdict: 'proven', digest: 'd' },
  ...{ since: '2026-02-01T00:00:00Z', lastPass: '2026-03-01T11:30:00Z', lastProof: '2026-03-01T11:30:00Z' },
  ...{ acceptedAt: '2026-01-01T00:00:00Z', troubles: [], blockers: [] },
  ...more,
});

export function aMemory({ replication, group }: Scene, more: Partial<GroupMemory> = {}): GroupMemory {
  return {
    id: replication.name,
    replications: group.map((one) => ({ replication: one, group: replication.name, digest: 'd' })),
    statuses: new Map(group.map(({ name }) => [name, aStatus({ replication: name })])),
    ...{ pauses: new Map(), failures: new Map(), contests: new Map(), looked: new Map(), unfinished: [], fleet: {} },
    ...more,
  };
}

export const aSight = (more: Partial<Sight> = {}): Sight => ({
  ...{ at: now.toISOString(), status: aStatus(), repairs: [], stories: [], alarms: new Map() },
  ...more,
});

export function aRepair(
  of: { readonly aspect: string; readonly resource: RepairRecord['resource'] },
  more: Partial<RepairRecord> = {},
): RepairRecord {
  return {
    ...{ id: 'r1', group: 'orders-dr', replications: ['orders-dr'], differences: [], ...of },
    ...{
      driftedAt: '2026-03-01T12:00:01Z',
      startedAt: '2026-03-01T12:00:02Z',
      endedAt: '2026-03-01T12:00:04Z',
      outcome: 'repaired',
    },
    ...more,
  };
}
