import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actorOf, isBare } from '../../shared/controller/actor.ts';
import { sessionOf } from '../fixtures/events/events.ts';

const traces = { sourceIPAddress: '192.0.2.10', userAgent: 'Boto3/1.40', eventSource: 's3.amazonaws.com' };
const account = '111111111111';
const deployer = `arn:aws:iam::${account}:role/pipelines/deployer`;
const admin = `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef`;
const userIdentityPage =
  'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html';

const cases = [
  {
    because: 'a session is shown by its role, with its path',
    docs: userIdentityPage,
    identity: sessionOf(deployer, 'build-7'),
    actor: { kind: 'role', principal: deployer, session: 'build-7', account },
  },
  {
    because: 'without an issuer the ARN of the session tells the role, but for its path',
    docs: userIdentityPage,
    identity: { type: 'AssumedRole', arn: `arn:aws:sts::${account}:assumed-role/deployer/build-7`, accountId: account },
    actor: { kind: 'role', principal: `arn:aws:iam::${account}:role/deployer`, session: 'build-7', account },
  },
  {
    because: 'the issuer may be there and empty',
    docs: userIdentityPage,
    identity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${account}:assumed-role/deployer/build-7`,
      sessionContext: { sessionIssuer: {} },
    },
    actor: { kind: 'role', principal: `arn:aws:iam::${account}:role/deployer`, session: 'build-7' },
  },
  {
    because: 'IAM Identity Center names the session after the person',
    docs: 'https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html',
    identity: sessionOf(admin, 'ada@example.com'),
    actor: { kind: 'identity-centre-user', principal: admin, session: 'ada@example.com', account },
  },
  {
    because: 'anybody can call a role like one of IAM Identity Center',
    docs: 'https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html',
    identity: sessionOf(`arn:aws:iam::${account}:role/AWSReservedSSO_Admin_0123456789abcdef`, 'ada@example.com'),
    actor: { kind: 'role', session: 'ada@example.com' },
  },
  {
    because: 'a session may carry a person’s identity',
    docs: 'https://docs.aws.amazon.com/singlesignon/latest/userguide/trustedidentitypropagation-identity-enhanced-iam-role-sessions.html',
    identity: sessionOf(deployer, 'app', {
      onBehalfOf: {
        userId: '544894e8-80c1-707f-60e3-3ba6510dfac1',
        identityStoreArn: 'arn:aws:identitystore::111111111111:identitystore/d-1',
      },
    }),
    actor: { kind: 'identity-centre-user', principal: deployer, session: '544894e8-80c1-707f-60e3-3ba6510dfac1', account },
  },
  {
    because: 'or be nobody’s but the person’s',
    docs: userIdentityPage,
    identity: { type: 'IdentityCenterUser', accountId: account, onBehalfOf: { userId: '544894e8-80c1-707f-60e3-3ba6510dfac1' } },
    actor: { kind: 'identity-centre-user', principal: '544894e8-80c1-707f-60e3-3ba6510dfac1', account },
  },
  {
    because: 'the account’s own user',
    docs: userIdentityPage,
    identity: { type: 'Root', arn: `arn:aws:iam::${account}:root`, accountId: account, sessionContext: { sessionIssuer: {} } },
    actor: { kind: 'root', principal: `arn:aws:iam::${account}:root`, account },
  },
  {
    because: 'a federated session is its issuer’s',
    docs: userIdentityPage,
    identity: {
      ...{ type: 'FederatedUser', arn: `arn:aws:sts::${account}:federated-user/grace`, accountId: account },
      sessionContext: { sessionIssuer: { type: 'Root', arn: `arn:aws:iam::${account}:root` } },
    },
    actor: { kind: 'root', principal: `arn:aws:iam::${account}:root`, session: 'grace', account },
  },
  {
    because: 'a service by its name',
    docs: userIdentityPage,
    identity: { type: 'AWSService', invokedBy: 'config.amazonaws.com' },
    actor: { kind: 'service', principal: 'config.amazonaws.com' },
  },
  {
    because: 'a service that does not say which is the one that tells of it',
    docs: 'https://docs.aws.amazon.com/kms/latest/developerguide/ct-delete-key.html',
    identity: { accountId: account, invokedBy: 'AWS Internal' },
    actor: { kind: 'service', principal: 's3.amazonaws.com', account },
  },
  {
    because: 'another account is all that the owner is told',
    docs: userIdentityPage,
    identity: { type: 'AWSAccount', accountId: account, principalId: 'AROAEXAMPLEROLE000000:build-7' },
    actor: { kind: 'account', principal: account, session: 'build-7', account },
  },
  {
    because: 'an access key may stand where an id should',
    docs: userIdentityPage,
    identity: { type: 'Unknown', principalId: 'AKIAEXAMPLEEXAMPLE00', accessKeyId: 'AKIAEXAMPLEEXAMPLE00' },
    actor: { kind: 'unknown', principal: 'unknown' },
  },
  {
    because: 'a person whose user id is kept back is known by the account',
    docs: userIdentityPage,
    identity: { type: 'IdentityCenterUser', accountId: account },
    actor: { kind: 'identity-centre-user', principal: account, account },
  },
  {
    because: 'a role without any ARN is known by its id',
    docs: userIdentityPage,
    identity: { type: 'AssumedRole', principalId: 'AROAEXAMPLEROLE000000:build-7' },
    actor: { kind: 'role', principal: 'AROAEXAMPLEROLE000000:build-7', session: 'build-7' },
  },
  {
    because: 'a federated session without an issuer is known by its own ARN',
    docs: userIdentityPage,
    identity: { type: 'FederatedUser', arn: `arn:aws:sts::${account}:federated-user/grace` },
    actor: { kind: 'user', principal: `arn:aws:sts::${account}:federated-user/grace`, session: 'grace' },
  },
  {
    because: 'or by its id',
    docs: userIdentityPage,
    identity: { type: 'FederatedUser', principalId: `${account}:grace` },
    actor: { kind: 'user', principal: `${account}:grace`, session: 'grace' },
  },
  { because: 'nothing is told', docs: userIdentityPage, identity: null, actor: { kind: 'unknown', principal: 'unknown' } },
];

describe('a service that calls by itself', () => {
  it.each([
    {
      because: 'only its sender says which',
      detail: { eventSource: 'kms.amazonaws.com' },
      invokedBy: undefined,
      principal: 'kms.amazonaws.com',
    },
    { because: 'AWS says no more than that', detail: {}, invokedBy: 'AWS Internal', principal: 'AWS Internal' },
    { because: 'not even that is said', detail: {}, invokedBy: undefined, principal: 'AWS' },
  ])('is named as well as can be: $because', ({ detail, invokedBy, principal }) => {
    expect(actorOf({ type: 'AWSService', ...(invokedBy && { invokedBy }) }, detail)).toMatchObject({
      kind: 'service',
      principal,
    });
  });
});

describe('who made a call', () => {
  it.each(cases)('is told as far as CloudTrail shows: $because ($docs)', ({ identity, actor }) => {
    const told = actorOf(identity, traces);

    expect(told).toMatchObject({ ...actor, sourceAddress: '192.0.2.10', userAgent: 'Boto3/1.40' });
    expect(JSON.stringify(told)).not.toMatch(/A[KS]IA/);
  });

  const tools = [
    { because: 'S3 puts brackets around it', detail: { userAgent: '[aws-cli/2.31.0]' }, userAgent: 'aws-cli/2.31.0' },
    { because: 'others do not', detail: { userAgent: 'aws-cli/2.31.0 [x]' }, userAgent: 'aws-cli/2.31.0 [x]' },
    { because: 'a service in somebody’s name', detail: { userAgent: 'AWS Internal' }, userAgent: 'kms.amazonaws.com' },
    { because: 'nothing else is said', detail: {}, userAgent: 'kms.amazonaws.com' },
    { because: 'what cannot be seen is taken out', detail: { userAgent: 'a\u202eb\u0007\ud800c' }, userAgent: 'abc' },
  ];

  it.each(tools)('includes the tool: $because', ({ detail, userAgent }) => {
    expect(actorOf({ ...sessionOf(deployer), invokedBy: 'kms.amazonaws.com' }, detail).userAgent).toBe(userAgent);
  });

  it('is bare where there is no more than an account', () => {
    expect(cases.filter(({ identity }) => isBare(actorOf(identity, traces))).map(({ actor }) => actor.kind)).toEqual([
      ...['account', 'unknown', 'unknown'],
    ]);
  });

  it('is answered for anything', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (identity, detail) => {
        expect(actorOf(identity, detail).principal).not.toBe('');
      }),
    );
  });
});
