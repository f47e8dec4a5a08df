import type { Fault } from '../model/desired-state.ts';
import { groupsOf } from '../model/group.ts';
import type { Replication } from '../model/replication.ts';
import { UnresolvedKey } from '../model/unresolved-key.ts';
import { targetsOf } from '../stages/targets.ts';
import { aspects } from './index.ts';

/**
 * Policies and configurations that these replications alone would make larger than AWS accepts; what others have there comes
 * on top and is checked before each write. Keys named by alias count for nothing. For `checkTogether`.
 */
export function sizeFaults(replications: readonly Replication[]): readonly Fault[] {
  return groupsOf(replications).flatMap((group) =>
    targetsOf(group, aspects).flatMap(({ aspect, sharers, on }): Fault[] => {
      if (aspect.refuse === undefined) return [];
      try {
        const tooLarge = aspect.refuse(aspect.merge(aspect.desired(sharers, on), undefined, on));
        const path = `replications.${sharers[0].name}`;
        return tooLarge === undefined
          ? []
          : [{ path, message: `${tooLarge} (${aspect.title} of ${on.arn}): split it over more roles or buckets` }];
      } catch (error) {
        if (error instanceof UnresolvedKey) return [];
        throw error;
      }
    }),
  );
}
