/** Writing a new version of an object, whichever operation it comes from. */
import { createHash, randomBytes } from 'node:crypto';
import type { ObjectLockLegalHoldStatus, ObjectLockRetention, StorageClass, Tag } from '@aws-sdk/client-s3';
import { offerVersion } from '../../../replication/offer.ts';
import { AwsError, type CallContext } from '../../../service.ts';
import type { Bucket } from '../bucket.ts';
import { invalidArgument } from '../errors.ts';
import { requireAcl } from './acl.ts';
import { announceCall } from './announce.ts';
import type { Checksum } from './checksums.ts';
import { type EncryptionHeaders, encryptionFor } from './encryption.ts';
import { defaultRetention, type LockHeaders, lockOf } from './lock-headers.ts';
import { accountOfAcl } from './ownership.ts';
import { addVersion, nextVersionId } from './store.ts';
import { type TagHeader, tagsOf } from './tag-header.ts';
import {
  type ContentHeaders,
  newSequencer,
  notReplicated,
  type ObjectVersion,
  type PartInfo,
  type VersionEncryption,
} from './version.ts';

/** Bodies are kept in memory: no object may be larger, in one piece or in parts. S3's own limit is 5 GiB a request. */
export const largestObject = 256 * 1024 * 1024;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const longestKey = 1024;
const mostMetadata = 2048;

/** A version before it has an id, an age and a place. */
export interface NewObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly etag?: string;
  readonly content: ContentHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: StorageClass;
  readonly encryption: VersionEncryption;
  readonly checksum: Checksum | undefined;
  readonly parts?: readonly PartInfo[];
  readonly tags: readonly Tag[];
  readonly acl: string;
  readonly retention: ObjectLockRetention | undefined;
  readonly legalHold: ObjectLockLegalHoldStatus | undefined;
}

export interface ObjectHeaders extends EncryptionHeaders, LockHeaders, TagHeader, ContentHeaderMembers {
  readonly Key?: string | undefined;
  readonly ACL?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly StorageClass?: StorageClass | undefined;
}

type ContentHeaderMembers = { readonly [K in keyof ContentHeaders]?: ContentHeaders[K] | undefined };

/**
 * Everything of a new object but its body, checked.
 *
 * @throws KeyTooLongError, MetadataTooLarge, InvalidStorageClass, InvalidTag, AccessControlListNotSupported and what `encryptionFor` throws
 */
export function describedBy(headers: ObjectHeaders, bucket: Bucket, call: CallContext): Upcoming {
  const key = requireKey(headers.Key);
  requireAcl(headers.ACL, bucket);
  return {
    key,
    content: contentOf(headers),
    metadata: requireMetadata(headers.Metadata ?? {}),
    storageClass: requireStorageClass(headers.StorageClass),
    tags: tagsOf(headers),
    acl: headers.ACL ?? 'private',
    ...lockOf(headers, bucket, call.world.clock.now()),
    encryption: encryptionFor(bucket, key, headers, call),
  };
}

export type Upcoming = Omit<NewObject, 'body' | 'checksum' | 'parts' | 'etag'>;

/** Stores the object as the newest version, and sets off what follows from it. @param event e.g. `ObjectCreated:Put` */
export function writeObject(object: NewObject, bucket: Bucket, call: CallContext, event: string): ObjectVersion {
  requireSize(object.body);
  const now = call.world.clock.now();
  const version: ObjectVersion = {
    ...object,
    kind: 'object',
    versionId: nextVersionId(bucket),
    modifiedAt: now,
    owner: accountOfAcl(object.acl, bucket, call.caller.account),
    sequencer: newSequencer(now),
    replication: notReplicated(),
    etag: object.etag ?? etagOf(object),
    parts: object.parts,
    retention: object.retention ?? defaultRetention(bucket, now),
  };
  addVersion(bucket, version);
  offerVersion(call.world, bucket, version);
  announceCall(version, bucket, call, event);
  return version;
}

/** MD5 of the body, except under KMS and customer keys: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
function etagOf({ body, encryption }: NewObject): string {
  if (encryption.algorithm !== 'AES256') return randomBytes(16).toString('hex');
  return createHash('md5').update(body).digest('hex');
}

export function requireKey(key: string | undefined): string {
  if (Buffer.byteLength(key ?? '') > longestKey) {
    const details = { Size: String(Buffer.byteLength(key ?? '')), MaxSizeAllowed: String(longestKey) };
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { details });
  }
  return key ?? '';
}

export function requireSize(body: Uint8Array): void {
  if (body.length <= largestObject) return;
  const details = { ProposedSize: String(body.length), MaxSizeAllowed: String(largestObject) };
  throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, { details });
}

function requireMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
  if (size > mostMetadata) {
    const details = { Size: String(size), MaxSizeAllowed: String(mostMetadata) };
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, { details });
  }
  return metadata;
}

const storageClasses: readonly StorageClass[] = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

function requireStorageClass(storageClass: StorageClass = 'STANDARD'): StorageClass {
  if (!storageClasses.includes(storageClass)) {
    throw new AwsError('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  return storageClass;
}

const contentHeaders = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
  'WebsiteRedirectLocation',
] as const satisfies readonly (keyof ContentHeaders)[];

function contentOf(headers: ContentHeaderMembers): ContentHeaders {
  const redirect = headers.WebsiteRedirectLocation;
  if (redirect !== undefined && !/^(\/|https?:\/\/)/.test(redirect)) {
    throw invalidArgument("The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
  }
  const given = contentHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
  return { ContentType: 'binary/octet-stream', ...Object.fromEntries(given) };
}
