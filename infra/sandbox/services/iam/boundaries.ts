import type * as iam from '@aws-sdk/client-iam';
import type { CallContext, Handler } from '../../service.ts';
import { noSuchEntity, validationError } from './errors.ts';
import { policyArn } from './inputs.ts';
import { findPolicy, theRole } from './lookup.ts';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html */
export const boundaryHandlers: Readonly<Record<string, Handler>> = {
  PutRolePermissionsBoundary: putRolePermissionsBoundary,
  DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
};

/** The boundary an input names. @throws AwsError when there is no such policy */
export function boundaryOf(call: CallContext, arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  policyArn(arn);
  if (!/^arn:aws:iam::(\d{12}|aws):policy\/.+$/.test(arn)) throw validationError(`ARN ${arn} is not valid.`);
  if (!findPolicy(call, arn)) throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  return arn;
}

function putRolePermissionsBoundary(input: iam.PutRolePermissionsBoundaryCommandInput, call: CallContext): void {
  const role = theRole(call, input.RoleName);
  policyArn(input.PermissionsBoundary);
  role.boundary = boundaryOf(call, input.PermissionsBoundary);
}

function deleteRolePermissionsBoundary(input: iam.DeleteRolePermissionsBoundaryCommandInput, call: CallContext): void {
  theRole(call, input.RoleName).boundary = undefined;
}
