/** @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
import type * as lambda from '@aws-sdk/client-lambda';
import * as permissions from '../../hosting/permissions.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { validator } from '../validation.ts';
import { theFunction } from './lookup.ts';

const valid = validator('ValidationException');

export function addPermission(input: lambda.AddPermissionCommandInput, call: CallContext) {
  const fn = theFunction(input.FunctionName, call, input.Qualifier);
  const statement = permissions.addPermission(fn, {
    id: valid.text('statementId', input.StatementId, { min: 1, max: 100, pattern: /^[\w-]+$/ }),
    action: valid.text('action', input.Action, { pattern: /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/ }),
    principal: valid.text('principal', input.Principal, { pattern: /^\S+$/ }),
    sourceArn: input.SourceArn,
    sourceAccount: input.SourceAccount,
    principalOrganization: input.PrincipalOrgID,
  });
  return { Statement: JSON.stringify(statement) };
}

export function removePermission(input: lambda.RemovePermissionCommandInput, call: CallContext): void {
  permissions.removePermission(theFunction(input.FunctionName, call, input.Qualifier), input.StatementId ?? '');
}

export function getPolicy({ FunctionName, Qualifier }: lambda.GetPolicyCommandInput, call: CallContext) {
  const fn = theFunction(FunctionName, call, Qualifier);
  const Policy = permissions.policyText(fn);
  if (Policy !== undefined) return { Policy, RevisionId: fn.revisionId };
  throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
}
