/** States as JSON, as they stand in files. */
import { allow, aRule, aState, delegation, deny, destinationKey, policy, roleArn, roleStatements, sourceKey } from './states.ts';

export type Json = { [name: string]: unknown };

export const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** The value with others put at paths (`source.keys.0.arn`); `undefined` takes away what stands there. */
export function changed(value: unknown, changes: Readonly<Record<string, unknown>>): Json {
  const copy = plain(value);
  for (const [path, other] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const at = names.reduce((in_, name) => in_[name] as Json, copy);
    if (other === undefined) delete at[last];
    else at[last] = other;
  }
  return copy;
}

/** What stands at a path of a value. */
export const valueAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((in_, name) => (in_ as Json | undefined)?.[name], value);

export const accountPolicies: Json = {
  organization: 'o-example01',
  organizationPath: 'o-example01/r-ab12/ou-ab12-11111111/',
  managementAccount: false,
  serviceControlPolicies: [{ FullAWSAccess: policy(allow('*', '*')) }, { NoIam: policy(deny('iam:*', '*')) }],
  resourceControlPolicies: [{ RCPFullAWSAccess: policy(allow('*', '*', { Principal: '*' })) }],
  publicAccessBlock: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
};

const tag = { Key: 'team', Value: 'orders' };

const aKey = (arn: string, account: string): Json => ({
  arn,
  aliases: [`arn:aws:kms:eu-west-1:${account}:alias/orders`, 'alias/orders'],
  exists: true,
  state: 'Enabled',
  manager: 'CUSTOMER',
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
  policy: policy(delegation(account)),
  tags: { team: 'orders' },
});

const encryption = (key: string): Json => ({
  Rules: [
    {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
      BucketKeyEnabled: true,
      BlockedEncryptionTypes: { EncryptionType: ['SSE-C'] },
    },
  ],
});

const aBucket = (given: unknown, key: string, account: string): Json => ({
  ...(given as Json),
  exists: true,
  encryption: encryption(key),
  publicAccessBlock: accountPolicies.publicAccessBlock,
  policy: policy(deny('s3:*', '*', { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })),
  objectOwnership: 'BucketOwnerEnforced',
  objectLock: false,
  payer: 'BucketOwner',
  keys: [aKey(key, account)],
});

const on = { Status: 'Enabled' };
const rule: Json = {
  ...aRule(),
  Prefix: '',
  Filter: { Prefix: 'a/', Tag: tag, And: { Prefix: 'a/', Tags: [tag] } },
  SourceSelectionCriteria: { SseKmsEncryptedObjects: on, ReplicaModifications: on },
  ExistingObjectReplication: on,
  Destination: {
    ...aRule().Destination,
    StorageClass: 'STANDARD_IA',
    ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
    Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
  },
};

const { source, destination, role } = aState();

/** Every field that a state may have, in the documented shape. */
export const fullState: Json = plain({
  $schema: './state.schema.json',
  version: 1,
  name: 'orders-dr',
  partition: 'aws',
  readAt: '2026-03-01T12:00:00Z',
  source: { ...aBucket(source, sourceKey, '111111111111'), replication: { Role: roleArn, Rules: [rule] } },
  destination: aBucket(destination, destinationKey, '222222222222'),
  role: {
    ...role,
    exists: true,
    inline: { p: policy(...roleStatements) },
    attached: { 'arn:aws:iam::111111111111:policy/team/limits': policy(deny('iam:*', '*')) },
    boundary: { arn: 'arn:aws:iam::111111111111:policy/edge', document: policy(allow('*', '*')) },
    tags: { team: 'orders' },
  },
  accounts: { '111111111111': accountPolicies, '222222222222': { organization: null, publicAccessBlock: null } },
  object: {
    key: 'a/1.csv',
    tags: { team: 'orders' },
    encryption: { algorithm: 'aws:kms', key: sourceKey, bucketKey: true },
  },
});
