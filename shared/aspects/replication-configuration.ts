import type { ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import type { Blocker, Difference, ResourceRef } from '../model/finding.ts';
import { overridesOwner, type Replication, type ReplicationRule } from '../model/replication.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { meaningOfRule } from './replication-rule.ts';
import { bucketArn, keyArn, onBucket, sourceBucket } from './resources.ts';

export interface ReplicationSetting {
  readonly Role?: string;
  readonly Rules: readonly S3Rule[];
  /** IDs of our rules whose priority may be another free one. */
  readonly flexible?: ReadonlySet<string>;
  readonly exclusive?: boolean;
  /** IDs of rules of ours that stay although they are not looked after now. */
  readonly kept?: ReadonlySet<string | undefined>;
}

export const replicationConfiguration: Aspect<ReplicationSetting> = {
  name: 'replication-configuration',
  title: 'replication configuration',
  matters: 'This is what makes S3 replicate. What it leaves out is not attempted at all: no failure, no metric, no event.',
  interrupts: true,
  failureReasons: ['SrcBucketReplicationConfigMissing'],
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html',
  after: ['bucket-versioning', 'role-trust', 'role-policy', 'bucket-policy', 'key-policy', 'key-state'],
  changedBy: ['PutBucketReplication', 'DeleteBucketReplication', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetReplicationConfiguration'], write: ['s3:PutReplicationConfiguration', 'iam:PassRole'] },
  resources: (r) => [sourceBucket(r)],
  desired(sharers, on) {
    const outgoing = sharers.filter((r) => bucketArn(r, r.source.bucket) === on.arn);
    return {
      Role: outgoing[0]?.role.arn,
      Rules: outgoing.flatMap((r) => r.rules.map((rule) => ruleFor(r, rule))),
      flexible: new Set(outgoing.flatMap((r) => r.rules.filter((rule) => !rule.priorityFixed).map((rule) => rule.id))),
      exclusive: outgoing.every((r) => r.exclusive),
    };
  },
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketReplication', onBucket(on)), {
      absentWhen: ['ReplicationConfigurationNotFoundError'],
      parse: ({ ReplicationConfiguration }) =>
        ReplicationConfiguration && { Role: ReplicationConfiguration.Role, Rules: ReplicationConfiguration.Rules ?? [] },
    }),
  diff(desired, observed) {
    if (observed === undefined)
      return [{ path: 'ReplicationConfiguration', desired: { Role: desired.Role, Rules: desired.Rules } }];
    const role = observed.Role === desired.Role ? [] : [{ path: 'Role', observed: observed.Role, desired: desired.Role }];
    const { wanted, unwanted } = sorted(desired, observed);
    const found = new Map(observed.Rules.map((rule) => [rule.ID, rule]));
    const rules = [...wanted.values()].flatMap((rule) => ruleDifferences(rule, found.get(rule.ID)));
    return [...role, ...rules, ...unwanted.map((rule) => ({ path: `Rules[${rule.ID}]`, observed: rule }))];
  },
  blockedBy: holdsOurPriority,
  narrow: (some, all) => ({ ...some, exclusive: all.exclusive, kept: new Set(all.Rules.map((rule) => rule.ID)) }),
  merge(desired, observed) {
    const { wanted, unwanted } = sorted(desired, observed);
    const left = (observed?.Rules ?? []).filter((rule) => !unwanted.includes(rule));
    const kept = left.map((rule) => {
      const ours = wanted.get(rule.ID);
      return ours !== undefined && ruleDifferences(ours, rule).length > 0 ? ours : rule;
    });
    const present = new Set(kept.map((rule) => rule.ID));
    return { Role: desired.Role, Rules: [...kept, ...[...wanted.values()].filter((rule) => !present.has(rule.ID))] };
  },
  write: (on, next) => [
    callOn(on, 's3:PutBucketReplication', {
      ...onBucket(on),
      ReplicationConfiguration: { Role: next.Role, Rules: [...next.Rules] },
    }),
  ],
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
  refuse: (next) =>
    next.Rules.length > 1000 ? `the configuration would have ${next.Rules.length} rules; S3 accepts 1,000` : undefined,
  retire: {
    leave(gone, staying, observed) {
      const ending = new Set(gone.Rules.map(({ ID }) => ID)).difference(new Set(staying?.Rules.map(({ ID }) => ID)));
      const rest = { ...observed, Rules: observed.Rules.filter(({ ID }) => !ending.has(ID)) };
      return staying === undefined || ending.size === 0
        ? rest
        : renumbered(rest, sorted(together(gone, staying), observed), sorted(staying, rest));
    },
    differences: (left, observed) =>
      observed.Rules.filter((rule) => !left.Rules.includes(rule)).map((rule) => {
        const moved = left.Rules.find(({ ID }) => ID === rule.ID);
        if (moved === undefined) return { path: `Rules[${rule.ID}]`, observed: rule };
        return { path: `Rules[${rule.ID}].Priority`, observed: rule.Priority, desired: moved.Priority };
      }),
    isEmpty: (left) => left.Rules.length === 0,
    remove: (on) => [callOn(on, 's3:DeleteBucketReplication', onBucket(on))],
  },
};

interface Sorted {
  /** Our rules by ID, with the priorities they can have beside the rules that stay. */
  readonly wanted: ReadonlyMap<string | undefined, S3Rule>;
  /** Rules of others that must go. */
  readonly unwanted: readonly S3Rule[];
}

function sorted(desired: ReplicationSetting, observed: ReplicationSetting | undefined): Sorted {
  const { staying, unwanted } = othersIn(desired, observed);
  return { wanted: new Map(withFreePriorities(desired, staying).map((rule) => [rule.ID, rule])), unwanted };
}

function othersIn(desired: ReplicationSetting, observed: ReplicationSetting | undefined) {
  const ours = new Set(desired.Rules.map((rule) => rule.ID));
  const others = (observed?.Rules ?? []).filter((rule) => !ours.has(rule.ID));
  const unwanted = desired.exclusive ? others.filter((rule) => !desired.kept?.has(rule.ID)) : [];
  return { staying: others.filter((rule) => !unwanted.includes(rule)), unwanted };
}

/** A rule of others that has a priority which the document names: S3 refuses a configuration with one priority twice. */
function holdsOurPriority(
  desired: ReplicationSetting,
  observed: ReplicationSetting | undefined,
  on: ResourceRef,
): Blocker | undefined {
  const { staying } = othersIn(desired, observed);
  const fixed = desired.Rules.filter(({ ID }) => !desired.flexible?.has(ID ?? ''));
  for (const { ID, Priority } of fixed) {
    const rival = staying.find((rule) => rule.Priority === Priority);
    if (rival === undefined) continue;
    return {
      reason: `rule "${rival.ID ?? ''}" in the replication configuration of ${on.arn} has priority ${Priority}, which the document gives to ${ID}, and S3 takes a priority only once`,
      owner: on.arn,
      statement: rival,
      remedy: `Remove "${rival.ID ?? ''}" or give it another priority, if it is not needed as it is; or change \`priority\` in the document.`,
    };
  }
  return undefined;
}

const together = (gone: ReplicationSetting, staying: ReplicationSetting): ReplicationSetting => ({
  ...staying,
  Rules: [...staying.Rules, ...gone.Rules.filter(({ ID }) => !staying.Rules.some((rule) => rule.ID === ID))],
  flexible: new Set([...(gone.flexible ?? []), ...(staying.flexible ?? [])]),
});

/** Rules that gave way to one that ends take the priorities that they are given without it. */
function renumbered(rest: ReplicationSetting, before: Sorted, after: Sorted): ReplicationSetting {
  const Rules = rest.Rules.map((rule) => {
    const [was, is] = [before.wanted.get(rule.ID)?.Priority, after.wanted.get(rule.ID)?.Priority];
    return is === undefined || is === was || rule.Priority !== was ? rule : { ...rule, Priority: is };
  });
  return { ...rest, Rules };
}

/**
 * Our rules, each with its own priority or the next one that no rule of others holds: S3 refuses a configuration with one priority
 * twice. Rules that give way keep their order among each other.
 */
function withFreePriorities({ Rules, flexible }: ReplicationSetting, staying: readonly S3Rule[]): readonly S3Rule[] {
  const isFlexible = (rule: S3Rule): boolean => flexible?.has(rule.ID ?? '') ?? false;
  const taken = new Set([...staying, ...Rules.filter((rule) => !isFlexible(rule))].map((rule) => rule.Priority));
  const chosen = new Map<S3Rule, number>();
  let priority = 0;
  for (const rule of Rules.filter(isFlexible).sort((a, b) => (a.Priority ?? 0) - (b.Priority ?? 0))) {
    priority = Math.max(rule.Priority ?? 0, priority);
    while (taken.has(priority)) priority++;
    chosen.set(rule, priority++);
  }
  return Rules.map((rule) => ({ ...rule, Priority: chosen.get(rule) ?? rule.Priority }));
}

function ruleDifferences(desired: S3Rule, found: S3Rule | undefined): Difference[] {
  if (found === undefined) return [{ path: `Rules[${desired.ID}]`, desired }];
  const foundMeaning = meaningOfRule(found);
  const wantedMeaning = { ...meaningOfRule(desired) };
  // Only a change of owner needs the account; without one it may be left out.
  if (found.Destination?.Account === undefined && desired.Destination?.AccessControlTranslation === undefined)
    wantedMeaning['Destination.Account'] = undefined;
  return [...new Set([...Object.keys(wantedMeaning), ...Object.keys(foundMeaning)])]
    .filter((element) => wantedMeaning[element] !== foundMeaning[element])
    .map((element) => ({
      path: `Rules[${desired.ID}].${element}`,
      observed: foundMeaning[element],
      desired: wantedMeaning[element],
    }));
}

function ruleFor(r: Replication, rule: ReplicationRule): S3Rule {
  return {
    ID: rule.id,
    Priority: rule.priority,
    Status: rule.status,
    Filter: filterFor(rule),
    SourceSelectionCriteria: {
      // Without this opt-in objects under KMS keys are silently left out.
      SseKmsEncryptedObjects: { Status: 'Enabled' },
      ...(rule.replicaModifications && { ReplicaModifications: { Status: 'Enabled' } }),
    },
    DeleteMarkerReplication: { Status: rule.deleteMarkers ? 'Enabled' : 'Disabled' },
    Destination: {
      Bucket: bucketArn(r, r.destination.bucket),
      Account: r.destination.account,
      ...(rule.storageClass !== undefined && { StorageClass: rule.storageClass as 'STANDARD' }),
      ...(overridesOwner(r) && { AccessControlTranslation: { Owner: 'Destination' } }),
      EncryptionConfiguration: { ReplicaKmsKeyID: keyArn(r.destination.key) },
      // Failure events and metrics exist only with Metrics on:
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
      Metrics: { Status: 'Enabled', ...(rule.timeControl && { EventThreshold: { Minutes: 15 } }) },
      ...(rule.timeControl && { ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } } }),
    },
  };
}

function filterFor({ prefix, tags }: ReplicationRule): S3Rule['Filter'] {
  if (tags.length === 0) return { Prefix: prefix };
  const [first] = tags;
  if (tags.length === 1 && prefix === '' && first !== undefined) return { Tag: { ...first } };
  return { And: { ...(prefix !== '' && { Prefix: prefix }), Tags: tags.map((tag) => ({ ...tag })) } };
}
