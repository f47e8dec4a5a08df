import type { ReplicationConfiguration, ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Discovered, type DiscoverRequest, discover, type LiveBucket } from '../shared/discover.ts';
import type { AwsGateway } from '../shared/model/aws-call.ts';
import { InvalidDocument } from '../shared/model/desired-state.ts';
import type { Input, Operation, Output } from '../shared/model/operations.ts';
import { isCrossAccount, type Replication } from '../shared/model/replication.ts';
import { resolveKeys } from '../shared/stages/resolve-keys.ts';
import { aDocument, destinationEnd, leftOf, live, now, pass, replicationsIn, sourceEnd } from './support/live-replication.ts';
import type { LocalGateway } from './support/local-gateway.ts';

const pair: DiscoverRequest = {
  source: { bucket: 'orders', account: '111111111111' },
  destination: { bucket: 'orders-dr', account: '222222222222' },
  managed: true,
  region: 'us-east-1',
};

const found = (aws: AwsGateway, more: Partial<DiscoverRequest> = {}): Promise<Discovered> =>
  discover({ ...pair, ...more }, aws, now);

/** The only replication of what was found, without what never varies. */
function fieldsOf({ document }: Discovered): Record<string, unknown> {
  return Object.values(document.replications)[0] as Record<string, unknown>;
}

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const block = fc.boolean();
const blockPublicAccess = fc.oneof(
  fc.constant(true as const),
  fc.record({
    BlockPublicAcls: block,
    IgnorePublicAcls: block,
    BlockPublicPolicy: fc.constant(true),
    RestrictPublicBuckets: fc.constant(true),
  }),
);
const side = {
  bucketKey: sometimes(fc.boolean()),
  objectOwnership: sometimes(fc.constantFrom('BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter')),
  blockPublicAccess: sometimes(blockPublicAccess),
};
const tagKey = fc.constantFrom('team', 'cost centre', '__proto__', 'Größe');
const tagList = fc.uniqueArray(fc.record({ Key: tagKey, Value: fc.constantFrom('', 'orders', 'a=b') }), {
  selector: ({ Key }) => Key,
  minLength: 1,
  maxLength: 3,
});
const rule = (index: number) =>
  fc
    .record({
      id: sometimes(fc.constantFrom(`rule ${index}`, `lockstep-${index}`, `z-${index}`)),
      prefix: fc.constant(`part-${index}/`),
      tags: sometimes(tagList),
      priority: sometimes(fc.constantFrom(index, 10 - index, 100 + index)),
      status: sometimes(fc.constantFrom('Enabled', 'Disabled')),
      storageClass: sometimes(fc.constantFrom('STANDARD', 'GLACIER_IR', 'DEEP_ARCHIVE')),
      deleteMarkers: sometimes(fc.boolean()),
      replicaModifications: sometimes(fc.boolean()),
      timeControl: sometimes(fc.boolean()),
    })
    .map((given) => (given.tags === undefined ? given : { ...given, deleteMarkers: false }));
const rules = fc
  .integer({ min: 1, max: 4 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => rule(index))));
const lifecycle = fc.record({
  prefix: sometimes(fc.constant('tmp/')),
  expireAfterDays: fc.constantFrom(1, 400),
  noncurrentExpireAfterDays: sometimes(fc.constant(7)),
});

const anyDocument = fc
  .record({
    name: fc.constantFrom('orders-dr', 'o', 'lockstep-7'),
    inOneAccount: fc.boolean(),
    source: fc.record({ ...side, keys: sometimes(fc.constant(['arn:aws:kms:eu-west-1:111111111111:alias/older'])) }),
    destination: fc.record({ ...side, objectLock: sometimes(fc.boolean()) }),
    role: sometimes(fc.constantFrom('replicator', 'arn:aws:iam::111111111111:role/team/replicator')),
    ownership: sometimes(fc.constantFrom('source', 'destination')),
    lifecycle: sometimes(fc.record({ source: sometimes(lifecycle), destination: sometimes(lifecycle) })),
    rules: sometimes(rules),
  })
  .map(({ name, inOneAccount, destination, ...more }) => {
    const place = inOneAccount ? { account: '111111111111', key: 'arn:aws:kms:eu-central-1:111111111111:alias/orders-dr' } : {};
    return {
      account: inOneAccount ? '111111111111' : '222222222222',
      document: aDocument(clean({ ...more, destination: { ...destination, ...place } }), name),
    };
  });

const clean = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** What a document means, without names and spellings. */
async function meaningOf(document: unknown, aws: LocalGateway): Promise<unknown> {
  const [r] = await resolveKeys(replicationsIn(document), aws);
  if (r === undefined) throw new Error('no replication');
  const endOf = ({
    key,
    objectOwnership: _,
    blockPublicAccess: __,
    ...end
  }: Replication['source'] | Replication['destination']) => ({ ...end, key: key.arn });
  const { source, destination, role, ownership } = r;
  return {
    source: { ...endOf(source), furtherKeys: source.furtherKeys.map(({ arn }) => arn).sort() },
    destination: endOf(destination),
    role,
    ownership: isCrossAccount(r) ? ownership : 'destination',
    rules: r.rules
      .map(({ priorityFixed: _, tags, ...rule }) => ({ ...rule, tags: tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1)) }))
      .sort((a, b) => a.priority - b.priority),
  };
}

type Path = readonly (string | number)[];

const without = (value: unknown, [first, ...rest]: Path): unknown => {
  if (Array.isArray(value)) return value.map((item, index) => (index === first ? without(item, rest) : item));
  const fields = Object.entries(value as object).filter(([name]) => rest.length > 0 || name !== first);
  return Object.fromEntries(fields.map(([name, field]) => [name, name === first ? without(field, rest) : field]));
};

/** Fields that could be left out without making the document invalid. */
function optionalFields(input: Record<string, unknown>): readonly Path[] {
  const needed = new Set(['account', 'region', 'bucket', 'key', 'objectOwnership', 'blockPublicAccess']);
  const ofSides = ['source', 'destination'].flatMap((end) =>
    Object.keys(input[end] as object)
      .filter((name) => !needed.has(name))
      .map((name): Path => [end, name]),
  );
  const ofRules = ((input.rules ?? []) as readonly object[]).flatMap((one, index) =>
    Object.keys(one).map((name): Path => ['rules', index, name]),
  );
  return [...ofSides, ...ofRules, ...['role', 'ownership', 'rules'].filter((name) => name in input).map((name): Path => [name])];
}

async function isInSync(document: unknown, aws: LocalGateway): Promise<boolean> {
  try {
    return leftOf(await pass(document, aws, false)).length === 0;
  } catch (error) {
    if (error instanceof InvalidDocument) return false;
    throw error;
  }
}

describe('reading a replication that Lockstep keeps', () => {
  it('gives a document that means the same, and for which plan finds nothing', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, async ({ account, document }) => {
        const { gateway } = await live(document);
        expect(leftOf(await pass(document, gateway, false)), 'in force').toEqual([]);

        const discovered = await found(gateway, { destination: { bucket: 'orders-dr', account } });

        expect(leftOf([discovered.report]), JSON.stringify(discovered.document)).toEqual([]);
        expect(await meaningOf(discovered.document, gateway)).toEqual(await meaningOf(document, gateway));
        expect(leftOf(await pass(discovered.document, gateway, false)), 'read again').toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('gives no field that could be left out', async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument, async ({ account, document }) => {
        const { gateway } = await live(document);

        const discovered = await found(gateway, { destination: { bucket: 'orders-dr', account } });

        const [name = ''] = Object.keys(discovered.document.replications);
        for (const path of optionalFields(fieldsOf(discovered))) {
          const less = without(discovered.document, ['replications', name, ...path]);
          expect(await isInSync(less, gateway), `${path.join('.')} of ${JSON.stringify(discovered.document)}`).toBe(false);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('writes nothing', async () => {
    const { gateway } = await live(aDocument());
    const before = gateway.counts.writes;

    await found(gateway);

    expect(gateway.counts.writes).toBe(before);
  });

  it('asks AWS for nothing twice', async () => {
    const { gateway } = await live(aDocument());
    const before = gateway.sent.length;

    await found(gateway);

    const asked = gateway.sent.slice(before).map((call) => JSON.stringify(call));
    expect(asked.length).toBe(new Set(asked).size);
  });
});

/** A world with the plain document in force, and then changed. */
async function changed(
  change: (gateway: LocalGateway) => Promise<unknown>,
  document: object = aDocument(),
): Promise<LocalGateway> {
  const { gateway } = await live(document);
  await change(gateway);
  return gateway;
}

const ends = {
  source: { account: '111111111111', region: 'eu-west-1', on: { Bucket: 'orders', ExpectedBucketOwner: '111111111111' } },
  destination: {
    account: '222222222222',
    region: 'eu-central-1',
    on: { Bucket: 'orders-dr', ExpectedBucketOwner: '222222222222' },
  },
};
type End = keyof typeof ends;

async function must<O extends Operation>(aws: LocalGateway, end: End, operation: O, input: object): Promise<Output<O>> {
  const { account, region } = ends[end];
  const reply = await aws.send({ operation, account, region, input: input as Input<O> });
  if (!reply.ok) throw new Error(`${operation}: ${reply.error.code}: ${reply.error.message}`);
  return reply.output;
}

const encrypt = (end: End, rule: object) => (aws: LocalGateway) =>
  must(aws, end, 's3:PutBucketEncryption', { ...ends[end].on, ServerSideEncryptionConfiguration: { Rules: [rule] } });

const replicate = (edit: (configuration: ReplicationConfiguration) => object) => async (aws: LocalGateway) => {
  const { ReplicationConfiguration: now = { Role: '', Rules: [] } } = await must(
    aws,
    'source',
    's3:GetBucketReplication',
    ends.source.on,
  );
  await must(aws, 'source', 's3:PutBucketReplication', { ...ends.source.on, ReplicationConfiguration: edit(now) });
};

const editRule = (edit: (rule: S3Rule) => object) => replicate(({ Rules, ...more }) => ({ ...more, Rules: Rules?.map(edit) }));

const keyArnOf = async (aws: LocalGateway, end: End): Promise<string> => {
  const { key } = end === 'source' ? sourceEnd : destinationEnd;
  return (await must(aws, end, 'kms:DescribeKey', { KeyId: key })).KeyMetadata?.Arn ?? '';
};

const setKeyPolicy = (end: End, statements: (arn: string) => readonly object[]) => async (aws: LocalGateway) => {
  const KeyId = await keyArnOf(aws, end);
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements(KeyId) });
  await must(aws, end, 'kms:PutKeyPolicy', { KeyId, PolicyName: 'default', Policy, BypassPolicyLockoutSafetyCheck: true });
};

const role = { AWS: 'arn:aws:iam::111111111111:role/lockstep-orders' };

describe('what a document says of what was found', () => {
  const cases: readonly { because: string; document?: object; change?: (aws: LocalGateway) => Promise<unknown>; says: object }[] =
    [
      {
        because: 'defaults go without saying',
        says: {
          source: expect.not.objectContaining({ bucketKey: true, accountAdmin: true }),
          destination: expect.not.objectContaining({ managed: true }),
        },
      },
      {
        because: 'ownership and public access are recorded as found',
        document: aDocument({ destination: { objectOwnership: 'BucketOwnerPreferred' } }),
        change: (aws) =>
          must(aws, 'source', 's3:PutPublicAccessBlock', {
            ...ends.source.on,
            PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
          }),
        says: {
          source: expect.objectContaining({
            objectOwnership: 'BucketOwnerEnforced',
            blockPublicAccess: {
              BlockPublicAcls: false,
              IgnorePublicAcls: false,
              BlockPublicPolicy: true,
              RestrictPublicBuckets: false,
            },
          }),
          destination: expect.objectContaining({ objectOwnership: 'BucketOwnerPreferred', blockPublicAccess: true }),
        },
      },
      {
        because: 'the bucket names its key by an alias, so the document does',
        change: encrypt('source', {
          ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: sourceEnd.key },
          BucketKeyEnabled: true,
        }),
        says: { source: expect.objectContaining({ key: sourceEnd.key }) },
      },
      {
        because: 'the key policy leaves its own account out',
        change: setKeyPolicy('destination', () => [
          {
            Sid: 'Admins',
            Effect: 'Allow',
            Principal: { AWS: '222222222222' },
            Action: ['kms:Put*', 'kms:Describe*', 'kms:Get*'],
            Resource: '*',
          },
          {
            Sid: 'LockstepReplicationKey',
            Effect: 'Allow',
            Principal: role,
            Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
            Resource: '*',
          },
        ]),
        says: { destination: expect.objectContaining({ accountAdmin: false }) },
      },
      {
        because: 'a lifecycle rule of others is not ours to keep',
        change: (aws) =>
          must(aws, 'source', 's3:PutBucketLifecycleConfiguration', {
            ...ends.source.on,
            LifecycleConfiguration: {
              Rules: [{ ID: 'tmp', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } }],
            },
          }),
        says: expect.not.objectContaining({ lifecycle: expect.anything() }),
      },
      {
        because: 'the rule of ours is there',
        document: aDocument({ lifecycle: { destination: { noncurrentExpireAfterDays: 30 } } }),
        says: { lifecycle: { destination: { noncurrentExpireAfterDays: 30 } } },
      },
      {
        because: 'no rule hands replicas over, across accounts',
        document: aDocument({ ownership: 'source' }),
        says: { ownership: 'source' },
      },
      {
        because: 'a role without a path is named by its name',
        document: aDocument({ role: 'replicator' }),
        says: { role: 'replicator' },
      },
      {
        because: 'the role may set retention on replicas',
        document: aDocument({ destination: { objectLock: true } }),
        says: { destination: expect.objectContaining({ objectLock: true }) },
      },
    ];

  it.each(cases)('$because', async ({ document, change = async () => {}, says }) => {
    const gateway = await changed(change, document);

    const discovered = await found(gateway);

    expect(fieldsOf(discovered)).toEqual(
      says instanceof Object && 'asymmetricMatch' in says ? says : expect.objectContaining(says),
    );
    expect(leftOf([discovered.report])).toEqual([]);
  });
});

describe('the name of the replication', () => {
  it.each([
    { because: 'the rule has the id this name gives it', id: 'lockstep-nightly', name: 'nightly' },
    { because: 'the id is of somebody else', id: 'nightly', name: 'orders-dr' },
    { because: 'no replication can be called so', id: 'lockstep-2 EU', name: 'orders-dr' },
  ])('is $name, since $because', async ({ id, name }) => {
    const gateway = await changed(editRule((rule) => ({ ...rule, ID: id })));

    expect(Object.keys((await found(gateway)).document.replications)).toEqual([name]);
  });

  it('is what was asked for, whatever the ids say', async () => {
    const { gateway } = await live(aDocument());

    const discovered = await found(gateway, { name: 'mine' });

    expect(discovered.document.replications).toEqual({
      mine: expect.objectContaining({ rules: [{ id: 'lockstep-orders-dr' }] }),
    });
    expect(leftOf([discovered.report])).toEqual([]);
  });

  it('is made fit where the bucket has a name no replication can have', async () => {
    const bucket = '7.orders.dr';
    const gateway = await changed(
      editRule((rule) => ({ ...rule, ID: 'x' })),
      aDocument({ destination: { bucket } }),
    );

    const discovered = await found(gateway, { destination: { bucket, account: '222222222222' } });

    expect(Object.keys(discovered.document.replications)).toEqual(['to-7-orders-dr']);
  });
});

describe('a replication somebody made by hand', () => {
  it('is written down, and what Lockstep would change is left to the plan', async () => {
    const gateway = await changed(
      editRule(({ Destination, ...rule }) => ({ ...rule, ID: 'all', Destination: { ...Destination, Metrics: undefined } })),
    );
    const { report, document } = await found(gateway);

    expect(report.steps.map(({ aspect, differences }) => [aspect, differences.map(({ path }) => path)])).toEqual([
      ['replication-configuration', ['Rules[all].Destination.Metrics']],
    ]);
    expect(fieldsOf({ document } as Discovered).rules).toEqual([{ id: 'all' }]);
  });

  it.each([
    { because: 'without KMS', by: { SSEAlgorithm: 'AES256' }, more: {} },
    { because: 'under the AWS managed key', by: { SSEAlgorithm: 'aws:kms' }, more: { bucketKey: false } },
  ])('goes by the key of its rules where the destination encrypts $because', async ({ by, more }) => {
    const gateway = await changed(encrypt('destination', { ApplyServerSideEncryptionByDefault: by }));

    const discovered = await found(gateway);

    expect(fieldsOf(discovered).destination).toEqual({
      ...destinationEnd,
      key: await keyArnOf(gateway, 'destination'),
      ...more,
      objectOwnership: 'BucketOwnerEnforced',
      blockPublicAccess: true,
    });
    expect(discovered.report.steps.map(({ aspect }) => aspect)).toEqual(['bucket-encryption']);
  });

  it('tells of DSSE-KMS, which the repair would change', async () => {
    const KMSMasterKeyID = sourceEnd.key;
    const gateway = await changed(
      encrypt('source', { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms:dsse', KMSMasterKeyID } }),
    );

    const { notes, report } = await found(gateway);

    expect(notes).toEqual(['Bucket orders encrypts with DSSE-KMS; Lockstep keeps SSE-KMS, so the repair would change that.']);
    expect(report.steps.map(({ aspect }) => aspect)).toEqual(['bucket-encryption']);
  });

  it('stays the same document once its plan was applied', async () => {
    const gateway = await changed(
      editRule(({ Destination, ...rule }) => ({ ...rule, Priority: 7, Destination: { ...Destination, Metrics: undefined } })),
    );
    const first = await found(gateway);

    await pass(first.document, gateway, true);
    const second = await found(gateway);

    expect(second.document).toEqual(first.document);
    expect(leftOf([second.report])).toEqual([]);
  });

  it('has the keys its role may decrypt with, under whatever name the policy goes', async () => {
    const older = aDocument({ source: { keys: ['arn:aws:kms:eu-west-1:111111111111:alias/older'] } });
    const gateway = await changed(async (aws) => {
      const { PolicyDocument = '' } = await must(aws, 'source', 'iam:GetRolePolicy', {
        RoleName: 'lockstep-orders',
        PolicyName: 'lockstep-replication',
      });
      await must(aws, 'source', 'iam:PutRolePolicy', {
        RoleName: 'lockstep-orders',
        PolicyName: 's3crr',
        PolicyDocument: decodeURIComponent(PolicyDocument),
      });
      await must(aws, 'source', 'iam:DeleteRolePolicy', { RoleName: 'lockstep-orders', PolicyName: 'lockstep-replication' });
    }, older);
    const arn = (await must(gateway, 'source', 'kms:DescribeKey', { KeyId: 'arn:aws:kms:eu-west-1:111111111111:alias/older' }))
      .KeyMetadata?.Arn;

    const discovered = await found(gateway);

    expect(fieldsOf(discovered).source).toEqual(expect.objectContaining({ keys: [arn] }));
    expect(discovered.report.steps.map(({ aspect }) => aspect)).toEqual(['role-policy']);
  });

  it('has no keys its role uses for another bucket', async () => {
    const gateway = await changed(async (aws) => {
      const decrypt = (key: string, condition: object) => ({
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: `arn:aws:kms:eu-west-1:111111111111:key/${key.repeat(8)}-1111-4111-8111-111111111111`,
        Condition: condition,
      });
      const Statement = [
        decrypt('a', { StringLike: { 'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::orders-old/*', 'arn:aws:s3:::other'] } }),
        decrypt('b', { StringEquals: { 'kms:ViaService': ['ec2.eu-west-1.amazonaws.com'] } }),
      ];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      await must(aws, 'source', 'iam:PutRolePolicy', { RoleName: 'lockstep-orders', PolicyName: 'others', PolicyDocument });
    });

    expect(fieldsOf(await found(gateway)).source).not.toHaveProperty('keys');
  });

  it('has its rules in the order that needs the fewest words, whatever order S3 keeps them in', async () => {
    const rules = [{ prefix: 'a/' }, { prefix: 'b/' }, { prefix: 'c/' }];
    const gateway = await changed(
      replicate(({ Rules = [], ...more }) => ({ ...more, Rules: Rules.toReversed() })),
      aDocument({ rules }),
    );

    expect(fieldsOf(await found(gateway)).rules).toEqual(rules);
  });

  it('has no more priorities than it takes', async () => {
    const rules = [{ prefix: 'a/', priority: 2 }, { prefix: 'b/' }];
    const { gateway } = await live(aDocument({ rules }));

    expect(fieldsOf(await found(gateway)).rules).toEqual(rules);
  });

  it('tells of rules of the first version, and writes down what they mean', async () => {
    const gateway = await changed(
      editRule(({ Status, SourceSelectionCriteria, Destination }) => ({
        ID: 'old',
        Prefix: 'a/',
        Status,
        SourceSelectionCriteria,
        Destination,
      })),
    );

    const discovered = await found(gateway);

    expect(discovered.notes).toEqual([expect.stringMatching(/^Rule old of bucket orders is of the first version/)]);
    expect(fieldsOf(discovered).rules).toEqual([{ id: 'old', prefix: 'a/', deleteMarkers: true }]);
    expect(discovered.report.steps.map(({ aspect }) => aspect)).toEqual(['replication-configuration']);
  });

  it('tells of the other destinations of its source', async () => {
    const both = {
      ...aDocument(),
      replications: { ...aDocument().replications, ...aDocument({ destination: { bucket: 'orders-eu' } }, 'eu').replications },
    };
    const { gateway } = await live(both);

    expect((await found(gateway)).notes).toEqual([
      expect.stringMatching(/^Bucket orders also replicates to orders-eu\. Import each of these pairs too/),
    ]);
  });
});

describe('replications that share a bucket', () => {
  const back = {
    source: { ...destinationEnd, key: destinationEnd.key },
    destination: { ...sourceEnd, key: sourceEnd.key },
    rules: [{ replicaModifications: true, deleteMarkers: true }],
  };
  const several = {
    'two destinations': {
      ...aDocument({ rules: [{ prefix: 'a/' }, { prefix: 'b/' }] }).replications,
      ...aDocument({ destination: { bucket: 'orders-eu', objectLock: true } }, 'eu').replications,
    },
    'both ways': { ...aDocument({ lifecycle: { source: { expireAfterDays: 9 } } }).replications, back },
  };

  it.each(Object.entries(several))(
    'are in sync when all are imported and planned together, in any order: %s',
    async (_, replications) => {
      const { gateway } = await live({ version: 1, replications });

      const imported: Record<string, object> = {};
      for (const { source, destination } of Object.values(replications) as { source: LiveBucket; destination: LiveBucket }[])
        Object.assign(
          imported,
          (await found(gateway, { source: bare(source), destination: bare(destination) })).document.replications,
        );

      expect(Object.keys(imported).sort()).toEqual(Object.keys(replications).sort());
      const reversed = Object.fromEntries(Object.entries(imported).reverse());
      for (const together of [imported, reversed])
        expect(leftOf(await pass({ version: 1, replications: together }, gateway, false))).toEqual([]);
    },
  );

  const bare = ({ bucket, account }: LiveBucket): LiveBucket => ({ bucket, account });
});

describe('a destination whose owner lets nobody in', () => {
  it('is written down from what the source says, and not looked at', async () => {
    const { gateway } = await live(aDocument());
    const before = gateway.sent.length;

    const discovered = await found(gateway, { managed: false });

    const accounts = new Set(gateway.sent.slice(before).map(({ account }) => account));
    expect(accounts).toEqual(new Set(['111111111111']));
    expect(fieldsOf(discovered).destination).toEqual({
      ...destinationEnd,
      key: await keyArnOf(gateway, 'destination'),
      managed: false,
    });
    expect(leftOf([discovered.report])).toEqual([]);
  });
});

describe('a pair whose places are given', () => {
  it('is found where they are right', async () => {
    const { gateway } = await live(aDocument());
    const source = { ...pair.source, region: 'eu-west-1' };
    const destination = { ...pair.destination, region: 'eu-central-1' };

    const discovered = await found(gateway, { source, destination });
    const unseen = await found(gateway, { source, destination, managed: false });

    expect(fieldsOf(discovered).destination).toMatchObject({ region: 'eu-central-1' });
    expect(fieldsOf(unseen).destination).toMatchObject({ region: 'eu-central-1', managed: false });
  });

  it('has to be told apart by a person where S3 says one thing and then another', async () => {
    const { gateway } = await live(aDocument());
    const regions = ['eu-west-1', 'eu-west-2'];
    const wavering: AwsGateway = {
      send: (call) =>
        call.operation === 's3:HeadBucket'
          ? Promise.resolve({ ok: true, output: { BucketRegion: regions.shift() } as never })
          : gateway.send(call),
    };

    await expect(found(wavering)).rejects.toThrow('eu-west-1, or eu-west-2. Give its region.');
  });
});

describe('the key of replicas', () => {
  const named = (ReplicaKmsKeyID: string | undefined) =>
    editRule(({ SourceSelectionCriteria, Destination, ...rule }) => ({
      ...rule,
      ...(ReplicaKmsKeyID !== undefined && { SourceSelectionCriteria }),
      Destination: {
        ...Destination,
        EncryptionConfiguration: ReplicaKmsKeyID === undefined ? undefined : { ReplicaKmsKeyID },
      },
    }));

  it('is that of the rules where the bucket itself encrypts with AWS’s own', async () => {
    const gateway = await changed(encrypt('destination', { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }));

    expect(fieldsOf(await found(gateway)).destination).toMatchObject({ key: await keyArnOf(gateway, 'destination') });
  });

  it.each([
    { because: 'no rule names one', id: undefined, says: /^The rules name no key for replicas in orders-dr/ },
    {
      because: 'a rule names an alias',
      id: destinationEnd.key,
      says: /^The rules name the replica key by the alias .*alias\/orders-dr/,
    },
  ])('is not known of a destination that is not looked at when $because', async ({ id, says }) => {
    const gateway = await changed(named(id));

    const destination = { ...pair.destination, region: 'eu-central-1' };

    await expect(found(gateway, { destination, managed: false })).rejects.toThrow(says);
  });
});

describe('what cannot be written down', () => {
  const aes = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };
  const awsKey = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } };
  const stranger = { bucket: 'orders', account: '333333333333' };
  const cases: readonly {
    because: string;
    change?: (aws: LocalGateway) => Promise<unknown>;
    asked?: Partial<DiscoverRequest>;
    says: RegExp;
  }[] = [
    {
      because: 'the source is not there',
      asked: { source: { bucket: 'nowhere', account: '111111111111' } },
      says: /^There is no bucket nowhere/,
    },
    {
      because: 'the destination is not there',
      asked: { destination: { bucket: 'nowhere', account: '222222222222' } },
      says: /^There is no bucket nowhere/,
    },
    {
      because: 'the bucket is a stranger’s',
      asked: { source: stranger },
      says: /HeadBucket on bucket orders in account 333333333333.*does not belong to account 333333333333/,
    },
    {
      because: 'the region is another one',
      asked: { source: { ...pair.source, region: 'us-west-2' } },
      says: /^Bucket orders is in eu-west-1, not in us-west-2\./,
    },
    {
      because: 'the buckets do not replicate to each other',
      asked: { source: pair.destination, destination: pair.source },
      says: /^Bucket orders-dr has no replication, so there is nothing to import\..*lockstep bootstrap/,
    },
    {
      because: 'the source replicates elsewhere',
      change: (aws) =>
        must(aws, 'destination', 's3:CreateBucket', {
          Bucket: 'other',
          CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
        }),
      asked: { destination: { bucket: 'other', account: '222222222222' } },
      says: /^Bucket orders does not replicate to other, only to orders-dr\./,
    },
    {
      because: 'the source encrypts without KMS',
      change: encrypt('source', aes),
      says: /^Bucket orders encrypts with SSE-S3 \(AES256\).*customer managed key in account 111111111111, eu-west-1/,
    },
    {
      because: 'the source’s key is AWS’s',
      change: encrypt('source', awsKey),
      says: /^Bucket orders uses the AWS managed key alias\/aws\/s3\..*customer managed key/,
    },
    {
      because: 'neither the rules nor the destination name a key',
      change: async (aws) => {
        await encrypt('destination', aes)(aws);
        await editRule(({ SourceSelectionCriteria: _, Destination, ...rule }) => ({
          ...rule,
          Destination: { ...Destination, EncryptionConfiguration: undefined },
        }))(aws);
      },
      says: /^Bucket orders-dr encrypts with SSE-S3/,
    },
    {
      because: 'the rules name an AWS managed key',
      change: editRule((rule) => ({
        ...rule,
        Destination: {
          ...rule.Destination,
          EncryptionConfiguration: { ReplicaKmsKeyID: 'arn:aws:kms:eu-central-1:222222222222:alias/aws/s3' },
        },
      })),
      says: /^Bucket orders-dr uses the AWS managed key/,
    },
    {
      because: 'the name is none',
      asked: { name: 'Orders DR' },
      says: /cannot be written as a document:\n {2}replications\["Orders DR"\]: must be a name/,
    },
  ];

  it.each(cases)('is told in one message when $because', async ({ change = async () => {}, asked = {}, says }) => {
    const gateway = await changed(change);

    await expect(found(gateway, asked)).rejects.toThrow(
      expect.objectContaining({ name: 'CannotDiscover', message: expect.stringMatching(new RegExp(says, 's')) }),
    );
  });

  /** A gateway that is refused one operation. */
  const refused = (aws: LocalGateway, operation: Operation): AwsGateway => ({
    send: (call) =>
      call.operation === operation
        ? Promise.resolve({
            ok: false,
            error: { code: 'AccessDenied', message: 'not authorized to perform', caller: 'the observer' },
          })
        : aws.send(call),
  });

  it.each(['s3:GetBucketReplication', 's3:GetBucketEncryption', 's3:HeadBucket'] as const)(
    'is told when %s is refused',
    async (operation) => {
      const { gateway } = await live(aDocument());

      await expect(found(refused(gateway, operation))).rejects.toThrow(new RegExp(`^${operation} on bucket orders.*was refused`));
    },
  );

  it('is told with a way out when nobody may look at the destination', async () => {
    const { gateway } = await live(aDocument());
    const closed: AwsGateway = {
      send: (call) =>
        call.account === '222222222222'
          ? Promise.resolve({
              ok: false,
              error: { code: 'SpokeNotAssumable', message: 'The spoke role could not be assumed.', caller: 'the observer' },
            })
          : gateway.send(call),
    };

    await expect(found(closed)).rejects.toThrow('If the owner of orders-dr lets nobody in, import with --unmanaged-destination.');
  });

  it.each(['s3:GetPublicAccessBlock', 's3:GetBucketLifecycleConfiguration', 's3:GetBucketOwnershipControls'] as const)(
    'is left out and told when %s is refused: left out is left alone',
    async (operation) => {
      const { gateway } = await live(aDocument({ lifecycle: { source: { expireAfterDays: 3 } } }));

      const discovered = await found(refused(gateway, operation));

      expect(discovered.notes.length).toBe(2);
      expect(discovered.notes[0]).toContain(`is not in the document: ${operation} on bucket orders in account 111111111111`);
      expect(discovered.report.steps).toEqual([]);
    },
  );

  it('is left to the report where it says nothing of the document itself', async () => {
    const { gateway } = await live(aDocument());

    const { report } = await found(refused(gateway, 'kms:GetKeyPolicy'));

    expect(report.verdict).toBe('unreadable');
    expect(report.steps).toEqual([]);
  });
});
