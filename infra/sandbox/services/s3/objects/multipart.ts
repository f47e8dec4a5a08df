/**
 * Uploads in parts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
import { createHash, randomBytes } from 'node:crypto';
import type {
  AbortMultipartUploadRequest,
  CreateMultipartUploadOutput,
  CreateMultipartUploadRequest,
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  ListPartsOutput,
  ListPartsRequest,
  UploadPartCopyOutput,
  UploadPartCopyRequest,
  UploadPartOutput,
  UploadPartRequest,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import { type Bucket, canonicalUserId } from '../bucket.ts';
import { invalidArgument } from '../errors.ts';
import { type Checksum, checkedChecksum, checksumMembers } from './checksums.ts';
import { copySourceOf } from './copy-source.ts';
import { type EncryptionHeaders, encryptionMembers, requireDecryption } from './encryption.ts';
import { byKey } from './listing.ts';
import { algorithmOf, type WithBody } from './put.ts';
import { rangeOf } from './range.ts';
import type { Upload, UploadedPart } from './upload.ts';
import { describedBy, requireSize } from './write.ts';

const mostParts = 10_000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
function createMultipartUpload(input: CreateMultipartUploadRequest, call: CallContext): CreateMultipartUploadOutput {
  const bucket = bucketOf(input, call);
  const object = describedBy(input, bucket, call);
  const algorithm = algorithmOf(input.ChecksumAlgorithm);
  const upload: Upload = {
    id: randomBytes(64).toString('base64url'),
    key: object.key,
    startedAt: call.world.clock.now(),
    initiator: call.caller.arn,
    object,
    algorithm,
    checksumType: algorithm && (input.ChecksumType ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')),
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    ...encryptionMembers(object.encryption),
    ...(algorithm && { ChecksumAlgorithm: algorithm, ChecksumType: upload.checksumType }),
  };
}

interface OnUpload {
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
}

/** @throws NoSuchUpload */
export function uploadOf(bucket: Bucket, { Key: key, UploadId: id = '' }: OnUpload): Upload {
  const upload = bucket.uploads.get(id);
  if (upload && upload.key === key) return upload;
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  throw new AwsError('NoSuchUpload', message, 404, { details: { UploadId: id } });
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
function uploadPart(input: WithBody<UploadPartRequest>, call: CallContext): UploadPartOutput {
  const bucket = bucketOf(input, call);
  const upload = uploadOf(bucket, input);
  const body = Uint8Array.from(input.Body ?? []);
  requireKeyOfUpload(bucket, upload, input, call);
  const checksum = checkedChecksum(body, input, upload.algorithm);
  const part = keep(upload, input.PartNumber, body, checksum, call);
  return { ETag: `"${part.etag}"`, ...shownChecksum(checksum), ...encryptionMembers(upload.object.encryption) };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
function uploadPartCopy(input: UploadPartCopyRequest, call: CallContext): UploadPartCopyOutput {
  const bucket = bucketOf(input, call);
  const upload = uploadOf(bucket, input);
  const { bucket: from, object } = copySourceOf(input, call);
  const range = rangeOf(input.CopySourceRange, object.body.length);
  const body = range ? object.body.subarray(range.first, range.last + 1) : object.body;
  requireKeyOfUpload(bucket, upload, input, call);
  const checksum = checkedChecksum(body, {}, upload.algorithm);
  const part = keep(upload, input.PartNumber, body, checksum, call);
  return {
    CopyPartResult: { ETag: `"${part.etag}"`, LastModified: part.modifiedAt, ...shownChecksum(checksum) },
    ...(from.versioning && { CopySourceVersionId: object.versionId }),
    ...encryptionMembers(upload.object.encryption),
  };
}

const shownChecksum = (checksum: Checksum | undefined) => {
  const { ChecksumType: _, ...members } = checksumMembers(checksum);
  return members;
};

/** A customer's key comes with every part; a KMS key must still decrypt what it encrypted. */
function requireKeyOfUpload(bucket: Bucket, { key, object }: Upload, asked: EncryptionHeaders, call: CallContext): void {
  requireDecryption(bucket, { key, encryption: object.encryption }, asked, call);
}

function keep(
  upload: Upload,
  number: number | undefined,
  body: Uint8Array,
  checksum: Checksum | undefined,
  call: CallContext,
): UploadedPart {
  if (number === undefined || !(number >= 1 && number <= mostParts)) {
    const message = 'Part number must be an integer between 1 and 10000, inclusive';
    throw invalidArgument(message, 'partNumber', String(number));
  }
  requireSize(body);
  const etag = createHash('md5').update(body).digest('hex');
  const part: UploadedPart = { number, body, etag, checksum, modifiedAt: call.world.clock.now() };
  upload.parts.set(number, part);
  return part;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
function abortMultipartUpload(input: AbortMultipartUploadRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  bucket.uploads.delete(uploadOf(bucket, input).id);
}

const mostListed = 1000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
function listParts(input: ListPartsRequest, call: CallContext): ListPartsOutput {
  const bucket = bucketOf(input, call);
  const upload = uploadOf(bucket, input);
  const after = Number(input.PartNumberMarker ?? 0);
  const size = Math.min(input.MaxParts ?? mostListed, mostListed);
  const rest = [...upload.parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const page = rest.slice(0, size);
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: size,
    IsTruncated: page.length < rest.length,
    ...(upload.algorithm && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
    Parts: page.map(({ number, body, etag, checksum, modifiedAt }) => ({
      PartNumber: number,
      LastModified: modifiedAt,
      ETag: `"${etag}"`,
      Size: body.length,
      ...shownChecksum(checksum),
    })),
    Initiator: { ID: upload.initiator },
    Owner: { ID: canonicalUserId(bucket.account) },
    StorageClass: upload.object.storageClass,
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
function listMultipartUploads(input: ListMultipartUploadsRequest, call: CallContext): ListMultipartUploadsOutput {
  const bucket = bucketOf(input, call);
  const { Prefix: prefix = '', KeyMarker: marker = '' } = input;
  const size = Math.min(input.MaxUploads ?? mostListed, mostListed);
  const rest = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix) && (marker === '' || byKey(key, marker) > 0))
    .sort((a, b) => byKey(a.key, b.key) || a.startedAt.getTime() - b.startedAt.getTime());
  const page = rest.slice(0, size);
  return {
    Bucket: bucket.name,
    KeyMarker: marker,
    Prefix: prefix,
    MaxUploads: size,
    IsTruncated: page.length < rest.length,
    ...(page.length < rest.length && { NextKeyMarker: page.at(-1)?.key, NextUploadIdMarker: page.at(-1)?.id }),
    Uploads: page.map((upload) => ({
      UploadId: upload.id,
      Key: upload.key,
      Initiated: upload.startedAt,
      StorageClass: upload.object.storageClass,
      Owner: { ID: canonicalUserId(bucket.account) },
      Initiator: { ID: upload.initiator },
      ...(upload.algorithm && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
    })),
  };
}

export const multipartHandlers = {
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
};
