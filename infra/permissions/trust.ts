/** Who may act as a spoke role: the named functions of the hub, and nobody else of the hub's account. */
import { partitionOf } from '../../shared/model/arn.ts';
import type { Config } from '../config.ts';
import { deployedName, type FunctionName } from './names.ts';
import { type PolicyDocument, policyOf } from './statement.ts';

/** The ARN of the role that a function of the hub runs in. */
export const functionRoleArn = ({ account, region }: Config['hub'], name: FunctionName): string =>
  `arn:${partitionOf(region)}:iam::${account}:role/${deployedName(name)}`;

/** Which functions read, and which one repairs. */
export const observers: readonly FunctionName[] = ['admit', 'sweep', 'reconcile'];
export const healers: readonly FunctionName[] = ['reconcile'];

/**
 * Roles named by ARN are bound to the role that has it now: the hub comes first, and after it was made anew the spokes are deployed again.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
export function spokeTrust(functions: readonly FunctionName[], config: Config): PolicyDocument {
  const { hub, externalId, organization, operators } = config;
  return policyOf({
    ...{ Sid: 'AssumedByLockstep', Effect: 'Allow', Action: 'sts:AssumeRole' },
    Principal: { AWS: [...functions.map((name) => functionRoleArn(hub, name)), ...operators] },
    Condition: {
      StringEquals: {
        'sts:ExternalId': externalId,
        ...(organization && { 'aws:PrincipalOrgID': organization.id }),
      },
    },
  });
}

export const serviceTrust = (service: string, condition?: Readonly<Record<string, string>>): PolicyDocument =>
  policyOf({
    ...{ Sid: 'AssumedByService', Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' },
    ...(condition && { Condition: { StringEquals: condition } }),
  });
