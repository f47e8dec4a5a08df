import type {
  AccountState,
  BucketState,
  KeyState,
  ReplicationState,
  RoleState,
  SourceState,
} from '../../shared/policy/replication-state.ts';

export const sourceKey = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-aaaa-4aaa-8aaa-111111111111';
export const destinationKey = 'arn:aws:kms:eu-central-1:222222222222:key/22222222-bbbb-4bbb-8bbb-222222222222';
export const roleArn = 'arn:aws:iam::111111111111:role/lockstep-orders';
export const roleId = 'AROAEXAMPLEORDERSROLE';
export const source = 'arn:aws:s3:::orders';
export const destination = 'arn:aws:s3:::orders-dr';

type Statement = Readonly<Record<string, unknown>>;

export const policy = (...statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });
export const allow = (
  action: string | readonly string[],
  resource: string | readonly string[],
  more: Statement = {},
): Statement => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
});
export const deny = (
  action: string | readonly string[],
  resource: string | readonly string[],
  more: Statement = {},
): Statement => ({
  ...allow(action, resource, more),
  Effect: 'Deny',
});

export const viaS3 = (region: string, bucket: string) => ({
  StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
  StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, `${bucket}/*`] },
});

export const roleStatements: readonly Statement[] = [
  allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], source, { Sid: 'SourceBucket' }),
  allow(['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'], `${source}/*`, {
    Sid: 'SourceObjects',
  }),
  allow(
    ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
    `${destination}/*`,
    {
      Sid: 'DestinationObjects',
    },
  ),
  allow('kms:Decrypt', sourceKey, { Sid: 'SourceKey', Condition: viaS3('eu-west-1', source) }),
  allow(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], destinationKey, {
    Sid: 'DestinationKey',
    Condition: viaS3('eu-central-1', destination),
  }),
];

export const delegation = (account: string): Statement =>
  allow('kms:*', '*', { Sid: 'AllowAdmin', Principal: { AWS: `arn:aws:iam::${account}:root` } });

export const trustStatement = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' };

const toRole = { Principal: { AWS: roleArn } };

export const bucketStatements: readonly Statement[] = [
  allow(
    ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
    `${destination}/*`,
    {
      Sid: 'LockstepReplicaObjects',
      ...toRole,
    },
  ),
  allow(['s3:ListBucket', 's3:GetBucketVersioning'], destination, { Sid: 'LockstepReplicaBucket', ...toRole }),
];

export const keyStatements: readonly Statement[] = [
  delegation('222222222222'),
  allow(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], '*', { Sid: 'LockstepReplicationKey', ...toRole }),
];

const keyFacts = {
  exists: true,
  state: 'Enabled',
  manager: 'CUSTOMER',
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
} as const;

const encrypted = (key: string, bucketKey: boolean) => ({
  Rules: [
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key }, BucketKeyEnabled: bucketKey },
  ] as never,
});

export interface Changes {
  readonly source?: Partial<SourceState>;
  readonly destination?: Partial<BucketState>;
  readonly role?: Partial<RoleState>;
  readonly sourceKey?: Partial<KeyState>;
  readonly destinationKey?: Partial<KeyState>;
  readonly accounts?: Readonly<Record<string, AccountState>>;
  /** S3 Bucket Keys on both buckets. */
  readonly bucketKey?: boolean;
  readonly rule?: Readonly<Record<string, unknown>>;
  readonly object?: ReplicationState['object'];
}

export const aRule = (changes: Readonly<Record<string, unknown>> = {}) => ({
  ID: 'lockstep-orders-dr',
  Status: 'Enabled',
  Priority: 1,
  Filter: { Prefix: '' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
  Destination: {
    Bucket: destination,
    Account: '222222222222',
    AccessControlTranslation: { Owner: 'Destination' },
    EncryptionConfiguration: { ReplicaKmsKeyID: destinationKey },
    Metrics: { Status: 'Enabled' },
  },
  ...changes,
});

const free = (): AccountState => ({ organization: null, publicAccessBlock: null });

/** A replication from orders (111111111111, eu-west-1) to orders-dr (222222222222, eu-central-1) that works, but for the changes. */
export function aState(changes: Changes = {}): ReplicationState {
  const bucketKey = changes.bucketKey ?? true;
  return {
    source: {
      account: '111111111111',
      region: 'eu-west-1',
      bucket: 'orders',
      versioning: 'Enabled',
      encryption: encrypted(sourceKey, bucketKey),
      policy: null,
      publicAccessBlock: null,
      objectLock: null,
      replication: { Role: roleArn, Rules: [aRule(changes.rule) as never] },
      keys: [{ arn: sourceKey, ...keyFacts, policy: policy(delegation('111111111111')), ...changes.sourceKey }],
      ...changes.source,
    },
    destination: {
      account: '222222222222',
      region: 'eu-central-1',
      bucket: 'orders-dr',
      versioning: 'Enabled',
      encryption: encrypted(destinationKey, bucketKey),
      policy: policy(...bucketStatements),
      publicAccessBlock: null,
      objectLock: null,
      keys: [{ arn: destinationKey, ...keyFacts, policy: policy(...keyStatements), ...changes.destinationKey }],
      ...changes.destination,
    },
    role: {
      arn: roleArn,
      id: roleId,
      trust: policy(trustStatement),
      inline: { 'lockstep-replication': policy(...roleStatements) },
      attached: {},
      boundary: null,
      ...changes.role,
    },
    accounts: { '111111111111': free(), '222222222222': free(), ...changes.accounts },
    ...(changes.object && { object: changes.object }),
  };
}
