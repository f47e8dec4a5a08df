/**
 * AWS Organizations. Which accounts may call at all is the handlers' to say; here only the caller's own policies count.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
 */
import type { Tag } from '@aws-sdk/client-organizations';
import type { CallContext } from '../../service.ts';
import type { Organization } from '../../services/organizations/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly RootId?: string | undefined;
  readonly ParentId?: string | undefined;
  readonly ChildId?: string | undefined;
  readonly OrganizationalUnitId?: string | undefined;
  readonly AccountId?: string | undefined;
  readonly SourceParentId?: string | undefined;
  readonly DestinationParentId?: string | undefined;
  readonly PolicyId?: string | undefined;
  readonly TargetId?: string | undefined;
  readonly ResourceId?: string | undefined;
  readonly HandshakeId?: string | undefined;
  readonly Target?: { readonly Id?: string | undefined } | undefined;
  readonly Type?: string | undefined;
  readonly Filter?: string | undefined;
  readonly PolicyType?: string | undefined;
  readonly ServicePrincipal?: string | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

interface Entity {
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
}

function entityOf({ root, units, accounts, policies }: Organization, id: string): Entity | undefined {
  return id === root.id ? root : (units.get(id) ?? accounts.get(id) ?? policies.get(id));
}

/** Keys of what is asked for, not of the resource. */
function requestKeysOf(input: Input, organization: Organization | undefined): Keys {
  const policy = organization?.policies.get(input.PolicyId ?? input.ResourceId ?? '');
  const type = input.PolicyType ?? input.Type ?? input.Filter ?? policy?.type;
  return {
    ...(type !== undefined && { 'organizations:PolicyType': type }),
    ...(input.ServicePrincipal !== undefined && { 'organizations:ServicePrincipal': input.ServicePrincipal }),
    ...requestTags(input.Tags),
    ...removedTags(input.TagKeys),
  };
}

const anywhere: ChecksOf<Input> = (input, { world, operation }) => [
  { action: `organizations:${operation}`, resource: '*', keys: requestKeysOf(input, world.organizations.organization) },
];

/** A permission on each of the things that are named. What is in no organization, or not there, is refused by the handler. */
const on =
  (idsOf: (input: Input) => readonly (string | undefined)[]): ChecksOf<Input> =>
  (input, { world, operation }) => {
    const { organization } = world.organizations;
    const entities = idsOf(input).flatMap((id) => (organization && entityOf(organization, id ?? '')) ?? []);
    return entities.map(
      ({ arn, tags }): Check => ({
        action: `organizations:${operation}`,
        resource: arn,
        keys: { ...resourceTags(tags), ...requestKeysOf(input, organization) },
      }),
    );
  };

/** On the kind of thing that is about to be made, or that carries no state of its own here. */
const onNew =
  (rest: (input: Input, organization: Organization) => string): ChecksOf<Input> =>
  (input, { world, operation }: CallContext) => {
    const { organization } = world.organizations;
    if (!organization) return [];
    const resource = `arn:aws:organizations::${organization.managementAccount}:${rest(input, organization)}`;
    return [{ action: `organizations:${operation}`, resource, keys: requestKeysOf(input, organization) }];
  };

/** Tags at creation need the permission to tag: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html */
const creating =
  (checks: ChecksOf<Input>): ChecksOf<Input> =>
  (input, call) => {
    const made = checks(input, call);
    return input.Tags?.length ? [...made, ...made.map((check) => ({ ...check, action: 'organizations:TagResource' }))] : made;
  };

const each = (names: readonly string[], checks: ChecksOf<Input>): Readonly<Record<string, ChecksOf>> =>
  Object.fromEntries(names.map((name) => [name, checks]));

export const organizationsActions: ServiceActions = {
  operations: {
    ...each(
      [
        'CreateOrganization',
        'DescribeOrganization',
        'DeleteOrganization',
        'LeaveOrganization',
        'ListRoots',
        'ListAccounts',
        'ListPolicies',
        'ListDelegatedAdministrators',
        'DescribeCreateAccountStatus',
      ],
      anywhere,
    ),
    ...each(
      ['ListChildren', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent'],
      on(({ ParentId }) => [ParentId]),
    ),
    ...each(
      ['DescribeOrganizationalUnit', 'UpdateOrganizationalUnit', 'DeleteOrganizationalUnit'],
      on(({ OrganizationalUnitId }) => [OrganizationalUnitId]),
    ),
    ...each(
      ['DescribeAccount', 'RemoveAccountFromOrganization', 'RegisterDelegatedAdministrator', 'DeregisterDelegatedAdministrator'],
      on(({ AccountId }) => [AccountId]),
    ),
    ...each(
      ['EnablePolicyType', 'DisablePolicyType'],
      on(({ RootId }) => [RootId]),
    ),
    ...each(
      ['DescribePolicy', 'UpdatePolicy', 'DeletePolicy', 'ListTargetsForPolicy'],
      on(({ PolicyId }) => [PolicyId]),
    ),
    ...each(
      ['AttachPolicy', 'DetachPolicy'],
      on(({ PolicyId, TargetId }) => [PolicyId, TargetId]),
    ),
    ...each(
      ['TagResource', 'UntagResource', 'ListTagsForResource'],
      on(({ ResourceId }) => [ResourceId]),
    ),
    ListParents: on(({ ChildId }) => [ChildId]),
    ListPoliciesForTarget: on(({ TargetId }) => [TargetId]),
    MoveAccount: on(({ AccountId, SourceParentId, DestinationParentId }) => [AccountId, SourceParentId, DestinationParentId]),
    CreateAccount: creating(anywhere),
    CreateOrganizationalUnit: creating(on(({ ParentId }) => [ParentId])),
    CreatePolicy: creating(onNew(({ Type = '' }, { id }) => `policy/${id}/${Type.toLowerCase()}/*`)),
    InviteAccountToOrganization: onNew(({ Target }, { id }) => `account/${id}/${Target?.Id ?? '*'}`),
    AcceptHandshake: onNew(({ HandshakeId = '' }, { id }) => `handshake/${id}/invite/${HandshakeId}`),
  },
};
