/**
 * Checksums of objects: those that clients send, and the one S3 works out where they send none.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ChecksumAlgorithm, ChecksumType } from '@aws-sdk/client-s3';
import { AwsError } from '../../../service.ts';
import { invalidRequest } from '../errors.ts';
import { crc32c, crc64nvme } from './crc.ts';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; of a composite one the number of parts follows: `…-3`. */
  readonly value: string;
  readonly type: ChecksumType;
}

/** As inputs and outputs carry them: one member for each algorithm. */
export type ChecksumMembers = { readonly [K in ChecksumAlgorithm as `Checksum${K}`]?: string | undefined };

type Digest = (bytes: Uint8Array) => Buffer;

const hash =
  (name: string): Digest =>
  (bytes) =>
    createHash(name).update(bytes).digest();

function crc32Of(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(crc32(bytes));
  return out;
}

/** Undefined: the value that a client sends is taken as it is. */
const digests: Readonly<Record<ChecksumAlgorithm, Digest | undefined>> = {
  CRC32: crc32Of,
  CRC32C: crc32c,
  CRC64NVME: crc64nvme,
  SHA1: hash('sha1'),
  SHA256: hash('sha256'),
  SHA512: hash('sha512'),
  MD5: hash('md5'),
  XXHASH64: undefined,
  XXHASH3: undefined,
  XXHASH128: undefined,
};

const algorithms = Object.keys(digests) as readonly ChecksumAlgorithm[];

export const isAlgorithm = (name: string | undefined): name is ChecksumAlgorithm => algorithms.some((one) => one === name);

/** The checksum that members of an input carry; undefined: none. @throws InvalidRequest when there are several */
export function sentChecksum(members: ChecksumMembers): Pick<Checksum, 'algorithm' | 'value'> | undefined {
  const sent = algorithms.flatMap((algorithm) => {
    const value = members[`Checksum${algorithm}`];
    return value === undefined ? [] : [{ algorithm, value }];
  });
  if (sent.length > 1)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  return sent[0];
}

export const digestOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array): string | undefined =>
  digests[algorithm]?.(bytes).toString('base64');

/**
 * Holds what was sent against the body.
 *
 * @param fallback the algorithm where none was sent; S3's own choice is CRC64NVME
 * @throws BadDigest, InvalidDigest
 */
export function checkedChecksum(
  body: Uint8Array,
  members: ChecksumMembers & { readonly ContentMD5?: string | undefined },
  fallback: ChecksumAlgorithm = 'CRC64NVME',
): Checksum | undefined {
  requireMd5(body, members.ContentMD5);
  const sent = sentChecksum(members);
  const algorithm = sent?.algorithm ?? fallback;
  const found = digestOf(algorithm, body);
  if (sent && found !== undefined && found !== sent.value) {
    throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  const value = found ?? sent?.value;
  return value === undefined ? undefined : { algorithm, value, type: 'FULL_OBJECT' };
}

function requireMd5(body: Uint8Array, given: string | undefined): void {
  if (given === undefined) return;
  if (Buffer.from(given, 'base64').length !== 16)
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  const calculated = digestOf('MD5', body) ?? '';
  if (calculated !== given) {
    const details = { ExpectedDigest: given, CalculatedDigest: calculated };
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, { details });
  }
}

/**
 * Of an object made of parts: the digest of the parts' digests, with their number.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#ChecksumTypes
 */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum | undefined {
  const digest = digestOf(algorithm, Buffer.concat(parts.map((part) => Buffer.from(part, 'base64'))));
  return digest === undefined ? undefined : { algorithm, value: `${digest}-${parts.length}`, type: 'COMPOSITE' };
}

/** The members of an output that tell a checksum. */
export const checksumMembers = (checksum: Checksum | undefined): ChecksumMembers & { ChecksumType?: ChecksumType } =>
  checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};
