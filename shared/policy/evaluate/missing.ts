/** The exact statements that would allow a request, for people to add. */
import { accountOf, arnOf, type Principal } from './principals.ts';
import type { MissingStatement, Policies, Request, ResourcePolicy } from './request.ts';

const grant = ({ action, resource }: Request) => ({ Effect: 'Allow', Action: action, Resource: resource });

const nameOf = (principal: Principal): string => {
  const arn = arnOf(principal);
  return arn === undefined ? 'the caller' : arn.replace(/^arn:[^:]+:iam::\d*:/, '').replace('/', ' ');
};

/** What an identity policy of the caller would have to say. */
export function missingIdentity(request: Request): MissingStatement {
  const { principal } = request;
  return { policy: `identity policy of ${nameOf(principal)}`, account: accountOf(principal) ?? '', statement: grant(request) };
}

function principalElement(principal: Principal): unknown {
  if (principal.kind === 'service') return { Service: principal.name };
  if (principal.kind === 'federated') return { Federated: principal.provider };
  return principal.kind === 'anonymous' ? '*' : { AWS: arnOf(principal) };
}

/** What the resource's own policy would have to say. */
export function missingResource(request: Request, policy: ResourcePolicy | undefined): MissingStatement {
  const { Effect, Action, Resource } = grant(request);
  const kind = policy?.kind ?? 'resource';
  return {
    policy: policy?.label ?? `policy of ${request.resource}`,
    account: request.resourceAccount,
    statement: {
      Effect,
      Principal: principalElement(request.principal),
      Action,
      ...(kind !== 'trust' && { Resource: kind === 'key' ? '*' : Resource }),
    },
  };
}

export const missingBoundary = (request: Request, policies: Policies): MissingStatement => ({
  policy: policies.boundary?.label ?? 'permissions boundary',
  account: accountOf(request.principal) ?? '',
  statement: grant(request),
});

export const missingSession = (request: Request): MissingStatement => ({
  policy: 'session policy',
  account: accountOf(request.principal) ?? '',
  statement: grant(request),
});

export const missingScp = (request: Request): MissingStatement => ({
  policy: `service control policies of account ${accountOf(request.principal)}`,
  account: accountOf(request.principal) ?? '',
  statement: { Effect: 'Allow', Action: request.action, Resource: '*' },
});
