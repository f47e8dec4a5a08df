import type { ResourceRef } from './finding.ts';
import type { KeyRef, Replication } from './replication.ts';

export type Side = 'source' | 'destination';

const isKey = (arn: string, keys: readonly KeyRef[]): boolean => keys.some((key) => key.arn === arn || key.named === arn);

function isAt(on: ResourceRef, side: Side, { source, destination, role }: Replication): boolean {
  switch (on.type) {
    case 'bucket':
      return on.name === (side === 'source' ? source : destination).bucket;
    case 'key':
      return side === 'source' ? isKey(on.arn, [source.key, ...source.furtherKeys]) : isKey(on.arn, [destination.key]);
    case 'role':
      return side === 'source' && on.arn === role.arn;
  }
}

/** The side of a resource; both, where one replication ends and another begins. */
export const sidesOf = (on: ResourceRef, replications: readonly Replication[]): readonly Side[] =>
  (['source', 'destination'] as const).filter((side) => replications.some((r) => isAt(on, side, r)));
