import type { AwsCall, AwsFailure } from './aws-call.ts';

/** The AWS resource that carries a setting. `arn` identifies it. */
export type ResourceRef =
  | { readonly type: 'bucket'; readonly account: string; readonly region: string; readonly name: string; readonly arn: string }
  /** `alias`: the ARN by which the document names it, where that is an alias. */
  | { readonly type: 'key'; readonly account: string; readonly region: string; readonly arn: string; readonly alias?: string }
  | {
      readonly type: 'role';
      readonly account: string;
      readonly region: string;
      readonly name: string;
      readonly path: string;
      readonly arn: string;
    };

/** What a read showed. Unreadable is not absent, and a setting that is not set is not a resource that is gone. */
export type Observed<V> =
  | { readonly status: 'present'; readonly value: V }
  /** The resource is there (or will be made), the setting was never configured. */
  | { readonly status: 'absent' }
  /** The resource that carries the setting does not exist. */
  | { readonly status: 'gone'; readonly reason: string }
  | { readonly status: 'unreadable'; readonly reason: string; readonly error?: AwsFailure };

/** One leaf in which desired and observed differ. */
export interface Difference {
  /** Dotted path inside the setting, e.g. `Rules[lockstep-orders-dr].Status` or `LockstepReplicaObjects.Action`. */
  readonly path: string;
  /** undefined: not there. */
  readonly observed?: unknown;
  /** undefined: should not be there. */
  readonly desired?: unknown;
}

/** What stands in the way and is not ours to change. */
export interface Blocker {
  /** One sentence: what blocks. */
  readonly reason: string;
  /** Whose it is: an ARN, an account, a policy. */
  readonly owner?: string;
  /** The statement, rule or setting itself, word for word. */
  readonly statement?: unknown;
  /** What a person should do. */
  readonly remedy: string;
}

interface FindingBase {
  readonly aspect: string;
  readonly resource: ResourceRef;
  /** Names of the replications that meet at this resource. */
  readonly replications: readonly string[];
}

export type Finding = FindingBase &
  (
    | { readonly verdict: 'in-sync' }
    | { readonly verdict: 'drifted'; readonly differences: readonly Difference[]; readonly matters: string }
    | { readonly verdict: 'unreadable'; readonly reason: string; readonly error?: AwsFailure }
    | { readonly verdict: 'blocked'; readonly by: Blocker }
  );

/** One repair: the calls that bring one aspect of one resource back. */
export interface Step {
  readonly aspect: string;
  readonly resource: ResourceRef;
  readonly replications: readonly string[];
  readonly differences: readonly Difference[];
  readonly calls: readonly AwsCall[];
  /** Keys (`stepKey`) of the steps that must be in place first. */
  readonly after: readonly string[];
}

export type HeldReason =
  | 'observe-mode'
  | 'paused'
  | 'report-only'
  | 'prerequisite-unreadable'
  | 'prerequisite-blocked'
  | 'prerequisite-held'
  | 'policy-too-large'
  | 'orphaned'
  | 'frozen'
  | 'contested'
  | 'budget-exceeded';

/** Drift that will not be touched now, and why. */
export interface Held {
  readonly aspect: string;
  readonly resource: ResourceRef;
  readonly replications: readonly string[];
  readonly differences: readonly Difference[];
  readonly reason: HeldReason;
  /** One sentence for people, naming what has to change. */
  readonly detail: string;
}

export interface Plan {
  /** In an order that respects `after`. */
  readonly steps: readonly Step[];
  readonly held: readonly Held[];
}

/** `written`: accepted by AWS, not yet seen; `repaired`: read back in sync; `skipped`: a step it waits for failed. */
export type StepOutcome = Pick<Step, 'aspect' | 'resource' | 'replications' | 'differences'> &
  (
    | { readonly outcome: 'repaired' | 'written' }
    | { readonly outcome: 'failed'; readonly error: AwsFailure; readonly detail: string }
    /** `outOfTime`: only the time of this pass was over. */
    | { readonly outcome: 'skipped'; readonly because: string; readonly outOfTime?: true }
  );

export type Verdict = 'proven' | 'unproven' | 'drifted' | 'blocked' | 'contested' | 'paused' | 'orphaned' | 'unreadable';

/** One hop of the permission proof, see `shared/policy/proof.ts`. */
export interface ProofHop {
  readonly hop: string;
  readonly answer: 'allowed' | 'denied' | 'cannot-tell';
  readonly because: string;
  readonly blocker?: Blocker;
}

/** What one pass found and did about one replication. */
export interface ReplicationReport {
  readonly name: string;
  readonly document: string;
  readonly mode: 'repair' | 'observe' | 'paused';
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly steps: readonly Step[];
  readonly held: readonly Held[];
  /** Empty unless the plan was applied. */
  readonly outcomes: readonly StepOutcome[];
  /** What hurts, or may, and is not ours to change. */
  readonly blockers: readonly Blocker[];
  /** Worth telling, nothing to repair. */
  readonly advisories: readonly string[];
  readonly proof: readonly ProofHop[];
}

export const stepKey = (on: { readonly aspect: string; readonly resource: ResourceRef }): string =>
  `${on.aspect} ${on.resource.arn}`;
