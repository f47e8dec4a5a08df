/** Grants: kept and listed; what they allow is judged with the policies. */
import { randomBytes } from 'node:crypto';
import type {
  CreateGrantRequest,
  CreateGrantResponse,
  ListGrantsRequest,
  ListGrantsResponse,
  RetireGrantRequest,
  RevokeGrantRequest,
} from '@aws-sdk/client-kms';
import { keepPolicy } from '../../principals.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { invalidArn, notFound, validationError } from './errors.ts';
import { sharedKeyOf } from './find.ts';
import type { Grant, Key } from './key.ts';
import { pageOf } from './paging.ts';
import { requireEnabled } from './state.ts';

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html */
function createGrant(input: CreateGrantRequest, call: CallContext): CreateGrantResponse {
  const key = sharedKeyOf(input, call);
  const operations = input.Operations ?? [];
  if (operations.length === 0 || !input.GranteePrincipal)
    throw validationError('A grant needs a grantee principal and operations.');
  requirePrincipal(input.GranteePrincipal, call);
  if (input.RetiringPrincipal) requirePrincipal(input.RetiringPrincipal, call);
  requireEnabled(key);
  const grant: Grant = {
    KeyId: key.arn,
    GrantId: randomBytes(32).toString('hex'),
    token: randomBytes(96).toString('base64'),
    Name: input.Name ?? '',
    CreationDate: call.world.clock.now(),
    GranteePrincipal: input.GranteePrincipal,
    ...(input.RetiringPrincipal && { RetiringPrincipal: input.RetiringPrincipal }),
    IssuingAccount: `arn:aws:iam::${call.caller.account}:root`,
    Operations: [...operations],
    ...(input.Constraints && { Constraints: structuredClone(input.Constraints) }),
  };
  const same = key.grants.find((one) => input.Name && contentOf(one) === contentOf(grant));
  if (!same) key.grants = [...key.grants, grant];
  return { GrantId: (same ?? grant).GrantId, GrantToken: (same ?? grant).token };
}

/** With a name, asking for the same grant twice gives one. */
const contentOf = ({ Name, GranteePrincipal, RetiringPrincipal, Operations, Constraints }: Grant): string =>
  JSON.stringify([Name, GranteePrincipal, RetiringPrincipal, Operations, Constraints]);

function requirePrincipal(arn: string, call: CallContext): void {
  const naming = JSON.stringify({ Statement: [{ Principal: { AWS: arn } }] });
  if ('invalid' in keepPolicy(call.world, naming)) throw invalidArn('ARN does not refer to a valid principal');
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html */
function listGrants(input: ListGrantsRequest, call: CallContext): ListGrantsResponse {
  const grants = sharedKeyOf(input, call)
    .grants.filter((grant) => input.GrantId === undefined || grant.GrantId === input.GrantId)
    .filter((grant) => input.GranteePrincipal === undefined || grant.GranteePrincipal === input.GranteePrincipal)
    .map(({ token: _, ...listed }) => listed);
  const { page, ...more } = pageOf(grants, input, 50);
  return { Grants: page, ...more };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html */
function revokeGrant(input: RevokeGrantRequest, call: CallContext): void {
  const key = sharedKeyOf(input, call);
  requireGrant(key, input.GrantId);
  key.grants = key.grants.filter((grant) => grant.GrantId !== input.GrantId);
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html */
function retireGrant(input: RetireGrantRequest, call: CallContext): void {
  if (input.GrantToken === undefined) revokeGrant({ KeyId: input.KeyId, GrantId: input.GrantId }, call);
  else retireByToken(input.GrantToken, call);
}

function retireByToken(token: string, call: CallContext): void {
  const key = [...call.world.kms.keys.values()].find((one) => one.grants.some((grant) => grant.token === token));
  if (!key) throw new AwsError('InvalidGrantTokenException', 'The grant token is not valid.');
  key.grants = key.grants.filter((grant) => grant.token !== token);
}

function requireGrant(key: Key, id: string | undefined): void {
  if (!key.grants.some((grant) => grant.GrantId === id)) throw notFound(`Grant ID ${id ?? ''} not found`);
}

export const grantHandlers = {
  CreateGrant: createGrant,
  ListGrants: listGrants,
  RevokeGrant: revokeGrant,
  RetireGrant: retireGrant,
};
