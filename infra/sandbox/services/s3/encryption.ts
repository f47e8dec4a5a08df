import type {
  DeleteBucketEncryptionRequest,
  GetBucketEncryptionOutput,
  GetBucketEncryptionRequest,
  PutBucketEncryptionRequest,
  ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import { defaultEncryption } from './bucket.ts';
import { invalidArgument, malformedXml, requireOneOf } from './errors.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html */
function getBucketEncryption(input: GetBucketEncryptionRequest, call: CallContext): GetBucketEncryptionOutput {
  const { encryption } = bucketOf(input, call);
  return { ServerSideEncryptionConfiguration: { Rules: [structuredClone(encryption)] } };
}

/**
 * The key is not looked up: a missing or unusable one shows only when objects are written.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
 */
function putBucketEncryption(input: PutBucketEncryptionRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const [rule, ...more] = input.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (!rule || more.length > 0) throw malformedXml();
  requireValidRule(rule);

  bucket.encryption = structuredClone({ ...defaultEncryption(), ...withoutUndefined(rule) });
}

function requireValidRule({
  ApplyServerSideEncryptionByDefault: byDefault,
  BlockedEncryptionTypes: blocked,
}: ServerSideEncryptionRule): void {
  if (!byDefault && !blocked) throw malformedXml();
  for (const type of blocked?.EncryptionType ?? []) requireOneOf(type, ['NONE', 'SSE-C']);
  if (!byDefault) return;
  requireOneOf(byDefault.SSEAlgorithm, ['AES256', 'aws:kms', 'aws:kms:dsse']);
  if (byDefault.SSEAlgorithm === 'AES256' && byDefault.KMSMasterKeyID !== undefined) {
    throw invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
      'ApplyServerSideEncryptionByDefault',
    );
  }
}

const withoutUndefined = (rule: ServerSideEncryptionRule): ServerSideEncryptionRule =>
  Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));

/**
 * Encryption cannot be taken away, only set back to S3's own keys.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
 */
function deleteBucketEncryption(input: DeleteBucketEncryptionRequest, call: CallContext): void {
  bucketOf(input, call).encryption = defaultEncryption();
}

export const encryptionHandlers = {
  GetBucketEncryption: getBucketEncryption,
  PutBucketEncryption: putBucketEncryption,
  DeleteBucketEncryption: deleteBucketEncryption,
};
