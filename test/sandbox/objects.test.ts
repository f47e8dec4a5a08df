import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectRequest,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { refusalOf } from './s3-support.ts';

const Bucket = 'orders';

async function aBucket(versioning?: 'Enabled') {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const s3 = new S3Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'any' },
    requestHandler: aws.requestHandler(),
    maxAttempts: 1,
  });
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  const version = (Status: 'Enabled' | 'Suspended') =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  if (versioning) await version(versioning);
  return {
    s3,
    clock,
    world: aws.world,
    version,
    put: (Key: string, Body: PutObjectCommandInput['Body'] = 'contents', more: Partial<PutObjectCommandInput> = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
    get: (Key: string, more: Partial<GetObjectRequest> = {}) => s3.send(new GetObjectCommand({ Bucket, Key, ...more })),
    head: (Key: string, more: Partial<GetObjectRequest> = {}) => s3.send(new HeadObjectCommand({ Bucket, Key, ...more })),
    remove: (Key: string, VersionId?: string) => s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId })),
    versions: async () => {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      return { versions: Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]), markers: DeleteMarkers.length };
    },
  };
}

const bodyOf = async (answer: Promise<{ Body?: unknown }>) => text((await answer).Body as NodeJS.ReadableStream);

describe('an object', () => {
  it('comes back as it was written, headers and metadata with it', async () => {
    const { put, get } = await aBucket();
    const headers = {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentDisposition: 'inline',
      ContentEncoding: 'identity',
      ContentLanguage: 'en',
      StorageClass: 'STANDARD_IA' as const,
      Metadata: { team: 'orders', 'two-words': 'a b' },
    };
    const written = await put('a/ü b+c.txt', 'contents', headers);

    const answer = await get('a/ü b+c.txt');

    expect(answer).toMatchObject({ ...headers, ETag: written.ETag, ContentLength: 8, ServerSideEncryption: 'AES256' });
    expect(await text(answer.Body as unknown as NodeJS.ReadableStream)).toBe('contents');
    expect(answer.ETag).toBe(`"${createHash('md5').update('contents').digest('hex')}"`);
  });

  it('has the default content type, and no replication status or version, in a plain bucket', async () => {
    const { put, head, s3 } = await aBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'empty' }));
    await put('x');

    const empty = await head('empty');

    expect(empty).toMatchObject({ ContentLength: 0 });
    expect(empty.VersionId).toBeUndefined();
    expect(empty.ReplicationStatus).toBeUndefined();
    expect(empty.StorageClass).toBeUndefined();
  });

  it('is not there before it is written', async () => {
    const { get, head } = await aBucket();

    expect(await refusalOf(get('nothing'))).toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await refusalOf(head('nothing'))).toMatchObject({ code: 'NotFound', status: 404 });
  });

  it.each([
    ['bytes=0-3', 'cont', 'bytes 0-3/8'],
    ['bytes=4-', 'ents', 'bytes 4-7/8'],
    ['bytes=-2', 'ts', 'bytes 6-7/8'],
    ['bytes=6-100', 'ts', 'bytes 6-7/8'],
  ])('answers %s with %s', async (Range, part, ContentRange) => {
    const { put, get } = await aBucket();
    await put('x');

    const answer = await get('x', { Range });

    expect(answer).toMatchObject({ ContentRange, ContentLength: part.length, $metadata: { httpStatusCode: 206 } });
    expect(await text(answer.Body as unknown as NodeJS.ReadableStream)).toBe(part);
  });

  it('has no bytes past its end', async () => {
    const { put, get } = await aBucket();
    await put('x');

    expect(await refusalOf(get('x', { Range: 'bytes=8-9' }))).toMatchObject({ code: 'InvalidRange', status: 416 });
  });

  it.each([
    ['the etag it has', (etag: string) => ({ IfMatch: etag }), undefined],
    ['another etag', () => ({ IfMatch: '"other"' }), 412],
    ['none of its etag', (etag: string) => ({ IfNoneMatch: etag }), 304],
    ['none of another', () => ({ IfNoneMatch: '"other"' }), undefined],
    ['changed since long ago', () => ({ IfModifiedSince: new Date('2020-01-01') }), undefined],
    ['changed since now', () => ({ IfModifiedSince: new Date('2026-01-01') }), 304],
    ['unchanged since long ago', () => ({ IfUnmodifiedSince: new Date('2020-01-01') }), 412],
  ])('is read on the condition: %s', async (_, condition, refused) => {
    const { put, head } = await aBucket();
    const { ETag = '' } = await put('x');

    const read = head('x', condition(ETag));

    if (refused === undefined) expect(await read).toMatchObject({ ETag });
    else expect(await refusalOf(read)).toMatchObject({ status: refused });
  });

  it('is written only if it is new, or as it was, when the writer says so', async () => {
    const { put } = await aBucket();
    const { ETag = '' } = await put('x', 'one', { IfNoneMatch: '*' });

    expect(await refusalOf(put('x', 'two', { IfNoneMatch: '*' }))).toMatchObject({ code: 'PreconditionFailed', status: 412 });
    expect(await refusalOf(put('x', 'two', { IfMatch: '"other"' }))).toMatchObject({ code: 'PreconditionFailed' });
    expect(await refusalOf(put('new', 'two', { IfMatch: ETag }))).toMatchObject({ code: 'NoSuchKey' });
    await put('x', 'two', { IfMatch: ETag });
  });

  it('is refused with a body that is not what its digest says', async () => {
    const { put } = await aBucket();
    const md5 = createHash('md5').update('other').digest('base64');
    const sha256 = createHash('sha256').update('other').digest('base64');

    expect(await refusalOf(put('x', 'one', { ContentMD5: md5 }))).toMatchObject({ code: 'BadDigest', status: 400 });
    expect(await refusalOf(put('x', 'one', { ChecksumSHA256: sha256 }))).toMatchObject({ code: 'BadDigest', status: 400 });
  });

  // The published check values of the five, for the text 123456789.
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('tells its %s checksum', async (ChecksumAlgorithm, hex) => {
    const { put, get } = await aBucket();
    const checksum = { [`Checksum${ChecksumAlgorithm}`]: Buffer.from(hex, 'hex').toString('base64') };

    const written = await put('x', '123456789', checksum);

    expect(written).toMatchObject({ ...checksum, ChecksumType: 'FULL_OBJECT' });
    expect(await get('x', { ChecksumMode: 'ENABLED' })).toMatchObject(checksum);
  });

  it('tells its size and checksum on demand', async () => {
    const { put, s3 } = await aBucket();
    await put('x');

    const attributes = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'x', ObjectAttributes: ['ObjectSize', 'Checksum', 'ETag'] }),
    );

    expect(attributes).toMatchObject({
      ObjectSize: 8,
      ETag: createHash('md5').update('contents').digest('hex'),
      Checksum: { ChecksumType: 'FULL_OBJECT' },
    });
    expect(attributes.StorageClass).toBeUndefined();
  });

  it('belongs to the owner of the bucket', async () => {
    const { put, s3 } = await aBucket();
    await put('x');

    const { Owner, Grants } = await s3.send(new GetObjectAclCommand({ Bucket, Key: 'x' }));

    expect(Grants).toMatchObject([{ Permission: 'FULL_CONTROL', Grantee: { ID: Owner?.ID } }]);
  });

  it('takes no public ACL where ACLs are off', async () => {
    const { put } = await aBucket();

    expect(await refusalOf(put('x', 'one', { ACL: 'public-read' }))).toMatchObject({ code: 'AccessControlListNotSupported' });
  });

  it('has tags, given with it or later', async () => {
    const { put, s3, get } = await aBucket();
    await put('x', 'one', { Tagging: 'team=orders&stage=a%20b' });
    const tags = async () => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'x' }))).TagSet;

    expect(await tags()).toEqual([
      { Key: 'team', Value: 'orders' },
      { Key: 'stage', Value: 'a b' },
    ]);
    expect((await get('x')).TagCount).toBe(2);
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'x', Tagging: { TagSet: [{ Key: 'k', Value: 'v' }] } }));
    expect(await tags()).toEqual([{ Key: 'k', Value: 'v' }]);
    await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'x' }));
    expect(await tags()).toEqual([]);
  });

  it('is copied with its metadata and tags, or with new ones', async () => {
    const { put, s3, head } = await aBucket();
    await put('from here', 'one', { Metadata: { a: '1' }, Tagging: 'k=v', ContentType: 'text/plain' });
    const CopySource = `${Bucket}/${encodeURIComponent('from here')}`;
    const copy = (Key: string, more: object = {}) => s3.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...more }));

    await copy('same');
    await copy('other', { MetadataDirective: 'REPLACE', Metadata: { b: '2' }, TaggingDirective: 'REPLACE' });

    expect(await head('same')).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain', ContentLength: 3 });
    expect(await head('other')).toMatchObject({ Metadata: { b: '2' }, ContentType: 'binary/octet-stream' });
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'same' }))).TagSet).toEqual([{ Key: 'k', Value: 'v' }]);
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'other' }))).TagSet).toEqual([]);
    expect(await refusalOf(copy('from here'))).toMatchObject({ code: 'InvalidRequest' });
    expect(await refusalOf(s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/no` })))).toMatchObject({
      code: 'NoSuchKey',
    });
  });
});

describe('the versions of an object', () => {
  it('are all kept, the newest being the object', async () => {
    const { put, get, versions, head } = await aBucket('Enabled');
    const one = await put('x', 'one');
    const two = await put('x', 'two');

    expect(await versions()).toEqual({
      versions: [
        [two.VersionId, true],
        [one.VersionId, false],
      ],
      markers: 0,
    });
    expect(await bodyOf(get('x'))).toBe('two');
    expect(await bodyOf(get('x', { VersionId: one.VersionId }))).toBe('one');
    expect(await head('x')).toMatchObject({ VersionId: two.VersionId });
  });

  it('are hidden by a delete marker, and come back without it', async () => {
    const { put, get, remove, head, versions } = await aBucket('Enabled');
    await put('x', 'one');

    const { DeleteMarker, VersionId = '' } = await remove('x');

    expect(DeleteMarker).toBe(true);
    expect(await refusalOf(get('x'))).toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await refusalOf(head('x', { VersionId }))).toMatchObject({ status: 405 });
    expect(await remove('x', VersionId)).toMatchObject({ DeleteMarker: true, VersionId });
    expect(await bodyOf(get('x'))).toBe('one');
    expect(await versions()).toMatchObject({ markers: 0 });
  });

  it('go one by one, for good', async () => {
    const { put, get, remove } = await aBucket('Enabled');
    const { VersionId } = await put('x', 'one');

    expect(await remove('x', VersionId)).toMatchObject({ VersionId });
    expect(await refusalOf(get('x', { VersionId }))).toMatchObject({ code: 'NoSuchVersion' });
    expect(await remove('x', VersionId)).toMatchObject({ VersionId });
  });

  it('have one null version while versioning is suspended', async () => {
    const { put, version, versions, remove, get } = await aBucket();
    await put('x', 'before');
    await version('Enabled');
    const { VersionId } = await put('x', 'kept');
    await version('Suspended');

    const overwritten = await put('x', 'null');

    expect(overwritten.VersionId).toBe('null');
    expect(await versions()).toEqual({
      versions: [
        ['null', true],
        [VersionId, false],
      ],
      markers: 0,
    });
    expect(await remove('x')).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await versions()).toEqual({ versions: [[VersionId, false]], markers: 1 });
    expect(await bodyOf(get('x', { VersionId }))).toBe('kept');
  });

  it('keep the bucket from being deleted, delete markers too', async () => {
    const { put, remove, s3 } = await aBucket('Enabled');
    const { VersionId } = await put('x', 'one');
    const { VersionId: marker } = await remove('x');
    const deleteBucket = () => s3.send(new DeleteBucketCommand({ Bucket }));

    await remove('x', VersionId);
    expect(await refusalOf(deleteBucket())).toMatchObject({ code: 'BucketNotEmpty', status: 409 });
    await remove('x', marker);
    await deleteBucket();
  });

  it('are deleted many at once, each with its own answer', async () => {
    const { put, s3, versions } = await aBucket('Enabled');
    const { VersionId } = await put('x', 'one');
    await put('y', 'one');

    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'x', VersionId }, { Key: 'y' }, { Key: 'never' }] } }),
    );

    expect(Deleted).toMatchObject([
      { Key: 'x', VersionId },
      { Key: 'y', DeleteMarker: true },
      { Key: 'never', DeleteMarker: true },
    ]);
    expect((await versions()).markers).toBe(2);
  });
});

describe('the list of objects', () => {
  async function aFullBucket() {
    const { put, s3 } = await aBucket('Enabled');
    for (const key of ['a/1', 'a/2', 'b', 'c d+é', 'Z']) await put(key);
    return s3;
  }

  it('is in the order of bytes, under a prefix, rolled up at a delimiter', async () => {
    const s3 = await aFullBucket();

    const all = await s3.send(new ListObjectsV2Command({ Bucket }));
    const rolled = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));

    expect(all.Contents?.map(({ Key }) => Key)).toEqual(['Z', 'a/1', 'a/2', 'b', 'c d+é']);
    expect(all).toMatchObject({ KeyCount: 5, IsTruncated: false, Name: Bucket });
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(rolled.Contents?.map(({ Key }) => Key)).toEqual(['Z', 'b', 'c d+é']);
    expect((await s3.send(new ListObjectsCommand({ Bucket, Prefix: 'a/' }))).Contents).toHaveLength(2);
  });

  it.each([undefined, '/'])('comes in pages that miss nothing and repeat nothing (delimiter %s)', async (Delimiter) => {
    const s3 = await aFullBucket();
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter, MaxKeys: 1, ContinuationToken }));
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);

    expect(seen).toEqual(Delimiter ? ['Z', 'a/', 'b', 'c d+é'] : ['Z', 'a/1', 'a/2', 'b', 'c d+é']);
  });

  it('pages through versions', async () => {
    const { put, s3 } = await aBucket('Enabled');
    for (const body of ['1', '2', '3']) await put('x', body);
    const first = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));

    const rest = await s3.send(
      new ListObjectVersionsCommand({ Bucket, KeyMarker: first.NextKeyMarker, VersionIdMarker: first.NextVersionIdMarker }),
    );

    expect(first).toMatchObject({ IsTruncated: true, Versions: [{ IsLatest: true }, { IsLatest: false }] });
    expect(rest.Versions).toHaveLength(1);
    expect(rest.Versions?.[0]?.VersionId).not.toBe(first.Versions?.[1]?.VersionId);
  });
});
