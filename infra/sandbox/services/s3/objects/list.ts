/** Lists of the objects of a bucket. */
import type {
  _Object,
  ListObjectsOutput,
  ListObjectsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
  ListObjectVersionsOutput,
  ListObjectVersionsRequest,
} from '@aws-sdk/client-s3';
import type { CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import { type Bucket, canonicalUserId } from '../bucket.ts';
import { invalidArgument } from '../errors.ts';
import { byKey, encoderOf, isAfter, type ListRequest, type Page, pageOf, pageSize } from './listing.ts';
import { currentObject } from './store.ts';
import type { ObjectVersion, Version } from './version.ts';

const sortedKeys = (bucket: Bucket): readonly string[] => [...bucket.objects.keys()].sort(byKey);

const currentObjects = (bucket: Bucket, after: string, delimiter: string | undefined): readonly ObjectVersion[] =>
  sortedKeys(bucket)
    .filter((key) => after === '' || isAfter(key, after, delimiter))
    .flatMap((key) => currentObject(bucket, key) ?? []);

const token = (text: string): string => Buffer.from(text).toString('base64');

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listObjectsV2(input: ListObjectsV2Request, call: CallContext): ListObjectsV2Output {
  const bucket = bucketOf(input, call);
  const size = pageSize(input.MaxKeys);
  const { ContinuationToken: continuation } = input;
  const after = continuation === undefined ? (input.StartAfter ?? '') : Buffer.from(continuation, 'base64').toString();
  if (continuation === '') throw invalidArgument('The continuation token provided is incorrect', 'continuation-token');
  const page = pageOf(currentObjects(bucket, after, input.Delimiter), input, size);
  const encode = encoderOf(input);
  return {
    ...common(input, bucket, page, size),
    KeyCount: page.items.length + page.prefixes.length,
    Contents: page.items.map((object) => listed(object, encode, input.FetchOwner === true)),
    ...(input.StartAfter !== undefined && { StartAfter: encode(input.StartAfter) }),
    ...(continuation !== undefined && { ContinuationToken: continuation }),
    ...(page.last !== undefined && { NextContinuationToken: token(keyOf(page.last)) }),
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
function listObjects(input: ListObjectsRequest, call: CallContext): ListObjectsOutput {
  const bucket = bucketOf(input, call);
  const size = pageSize(input.MaxKeys);
  const page = pageOf(currentObjects(bucket, input.Marker ?? '', input.Delimiter), input, size);
  const encode = encoderOf(input);
  return {
    ...common(input, bucket, page, size),
    Marker: encode(input.Marker ?? ''),
    Contents: page.items.map((object) => listed(object, encode, true)),
    // Only with a delimiter; else the last key of the page serves.
    ...(page.last !== undefined && input.Delimiter && { NextMarker: encode(keyOf(page.last)) }),
  };
}

const keyOf = (last: { readonly key: string } | string): string => (typeof last === 'string' ? last : last.key);

function common(input: ListRequest, { name }: Bucket, page: Page<Version>, size: number) {
  const encode = encoderOf(input);
  return {
    Name: name,
    Prefix: encode(input.Prefix ?? ''),
    ...(input.Delimiter && { Delimiter: encode(input.Delimiter) }),
    MaxKeys: size,
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    IsTruncated: page.last !== undefined,
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

const listed = (object: ObjectVersion, encode: (text: string) => string, owner: boolean): _Object => ({
  Key: encode(object.key),
  LastModified: object.modifiedAt,
  ETag: `"${object.etag}"`,
  ...checksumKind(object),
  Size: object.body.length,
  StorageClass: object.storageClass,
  ...(owner && { Owner: { ID: canonicalUserId(object.owner) } }),
});

const checksumKind = ({ checksum }: ObjectVersion) =>
  checksum ? { ChecksumAlgorithm: [checksum.algorithm], ChecksumType: checksum.type } : {};

interface Numbered {
  readonly key: string;
  readonly version: Version;
  readonly isLatest: boolean;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
function listObjectVersions(input: ListObjectVersionsRequest, call: CallContext): ListObjectVersionsOutput {
  const bucket = bucketOf(input, call);
  const size = pageSize(input.MaxKeys);
  const { KeyMarker: marker = '', VersionIdMarker: versionMarker } = input;
  if (versionMarker !== undefined && marker === '') {
    throw invalidArgument('A version-id marker cannot be specified without a key marker.', 'version-id-marker', versionMarker);
  }
  const page = pageOf(versionsAfter(bucket, marker, versionMarker, input.Delimiter), input, size);
  const encode = encoderOf(input);
  const shown = page.items.map((item) => ({ ...item, encode }));
  return {
    ...common(input, bucket, { ...page, items: [], last: page.last === undefined ? undefined : keyOf(page.last) }, size),
    KeyMarker: encode(marker),
    ...(versionMarker !== undefined && { VersionIdMarker: versionMarker }),
    Versions: shown.flatMap(({ version, isLatest }) =>
      version.kind === 'object'
        ? [
            {
              ...listed(version, encode, true),
              StorageClass: 'STANDARD' as const,
              VersionId: version.versionId,
              IsLatest: isLatest,
            },
          ]
        : [],
    ),
    DeleteMarkers: shown.flatMap(({ version, isLatest }) =>
      version.kind === 'object' ? [] : [{ ...marked(version, encode), IsLatest: isLatest }],
    ),
    ...(page.last !== undefined && nextMarkers(page.last, encode)),
  };
}

const marked = (version: Version, encode: (text: string) => string) => ({
  Owner: { ID: canonicalUserId(version.owner) },
  Key: encode(version.key),
  VersionId: version.versionId,
  LastModified: version.modifiedAt,
});

const nextMarkers = (last: Numbered | string, encode: (text: string) => string) => ({
  NextKeyMarker: encode(keyOf(last)),
  ...(typeof last !== 'string' && { NextVersionIdMarker: last.version.versionId }),
});

function versionsAfter(
  bucket: Bucket,
  marker: string,
  versionMarker: string | undefined,
  delimiter: string | undefined,
): readonly Numbered[] {
  return sortedKeys(bucket).flatMap((key) => {
    const versions = (bucket.objects.get(key) ?? []).map((version, index) => ({ key, version, isLatest: index === 0 }));
    if (marker === '' || isAfter(key, marker, delimiter)) return versions;
    if (key !== marker || versionMarker === undefined) return [];
    return versions.slice(versions.findIndex(({ version }) => version.versionId === versionMarker) + 1);
  });
}

export const listHandlers = { ListObjectsV2: listObjectsV2, ListObjects: listObjects, ListObjectVersions: listObjectVersions };
