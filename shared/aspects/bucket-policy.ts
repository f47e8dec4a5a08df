import { overridesOwner, type Replication } from '../model/replication.ts';
import { mergeStatements, type PolicyRules, parsePolicy, policyOf, type Statement, statementsOf } from '../policy/statements.ts';
import type { Aspect } from './aspect.ts';
import { readRefusals, writeRefusals } from './failure-reasons.ts';
import { diffSetting, narrowSetting, type PolicySetting, retirePolicy } from './policy-setting.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, bucketArn, onBucket } from './resources.ts';

const ownSids = new Set(['LockstepReplicaObjects', 'LockstepReplicaOwner', 'LockstepReplicaObjectLock', 'LockstepReplicaBucket']);
const rulesFor = (desired: PolicySetting): PolicyRules => ({ ownSids, exclusive: desired.exclusive });

// https://docs.aws.amazon.com/general/latest/gr/s3.html
const maximumBytes = 20 * 1024;

export const bucketPolicy: Aspect<PolicySetting> = {
  name: 'bucket-policy',
  title: 'bucket policy',
  matters:
    'The destination bucket must let the replication role of the other account write replicas; without it every object ends as FAILED (DstPutObjectNotPermitted).',
  interrupts: true,
  failureReasons: [...readRefusals, ...writeRefusals],
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html',
  after: ['role-trust'],
  changedBy: ['PutBucketPolicy', 'DeleteBucketPolicy', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetBucketPolicy'], write: ['s3:PutBucketPolicy'] },
  // The source bucket's policy is read too: a Deny in it stops replication, and the proof must see it.
  resources: bothBuckets,
  desired(sharers, on) {
    const incoming = sharers.filter((r) => bucketArn(r, r.destination.bucket) === on.arn);
    return { document: policyOf(replicaStatements(incoming, on.arn)), exclusive: sharers.every((r) => r.exclusive) };
  },
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketPolicy', onBucket(on)), {
      absentWhen: ['NoSuchBucketPolicy'],
      parse: ({ Policy }) => (Policy === undefined ? undefined : { document: parsePolicy(Policy) }),
    }),
  diff: (desired, observed) => diffSetting(desired, observed, rulesFor(desired)),
  merge: (desired, observed) => ({ document: mergeStatements(desired.document, observed?.document, rulesFor(desired)) }),
  narrow: (some, all, observed) => narrowSetting(some, all, observed, rulesFor(all)),
  // S3 takes no policy without statements, and deleting policies is not for us.
  write: (on, next) =>
    statementsOf(next.document).length === 0
      ? []
      : [callOn(on, 's3:PutBucketPolicy', { ...onBucket(on), Policy: JSON.stringify(next.document) })],
  refuse(next) {
    const bytes = Buffer.byteLength(JSON.stringify(next.document));
    return bytes > maximumBytes ? `the bucket policy would have ${bytes} bytes; S3 accepts ${maximumBytes}` : undefined;
  },
  retire: retirePolicy({
    rulesFor: () => ({ ownSids }),
    remove: (on) => [callOn(on, 's3:DeleteBucketPolicy', onBucket(on))],
  }),
};

/** What the destination bucket grants: one statement for all roles that write into it. */
function replicaStatements(incoming: readonly Replication[], bucket: string): Statement[] {
  const statement = (Sid: string, from: readonly Replication[], Action: string[], Resource: string): Statement[] =>
    from.length === 0 ? [] : [{ Sid, Effect: 'Allow', Principal: { AWS: roleArns(from) }, Action, Resource }];
  return [
    ...statement(
      'LockstepReplicaObjects',
      incoming,
      ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
      `${bucket}/*`,
    ),
    ...statement('LockstepReplicaOwner', incoming.filter(overridesOwner), ['s3:ObjectOwnerOverrideToBucketOwner'], `${bucket}/*`),
    ...statement(
      'LockstepReplicaObjectLock',
      incoming.filter((r) => r.destination.objectLockGrants),
      ['s3:PutObjectRetention', 's3:PutObjectLegalHold'],
      `${bucket}/*`,
    ),
    ...statement('LockstepReplicaBucket', incoming, ['s3:ListBucket', 's3:GetBucketVersioning'], bucket),
  ];
}

export const roleArns = (replications: readonly Replication[]): string[] =>
  [...new Set(replications.map((r) => r.role.arn))].sort();
