/**
 * AWS Organizations: at most one organization, with its units, accounts, service and resource control policies.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
 */
import type { Handler } from '../service.ts';
import * as members from './organizations/members.ts';
import * as policies from './organizations/policies.ts';
import { listTagsForResource, tagResource, untagResource } from './organizations/tagging.ts';
import * as tree from './organizations/tree.ts';

export { type AttachedPolicy, levelsFor, standingOf } from './organizations/levels.ts';
export { joinOrganization } from './organizations/members.ts';
export { newOrganizationsState, type OrganizationsState } from './organizations/state.ts';

export const organizationsHandlers: Readonly<Record<string, Handler>> = {
  CreateOrganization: tree.createOrganization,
  DescribeOrganization: tree.describeOrganization,
  DeleteOrganization: tree.deleteOrganization,
  ListRoots: tree.listRoots,
  ListParents: tree.listParents,
  ListChildren: tree.listChildren,
  CreateOrganizationalUnit: tree.createOrganizationalUnit,
  DescribeOrganizationalUnit: tree.describeOrganizationalUnit,
  UpdateOrganizationalUnit: tree.updateOrganizationalUnit,
  DeleteOrganizationalUnit: tree.deleteOrganizationalUnit,
  ListOrganizationalUnitsForParent: tree.listOrganizationalUnitsForParent,
  DescribeAccount: tree.describeAccount,
  ListAccounts: tree.listAccounts,
  ListAccountsForParent: tree.listAccountsForParent,
  MoveAccount: tree.moveAccount,
  CreateAccount: members.createAccount,
  DescribeCreateAccountStatus: members.describeCreateAccountStatus,
  InviteAccountToOrganization: members.inviteAccountToOrganization,
  AcceptHandshake: members.acceptHandshake,
  RemoveAccountFromOrganization: members.removeAccountFromOrganization,
  LeaveOrganization: members.leaveOrganization,
  RegisterDelegatedAdministrator: members.registerDelegatedAdministrator,
  DeregisterDelegatedAdministrator: members.deregisterDelegatedAdministrator,
  ListDelegatedAdministrators: members.listDelegatedAdministrators,
  EnablePolicyType: policies.enablePolicyType,
  DisablePolicyType: policies.disablePolicyType,
  CreatePolicy: policies.createPolicy,
  UpdatePolicy: policies.updatePolicy,
  DeletePolicy: policies.deletePolicy,
  DescribePolicy: policies.describePolicy,
  AttachPolicy: policies.attachPolicy,
  DetachPolicy: policies.detachPolicy,
  ListPolicies: policies.listPolicies,
  ListPoliciesForTarget: policies.listPoliciesForTarget,
  ListTargetsForPolicy: policies.listTargetsForPolicy,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
