import { AwsError, type CallContext } from '../../../service.ts';
import { existingBucket, requireOwner } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import { invalidArgument } from '../errors.ts';
import { requireCopyable } from './conditions.ts';
import { requireDecryption } from './encryption.ts';
import { objectOf } from './store.ts';
import type { ObjectVersion } from './version.ts';

type Conditions = Parameters<typeof requireCopyable>[1];

export interface CopySource extends Conditions {
  readonly CopySource?: string | undefined;
  readonly CopySourceSSECustomerAlgorithm?: string | undefined;
  readonly CopySourceSSECustomerKey?: string | undefined;
  readonly CopySourceSSECustomerKeyMD5?: string | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

/**
 * The object that `x-amz-copy-source` names: `/bucket/key?versionId=…`, the key URL-encoded. It may be in any region.
 *
 * @throws InvalidArgument, NoSuchKey, PreconditionFailed, AccessDenied and KMS's errors
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export function copySourceOf(input: CopySource, call: CallContext): { bucket: Bucket; object: ObjectVersion } {
  const { name, key, versionId } = parsed(input.CopySource ?? '');
  const on = { Bucket: name, Key: key, ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  const asReader = { ...call, operation: 'GetObject' };
  const bucket = existingBucket(on, asReader);
  requireOwner(bucket, on);
  const object = objectOf(bucket, { Key: key, VersionId: versionId }, asReader);
  requireCopyable(object, input);
  if (object.storageClass === 'GLACIER' || object.storageClass === 'DEEP_ARCHIVE') {
    throw new AwsError('InvalidObjectState', "Operation is not valid for the source object's storage class", 403);
  }
  const customer = {
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
  };
  requireDecryption(bucket, object, customer, asReader);
  return { bucket, object };
}

function parsed(source: string): { name: string; key: string; versionId: string | undefined } {
  const [path = '', query] = source.split('?versionId=');
  const text = decoded(path)
    .replace(/^\//, '')
    .replace(/^arn:aws:s3:::/, '');
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      source,
    );
  }
  return { name: text.slice(0, slash), key: text.slice(slash + 1), versionId: query };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalidArgument('Invalid copy source encoding', 'x-amz-copy-source', path);
  }
}
