/**
 * AWS Identity and Access Management: one state per account, whatever region a call is signed for.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
import type { CallContext, Handler } from '../service.ts';
import { boundaryHandlers } from './iam/boundaries.ts';
import { identityPolicyHandlers } from './iam/identity-policies.ts';
import { homeOf } from './iam/lookup.ts';
import { managedPolicyHandlers } from './iam/managed-policies.ts';
import { policyVersionHandlers } from './iam/policy-versions.ts';
import { roleHandlers } from './iam/roles.ts';
import { taggingHandlers } from './iam/tagging.ts';
import { userHandlers } from './iam/users.ts';

export { type IamState, newIamState } from './iam/state.ts';

export const iamHandlers: Readonly<Record<string, Handler>> = {
  ...roleHandlers,
  ...boundaryHandlers,
  ...identityPolicyHandlers,
  ...managedPolicyHandlers,
  ...policyVersionHandlers,
  ...taggingHandlers,
  ...userHandlers,
  ListAccountAliases: () => ({ AccountAliases: [], IsTruncated: false }),
  GetAccountSummary: getAccountSummary,
};

function getAccountSummary(_input: object, call: CallContext) {
  const { roles, users, policies } = homeOf(call);
  const summary = {
    Roles: roles.size,
    RolesQuota: 1000,
    Users: users.size,
    UsersQuota: 5000,
    Policies: policies.size,
    PoliciesQuota: 1500,
  };
  return { SummaryMap: { ...summary, AttachedPoliciesPerRoleQuota: 10, PolicySizeQuota: 6144, VersionsPerPolicyQuota: 5 } };
}
