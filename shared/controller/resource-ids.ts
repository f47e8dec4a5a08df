/** The names under which the index knows resources: as CloudTrail events can name them. */
import { bucketArn } from '../model/arn.ts';
import type { ResourceRef } from '../model/finding.ts';
import type { KeyRef, Replication } from '../model/replication.ts';

/** Everything a replication depends on whose change must wake us. Keys by their own ARN and by the alias the document names. */
export function resourceIds(r: Replication): readonly string[] {
  const keys = [r.source.key, ...r.source.furtherKeys, ...(r.destination.managed ? [r.destination.key] : [])];
  return [
    ...new Set([
      bucketArn(r.partition, r.source.bucket),
      bucketArn(r.partition, r.destination.bucket),
      roleId(r.role.arn),
      ...keys.flatMap(keyIds),
    ]),
  ];
}

const keyIds = ({ named, arn }: KeyRef): readonly string[] => (arn === undefined ? [named] : [named, arn]);

/** The names under which events can name one resource. */
export function idsOf(on: ResourceRef): readonly string[] {
  if (on.type === 'role') return [roleId(on.arn)];
  return on.type === 'key' && on.alias !== undefined ? [on.arn, on.alias] : [on.arn];
}

/** A role's ARN without its path: events carry the name alone, and names are unique in an account. */
export const roleId = (arn: string): string => arn.replace(/:role\/.*\//, ':role/');
