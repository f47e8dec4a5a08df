/** What the aspects would see of a group, without any AWS: healthy, but for what a test says. */
import type { Aspect, Get } from '../../shared/aspects/aspect.ts';
import { aspects } from '../../shared/aspects/index.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import type { Observed, ResourceRef } from '../../shared/model/finding.ts';
import type { Operation, Output } from '../../shared/model/operations.ts';
import type { Group } from '../../shared/model/replication.ts';
import { type Compared, compare } from '../../shared/stages/compare.ts';
import { planRepairs, type RepairPlan } from '../../shared/stages/plan.ts';
import { type Target, targetsOf } from '../../shared/stages/targets.ts';

export const present = <V>(value: V): Observed<V> => ({ status: 'present', value });
export const absent: Observed<never> = { status: 'absent' };
export const unreadable: Observed<never> = { status: 'unreadable', reason: 'AccessDenied' };
export const gone: Observed<never> = { status: 'gone', reason: 'NoSuchBucket' };

/** `<aspect> <name of the resource>`: a bucket's, the role's, a key's account. */
export const label = ({ aspect, resource }: { readonly aspect: string; readonly resource: ResourceRef }): string =>
  `${aspect} ${resource.type === 'key' ? resource.account : resource.name}`;

const labelOf = ({ aspect, on }: Target): string => label({ aspect: aspect.name, resource: on });

type Sights = Readonly<Record<string, Observed<unknown>>>;

/**
 * @param sights by label; what is not named is as all replications of the group want it
 * @throws when a label names nothing
 */
export function comparedWith(group: Group, sights: Sights = {}): readonly Compared[] {
  const targets = targetsOf(group, aspects);
  const known = new Set(targets.map(labelOf));
  const unknown = Object.keys(sights).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`no such settings: ${unknown.join(', ')}; there are ${[...known].join(', ')}`);
  return compare(targets, new Map(targets.map((target) => [target.key, sights[labelOf(target)] ?? healthy(target)])));
}

export const healthy = ({ aspect, sharers, on }: Target): Observed<unknown> =>
  present(aspect.merge(aspect.desired(sharers, on), undefined, on));

export const planWith = (group: Group, sights: Sights = {}): RepairPlan => planRepairs(comparedWith(group, sights));

/** Every setting of a group absent: buckets and keys are there, nothing is set. */
export const nothingSet = (group: Group): Sights =>
  Object.fromEntries(targetsOf(group, aspects).map((target) => [labelOf(target), absent]));

/** Reads an aspect from canned answers, by operation. What has none is not there. */
export function readFrom<V>(
  aspect: Aspect<V>,
  on: ResourceRef,
  answers: Readonly<Partial<Record<Operation, object>>>,
): Promise<Observed<V>> {
  const get: Get = async <O extends Operation>(call: AwsCall<O>): Promise<Observed<Output<O>>> => {
    const answer = answers[call.operation];
    return answer === undefined ? { status: 'absent' } : { status: 'present', value: answer as Output<O> };
  };
  return aspect.read(on)(get);
}
