/**
 * Conditional requests.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
import { AwsError } from '../../../service.ts';
import { noSuchKey, preconditionFailed } from './errors.ts';
import type { ObjectVersion } from './version.ts';

interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

const names = (header: string, { etag }: ObjectVersion): boolean =>
  header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '').replaceAll('"', '') === etag);

/** HTTP's dates have whole seconds. */
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** @throws PreconditionFailed 412, NotModified 304 */
export function requireReadable(object: ObjectVersion, given: ReadConditions): void {
  const { IfMatch: match, IfNoneMatch: noneMatch, IfModifiedSince: since, IfUnmodifiedSince: until } = given;
  if (match !== undefined && !names(match, object)) throw preconditionFailed('If-Match');
  // An If-Match that holds outweighs If-Unmodified-Since, and an If-None-Match If-Modified-Since.
  if (match === undefined && until && seconds(object.modifiedAt) > seconds(until))
    throw preconditionFailed('If-Unmodified-Since');
  const unchanged = noneMatch === undefined ? since && seconds(object.modifiedAt) <= seconds(since) : names(noneMatch, object);
  if (unchanged) {
    const headers = { etag: `"${object.etag}"`, 'last-modified': object.modifiedAt.toUTCString() };
    throw new AwsError('NotModified', 'Not Modified', 304, { headers });
  }
}

/**
 * Whether an object may be written over, or deleted.
 *
 * @throws PreconditionFailed 412, NoSuchKey 404
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function requireWritable(
  key: string,
  current: ObjectVersion | undefined,
  { IfMatch: match, IfNoneMatch: noneMatch }: Pick<ReadConditions, 'IfMatch' | 'IfNoneMatch'>,
): void {
  if (noneMatch !== undefined && noneMatch !== '*') {
    const message = 'A header you provided implies functionality that is not implemented';
    throw new AwsError('NotImplemented', message, 501, { details: { Header: 'If-None-Match' } });
  }
  if (noneMatch !== undefined && current) throw preconditionFailed('If-None-Match');
  if (match === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!names(match, current)) throw preconditionFailed('If-Match');
}

/** The same for the object a copy is made of. */
export const requireCopyable = (
  object: ObjectVersion,
  given: {
    readonly CopySourceIfMatch?: string | undefined;
    readonly CopySourceIfNoneMatch?: string | undefined;
    readonly CopySourceIfModifiedSince?: Date | undefined;
    readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  },
): void => {
  try {
    requireReadable(object, {
      IfMatch: given.CopySourceIfMatch,
      IfNoneMatch: given.CopySourceIfNoneMatch,
      IfModifiedSince: given.CopySourceIfModifiedSince,
      IfUnmodifiedSince: given.CopySourceIfUnmodifiedSince,
    });
  } catch (error) {
    throw error instanceof AwsError && error.status === 304 ? preconditionFailed('x-amz-copy-source-If-None-Match') : error;
  }
};
