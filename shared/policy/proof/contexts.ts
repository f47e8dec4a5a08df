/**
 * Which condition keys S3's own calls carry, hop by hop: with a value, not at all, or perhaps.
 * A key that no line names is not known.
 */
import type { ContextValue, RequestContext } from '../evaluate.ts';
import { accountOfArn, type BucketState, bucketArn, type KeyState, known, type ReplicationState } from '../replication-state.ts';
import type { ContextForm, ObjectEncryption } from './encryption.ts';

export type CallKind = 'assume' | 'source-bucket' | 'source-object' | 'destination-object' | 'source-key' | 'destination-key';

/** One call of S3, as far as its context goes. */
export interface CallFacts {
  readonly kind: CallKind;
  readonly state: ReplicationState;
  /** The bucket it is about; for keys the bucket on whose behalf. */
  readonly bucket: BucketState;
  readonly objectKey: string;
  readonly objectTags: Readonly<Record<string, string>>;
  readonly encryption: ObjectEncryption;
  readonly replicaKey?: KeyState;
  readonly key?: KeyState;
  readonly form?: ContextForm;
  /** Whether S3 tells on whose behalf it assumes the role: not documented, so both are tried. */
  readonly tellsSource?: boolean;
}

export interface ContextFact {
  readonly on: readonly CallKind[];
  /** `always`: carried with this value; `never`: not carried; `may`: one of the two, or with a value that is not known. */
  readonly carried: 'always' | 'never' | 'may';
  readonly keys: readonly string[];
  /** An AWS page, or `unconfirmed`. */
  readonly source: string;
  /** undefined result: the key stays unknown. */
  readonly value?: (facts: CallFacts) => ContextValue | undefined;
}

const onBuckets: readonly CallKind[] = ['source-bucket', 'source-object', 'destination-object'];
const onKeys: readonly CallKind[] = ['source-key', 'destination-key'];
const asRole: readonly CallKind[] = [...onBuckets, ...onKeys];
const everywhere: readonly CallKind[] = ['assume', ...asRole];

const globalKeys = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html';
const kmsKeys = 'https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html';
const s3Keys = 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html';
const troubleshooting = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html';
const kmsReplication = 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html';
const forwardSessions = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html';
const operatorsPage = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html';

const s3Only = ['s3:DataAccessPointArn', 's3:DataAccessPointAccount', 's3:AccessPointNetworkOrigin'];
const network = ['aws:SourceVpce', 'aws:SourceVpc', 'aws:VpcSourceIp', 'aws:VpceAccount', 'aws:VpceOrgID', 'aws:VpceOrgPaths'];
const sourceKeys = ['aws:SourceAccount', 'aws:SourceArn', 'aws:SourceOrgID', 'aws:SourceOrgPaths'];
const sseHeader = 's3:x-amz-server-side-encryption';
const sseKeyHeader = 's3:x-amz-server-side-encryption-aws-kms-key-id';

const organizationOf = (facts: CallFacts, account: string): ContextValue | undefined => {
  const read = known(facts.state.accounts?.[account]?.organization);
  return read.is === 'unread' ? undefined : read.is === 'absent' ? null : read.value;
};

/** The keys of organization paths hold several values; an account has one path. */
const organizationPathOf = (facts: CallFacts, account: string): ContextValue | undefined => {
  const path = known(facts.state.accounts?.[account]?.organizationPath);
  if (path.is === 'known') return [path.value];
  return organizationOf(facts, account) === null ? null : undefined;
};

const ownerOf = (facts: CallFacts): string =>
  facts.kind === 'assume' ? accountOfArn(facts.state.role.arn) : facts.key ? accountOfArn(facts.key.arn) : facts.bucket.account;

function sentEncryption({ encryption }: CallFacts): ContextValue | undefined {
  if (encryption.is === 'kms') return encryption.dual ? 'aws:kms:dsse' : 'aws:kms';
  if (encryption.is === 'sse-s3')
    return { unknown: 'whether S3 sends an encryption header with SSE-S3 replicas', maybe: 'AES256' };
  return encryption.is === 'sse-c' ? null : undefined;
}

const sentKey = ({ encryption, replicaKey }: CallFacts): ContextValue | undefined =>
  encryption.is === 'kms' ? replicaKey?.arn : encryption.is === 'unknown' ? undefined : null;

const encryptionContext = ({ state, bucket, form, objectKey }: CallFacts): ContextValue =>
  form === 'bucket' ? bucketArn(state, bucket) : `${bucketArn(state, bucket)}/${objectKey}`;

/** The table. Later lines do not override earlier ones: no key stands twice for one kind of call. */
export const contextTable: readonly ContextFact[] = [
  { on: everywhere, carried: 'never', keys: network, source: `${globalKeys}#condition-keys-sourcevpce and ${troubleshooting}` },
  // The address is one of AWS's own, never one of yours; whether the key is there at all is not documented.
  {
    on: everywhere,
    carried: 'may',
    keys: ['aws:SourceIp'],
    source: `${operatorsPage}#Conditions_IPAddress and ${troubleshooting}`,
    value: () => ({ unknown: "S3 calls from an address of AWS's own, if any", foreign: true }),
  },
  // AWS's own example denies s3:ReplicateObject without TLS; that S3's calls use TLS is inferred from it.
  {
    on: everywhere,
    carried: 'always',
    keys: ['aws:SecureTransport'],
    source: `${operatorsPage}#Conditions_Boolean`,
    value: () => true,
  },
  { on: asRole, carried: 'never', keys: sourceKeys, source: `${globalKeys}#condition-keys-sourceaccount` },
  {
    on: ['assume'],
    carried: 'may',
    keys: ['aws:SourceAccount'],
    source: 'unconfirmed',
    value: ({ tellsSource, state }) => (tellsSource ? state.source.account : null),
  },
  {
    on: ['assume'],
    carried: 'may',
    keys: ['aws:SourceArn'],
    source: 'unconfirmed',
    value: ({ tellsSource, state }) => (tellsSource ? bucketArn(state, state.source) : null),
  },
  {
    on: ['assume'],
    carried: 'may',
    keys: ['aws:SourceOrgID'],
    source: 'unconfirmed',
    value: (facts) => (facts.tellsSource ? organizationOf(facts, facts.state.source.account) : null),
  },
  {
    on: ['assume'],
    carried: 'may',
    keys: ['aws:SourceOrgPaths'],
    source: 'unconfirmed',
    value: (facts) => (facts.tellsSource ? organizationPathOf(facts, facts.state.source.account) : null),
  },
  // PutBucketReplication has no field for an external id, so S3 has none to send.
  {
    on: ['assume'],
    carried: 'never',
    keys: ['sts:ExternalId', 'sts:SourceIdentity', 'aws:MultiFactorAuthAge', 'aws:FederatedProvider'],
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html',
  },
  // False for what a service does with a service role, true for what it forwards (S3 to KMS).
  {
    on: onBuckets,
    carried: 'always',
    keys: ['aws:ViaAWSService'],
    source: `${globalKeys}#condition-keys-viaawsservice`,
    value: () => false,
  },
  { on: onKeys, carried: 'always', keys: ['aws:ViaAWSService'], source: forwardSessions, value: () => true },
  {
    on: onBuckets,
    carried: 'never',
    keys: ['aws:CalledVia', 'aws:CalledViaFirst', 'aws:CalledViaLast'],
    source: `${globalKeys}#condition-keys-calledvia`,
  },
  {
    on: asRole,
    carried: 'may',
    keys: ['aws:MultiFactorAuthPresent'],
    source: `${globalKeys}#condition-keys-multifactorauthpresent`,
    value: () => ({ unknown: 'whether the session of a service role carries aws:MultiFactorAuthPresent', maybe: 'false' }),
  },
  {
    on: asRole,
    carried: 'never',
    keys: [
      'aws:MultiFactorAuthAge',
      'aws:FederatedProvider',
      'aws:Ec2InstanceSourceVpc',
      'aws:Ec2InstanceSourcePrivateIPv4',
      'ec2:SourceInstanceArn',
      'lambda:SourceFunctionArn',
    ],
    source: globalKeys,
  },
  {
    on: asRole,
    carried: 'always',
    keys: ['aws:TokenIssueTime'],
    source: `${globalKeys}#condition-keys-tokenissuetime`,
    value: () => ({ unknown: 'when S3 took on the role', present: true }),
  },
  {
    on: asRole,
    carried: 'always',
    keys: ['aws:RequestedRegion'],
    source: `${globalKeys}#condition-keys-requestedregion`,
    value: ({ bucket }) => bucket.region,
  },
  {
    on: everywhere,
    carried: 'always',
    keys: ['aws:CurrentTime'],
    source: `${globalKeys}#condition-keys-currenttime`,
    value: ({ state }) => state.readAt ?? { unknown: 'the time of the call', present: true },
  },
  {
    on: everywhere,
    carried: 'always',
    keys: ['aws:EpochTime'],
    source: `${globalKeys}#condition-keys-epochtime`,
    value: ({ state }) =>
      state.readAt === undefined
        ? { unknown: 'the time of the call', present: true }
        : Math.floor(Date.parse(state.readAt) / 1000),
  },
  {
    on: everywhere,
    carried: 'always',
    keys: ['aws:ResourceOrgID'],
    source: `${globalKeys}#condition-keys-resourceorgid`,
    value: (facts) => organizationOf(facts, ownerOf(facts)),
  },
  {
    on: everywhere,
    carried: 'always',
    keys: ['aws:ResourceOrgPaths'],
    source: `${globalKeys}#condition-keys-resourceorgpaths`,
    value: (facts) => organizationPathOf(facts, ownerOf(facts)),
  },
  { on: onBuckets, carried: 'always', keys: ['s3:ResourceAccount'], source: s3Keys, value: ({ bucket }) => bucket.account },
  { on: asRole, carried: 'never', keys: s3Only, source: troubleshooting },
  // All endpoints of AWS ask for TLS 1.2 at least: https://aws.amazon.com/blogs/security/tls-1-2-required-for-aws-endpoints/
  {
    on: onBuckets,
    carried: 'may',
    keys: ['s3:TlsVersion'],
    source: 'unconfirmed',
    value: () => ({ unknown: 'which TLS version S3 uses for its own calls', maybe: '1.2' }),
  },
  {
    on: onBuckets,
    carried: 'may',
    keys: ['s3:signatureversion'],
    source: 'unconfirmed',
    value: () => ({ unknown: 'how S3 signs its own calls', maybe: 'AWS4-HMAC-SHA256' }),
  },
  {
    on: onBuckets,
    carried: 'may',
    keys: ['s3:authType'],
    source: 'unconfirmed',
    value: () => ({ unknown: 'how S3 signs its own calls', maybe: 'REST-HEADER' }),
  },
  { on: ['destination-object'], carried: 'always', keys: [sseHeader], source: kmsReplication, value: sentEncryption },
  { on: ['destination-object'], carried: 'always', keys: [sseKeyHeader], source: kmsReplication, value: sentKey },
  { on: ['source-bucket', 'source-object'], carried: 'never', keys: [sseHeader, sseKeyHeader], source: s3Keys },
  {
    on: onKeys,
    carried: 'always',
    keys: ['kms:ViaService'],
    source: kmsReplication,
    value: ({ bucket }) => `s3.${bucket.region}.amazonaws.com`,
  },
  {
    on: onKeys,
    carried: 'always',
    keys: ['kms:CallerAccount'],
    source: kmsKeys,
    value: ({ state }) => accountOfArn(state.role.arn),
  },
  { on: onKeys, carried: 'always', keys: ['kms:EncryptionContext:aws:s3:arn'], source: kmsReplication, value: encryptionContext },
  {
    on: onKeys,
    carried: 'always',
    keys: ['kms:EncryptionContextKeys'],
    source: kmsKeys,
    value: () => ({ unknown: 'which further encryption context objects carry', present: true }),
  },
  { on: onKeys, carried: 'always', keys: ['kms:EncryptionAlgorithm'], source: kmsKeys, value: () => 'SYMMETRIC_DEFAULT' },
  {
    on: onKeys,
    carried: 'always',
    keys: ['kms:MultiRegion'],
    source: kmsKeys,
    value: ({ key }) => key?.arn.includes(':key/mrk-'),
  },
  { on: onKeys, carried: 'always', keys: ['kms:KeySpec'], source: kmsKeys, value: ({ key }) => textOf(key?.spec) },
  { on: onKeys, carried: 'always', keys: ['kms:KeyUsage'], source: kmsKeys, value: ({ key }) => textOf(key?.usage) },
  {
    on: onKeys,
    carried: 'never',
    keys: [
      'kms:GrantIsForAWSResource',
      'kms:GrantOperations',
      'kms:GranteePrincipal',
      'kms:GrantConstraintType',
      'kms:RetiringPrincipal',
      'kms:BypassPolicyLockoutSafetyCheck',
    ],
    source: kmsKeys,
  },
];

function textOf(read: KeyState['spec']): ContextValue | undefined {
  const value = known(read);
  return value.is === 'known' ? value.value : undefined;
}

type Tags = Readonly<Record<string, string>>;

/** Every tag under its prefix; when all tags are known, the others are absent. */
function tagKeys(prefix: string, tags: Tags | undefined, complete: boolean): Readonly<Record<string, ContextValue>> {
  const entries = Object.entries(tags ?? {}).map(([key, value]) => [`${prefix}/${key}`, value] as const);
  return { ...Object.fromEntries(entries), ...(complete && { [`${prefix}/*`]: null }) };
}

function readTags(prefix: string, tags: KeyState['tags']): Readonly<Record<string, ContextValue>> {
  const read = known(tags);
  return read.is === 'unread' ? {} : tagKeys(prefix, read.is === 'known' ? read.value : {}, true);
}

export function contextOf(facts: CallFacts): RequestContext {
  const lines = contextTable.filter((line) => line.on.includes(facts.kind));
  const keys: Record<string, ContextValue> = {};
  for (const line of lines) {
    const value = line.carried === 'never' ? null : line.value?.(facts);
    if (value !== undefined) for (const key of line.keys) keys[key] = value;
  }
  return { keys: { ...keys, ...tagsOf(facts) }, others: 'unknown' };
}

function tagsOf(facts: CallFacts): Readonly<Record<string, ContextValue>> {
  const role = facts.state.role.tags;
  if (facts.kind === 'assume') return { ...readTags('aws:ResourceTag', role), ...readTags('iam:ResourceTag', role) };
  const object = facts.kind === 'source-object' ? tagKeys('s3:ExistingObjectTag', facts.objectTags, false) : {};
  return { ...readTags('aws:PrincipalTag', role), ...(facts.key && readTags('aws:ResourceTag', facts.key.tags)), ...object };
}
