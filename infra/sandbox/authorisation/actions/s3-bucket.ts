/** What all permissions on a bucket and on what is in it have in common. */
import type { ResourcePolicy } from '../../../../shared/policy/evaluate.ts';
import { showPolicy } from '../../principals.ts';
import type { CallContext } from '../../service.ts';
import { actionOf } from '../../services/s3/actions.ts';
import { type Bucket, bucketArn } from '../../services/s3/bucket.ts';
import { isPublicPolicy } from '../../services/s3/public-policy.ts';
import type { Check, ChecksOf, Keys } from '../check.ts';
import { resourcePolicy } from '../documents.ts';

export interface OnBucket {
  readonly Bucket?: string | undefined;
}

/** Operations on a bucket that need one permission on it and carry no condition keys of their own. */
export const onBucket: ChecksOf<OnBucket> = (input, call) => bucketCheck(actionOf(call.operation), input, call);

interface Particulars {
  readonly keys?: Keys;
  /** The operation answers in every region, not only in the bucket's own. */
  readonly anyRegion?: boolean;
  /** Key of the object the permission is about; left out: the bucket itself. */
  readonly key?: string | undefined;
}

/** None when the bucket is not there, or not in this region: the handler says so to everybody. */
export function bucketCheck(
  action: string,
  { Bucket: name }: OnBucket,
  call: CallContext,
  more: Particulars = {},
): readonly Check[] {
  const bucket = call.world.s3.buckets.get(name ?? '');
  if (!bucket || (bucket.region !== call.region && !more.anyRegion)) return [];
  return [
    {
      action,
      resource: more.key === undefined ? bucketArn(bucket.name) : `${bucketArn(bucket.name)}/${more.key}`,
      account: bucket.account,
      policy: bucketPolicy(bucket, call),
      keys: { ...requestKeys(bucket.account), ...more.keys },
    },
  ];
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html */
export const requestKeys = (owner: string): Keys => ({
  's3:ResourceAccount': owner,
  's3:authType': 'REST-HEADER',
  's3:signatureversion': 'AWS4-HMAC-SHA256',
  's3:TlsVersion': 1.3,
});

function bucketPolicy(bucket: Bucket, { world, caller }: CallContext): ResourcePolicy | undefined {
  if (!bucket.policy || isClosed(bucket, bucket.policy, world, caller.account)) return undefined;
  return resourcePolicy(world, 'resource', { label: `bucket policy of ${bucket.name}`, account: bucket.account }, bucket.policy);
}

/** One public statement closes the bucket to all other accounts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html */
function isClosed(bucket: Bucket, policy: NonNullable<Bucket['policy']>, world: CallContext['world'], account: string): boolean {
  if (account === bucket.account || !bucket.publicAccessBlock?.RestrictPublicBuckets) return false;
  return isPublicPolicy(showPolicy(world, policy));
}
