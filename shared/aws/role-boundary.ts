/** Roles are made under a permissions boundary, where the deployment has one: nobody may make them without. */
import { partitionOf } from '../model/arn.ts';
import type { AwsCall, AwsGateway, Reply } from '../model/aws-call.ts';
import type { Operation } from '../model/operations.ts';

/**
 * @param boundary name of a managed policy that is in every account, with its path if it has one
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function underBoundary(gateway: AwsGateway, boundary: string): AwsGateway {
  return {
    send: <O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> =>
      gateway.send(
        call.operation === 'iam:CreateRole' ? (bounded(call as AwsCall<'iam:CreateRole'>, boundary) as AwsCall<O>) : call,
      ),
  };
}

function bounded(call: AwsCall<'iam:CreateRole'>, boundary: string): AwsCall<'iam:CreateRole'> {
  const PermissionsBoundary = `arn:${partitionOf(call.region)}:iam::${call.account}:policy/${boundary}`;
  return { ...call, input: { ...call.input, PermissionsBoundary } };
}
