/**
 * The sentence of the whole product: observe → compare → plan → apply → confirm → report, for one group.
 */
import type { Aspect } from './aspects/aspect.ts';
import { aspects as allAspects } from './aspects/index.ts';
import type { AwsGateway } from './model/aws-call.ts';
import type { ReplicationReport, StepOutcome } from './model/finding.ts';
import type { Group } from './model/replication.ts';
import type { AccountState } from './policy/replication-state.ts';
import { type Proven, proveGroup } from './prove-group.ts';
import { apply } from './stages/apply.ts';
import { type Compared, compare } from './stages/compare.ts';
import { confirm } from './stages/confirm.ts';
import { observe } from './stages/observe.ts';
import { type Hold, type PlannedStep, planRepairs, type RepairPlan } from './stages/plan.ts';
import { report } from './stages/report.ts';
import { type Target, targetsOf } from './stages/targets.ts';

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
  /** Told of every proof, by the name of the replication, before the reports are made. */
  readonly onProof?: (name: string, proven: Proven) => void;
  /** Only these settings are looked at and repaired; then nothing can be proven. Left out: all of them. */
  readonly only?: (target: Target) => boolean;
  /** Asked once before anything is written: the steps that must not be taken, by their key, and why. `left` tells which would be. */
  readonly permit?: (
    steps: readonly PlannedStep[],
    left: (holds: ReadonlyMap<string, Hold>) => readonly PlannedStep[],
  ) => Promise<ReadonlyMap<string, Hold>>;
  /** Whether there is no time left to begin another step; default: there always is. */
  readonly isLate?: () => boolean;
}

/** One pass, with all that it saw and did. */
export interface Pass {
  readonly compared: readonly Compared[];
  readonly plan: RepairPlan;
  /** Empty when nothing was applied. */
  readonly outcomes: readonly StepOutcome[];
  /** By replication; empty when only some settings were looked at. */
  readonly proofs: ReadonlyMap<string, Proven>;
  /** In the order of the group. */
  readonly reports: readonly ReplicationReport[];
}

/** One pass over one group. Never throws for what AWS answers: every outcome is in the reports. */
export const reconcile = async (group: Group, options: ReconcileOptions): Promise<readonly ReplicationReport[]> =>
  (await pass(group, options)).reports;

/** The same, with everything the reports were made from. */
export async function pass(group: Group, options: ReconcileOptions): Promise<Pass> {
  const { observer, healer, write, aspects = allAspects, only = () => true, onProgress = () => {} } = options;
  const targets = targetsOf(group, aspects).filter(only);
  const tell = (stage: Progress['stage'], total: number) => (done: number, what?: string) =>
    onProgress({ stage, group: group.id, done, total, what });

  const observations = await observe(targets, observer, tell('observe', targets.length));
  const compared = compare(targets, observations);
  const plan = await permittedRepairs(compared, options);
  const outcomes = write ? await carryOut(plan.steps, healer, options, tell) : [];

  const proofs = options.only === undefined ? prove(group, compared, plan, outcomes, options) : new Map<string, Proven>();
  for (const [name, proven] of proofs) options.onProof?.(name, proven);
  const findings = compared.map((item) => item.finding);
  return { compared, plan, outcomes, proofs, reports: report(group, { ...plan, findings, outcomes, proofs }) };
}

async function permittedRepairs(compared: readonly Compared[], { write, permit }: ReconcileOptions): Promise<RepairPlan> {
  const plan = planRepairs(compared);
  if (!write || permit === undefined || plan.steps.length === 0) return plan;
  return planRepairs(compared, await permit(plan.steps, (holds) => planRepairs(compared, holds).steps));
}

const prove = (
  group: Group,
  compared: readonly Compared[],
  { steps }: RepairPlan,
  outcomes: readonly StepOutcome[],
  { accounts, now }: ReconcileOptions,
): ReadonlyMap<string, Proven> => proveGroup(group, compared, { steps, outcomes, accounts, now: now() });

async function carryOut(
  steps: readonly PlannedStep[],
  healer: AwsGateway,
  { wait, random = Math.random, pauses, isLate }: ReconcileOptions,
  tell: (stage: Progress['stage'], total: number) => (done: number, what?: string) => void,
): Promise<readonly StepOutcome[]> {
  const told = tell('apply', steps.length);
  const outcomes = await apply(steps, healer, { wait, random, isLate }, (step, done) => told(done, step.target.aspect.title));
  tell('confirm', steps.length)(0);
  return confirm(steps, outcomes, healer, { wait, pauses, isLate });
}
