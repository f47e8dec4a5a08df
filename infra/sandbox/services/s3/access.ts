/**
 * What every call on a bucket passes before its own rules: the bucket exists, is in this region, is owned by whom the caller expects,
 * and lets the caller in.
 */
import { AwsError, type CallContext } from '../../service.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, noSuchBucket } from './errors.ts';
import { bucketPolicyAllows } from './foreign-access.ts';

export interface OnBucket {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket of the call.
 *
 * @throws NoSuchBucket 404, PermanentRedirect 301, AccessDenied 403, InvalidBucketOwnerAWSAccountID 400
 */
export function bucketOf(input: OnBucket, call: CallContext): Bucket {
  const bucket = existingBucket(input, call);
  if (bucket.region !== call.region) throw permanentRedirect(bucket);
  requireAccess(bucket, input, call);
  return bucket;
}

export function existingBucket(input: OnBucket, call: CallContext): Bucket {
  const bucket = call.world.s3.buckets.get(input.Bucket ?? '');
  if (!bucket) throw noSuchBucket(input.Bucket ?? '');
  return bucket;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
export function requireAccess(bucket: Bucket, { ExpectedBucketOwner: expected }: OnBucket, call: CallContext): void {
  if (expected !== undefined && !/^\d{12}$/.test(expected)) {
    const message = `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`;
    throw new AwsError('InvalidBucketOwnerAWSAccountID', message);
  }
  const stranger = expected !== undefined && expected !== bucket.account;
  if (stranger || !mayCall(bucket, call)) throw accessDenied('Access Denied', regionHeader(bucket));
}

/** Identities of the bucket's own account may do everything; those of another account what the bucket policy lets them. */
const mayCall = (bucket: Bucket, call: CallContext): boolean =>
  call.caller.account === bucket.account || bucketPolicyAllows(bucket, call);

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html */
function permanentRedirect(bucket: Bucket): AwsError {
  const message =
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.';
  return new AwsError('PermanentRedirect', message, 301, {
    details: { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name },
    headers: regionHeader(bucket),
  });
}

/** S3 tells a bucket's region even to those it turns away. */
const regionHeader = (bucket: Bucket): Record<string, string> => ({ 'x-amz-bucket-region': bucket.region });
