/**
 * How objects are encrypted: as the request says, else as the bucket does by default.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
 */
import { createHash } from 'node:crypto';
import type { ServerSideEncryption } from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../../service.ts';
import { type Bucket, bucketArn } from '../bucket.ts';
import { accessDenied, invalidArgument, invalidRequest } from '../errors.ts';
import { keyNamed, requireKeyUse } from './key-use.ts';
import type { VersionEncryption } from './version.ts';

/** What a request says about encryption. */
export interface EncryptionHeaders {
  readonly ServerSideEncryption?: ServerSideEncryption | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly SSEKMSEncryptionContext?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
}

/**
 * The encryption of a new object: as the request says, else as the bucket does by default. The caller must be able to use the key.
 *
 * @throws InvalidArgument, InvalidRequest, AccessDenied, KMS.DisabledException, KMS.KMSInvalidStateException, KMS.NotFoundException
 */
export function encryptionFor(bucket: Bucket, key: string, asked: EncryptionHeaders, call: CallContext): VersionEncryption {
  const customer = customerKeyMd5(asked);
  if (customer !== undefined) return ofCustomer(bucket, asked, customer);
  const algorithm = requestedAlgorithm(asked);
  const byDefault = bucket.encryption.ApplyServerSideEncryptionByDefault;
  const chosen = algorithm ?? byDefault?.SSEAlgorithm ?? 'AES256';
  if (chosen !== 'aws:kms' && chosen !== 'aws:kms:dsse') return { algorithm: 'AES256' };
  // The key of the bucket's default goes with the default only: whoever asks for KMS without a key gets aws/s3.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
  const named = algorithm === undefined ? byDefault?.KMSMasterKeyID : asked.SSEKMSKeyId;
  const kmsKey = keyNamed(named, bucket.region, call);
  // DSSE-KMS has no Bucket Keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
  const bucketKey = chosen === 'aws:kms' && (asked.BucketKeyEnabled ?? bucket.encryption.BucketKeyEnabled ?? false);
  const context = asked.SSEKMSEncryptionContext;
  const encryption = { algorithm: chosen, key: kmsKey.arn, bucketKey, ...(context !== undefined && { context }) };
  requireKeyUse(
    { key: kmsKey, action: 'kms:GenerateDataKey', context: contextArn(bucket, key, bucketKey), region: bucket.region },
    call,
  );
  return encryption;
}

/**
 * Lets the caller at the contents of an object.
 *
 * @throws AccessDenied, InvalidRequest, KMS.DisabledException, KMS.KMSInvalidStateException, KMS.NotFoundException
 */
export function requireDecryption(
  bucket: Bucket,
  { key, encryption }: { readonly key: string; readonly encryption: VersionEncryption },
  asked: EncryptionHeaders,
  call: CallContext,
): void {
  const customer = customerKeyMd5(asked);
  if (encryption.algorithm === 'SSE-C') {
    requireSameCustomerKey(encryption.keyMd5, customer);
    return;
  }
  if (customer !== undefined) throw invalidRequest('The encryption parameters are not applicable to this object.');
  if (encryption.algorithm === 'AES256') return;
  const kmsKey = keyNamed(encryption.key, bucket.region, call);
  requireKeyUse(
    { key: kmsKey, action: 'kms:Decrypt', context: contextArn(bucket, key, encryption.bucketKey), region: bucket.region },
    call,
  );
}

function requireSameCustomerKey(expected: string, given: string | undefined): void {
  if (given === undefined) {
    throw invalidRequest(
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  }
  if (given !== expected) throw accessDenied();
}

/** The headers that tell how an object is encrypted. */
export function encryptionMembers(encryption: VersionEncryption) {
  switch (encryption.algorithm) {
    case 'AES256':
      return { ServerSideEncryption: 'AES256' as const };
    case 'SSE-C':
      return { SSECustomerAlgorithm: 'AES256', SSECustomerKeyMD5: encryption.keyMd5 };
    default:
      return {
        ServerSideEncryption: encryption.algorithm,
        SSEKMSKeyId: encryption.key,
        ...(encryption.bucketKey && { BucketKeyEnabled: true }),
        ...(encryption.context !== undefined && { SSEKMSEncryptionContext: encryption.context }),
      };
  }
}

/** With a Bucket Key the context names the bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html */
const contextArn = (bucket: Bucket, key: string, bucketKey: boolean): string =>
  bucketKey ? bucketArn(bucket.name) : `${bucketArn(bucket.name)}/${key}`;

function requestedAlgorithm(asked: EncryptionHeaders): ServerSideEncryption | undefined {
  const { ServerSideEncryption: algorithm, SSEKMSKeyId: keyId } = asked;
  if (algorithm === undefined || algorithm === 'AES256') {
    if (keyId === undefined) return algorithm;
    const message =
      algorithm === undefined
        ? 'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms or aws:kms:dsse'
        : 'Server Side Encryption with AES256 does not take a KMS key';
    throw invalidArgument(message, 'x-amz-server-side-encryption', algorithm);
  }
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    throw invalidArgument('The encryption method specified is not supported', 'x-amz-server-side-encryption', algorithm);
  }
  return algorithm;
}

/** MD5 of the key a customer sends along, base64; undefined: none. */
function customerKeyMd5(asked: EncryptionHeaders): string | undefined {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: key, SSECustomerKeyMD5: md5 } = asked;
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  if (algorithm !== 'AES256') {
    throw new AwsError(
      'InvalidEncryptionAlgorithmError',
      'The encryption request you specified is not valid. Supported value: AES256.',
    );
  }
  const bytes = Buffer.from(key ?? '', 'base64');
  if (bytes.length !== 32) throw invalidArgument('The secret key was invalid for the specified algorithm.');
  const calculated = createHash('md5').update(bytes).digest('base64');
  if (calculated !== md5) {
    throw invalidArgument('The calculated MD5 hash of the key did not match the hash that was provided.');
  }
  return calculated;
}

function ofCustomer(bucket: Bucket, asked: EncryptionHeaders, keyMd5: string): VersionEncryption {
  if (asked.ServerSideEncryption !== undefined) {
    throw invalidArgument(
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified',
    );
  }
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html
  if (bucket.encryption.BlockedEncryptionTypes?.EncryptionType?.includes('SSE-C')) throw accessDenied();
  return { algorithm: 'SSE-C', keyMd5 };
}
