/**
 * AWS Identity and Access Management.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
import type { Tag } from '@aws-sdk/client-iam';
import type { CallContext } from '../../service.ts';
import { findRole, findUser, type IamRole, type IamUser } from '../../services/iam/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly RoleName?: string | undefined;
  readonly UserName?: string | undefined;
  readonly PolicyName?: string | undefined;
  readonly PolicyArn?: string | undefined;
  readonly Path?: string | undefined;
  readonly PathPrefix?: string | undefined;
  readonly PermissionsBoundary?: string | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

type Target = Pick<Check, 'resource' | 'shown' | 'keys'>;
type TargetOf = (input: Input, call: CallContext) => Target;

const arnFor = ({ caller }: CallContext, rest: string): string => `arn:aws:iam::${caller.account}:${rest}`;

const identityKeys = (identity: IamRole | IamUser | undefined): Keys => ({
  ...resourceTags(identity?.tags ?? [], 'iam'),
  'iam:PermissionsBoundary': identity?.boundary ?? null,
});

/** A role that is there by its ARN; any other as if it had no path. */
function role({ RoleName: name = '' }: Input, call: CallContext): Target {
  const found = findRole(call.world.iam, call.caller.account, name);
  return { resource: found?.arn ?? arnFor(call, `role/${name}`), shown: `role ${name}`, keys: identityKeys(found) };
}

/** Without a name the calling user. */
function user({ UserName: given }: Input, call: CallContext): Target {
  const own = call.caller.kind === 'user' ? call.caller.arn.slice(call.caller.arn.lastIndexOf('/') + 1) : '';
  const name = given ?? own;
  const found = findUser(call.world.iam, call.caller.account, name);
  return { resource: found?.arn ?? arnFor(call, `user/${name}`), shown: `user ${name}`, keys: identityKeys(found) };
}

function policy({ PolicyArn: arn = '' }: Input, { world, caller }: CallContext): Target {
  const tags = world.iam.accounts.get(caller.account)?.policies.get(arn)?.tags;
  return { resource: arn, shown: `policy ${arn}`, keys: resourceTags(tags ?? [], 'iam') };
}

const all = (): Target => ({ resource: '*' });

const under =
  (kind: 'role' | 'user' | 'policy'): TargetOf =>
  ({ PathPrefix = '/' }, call) => ({ resource: arnFor(call, `${kind}${PathPrefix}`) });

const created =
  (kind: 'role' | 'user' | 'policy', nameOf: (input: Input) => string | undefined): TargetOf =>
  (input, call) => {
    const name = nameOf(input) ?? '';
    const boundary: Keys = kind === 'policy' ? {} : { 'iam:PermissionsBoundary': input.PermissionsBoundary ?? null };
    return { resource: arnFor(call, `${kind}${input.Path ?? '/'}${name}`), shown: `${kind} ${name}`, keys: boundary };
  };

/** The permission of the operation's own name. */
const on =
  (target: TargetOf, keysOf: (input: Input) => Keys = () => ({})): ChecksOf<Input> =>
  (input, call) => {
    const { keys, ...found } = target(input, call);
    return [{ action: `iam:${call.operation}`, ...found, keys: { ...keys, ...keysOf(input) } }];
  };

/** Tags given at creation need the permission to tag. */
const creating =
  (target: TargetOf, tagging: string): ChecksOf<Input> =>
  (input, call) => {
    const { keys, ...found } = target(input, call);
    const carried = { ...keys, ...requestTags(input.Tags) };
    const actions = [`iam:${call.operation}`, ...(input.Tags?.length ? [tagging] : [])];
    return actions.map((action) => ({ action, ...found, keys: carried }));
  };

const attaching = ({ PolicyArn }: Input): Keys => ({ 'iam:PolicyARN': PolicyArn ?? null });
const bounding = ({ PermissionsBoundary }: Input): Keys => ({ 'iam:PermissionsBoundary': PermissionsBoundary ?? null });
const tagging = ({ Tags }: Input): Keys => requestTags(Tags);
const untagging = ({ TagKeys }: Input): Keys => removedTags(TagKeys);

const each = (names: readonly string[], checks: ChecksOf<Input>): Readonly<Record<string, ChecksOf>> =>
  Object.fromEntries(names.map((name) => [name, checks]));

const onRoles = {
  ...each(
    [
      'GetRole',
      'DeleteRole',
      'UpdateRole',
      'UpdateRoleDescription',
      'UpdateAssumeRolePolicy',
      'ListInstanceProfilesForRole',
      'DeleteRolePermissionsBoundary',
      'PutRolePolicy',
      'GetRolePolicy',
      'DeleteRolePolicy',
      'ListRolePolicies',
      'ListAttachedRolePolicies',
      'ListRoleTags',
    ],
    on(role),
  ),
  ...each(['AttachRolePolicy', 'DetachRolePolicy'], on(role, attaching)),
  CreateRole: creating(
    created('role', ({ RoleName }) => RoleName),
    'iam:TagRole',
  ),
  ListRoles: on(under('role')),
  PutRolePermissionsBoundary: on(role, bounding),
  TagRole: on(role, tagging),
  UntagRole: on(role, untagging),
};

const onUsers = {
  ...each(
    [
      'GetUser',
      'DeleteUser',
      'ListGroupsForUser',
      'CreateAccessKey',
      'UpdateAccessKey',
      'DeleteAccessKey',
      'ListAccessKeys',
      'PutUserPolicy',
      'GetUserPolicy',
      'DeleteUserPolicy',
      'ListUserPolicies',
      'ListAttachedUserPolicies',
      'ListUserTags',
    ],
    on(user),
  ),
  ...each(['AttachUserPolicy', 'DetachUserPolicy'], on(user, attaching)),
  CreateUser: creating(
    created('user', ({ UserName }) => UserName),
    'iam:TagUser',
  ),
  ListUsers: on(under('user')),
  TagUser: on(user, tagging),
  UntagUser: on(user, untagging),
};

const onPolicies = {
  ...each(
    [
      'GetPolicy',
      'DeletePolicy',
      'ListEntitiesForPolicy',
      'CreatePolicyVersion',
      'GetPolicyVersion',
      'ListPolicyVersions',
      'SetDefaultPolicyVersion',
      'DeletePolicyVersion',
      'ListPolicyTags',
    ],
    on(policy),
  ),
  CreatePolicy: creating(
    created('policy', ({ PolicyName }) => PolicyName),
    'iam:TagPolicy',
  ),
  ListPolicies: on(under('policy')),
  TagPolicy: on(policy, tagging),
  UntagPolicy: on(policy, untagging),
};

export const iamActions: ServiceActions = {
  operations: {
    ...onRoles,
    ...onUsers,
    ...onPolicies,
    ...each(['ListAccountAliases', 'GetAccountSummary'], on(all)),
  },
};
