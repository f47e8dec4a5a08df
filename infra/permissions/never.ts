/**
 * What the healer must never do, whatever anybody grants it besides: destroy, or widen its own reach.
 *
 * One thing no policy can say: that versioning may be enabled but not suspended, for PutBucketVersioning has no condition key for its status.
 * No call of the product suspends it, which is one of its laws.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import type { Config } from '../config.ts';
import { boundaryArn, bucketArns, keyGrants, ownRoleArns, roleArns } from './names.ts';
import { type At, type Statement, serviceOf } from './statement.ts';

const objects = [
  ...['s3:BypassGovernanceRetention', 's3:CreateBucket', 's3:DeleteBucket', 's3:DeleteBucketPolicy', 's3:DeleteObject'],
  ...['s3:DeleteObjectVersion', 's3:GetObject', 's3:GetObjectVersion', 's3:PutBucketAcl', 's3:PutBucketObjectLockConfiguration'],
  ...['s3:PutObject', 's3:PutObjectAcl', 's3:PutObjectRetention', 's3:PutAccountPublicAccessBlock'],
];

const keys = [
  ...['kms:CreateAlias', 'kms:CreateGrant', 'kms:CreateKey', 'kms:Decrypt', 'kms:DeleteAlias', 'kms:DeleteImportedKeyMaterial'],
  ...['kms:DisableKey', 'kms:DisableKeyRotation', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReplicateKey'],
  ...['kms:RetireGrant', 'kms:RevokeGrant', 'kms:ScheduleKeyDeletion', 'kms:UpdateAlias', 'kms:UpdatePrimaryRegion'],
];

const identities = [
  ...[
    'iam:AddRoleToInstanceProfile',
    'iam:AddUserToGroup',
    'iam:AttachGroupPolicy',
    'iam:AttachRolePolicy',
    'iam:AttachUserPolicy',
  ],
  ...['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:CreateUser'],
  ...['iam:DeletePolicy', 'iam:DeletePolicyVersion', 'iam:DeleteRole', 'iam:DeleteRolePermissionsBoundary', 'iam:PutGroupPolicy'],
  ...['iam:PutRolePermissionsBoundary', 'iam:PutUserPolicy', 'iam:SetDefaultPolicyVersion', 'iam:UpdateLoginProfile'],
  ...['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'],
];

const deny = (Sid: string, Action: readonly string[] | string): Statement => ({ Sid, Effect: 'Deny', Action, Resource: '*' });

/** @param writes everything that is granted on the configured names */
export function neverEver(
  writes: readonly string[],
  config: Pick<Config, 'names' | 'newRoles' | 'spokeRoles'>,
  at: At,
): readonly Statement[] {
  return [
    deny('NeverDestroyOrReadObjects', objects),
    deny('NeverDestroyOrUseKeys', keys),
    deny('NeverWidenRights', identities),
    // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-bypass-policy-lockout-safety-check
    {
      ...deny('NeverSkipTheLockoutCheck', 'kms:PutKeyPolicy'),
      Condition: { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } },
    },
    // What carries no service, or no boundary, is denied too: a negated operator is true where its key is absent.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    {
      ...deny('NeverPassToAnotherService', 'iam:PassRole'),
      Condition: { StringNotEquals: { 'iam:PassedToService': 's3.amazonaws.com' } },
    },
    {
      ...deny('NeverCreateUnbounded', 'iam:CreateRole'),
      Condition: { StringNotEquals: { 'iam:PermissionsBoundary': boundaryArn(config.newRoles, at) } },
    },
    ...(config.newRoles.editsOnlyBounded ? [neverEditUnbounded(writes, boundaryArn(config.newRoles, at))] : []),
    ...elsewhere(writes, config, at),
  ];
}

/** Of the writes on a role those that AWS lets be tied to the role's boundary. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export const boundable = ['iam:PutRolePolicy', 'iam:DeleteRolePolicy', 'iam:DetachRolePolicy'];

const neverEditUnbounded = (writes: readonly string[], boundary: string): Statement => ({
  ...deny(
    'NeverEditUnbounded',
    boundable.filter((action) => writes.includes(action)),
  ),
  Condition: { StringNotEquals: { 'iam:PermissionsBoundary': boundary } },
});

/** What is granted on names stays on names, whatever is granted besides; for keys only as far as ARNs tell. */
function elsewhere(
  writes: readonly string[],
  { names, newRoles, spokeRoles }: Parameters<typeof neverEver>[1],
  at: At,
): readonly Statement[] {
  const of = (service: string): readonly string[] => writes.filter((action) => serviceOf(action) === service);
  const but = (Sid: string, Action: readonly string[], NotResource: readonly string[]): Statement => ({
    ...{ Sid, Effect: 'Deny', Action, NotResource },
  });
  return [
    but('NeverTouchOtherBuckets', of('s3'), bucketArns(names, at)),
    but(
      'NeverTouchOtherKeys',
      of('kms'),
      keyGrants(names, at).flatMap(({ resources }) => resources),
    ),
    but('NeverTouchOtherRoles', of('iam'), roleArns(names, newRoles, at)),
    { Sid: 'NeverTouchItself', Effect: 'Deny', Action: of('iam'), Resource: ownRoleArns(spokeRoles, at) },
  ];
}
