/**
 * What every call on a bucket passes before its own rules: the bucket exists, is in this region and is owned by whom the caller
 * expects. Whether the caller may make the call is decided before.
 */
import { AwsError, type CallContext } from '../../service.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, noSuchBucket } from './errors.ts';

export interface OnBucket {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  /** Of the object the call is about, if it is about one. */
  readonly Key?: string | undefined;
}

/**
 * The bucket of the call.
 *
 * @throws NoSuchBucket 404, PermanentRedirect 301, AccessDenied 403, InvalidBucketOwnerAWSAccountID 400
 */
export function bucketOf(input: OnBucket, call: CallContext): Bucket {
  const bucket = existingBucket(input, call);
  if (bucket.region !== call.region) throw permanentRedirect(bucket);
  requireOwner(bucket, input);
  return bucket;
}

export function existingBucket(input: OnBucket, call: CallContext): Bucket {
  const bucket = call.world.s3.buckets.get(input.Bucket ?? '');
  if (!bucket) throw noSuchBucket(input.Bucket ?? '');
  return bucket;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
export function requireOwner(bucket: Bucket, { ExpectedBucketOwner: expected }: OnBucket): void {
  if (expected !== undefined && !/^\d{12}$/.test(expected)) {
    const message = `The value of the expected bucket owner parameter must be an AWS Account ID... [${expected}]`;
    throw new AwsError('InvalidBucketOwnerAWSAccountID', message);
  }
  if (expected !== undefined && expected !== bucket.account) throw accessDenied('Access Denied', regionHeader(bucket));
}

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
