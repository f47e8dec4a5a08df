import type {
  GetObjectLockConfigurationOutput,
  GetObjectLockConfigurationRequest,
  PutObjectLockConfigurationRequest,
} from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import { invalidArgument, invalidBucketState, malformedXml, notSet, requireOneOf } from './errors.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html */
function getObjectLockConfiguration(
  input: GetObjectLockConfigurationRequest,
  call: CallContext,
): GetObjectLockConfigurationOutput {
  const { name, objectLock } = bucketOf(input, call);
  if (!objectLock) {
    throw notSet('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket', name);
  }
  return { ObjectLockConfiguration: structuredClone(objectLock) };
}

/**
 * Object Lock can be turned on for an existing bucket, never off.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
function putObjectLockConfiguration(input: PutObjectLockConfigurationRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const given = input.ObjectLockConfiguration;
  requireOneOf(given?.ObjectLockEnabled, ['Enabled']);
  if (given?.Rule) requireRetention(given.Rule.DefaultRetention);
  if (bucket.versioning !== 'Enabled') {
    throw invalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
  }
  bucket.objectLock = structuredClone(given);
}

function requireRetention(retention: { Mode?: string; Days?: number; Years?: number } | undefined): void {
  if (!retention || (retention.Days === undefined) === (retention.Years === undefined)) throw malformedXml();
  requireOneOf(retention.Mode, ['GOVERNANCE', 'COMPLIANCE']);
  if ((retention.Days ?? retention.Years ?? 0) <= 0) {
    throw invalidArgument('Default retention period must be a positive integer value');
  }
}

export const objectLockHandlers = {
  GetObjectLockConfiguration: getObjectLockConfiguration,
  PutObjectLockConfiguration: putObjectLockConfiguration,
};
