import { bucketArn as arnOfBucket, iamEventsRegionOf } from '../model/arn.ts';
import type { ResourceRef } from '../model/finding.ts';
import type { DestinationEnd, KeyRef, Replication, SourceEnd } from '../model/replication.ts';
import { UnresolvedKey } from '../model/unresolved-key.ts';

export type BucketRef = Extract<ResourceRef, { type: 'bucket' }>;
export type KeyResource = Extract<ResourceRef, { type: 'key' }>;
export type RoleRef = Extract<ResourceRef, { type: 'role' }>;

/** The key's own ARN. @throws UnresolvedKey */
export function keyArn(key: KeyRef): string {
  if (key.arn === undefined) throw new UnresolvedKey(key);
  return key.arn;
}

export const bucketArn = (r: Replication, bucket: string): string => arnOfBucket(r.partition, bucket);

function bucketOf(r: Replication, end: SourceEnd | DestinationEnd): BucketRef {
  return { type: 'bucket', account: end.account, region: end.region, name: end.bucket, arn: bucketArn(r, end.bucket) };
}

export const sourceBucket = (r: Replication): BucketRef => bucketOf(r, r.source);

/** Where we may look and write: the source, and the destination unless its owner keeps it. */
export const destinationBuckets = (r: Replication): readonly BucketRef[] =>
  r.destination.managed ? [bucketOf(r, r.destination)] : [];

export const bothBuckets = (r: Replication): readonly BucketRef[] => [sourceBucket(r), ...destinationBuckets(r)];

function keyOf(end: SourceEnd | DestinationEnd, key: KeyRef): KeyResource {
  const arn = key.arn ?? key.named;
  return { type: 'key', account: end.account, region: end.region, arn, ...(key.named !== arn && { alias: key.named }) };
}

export const sourceKeys = (r: Replication): readonly KeyResource[] =>
  [r.source.key, ...r.source.furtherKeys].map((key) => keyOf(r.source, key));

/** Every key of the replication that we may look at, each once. */
export function bothKeys(r: Replication): readonly KeyResource[] {
  const keys = [...sourceKeys(r), ...(r.destination.managed ? [keyOf(r.destination, r.destination.key)] : [])];
  return [...new Map(keys.map((key) => [key.arn, key])).values()];
}

/** IAM is one per partition; it answers, and files its events, in that partition's home region. */
export function roleOf(r: Replication): RoleRef {
  const region = iamEventsRegionOf(r.partition) ?? r.source.region;
  return { type: 'role', account: r.source.account, region, ...r.role };
}

/** The ends of the sharers that are this bucket. */
export function endsAt(sharers: readonly Replication[], on: ResourceRef): readonly (SourceEnd | DestinationEnd)[] {
  return sharers.flatMap((r) => [r.source, r.destination].filter((end) => bucketArn(r, end.bucket) === on.arn));
}

/** Bucket name, and the guard against a stranger's bucket of the same name. */
export function onBucket(on: ResourceRef): { Bucket: string; ExpectedBucketOwner: string } {
  return { Bucket: (on as BucketRef).name, ExpectedBucketOwner: on.account };
}
