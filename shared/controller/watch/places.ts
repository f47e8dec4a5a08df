/** Where the event path must work: every account and region in which a change of the fleet's settings can come up. Pure. */
import { iamEventsRegionOf } from '../../model/arn.ts';
import type { Replication } from '../../model/replication.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
  /** Services whose changes come up there, as CloudTrail names them, e.g. `kms.amazonaws.com`. */
  readonly sources: readonly string[];
  /** Names of the replications that depend on them. */
  readonly replications: readonly string[];
}

const ofBuckets = ['s3.amazonaws.com', 'kms.amazonaws.com'];
const ofRoles = ['iam.amazonaws.com'];

/** Each once, by account and region. Sides without a spoke, and replications that nobody repairs any more, need no events. */
export function placesOf(replications: readonly Replication[]): readonly Place[] {
  const needs = replications.filter(({ orphanedSince }) => orphanedSince === undefined).flatMap(needsOf);
  const found = Object.values(Object.groupBy(needs, ({ account, region }) => `${account} ${region}`));
  return found.flatMap((alike = []) => (alike[0] === undefined ? [] : [together(alike[0], alike)]));
}

const together = ({ account, region }: Place, alike: readonly Place[]): Place => ({
  ...{ account, region },
  sources: [...new Set(alike.flatMap(({ sources }) => sources))],
  replications: [...new Set(alike.flatMap(({ replications }) => replications))],
});

function needsOf({ name, partition, source, destination, role }: Replication): readonly Place[] {
  const at = (account: string, region: string, sources: readonly string[]): Place => ({
    ...{ account, region, sources, replications: [name] },
  });
  return [
    at(source.account, source.region, ofBuckets),
    // The role that S3 assumes belongs to the account of the source.
    ...(role.arn.split(':')[4] === source.account
      ? [at(source.account, iamEventsRegionOf(partition) ?? source.region, ofRoles)]
      : []),
    ...(destination.managed ? [at(destination.account, destination.region, ofBuckets)] : []),
  ];
}
