import type * as org from '@aws-sdk/client-organizations';
import { AwsError, type CallContext } from '../../service.ts';
import { administered, newId, ownOrganization, parentOf, pathTo, theAccount, theParent, theUnit } from './access.ts';
import { page } from './paging.ts';
import { attachDefaults, awsPolicies, describeRoot } from './policies.ts';
import type { Member, Organization, Unit } from './state.ts';

/** @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html */
export function createOrganization({ FeatureSet = 'ALL' }: org.CreateOrganizationCommandInput, { world, caller }: CallContext) {
  const { organizations } = world;
  const known = organizations.organization;
  if (known?.accounts.has(caller.account)) {
    throw new AwsError('AlreadyInOrganizationException', 'The provided account is already a member of an organization.');
  }
  if (known) throw new AwsError('NotImplemented', 'The local AWS has one organization at most.', 501);
  const [id, rootId] = [`o-${caller.account.slice(-4)}lockst`, `r-${caller.account.slice(-4)}`];
  const organization: Organization = {
    id,
    arn: `arn:aws:organizations::${caller.account}:organization/${id}`,
    managementAccount: caller.account,
    featureSet: FeatureSet,
    root: { id: rootId, arn: `arn:aws:organizations::${caller.account}:root/${id}/${rootId}`, tags: new Map() },
    units: new Map(),
    accounts: new Map(),
    policies: new Map(awsPolicies().map((policy) => [policy.id, policy])),
    attached: new Map(),
    // On from the start; all other types wait for EnablePolicyType.
    enabledTypes: new Set(FeatureSet === 'ALL' ? ['SERVICE_CONTROL_POLICY'] : []),
    delegates: new Set(),
    counter: 0,
  };
  organizations.organization = organization;
  attachDefaults(organization, rootId);
  addAccount(organization, { id: caller.account, name: 'management', joined: world.clock.now(), joinedMethod: 'INVITED' });
  return { Organization: describe(organization) };
}

type Joining = Pick<Member, 'id' | 'name' | 'joined' | 'joinedMethod'> & { readonly email?: string };

/** Takes an account in, under the root. */
export function addAccount(organization: Organization, { id, email, ...joining }: Joining): Member {
  const member: Member = {
    ...joining,
    id,
    arn: `arn:aws:organizations::${organization.managementAccount}:account/${organization.id}/${id}`,
    email: email ?? `account-${id}@example.com`,
    parent: organization.root.id,
    tags: new Map(),
  };
  organization.accounts.set(id, member);
  attachDefaults(organization, id);
  return member;
}

function describe(organization: Organization) {
  const management = theAccount(organization, organization.managementAccount);
  return {
    Id: organization.id,
    Arn: organization.arn,
    FeatureSet: organization.featureSet,
    MasterAccountArn: management.arn,
    MasterAccountId: management.id,
    MasterAccountEmail: management.email,
    AvailablePolicyTypes: [...organization.enabledTypes].map((Type) => ({ Type, Status: 'ENABLED' })),
  };
}

/** Every member may ask. */
export const describeOrganization = (_input: unknown, call: CallContext) => ({ Organization: describe(ownOrganization(call)) });

export function deleteOrganization(_input: unknown, call: CallContext): void {
  const organization = administered(call, 'write');
  if (organization.accounts.size > 1) {
    throw new AwsError(
      'OrganizationNotEmptyException',
      "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account.",
    );
  }
  call.world.organizations.organization = undefined;
}

export const listRoots = (_input: unknown, call: CallContext) => ({ Roots: [describeRoot(administered(call, 'read'))] });

export function createOrganizationalUnit(
  { ParentId, Name, Tags = [] }: org.CreateOrganizationalUnitCommandInput,
  call: CallContext,
) {
  const organization = administered(call, 'write');
  const parent = theParent(organization, ParentId);
  if (!Name || Name.length > 128) throw new AwsError('InvalidInputException', 'The name has 1 to 128 characters.');
  if ([...organization.units.values()].some((unit) => unit.parent === parent && unit.name === Name)) {
    throw new AwsError('DuplicateOrganizationalUnitException', 'An OU with the same name already exists.');
  }
  // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
  if (pathTo(organization, parent).length > 5) {
    throw new AwsError('ConstraintViolationException', 'You have exceeded the number of levels of the OU tree.', 400, {
      details: { Reason: 'OU_DEPTH_LIMIT_EXCEEDED' },
    });
  }
  const id = `ou-${organization.root.id.slice(2)}-${newId(organization, 8)}`;
  const arn = `arn:aws:organizations::${organization.managementAccount}:ou/${organization.id}/${id}`;
  const unit: Unit = { id, arn, name: Name, parent, tags: new Map(Tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  organization.units.set(id, unit);
  attachDefaults(organization, id);
  return { OrganizationalUnit: describeUnit(unit) };
}

const describeUnit = ({ id, arn, name }: Unit) => ({ Id: id, Arn: arn, Name: name });

export function describeOrganizationalUnit(input: org.DescribeOrganizationalUnitCommandInput, call: CallContext) {
  return { OrganizationalUnit: describeUnit(theUnit(administered(call, 'read'), input.OrganizationalUnitId)) };
}

export function updateOrganizationalUnit(input: org.UpdateOrganizationalUnitCommandInput, call: CallContext) {
  const unit = theUnit(administered(call, 'write'), input.OrganizationalUnitId);
  unit.name = input.Name ?? unit.name;
  return { OrganizationalUnit: describeUnit(unit) };
}

export function deleteOrganizationalUnit(input: org.DeleteOrganizationalUnitCommandInput, call: CallContext): void {
  const organization = administered(call, 'write');
  const { id } = theUnit(organization, input.OrganizationalUnitId);
  const isEmpty = [...organization.units.keys(), ...organization.accounts.keys()].every(
    (child) => parentOf(organization, child) !== id,
  );
  if (!isEmpty) throw new AwsError('OrganizationalUnitNotEmptyException', "The specified OU isn't empty.");
  organization.units.delete(id);
  organization.attached.delete(id);
}

export function listParents({ ChildId = '' }: org.ListParentsCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const parent = parentOf(organization, ChildId);
  if (parent === undefined)
    throw new AwsError(
      'ChildNotFoundException',
      "We can't find an organizational unit (OU) or AWS account with the ChildId that you specified.",
    );
  return { Parents: [{ Id: parent, Type: parent === organization.root.id ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }] };
}

export function listChildren(input: org.ListChildrenCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const parent = theParent(organization, input.ParentId);
  const all: Iterable<Unit | Member> =
    input.ChildType === 'ACCOUNT' ? organization.accounts.values() : organization.units.values();
  const { items, NextToken } = page(
    [...all].filter((child) => child.parent === parent),
    input,
  );
  return { Children: items.map(({ id }) => ({ Id: id, Type: input.ChildType })), NextToken };
}

const describeAccountOf = ({ id, arn, name, email, joinedMethod, joined }: Member) => ({
  Id: id,
  Arn: arn,
  Name: name,
  Email: email,
  Status: 'ACTIVE',
  State: 'ACTIVE',
  JoinedMethod: joinedMethod,
  JoinedTimestamp: joined,
});

export const describeAccount = ({ AccountId }: org.DescribeAccountCommandInput, call: CallContext) => ({
  Account: describeAccountOf(theAccount(administered(call, 'read'), AccountId)),
});

export function listAccounts(input: org.ListAccountsCommandInput, call: CallContext) {
  const { items, NextToken } = page([...administered(call, 'read').accounts.values()], input);
  return { Accounts: items.map(describeAccountOf), NextToken };
}

export function listAccountsForParent(input: org.ListAccountsForParentCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const parent = theParent(organization, input.ParentId);
  const { items, NextToken } = page(
    [...organization.accounts.values()].filter((account) => account.parent === parent),
    input,
  );
  return { Accounts: items.map(describeAccountOf), NextToken };
}

export function listOrganizationalUnitsForParent(input: org.ListOrganizationalUnitsForParentCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const parent = theParent(organization, input.ParentId);
  const { items, NextToken } = page(
    [...organization.units.values()].filter((unit) => unit.parent === parent),
    input,
  );
  return { OrganizationalUnits: items.map(describeUnit), NextToken };
}

export function moveAccount(input: org.MoveAccountCommandInput, call: CallContext): void {
  const organization = administered(call, 'write');
  const account = theAccount(organization, input.AccountId);
  const source = theParent(organization, input.SourceParentId, 'SourceParentNotFoundException');
  const destination = theParent(organization, input.DestinationParentId, 'DestinationParentNotFoundException');
  if (account.parent !== source)
    throw new AwsError(
      'SourceParentNotFoundException',
      "We can't find a source root or OU with the ParentId that you specified.",
    );
  if (source === destination)
    throw new AwsError('DuplicateAccountException', 'That account is already present in the specified destination.');
  account.parent = destination;
}
