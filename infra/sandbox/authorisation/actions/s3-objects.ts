/**
 * Objects of Amazon S3. What a call needs of the KMS key behind an object is the handler's to ask.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
import type { CopyObjectRequest, DeleteObjectsRequest, ListObjectsV2Request, PutObjectRequest } from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import type { Check, ChecksOf, Keys } from '../check.ts';
import { bucketCheck, type OnBucket } from './s3-bucket.ts';

interface OnObject extends OnBucket {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/** A permission on one object. Asked for one version, it is another permission: `s3:GetObjectVersion` beside `s3:GetObject`. */
const onObject =
  (action: string, ofVersion = action, keysOf: (input: never) => Keys = () => ({})): ChecksOf<OnObject> =>
  (input, call) => {
    const named: Keys = input.VersionId === undefined ? {} : { 's3:VersionId': input.VersionId };
    const keys = { ...named, ...existingTags(input, call), ...(keysOf as (input: OnObject) => Keys)(input) };
    return bucketCheck(input.VersionId === undefined ? action : ofVersion, input, call, { key: input.Key ?? '', keys });
  };

function existingTags({ Bucket, Key, VersionId }: OnObject, { world }: CallContext): Keys {
  const versions = world.s3.buckets.get(Bucket ?? '')?.objects.get(Key ?? '') ?? [];
  const version = VersionId === undefined ? versions[0] : versions.find(({ versionId }) => versionId === VersionId);
  const tags = version?.kind === 'object' ? version.tags : [];
  return Object.fromEntries(tags.map((tag) => [`s3:ExistingObjectTag/${tag.Key}`, tag.Value ?? '']));
}

type Written = Pick<
  PutObjectRequest,
  | 'ACL'
  | 'BucketKeyEnabled'
  | 'ObjectLockLegalHoldStatus'
  | 'ObjectLockMode'
  | 'SSEKMSKeyId'
  | 'ServerSideEncryption'
  | 'StorageClass'
  | 'Tagging'
  | 'GrantFullControl'
  | 'GrantRead'
  | 'GrantReadACP'
  | 'GrantWriteACP'
>;

const writtenKeys = (input: Written): Keys => ({
  's3:x-amz-acl': input.ACL ?? null,
  's3:x-amz-server-side-encryption': input.ServerSideEncryption ?? null,
  's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId ?? null,
  's3:x-amz-storage-class': input.StorageClass ?? null,
  's3:object-lock-mode': input.ObjectLockMode ?? null,
  's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus ?? null,
  ...requestedTags(input.Tagging),
});

function requestedTags(header: string | undefined): Keys {
  if (!header) return {};
  const tags = [...new URLSearchParams(header)];
  return {
    ...Object.fromEntries(tags.map(([name, value]) => [`s3:RequestObjectTag/${name}`, value])),
    's3:RequestObjectTagKeys': tags.map(([name]) => name),
  };
}

/** Writing with an ACL, tags or a lock needs the permission for each. */
function writing(input: Written & OnObject, call: CallContext): readonly Check[] {
  const grants = [input.ACL, input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWriteACP];
  const actions = [
    's3:PutObject',
    ...(grants.some((grant) => grant !== undefined) ? ['s3:PutObjectAcl'] : []),
    ...(input.Tagging ? ['s3:PutObjectTagging'] : []),
    ...(input.ObjectLockMode !== undefined ? ['s3:PutObjectRetention'] : []),
    ...(input.ObjectLockLegalHoldStatus !== undefined ? ['s3:PutObjectLegalHold'] : []),
  ];
  const keys = writtenKeys(input);
  return actions.flatMap((action) => bucketCheck(action, input, call, { key: input.Key ?? '', keys }));
}

type Copying = Written & OnObject & Pick<CopyObjectRequest, 'CopySource' | 'TaggingDirective'>;

/** Reads the source, which may be in any region, with its tags unless others are given, and writes the copy. */
function copying(input: Copying, call: CallContext): readonly Check[] {
  const source = sourceOf(input.CopySource ?? '');
  const reading = source.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const keys: Keys = source.VersionId === undefined ? {} : { 's3:VersionId': source.VersionId };
  const written = { ...input, Tagging: input.TaggingDirective === 'REPLACE' ? input.Tagging : undefined };
  const copied = { ...keys, ...existingTags(source, call) };
  return [...bucketCheck(reading, source, call, { key: source.Key, anyRegion: true, keys: copied }), ...writing(written, call)];
}

function sourceOf(header: string): { Bucket: string; Key: string; VersionId: string | undefined } {
  const [path = '', VersionId] = header.split('?versionId=');
  const [, Bucket = '', Key = ''] = /^\/?(?:arn:aws:s3:::)?([^/]+)\/(.+)$/s.exec(decoded(path)) ?? [];
  return { Bucket, Key, VersionId };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Object by object. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export function deletingEach(input: DeleteObjectsRequest, call: CallContext): readonly (readonly Check[])[] {
  return (input.Delete?.Objects ?? []).map(({ Key, VersionId }) => deletingOne({ ...input, Key, VersionId }, call));
}

function deletingOne(input: OnObject & { BypassGovernanceRetention?: boolean | undefined }, call: CallContext): readonly Check[] {
  const bypass = input.BypassGovernanceRetention ? onObject('s3:BypassGovernanceRetention') : () => [];
  return [
    ...(onObject('s3:DeleteObject', 's3:DeleteObjectVersion') as (i: OnObject, c: CallContext) => readonly Check[])(input, call),
    ...(bypass as (i: OnObject, c: CallContext) => readonly Check[])(input, call),
  ];
}

const listing =
  (action: string): ChecksOf<ListObjectsV2Request> =>
  (input, call) => {
    const keys = {
      's3:prefix': input.Prefix ?? '',
      's3:delimiter': input.Delimiter ?? null,
      's3:max-keys': input.MaxKeys ?? null,
    };
    return bucketCheck(action, input, call, { keys });
  };

const reading = onObject('s3:GetObject', 's3:GetObjectVersion');

export const objectOperations: Readonly<Record<string, ChecksOf>> = {
  PutObject: writing,
  CreateMultipartUpload: writing,
  UploadPart: onObject('s3:PutObject'),
  CompleteMultipartUpload: onObject('s3:PutObject'),
  CopyObject: copying,
  UploadPartCopy: copying,
  GetObject: reading,
  HeadObject: reading,
  GetObjectAttributes: onObject('s3:GetObjectAttributes', 's3:GetObjectVersionAttributes'),
  DeleteObject: deletingOne,
  DeleteObjects: () => [],
  AbortMultipartUpload: onObject('s3:AbortMultipartUpload'),
  ListParts: onObject('s3:ListMultipartUploadParts'),
  ListMultipartUploads: listing('s3:ListBucketMultipartUploads'),
  ListObjects: listing('s3:ListBucket'),
  ListObjectsV2: listing('s3:ListBucket'),
  ListObjectVersions: listing('s3:ListBucketVersions'),
  GetObjectTagging: onObject('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
  PutObjectTagging: onObject('s3:PutObjectTagging', 's3:PutObjectVersionTagging'),
  DeleteObjectTagging: onObject('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
  GetObjectAcl: onObject('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  PutObjectAcl: onObject('s3:PutObjectAcl', 's3:PutObjectVersionAcl', ({ ACL }: Written) => ({ 's3:x-amz-acl': ACL ?? null })),
  GetObjectRetention: onObject('s3:GetObjectRetention'),
  PutObjectRetention: onObject('s3:PutObjectRetention'),
  GetObjectLegalHold: onObject('s3:GetObjectLegalHold'),
  PutObjectLegalHold: onObject('s3:PutObjectLegalHold'),
  RestoreObject: onObject('s3:RestoreObject'),
};
