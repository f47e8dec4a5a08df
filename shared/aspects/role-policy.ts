import { overridesOwner, type Replication } from '../model/replication.ts';
import { mergeStatements, type PolicyDocument, type PolicyRules, policyOf, type Statement } from '../policy/statements.ts';
import type { Aspect } from './aspect.ts';
import { readRefusals, writeRefusals } from './failure-reasons.ts';
import { diffSetting, narrowSetting, type PolicySetting, retirePolicy } from './policy-setting.ts';
import { callOn, readCall } from './read-call.ts';
import { bucketArn, keyArn, type RoleRef, roleOf } from './resources.ts';
import { noSuchEntity, parseIamPolicy } from './role-documents.ts';

/** The inline policy that is ours, whole: what else a role may do stands in its other policies. */
export const rolePolicyName = 'lockstep-replication';

const rules: PolicyRules = { ownSids: new Set(), exclusive: true };

// All inline policies of a role together; white space is free. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maximumCharacters = 10_240;

export const rolePolicy: Aspect<PolicySetting> = {
  name: 'role-policy',
  title: `role policy ${rolePolicyName}`,
  matters:
    'The replication role needs each of these grants; a missing one makes objects end as FAILED, or loses tags without a word.',
  interrupts: true,
  failureReasons: [...readRefusals, ...writeRefusals],
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html',
  after: ['role-trust'],
  changedBy: ['PutRolePolicy', 'DeleteRolePolicy', 'CreateRole', 'DeleteRole'],
  concernedBy: ({ policyName }) => policyName === undefined || policyName === rolePolicyName,
  permissions: { read: ['iam:GetRolePolicy'], write: ['iam:PutRolePolicy'] },
  resources: (r) => [roleOf(r)],
  desired: (sharers) => ({ document: rolePolicyFor(sharers) }),
  read: (on) =>
    readCall(callOn(on, 'iam:GetRolePolicy', { RoleName: (on as RoleRef).name, PolicyName: rolePolicyName }), {
      absentWhen: noSuchEntity,
      parse: ({ PolicyDocument: text }) => ({ document: parseIamPolicy(text) }),
    }),
  diff: (desired, observed) => diffSetting(desired, observed, rules),
  merge: (desired, observed) => ({ document: mergeStatements(desired.document, observed?.document, rules) }),
  narrow: (some, all, observed) => narrowSetting(some, all, observed, rules),
  write: (on, next) => [
    callOn(on, 'iam:PutRolePolicy', {
      RoleName: (on as RoleRef).name,
      PolicyName: rolePolicyName,
      PolicyDocument: JSON.stringify(next.document),
    }),
  ],
  refuse(next) {
    const characters = JSON.stringify(next.document).replace(/\s/g, '').length;
    return characters > maximumCharacters
      ? `the role policy would have ${characters} characters; IAM accepts ${maximumCharacters} for all inline policies of a role`
      : undefined;
  },
  retire: retirePolicy({
    rulesFor: () => rules,
    remove: (on) => [callOn(on, 'iam:DeleteRolePolicy', { RoleName: (on as RoleRef).name, PolicyName: rolePolicyName })],
  }),
};

/** Everything the role needs for all its replications: what AWS's pages on permissions, on KMS and on troubleshooting ask for, together. */
export function rolePolicyFor(sharers: readonly Replication[]): PolicyDocument {
  const sources = unique(sharers.map((r) => bucketArn(r, r.source.bucket)));
  const destinations = unique(sharers.map((r) => bucketArn(r, r.destination.bucket)));
  const overridden = unique(sharers.filter(overridesOwner).map((r) => bucketArn(r, r.destination.bucket)));
  const locked = unique(sharers.filter((r) => r.destination.objectLockGrants).map((r) => bucketArn(r, r.destination.bucket)));
  return policyOf([
    ...allow('LockstepSourceBucket', ['s3:GetReplicationConfiguration', 's3:ListBucket'], sources),
    ...allow('LockstepSourceObjects', sourceObjectActions, sources.map(objectsOf)),
    ...allow(
      'LockstepDestinationObjects',
      ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
      destinations.map(objectsOf),
    ),
    ...allow('LockstepDestinationOwner', ['s3:ObjectOwnerOverrideToBucketOwner'], overridden.map(objectsOf)),
    ...allow('LockstepDestinationObjectLock', ['s3:PutObjectRetention', 's3:PutObjectLegalHold'], locked.map(objectsOf)),
    ...keyStatements('LockstepSourceKey', ['kms:Decrypt'], sharers.flatMap(sourceUses)),
    // Decrypt because S3 verifies a Bucket Key before it uses it; GenerateDataKey for what arrives unencrypted.
    ...keyStatements(
      'LockstepDestinationKey',
      ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
      sharers.map(destinationUse),
    ),
  ]);
}

const sourceObjectActions = [
  ...['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
  // Only used where the source has Object Lock; they read, and only the source.
  ...['s3:GetObjectRetention', 's3:GetObjectLegalHold'],
];

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
const objectsOf = (bucket: string): string => `${bucket}/*`;

const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): Statement[] =>
  Resource.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action, Resource }];

interface KeyUse {
  readonly region: string;
  readonly key: string;
  readonly bucket: string;
}

const sourceUses = (r: Replication): KeyUse[] =>
  [r.source.key, ...r.source.furtherKeys].map((key) => ({
    region: r.source.region,
    key: keyArn(key),
    bucket: bucketArn(r, r.source.bucket),
  }));

const destinationUse = (r: Replication): KeyUse => ({
  region: r.destination.region,
  key: keyArn(r.destination.key),
  bucket: bucketArn(r, r.destination.bucket),
});

/** One statement a region, so that many destinations stay within the size limit; the first region's has the plain Sid. */
function keyStatements(sid: string, Action: readonly string[], uses: readonly KeyUse[]): Statement[] {
  return unique(uses.map((use) => use.region)).map((region, index) => {
    const here = uses.filter((use) => use.region === region);
    return {
      Sid: index === 0 ? sid : `${sid}${index + 1}`,
      Effect: 'Allow',
      Action,
      Resource: unique(here.map((use) => use.key)),
      Condition: {
        // The same suffix in every partition: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
        // The object's ARN without a Bucket Key, the bucket's with one; a bucket can hold both kinds.
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        StringLike: { 'kms:EncryptionContext:aws:s3:arn': unique(here.flatMap(({ bucket }) => [bucket, objectsOf(bucket)])) },
      },
    };
  });
}
