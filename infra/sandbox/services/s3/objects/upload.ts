/** A multipart upload in progress. */
import type { ChecksumAlgorithm, ChecksumType } from '@aws-sdk/client-s3';
import type { Checksum } from './checksums.ts';
import type { NewObject } from './write.ts';

export interface UploadedPart {
  readonly number: number;
  readonly body: Uint8Array;
  /** MD5, hexadecimal. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly modifiedAt: Date;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly startedAt: Date;
  /** ARN of who started it. */
  readonly initiator: string;
  /** Everything of the object but its body, as it was asked for at the start. */
  readonly object: Omit<NewObject, 'body' | 'checksum' | 'parts' | 'etag'>;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType | undefined;
  readonly parts: Map<number, UploadedPart>;
}
