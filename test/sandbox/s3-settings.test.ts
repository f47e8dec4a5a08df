import * as s3 from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { s3Handlers } from '../../infra/sandbox/services/s3.ts';
import { newWorld } from '../../infra/sandbox/world.ts';
import { destination, refusalOf, source, twoAccounts } from './s3-support.ts';

let world: ReturnType<typeof twoAccounts>;
let client: s3.S3Client;
const Bucket = 'orders';

beforeEach(async () => {
  world = twoAccounts();
  client = world.s3(source);
  await world.bucket(source, Bucket);
});

const requests = {
  versioning: () => client.send(new s3.GetBucketVersioningCommand({ Bucket })),
  encryption: () => client.send(new s3.GetBucketEncryptionCommand({ Bucket })),
  publicAccess: () => client.send(new s3.GetPublicAccessBlockCommand({ Bucket })),
  ownership: () => client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket })),
  notifications: () => client.send(new s3.GetBucketNotificationConfigurationCommand({ Bucket })),
  lifecycle: () => client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
  objectLock: () => client.send(new s3.GetObjectLockConfigurationCommand({ Bucket })),
  tagging: () => client.send(new s3.GetBucketTaggingCommand({ Bucket })),
  cors: () => client.send(new s3.GetBucketCorsCommand({ Bucket })),
  website: () => client.send(new s3.GetBucketWebsiteCommand({ Bucket })),
};

describe('a new bucket', () => {
  it('has the settings that AWS gives new buckets today', async () => {
    expect((await requests.versioning()).Status).toBeUndefined();
    expect((await requests.encryption()).ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
    expect((await requests.publicAccess()).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    expect((await requests.ownership()).OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    expect((await requests.notifications()).TopicConfigurations).toBeUndefined();
    expect((await client.send(new s3.GetBucketRequestPaymentCommand({ Bucket }))).Payer).toBe('BucketOwner');
    expect((await client.send(new s3.GetBucketAclCommand({ Bucket }))).Grants).toMatchObject([{ Permission: 'FULL_CONTROL' }]);
  });

  it.each([
    ['lifecycle', 'NoSuchLifecycleConfiguration'],
    ['objectLock', 'ObjectLockConfigurationNotFoundError'],
    ['tagging', 'NoSuchTagSet'],
    ['cors', 'NoSuchCORSConfiguration'],
    ['website', 'NoSuchWebsiteConfiguration'],
  ] as const)('answers 404 for its %s, with a code of its own', async (setting, code) => {
    expect(await refusalOf(requests[setting]())).toMatchObject({ code, status: 404 });
  });
});

describe('creating a bucket', () => {
  const create = (region: string, name: string, constraint?: string, account: string = source.account) => {
    const configuration =
      constraint === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint: constraint as 'EU' } };
    return world.s3({ account, region }).send(new s3.CreateBucketCommand({ Bucket: name, ...configuration }));
  };

  it.each<[because: string, code: string, status: number, call: () => Promise<unknown>]>([
    [
      'names are shared by all accounts',
      'BucketAlreadyExists',
      409,
      () => create('eu-west-1', Bucket, 'eu-west-1', destination.account),
    ],
    ['it is there already', 'BucketAlreadyOwnedByYou', 409, () => create('eu-west-1', Bucket, 'eu-west-1')],
    ['only its own region', 'IllegalLocationConstraintException', 400, () => create('eu-west-1', 'fresh', 'eu-central-1')],
    ['us-east-1 is no constraint', 'InvalidLocationConstraint', 400, () => create('us-east-1', 'fresh', 'us-east-1')],
    ['capitals are not allowed', 'InvalidBucketName', 400, () => create('us-east-1', 'Fresh')],
    ['an address is not allowed', 'InvalidBucketName', 400, () => create('us-east-1', '10.0.0.1')],
    ['a name has three characters', 'InvalidBucketName', 400, () => create('us-east-1', 'ab')],
    ['a suffix is reserved', 'InvalidBucketName', 400, () => create('us-east-1', 'fresh-s3alias')],
  ])('is refused because %s', async (_, code, status, call) => {
    expect(await refusalOf(call())).toMatchObject({ code, status });
  });

  it('is refused because a region must be named', () => {
    // The SDK fills in its own region, so this goes to the handler.
    const caller = {
      account: source.account,
      arn: 'arn:aws:iam::111111111111:root',
      kind: 'root' as const,
      userId: '',
      accessKeyId: '',
    };
    const call = { world: newWorld(), caller, region: 'eu-west-1', requestId: '', service: 's3', operation: 'CreateBucket' };

    expect(() => s3Handlers.CreateBucket({ Bucket: 'fresh' }, call)).toThrow(
      /^The unspecified location constraint is incompatible/,
    );
  });

  it('again in us-east-1 by its owner changes nothing and is answered with 200', async () => {
    await create('us-east-1', 'fresh');

    expect(await create('us-east-1', 'fresh')).toMatchObject({ Location: '/fresh', BucketArn: 'arn:aws:s3:::fresh' });
  });

  it('in us-east-1 may name any other region', async () => {
    await create('us-east-1', 'fresh', 'eu-central-1');

    const head = await world
      .s3({ account: source.account, region: 'eu-central-1' })
      .send(new s3.HeadBucketCommand({ Bucket: 'fresh' }));

    expect(head.BucketRegion).toBe('eu-central-1');
  });

  it('with Object Lock turns versioning on for good', async () => {
    await world.bucket(source, 'locked', { ObjectLockEnabledForBucket: true });

    expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket: 'locked' }))).Status).toBe('Enabled');
    expect(await refusalOf(world.versioned(source, 'locked', 'Suspended'))).toMatchObject({
      code: 'InvalidBucketState',
      status: 409,
    });
  });
});

describe('finding a bucket', () => {
  it('tells its region in the answer, empty for us-east-1', async () => {
    const location = async (name: string) =>
      (await client.send(new s3.GetBucketLocationCommand({ Bucket: name }))).LocationConstraint;
    await world.s3({ account: source.account, region: 'us-east-1' }).send(new s3.CreateBucketCommand({ Bucket: 'eastern' }));

    expect(await location(Bucket)).toBe('eu-west-1');
    expect(await location('eastern')).toBeUndefined();
  });

  it('lists only those of the account, by name', async () => {
    await world.bucket(source, 'archive');
    await world.bucket(destination, 'orders-dr');

    const names = (await client.send(new s3.ListBucketsCommand({}))).Buckets?.map((bucket) => bucket.Name);

    expect(names).toEqual(['archive', 'orders']);
  });

  const abroad = { account: source.account, region: 'eu-central-1' };
  it.each<[because: string, code: string, status: number, call: () => Promise<unknown>]>([
    ['it is not there', 'NoSuchBucket', 404, () => client.send(new s3.GetBucketVersioningCommand({ Bucket: 'nowhere' }))],
    ['it is not there (HEAD)', 'NotFound', 404, () => client.send(new s3.HeadBucketCommand({ Bucket: 'nowhere' }))],
    [
      'another owner is expected',
      'AccessDenied',
      403,
      () => client.send(new s3.GetBucketVersioningCommand({ Bucket, ExpectedBucketOwner: destination.account })),
    ],
    [
      'the expected owner is no account',
      'InvalidBucketOwnerAWSAccountID',
      400,
      () => client.send(new s3.GetBucketVersioningCommand({ Bucket, ExpectedBucketOwner: 'me' })),
    ],
    [
      'it is in another region',
      'PermanentRedirect',
      301,
      () => world.s3(abroad).send(new s3.GetBucketVersioningCommand({ Bucket })),
    ],
  ])('fails because %s', async (_, code, status, call) => {
    expect(await refusalOf(call())).toMatchObject({ code, status });
  });

  it('in another region leads an SDK that follows redirects to it', async () => {
    const following = world.s3(abroad, { followRegionRedirects: true });

    await expect(following.send(new s3.GetBucketVersioningCommand({ Bucket }))).resolves.toBeDefined();
  });

  it('is over once it is deleted', async () => {
    await client.send(new s3.DeleteBucketCommand({ Bucket }));

    expect(await refusalOf(requests.versioning())).toMatchObject({ code: 'NoSuchBucket' });
  });
});

describe('versioning', () => {
  const put = (configuration: s3.VersioningConfiguration, MFA?: string) =>
    client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: configuration, ...(MFA && { MFA }) }));

  it('keeps MFA delete, and then wants a code for every change', async () => {
    await put({ Status: 'Enabled', MFADelete: 'Enabled' }, 'serial 123456');

    expect(await refusalOf(put({ Status: 'Suspended' }))).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(await requests.versioning()).toMatchObject({ Status: 'Enabled', MFADelete: 'Enabled' });
  });

  it.each([
    ['nothing', {}, 'IllegalVersioningConfigurationException'],
    ['an unknown status', { Status: 'enabled' as 'Enabled' }, 'MalformedXML'],
  ])('refuses %s', async (_, configuration, code) => {
    expect(await refusalOf(put(configuration))).toMatchObject({ code, status: 400 });
  });
});

describe('default encryption', () => {
  const put = (...Rules: s3.ServerSideEncryptionRule[]) =>
    client.send(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
  const kms = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'arn:aws:kms:eu-west-1:111111111111:key/not-looked-up' } as const;

  it('keeps key, Bucket Key and blocked types, and is never unset', async () => {
    const rule = {
      ApplyServerSideEncryptionByDefault: kms,
      BucketKeyEnabled: true,
      BlockedEncryptionTypes: { EncryptionType: ['SSE-C' as const] },
    };
    await put(rule);
    expect((await requests.encryption()).ServerSideEncryptionConfiguration?.Rules).toEqual([rule]);

    await client.send(new s3.DeleteBucketEncryptionCommand({ Bucket }));
    expect((await requests.encryption()).ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ]);
  });

  it.each<[string, string, s3.ServerSideEncryptionRule[]]>([
    ['no rule', 'MalformedXML', []],
    ['two rules', 'MalformedXML', [{ ApplyServerSideEncryptionByDefault: kms }, { ApplyServerSideEncryptionByDefault: kms }]],
    ['an unknown algorithm', 'MalformedXML', [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'rot13' as 'AES256' } }]],
    ['a key without SSE-KMS', 'InvalidArgument', [{ ApplyServerSideEncryptionByDefault: { ...kms, SSEAlgorithm: 'AES256' } }]],
  ])('refuses %s', async (_, code, rules) => {
    expect(await refusalOf(put(...rules))).toMatchObject({ code, status: 400 });
  });
});

describe('lifecycle rules', () => {
  const aRule = (changes: Partial<s3.LifecycleRule> = {}): s3.LifecycleRule => ({
    ID: 'SaveMoney',
    Status: 'Enabled',
    Filter: {},
    Expiration: { Days: 30 },
    ...changes,
  });
  const put = (Rules: s3.LifecycleRule[], size?: s3.TransitionDefaultMinimumObjectSize) =>
    client.send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules },
        ...(size && { TransitionDefaultMinimumObjectSize: size }),
      }),
    );

  it('read back with the minimum object size of the header', async () => {
    await put([aRule({ Expiration: { Date: new Date('2030-01-01T00:00:00Z') } })], 'varies_by_storage_class');

    const read = await requests.lifecycle();

    expect(read.TransitionDefaultMinimumObjectSize).toBe('varies_by_storage_class');
    expect(read.Rules).toEqual([aRule({ Expiration: { Date: new Date('2030-01-01T00:00:00Z') } })]);
    expect((await put([aRule()])).TransitionDefaultMinimumObjectSize).toBe('all_storage_classes_128K');
  });

  it.each<[because: string, code: string, rules: s3.LifecycleRule[]]>([
    ['there must be a rule', 'MalformedXML', []],
    ['a rule needs a filter or a prefix', 'MalformedXML', [aRule({ Filter: undefined })]],
    ['a rule does something', 'InvalidRequest', [aRule({ Expiration: undefined })]],
    ['IDs are unique', 'InvalidArgument', [aRule(), aRule()]],
    ['days are positive', 'InvalidArgument', [aRule({ Expiration: { Days: 0 } })]],
    ['a date is at midnight', 'InvalidArgument', [aRule({ Expiration: { Date: new Date('2030-01-01T02:02:00Z') } })]],
    [
      'days and delete markers exclude each other',
      'MalformedXML',
      [aRule({ Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } })],
    ],
    ['a filter selects in one way', 'MalformedXML', [aRule({ Filter: { Prefix: '', ObjectSizeGreaterThan: 500 } })]],
    [
      'a noncurrent expiration says when',
      'MalformedXML',
      [aRule({ NoncurrentVersionExpiration: {} as { NoncurrentDays: number } })],
    ],
    [
      'STANDARD_IA is for objects of 30 days',
      'InvalidArgument',
      [aRule({ Transitions: [{ Days: 29, StorageClass: 'STANDARD_IA' }] })],
    ],
    ['objects move before they expire', 'InvalidArgument', [aRule({ Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] })]],
  ])('are refused: %s', async (_, code, rules) => {
    expect(await refusalOf(put(rules))).toMatchObject({ code, status: 400 });
    expect(await refusalOf(requests.lifecycle())).toMatchObject({ code: 'NoSuchLifecycleConfiguration' });
  });
});

describe('ownership and ACLs', () => {
  it('refuses ACLs while the bucket owner is enforced', async () => {
    const put = () =>
      client.send(new s3.PutBucketAclCommand({ Bucket, GrantWrite: 'uri=http://acs.amazonaws.com/groups/s3/LogDelivery' }));
    expect(await refusalOf(put())).toMatchObject({ code: 'AccessControlListNotSupported', status: 400 });

    const preferred = { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' as const }] };
    await client.send(new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: preferred }));
    await put();

    expect((await client.send(new s3.GetBucketAclCommand({ Bucket }))).Grants).toMatchObject([{ Permission: 'WRITE' }]);
  });

  it('is not found once deleted', async () => {
    await client.send(new s3.DeleteBucketOwnershipControlsCommand({ Bucket }));
    await client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));

    expect(await refusalOf(requests.ownership())).toMatchObject({ code: 'OwnershipControlsNotFoundError', status: 404 });
    expect(await refusalOf(requests.publicAccess())).toMatchObject({ code: 'NoSuchPublicAccessBlockConfiguration', status: 404 });
  });
});
