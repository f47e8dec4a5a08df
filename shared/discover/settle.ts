/** Fields that nothing in the buckets spells out: they follow from what the policies give, and from what a document leads to. */
import type { Aspect, Get } from '../aspects/aspect.ts';
import { bucketNotification } from '../aspects/bucket-notification.ts';
import { bucketPolicy } from '../aspects/bucket-policy.ts';
import { keyPolicy } from '../aspects/key-policy.ts';
import { type ReplicationSetting, replicationConfiguration } from '../aspects/replication-configuration.ts';
import { bothKeys, destinationBuckets, roleOf, sourceBucket, sourceKeys } from '../aspects/resources.ts';
import { roleOtherPolicies } from '../aspects/role-other-policies.ts';
import { rolePolicy } from '../aspects/role-policy.ts';
import type { ReplicationInput } from '../model/desired-state/schema.ts';
import type { ResourceRef } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';
import { diffStatements, policyOf, type Statement, statementsOf } from '../policy/statements.ts';
import { furtherSourceKeys } from './further-keys.ts';

/** Turns a draft into a replication, every default filled in, keys resolved. */
export type Complete = (input: ReplicationInput) => Promise<Replication>;

/** The draft with keys, grants and priorities as they are found. Unreadable policies change nothing: the plan tells of them. */
export async function settled(draft: ReplicationInput, complete: Complete, get: Get): Promise<ReplicationInput> {
  const withKeys = await withFurtherKeys(draft, complete, get);
  const withAdmin = await withAccountAdmin(withKeys, complete, get);
  const withLocks = await withObjectLock(withAdmin, complete, get);
  const withEvents = await withFailureEvents(withLocks, complete, get);
  return withPriorities(withEvents, complete, get);
}

async function settingOf<V>(aspect: Aspect<V>, on: ResourceRef, get: Get): Promise<V | undefined> {
  const observed = await aspect.read(on)(get);
  return observed.status === 'present' ? observed.value : undefined;
}

/** Every statement that says what the replication role may do. */
async function roleStatements(r: Replication, get: Get): Promise<readonly Statement[]> {
  const own = await settingOf(rolePolicy, roleOf(r), get);
  const others = await settingOf(roleOtherPolicies, roleOf(r), get);
  const documents = [own?.document, ...[...(others?.inline ?? []), ...(others?.attached ?? [])].map(({ document }) => document)];
  return documents.flatMap(statementsOf);
}

async function withFurtherKeys(draft: ReplicationInput, complete: Complete, get: Get): Promise<ReplicationInput> {
  const r = await complete(draft);
  const keys = furtherSourceKeys(r, await roleStatements(r, get));
  return keys.length === 0 ? draft : { ...draft, source: { ...draft.source, keys: [...keys] } };
}

/** `accountAdmin: false` where the key's policy does not delegate to its account. */
async function withAccountAdmin(draft: ReplicationInput, complete: Complete, get: Get): Promise<ReplicationInput> {
  const r = await complete(draft);
  const lacksDelegation = async (on: ResourceRef | undefined): Promise<boolean> => {
    const observed = on && (await settingOf(keyPolicy, on, get));
    if (on === undefined || observed === undefined) return false;
    const differences = keyPolicy.diff(keyPolicy.desired([r], on), observed, on);
    return differences.some(({ path, observed: ours }) => path === 'LockstepAccountAdmin' && ours === undefined);
  };
  const [ofSource] = sourceKeys(r);
  const ofDestination = bothKeys(r).find(({ arn }) => arn === r.destination.key.arn);
  const [source, destination] = await Promise.all([lacksDelegation(ofSource), lacksDelegation(ofDestination)]);
  return {
    ...draft,
    ...(source && { source: { ...draft.source, accountAdmin: false } }),
    ...(destination && r.destination.managed && { destination: { ...draft.destination, accountAdmin: false } }),
  };
}

/** `objectLock` where the role may set retention and legal hold on replicas, by its own policies or by the bucket's. */
async function withObjectLock(draft: ReplicationInput, complete: Complete, get: Get): Promise<ReplicationInput> {
  const locked = { ...draft, destination: { ...draft.destination, objectLock: true } };
  const r = await complete(locked);
  const isGiven = (given: readonly Statement[], wanted: Statement): boolean =>
    diffStatements(policyOf([wanted]), policyOf(given), { ownSids: new Set() }).length === 0;
  const wantedOf = (policy: { readonly document: ReturnType<typeof policyOf> }, sid: string) =>
    statementsOf(policy.document).filter(({ Sid }) => Sid === sid);
  const [bucket] = destinationBuckets(r);
  const ofBucket = bucket && (await settingOf(bucketPolicy, bucket, get));
  const inBucket = bucket ? wantedOf(bucketPolicy.desired([r], bucket), 'LockstepReplicaObjectLock') : [];
  const inRole = wantedOf(rolePolicy.desired([r], roleOf(r)), 'LockstepDestinationObjectLock');
  const ofRole = await roleStatements(r, get);
  const isFound = inBucket.some((s) => isGiven(statementsOf(ofBucket?.document), s)) || inRole.some((s) => isGiven(ofRole, s));
  return isFound ? locked : draft;
}

/** `failureEvents: false` where there is a topic for failures and the source bucket does not tell it of them. */
async function withFailureEvents(draft: ReplicationInput, complete: Complete, get: Get): Promise<ReplicationInput> {
  const r = await complete(draft);
  const [on] = bucketNotification.resources(r);
  const observed = on && (await bucketNotification.read(on)(get));
  if (on === undefined || observed === undefined || observed.status === 'unreadable' || observed.status === 'gone') return draft;
  const value = observed.status === 'present' ? observed.value : undefined;
  const desired = bucketNotification.desired([r], on);
  const isBlocked = bucketNotification.blockedBy?.(desired, value, on) !== undefined;
  const isTold = !isBlocked && bucketNotification.diff(desired, value, on).length === 0;
  return isTold ? draft : { ...draft, failureEvents: false };
}

/**
 * Writes down those priorities that would not be given anyway. One at a time: each that is written changes what the others are given.
 * Beside rules to other destinations all of them, for what those are given depends on documents that are not here.
 */
async function withPriorities(draft: ReplicationInput, complete: Complete, get: Get): Promise<ReplicationInput> {
  const setting = await settingOf(replicationConfiguration, sourceBucket(await complete(draft)), get);
  if (setting === undefined) return draft;
  let rules = draft.rules ?? [{}];
  const hasOthers = setting.Rules.length > rules.length;
  for (const _ of rules) {
    const next = rulesWithPriority(await complete({ ...draft, rules }), setting, hasOthers);
    if (next.size === 0) break;
    rules = rules.map((rule, index) => ({ ...rule, ...(next.has(index) && { priority: next.get(index) }) }));
  }
  return rules.every((rule) => Object.keys(rule).length === 0) ? draft : { ...draft, rules };
}

/** The priority to write down, by the rule's place: of the first rule that is given another one, or of all. A rule of the first version has none. */
function rulesWithPriority(r: Replication, setting: ReplicationSetting, all: boolean): ReadonlyMap<number, number> {
  const on = sourceBucket(r);
  const differences = replicationConfiguration.diff(replicationConfiguration.desired([r], on), setting, on);
  const entries = r.rules.flatMap(({ id, priorityFixed }, index): readonly (readonly [number, number])[] => {
    const observed = setting.Rules.find((rule) => rule.ID === id)?.Priority;
    const isDue = all ? !priorityFixed : differences.some(({ path }) => path === `Rules[${id}].Priority`);
    return isDue && observed !== undefined ? [[index, observed]] : [];
  });
  return new Map(all ? entries : entries.slice(0, 1));
}
