import type { AwsCall } from '../model/aws-call.ts';
import type { Blocker } from '../model/finding.ts';
import { diffStatements, mergeStatements, type PolicyDocument, type PolicyRules, policyOf } from '../policy/statements.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { type RoleRef, roleOf } from './resources.ts';
import { noSuchEntity, parseIamPolicy } from './role-documents.ts';

export interface RoleTrust {
  readonly document: PolicyDocument;
  readonly exclusive?: boolean;
  /** The role's unique id (`AROA…`): policies are bound to it, not to the name. */
  readonly roleId?: string;
  readonly boundary?: string;
  /** The role's own ARN, with the path it really has. */
  readonly arn?: string;
}

/** By this a role is known as one that Lockstep made. */
export const roleDescription = 'Assumed by S3 to replicate objects. Kept by Lockstep.';

const rulesFor = (desired: RoleTrust): PolicyRules => ({
  ownSids: new Set(['LockstepAssumeRole']),
  exclusive: desired.exclusive,
});

// No conditions: none that S3 is documented to satisfy exists.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
const trust = policyOf([
  { Sid: 'LockstepAssumeRole', Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' },
]);

export const roleTrust: Aspect<RoleTrust> = {
  name: 'role-trust',
  title: 'replication role and its trust policy',
  matters:
    'S3 replicates by assuming this role; if it is gone or does not trust s3.amazonaws.com, every object ends as FAILED (AssumeRoleNotPermitted).',
  interrupts: true,
  failureReasons: ['AssumeRoleNotPermitted'],
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html',
  after: [],
  changedBy: ['CreateRole', 'DeleteRole', 'UpdateRole', 'UpdateAssumeRolePolicy'],
  permissions: { read: ['iam:GetRole'], write: ['iam:CreateRole', 'iam:UpdateAssumeRolePolicy'] },
  resources: (r) => [roleOf(r)],
  desired: (sharers) => ({ document: trust, exclusive: sharers.every((r) => r.exclusive) }),
  read: (on) =>
    readCall(callOn(on, 'iam:GetRole', { RoleName: (on as RoleRef).name }), {
      absentWhen: noSuchEntity,
      parse: ({ Role }) => ({
        document: parseIamPolicy(Role?.AssumeRolePolicyDocument),
        roleId: Role?.RoleId,
        boundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn,
        arn: Role?.Arn,
      }),
    }),
  diff: (desired, observed, on) =>
    observed === undefined
      ? [{ path: 'Role', desired: on.arn }]
      : diffStatements(desired.document, observed.document, rulesFor(desired)),
  blockedBy: (_, observed, on) =>
    observed?.arn === undefined || observed.arn === on.arn ? undefined : otherPath(observed.arn, on.arn),
  narrow: (some, all) => ({ ...some, exclusive: all.exclusive }),
  merge: (desired, observed) => ({
    ...observed,
    document: mergeStatements(desired.document, observed?.document, rulesFor(desired)),
  }),
  write: (on, next, observed) => [observed === undefined ? create(on as RoleRef, next) : update(on as RoleRef, next)],
};

// Names of roles are unique in an account, whatever the path: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
const otherPath = (found: string, wanted: string): Blocker => ({
  reason: `there is a role of this name under another path, ${found}, so ${wanted} cannot be created`,
  owner: found,
  remedy: `Give \`role: ${found}\` in the document, or remove that role.`,
});

const create = (role: RoleRef, next: RoleTrust): AwsCall =>
  callOn(role, 'iam:CreateRole', {
    RoleName: role.name,
    Path: role.path,
    AssumeRolePolicyDocument: JSON.stringify(next.document),
    Description: roleDescription,
  });

const update = (role: RoleRef, next: RoleTrust): AwsCall =>
  callOn(role, 'iam:UpdateAssumeRolePolicy', { RoleName: role.name, PolicyDocument: JSON.stringify(next.document) });
