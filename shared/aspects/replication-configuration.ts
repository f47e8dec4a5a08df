import type { ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import type { Difference } from '../model/finding.ts';
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
}

export const replicationConfiguration: Aspect<ReplicationSetting> = {
  name: 'replication-configuration',
  title: 'replication configuration',
  matters: 'This is what makes S3 replicate. What it leaves out is not attempted at all: no failure, no metric, no event.',
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
    if (observed === undefined) return [{ path: 'ReplicationConfiguration', desired: { Role: desired.Role, Rules: desired.Rules } }];
    const role = observed.Role === desired.Role ? [] : [{ path: 'Role', observed: observed.Role, desired: desired.Role }];
    const rules = desired.Rules.flatMap((rule) => ruleDifferences(rule, desired, observed));
    const others = desired.exclusive ? othersIn(desired, observed) : [];
    return [...role, ...rules, ...others.map((rule) => ({ path: `Rules[${rule.ID}]`, observed: rule }))];
  },
  merge(desired, observed) {
    const others = desired.exclusive ? [] : othersIn(desired, observed);
    const ours = (rule: S3Rule): S3Rule => ({ ...rule, Priority: freePriority(rule, desired, others) });
    const kept = (observed?.Rules ?? []).flatMap((rule) => {
      const wanted = desired.Rules.find((other) => other.ID === rule.ID);
      if (wanted === undefined) return desired.exclusive ? [] : [rule];
      return [observed && ruleDifferences(wanted, desired, observed).length === 0 ? rule : ours(wanted)];
    });
    const missing = desired.Rules.filter((rule) => !kept.some((other) => other.ID === rule.ID)).map(ours);
    return { Role: desired.Role, Rules: [...kept, ...missing] };
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
};

const othersIn = (desired: ReplicationSetting, observed: ReplicationSetting | undefined): readonly S3Rule[] =>
  (observed?.Rules ?? []).filter((rule) => !desired.Rules.some((ours) => ours.ID === rule.ID));

/** The rule's own priority, or the next one that no rule of others holds; S3 refuses a configuration with one priority twice. */
function freePriority(rule: S3Rule, desired: ReplicationSetting, others: readonly S3Rule[]): number | undefined {
  if (!desired.flexible?.has(rule.ID ?? '')) return rule.Priority;
  const taken = new Set([...others, ...desired.Rules.filter((other) => other.ID !== rule.ID)].map((other) => other.Priority));
  let priority = rule.Priority ?? 1;
  while (taken.has(priority)) priority++;
  return priority;
}

function ruleDifferences(desired: S3Rule, setting: ReplicationSetting, observed: ReplicationSetting): Difference[] {
  const found = observed.Rules.find((rule) => rule.ID === desired.ID);
  if (found === undefined) return [{ path: `Rules[${desired.ID}]`, desired }];
  const wantedMeaning = meaningOfRule(desired);
  const foundMeaning = meaningOfRule(found);
  // Ours to choose: where a rule of others holds the priority we would take, another free one is as good.
  const others = setting.exclusive ? [] : othersIn(setting, observed);
  if (found.Priority === freePriority(desired, setting, others)) wantedMeaning.Priority = foundMeaning.Priority;
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
