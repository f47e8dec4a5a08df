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
import { compare } from './stages/compare.ts';
import { confirm } from './stages/confirm.ts';
import { observe } from './stages/observe.ts';
import { type PlannedStep, planRepairs } from './stages/plan.ts';
import { report } from './stages/report.ts';
import { targetsOf } from './stages/targets.ts';

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
  const proofs = proveGroup(group, compared, {
    steps: plan.steps,
    outcomes: applied,
    accounts: options.accounts,
    now: options.now(),
  });
  for (const [name, proven] of proofs) options.onProof?.(name, proven);
  return report(group, { ...plan, findings, outcomes: applied, proofs });
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
