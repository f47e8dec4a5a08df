/** What happens to the buckets themselves. */
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketOwnershipControlsCommand,
  DeletePublicAccessBlockCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import type { Drift } from '../../support/drifts.ts';
import type { End, Subject, They } from '../../support/edits.ts';
import { createBucket } from '../../support/world.ts';
import { deleteReplication } from './replication.ts';

const ends: readonly (readonly [bucket: string, end: (they: Subject) => End])[] = [
  ['orders', ({ source }) => source],
  ['orders-dr', ({ destination }) => destination],
];

export const suspend = ({ someone }: They, end: End): Promise<unknown> =>
  someone.s3(end).send(new PutBucketVersioningCommand({ Bucket: end.bucket, VersioningConfiguration: { Status: 'Suspended' } }));

const encrypt = ({ someone }: They, end: End, rule: ServerSideEncryptionRule): Promise<unknown> =>
  someone
    .s3(end)
    .send(new PutBucketEncryptionCommand({ Bucket: end.bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }));

const underKey = (KMSMasterKeyID: string | undefined, more: object = {}): ServerSideEncryptionRule => ({
  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID },
  BucketKeyEnabled: true,
  ...more,
});

export const deleteBucket = ({ someone }: They, end: End): Promise<unknown> =>
  someone.s3(end).send(new DeleteBucketCommand({ Bucket: end.bucket }));

async function remake(they: They, end: End, by: Partial<Pick<End, 'account' | 'region'>> = {}): Promise<void> {
  await deleteBucket(they, end);
  await createBucket({ ...end, ...by, name: end.bucket }, they.someone);
}

async function anotherKey({ someone }: They, end: End): Promise<string> {
  const { KeyMetadata } = await someone.kms(end).send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

const encryptionDrifts: readonly Drift[] = ends.flatMap(([bucket, endOf]): readonly Drift[] => {
  const expect = { drifted: [`bucket-encryption of ${bucket}`] };
  return [
    {
      name: `default encryption of ${bucket} was deleted`,
      done: ({ someone, ...they }) =>
        someone.s3(endOf(they)).send(new DeleteBucketEncryptionCommand({ Bucket: endOf(they).bucket })),
      expect,
    },
    {
      name: `${bucket} was encrypted with S3's own keys`,
      done: (they) => encrypt(they, endOf(they), { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }),
      expect,
    },
    {
      name: `${bucket} was encrypted under another key`,
      done: async (they) => encrypt(they, endOf(they), underKey(await anotherKey(they, endOf(they)))),
      expect,
    },
    {
      name: `${bucket} was encrypted under the AWS managed key`,
      done: (they) => encrypt(they, endOf(they), underKey(undefined)),
      expect,
    },
    {
      name: `${bucket} was encrypted twice over`,
      done: (they) =>
        encrypt(they, endOf(they), {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID: endOf(they).key },
        }),
      expect,
    },
    {
      name: `the Bucket Key of ${bucket} was switched off`,
      done: (they) => encrypt(they, endOf(they), underKey(endOf(they).key, { BucketKeyEnabled: false })),
      expect,
      because: 'it changes the encryption context that key policies may test',
    },
    {
      name: `${bucket} was encrypted under another key and blocks an encryption type`,
      done: async (they) =>
        encrypt(
          they,
          endOf(they),
          underKey(await anotherKey(they, endOf(they)), { BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } }),
        ),
      expect,
      because: 'what is blocked is not ours',
    },
    {
      name: `${bucket} was made to block an encryption type`,
      done: (they) =>
        encrypt(they, endOf(they), underKey(endOf(they).key, { BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } })),
    },
    {
      name: `the key of ${bucket} was spelled without its ARN`,
      done: (they) => encrypt(they, endOf(they), underKey(endOf(they).key.split('/')[1])),
    },
    {
      name: `${bucket} was encrypted under an alias that the document does not name`,
      done: async (they) => {
        const end = endOf(they);
        await they.someone.kms(end).send(new CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: end.key }));
        await encrypt(they, end, underKey(`arn:aws:kms:${end.region}:${end.account}:alias/orders`));
      },
      expect,
      because: 'whoever may move the alias could move the encryption',
    },
  ];
});

const blockedSettings = (bucket: string, ...aspects: readonly string[]) =>
  aspects.map((aspect) => `${aspect} of ${bucket}`).sort();

export const bucketDrifts: readonly Drift[] = [
  {
    name: 'versioning of the destination was suspended',
    done: (they) => suspend(they, they.destination),
    expect: { drifted: ['bucket-versioning of orders-dr'] },
  },
  {
    name: 'replication was deleted and versioning of the source suspended',
    done: async (they) => {
      await deleteReplication(they);
      await suspend(they, they.source);
    },
    expect: { drifted: ['bucket-versioning of orders', 'replication-configuration of orders'] },
  },
  {
    name: 'replication was deleted and versioning suspended at both ends',
    done: async (they) => {
      await deleteReplication(they);
      await suspend(they, they.source);
      await suspend(they, they.destination);
    },
    expect: {
      drifted: ['bucket-versioning of orders', 'bucket-versioning of orders-dr', 'replication-configuration of orders'],
    },
    because: 'S3 takes no replication before both are on again',
  },
  ...encryptionDrifts,
  {
    name: 'the destination bucket was deleted',
    done: (they) => deleteBucket(they, they.destination),
    expect: {
      blocked: blockedSettings('orders-dr', 'bucket-versioning', 'bucket-encryption', 'bucket-policy', 'object-lock'),
      verdict: 'blocked',
      after: 'blocked',
      blocker: 'orders-dr does not exist',
    },
  },
  {
    name: 'the destination bucket was deleted and our rule disabled',
    done: async (they) => {
      await deleteReplication(they);
      await deleteBucket(they, they.destination);
    },
    expect: {
      blocked: blockedSettings('orders-dr', 'bucket-versioning', 'bucket-encryption', 'bucket-policy', 'object-lock'),
      drifted: ['replication-configuration of orders'],
      held: { 'replication-configuration of orders': 'prerequisite-blocked' },
      verdict: 'blocked',
      after: 'blocked',
      blocker: 'orders-dr does not exist',
    },
  },
  {
    name: 'the source bucket was deleted',
    done: (they) => deleteBucket(they, they.source),
    expect: {
      blocked: blockedSettings(
        'orders',
        ...['bucket-versioning', 'bucket-encryption', 'bucket-policy', 'object-lock', 'replication-configuration'],
      ),
      verdict: 'blocked',
      after: 'blocked',
      blocker: 'orders does not exist',
    },
  },
  {
    name: 'the destination bucket was deleted and made again by a stranger',
    done: (they) => remake(they, they.destination, { account: '333333333333' }),
    expect: {
      unreadable: blockedSettings('orders-dr', 'bucket-versioning', 'bucket-encryption', 'bucket-policy', 'object-lock'),
      verdict: 'unreadable',
      after: 'unreadable',
    },
  },
  {
    name: 'the source bucket was deleted and made again by a stranger',
    done: (they) => remake(they, they.source, { account: '333333333333' }),
    expect: {
      unreadable: blockedSettings(
        'orders',
        ...['bucket-versioning', 'bucket-encryption', 'bucket-policy', 'object-lock', 'replication-configuration'],
      ),
      verdict: 'unreadable',
      after: 'unreadable',
    },
  },
  {
    name: 'the destination bucket was made again in another region',
    done: (they) => remake(they, they.destination, { region: 'eu-north-1' }),
    expect: {
      unreadable: blockedSettings('orders-dr', 'bucket-versioning', 'bucket-encryption', 'bucket-policy', 'object-lock'),
      verdict: 'unreadable',
      after: 'unreadable',
    },
  },
  {
    name: 'the destination bucket was made again by its owner',
    done: (they) => remake(they, they.destination),
    expect: { drifted: ['bucket-encryption of orders-dr', 'bucket-policy of orders-dr', 'bucket-versioning of orders-dr'] },
  },
  {
    name: 'the source bucket was made again by its owner',
    done: (they) => remake(they, they.source),
    expect: {
      drifted: ['bucket-encryption of orders', 'bucket-versioning of orders', 'replication-configuration of orders'],
    },
  },
  {
    name: 'settings that the document does not mention were changed',
    done: async ({ someone, destination }) => {
      const s3 = someone.s3(destination);
      const Bucket = destination.bucket;
      await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
      await s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
      await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'orders' }] } }));
      await s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: {
            Rules: [{ ID: 'tidy', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } }],
          },
        }),
      );
    },
  },
];
