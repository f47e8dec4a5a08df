/** Putting the parts of an upload together. */
import { createHash } from 'node:crypto';
import type { CompletedPart, CompleteMultipartUploadOutput, CompleteMultipartUploadRequest } from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import { malformedXml } from '../errors.ts';
import { type Checksum, checksumMembers, compositeChecksum, digestOf, sentChecksum } from './checksums.ts';
import { requireWritable } from './conditions.ts';
import { encryptionMembers } from './encryption.ts';
import { uploadOf } from './multipart.ts';
import { currentObject, shownVersionId } from './store.ts';
import type { Upload, UploadedPart } from './upload.ts';
import { writeObject } from './write.ts';

/** Every part but the last. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const smallestPart = 5 * 1024 * 1024;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
function completeMultipartUpload(input: CompleteMultipartUploadRequest, call: CallContext): CompleteMultipartUploadOutput {
  const bucket = bucketOf(input, call);
  const upload = uploadOf(bucket, input);
  const parts = chosenParts(upload, input.MultipartUpload?.Parts ?? []);
  requireWritable(upload.key, currentObject(bucket, upload.key), input);
  const body = Buffer.concat(parts.map((part) => part.body));
  const checksum = checksumOf(upload, parts, body);
  requireChecksum(input, checksum);
  const object = {
    ...upload.object,
    body,
    checksum,
    etag: etagOf(parts),
    parts: parts.map(({ number, body: { length: size }, checksum: own }) => ({ number, size, checksum: own })),
  };
  const version = writeObject(object, bucket, call, 'ObjectCreated:CompleteMultipartUpload');
  bucket.uploads.delete(upload.id);
  return {
    Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(upload.key)}`,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: `"${version.etag}"`,
    ...checksumMembers(checksum),
    ...shownVersionId(bucket, version),
    ...encryptionMembers(version.encryption),
  };
}

/** @throws MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall */
function chosenParts(upload: Upload, asked: readonly CompletedPart[]): readonly UploadedPart[] {
  if (asked.length === 0) throw malformedXml();
  const numbers = asked.map(({ PartNumber: number = 0 }) => number);
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
  }
  const parts = asked.map((one) => partFor(upload, one));
  const small = parts.slice(0, -1).find(({ body }) => body.length < smallestPart);
  if (small) {
    const details = {
      ProposedSize: String(small.body.length),
      MinSizeAllowed: String(smallestPart),
      PartNumber: String(small.number),
    };
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, { details });
  }
  return parts;
}

function partFor(upload: Upload, asked: CompletedPart): UploadedPart {
  const part = upload.parts.get(asked.PartNumber ?? 0);
  const sent = sentChecksum(asked);
  const same =
    part?.checksum === undefined ||
    sent === undefined ||
    sent.algorithm !== part.checksum.algorithm ||
    sent.value === part.checksum.value;
  if (part && part.etag === asked.ETag?.replaceAll('"', '') && same) return part;
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  const details = { UploadId: upload.id, PartNumber: String(asked.PartNumber ?? ''), ETag: asked.ETag ?? '' };
  throw new AwsError('InvalidPart', message, 400, { details });
}

/** MD5 of the parts' MD5s, and their number: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
const etagOf = (parts: readonly UploadedPart[]): string =>
  `${createHash('md5')
    .update(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex'))))
    .digest('hex')}-${parts.length}`;

function checksumOf(upload: Upload, parts: readonly UploadedPart[], body: Uint8Array): Checksum | undefined {
  const algorithm = upload.algorithm ?? 'CRC64NVME';
  if (upload.checksumType === 'COMPOSITE') {
    return compositeChecksum(
      algorithm,
      parts.flatMap(({ checksum }) => checksum?.value ?? []),
    );
  }
  const value = digestOf(algorithm, body);
  return value === undefined ? undefined : { algorithm, value, type: 'FULL_OBJECT' };
}

function requireChecksum(input: CompleteMultipartUploadRequest, checksum: Checksum | undefined): void {
  const sent = sentChecksum(input);
  if (!sent || !checksum || sent.algorithm !== checksum.algorithm) return;
  if (sent.value.replace(/-\d+$/, '') === checksum.value.replace(/-\d+$/, '')) return;
  throw new AwsError('BadDigest', `The ${sent.algorithm} you specified did not match the calculated checksum.`);
}

export const completeHandlers = { CompleteMultipartUpload: completeMultipartUpload };
