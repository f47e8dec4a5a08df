import type { PutObjectOutput, PutObjectRequest } from '@aws-sdk/client-s3';
import type { CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { checkedChecksum, checksumMembers, isAlgorithm, sentChecksum } from './checksums.ts';
import { requireWritable } from './conditions.ts';
import { encryptionMembers } from './encryption.ts';
import { currentObject, shownVersionId } from './store.ts';
import { describedBy, writeObject } from './write.ts';

/** The wire hands bodies over whole. */
export type WithBody<T> = Omit<T, 'Body'> & { readonly Body?: Uint8Array };

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function putObject(input: WithBody<PutObjectRequest>, call: CallContext): PutObjectOutput {
  const bucket = bucketOf(input, call);
  if (input.WriteOffsetBytes !== undefined) throw invalidRequest('Appending is for objects of directory buckets.');
  requireDigestOfLocked(input);
  const body = Uint8Array.from(input.Body ?? []);
  const described = describedBy(input, bucket, call);
  requireWritable(described.key, currentObject(bucket, described.key), input);
  const checksum = checkedChecksum(body, input, algorithmOf(input.ChecksumAlgorithm));
  const version = writeObject({ ...described, body, checksum }, bucket, call, 'ObjectCreated:Put');
  return {
    ETag: `"${version.etag}"`,
    ...shownVersionId(bucket, version),
    ...checksumMembers(checksum),
    ...encryptionMembers(version.encryption),
  };
}

/** @throws InvalidArgument */
export function algorithmOf(name: string | undefined) {
  if (name === undefined || isAlgorithm(name)) return name;
  throw invalidArgument('Checksum algorithm provided is unsupported.', 'x-amz-sdk-checksum-algorithm', name);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html#API_PutObject_RequestSyntax */
function requireDigestOfLocked(input: WithBody<PutObjectRequest>): void {
  const locked = input.ObjectLockMode ?? input.ObjectLockLegalHoldStatus;
  if (locked !== undefined && input.ContentMD5 === undefined && !sentChecksum(input)) {
    throw invalidRequest(
      'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    );
  }
}

export const putHandlers = { PutObject: putObject };
