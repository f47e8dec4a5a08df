import { describe, expect, it } from 'vitest';
import { bucketEncryption } from '../../shared/aspects/bucket-encryption.ts';
import { bucketObjectOwnership } from '../../shared/aspects/bucket-object-ownership.ts';
import { bucketPublicAccessBlock } from '../../shared/aspects/bucket-public-access-block.ts';
import { bucketVersioning } from '../../shared/aspects/bucket-versioning.ts';
import { objectLock } from '../../shared/aspects/object-lock.ts';
import { aReplication, replications, sourceKey } from '../support/builders.ts';
import { readFrom } from '../support/observations.ts';
import { settingOf } from './setting.ts';

describe('bucket versioning', () => {
  const setting = settingOf(bucketVersioning, [aReplication()], 'orders');

  it.each([
    { observed: { Status: 'Enabled' }, paths: [] },
    { observed: { Status: 'Suspended' }, paths: ['Status'] },
    { observed: undefined, paths: ['Status'] },
  ])('finds $paths in $observed', ({ observed, paths }) => {
    expect(setting.paths(observed)).toEqual(paths);
  });

  it('is looked after at both ends, and at the source alone when the destination is not ours', () => {
    const unmanaged = aReplication({ destination: { managed: false } });

    expect(bucketVersioning.resources(aReplication()).map(({ arn }) => arn)).toEqual([
      'arn:aws:s3:::orders',
      'arn:aws:s3:::orders-dr',
    ]);
    expect(bucketVersioning.resources(unmanaged).map(({ arn }) => arn)).toEqual(['arn:aws:s3:::orders']);
  });

  it('is never written as anything but Enabled', () => {
    expect(setting.inputs({ Status: 'Suspended' })).toMatchObject([{ VersioningConfiguration: { Status: 'Enabled' } }]);
  });

  it('is absent, not unreadable, where it never was configured', async () => {
    expect(await readFrom(bucketVersioning, setting.on, { 's3:GetBucketVersioning': {} })).toEqual({ status: 'absent' });
  });
});

describe('bucket encryption', () => {
  const setting = settingOf(bucketEncryption, [aReplication()], 'orders');
  const rule = (SSEAlgorithm: string, KMSMasterKeyID?: string, BucketKeyEnabled?: boolean) =>
    ({ rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm, KMSMasterKeyID }, BucketKeyEnabled } }) as Parameters<
      typeof setting.diff
    >[0];
  const otherKey = 'arn:aws:kms:eu-west-1:111111111111:key/other';

  it.each([
    { name: 'the wanted key', observed: rule('aws:kms', sourceKey, true), paths: [] },
    { name: 'the wanted key by its id', observed: rule('aws:kms', sourceKey.split('/')[1], true), paths: [] },
    { name: 'another key', observed: rule('aws:kms', otherKey, true), paths: ['KMSMasterKeyID'] },
    { name: 'the AWS managed key', observed: rule('aws:kms', undefined, true), paths: ['KMSMasterKeyID'] },
    { name: 'an alias nobody named', observed: rule('aws:kms', 'alias/orders', true), paths: ['KMSMasterKeyID'] },
    { name: 'dual-layer encryption', observed: rule('aws:kms:dsse', sourceKey, true), paths: ['SSEAlgorithm'] },
    { name: 'no Bucket Key', observed: rule('aws:kms', sourceKey, false), paths: ['BucketKeyEnabled'] },
    { name: 'nothing about the Bucket Key', observed: rule('aws:kms', sourceKey), paths: ['BucketKeyEnabled'] },
    { name: 'S3’s own keys', observed: rule('AES256'), paths: ['SSEAlgorithm', 'KMSMasterKeyID', 'BucketKeyEnabled'] },
    { name: 'no encryption', observed: undefined, paths: ['SSEAlgorithm', 'KMSMasterKeyID', 'BucketKeyEnabled'] },
  ])('finds $paths in $name', ({ observed, paths }) => {
    expect(setting.paths(observed)).toEqual(paths);
  });

  it('takes an alias that the document names for the key', () => {
    const alias = 'arn:aws:kms:eu-west-1:111111111111:alias/orders';
    const replication = aReplication();
    const named = { ...replication, source: { ...replication.source, key: { named: alias, arn: sourceKey } } };

    expect(settingOf(bucketEncryption, [named], 'orders').paths(rule('aws:kms', alias, true))).toEqual([]);
  });

  it('wants no Bucket Key where the document says so', () => {
    const without = settingOf(bucketEncryption, [aReplication({ source: { bucketKey: false } })], 'orders');

    expect(without.paths(rule('aws:kms', sourceKey))).toEqual([]);
    expect(without.paths(rule('aws:kms', sourceKey, true))).toEqual(['BucketKeyEnabled']);
  });

  it('keeps what else stands in the rule', () => {
    const observed = { rule: { ...rule('AES256')?.rule, BlockedEncryptionTypes: { EncryptionType: ['SSE-C' as const] } } };

    expect(setting.inputs(observed)).toMatchObject([
      {
        Bucket: 'orders',
        ExpectedBucketOwner: '111111111111',
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: sourceKey },
              BucketKeyEnabled: true,
              BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
            },
          ],
        },
      },
    ]);
  });
});

describe('the public access block', () => {
  const all = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

  it('is left alone unless a document says so', () => {
    expect(bucketPublicAccessBlock.resources(aReplication())).toEqual([]);
  });

  it('is looked after on the side that is named', () => {
    const replication = aReplication({ destination: { blockPublicAccess: true } });

    expect(bucketPublicAccessBlock.resources(replication).map(({ arn }) => arn)).toEqual(['arn:aws:s3:::orders-dr']);
  });

  it('is looked after when one of those that share the bucket says so', () => {
    const [bills, orders] = replications({
      bills: { source: { bucket: 'bills' } },
      orders: { destination: { blockPublicAccess: true } },
    });

    expect(settingOf(bucketPublicAccessBlock, [bills, orders] as NonNullable<typeof bills>[]).desired).toEqual(all);
  });

  it.each([
    { observed: all, paths: [] },
    { observed: { ...all, IgnorePublicAcls: false }, paths: ['IgnorePublicAcls'] },
    { observed: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true }, paths: ['RestrictPublicBuckets'] },
    { observed: undefined, paths: Object.keys(all) },
  ])('finds $paths in $observed', ({ observed, paths }) => {
    expect(
      settingOf(bucketPublicAccessBlock, [aReplication({ destination: { blockPublicAccess: true } })]).paths(observed),
    ).toEqual(paths);
  });

  it('may be wanted open', () => {
    const open = Object.fromEntries(Object.keys(all).map((name) => [name, false]));
    const setting = settingOf(bucketPublicAccessBlock, [aReplication({ destination: { blockPublicAccess: open } })]);

    expect(setting.paths(undefined)).toEqual([]);
    expect(setting.paths(all)).toEqual(Object.keys(all));
  });
});

describe('object ownership', () => {
  const setting = settingOf(bucketObjectOwnership, [aReplication({ destination: { objectOwnership: 'BucketOwnerEnforced' } })]);

  it('is left alone unless a document says so', () => {
    expect(bucketObjectOwnership.resources(aReplication())).toEqual([]);
  });

  it.each([
    { observed: { ObjectOwnership: 'BucketOwnerEnforced' as const }, paths: [] },
    { observed: { ObjectOwnership: 'ObjectWriter' as const }, paths: ['ObjectOwnership'] },
    { observed: undefined, paths: ['ObjectOwnership'] },
  ])('finds $paths in $observed', ({ observed, paths }) => {
    expect(setting.paths(observed)).toEqual(paths);
  });
});

describe('Object Lock', () => {
  it('is read and never written', async () => {
    const { on, calls } = settingOf(objectLock, [aReplication()], 'orders');

    expect(
      await readFrom(objectLock, on, {
        's3:GetObjectLockConfiguration': { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } },
      }),
    ).toEqual({
      status: 'present',
      value: { enabled: true },
    });
    expect(calls({ enabled: false })).toEqual([]);
  });
});
