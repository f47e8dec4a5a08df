import type { CopyObjectOutput, CopyObjectRequest } from '@aws-sdk/client-s3';
import type { CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { checkedChecksum, checksumMembers } from './checksums.ts';
import { requireWritable } from './conditions.ts';
import { copySourceOf } from './copy-source.ts';
import { encryptionMembers } from './encryption.ts';
import { algorithmOf } from './put.ts';
import { currentObject, shownVersionId } from './store.ts';
import type { ObjectVersion } from './version.ts';
import { describedBy, writeObject } from './write.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
function copyObject(input: CopyObjectRequest, call: CallContext): CopyObjectOutput {
  const bucket = bucketOf(input, call);
  const { bucket: from, object } = copySourceOf(input, call);
  requireChange(input, object, from, bucket);
  const described = describedBy(headersFor(input, object), bucket, call);
  requireWritable(described.key, currentObject(bucket, described.key), input);
  const checksum = checkedChecksum(object.body, {}, algorithmOf(input.ChecksumAlgorithm) ?? object.checksum?.algorithm);
  const version = writeObject({ ...described, body: object.body, checksum }, bucket, call, 'ObjectCreated:Copy');
  return {
    CopyObjectResult: { ETag: `"${version.etag}"`, LastModified: version.modifiedAt, ...checksumMembers(checksum) },
    ...shownVersionId(bucket, version),
    ...(from.versioning && { CopySourceVersionId: object.versionId }),
    ...encryptionMembers(version.encryption),
  };
}

/** Metadata and tags come from the source unless the directive is REPLACE; ACL, encryption, lock and storage class never do. */
function headersFor(input: CopyObjectRequest, object: ObjectVersion) {
  const metadata = directive(input.MetadataDirective, 'x-amz-metadata-directive') === 'REPLACE' ? {} : copiedMetadata(object);
  const replaced = directive(input.TaggingDirective, 'x-amz-tagging-directive') === 'REPLACE';
  return { ...input, ...metadata, Tagging: replaced ? input.Tagging : tagHeader(object) };
}

const copiedMetadata = ({ content, metadata }: ObjectVersion) => ({
  CacheControl: undefined,
  ContentDisposition: undefined,
  ContentEncoding: undefined,
  ContentLanguage: undefined,
  Expires: undefined,
  ...content,
  Metadata: metadata,
});

const tagHeader = ({ tags }: ObjectVersion): string =>
  new URLSearchParams(tags.map(({ Key = '', Value = '' }): [string, string] => [Key, Value])).toString();

function directive(given: string | undefined, header: string): 'COPY' | 'REPLACE' {
  if (given === undefined || given === 'COPY' || given === 'REPLACE') return given ?? 'COPY';
  throw invalidArgument('Unknown metadata directive.', header, given);
}

function requireChange(input: CopyObjectRequest, object: ObjectVersion, from: Bucket, to: Bucket): void {
  const changes = [
    input.MetadataDirective === 'REPLACE',
    input.StorageClass,
    input.WebsiteRedirectLocation,
    input.ServerSideEncryption,
    input.SSECustomerAlgorithm,
    to.encryption.ApplyServerSideEncryptionByDefault?.SSEAlgorithm !== 'AES256',
  ];
  const older = to.objects.get(object.key)?.[0] !== object;
  if (from !== to || input.Key !== object.key || older || changes.some(Boolean)) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

export const copyHandlers = { CopyObject: copyObject };
