/**
 * Which keys objects are under at the source and replicas at the destination, and which encryption context S3 sends.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
 */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { type BucketState, type KeyState, known, partitionOf, type ReplicationState } from '../replication-state.ts';

/** How objects at the source are encrypted. */
export type ObjectEncryption =
  | { readonly is: 'sse-s3' }
  | { readonly is: 'sse-c' }
  /** `keys`: every key objects may be under; `bucketKey` undefined: not known. */
  | { readonly is: 'kms'; readonly keys: readonly KeyState[]; readonly bucketKey: boolean | undefined; readonly dual: boolean }
  | { readonly is: 'unknown'; readonly reason: string };

const managed = (state: ReplicationState, bucket: BucketState): KeyState => ({
  arn: `arn:${partitionOf(state)}:kms:${bucket.region}:${bucket.account}:key/aws-s3`,
  aliases: ['alias/aws/s3'],
  manager: 'AWS',
  state: 'Enabled',
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
});

const isManagedAlias = (id: string): boolean => /(^|:)alias\/aws\/s3$/.test(id);

/** A key as a bucket or a rule names it: key ARN, alias ARN, bare alias or bare id. undefined: an alias nobody resolved. */
export function keyNamed(state: ReplicationState, bucket: BucketState, id: string | undefined): KeyState | undefined {
  const named = bucket.keys?.find(
    (key) => key.arn === id || key.aliases?.some((alias) => alias === id || id?.endsWith(`:${alias}`)),
  );
  if (named) return named;
  // Without a key of its own a bucket uses the AWS managed key aws/s3.
  if (id === undefined || isManagedAlias(id)) return managed(state, bucket);
  if (id.includes('alias/')) return undefined;
  if (id.startsWith('arn:')) return { arn: id };
  const arn = `arn:${partitionOf(state)}:kms:${bucket.region}:${bucket.account}:key/${id}`;
  return bucket.keys?.find((key) => key.arn === arn) ?? { arn };
}

function ofObject(
  state: ReplicationState,
  wish: NonNullable<NonNullable<ReplicationState['object']>['encryption']>,
): ObjectEncryption {
  if (wish.algorithm === 'AES256') return { is: 'sse-s3' };
  if (wish.algorithm === 'SSE-C') return { is: 'sse-c' };
  const key = keyNamed(state, state.source, wish.key);
  const dual = wish.algorithm === 'aws:kms:dsse';
  if (!key) return { is: 'unknown', reason: `the key behind ${wish.key} is not known` };
  // Where the upload does not say, the bucket's setting holds: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
  return { is: 'kms', keys: [key], bucketKey: dual ? false : (wish.bucketKey ?? bucketKeyOf(state.source)), dual };
}

function defaultOf(bucket: BucketState) {
  const read = known(bucket.encryption);
  return read.is === 'known' ? read.value.Rules?.[0] : undefined;
}

/** S3 Bucket Keys by default; undefined: not known. DSSE-KMS has none. */
export function bucketKeyOf(bucket: BucketState): boolean | undefined {
  if (known(bucket.encryption).is === 'unread') return undefined;
  const rule = defaultOf(bucket);
  return rule?.BucketKeyEnabled === true && rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm === 'aws:kms';
}

/** Of the object asked about, else of what the bucket's default makes of new objects together with the keys listed. */
export function encryptionOf(state: ReplicationState): ObjectEncryption {
  const { source, object } = state;
  if (object?.encryption) return ofObject(state, object.encryption);
  const read = known(source.encryption);
  const listed = source.keys ?? [];
  if (read.is === 'unread') {
    return listed.length > 0
      ? { is: 'kms', keys: listed, bucketKey: undefined, dual: false }
      : { is: 'unknown', reason: `the default encryption of ${source.bucket} is not known: ${read.reason}` };
  }
  const byDefault = defaultOf(source)?.ApplyServerSideEncryptionByDefault;
  if (!byDefault?.SSEAlgorithm?.startsWith('aws:kms')) {
    return listed.length > 0 ? { is: 'kms', keys: listed, bucketKey: false, dual: false } : { is: 'sse-s3' };
  }
  const key = keyNamed(state, source, byDefault.KMSMasterKeyID);
  if (!key) return { is: 'unknown', reason: `the key behind ${byDefault.KMSMasterKeyID} is not known` };
  const keys = [key, ...listed.filter((other) => other.arn !== key.arn)];
  return { is: 'kms', keys, bucketKey: bucketKeyOf(source), dual: byDefault.SSEAlgorithm === 'aws:kms:dsse' };
}

/** The key replicas go under: the rule's, or the only one the state lists while there is no rule. */
export function replicaKeyOf(state: ReplicationState, rule: ReplicationRule | undefined): KeyState | undefined {
  const id = rule?.Destination?.EncryptionConfiguration?.ReplicaKmsKeyID;
  if (id !== undefined) return keyNamed(state, state.destination, id);
  return rule === undefined ? state.destination.keys?.[0] : undefined;
}

/** `bucket`: the bucket's ARN, as with S3 Bucket Keys; `object`: the object's ARN. */
export type ContextForm = 'bucket' | 'object';

export interface Forms {
  /** What S3 sends for objects as they are written now. */
  readonly sure: readonly ContextForm[];
  /** AWS's pages disagree whether S3 sends this one. */
  readonly doubtful: readonly ContextForm[];
  /** Only for objects written under other settings. */
  readonly older: readonly ContextForm[];
}

export function sourceForms(encryption: ObjectEncryption): Forms {
  if (encryption.is !== 'kms') return { sure: [], doubtful: [], older: [] };
  if (encryption.bucketKey === undefined) return { sure: [], doubtful: ['bucket', 'object'], older: [] };
  // Turning Bucket Keys on does not change the objects that are there.
  return encryption.bucketKey
    ? { sure: ['bucket'], doubtful: [], older: ['object'] }
    : { sure: ['object'], doubtful: [], older: [] };
}

export function destinationForms(encryption: ObjectEncryption, destination: BucketState): Forms {
  const forms = sourceForms(encryption);
  if (encryption.is !== 'kms' || encryption.bucketKey !== false) return forms;
  // bucket-key.html: a replica keeps the source object's state. replication-config-for-kms-objects.html: the context is the
  // bucket's ARN when a Bucket Key is on at either bucket.
  return bucketKeyOf(destination) === false || encryption.dual ? forms : { ...forms, doubtful: ['bucket'] };
}
