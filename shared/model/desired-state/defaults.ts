/** What a document leaves out: fields from its `defaults`, then the product's own. */
import { createHash } from 'node:crypto';
import { isAliasArn, parseRoleArn, partitionOf, roleArn } from '../arn.ts';
import type {
  BucketLifecycle,
  KeyRef,
  Mode,
  PublicAccessBlock,
  Replication,
  ReplicationRole,
  ReplicationRule,
  Tag,
} from '../replication.ts';
import type { LifecycleInput, ReplicationInput, RuleInput, SideInput } from './schema.ts';

/**
 * Lays a replication's own fields over the document's defaults, object by object; lists and single values are replaced as a whole.
 * A replication that gives its own mode other than `paused` leaves the pause of the defaults behind.
 */
export function withDefaults(defaults: unknown, own: unknown): unknown {
  if (!isObject(defaults) || !isObject(own)) return own;
  const ownMode = Object.hasOwn(own, 'mode') && own.mode !== 'paused';
  const inherited = ownMode
    ? Object.fromEntries(Object.entries(defaults).filter(([name]) => name !== 'until' && name !== 'reason'))
    : defaults;
  return overlay(inherited, own);
}

function overlay(under: unknown, over: unknown): unknown {
  if (!isObject(under) || !isObject(over)) return over;
  const merged = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) merged.set(name, merged.has(name) ? overlay(merged.get(name), value) : value);
  return Object.fromEntries(merged);
}

/** An object with fields: neither a list nor null. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What documents do not say themselves. */
export interface Surroundings {
  /** Decides whether a pause is over. */
  readonly now: Date;
  /**
   * Name of the SNS topic for replication failures, the same in every account and region that holds source buckets.
   * undefined: there is none, and notifications of buckets are left alone.
   */
  readonly failureTopic?: string | undefined;
}

/**
 * Fills in every default.
 *
 * @returns undefined while a field that has no default is missing
 */
export function complete(
  name: string,
  document: string,
  input: ReplicationInput,
  { now, failureTopic }: Surroundings,
): Replication | undefined {
  const source = toEnd(input.source, input.lifecycle?.source);
  const destination = toEnd(input.destination, input.lifecycle?.destination);
  if (source === undefined || destination === undefined) return undefined;
  const partition = partitionOf(source.region);
  return {
    name,
    document,
    ...modeOf(input, now),
    partition,
    source: {
      ...source,
      furtherKeys: (input.source?.keys ?? []).map(toKey),
      ...(failureTopic !== undefined &&
        input.failureEvents !== false && { failureTopic: topicArn(partition, source, failureTopic) }),
    },
    destination: {
      ...destination,
      managed: input.destination?.managed ?? true,
      objectLockGrants: input.destination?.objectLock ?? false,
    },
    role: toRole(input.role ?? defaultRoleName(source.bucket), partition, source.account),
    rules: toRules(name, input.rules ?? [{}]),
    ownership: input.ownership ?? 'destination',
    keyState: input.keyState ?? 'repair',
    exclusive: input.exclusive ?? false,
  };
}

function toEnd(side: Partial<SideInput> | undefined, lifecycle: LifecycleInput | undefined) {
  const { account, region, bucket, key, objectOwnership, blockPublicAccess } = side ?? {};
  if (account === undefined || region === undefined || bucket === undefined || key === undefined) return undefined;
  return {
    account,
    region,
    bucket,
    key: toKey(key),
    bucketKey: side?.bucketKey ?? true,
    accountAdmin: side?.accountAdmin ?? true,
    ...(objectOwnership !== undefined && { objectOwnership }),
    ...(blockPublicAccess !== undefined && { blockPublicAccess: toPublicAccessBlock(blockPublicAccess) }),
    ...(lifecycle !== undefined && { lifecycle: toLifecycle(lifecycle) }),
  };
}

// S3 sends to topics of the bucket's own region: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
const topicArn = (partition: string, { region, account }: { readonly region: string; readonly account: string }, name: string) =>
  `arn:${partition}:sns:${region}:${account}:${name}`;

const toKey = (named: string): KeyRef => (isAliasArn(named) ? { named } : { named, arn: named });

const toPublicAccessBlock = (given: true | PublicAccessBlock): PublicAccessBlock =>
  given === true
    ? { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }
    : given;

const toLifecycle = (given: LifecycleInput): BucketLifecycle => ({
  ...given,
  id: given.id ?? 'lockstep-expiry',
  prefix: given.prefix ?? '',
});

function toRole(named: string, partition: string, account: string): ReplicationRole {
  const role = parseRoleArn(named);
  if (role !== undefined) return { arn: named, name: role.name, path: role.path };
  return { arn: roleArn(partition, account, '/', named), name: named, path: '/' };
}

// Role names have at most 64 characters: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
const roleNameLimit = 64;

/** `lockstep-<source bucket>`; cut where that is too long, with a hash so that two buckets never get one role. */
export function defaultRoleName(sourceBucket: string): string {
  const name = `lockstep-${sourceBucket}`;
  if (name.length <= roleNameLimit) return name;
  const hash = createHash('sha256').update(sourceBucket).digest('hex').slice(0, 8);
  return `${name.slice(0, roleNameLimit - hash.length - 1)}-${hash}`;
}

const toRules = (replication: string, rules: readonly RuleInput[]): ReplicationRule[] =>
  rules.map((rule, index) =>
    toRule(rule, rules.length === 1 ? `lockstep-${replication}` : `lockstep-${replication}-${index + 1}`),
  );

const toRule = (rule: RuleInput, defaultId: string): ReplicationRule => ({
  id: rule.id ?? defaultId,
  prefix: rule.prefix ?? '',
  tags: toTags(rule.tags),
  priority: rule.priority ?? 0,
  priorityFixed: rule.priority !== undefined,
  status: rule.status ?? 'Enabled',
  ...(rule.storageClass !== undefined && { storageClass: rule.storageClass }),
  deleteMarkers: rule.deleteMarkers ?? false,
  replicaModifications: rule.replicaModifications ?? false,
  timeControl: rule.timeControl ?? false,
});

export const toTags = (tags: RuleInput['tags']): readonly Tag[] =>
  Array.isArray(tags) ? tags : Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

function modeOf(
  { mode, until, reason }: ReplicationInput,
  now: Date,
): { readonly mode: Mode; readonly pauseExpired?: Replication['pauseExpired'] } {
  if (mode !== 'paused' || until === undefined || reason === undefined)
    return { mode: { kind: mode === 'observe' ? 'observe' : 'repair' } };
  const isOver = Date.parse(until) <= now.getTime();
  return isOver ? { mode: { kind: 'repair' }, pauseExpired: { until, reason } } : { mode: { kind: 'paused', until, reason } };
}
