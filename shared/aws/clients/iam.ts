import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { ClientModule } from '../clients.ts';

export const module: ClientModule = {
  create: (config) => new IAMClient(config),
  commands: {
    CreateRole: CreateRoleCommand,
    DeleteRole: DeleteRoleCommand,
    DeleteRolePolicy: DeleteRolePolicyCommand,
    DetachRolePolicy: DetachRolePolicyCommand,
    GetPolicy: GetPolicyCommand,
    GetPolicyVersion: GetPolicyVersionCommand,
    GetRole: GetRoleCommand,
    GetRolePolicy: GetRolePolicyCommand,
    ListAttachedRolePolicies: ListAttachedRolePoliciesCommand,
    ListRolePolicies: ListRolePoliciesCommand,
    PutRolePolicy: PutRolePolicyCommand,
    UpdateAssumeRolePolicy: UpdateAssumeRolePolicyCommand,
  },
};
