import type { AwsCall } from '../model/aws-call.ts';
import type { Blocker, Difference, Observed, ResourceRef } from '../model/finding.ts';
import type { Operation, Output } from '../model/operations.ts';
import type { Replication } from '../model/replication.ts';

/** Request parameters of a change that tell settings of one resource apart. */
export interface ChangeDetails {
  readonly policyName?: string;
  readonly policyArn?: string;
}

export type NonEmpty<T> = readonly [T, ...T[]];

/** Sends one read and sorts the answer: output, not set (`absentWhen` lists AWS's codes for it), resource gone, or unreadable. */
export type Get = <O extends Operation>(call: AwsCall<O>, absentWhen?: readonly string[]) => Promise<Observed<Output<O>>>;

/** How an aspect is read: one or more calls through `get`, and nothing else that touches the world. */
export type Read<V> = (get: Get) => Promise<Observed<V>>;

/**
 * One setting of one resource that replication depends on. What adding one takes stands in the README, under "Add an aspect".
 *
 * Everything here is pure: calls are values, and `read` touches the world only through the `get` it is given.
 */
export interface Aspect<V> {
  /** Kebab-case, unique, e.g. `bucket-policy`. Used in reports, logs, the ledger and `--json`. */
  readonly name: string;
  /** For people: `bucket policy`. */
  readonly title: string;
  /** One sentence: why replication fails, or fails silently, when this is wrong. */
  readonly matters: string;
  /** Whether objects may stay behind while this is wrong: then it is an outage, with a window of objects to look after. */
  readonly interrupts: boolean;
  /** Reasons that S3 gives for objects it did not replicate, and that this setting can explain. Left out: none. */
  readonly failureReasons?: readonly string[];
  /** The AWS page the rules come from. */
  readonly docs: string;
  /** Names of aspects whose repair must be in place before this one is written. */
  readonly after: readonly string[];
  /** CloudTrail event names after which this setting must be looked at again. */
  readonly changedBy: readonly string[];
  /** Whether one of those events, with these request parameters, can concern this setting; left out: it can. */
  concernedBy?(details: ChangeDetails): boolean;
  /** ARNs of further resources that the observed value follows: attached policies, a boundary. */
  follows?(observed: V): readonly string[];
  /** IAM actions the two spoke roles need for it. */
  readonly permissions: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** The resources this setting of this replication lives on; empty: does not apply. */
  resources(r: Replication): readonly ResourceRef[];
  /** What all replications that meet at the resource want there. @throws UnresolvedKey when it needs a key whose alias was not resolved */
  desired(sharers: NonEmpty<Replication>, on: ResourceRef): V;
  read(on: ResourceRef): Read<V>;
  /** Where observed differs from desired, by meaning. `observed` undefined: never configured. Empty: in sync. */
  diff(desired: V, observed: V | undefined, on: ResourceRef): readonly Difference[];
  /** What stands in the way and cannot or must not be repaired by us. */
  blockedBy?(desired: V, observed: V | undefined, on: ResourceRef): Blocker | undefined;
  /** What will be there after the repair: desired, with everything of others kept word for word. */
  merge(desired: V, observed: V | undefined, on: ResourceRef): V;
  /**
   * What to aim at while only some sharers may be repaired (the others are paused, observed only, or lack a prerequisite):
   * `some`, plus what is already there and wanted by `all`. Left out: `some`.
   */
  narrow?(some: V, all: V, observed: V | undefined, on: ResourceRef): V;
  /** The calls that put `next` in place of `observed`; empty: report only. */
  write(on: ResourceRef, next: V, observed: V | undefined): readonly AwsCall[];
  /** Why `next` must not be sent at all (a size limit), in one sentence. */
  refuse?(next: V): string | undefined;
  /** How what is ours is taken away when replications end. Left out: the setting stays as it is. */
  readonly retire?: Retire<V>;
}

/** Taking away what is ours, and nothing else. */
export interface Retire<V> {
  /** `observed` without what is ours and wanted by nobody in `staying` (undefined: there is nobody); all else word for word. */
  leave(gone: V, staying: V | undefined, observed: V, on: ResourceRef): V;
  /** What goes. Empty: nothing. */
  differences(left: V, observed: V): readonly Difference[];
  /** Whether nothing is left, so that the setting itself has to go. */
  isEmpty(left: V): boolean;
  /** The calls that remove the setting; empty: it cannot be removed. */
  remove(on: ResourceRef): readonly AwsCall[];
}
