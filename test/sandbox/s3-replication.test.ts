import {
  DeleteBucketReplicationCommand,
  type Destination,
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  type ReplicationRule,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { destination, refusalOf, replicationRole, source, twoAccounts } from './s3-support.ts';

const replica: Destination = { Bucket: 'arn:aws:s3:::orders-dr' };
const aRule = (changes: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID: 'all',
  Priority: 1,
  Status: 'Enabled',
  Filter: {},
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: replica,
  ...changes,
});
const to = (changes: Partial<Destination>) => aRule({ Destination: { ...replica, ...changes } });
const fifteen = { Minutes: 15 };
const tag = { Key: 'k', Value: 'v' };

let world: ReturnType<typeof twoAccounts>;
const put = (rules: ReplicationRule[], role = replicationRole) =>
  world
    .s3(source)
    .send(new PutBucketReplicationCommand({ Bucket: 'orders', ReplicationConfiguration: { Role: role, Rules: rules } }));
const rulesRead = async () =>
  (await world.s3(source).send(new GetBucketReplicationCommand({ Bucket: 'orders' }))).ReplicationConfiguration?.Rules;

beforeEach(async () => {
  world = twoAccounts();
  await world.bucket(source, 'orders');
  await world.bucket(destination, 'orders-dr');
  await world.versioned(source, 'orders');
  await world.versioned(destination, 'orders-dr');
});

describe('a replication configuration', () => {
  it('reads back as it was put, and is replaced whole', async () => {
    await put([aRule({ ID: 'old' })]);
    const full = aRule({
      Filter: { And: { Prefix: 'a/', Tags: [tag, { Key: 'l', Value: '' }] } },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' }, ReplicaModifications: { Status: 'Disabled' } },
      Destination: {
        ...replica,
        Account: '222222222222',
        StorageClass: 'STANDARD_IA',
        AccessControlTranslation: { Owner: 'Destination' },
        EncryptionConfiguration: { ReplicaKmsKeyID: 'arn:aws:kms:eu-central-1:222222222222:key/not-there' },
        ReplicationTime: { Status: 'Enabled', Time: fifteen },
        Metrics: { Status: 'Enabled', EventThreshold: fifteen },
      },
    });

    await put([full]);

    expect(await rulesRead()).toEqual([full]);
  });

  it('names a rule that has no ID', async () => {
    await put([aRule({ ID: undefined }), aRule({ ID: undefined, Priority: 2 })]);

    const ids = (await rulesRead())?.map((rule) => rule.ID);

    expect(new Set(ids).size).toBe(2);
    expect(ids?.every((id) => id && id.length <= 255)).toBe(true);
  });

  it.each<[string, ReplicationRule]>([
    ['an empty filter', aRule({ Filter: {} })],
    ['an empty prefix', aRule({ Filter: { Prefix: '' } })],
    ['a tag', aRule({ Filter: { Tag: tag } })],
    ['no filter but a prefix (V1)', { ID: 'v1', Status: 'Enabled', Prefix: '', Destination: replica }],
    ['metrics without Replication Time Control', to({ Metrics: { Status: 'Enabled' } })],
    [
      'replica modifications without SSE-KMS',
      aRule({ SourceSelectionCriteria: { ReplicaModifications: { Status: 'Enabled' } } }),
    ],
    ['the destination account without owner override', to({ Account: '222222222222' })],
  ])('may have %s', async (_, rule) => {
    await put([rule]);

    expect(await rulesRead()).toEqual([rule]);
  });

  it.each<[because: string, code: string, rules: ReplicationRule[]]>([
    ['there must be a rule', 'MalformedXML', []],
    ['a status is Enabled or Disabled', 'MalformedXML', [aRule({ Status: 'On' as 'Enabled' })]],
    ['a filter needs a priority beside it', 'MalformedXML', [aRule({ Priority: undefined })]],
    ['a filter needs delete marker replication beside it', 'MalformedXML', [aRule({ DeleteMarkerReplication: undefined })]],
    ['a rule has a filter or a prefix', 'MalformedXML', [aRule({ Prefix: '' })]],
    ['a rule without filter has a prefix', 'MalformedXML', [{ ID: 'v1', Status: 'Enabled', Destination: replica }]],
    ['V1 knows no delete marker setting', 'MalformedXML', [aRule({ Filter: undefined, Prefix: '' })]],
    ['existing objects are for batch replication', 'MalformedXML', [aRule({ ExistingObjectReplication: { Status: 'Enabled' } })]],
    ['a filter selects in one way', 'MalformedXML', [aRule({ Filter: { Prefix: 'a', Tag: tag } })]],
    ['the storage class is of the list', 'MalformedXML', [to({ StorageClass: 'OUTPOSTS' })]],
    ['a rule ID has 255 characters at most', 'InvalidArgument', [aRule({ ID: 'x'.repeat(256) })]],
    ['a rule ID is ASCII', 'InvalidArgument', [aRule({ ID: 'ü' })]],
    ['rule IDs are unique', 'InvalidArgument', [aRule(), aRule({ Priority: 2 })]],
    ['priorities are unique', 'InvalidRequest', [aRule(), aRule({ ID: 'b' })]],
    [
      'there are 1,000 rules at most',
      'InvalidRequest',
      Array.from({ length: 1001 }, (_, n) => aRule({ ID: `r${n}`, Priority: n })),
    ],
    [
      'delete markers have no tags to filter by',
      'InvalidRequest',
      [aRule({ Filter: { Tag: tag }, DeleteMarkerReplication: { Status: 'Enabled' } })],
    ],
    ['tag keys are unique', 'InvalidRequest', [aRule({ Filter: { And: { Tags: [tag, tag] } } })]],
    ['the destination must exist', 'InvalidRequest', [to({ Bucket: 'arn:aws:s3:::nowhere' })]],
    ['the destination is another bucket', 'InvalidRequest', [to({ Bucket: 'arn:aws:s3:::orders' })]],
    ['the destination is an ARN', 'InvalidArgument', [to({ Bucket: 'orders-dr' })]],
    ['owner override needs the account', 'InvalidRequest', [to({ AccessControlTranslation: { Owner: 'Destination' } })]],
    ['the account must own the destination', 'InvalidArgument', [to({ Account: '111111111111' })]],
    ['the account must not be empty', 'InvalidArgument', [to({ Account: '' })]],
    [
      'SSE-KMS selection needs a replica key',
      'InvalidRequest',
      [aRule({ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } })],
    ],
    ['a replica key needs SSE-KMS selection', 'InvalidRequest', [to({ EncryptionConfiguration: { ReplicaKmsKeyID: 'k' } })]],
    ['time control needs metrics', 'InvalidRequest', [to({ ReplicationTime: { Status: 'Enabled', Time: fifteen } })]],
    [
      'a metrics threshold needs time control',
      'InvalidRequest',
      [to({ Metrics: { Status: 'Enabled', EventThreshold: fifteen } })],
    ],
    [
      'time control is 15 minutes',
      'InvalidArgument',
      [
        to({
          ReplicationTime: { Status: 'Enabled', Time: { Minutes: 10 } },
          Metrics: { Status: 'Enabled', EventThreshold: fifteen },
        }),
      ],
    ],
    [
      'metrics under time control have a threshold',
      'InvalidArgument',
      [to({ ReplicationTime: { Status: 'Enabled', Time: fifteen }, Metrics: { Status: 'Enabled' } })],
    ],
    [
      'time control and metrics have one status',
      'InvalidRequest',
      [to({ ReplicationTime: { Status: 'Disabled', Time: fifteen }, Metrics: { Status: 'Enabled', EventThreshold: fifteen } })],
    ],
  ])('is refused, and the old one stays: %s', async (_, code, rules) => {
    await put([aRule({ ID: 'old' })]);

    const refusal = await refusalOf(put(rules));

    expect(refusal).toMatchObject({ code, status: 400 });
    expect(await rulesRead()).toEqual([aRule({ ID: 'old' })]);
  });

  it.each([
    ['replication', 'InvalidArgument', 400],
    ['arn:aws:iam::111111111111:user/replication', 'InvalidArgument', 400],
    ['arn:aws:iam::222222222222:role/replication', 'AccessDenied', 403],
  ])('is refused with the role %s', async (role, code, status) => {
    expect(await refusalOf(put([aRule()], role))).toMatchObject({ code, status });
  });

  it('needs versioning on both sides', async () => {
    await world.versioned(destination, 'orders-dr', 'Suspended');
    expect((await refusalOf(put([aRule()]))).message).toBe('Destination bucket must have versioning enabled.');

    await world.versioned(destination, 'orders-dr');
    await world.versioned(source, 'orders', 'Suspended');
    expect((await refusalOf(put([aRule()]))).message).toMatch(/^Versioning must be 'Enabled' on the bucket/);
  });

  it('needs Object Lock at the destination when the source has it', async () => {
    await world.bucket(source, 'locked', { ObjectLockEnabledForBucket: true });
    await world.bucket(destination, 'locked-dr', { ObjectLockEnabledForBucket: true });
    const replicate = (bucket: string) => {
      const configuration = { Role: replicationRole, Rules: [to({ Bucket: `arn:aws:s3:::${bucket}` })] };
      return world
        .s3(source)
        .send(new PutBucketReplicationCommand({ Bucket: 'locked', ReplicationConfiguration: configuration }));
    };

    expect(await refusalOf(replicate('orders-dr'))).toMatchObject({ code: 'InvalidRequest' });
    await expect(replicate('locked-dr')).resolves.toBeDefined();
  });

  it('holds versioning of the source in place until it is deleted, and not that of the destination', async () => {
    await put([aRule()]);
    const suspend = () =>
      world
        .s3(source)
        .send(new PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Suspended' } }));

    expect(await refusalOf(suspend())).toMatchObject({ code: 'InvalidBucketState', status: 409 });
    await expect(world.versioned(destination, 'orders-dr', 'Suspended')).resolves.toBeDefined();
    await world.s3(source).send(new DeleteBucketReplicationCommand({ Bucket: 'orders' }));
    await expect(suspend()).resolves.toBeDefined();
    expect(await refusalOf(rulesRead())).toMatchObject({ code: 'ReplicationConfigurationNotFoundError', status: 404 });
  });

  it('keeps any set of rules with distinct IDs and priorities, in its order', async () => {
    const rule = fc.record({
      ID: fc.stringMatching(/^[!-~]{1,40}$/),
      Priority: fc.nat(2 ** 31 - 1),
      Status: fc.constantFrom('Enabled' as const, 'Disabled' as const),
      Filter: fc.constantFrom({}, { Prefix: '' }, { Prefix: 'a&b/<c>' }, { Tag: tag }),
    });
    const sets = fc
      .uniqueArray(rule, { minLength: 1, maxLength: 8, selector: (one) => one.ID })
      .filter((rules) => new Set(rules.map((one) => one.Priority)).size === rules.length);
    await fc.assert(
      fc.asyncProperty(sets, async (generated) => {
        const rules = generated.map((one) => aRule(one));
        await put(rules);
        expect(await rulesRead()).toEqual(rules);
      }),
      { numRuns: 40 },
    );
  });
});
