import type { Aspect, NonEmpty } from '../aspects/aspect.ts';
import type { ResourceRef } from '../model/finding.ts';
import type { Group, Replication } from '../model/replication.ts';

/** One aspect of one resource, and all replications of the group that meet there. */
export interface Target {
  readonly key: string;
  readonly aspect: Aspect<unknown>;
  readonly on: ResourceRef;
  readonly sharers: NonEmpty<Replication>;
}

export const targetKey = (aspect: string, on: ResourceRef): string => `${aspect} ${on.arn}`;

/** Every setting a group depends on, each once, in the order of the aspects and then of the replications. */
export function targetsOf(group: Group, aspects: readonly Aspect<unknown>[]): readonly Target[] {
  const targets = new Map<string, { aspect: Aspect<unknown>; on: ResourceRef; sharers: Replication[] }>();
  for (const aspect of aspects)
    for (const replication of group.replications)
      for (const on of aspect.resources(replication)) {
        const key = targetKey(aspect.name, on);
        const target = targets.get(key);
        if (target === undefined) targets.set(key, { aspect, on, sharers: [replication] });
        else if (target.sharers.at(-1) !== replication) target.sharers.push(replication);
      }
  return [...targets].map(([key, target]) => ({ key, ...target, sharers: target.sharers as unknown as NonEmpty<Replication> }));
}
