/** Reading objects. */
import type {
  GetObjectAttributesOutput,
  GetObjectAttributesRequest,
  GetObjectRequest,
  HeadObjectOutput,
  HeadObjectRequest,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import { invalidRequest } from '../errors.ts';
import { checksumMembers } from './checksums.ts';
import { requireReadable } from './conditions.ts';
import { encryptionMembers, requireDecryption } from './encryption.ts';
import { type ByteRange, contentRange, rangeOf } from './range.ts';
import { objectOf, shownVersionId } from './store.ts';
import { type ObjectVersion, replicationStatus } from './version.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
function getObject(input: GetObjectRequest, call: CallContext): object {
  const { object, bucket, range } = readable(input, call);
  const body = range ? object.body.subarray(range.first, range.last + 1) : object.body;
  return { ...headersOf(object, bucket, input, range), ...tagCount(object), Body: body };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
function headObject(input: HeadObjectRequest, call: CallContext): HeadObjectOutput {
  const { object, bucket, range } = readable(input, call);
  return headersOf(object, bucket, input, range);
}

type Reading = GetObjectRequest | HeadObjectRequest;

function readable(input: Reading, call: CallContext) {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  requireReadable(object, input);
  requireRestored(object, call);
  requireDecryption(bucket, object, input, call);
  if (input.Range !== undefined && input.PartNumber !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  const range = input.PartNumber === undefined ? rangeOf(input.Range, object.body.length) : partRange(object, input.PartNumber);
  return { bucket, object, range };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html */
function requireRestored({ storageClass }: ObjectVersion, call: CallContext): void {
  if (call.operation !== 'GetObject' || (storageClass !== 'GLACIER' && storageClass !== 'DEEP_ARCHIVE')) return;
  throw new AwsError('InvalidObjectState', "The operation is not valid for the object's storage class", 403, {
    details: { StorageClass: storageClass },
  });
}

/** An object uploaded in one piece has one part. */
function partRange({ parts, body }: ObjectVersion, number: number): ByteRange | undefined {
  const sizes = parts?.map(({ size }) => size) ?? [body.length];
  const size = sizes[number - 1];
  if (size === undefined) throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416);
  const first = sizes.slice(0, number - 1).reduce((sum, one) => sum + one, 0);
  return size === 0 ? undefined : { first, last: first + size - 1 };
}

function headersOf(object: ObjectVersion, bucket: Bucket, input: Reading, range: ByteRange | undefined) {
  const status = replicationStatus(object.replication);
  const whole = range === undefined || range.last - range.first + 1 === object.body.length;
  return {
    AcceptRanges: 'bytes',
    LastModified: object.modifiedAt,
    ETag: `"${object.etag}"`,
    ContentLength: range ? range.last - range.first + 1 : object.body.length,
    ...(range && { ContentRange: contentRange(range, object.body.length) }),
    ...object.content,
    ...overrides(input),
    Metadata: object.metadata,
    ...shownVersionId(bucket, object),
    // STANDARD is told by saying nothing: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    ...(object.storageClass !== 'STANDARD' && { StorageClass: object.storageClass }),
    ...encryptionMembers(object.encryption),
    ...(status && { ReplicationStatus: status }),
    ...lockMembers(object),
    ...(input.ChecksumMode === 'ENABLED' && whole && checksumMembers(object.checksum)),
    ...(input.PartNumber !== undefined && object.parts && { PartsCount: object.parts.length }),
  };
}

const tagCount = ({ tags }: ObjectVersion) => (tags.length > 0 ? { TagCount: tags.length } : {});

const lockMembers = ({ retention, legalHold }: ObjectVersion) => ({
  ...(retention && { ObjectLockMode: retention.Mode, ObjectLockRetainUntilDate: retention.RetainUntilDate }),
  ...(legalHold && { ObjectLockLegalHoldStatus: legalHold }),
});

/** Headers of the answer that the reader asks for. */
function overrides(input: Reading) {
  const asked = {
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    Expires: input.ResponseExpires,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
function getObjectAttributes(input: GetObjectAttributesRequest, call: CallContext): GetObjectAttributesOutput {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  requireDecryption(bucket, object, input, call);
  const { ChecksumType: type, ...checksum } = checksumMembers(object.checksum);
  const all: Required<Pick<GetObjectAttributesOutput, 'ETag' | 'ObjectSize' | 'StorageClass'>> & GetObjectAttributesOutput = {
    ETag: object.etag,
    ObjectSize: object.body.length,
    StorageClass: object.storageClass,
    ...(object.checksum && { Checksum: { ...checksum, ChecksumType: type } }),
    ...(object.parts && { ObjectParts: { TotalPartsCount: object.parts.length } }),
  };
  const asked = new Set<string>(input.ObjectAttributes ?? []);
  const told = Object.entries(all).filter(([name]) => asked.has(name));
  return { LastModified: object.modifiedAt, ...shownVersionId(bucket, object), ...Object.fromEntries(told) };
}

export const getHandlers = { GetObject: getObject, HeadObject: headObject, GetObjectAttributes: getObjectAttributes };
