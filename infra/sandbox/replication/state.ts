/** A replication of the world in the shape that the proof reads. Nothing is left unread: the local AWS knows its own state. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import type { Level } from '../../../shared/policy/evaluate.ts';
import type {
  AccountState,
  BucketState,
  KeyState,
  ObjectState,
  PolicyText,
  ReplicationState,
  RoleState,
} from '../../../shared/policy/replication-state.ts';
import { managedPolicy, parsed } from '../authorisation/documents.ts';
import { organizationOf } from '../authorisation/organization.ts';
import { type KeptPolicy, showPolicy } from '../principals.ts';
import { findRole } from '../services/iam/state.ts';
import type { Key } from '../services/kms/key.ts';
import type { Bucket } from '../services/s3/bucket.ts';
import type { ObjectVersion, Version } from '../services/s3/objects/version.ts';
import type { World } from '../world.ts';

export const bucketOfArn = (world: World, arn = ''): Bucket | undefined =>
  world.s3.buckets.get(arn.slice(arn.lastIndexOf(':') + 1));

/** The state as it bears on one version and one rule, at this moment. @param role ARN */
export function replicationStateOf(
  world: World,
  source: Bucket,
  rule: ReplicationRule,
  role: string,
  version: Version,
): ReplicationState {
  const requester = role.split(':')[4] ?? '';
  const replicaKey = rule.Destination?.EncryptionConfiguration?.ReplicaKmsKeyID;
  const destination = bucketOfArn(world, rule.Destination?.Bucket);
  const keys = replicaKey === undefined ? [] : [keyNamed(world, replicaKey, destination?.region ?? source.region, requester)];
  const accounts = new Set([source.account, requester, ...(destination ? [destination.account] : [])]);
  return {
    readAt: world.clock.now().toISOString(),
    source: {
      ...bucketState(world, source, version.kind === 'object' ? sourceKeys(world, version) : []),
      replication: source.replication ?? null,
    },
    destination: destination ? bucketState(world, destination, keys) : missingBucket(rule, source),
    role: roleState(world, role),
    accounts: Object.fromEntries([...accounts].map((account) => [account, accountState(world, account)])),
    object: objectState(version),
  };
}

function bucketState(world: World, bucket: Bucket, keys: readonly KeyState[]): BucketState {
  return {
    account: bucket.account,
    region: bucket.region,
    bucket: bucket.name,
    exists: true,
    versioning: bucket.versioning ?? null,
    encryption: { Rules: [bucket.encryption] },
    policy: bucket.policy ? shown(world, bucket.policy) : null,
    publicAccessBlock: bucket.publicAccessBlock ?? null,
    objectOwnership: bucket.ownership ?? null,
    objectLock: bucket.objectLock ? true : null,
    payer: bucket.requestPayer,
    keys,
  };
}

const missingBucket = ({ Destination: to }: ReplicationRule, source: Bucket): BucketState => ({
  account: to?.Account ?? source.account,
  region: source.region,
  bucket: to?.Bucket?.slice(to.Bucket.lastIndexOf(':') + 1) ?? '',
  exists: false,
  versioning: null,
  encryption: null,
  policy: null,
  publicAccessBlock: null,
  objectLock: null,
});

function roleState(world: World, arn: string): RoleState {
  const role = findRole(world.iam, arn.split(':')[4] ?? '', arn.slice(arn.lastIndexOf('/') + 1));
  if (role?.arn !== arn) return { arn, exists: false };
  const { account, inline, attached, boundary, tags } = role;
  return {
    arn,
    exists: true,
    id: role.id,
    trust: shown(world, role.trust),
    inline: Object.fromEntries([...inline].map(([name, text]) => [name, parsed(text) as PolicyText])),
    attached: Object.fromEntries([...attached].map((policy) => [policy, documentOf(world, account, policy)])),
    boundary: boundary === undefined ? null : { arn: boundary, document: documentOf(world, account, boundary) },
    tags: Object.fromEntries(tags),
  };
}

/** A policy that was deleted allows nothing. */
const documentOf = (world: World, account: string, arn: string): PolicyText =>
  (managedPolicy(world, account, arn).document ?? { Statement: [] }) as PolicyText;

const shown = (world: World, policy: KeptPolicy): PolicyText => parsed(showPolicy(world, policy)) as PolicyText;

function sourceKeys(world: World, { encryption }: ObjectVersion): readonly KeyState[] {
  if (encryption.algorithm === 'AES256' || encryption.algorithm === 'SSE-C') return [];
  return [keyState(world, encryption.key, world.kms.keys.get(encryption.key))];
}

/** A bare alias or key id is looked up in the account of the role: https://docs.aws.amazon.com/AmazonS3/latest/API/API_EncryptionConfiguration.html */
function keyNamed(world: World, named: string, region: string, account: string): KeyState {
  const arn = named.startsWith('arn:')
    ? named
    : `arn:aws:kms:${region}:${account}:${named.startsWith('alias/') ? named : `key/${named}`}`;
  const target = world.kms.aliases.get(arn)?.keyArn ?? arn;
  return { ...keyState(world, target, world.kms.keys.get(target)), aliases: [named, arn] };
}

function keyState(world: World, arn: string, key: Key | undefined): KeyState {
  const gone = key?.deletionDate && key.deletionDate <= world.clock.now();
  if (!key || gone) return { arn, exists: false };
  return {
    arn: key.arn,
    exists: true,
    state: key.state,
    manager: key.manager,
    spec: key.spec,
    usage: key.usage,
    policy: shown(world, key.policy),
    tags: Object.fromEntries(key.tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue])),
  };
}

function accountState(world: World, account: string): AccountState {
  const organization = organizationOf(world, account);
  return {
    organization: organization?.id ?? null,
    serviceControlPolicies: levels(organization?.scps),
    resourceControlPolicies: levels(organization?.rcps),
    publicAccessBlock: null,
  };
}

const levels = (given: readonly Level[] = []): AccountState['serviceControlPolicies'] =>
  given.length === 0
    ? null
    : given.map((level) => Object.fromEntries(level.map(({ label, document }) => [label, document as PolicyText])));

function objectState(version: Version): ObjectState {
  if (version.kind === 'delete-marker') return { key: version.key, tags: {}, encryption: { algorithm: 'AES256' } };
  const { key, encryption } = version;
  const tags = Object.fromEntries(version.tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  if (encryption.algorithm === 'AES256' || encryption.algorithm === 'SSE-C') {
    return { key, tags, encryption: { algorithm: encryption.algorithm } };
  }
  return { key, tags, encryption: { algorithm: encryption.algorithm, key: encryption.key, bucketKey: encryption.bucketKey } };
}
