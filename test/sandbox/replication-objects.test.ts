import { CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketReplicationCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type ReplicationRule,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { samplesOf } from '../../infra/sandbox/metrics.ts';
import { replicationWorker } from '../../infra/sandbox/replication/worker.ts';
import {
  beside,
  deny,
  editBucketPolicy,
  editDestination,
  editReplication,
  editRolePolicy,
  editRule,
  editRules,
} from '../support/edits.ts';
import { aDocument } from '../support/live-replication.ts';
import { createBucket } from '../support/world.ts';
import { aScene, queueArn, type Scene } from './replication-support.ts';

const versionIn = ({ world }: Scene, bucket: string, key: string) => world.s3.buckets.get(bucket)?.objects.get(key)?.[0];

describe('a replica', () => {
  it('is the object again, under the key and in the hands of the destination', async () => {
    const scene = await aScene();
    const headers = { Metadata: { team: 'orders' }, ContentType: 'text/plain', Tagging: 'k=v' };

    const { written, replica } = await scene.write('a.txt', headers);

    expect(written).toMatchObject({ ReplicationStatus: 'COMPLETED', SSEKMSKeyId: scene.source.key, BucketKeyEnabled: true });
    expect(replica).toMatchObject({
      ReplicationStatus: 'REPLICA',
      VersionId: written?.VersionId,
      LastModified: written?.LastModified,
      ETag: written?.ETag,
      SSEKMSKeyId: scene.destination.key,
      BucketKeyEnabled: true,
      ContentType: 'text/plain',
      Metadata: { team: 'orders' },
    });
    expect(versionIn(scene, 'orders-dr', 'a.txt')).toMatchObject({ owner: '222222222222', tags: [{ Key: 'k', Value: 'v' }] });
  });

  it('is on its way for a moment', async () => {
    const scene = await aScene();
    await scene.put('a.txt');

    expect(await scene.head(scene.source, 'a.txt')).toMatchObject({ ReplicationStatus: 'PENDING' });
    expect(await scene.head(scene.destination, 'a.txt')).toBeUndefined();
  });

  it('keeps the Bucket Key state of the object it was made of', async () => {
    const scene = await aScene();

    const { replica } = await scene.write('a.txt', {
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: scene.source.key,
      BucketKeyEnabled: false,
    });

    expect(replica).toMatchObject({ SSEKMSKeyId: scene.destination.key });
    expect(replica?.BucketKeyEnabled).toBeFalsy();
  });

  it('keeps the kind of encryption: S3 keys stay S3 keys, dual stays dual', async () => {
    const scene = await aScene();

    expect(await scene.write('plain', { ServerSideEncryption: 'AES256' })).toMatchObject({
      replica: { ServerSideEncryption: 'AES256' },
    });
    expect(await scene.write('dual', { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: scene.source.key })).toMatchObject({
      replica: { ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: scene.destination.key },
    });
  });

  it('of a customer-encrypted object needs no key, unless the destination blocks such objects', async () => {
    const scene = await aScene();
    const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 7).toString('base64') };
    await scene.write('ours', customer);
    await scene.someone.s3(scene.destination).send(
      new PutBucketEncryptionCommand({
        Bucket: 'orders-dr',
        ServerSideEncryptionConfiguration: { Rules: [{ BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] } }] },
      }),
    );
    await scene.write('blocked', customer);

    expect(versionIn(scene, 'orders-dr', 'ours')).toMatchObject({ encryption: { algorithm: 'SSE-C' } });
    expect(versionIn(scene, 'orders-dr', 'blocked')).toBeUndefined();
  });

  it('leaves tags behind where the role may not read them', async () => {
    const scene = await aScene();
    await editRolePolicy(scene.they, beside({ Effect: 'Deny', Action: 's3:ListAllMyBuckets', Resource: '*' }));
    await editRolePolicy(scene.they, (statements) =>
      statements.map((statement) => ({
        ...statement,
        Action: [statement.Action].flat().filter((one) => one !== 's3:GetObjectVersionTagging') as string[],
      })),
    );

    const { replica } = await scene.write('a.txt', { Tagging: 'k=v' });

    expect(replica?.ReplicationStatus).toBe('REPLICA');
    expect(versionIn(scene, 'orders-dr', 'a.txt')).toMatchObject({ tags: [] });
  });

  it.each([
    ['BucketOwnerEnforced', true, '222222222222'],
    ['BucketOwnerEnforced', false, '222222222222'],
    ['ObjectWriter', true, '222222222222'],
    ['ObjectWriter', false, '111111111111'],
  ] as const)('with %s and override %s belongs to %s', async (ObjectOwnership, override, owner) => {
    const scene = await aScene();
    await scene.someone
      .s3(scene.destination)
      .send(new PutBucketOwnershipControlsCommand({ Bucket: 'orders-dr', OwnershipControls: { Rules: [{ ObjectOwnership }] } }));
    if (!override) await editDestination(scene.they, ({ AccessControlTranslation: _, ...to }) => to);

    await scene.write('a.txt');

    expect(versionIn(scene, 'orders-dr', 'a.txt')?.owner).toBe(owner);
  });

  it('is in the storage class of the rule, else in that of the object', async () => {
    const scene = await aScene();
    expect(await scene.write('a', { StorageClass: 'STANDARD_IA' })).toMatchObject({ replica: { StorageClass: 'STANDARD_IA' } });
    await editDestination(scene.they, (to) => ({ ...to, StorageClass: 'GLACIER_IR' }));
    expect(await scene.write('b', { StorageClass: 'STANDARD_IA' })).toMatchObject({ replica: { StorageClass: 'GLACIER_IR' } });
  });

  it('takes over tags that are changed later', async () => {
    const scene = await aScene();
    await scene.write('a.txt');
    const Tagging = { TagSet: [{ Key: 'later', Value: 'yes' }] };
    await scene.someone.s3(scene.source).send(new PutObjectTaggingCommand({ Bucket: 'orders', Key: 'a.txt', Tagging }));
    expect(await scene.head(scene.source, 'a.txt')).toMatchObject({ ReplicationStatus: 'PENDING' });
    await scene.clock.advance(60);

    const { TagSet } = await scene.someone
      .s3(scene.destination)
      .send(new GetObjectTaggingCommand({ Bucket: 'orders-dr', Key: 'a.txt' }));

    expect(TagSet).toEqual(Tagging.TagSet);
    expect(await scene.head(scene.source, 'a.txt')).toMatchObject({ ReplicationStatus: 'COMPLETED' });
  });
});

describe('what is not replicated', () => {
  it('are objects written before the configuration, for good', async () => {
    const scene = await aScene();
    const s3 = scene.someone.s3(scene.source);
    await s3.send(new DeleteBucketReplicationCommand({ Bucket: 'orders' }));
    await scene.write('before');
    expect(await scene.repair()).toEqual([]);
    await scene.clock.advance(3600);

    expect((await scene.head(scene.source, 'before'))?.ReplicationStatus).toBeUndefined();
    expect(await scene.head(scene.destination, 'before')).toBeUndefined();
  });

  it('are archived objects', async () => {
    const scene = await aScene();

    expect(await scene.write('a', { StorageClass: 'GLACIER' })).toMatchObject({ replica: undefined });
  });

  it('is the deletion of a version', async () => {
    const scene = await aScene();
    const { written } = await scene.write('a.txt');
    await scene.someone
      .s3(scene.source)
      .send(new DeleteObjectCommand({ Bucket: 'orders', Key: 'a.txt', VersionId: written?.VersionId }));
    await scene.clock.advance(60);

    expect(await scene.head(scene.destination, 'a.txt')).toMatchObject({ ReplicationStatus: 'REPLICA' });
  });

  it.each([
    ['Enabled', undefined],
    ['Disabled', expect.objectContaining({ ReplicationStatus: 'REPLICA' })],
  ] as const)('is a delete marker unless the rule says so: %s', async (Status, replica) => {
    const scene = await aScene(aDocument({ rules: [{ id: 'all', deleteMarkers: Status === 'Enabled' }] }));
    await scene.write('a.txt');
    await scene.someone.s3(scene.source).send(new DeleteObjectCommand({ Bucket: 'orders', Key: 'a.txt' }));
    await scene.clock.advance(60);

    expect(await scene.head(scene.destination, 'a.txt')).toEqual(replica);
  });

  it('is what comes by replication itself', async () => {
    const scene = await aScene();
    const third = { account: '222222222222', region: 'eu-central-1' };
    await createBucket({ name: 'third', ...third } as never, scene.someone);
    await scene.someone
      .s3(third)
      .send(new PutBucketVersioningCommand({ Bucket: 'third', VersioningConfiguration: { Status: 'Enabled' } }));
    await scene.someone.s3(third).send(
      new PutBucketReplicationCommand({
        Bucket: 'orders-dr',
        ReplicationConfiguration: { Role: 'arn:aws:iam::222222222222:role/onwards', Rules: [ruleTo('third', 1)] },
      }),
    );

    await scene.write('a.txt');

    expect(await scene.head({ ...scene.destination, bucket: 'third' }, 'a.txt')).toBeUndefined();
    expect(await scene.head(scene.destination, 'a.txt')).toMatchObject({ ReplicationStatus: 'REPLICA' });
  });
});

const ruleTo = (bucket: string, Priority: number, more: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID: `to-${bucket}-${Priority}`,
  Priority,
  Status: 'Enabled',
  Filter: { Prefix: '' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: { Bucket: `arn:aws:s3:::${bucket}` },
  ...more,
});

describe('several rules', () => {
  it('let the one with the highest priority decide, for each destination', async () => {
    const scene = await aScene();
    await editRules(scene.they, (rules) => [
      ...rules,
      {
        ...rules[0],
        ID: 'cold',
        Priority: 900,
        Filter: { Prefix: 'cold/' },
        Destination: { ...rules[0]?.Destination, StorageClass: 'GLACIER_IR' },
      } as ReplicationRule,
    ]);

    expect(await scene.write('cold/a')).toMatchObject({ replica: { StorageClass: 'GLACIER_IR' } });
    expect((await scene.write('warm/a')).replica?.StorageClass).toBeUndefined();
  });

  it('fail the object when one destination fails, and copy it to the others', async () => {
    const scene = await aScene();
    await createBucket({ name: 'second', account: '111111111111', region: 'eu-west-1' } as never, scene.someone);
    const s3 = scene.someone.s3(scene.source);
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'second', VersioningConfiguration: { Status: 'Enabled' } }));
    await editRules(scene.they, (rules) => [...rules, ruleTo('second', 5)]);

    const { written, replica } = await scene.write('a', { ServerSideEncryption: 'AES256' });

    expect(written?.ReplicationStatus).toBe('FAILED');
    expect(replica?.ReplicationStatus).toBe('REPLICA');
  });

  it('of the first version of the schema replicate delete markers', async () => {
    const scene = await aScene();
    await editReplication(scene.they, ({ Role, Rules = [] }) => {
      const { Filter: _, DeleteMarkerReplication: __, Priority: ___, ...rule } = Rules[0] as ReplicationRule;
      const { ReplicationTime: ____, ...to } = rule.Destination ?? { Bucket: undefined };
      return { Role, Rules: [{ ...rule, Prefix: '', Destination: to }] };
    });
    await editRolePolicy(
      scene.they,
      beside({ Sid: 'M', Effect: 'Allow', Action: 's3:ReplicateDelete', Resource: 'arn:aws:s3:::orders-dr/*' }),
    );
    await editBucketPolicy(scene.they, scene.destination, (statements) => [
      ...statements,
      {
        Sid: 'M',
        Effect: 'Allow',
        Principal: { AWS: scene.role.arn },
        Action: 's3:ReplicateDelete',
        Resource: 'arn:aws:s3:::orders-dr/*',
      },
    ]);
    await scene.write('a.txt');
    await scene.someone.s3(scene.source).send(new DeleteObjectCommand({ Bucket: 'orders', Key: 'a.txt' }));
    await scene.clock.advance(60);

    expect(versionIn(scene, 'orders-dr', 'a.txt')).toMatchObject({ kind: 'delete-marker', replication: { isReplica: true } });
  });

  it('take only objects that carry their tags from the start', async () => {
    const scene = await aScene(aDocument({ rules: [{ id: 'tagged', tags: { replicate: 'yes' } }] }));

    expect((await scene.write('with', { Tagging: 'replicate=yes&more=1' })).written?.ReplicationStatus).toBe('COMPLETED');
    expect((await scene.write('without')).written?.ReplicationStatus).toBeUndefined();
  });
});

describe('changes of a replica', () => {
  it.each([
    [true, [{ Key: 'from', Value: 'dr' }]],
    [false, []],
  ])('go back to the source only where ReplicaModifications is on: %s', async (replicaModifications, tags) => {
    const rules = [{ id: 'all', replicaModifications }];
    const there = { ...aDocument({ rules }).replications['orders-dr'] } as { source: object; destination: object };
    const document = {
      version: 1,
      replications: {
        'orders-dr': there,
        'orders-back': { ...there, source: { ...there.destination }, destination: { ...there.source } },
      },
    };
    const scene = await aScene(document);
    await scene.write('a.txt');

    const Tagging = { TagSet: [{ Key: 'from', Value: 'dr' }] };
    await scene.someone.s3(scene.destination).send(new PutObjectTaggingCommand({ Bucket: 'orders-dr', Key: 'a.txt', Tagging }));
    await scene.clock.advance(60);

    expect(versionIn(scene, 'orders', 'a.txt')).toMatchObject({ tags });
    expect(await scene.head(scene.destination, 'a.txt')).toMatchObject({ ReplicationStatus: 'REPLICA' });
  });
});

describe('what S3 tells of replication', () => {
  it('is why an object failed, in full', async () => {
    const scene = await aScene();
    await scene.listen();
    const { ID } = scene.world.s3.buckets.get('orders')?.replication?.Rules?.[0] ?? {};
    await scene.someone.kms(scene.destination).send(new DisableKeyCommand({ KeyId: scene.destination.key }));

    const { written } = await scene.write('a b/ü.txt');

    expect(scene.records()).toEqual([
      {
        eventVersion: '2.2',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: expect.stringMatching(/^2026-01-01T.*Z$/),
        eventName: 'Replication:OperationFailedReplication',
        userIdentity: { principalId: 's3.amazonaws.com' },
        requestParameters: { sourceIPAddress: 's3.amazonaws.com' },
        responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'failures',
          bucket: { name: 'orders', ownerIdentity: { principalId: expect.any(String) }, arn: 'arn:aws:s3:::orders' },
          object: {
            key: 'a+b/%C3%BC.txt',
            size: 8,
            eTag: written?.ETag?.replaceAll('"', ''),
            versionId: written?.VersionId,
            sequencer: expect.stringMatching(/^[0-9A-F]+$/),
          },
        },
        replicationEventData: {
          replicationRuleId: ID,
          destinationBucket: 'arn:aws:s3:::orders-dr',
          s3Operation: 'OBJECT_PUT',
          requestTime: expect.stringMatching(/^2026-01-01T/),
          failureReason: 'DstKmsKeyInvalidState',
        },
      },
    ]);
  });

  it('is nothing where the rule has no metrics', async () => {
    const scene = await aScene();
    await scene.listen();
    await editDestination(scene.they, ({ Metrics: _, ReplicationTime: __, ...to }) => to);
    await editBucketPolicy(scene.they, scene.destination, beside(deny('*', 's3:*', 'arn:aws:s3:::orders-dr/*')));

    expect((await scene.write('a.txt')).written?.ReplicationStatus).toBe('FAILED');
    expect(scene.records()).toEqual([]);
  });

  it('begins with a message to try the target out', async () => {
    const scene = await aScene();
    await scene.listen();

    expect(scene.world.notifications.sent.at(-1)).toMatchObject({
      target: { arn: queueArn },
      message: { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'orders' },
    });
  });

  it('is that the 15 minutes of Time Control were missed, and made up for', async () => {
    const scene = await aScene();
    await scene.listen();
    await editDestination(scene.they, (to) => ({
      ...to,
      ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
    }));
    const worker = replicationWorker(scene.world);
    worker.pause();
    await scene.put('late');
    await scene.clock.advance(20 * 60);
    worker.resume();
    await scene.write('in time');

    expect(scene.records().map(({ eventName }) => eventName)).toEqual([
      'Replication:OperationMissedThreshold',
      'Replication:OperationReplicatedAfterThreshold',
    ]);
  });

  it('is one count for every operation, in the region of the source', async () => {
    const scene = await aScene();
    const dimensions = {
      SourceBucket: 'orders',
      DestinationBucket: 'orders-dr',
      RuleId: scene.world.s3.buckets.get('orders')?.replication?.Rules?.[0]?.ID ?? '',
    };
    const series = {
      account: '111111111111',
      region: 'eu-west-1',
      namespace: 'AWS/S3',
      name: 'OperationsFailedReplication',
      dimensions,
    };
    const all = { ...series, from: new Date(0), to: new Date('2100-01-01') };
    await scene.clock.advance(600);
    expect(samplesOf(scene.world, all), 'nothing is published where nothing is replicated').toEqual([]);

    await scene.write('good');
    await scene.someone.kms(scene.destination).send(new DisableKeyCommand({ KeyId: scene.destination.key }));
    await scene.write('bad');

    expect(samplesOf(scene.world, all).map(({ value }) => value)).toEqual([0, 1]);
  });

  it('is what is pending, every minute, in the region of the destination, as long as that is there', async () => {
    const scene = await aScene();
    const pending = (name: string) =>
      samplesOf(scene.world, {
        account: '111111111111',
        region: 'eu-central-1',
        namespace: 'AWS/S3',
        name,
        from: new Date(0),
        to: new Date('2100-01-01'),
      }).map(({ value }) => value);
    const worker = replicationWorker(scene.world);
    await scene.clock.advance(121);
    worker.pause();
    await scene.put('x');
    await scene.clock.advance(120);
    worker.resume();
    await scene.clock.advance(60);

    expect(pending('OperationsPendingReplication')).toEqual([0, 0, 0, 1, 1, 0]);
    expect(pending('BytesPendingReplication')).toEqual([0, 0, 0, 8, 8, 0]);
    expect(pending('ReplicationLatency').map(Math.round)).toEqual([0, 0, 0, 59, 119, 0]);
    await editRule(scene.they, (rule) => ({ ...rule, Status: 'Disabled' }));
    await scene.clock.advance(600);
    expect(pending('OperationsPendingReplication')).toHaveLength(6);
  });
});

describe('keys of objects', () => {
  it.each([
    ['a disabled key', 'KMS.DisabledException', 400],
    ['a key that is not there', 'KMS.NotFoundException', 400],
    ['a key of another region', 'KMS.NotFoundException', 400],
    ["another account's key that does not let the caller in", 'AccessDenied', 403],
  ])('refuse to write under %s', async (what, code, status) => {
    const scene = await aScene();
    const kms = scene.someone.kms(scene.source);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const other = await scene.someone.kms({ ...scene.source, account: '333333333333' }).send(new CreateKeyCommand({}));
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    const keys: Readonly<Record<string, string | undefined>> = {
      'a disabled key': KeyMetadata?.Arn,
      'a key that is not there': `${scene.source.key.slice(0, -4)}0000`,
      'a key of another region': scene.destination.key,
    };
    const SSEKMSKeyId = keys[what] ?? other.KeyMetadata?.Arn;
    const put = scene.someone
      .s3(scene.source)
      .send(new PutObjectCommand({ Bucket: 'orders', Key: 'x', Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSKeyId }));

    await expect(put).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: status } });
  });

  it('stand in the way of reading as soon as they are disabled', async () => {
    const scene = await aScene();
    await scene.write('a.txt');
    await scene.someone.kms(scene.source).send(new DisableKeyCommand({ KeyId: scene.source.key }));
    const s3 = scene.someone.s3(scene.source);

    await expect(s3.send(new GetObjectCommand({ Bucket: 'orders', Key: 'a.txt' }))).rejects.toMatchObject({
      name: 'KMS.DisabledException',
    });
  });

  it('are the ones of the customer, who has to bring them to read', async () => {
    const scene = await aScene();
    const SSECustomerKey = Buffer.alloc(32, 7).toString('base64');
    await scene.put('a', { SSECustomerAlgorithm: 'AES256', SSECustomerKey });
    const s3 = scene.someone.s3(scene.source);
    const get = (more: object) => s3.send(new GetObjectCommand({ Bucket: 'orders', Key: 'a', ...more }));

    await expect(get({})).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(
      get({ SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32, 8).toString('base64') }),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await get({ SSECustomerAlgorithm: 'AES256', SSECustomerKey })).toMatchObject({ SSECustomerAlgorithm: 'AES256' });
  });

  it('is aws/s3 where KMS is asked for without a key', async () => {
    const scene = await aScene();
    await scene.put('a', { ServerSideEncryption: 'aws:kms' });

    const { SSEKMSKeyId = '' } = await scene.someone.s3(scene.source).send(new HeadObjectCommand({ Bucket: 'orders', Key: 'a' }));

    expect(scene.world.kms.aliases.get('arn:aws:kms:eu-west-1:111111111111:alias/aws/s3')?.keyArn).toBe(SSEKMSKeyId);
  });
});
