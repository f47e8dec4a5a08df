/**
 * The sentence of the whole product: observe → compare → plan → apply → confirm → report, for one group.
 */
import type { Aspect } from './aspects/aspect.ts';
import { aspects as allAspects } from './aspects/index.ts';
import { type Look, stateOf } from './aspects/replication-state.ts';
import type { AwsGateway } from './model/aws-call.ts';
import type { Observed, ReplicationReport, ResourceRef, StepOutcome } from './model/finding.ts';
import type { Group } from './model/replication.ts';
import { advisories, blockersOf, prove } from './policy/proof.ts';
import type { AccountState, ReplicationState } from './policy/replication-state.ts';
import { apply } from './stages/apply.ts';
import { type Compared, compare } from './stages/compare.ts';
import { confirm } from './stages/confirm.ts';
import { observe } from './stages/observe.ts';
import { type PlannedStep, planRepairs } from './stages/plan.ts';
import { type ProofView, report } from './stages/report.ts';
import { targetKey, targetsOf } from './stages/targets.ts';

export interface Progress {
  readonly stage: 'observe' | 'apply' | 'confirm';
  readonly group: string;
  readonly done: number;
  readonly total: number;
  readonly what?: string;
}

export interface ReconcileOptions {
  /** Reads. */
  readonly observer: AwsGateway;
  /** Writes, and reads back. */
  readonly healer: AwsGateway;
  /** false: stop after the plan. */
  readonly write: boolean;
  readonly wait: (seconds: number) => Promise<void>;
  readonly now: () => Date;
  /** For jitter, from 0 up to 1; default Math.random. */
  readonly random?: () => number;
  /** Seconds before each read back, see `confirm`. */
  readonly pauses?: readonly number[];
  /** Organization policies by account; left out: not read, and the report says so. */
  readonly accounts?: Readonly<Record<string, AccountState>>;
  readonly aspects?: readonly Aspect<unknown>[];
  readonly onProgress?: (progress: Progress) => void;
}

/** One pass over one group. Never throws for what AWS answers: every outcome is in the reports. */
export async function reconcile(group: Group, options: ReconcileOptions): Promise<readonly ReplicationReport[]> {
  const { observer, healer, write, aspects = allAspects, onProgress = () => {} } = options;
  const targets = targetsOf(group, aspects);
  const tell = (stage: Progress['stage'], total: number) => (done: number, what?: string) =>
    onProgress({ stage, group: group.id, done, total, what });

  const observations = await observe(targets, observer, tell('observe', targets.length));
  const compared = compare(targets, observations);
  const plan = planRepairs(compared);
  const applied = write ? await carryOut(plan.steps, healer, options, tell) : [];

  const findings = compared.map((item) => item.finding);
  return report(group, { ...plan, findings, outcomes: applied, proofs: proofs(group, compared, plan.steps, applied, options) });
}

async function carryOut(
  steps: readonly PlannedStep[],
  healer: AwsGateway,
  { wait, random = Math.random, pauses }: ReconcileOptions,
  tell: (stage: Progress['stage'], total: number) => (done: number, what?: string) => void,
): Promise<readonly StepOutcome[]> {
  const told = tell('apply', steps.length);
  const outcomes = await apply(steps, healer, { wait, random }, (step, done) => told(done, step.target.aspect.title));
  tell('confirm', steps.length)(0);
  return confirm(steps, outcomes, healer, { wait, pauses });
}

/** Organization policies that were not read are left out of the proof, not held against it; `explain` says so. */
const leftOut = { unreadOrganizationPolicies: 'note' } as const;

/** The proof of every replication as the world is now, and what would still block with every repair in place. */
function proofs(
  group: Group,
  compared: readonly Compared[],
  steps: readonly PlannedStep[],
  outcomes: readonly StepOutcome[],
  { now, accounts }: ReconcileOptions,
): ReadonlyMap<string, ProofView> {
  const byKey = new Map(compared.map((item) => [item.target.key, item]));
  const repaired = new Map(
    outcomes.filter((o) => o.outcome === 'repaired').map((o) => [targetKey(o.aspect, o.resource), true]),
  );
  const next = new Map(steps.filter((step) => repaired.has(step.key)).map((step) => [step.key, step.next]));
  const present = lookIn(byKey, (item) => (next.has(item.target.key) ? { status: 'present', value: next.get(item.target.key) } : item.observed));
  const mended = lookIn(byKey, (item) => (item.finding.verdict === 'drifted' ? { status: 'present', value: mendedValue(item) } : item.observed));
  const views = group.replications.map((r) => {
    const state = (look: Look): ReplicationState => ({ ...stateOf(r, look, accounts), readAt: now().toISOString() });
    const proof = prove(state(present), leftOut);
    const isDrifted = compared.some(({ finding }) => finding.verdict === 'drifted' && finding.replications.includes(r.name));
    const remaining = isDrifted ? prove(state(mended), leftOut) : proof;
    return [r.name, { hops: proof.hops, blockers: blockersOf(remaining), advisories: advisories(state(present)) }] as const;
  });
  return new Map(views);
}

const lookIn =
  (byKey: ReadonlyMap<string, Compared>, observed: (item: Compared) => Observed<unknown>): Look =>
  <V>(aspect: Aspect<V>, on: ResourceRef) => {
    const item = byKey.get(targetKey(aspect.name, on));
    return item && (observed(item) as Observed<V>);
  };

function mendedValue({ target: { aspect, sharers, on }, observed }: Compared): unknown {
  const value = observed.status === 'present' ? observed.value : undefined;
  return aspect.merge(aspect.desired(sharers, on), value, on);
}
