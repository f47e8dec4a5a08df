/** What one decision of the permission proof costs. */
import { aspects } from '../../shared/aspects/index.ts';
import { stateOf } from '../../shared/aspects/replication-state.ts';
import type { Observed } from '../../shared/model/finding.ts';
import { groupsOf } from '../../shared/model/group.ts';
import { prove } from '../../shared/policy/proof.ts';
import { targetKey, targetsOf } from '../../shared/stages/targets.ts';
import type { Figure } from './bench.ts';
import { fleet } from './fleet.ts';

export function measureProof(): readonly Figure[] {
  const replications = fleet(500);
  const states = groupsOf(replications).map((group) => {
    const merged = targetsOf(group, aspects).map(
      ({ key, aspect, sharers, on }) => [key, aspect.merge(aspect.desired(sharers, on), undefined, on)] as const,
    );
    const seen = new Map<string, unknown>(structuredClone(merged));
    const [replication] = group.replications;
    if (replication === undefined) throw new Error('an empty group');
    return stateOf(replication, <V>(aspect: { name: string }, on: Parameters<typeof targetKey>[1]) => {
      const value = seen.get(targetKey(aspect.name, on));
      return value === undefined ? undefined : ({ status: 'present', value } as Observed<V>);
    });
  });
  const options = { unreadOrganizationPolicies: 'note' } as const;
  for (const state of states.slice(0, 100)) prove(state, options);
  const before = process.cpuUsage();
  const decisions = states
    .slice(100)
    .reduce((count, state) => count + prove(state, options).hops.reduce((sum, hop) => sum + hop.calls.length, 0), 0);
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / 1000 / decisions;
  return [
    {
      what: `one decision of the proof (${decisions} of them, policies read afresh)`,
      measured: `${each.toFixed(4)} ms`,
      target: '<= 0.1 ms',
      met: each <= 0.1,
    },
  ];
}
