/**
 * What S3 keeps of one bucket: its settings, each as the API's own shape, `undefined` where never configured.
 */
import { createHash } from 'node:crypto';
import type {
  CORSConfiguration,
  GetBucketLifecycleConfigurationOutput,
  GetBucketWebsiteOutput,
  Grant,
  LoggingEnabled,
  NotificationConfiguration,
  ObjectLockConfiguration,
  ObjectOwnership,
  PublicAccessBlockConfiguration,
  ReplicationConfiguration,
  ServerSideEncryptionRule,
  Tag,
} from '@aws-sdk/client-s3';
import type { KeptPolicy } from '../../principals.ts';
import type { Upload } from './objects/upload.ts';
import type { Version } from './objects/version.ts';

export interface Bucket {
  readonly name: string;
  /** Owner. */
  readonly account: string;
  readonly region: string;
  /** As the creator spelled it; `EU` is another name of eu-west-1, and us-east-1 has none. */
  readonly locationConstraint?: string;
  readonly createdAt: Date;
  /** undefined: never enabled. */
  versioning?: 'Enabled' | 'Suspended';
  mfaDelete?: 'Enabled' | 'Disabled';
  encryption: ServerSideEncryptionRule;
  objectLock?: ObjectLockConfiguration;
  replication?: ReplicationConfiguration;
  policy?: KeptPolicy;
  publicAccessBlock?: PublicAccessBlockConfiguration;
  ownership?: ObjectOwnership;
  /** undefined: the owner has full control. */
  grants?: readonly Grant[];
  lifecycle?: GetBucketLifecycleConfigurationOutput;
  notifications: NotificationConfiguration;
  tags: readonly Tag[];
  cors?: CORSConfiguration;
  website?: GetBucketWebsiteOutput;
  logging?: LoggingEnabled;
  acceleration?: 'Enabled' | 'Suspended';
  requestPayer: 'BucketOwner' | 'Requester';
  /** Versions and delete markers by key, newest first; a bucket with any of them cannot be deleted. */
  readonly objects: Map<string, readonly Version[]>;
  /** Multipart uploads in progress, by upload id. */
  readonly uploads: Map<string, Upload>;
}

export interface S3State {
  /** By name: bucket names are shared by all accounts of a partition. */
  readonly buckets: Map<string, Bucket>;
}

export const newS3State = (): S3State => ({ buckets: new Map() });

/**
 * Every bucket encrypts with S3's own keys until told otherwise.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
 */
export const defaultEncryption = (): ServerSideEncryptionRule => ({
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
  BucketKeyEnabled: false,
});

/**
 * New buckets block all public access and have ACLs disabled.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
 */
export function newBucket(made: Pick<Bucket, 'name' | 'account' | 'region' | 'locationConstraint' | 'createdAt'>): Bucket {
  return {
    ...made,
    encryption: defaultEncryption(),
    publicAccessBlock: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
    ownership: 'BucketOwnerEnforced',
    notifications: {},
    tags: [],
    requestPayer: 'BucketOwner',
    objects: new Map(),
    uploads: new Map(),
  };
}

export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;

/** S3 names owners by a canonical user id of 64 hexadecimal digits, one per account. */
export const canonicalUserId = (account: string): string => createHash('sha256').update(account).digest('hex');
