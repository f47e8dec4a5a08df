import type { Observed, ResourceRef } from '../model/finding.ts';
import type { DestinationEnd, KeyRef, Replication, SourceEnd } from '../model/replication.ts';
import type {
  AccountState,
  BucketState,
  KeyState,
  PolicyText,
  Read,
  ReplicationState,
  RoleState,
} from '../policy/replication-state.ts';
import type { Aspect } from './aspect.ts';
import { bucketEncryption } from './bucket-encryption.ts';
import { bucketObjectOwnership } from './bucket-object-ownership.ts';
import { bucketPolicy } from './bucket-policy.ts';
import { bucketPublicAccess } from './bucket-public-access.ts';
import { bucketPublicAccessBlock } from './bucket-public-access-block.ts';
import { bucketVersioning } from './bucket-versioning.ts';
import { keyPolicy } from './key-policy.ts';
import { keyState } from './key-state.ts';
import { objectLock } from './object-lock.ts';
import type { PolicySetting } from './policy-setting.ts';
import { replicationConfiguration } from './replication-configuration.ts';
import { type BucketRef, bothBuckets, bothKeys, type KeyResource, roleOf } from './resources.ts';
import { type NamedDocument, roleOtherPolicies } from './role-other-policies.ts';
import { rolePolicy, rolePolicyName } from './role-policy.ts';
import { roleTrust } from './role-trust.ts';

/** What was seen of an aspect on a resource; undefined: nobody looked. */
export type Look = <V>(aspect: Aspect<V>, on: ResourceRef) => Observed<V> | undefined;

/** What the aspects saw of one replication, in the shape the proof reads. */
export function stateOf(r: Replication, look: Look, accounts?: Readonly<Record<string, AccountState>>): ReplicationState {
  const source = bucketState(r, r.source, look);
  const sourceRef = bothBuckets(r)[0] as BucketRef;
  const replication = look(replicationConfiguration, sourceRef);
  return {
    name: r.name,
    partition: r.partition,
    source: { ...source, replication: readOf(replication, ({ Role, Rules }) => ({ Role, Rules: [...Rules] })) },
    destination: bucketState(r, r.destination, look),
    role: roleState(r, look),
    ...(accounts && { accounts }),
  };
}

/** As the proof's convention has it: undefined not read, null not set, `unreadable` refused. */
function readOf<V, T>(observed: Observed<V> | undefined, value: (seen: V) => T | null | undefined): Read<T> | undefined {
  if (observed === undefined) return undefined;
  if (observed.status === 'unreadable') return { unreadable: observed.reason };
  return observed.status === 'present' ? (value(observed.value) ?? null) : null;
}

const textOf = ({ document }: PolicySetting): PolicyText => document as PolicyText;

function bucketState(r: Replication, end: SourceEnd | DestinationEnd, look: Look): BucketState {
  const { account, region, bucket } = end;
  const on = bothBuckets(r).find((ref) => ref.name === bucket);
  const keys = end === r.source ? [r.source.key, ...r.source.furtherKeys] : [end.key];
  const identity = { account, region, bucket, keys: keys.map((key) => keyStateOf(r, key, look)) };
  if (on === undefined) return identity;
  const versioning = look(bucketVersioning, on);
  return {
    ...identity,
    ...(versioning?.status === 'gone' && { exists: false }),
    ...((versioning?.status === 'present' || versioning?.status === 'absent') && { exists: true }),
    versioning: readOf(versioning, ({ Status }) => Status),
    encryption: readOf(look(bucketEncryption, on), ({ rule }) => ({ Rules: [rule] })),
    policy: readOf(look(bucketPolicy, on), textOf),
    publicAccessBlock: publicAccessBlockOf(on, look),
    objectOwnership: readOf(look(bucketObjectOwnership, on), ({ ObjectOwnership }) => ObjectOwnership),
    objectLock: readOf(look(objectLock, on), ({ enabled }) => enabled ?? false),
  };
}

/** Managed where the document says so, and else looked at while the bucket policy is public. */
function publicAccessBlockOf(on: BucketRef, look: Look): BucketState['publicAccessBlock'] {
  const managed = look(bucketPublicAccessBlock, on);
  if (managed !== undefined) return readOf(managed, (block) => ({ ...block }));
  const seen = look(bucketPublicAccess, on);
  return seen?.status === 'present' && seen.value.block === undefined ? undefined : readOf(seen, ({ block }) => block);
}

function keyStateOf(r: Replication, key: KeyRef, look: Look): KeyState {
  const arn = key.arn ?? key.named;
  const on = bothKeys(r).find((ref) => ref.arn === arn);
  const aliases = key.named === arn ? [] : [key.named];
  return on === undefined ? { arn, aliases } : { ...keyStateAt(on, look), aliases };
}

/** What was seen of one key. */
export function keyStateAt(on: KeyResource, look: Look): KeyState {
  const state = look(keyState, on);
  return {
    arn: on.arn,
    ...(state?.status === 'gone' && { exists: false }),
    ...(state?.status === 'present' && { exists: true }),
    state: readOf(state, (seen) => seen.state),
    manager: readOf(state, (seen) => seen.manager ?? 'CUSTOMER'),
    spec: readOf(state, (seen) => seen.spec ?? 'SYMMETRIC_DEFAULT'),
    usage: readOf(state, (seen) => seen.usage ?? 'ENCRYPT_DECRYPT'),
    policy: readOf(look(keyPolicy, on), textOf),
  };
}

function roleState(r: Replication, look: Look): RoleState {
  const on = roleOf(r);
  const trust = look(roleTrust, on);
  const own = look(rolePolicy, on);
  const others = look(roleOtherPolicies, on);
  const seen = others?.status === 'present' ? others.value : undefined;
  return {
    arn: r.role.arn,
    ...(trust?.status === 'absent' && { exists: false }),
    ...(trust?.status === 'present' && { exists: true, ...(trust.value.roleId && { id: trust.value.roleId }) }),
    trust: readOf(trust, ({ document }) => document as PolicyText),
    inline: inlinePolicies(own, others, seen?.inline),
    attached: readOf(others, ({ attached }) => byName(attached, (policy) => policy.arn ?? policy.name)),
    boundary: readOf(others, ({ boundary }) =>
      boundary === undefined ? null : { arn: boundary.arn ?? boundary.name, document: documentOf(boundary) as PolicyText },
    ),
  };
}

function inlinePolicies(
  own: Observed<PolicySetting> | undefined,
  others: Observed<unknown> | undefined,
  inline: readonly NamedDocument[] = [],
): RoleState['inline'] {
  if (own?.status === 'unreadable') return { unreadable: own.reason };
  if (others?.status === 'unreadable') return { unreadable: others.reason };
  if (own === undefined || others === undefined) return undefined;
  return {
    ...byName(inline, ({ name }) => name),
    ...(own.status === 'present' && { [rolePolicyName]: textOf(own.value) }),
  };
}

const documentOf = (policy: NamedDocument): PolicyText | { unreadable: string } =>
  (policy.document as PolicyText | undefined) ?? { unreadable: `policy ${policy.name} could not be read` };

const byName = (policies: readonly NamedDocument[], key: (policy: NamedDocument) => string) =>
  Object.fromEntries(policies.map((policy) => [key(policy), documentOf(policy)]));
