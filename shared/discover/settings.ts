/** Settings of one bucket that a document may hold, recorded as they are found. */
import type { LifecycleRule } from '@aws-sdk/client-s3';
import type { Aspect, Get } from '../aspects/aspect.ts';
import { bucketLifecycle } from '../aspects/bucket-lifecycle.ts';
import { bucketObjectOwnership } from '../aspects/bucket-object-ownership.ts';
import { bucketPublicAccessBlock } from '../aspects/bucket-public-access-block.ts';
import type { BucketRef } from '../aspects/resources.ts';
import type { LifecycleInput, SideInput } from '../model/desired-state/schema.ts';
import type { PublicAccessBlock } from '../model/replication.ts';

/** The value of a setting, undefined when it is not set; what cannot be read is told and left out, which leaves it alone. */
export async function seen<V>(aspect: Aspect<V>, on: BucketRef, get: Get, tell: (note: string) => void): Promise<V | undefined> {
  const observed = await aspect.read(on)(get);
  if (observed.status === 'unreadable' || observed.status === 'gone')
    tell(`The ${aspect.title} of bucket ${on.name} is not in the document: ${observed.reason}`);
  return observed.status === 'present' ? observed.value : undefined;
}

type Recorded = Pick<SideInput, 'objectOwnership' | 'blockPublicAccess'>;

export async function recordedSettings(on: BucketRef, get: Get, tell: (note: string) => void): Promise<Recorded> {
  const ownership = (await seen(bucketObjectOwnership, on, get, tell))?.ObjectOwnership;
  const block = await seen(bucketPublicAccessBlock, on, get, tell);
  return {
    ...(ownership !== undefined && { objectOwnership: ownership }),
    ...(block !== undefined && { blockPublicAccess: blockOf(block) }),
  };
}

/** Settings that S3 leaves out are off. */
function blockOf(given: Partial<PublicAccessBlock>): NonNullable<Recorded['blockPublicAccess']> {
  const block: PublicAccessBlock = {
    BlockPublicAcls: given.BlockPublicAcls ?? false,
    IgnorePublicAcls: given.IgnorePublicAcls ?? false,
    BlockPublicPolicy: given.BlockPublicPolicy ?? false,
    RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
  };
  return Object.values(block).every((setting) => setting) ? true : block;
}

/** ID of the lifecycle rule a document keeps when it names no other; rules of others are not a document's business. */
const ownId = 'lockstep-expiry';

/** undefined: the bucket has no lifecycle rule of ours. */
export async function recordedLifecycle(
  on: BucketRef,
  get: Get,
  tell: (note: string) => void,
): Promise<LifecycleInput | undefined> {
  const lifecycle = await seen(bucketLifecycle, on, get, tell);
  const rule = lifecycle?.rules.find(({ ID }) => ID === ownId);
  if (rule === undefined) return undefined;
  const { prefix, ...actions } = lifecycleOf(rule);
  if (Object.keys(actions).length > 0) return prefix === '' ? actions : { prefix, ...actions };
  tell(`The lifecycle rule ${ownId} of bucket ${on.name} is not in the document: it does nothing that a document can say.`);
  return undefined;
}

function lifecycleOf(rule: LifecycleRule): LifecycleInput & { readonly prefix: string } {
  const { Filter, Prefix, Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule;
  const noncurrent = NoncurrentVersionExpiration?.NoncurrentDays;
  const abort = AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  return {
    prefix: Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? '',
    ...(Expiration?.Days !== undefined && { expireAfterDays: Expiration.Days }),
    ...(noncurrent !== undefined && { noncurrentExpireAfterDays: noncurrent }),
    ...(abort !== undefined && { abortIncompleteUploadsAfterDays: abort }),
    ...(Expiration?.ExpiredObjectDeleteMarker && { removeExpiredDeleteMarkers: true }),
  };
}
