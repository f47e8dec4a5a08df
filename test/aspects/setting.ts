/** One aspect of one resource, as a document wants it, to be held against what was observed. */
import type { Aspect } from '../../shared/aspects/aspect.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import type { Difference, ResourceRef } from '../../shared/model/finding.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { targetsOf } from '../../shared/stages/targets.ts';
import { aGroup } from '../support/builders.ts';

export interface Setting<V> {
  readonly on: ResourceRef;
  readonly desired: V;
  diff(observed: V | undefined): readonly Difference[];
  paths(observed: V | undefined): readonly string[];
  merge(observed: V | undefined): V;
  /** Input of the calls that repair it. */
  inputs(observed: V | undefined): readonly unknown[];
  calls(observed: V | undefined): readonly AwsCall[];
}

/** @param name of the bucket, account of the key; left out: the aspect's only resource */
export function settingOf<V>(aspect: Aspect<V>, replications: readonly Replication[], name?: string): Setting<V> {
  const targets = targetsOf(aGroup(replications), [aspect as Aspect<unknown>]);
  const target = targets.find(({ on }) => name === undefined || on.arn.includes(name));
  if (target === undefined) throw new Error(`${aspect.name} has no resource ${name}`);
  const { on, sharers } = target;
  const desired = aspect.desired(sharers, on);
  const merge = (observed: V | undefined): V => aspect.merge(desired, observed, on);
  const calls = (observed: V | undefined) => aspect.write(on, merge(observed), observed);
  return {
    on,
    desired,
    merge,
    calls,
    diff: (observed) => aspect.diff(desired, observed, on),
    paths: (observed) => aspect.diff(desired, observed, on).map(({ path }) => path),
    inputs: (observed) => calls(observed).map(({ input }) => input),
  };
}
