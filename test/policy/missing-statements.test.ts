import { describe, expect, it } from 'vitest';
import {
  missingBoundary,
  missingIdentity,
  missingResource,
  missingScp,
  missingSession,
} from '../../shared/policy/evaluate/missing.ts';
import type { MissingStatement, Principal, Request } from '../../shared/policy/evaluate.ts';

const roleArn = 'arn:aws:iam::111111111111:role/app/orders';
const role: Principal = {
  kind: 'role-session',
  account: '111111111111',
  roleArn,
};
const service: Principal = { kind: 'service', name: 's3.amazonaws.com' };
const federated: Principal = {
  kind: 'federated',
  provider: 'arn:aws:iam::111111111111:saml-provider/a',
};

const by = (principal: Principal): Request => ({
  principal,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::orders/a',
  resourceAccount: '222222222222',
  context: { keys: {} },
});
const grant = {
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::orders/a',
};
const policy = (kind: 'resource' | 'key' | 'trust') => ({
  kind,
  label: `the ${kind} policy`,
  account: '222222222222',
});

describe('the statement that would let a request pass', () => {
  it.each<[because: string, missing: MissingStatement, policy: string, account: string, statement: object]>([
    ['in the identity policy of a role', missingIdentity(by(role)), 'identity policy of role app/orders', '111111111111', grant],
    [
      'in the identity policy of a user',
      missingIdentity(
        by({
          kind: 'user',
          account: '111111111111',
          arn: 'arn:aws:iam::111111111111:user/ann',
        }),
      ),
      'identity policy of user ann',
      '111111111111',
      grant,
    ],
    [
      'in an identity policy that a service cannot have',
      missingIdentity(by(service)),
      'identity policy of the caller',
      '',
      grant,
    ],
    [
      'in the boundary',
      missingBoundary(by(role), { boundary: policy('resource') }),
      'the resource policy',
      '111111111111',
      grant,
    ],
    ['in a boundary without a name', missingBoundary(by(role), {}), 'permissions boundary', '111111111111', grant],
    ['in the boundary of nobody', missingBoundary(by(service), {}), 'permissions boundary', '', grant],
    ['in the session policy', missingSession(by(role)), 'session policy', '111111111111', grant],
    ['in the session policy of nobody', missingSession(by(service)), 'session policy', '', grant],
    [
      'in the service control policies',
      missingScp(by(role)),
      'service control policies of account 111111111111',
      '111111111111',
      { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
    ],
    [
      'in a policy of the resource that is not there yet',
      missingResource(by(role), undefined),
      'policy of arn:aws:s3:::orders/a',
      '222222222222',
      { ...grant, Principal: { AWS: roleArn } },
    ],
    [
      'in the policy of the resource',
      missingResource(by(role), policy('resource')),
      'the resource policy',
      '222222222222',
      { ...grant, Principal: { AWS: roleArn } },
    ],
    [
      'in a key policy, where * is the key',
      missingResource(by(role), policy('key')),
      'the key policy',
      '222222222222',
      { ...grant, Resource: '*', Principal: { AWS: roleArn } },
    ],
    [
      'in a trust policy, which names no resource',
      missingResource(by(role), policy('trust')),
      'the trust policy',
      '222222222222',
      { Effect: 'Allow', Action: 's3:GetObject', Principal: { AWS: roleArn } },
    ],
    [
      'for a service',
      missingResource(by(service), policy('resource')),
      'the resource policy',
      '222222222222',
      { ...grant, Principal: { Service: 's3.amazonaws.com' } },
    ],
    [
      'for one who signed in elsewhere',
      missingResource(by(federated), policy('resource')),
      'the resource policy',
      '222222222222',
      {
        ...grant,
        Principal: { Federated: 'arn:aws:iam::111111111111:saml-provider/a' },
      },
    ],
    [
      'for nobody',
      missingResource(by({ kind: 'anonymous' }), policy('resource')),
      'the resource policy',
      '222222222222',
      { ...grant, Principal: '*' },
    ],
  ])('stands %s', (_, missing, where, account, statement) => {
    expect(missing).toEqual({ policy: where, account, statement });
  });
});
