import * as s3 from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { bucket, type Case, destination, policy, region, roleArn, type Scene, source, versioned } from './scene.ts';

/** A read of a fresh bucket. */
const fresh =
  (read: (client: s3.S3Client, Bucket: string) => Promise<unknown>) =>
  async (at: Scene): Promise<unknown> =>
    read(at.source.s3, await bucket(at));

const none = { Bucket: 'no-such-bucket-anywhere-1' };

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const unset: readonly Case[] = [
  {
    because: 'versioning that was never configured has no Status',
    call: async (at) => ({
      Status: (await at.source.s3.send(new s3.GetBucketVersioningCommand({ Bucket: await bucket(at) }))).Status,
    }),
    answer: { Status: undefined },
    moto: true,
  },
  {
    because: 'replication that was never configured is a 404 of its own',
    call: fresh((client, Bucket) => client.send(new s3.GetBucketReplicationCommand({ Bucket }))),
    error: ['ReplicationConfigurationNotFoundError', 404],
    moto: true,
  },
  {
    because: 'so is a bucket policy',
    call: fresh((client, Bucket) => client.send(new s3.GetBucketPolicyCommand({ Bucket }))),
    error: ['NoSuchBucketPolicy', 404],
    moto: true,
  },
  {
    because: 'so is a lifecycle',
    call: fresh((client, Bucket) => client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }))),
    error: ['NoSuchLifecycleConfiguration', 404],
    moto: true,
  },
  {
    because: 'so are tags',
    call: fresh((client, Bucket) => client.send(new s3.GetBucketTaggingCommand({ Bucket }))),
    error: ['NoSuchTagSet', 404],
    moto: true,
  },
  {
    because: 'so is Object Lock',
    call: fresh((client, Bucket) => client.send(new s3.GetObjectLockConfigurationCommand({ Bucket }))),
    error: ['ObjectLockConfigurationNotFoundError', 404],
    moto: true,
  },
  {
    because: 'a deleted public access block is a 404',
    call: fresh((client, Bucket) => client.send(new s3.DeletePublicAccessBlockCommand({ Bucket }))),
    answer: { $metadata: { httpStatusCode: 204 } },
    moto: true,
  },
  {
    because: 'and then reads as not set',
    call: async (at) => {
      const Bucket = await bucket(at);
      await at.source.s3.send(new s3.DeletePublicAccessBlockCommand({ Bucket }));
      return at.source.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
    },
    error: ['NoSuchPublicAccessBlockConfiguration', 404],
    moto: true,
  },
  {
    because: 'deleted ownership controls are a 404',
    call: async (at) => {
      const Bucket = await bucket(at);
      await at.source.s3.send(new s3.DeleteBucketOwnershipControlsCommand({ Bucket }));
      return at.source.s3.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }));
    },
    error: ['OwnershipControlsNotFoundError', 404],
    moto: true,
  },
  {
    because: 'notifications that were never configured are empty',
    call: async (at) => {
      const read = await at.source.s3.send(new s3.GetBucketNotificationConfigurationCommand({ Bucket: await bucket(at) }));
      return { queues: read.QueueConfigurations };
    },
    answer: { queues: undefined },
    moto: true,
  },
  // Since January 2023 every bucket is encrypted: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
  {
    because: 'encryption is never unset',
    call: fresh((client, Bucket) => client.send(new s3.GetBucketEncryptionCommand({ Bucket }))),
    answer: {
      ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    },
    moto: 'answers ServerSideEncryptionConfigurationNotFoundError, as S3 did before 2023',
  },
  // Since April 2023: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
  {
    because: 'a new bucket enforces its owner',
    call: fresh((client, Bucket) => client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }))),
    answer: { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
    moto: 'has no ownership controls at first, as S3 had before 2023',
  },
  {
    because: 'and blocks public access',
    call: fresh((client, Bucket) => client.send(new s3.GetPublicAccessBlockCommand({ Bucket }))),
    answer: { PublicAccessBlockConfiguration: { RestrictPublicBuckets: true, BlockPublicPolicy: true } },
    moto: 'has no public access block at first, as S3 had before 2023',
  },
  {
    because: 'a bucket that nobody has is NoSuchBucket, not an unset setting',
    call: (at) => at.source.s3.send(new s3.GetBucketReplicationCommand(none)),
    error: ['NoSuchBucket', 404],
    moto: true,
  },
  {
    because: 'HEAD has no body, so its 404 has no code',
    call: (at) => at.source.s3.send(new s3.HeadBucketCommand(none)),
    error: ['NotFound', 404],
    moto: true,
  },
  {
    because: 'deleting a policy that is not there is no error',
    call: fresh((client, Bucket) => client.send(new s3.DeleteBucketPolicyCommand({ Bucket }))),
    answer: { $metadata: { httpStatusCode: 204 } },
    moto: true,
  },
];

const owned: readonly Case[] = [
  {
    because: 'another owner than the expected one is refused',
    call: async (at) =>
      at.source.s3.send(new s3.GetBucketVersioningCommand({ Bucket: await bucket(at), ExpectedBucketOwner: destination })),
    error: ['AccessDenied', 403],
    moto: 'does not look at ExpectedBucketOwner here',
  },
  {
    because: 'the expected owner is let in',
    call: async (at) =>
      at.source.s3.send(new s3.GetBucketLocationCommand({ Bucket: await bucket(at), ExpectedBucketOwner: source })),
    answer: { LocationConstraint: region },
    moto: true,
  },
  {
    because: "a stranger's bucket cannot be read",
    call: async (at) => at.destination.s3.send(new s3.GetBucketVersioningCommand({ Bucket: await bucket(at) })),
    error: ['AccessDenied', 403],
    moto: 'checks no permissions',
  },
  {
    because: 'a name is taken once for all accounts',
    call: async (at) => {
      await bucket(at);
      return bucket(at, at.destination);
    },
    error: ['BucketAlreadyExists', 409],
    moto: true,
  },
  {
    because: 'creating it again says that it is yours',
    call: async (at) => {
      await bucket(at);
      return bucket(at);
    },
    error: ['BucketAlreadyOwnedByYou', 409],
    moto: true,
  },
];

const grant = (at: Scene, principal: string) =>
  policy({ Effect: 'Allow', Principal: { AWS: principal }, Action: 's3:ListBucket', Resource: `arn:aws:s3:::${at.name}` });

const putPolicy = async (at: Scene, text: (at: Scene) => string) => {
  const Bucket = await bucket(at);
  await at.source.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: text(at) }));
  return at.source.s3.send(new s3.GetBucketPolicyCommand({ Bucket }));
};

const policies: readonly Case[] = [
  {
    because: 'a policy is read back',
    call: (at) => putPolicy(at, () => grant(at, `arn:aws:iam::${destination}:root`)),
    answer: { Policy: expect.stringContaining('s3:ListBucket') },
    moto: true,
  },
  {
    because: 'a policy naming a role that does not exist is refused',
    call: (at) => putPolicy(at, () => grant(at, roleArn(at, destination))),
    error: ['MalformedPolicy', 400],
    moto: 'does not look principals up',
  },
  {
    because: 'a policy about another bucket is refused',
    call: (at) =>
      putPolicy(at, () =>
        policy({ Effect: 'Allow', Principal: { AWS: source }, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::another' }),
      ),
    error: ['MalformedPolicy', 400],
    moto: 'does not read bucket policies',
  },
  {
    because: 'a policy is JSON',
    call: (at) => putPolicy(at, () => '{'),
    error: ['MalformedPolicy', 400],
    moto: 'does not read bucket policies',
  },
];

const settings: readonly Case[] = [
  {
    because: 'versioning is enabled',
    call: async (at) => at.source.s3.send(new s3.GetBucketVersioningCommand({ Bucket: await versioned(at) })),
    answer: { Status: 'Enabled' },
    moto: true,
  },
  {
    because: 'a Bucket Key is read back with the key that was put',
    call: async (at) => {
      const Bucket = await bucket(at);
      const KMSMasterKeyID = `arn:aws:kms:${region}:${source}:key/00000000-0000-4000-8000-000000000000`;
      const Rules = [
        { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID }, BucketKeyEnabled: true },
      ];
      await at.source.s3.send(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
      return at.source.s3.send(new s3.GetBucketEncryptionCommand({ Bucket }));
    },
    answer: { ServerSideEncryptionConfiguration: { Rules: [{ BucketKeyEnabled: true }] } },
    moto: true,
  },
  {
    because: 'a lifecycle rule is read back',
    call: async (at) => {
      const Bucket = await bucket(at);
      const Rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'a/' }, Expiration: { Days: 30 } }];
      await at.source.s3.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
      return at.source.s3.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }));
    },
    answer: { Rules: [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: 30 } }] },
    moto: true,
  },
];

interface RuleChanges {
  readonly ID?: string;
  readonly Destination?: Partial<s3.Destination>;
  readonly DeleteMarkerReplication?: s3.DeleteMarkerReplication;
  readonly Filter?: s3.ReplicationRuleFilter;
}

const rule = (at: Scene, { Destination, ...changes }: RuleChanges = {}): s3.ReplicationRule => ({
  ID: 'all',
  Status: 'Enabled',
  Priority: 1,
  Filter: { Prefix: '' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
  ...changes,
  Destination: {
    Bucket: `arn:aws:s3:::${at.name}-dr`,
    EncryptionConfiguration: { ReplicaKmsKeyID: `arn:aws:kms:${region}:${destination}:key/00000000-0000-4000-8000-000000000000` },
    ...Destination,
  },
});

async function putReplication(at: Scene, rules: readonly s3.ReplicationRule[], from = versioned, to = versioned) {
  const Bucket = await from(at);
  await to(at, at.destination, '-dr');
  const ReplicationConfiguration = { Role: roleArn(at), Rules: [...rules] };
  await at.source.s3.send(new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  return Bucket;
}

async function readReplication(at: Scene, ...rules: readonly s3.ReplicationRule[]) {
  return at.source.s3.send(new s3.GetBucketReplicationCommand({ Bucket: await putReplication(at, rules) }));
}

const drops = 'moto keeps of a rule only what it models: SourceSelectionCriteria is gone when it is read back';

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ReplicationErrorCodeList
const replication: readonly Case[] = [
  {
    because: 'a rule is read back',
    call: (at) => readReplication(at, rule(at)),
    answer: { ReplicationConfiguration: { Rules: [{ ID: 'all', Status: 'Enabled', Priority: 1 }] } },
    moto: true,
  },
  {
    because: 'the opt-in for SSE-KMS objects is read back with it',
    call: (at) => readReplication(at, rule(at)),
    answer: {
      ReplicationConfiguration: { Rules: [{ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } } }] },
    },
    moto: drops,
  },
  {
    because: 'S3 does not look whether the replica key exists',
    call: (at) => putReplication(at, [rule(at)]),
    moto: true,
  },
  {
    because: 'the source must be versioned',
    call: (at) => putReplication(at, [rule(at)], bucket),
    error: ['InvalidRequest', 400],
    moto: true,
  },
  {
    because: 'the destination must be versioned',
    call: (at) => putReplication(at, [rule(at)], versioned, bucket),
    error: ['InvalidRequest', 400],
    moto: 'does not look at the destination',
  },
  {
    because: 'an owner override needs the account',
    call: (at) => putReplication(at, [rule(at, { Destination: { AccessControlTranslation: { Owner: 'Destination' } } })]),
    error: ['InvalidRequest', 400],
    moto: 'does not check rules',
  },
  {
    because: 'the account must own the destination',
    call: (at) =>
      putReplication(at, [rule(at, { Destination: { Account: source, AccessControlTranslation: { Owner: 'Destination' } } })]),
    error: ['InvalidArgument', 400],
    moto: 'does not look at the destination',
  },
  {
    because: 'replication time control needs metrics',
    call: (at) =>
      putReplication(at, [rule(at, { Destination: { ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } } } })]),
    error: ['InvalidRequest', 400],
    moto: 'does not check rules',
  },
  {
    because: 'delete markers do not go with a tag filter',
    call: (at) =>
      putReplication(at, [
        rule(at, { Filter: { Tag: { Key: 'a', Value: 'b' } }, DeleteMarkerReplication: { Status: 'Enabled' } }),
      ]),
    error: ['InvalidRequest', 400],
    moto: 'does not check rules',
  },
  {
    because: 'a rule with a filter says what becomes of delete markers',
    call: (at) => putReplication(at, [rule(at, { DeleteMarkerReplication: undefined })]),
    error: ['MalformedXML', 400],
    moto: 'does not check rules',
  },
  {
    because: 'two rules to one destination have two priorities',
    call: (at) => putReplication(at, [rule(at), rule(at, { ID: 'again' })]),
    error: ['InvalidRequest', 400],
    moto: 'does not check rules',
  },
  {
    because: 'rule IDs are ASCII',
    call: (at) => putReplication(at, [rule(at, { ID: 'alles-für-alle' })]),
    error: ['InvalidArgument', 400],
    moto: 'does not check rules',
  },
  {
    because: 'the versioning of a replicated bucket cannot be suspended',
    call: async (at) => {
      const Bucket = await putReplication(at, [rule(at)]);
      return at.source.s3.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } }));
    },
    error: ['InvalidBucketState', 409],
    moto: 'suspends it',
  },
  {
    because: 'that of a destination can: the replicas then fail',
    call: async (at) => {
      await putReplication(at, [rule(at)]);
      const suspended = { Bucket: `${at.name}-dr`, VersioningConfiguration: { Status: 'Suspended' as const } };
      return at.destination.s3.send(new s3.PutBucketVersioningCommand(suspended));
    },
    answer: { $metadata: { httpStatusCode: 200 } },
    moto: true,
  },
];

export const s3Cases: readonly Case[] = [...unset, ...owned, ...policies, ...settings, ...replication];
