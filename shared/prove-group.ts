import type { Aspect } from './aspects/aspect.ts';
import { type Look, stateOf } from './aspects/replication-state.ts';
import type { Blocker, Observed, ResourceRef, StepOutcome } from './model/finding.ts';
import type { Group, Replication } from './model/replication.ts';
import { blockersOf, type Proof, prove } from './policy/proof.ts';
import type { AccountState, ReplicationState } from './policy/replication-state.ts';
import type { Compared } from './stages/compare.ts';
import type { PlannedStep } from './stages/plan.ts';
import type { ProofView } from './stages/report.ts';
import { targetKey } from './stages/targets.ts';

interface Pass {
  readonly steps: readonly PlannedStep[];
  /** Empty when nothing was applied. */
  readonly outcomes: readonly StepOutcome[];
  readonly accounts?: Readonly<Record<string, AccountState>>;
  readonly now: Date;
}

/** The proof of one replication as the world is now, with what it was made from. */
export interface Proven extends ProofView {
  readonly state: ReplicationState;
  readonly proof: Proof;
}

/** Organization policies that nobody tried to read are left out of the proof, not held against it; `explain` says so. */
const leftOut = { unreadOrganizationPolicies: 'note' } as const;

/** The proof of every replication as the world is now, and what would still block with every repair in place. Pure. */
export function proveGroup(group: Group, compared: readonly Compared[], pass: Pass): ReadonlyMap<string, Proven> {
  const present = lookIn(compared, presentValue(pass));
  const mended = lookIn(compared, (item) =>
    item.finding.verdict === 'drifted' ? { status: 'present', value: mendedValue(item) } : item.observed,
  );
  const drifted = compared.filter(({ finding }) => finding.verdict === 'drifted');
  const isTouched = (r: Replication): boolean => drifted.some(({ target }) => target.sharers.includes(r));
  return new Map(
    group.replications.map((r) => {
      const stateSeen = (look: Look): ReplicationState => ({
        ...stateOf(r, look, pass.accounts),
        readAt: pass.now.toISOString(),
      });
      const state = stateSeen(present);
      const proof = prove(state, leftOut);
      const remaining = isTouched(r) ? prove(stateSeen(mended), leftOut) : proof;
      const blockers = remainingBlockers(blockersOf(remaining), compared, r);
      return [r.name, { state, proof, hops: proof.hops, blockers, advisories: proof.advisories }];
    }),
  );
}

/** Where something is gone or was not seen, what is missing follows from that; only what others forbid is worth telling besides. */
function remainingBlockers(
  blockers: readonly Blocker[],
  compared: readonly Compared[],
  { name }: Replication,
): readonly Blocker[] {
  const isPartial = compared.some(
    ({ finding, target }) =>
      target.aspect.interrupts &&
      finding.replications.includes(name) &&
      (finding.verdict === 'blocked' || finding.verdict === 'unreadable'),
  );
  return isPartial ? blockers.filter((blocker) => blocker.statement !== undefined) : blockers;
}

/** As observed, or as read back where it was repaired. */
function presentValue({ steps, outcomes }: Pass): (item: Compared) => Observed<unknown> {
  const repaired = new Set(outcomes.filter((o) => o.outcome === 'repaired').map((o) => targetKey(o.aspect, o.resource)));
  const next = new Map(steps.filter((step) => repaired.has(step.key)).map((step) => [step.key, step.next]));
  return ({ target: { key }, observed }) => (next.has(key) ? { status: 'present', value: next.get(key) } : observed);
}

function mendedValue({ target: { aspect, sharers, on }, observed }: Compared): unknown {
  const value = observed.status === 'present' ? observed.value : undefined;
  return aspect.merge(aspect.desired(sharers, on), value, on);
}

function lookIn(compared: readonly Compared[], observed: (item: Compared) => Observed<unknown>): Look {
  const byKey = new Map(compared.map((item) => [item.target.key, item]));
  return <V>(aspect: Aspect<V>, on: ResourceRef) => {
    const item = byKey.get(targetKey(aspect.name, on));
    return item && (observed(item) as Observed<V>);
  };
}
