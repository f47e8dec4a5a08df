import { AwsError, type CallContext } from '../../service.ts';
import type { Member, Organization, Policy, Unit } from './state.ts';

/** The organization the caller's account belongs to. @throws AwsError `AWSOrganizationsNotInUseException` */
export function ownOrganization({ world, caller }: CallContext): Organization {
  const { organization } = world.organizations;
  if (organization?.accounts.has(caller.account)) return organization;
  throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
}

/**
 * The organization, for its management account, or to read for a delegated administrator.
 *
 * @throws AwsError `AWSOrganizationsNotInUseException`, `AccessDeniedException`
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
 */
export function administered(call: CallContext, access: 'read' | 'write'): Organization {
  const organization = ownOrganization(call);
  const { account } = call.caller;
  const mayRead = access === 'read' && organization.delegates.has(account);
  if (account === organization.managementAccount || mayRead) return organization;
  throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
}

export const isRoot = ({ root }: Organization, id: string | undefined): boolean => root.id === id;

/** @throws AwsError `AccountNotFoundException` */
export function theAccount({ accounts }: Organization, id: string | undefined): Member {
  const found = accounts.get(id ?? '');
  if (found) return found;
  throw new AwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
}

/** @throws AwsError `OrganizationalUnitNotFoundException` */
export function theUnit({ units }: Organization, id: string | undefined): Unit {
  const found = units.get(id ?? '');
  if (found) return found;
  throw new AwsError('OrganizationalUnitNotFoundException', "You specified an organizational unit that doesn't exist.");
}

/** @throws AwsError `PolicyNotFoundException` */
export function thePolicy({ policies }: Organization, id: string | undefined): Policy {
  const found = policies.get(id ?? '');
  if (found) return found;
  throw new AwsError('PolicyNotFoundException', "You specified a policy that doesn't exist.");
}

/** A root or unit, checked to exist. @throws AwsError `ParentNotFoundException` unless another code is asked for */
export function theParent(organization: Organization, id: string | undefined, code = 'ParentNotFoundException'): string {
  if (id !== undefined && (isRoot(organization, id) || organization.units.has(id))) return id;
  throw new AwsError(code, "You specified a root or organizational unit that doesn't exist.");
}

/** Root, unit or account of a policy. @throws AwsError `TargetNotFoundException` */
export function theTarget(organization: Organization, id: string | undefined): string {
  const { units, accounts } = organization;
  if (id !== undefined && (isRoot(organization, id) || units.has(id) || accounts.has(id))) return id;
  throw new AwsError('TargetNotFoundException', "We can't find a root, OU, or account with the TargetId that you specified.");
}

export const parentOf = ({ units, accounts }: Organization, child: string): string | undefined =>
  units.get(child)?.parent ?? accounts.get(child)?.parent;

/** From the root down to the account or unit itself. */
export function pathTo(organization: Organization, id: string): readonly string[] {
  const parent = parentOf(organization, id);
  return parent === undefined ? [id] : [...pathTo(organization, parent), id];
}

/** Ids that look like AWS's: `length` characters, a new one every time. */
export function newId(organization: Organization, length: number): string {
  organization.counter += 1;
  return (organization.counter * 1_679_617).toString(36).padStart(length, 'a').slice(-length);
}
