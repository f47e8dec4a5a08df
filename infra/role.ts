/** Roles with their one policy, exactly as the permissions say them. */
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { PolicyDocument } from './permissions/statement.ts';

export interface RolePlan {
  /** With its path, if it has one; at most 64 characters without it. */
  readonly name: string;
  readonly description: string;
  readonly trust: PolicyDocument;
  readonly policy: PolicyDocument;
}

export function roleOf(scope: Construct, id: string, { name, description, trust, policy }: RolePlan): CfnRole {
  const at = name.lastIndexOf('/') + 1;
  return new CfnRole(scope, id, {
    roleName: name.slice(at),
    ...(at > 0 && { path: `/${name.slice(0, at)}` }),
    description,
    assumeRolePolicyDocument: trust,
    policies: [{ policyName: 'lockstep', policyDocument: policy }],
  });
}
