import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadRequest,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ObjectLockRetentionMode,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { refusalOf } from './s3-support.ts';

const Bucket = 'orders';
const five = 5 * 1024 * 1024;
const Key = 'big';

async function aBucket(ObjectLockEnabledForBucket = false) {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const s3 = new S3Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'any' },
    requestHandler: aws.requestHandler(),
    maxAttempts: 1,
  });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectLockEnabledForBucket }));
  return { s3, clock, world: aws.world };
}

const parts = [Buffer.alloc(five, 'a'), Buffer.from('the rest')];

async function upload(s3: S3Client, more: Partial<CreateMultipartUploadRequest> = {}) {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const sent = [];
  for (const [index, Body] of parts.entries()) {
    const PartNumber = index + 1;
    const { $metadata: _, ...answer } = await s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: more.ChecksumAlgorithm }),
    );
    sent.push({ PartNumber, ...answer });
  }
  return { UploadId, sent };
}

const complete = (s3: S3Client, UploadId: string | undefined, Parts: object[]) =>
  s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));

describe('an upload in parts', () => {
  it.each([undefined, 'CRC32', 'CRC64NVME', 'SHA256'] as const)('becomes one object (checksum %s)', async (ChecksumAlgorithm) => {
    const { s3 } = await aBucket();
    const { UploadId, sent } = await upload(s3, { ChecksumAlgorithm, Metadata: { a: '1' } });

    const done = await complete(s3, UploadId, sent);

    const md5s = parts.map((part) => createHash('md5').update(part).digest());
    expect(done.ETag).toBe(`"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-2"`);
    expect(done.ChecksumType).toBe(ChecksumAlgorithm === 'CRC32' || ChecksumAlgorithm === 'SHA256' ? 'COMPOSITE' : 'FULL_OBJECT');
    const read = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    expect(read).toMatchObject({ ETag: done.ETag, ContentLength: five + 8, Metadata: { a: '1' } });
    expect(
      Buffer.from((await read.Body?.transformToByteArray()) ?? [])
        .subarray(five)
        .toString(),
    ).toBe('the rest');
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key, PartNumber: 2 }))).toMatchObject({
      ContentLength: 8,
      PartsCount: 2,
    });
  });

  it('can be looked at until it is completed or given up', async () => {
    const { s3 } = await aBucket();
    const { UploadId } = await upload(s3);
    const uploads = async () => (await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads;

    expect(await uploads()).toMatchObject([{ UploadId, Key }]);
    expect((await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toMatchObject([
      { PartNumber: 1, Size: five },
      { PartNumber: 2, Size: 8 },
    ]);
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(await uploads()).toBeUndefined();
    expect(await refusalOf(s3.send(new ListPartsCommand({ Bucket, Key, UploadId })))).toMatchObject({
      code: 'NoSuchUpload',
      status: 404,
    });
  });

  it('takes parts of objects that are there', async () => {
    const { s3 } = await aBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from', Body: '0123456789' }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        Bucket,
        Key,
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/from`,
        CopySourceRange: 'bytes=2-4',
      }),
    );
    await complete(s3, UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);

    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()).toBe('234');
  });

  it.each([
    ['a part that was never sent', (sent: object[]) => [...sent, { PartNumber: 3, ETag: '"x"' }], 'InvalidPart'],
    ['parts out of order', (sent: object[]) => sent.toReversed(), 'InvalidPartOrder'],
    ['no parts', () => [], 'MalformedXML'],
  ])('is not completed with %s', async (_, change, code) => {
    const { s3 } = await aBucket();
    const { UploadId, sent } = await upload(s3);

    expect(await refusalOf(complete(s3, UploadId, change(sent)))).toMatchObject({ code });
  });

  it('has parts of 5 MiB at least, but for the last', async () => {
    const { s3 } = await aBucket();
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = (PartNumber: number) => s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'small' }));
    const sent = [
      { PartNumber: 1, ETag: (await part(1)).ETag },
      { PartNumber: 2, ETag: (await part(2)).ETag },
    ];

    expect(await refusalOf(complete(s3, UploadId, sent))).toMatchObject({ code: 'EntityTooSmall' });
  });
});

describe('a locked version', () => {
  const put = (s3: S3Client, more: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ChecksumAlgorithm: 'CRC32', ...more }));
  const remove = (s3: S3Client, VersionId: string | undefined, BypassGovernanceRetention?: boolean) =>
    s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention }));

  it.each(['GOVERNANCE', 'COMPLIANCE'] as const)('under %s is deleted by nobody before its time', async (ObjectLockMode) => {
    const { s3, clock } = await aBucket(true);
    const ObjectLockRetainUntilDate = new Date(clock.now().getTime() + 3_600_000);
    const { VersionId } = await put(s3, { ObjectLockMode, ObjectLockRetainUntilDate });

    expect(await refusalOf(remove(s3, VersionId))).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(await s3.send(new DeleteObjectCommand({ Bucket, Key }))).toMatchObject({ DeleteMarker: true });
    await clock.advance(3601);
    await remove(s3, VersionId);
  });

  it('under governance goes for who may bypass it, under compliance for nobody', async () => {
    const { s3, clock } = await aBucket(true);
    const until = { ObjectLockRetainUntilDate: new Date(clock.now().getTime() + 3_600_000) };
    const governed = await put(s3, { ObjectLockMode: 'GOVERNANCE', ...until });
    const complying = await put(s3, { ObjectLockMode: 'COMPLIANCE', ...until });

    await remove(s3, governed.VersionId, true);
    expect(await refusalOf(remove(s3, complying.VersionId, true))).toMatchObject({ code: 'AccessDenied' });
  });

  it('is held until the hold is taken off', async () => {
    const { s3 } = await aBucket(true);
    const { VersionId } = await put(s3);
    const hold = (Status: 'ON' | 'OFF') =>
      s3.send(new PutObjectLegalHoldCommand({ Bucket, Key, VersionId, LegalHold: { Status } }));
    await hold('ON');

    expect((await s3.send(new GetObjectLegalHoldCommand({ Bucket, Key }))).LegalHold).toEqual({ Status: 'ON' });
    expect(await refusalOf(remove(s3, VersionId, true))).toMatchObject({ code: 'AccessDenied' });
    await hold('OFF');
    await remove(s3, VersionId);
  });

  it('has what the bucket gives by default', async () => {
    const { s3, clock } = await aBucket(true);
    const ObjectLockConfiguration = {
      ObjectLockEnabled: 'Enabled' as const,
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 2 } },
    };
    await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    await put(s3);

    const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket, Key }));

    expect(Retention).toEqual({ Mode: 'GOVERNANCE', RetainUntilDate: new Date(clock.now().getTime() + 2 * 86_400_000) });
  });

  it('is locked longer by anybody and shorter by few', async () => {
    const { s3, clock } = await aBucket(true);
    const at = (hours: number) => new Date(clock.now().getTime() + hours * 3_600_000);
    const retain = (Mode: ObjectLockRetentionMode, hours: number, BypassGovernanceRetention = false) =>
      s3.send(
        new PutObjectRetentionCommand({
          Bucket,
          Key,
          Retention: { Mode, RetainUntilDate: at(hours) },
          BypassGovernanceRetention,
        }),
      );
    await put(s3);
    await retain('GOVERNANCE', 2);

    await retain('GOVERNANCE', 3);
    expect(await refusalOf(retain('GOVERNANCE', 1))).toMatchObject({ code: 'AccessDenied' });
    await retain('GOVERNANCE', 1, true);
    await retain('COMPLIANCE', 5);
    expect(await refusalOf(retain('COMPLIANCE', 4, true))).toMatchObject({ code: 'AccessDenied' });
    expect(await refusalOf(retain('GOVERNANCE', 9, true))).toMatchObject({ code: 'AccessDenied' });
  });

  it('needs a bucket with Object Lock', async () => {
    const { s3, clock } = await aBucket();
    const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(clock.now().getTime() + 1000) };

    expect(await refusalOf(put(s3, lock))).toMatchObject({ code: 'InvalidRequest' });
    await put(s3);
    expect(await refusalOf(s3.send(new GetObjectRetentionCommand({ Bucket, Key })))).toMatchObject({ code: 'InvalidRequest' });
  });
});
