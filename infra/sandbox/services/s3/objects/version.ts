/** What S3 keeps of the versions of an object. */
import { randomBytes } from 'node:crypto';
import type { ObjectLockLegalHoldStatus, ObjectLockRetention, StorageClass, Tag } from '@aws-sdk/client-s3';
import type { Checksum } from './checksums.ts';

/** How a version is encrypted; every object is, with S3's own keys at least. */
export type VersionEncryption =
  | { readonly algorithm: 'AES256' }
  | {
      readonly algorithm: 'aws:kms' | 'aws:kms:dsse';
      readonly key: string;
      readonly bucketKey: boolean;
      readonly context?: string;
    }
  | { readonly algorithm: 'SSE-C'; readonly keyMd5: string };

/** Headers that come back as they were given. */
export interface ContentHeaders {
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly ContentType?: string;
  readonly Expires?: Date;
  readonly WebsiteRedirectLocation?: string;
}

/** One part of an object that was uploaded in parts. */
export interface PartInfo {
  readonly number: number;
  readonly size: number;
  readonly checksum: Checksum | undefined;
}

export type DestinationStatus = 'PENDING' | 'COMPLETED' | 'FAILED';

export interface VersionReplication {
  /** S3 made it: a copy of a version in another bucket. */
  readonly isReplica: boolean;
  /** Where this version goes, by destination bucket ARN; empty: nowhere. */
  readonly destinations: Map<string, DestinationStatus>;
}

interface AnyVersion {
  readonly key: string;
  /** `null` for what was written without versioning. */
  readonly versionId: string;
  readonly modifiedAt: Date;
  /** The account that owns it. */
  readonly owner: string;
  /** Hexadecimal; of two events of one key the later one has the greater. */
  readonly sequencer: string;
  readonly replication: VersionReplication;
}

export interface DeleteMarker extends AnyVersion {
  readonly kind: 'delete-marker';
}

export interface ObjectVersion extends AnyVersion {
  readonly kind: 'object';
  readonly body: Uint8Array;
  /** Without quotes. */
  readonly etag: string;
  readonly content: ContentHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: StorageClass;
  readonly encryption: VersionEncryption;
  readonly checksum: Checksum | undefined;
  /** Only of multipart uploads. */
  readonly parts: readonly PartInfo[] | undefined;
  tags: readonly Tag[];
  /** Canned ACL. */
  acl: string;
  retention: ObjectLockRetention | undefined;
  legalHold: ObjectLockLegalHoldStatus | undefined;
}

export type Version = ObjectVersion | DeleteMarker;

/** As S3's: 32 characters that say nothing. */
export const newVersionId = (): string => randomBytes(24).toString('base64url').replaceAll('-', '.');

let serial = 0;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function newSequencer(now: Date): string {
  serial += 1;
  return (now.getTime() * 4096 + (serial % 4096)).toString(16).toUpperCase().padStart(16, '0');
}

export const notReplicated = (): VersionReplication => ({ isReplica: false, destinations: new Map() });

/** `x-amz-replication-status`: COMPLETED only when all destinations are done, FAILED when any failed. */
export function replicationStatus({ isReplica, destinations }: VersionReplication): 'REPLICA' | DestinationStatus | undefined {
  const each = [...destinations.values()];
  const all = each.length > 0 && each.every((status) => status === 'COMPLETED');
  if (each.includes('FAILED')) return 'FAILED';
  if (each.includes('PENDING')) return 'PENDING';
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html: REPLICA while no modification is on its way.
  return isReplica ? 'REPLICA' : all ? 'COMPLETED' : undefined;
}
