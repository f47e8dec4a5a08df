/**
 * A function's own policy: who may invoke it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
import { AwsError } from '../service.ts';
import type { HostedFunction } from '../services/lambda/state.ts';

/** As `AddPermission` takes it. */
export interface Permission {
  /** Tells it from the function's others. */
  readonly id: string;
  /** e.g. `lambda:InvokeFunction`. */
  readonly action: string;
  /** A service (`events.amazonaws.com`), an account, or an ARN. */
  readonly principal: string;
  readonly sourceArn?: string | undefined;
  readonly sourceAccount?: string | undefined;
  readonly principalOrganization?: string | undefined;
}

/** @throws AwsError `ResourceConflictException` when the id is taken @returns the statement */
export function addPermission(fn: HostedFunction, permission: Permission): object {
  const { id } = permission;
  if (fn.policy.has(id)) {
    const message = `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`;
    throw new AwsError('ResourceConflictException', message, 409);
  }
  const statement = statementOf(fn, permission);
  fn.policy.set(id, statement);
  return statement;
}

function statementOf({ arn }: HostedFunction, permission: Permission): Readonly<Record<string, unknown>> {
  const { id: Sid, action: Action, principal, sourceArn, sourceAccount, principalOrganization } = permission;
  const equals = {
    ...(sourceAccount !== undefined && { 'AWS:SourceAccount': sourceAccount }),
    ...(principalOrganization !== undefined && { 'aws:PrincipalOrgID': principalOrganization }),
  };
  const Condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    // Lambda compares with ArnLike, so that wildcards count: https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    ...(sourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': sourceArn } }),
  };
  return {
    Sid,
    Effect: 'Allow',
    Principal: principalOf(principal),
    Action,
    Resource: arn,
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

function principalOf(principal: string): unknown {
  if (principal === '*') return '*';
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

/** @throws AwsError `ResourceNotFoundException` */
export function removePermission(fn: HostedFunction, id: string): void {
  if (!fn.policy.delete(id)) {
    throw new AwsError('ResourceNotFoundException', `Statement ${id} is not found in resource policy.`, 404);
  }
}

/** JSON; undefined: nobody may invoke it but its own account, by its own policies. */
export function policyText({ policy }: HostedFunction): string | undefined {
  if (policy.size === 0) return undefined;
  return JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [...policy.values()] });
}
