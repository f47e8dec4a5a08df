import type { GetBucketVersioningOutput, GetBucketVersioningRequest, PutBucketVersioningRequest } from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, invalidBucketState, requireOneOf } from './errors.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html */
function getBucketVersioning(input: GetBucketVersioningRequest, call: CallContext): GetBucketVersioningOutput {
  const { versioning, mfaDelete } = bucketOf(input, call);
  // A bucket whose versioning was never set answers 200 without a Status.
  return { ...(versioning && { Status: versioning }), ...(mfaDelete && { MFADelete: mfaDelete }) };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html */
function putBucketVersioning(input: PutBucketVersioningRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration ?? {};
  if (status === undefined)
    throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified');
  requireOneOf(status, ['Enabled', 'Suspended']);
  if (mfaDelete !== undefined) requireOneOf(mfaDelete, ['Enabled', 'Disabled']);
  const guarded = bucket.mfaDelete === 'Enabled' || mfaDelete === 'Enabled';
  if (guarded && !input.MFA) throw accessDenied('Mfa Authentication must be used for this request');
  if (status === 'Suspended') requireSuspendable(bucket);

  bucket.versioning = status;
  bucket.mfaDelete = mfaDelete ?? bucket.mfaDelete;
}

/**
 * Suspending a replication source, or a bucket with Object Lock, is refused; suspending a replication destination is not.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
function requireSuspendable(bucket: Bucket): void {
  if (bucket.objectLock) {
    throw invalidBucketState(
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  if (bucket.replication) {
    throw invalidBucketState(
      'A replication configuration is present on this bucket, so you cannot change the versioning state. To change the versioning state, first delete the replication configuration.',
    );
  }
}

export const versioningHandlers = { GetBucketVersioning: getBucketVersioning, PutBucketVersioning: putBucketVersioning };
