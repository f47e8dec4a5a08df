import { bucketArn } from '../arn.ts';
import type { Replication, ReplicationRule } from '../replication.ts';

/**
 * Gives every rule without a priority of its own one that no other rule of its source bucket has, in the given order: 1, 2, 3 …
 * Rules that are added at the end leave the numbers of the others alone, and of two rules without a priority the later one counts.
 */
export function withPriorities(replications: readonly Replication[]): Replication[] {
  const takenBy = new Map<string, Set<number>>();
  for (const replication of replications) {
    const taken = takenBy.get(sourceOf(replication)) ?? new Set();
    for (const rule of replication.rules) if (rule.priorityFixed) taken.add(rule.priority);
    takenBy.set(sourceOf(replication), taken);
  }
  const lastOf = new Map<string, number>();
  const next = (bucket: string): number => {
    let priority = (lastOf.get(bucket) ?? 0) + 1;
    while (takenBy.get(bucket)?.has(priority)) priority += 1;
    lastOf.set(bucket, priority);
    return priority;
  };
  const numbered = (rule: ReplicationRule, bucket: string): ReplicationRule =>
    rule.priorityFixed ? rule : { ...rule, priority: next(bucket) };
  return replications.map((replication) => ({
    ...replication,
    rules: replication.rules.map((rule) => numbered(rule, sourceOf(replication))),
  }));
}

const sourceOf = (replication: Replication): string => bucketArn(replication.partition, replication.source.bucket);
