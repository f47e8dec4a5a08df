import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type AssumeRoleCommandInput, type Credentials, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { aClock, allow, clientsOf, destination, freshAws, refusalOf, source, trustOf } from './front-clients.ts';

const roleArn = `arn:aws:iam::${destination}:role/healer`;
type Who = Parameters<typeof clientsOf>[1];

const createRole = (aws: LocalAws, trust: string, more: { RoleName?: string; Path?: string; MaxSessionDuration?: number } = {}) =>
  clientsOf(aws, destination).iam.send(new CreateRoleCommand({ RoleName: 'healer', AssumeRolePolicyDocument: trust, ...more }));

const assume = (aws: LocalAws, who: Who = source, more: Partial<AssumeRoleCommandInput> = {}) =>
  clientsOf(aws, who).sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'lockstep', ...more }));

const keysOf = (credentials: Credentials | undefined) => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
});

const identity = (aws: LocalAws, who: Who) => clientsOf(aws, who).sts.send(new GetCallerIdentityCommand({}));

const isAllowed = async (call: Promise<unknown>): Promise<boolean> => {
  const [outcome] = await Promise.allSettled([call]);
  if (outcome.status === 'rejected' && outcome.reason.name !== 'AccessDenied') throw outcome.reason;
  return outcome.status === 'fulfilled';
};

async function aUser(aws: LocalAws) {
  const { iam } = clientsOf(aws);
  await iam.send(new CreateUserCommand({ UserName: 'ana' }));
  // Across accounts both sides have to allow.
  const PolicyDocument = allow('sts:AssumeRole');
  await iam.send(new PutUserPolicyCommand({ UserName: 'ana', PolicyName: 'assume', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ana' }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: 'any' };
}

describe('a role session', () => {
  it('is its role, under its name, in its account', async () => {
    const aws = freshAws({ clock: aClock() });
    const { Role } = await createRole(aws, trustOf({ AWS: source }), { Path: '/svc/' });
    const session = await assume(aws, source, { RoleArn: Role?.Arn });

    const arn = `arn:aws:sts::${destination}:assumed-role/healer/lockstep`;
    expect(session.AssumedRoleUser).toEqual({ Arn: arn, AssumedRoleId: `${Role?.RoleId}:lockstep` });
    expect(session.Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(session.Credentials?.Expiration).toEqual(new Date('2026-01-01T01:00:00Z'));
    expect(await identity(aws, keysOf(session.Credentials))).toMatchObject({
      Account: destination,
      Arn: arn,
      UserId: `${Role?.RoleId}:lockstep`,
    });
  });

  it('keeps the policy it was started with', async () => {
    const aws = freshAws();
    await createRole(aws, trustOf({ AWS: source }));
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });

    const { Credentials, PackedPolicySize } = await assume(aws, source, { Policy });

    expect(aws.world.sts.sessions.get(Credentials?.AccessKeyId ?? '')?.policy).toBe(Policy);
    expect(PackedPolicySize).toBeGreaterThan(0);
  });

  it.each([
    {
      name: 'a wrong token',
      token: () => 'wrong',
      seconds: 0,
      codes: ['InvalidToken', 'InvalidClientTokenId', 'UnrecognizedClientException'],
    },
    {
      name: 'no token',
      token: () => undefined,
      seconds: 0,
      codes: ['InvalidToken', 'InvalidClientTokenId', 'UnrecognizedClientException'],
    },
    {
      name: 'its time run out',
      token: (own: string) => own,
      seconds: 3600,
      codes: ['ExpiredToken', 'ExpiredToken', 'ExpiredTokenException'],
    },
  ])('is refused with $name', async ({ token, seconds, codes }) => {
    const clock = aClock();
    const aws = freshAws({ clock });
    await createRole(aws, trustOf({ AWS: source }));
    const { sessionToken, ...keys } = keysOf((await assume(aws)).Credentials);
    const given = token(sessionToken);
    const { s3, sts, ssm } = clientsOf(aws, given === undefined ? keys : { ...keys, sessionToken: given });
    await clock.advance(seconds);

    const refusals = [
      await refusalOf(s3.send(new ListBucketsCommand({}))),
      await refusalOf(sts.send(new GetCallerIdentityCommand({}))),
      await refusalOf(ssm.send(new GetParameterCommand({ Name: 'x' }))),
    ];

    expect(refusals.map(({ code }) => code)).toEqual(codes);
  });

  it('is good until the second before its time runs out', async () => {
    const clock = aClock();
    const aws = freshAws({ clock });
    await createRole(aws, trustOf({ AWS: source }));
    const { Credentials } = await assume(aws, source, { DurationSeconds: 900 });
    await clock.advance(899);

    expect(await identity(aws, keysOf(Credentials))).toMatchObject({ Account: destination });
  });

  it('dies with its role, even if there is a new one of its name', async () => {
    const aws = freshAws();
    await createRole(aws, trustOf({ AWS: source }));
    const { Credentials } = await assume(aws);
    await clientsOf(aws, destination).iam.send(new DeleteRoleCommand({ RoleName: 'healer' }));
    await createRole(aws, trustOf({ AWS: source }));

    expect(await refusalOf(identity(aws, keysOf(Credentials)))).toMatchObject({ code: 'InvalidClientTokenId', status: 403 });
  });
});

describe('assuming a role', () => {
  const userArn = `arn:aws:iam::${source}:user/ana`;
  const condition = (Condition: object) => ({ Condition });
  const both = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const allowSource = { Effect: 'Allow', Principal: { AWS: source }, Action: 'sts:AssumeRole' };

  it.each([
    { because: 'its account is trusted', trust: trustOf({ AWS: source }), allowed: true },
    { because: "its account's root is trusted", trust: trustOf({ AWS: `arn:aws:iam::${source}:root` }), allowed: true },
    { because: 'everybody is trusted', trust: trustOf('*'), allowed: true },
    { because: 'it is trusted by name', trust: trustOf({ AWS: [userArn] }), allowed: true },
    { because: 'the action is a pattern', trust: trustOf({ AWS: source }, { Action: 'sts:*' }), allowed: true },
    {
      because: 'the action is spelt in another case',
      trust: trustOf({ AWS: source }, { Action: 'STS:assumerole' }),
      allowed: true,
    },
    { because: 'another account is trusted', trust: trustOf({ AWS: '333333333333' }), allowed: false },
    { because: 'a service is trusted', trust: trustOf({ Service: 's3.amazonaws.com' }), allowed: false },
    { because: 'another action is allowed', trust: trustOf({ AWS: source }, { Action: 'sts:TagSession' }), allowed: false },
    {
      because: 'a Deny names it',
      trust: both(allowSource, { ...allowSource, Effect: 'Deny', Principal: { AWS: userArn } }),
      allowed: false,
    },
    {
      because: 'a Deny has NotPrincipal, which trust policies cannot have',
      trust: both(allowSource, { Effect: 'Deny', NotPrincipal: { AWS: [userArn, source] }, Action: 'sts:*' }),
      allowed: false,
    },
    {
      because: 'the external id fits',
      trust: trustOf({ AWS: source }, condition({ StringEquals: { 'sts:ExternalId': ['b', 'a'] } })),
      externalId: 'aa',
      allowed: false,
    },
    {
      because: 'the external id is one of those',
      trust: trustOf({ AWS: source }, condition({ StringEquals: { 'sts:ExternalId': ['bb', 'aa'] } })),
      externalId: 'aa',
      allowed: true,
    },
    {
      because: 'the external id is wrong',
      trust: trustOf({ AWS: source }, condition({ StringEquals: { 'sts:ExternalId': 'aa' } })),
      externalId: 'bb',
      allowed: false,
    },
    {
      because: 'the external id is missing',
      trust: trustOf({ AWS: source }, condition({ StringEquals: { 'sts:ExternalId': 'aa' } })),
      allowed: false,
    },
    {
      because: 'its ARN is like the pattern',
      trust: trustOf('*', condition({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${source}:user/*` } })),
      allowed: true,
    },
    {
      because: 'its ARN is not like the pattern',
      trust: trustOf('*', condition({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${source}:role/*` } })),
      allowed: false,
    },
    {
      because: 'a missing key passes a negated test',
      trust: trustOf({ AWS: source }, condition({ StringNotEquals: { 'aws:SourceVpce': 'x' } })),
      allowed: true,
    },
    {
      because: 'a missing key passes IfExists',
      trust: trustOf({ AWS: source }, condition({ StringEqualsIfExists: { 'aws:SourceVpce': 'x' } })),
      allowed: true,
    },
    {
      because: 'only one of two conditions holds',
      trust: trustOf({ AWS: source }, condition({ StringEquals: { 'aws:PrincipalAccount': source, 'sts:ExternalId': 'x' } })),
      allowed: false,
    },
    {
      because: 'its time has come',
      trust: trustOf({ AWS: source }, condition({ DateGreaterThan: { 'aws:CurrentTime': '2025-01-01T00:00:00Z' } })),
      allowed: true,
    },
    {
      because: 'an Allow is conditioned on what cannot be told',
      trust: trustOf({ AWS: source }, condition({ StringSounds: { 'aws:PrincipalAccount': source } })),
      allowed: false,
    },
    {
      because: 'a Deny is conditioned on what cannot be told',
      trust: both(allowSource, {
        ...allowSource,
        Effect: 'Deny',
        Condition: { StringSounds: { 'aws:PrincipalAccount': source } },
      }),
      allowed: false,
    },
    {
      because: 'a Deny does not hold',
      trust: both(allowSource, {
        ...allowSource,
        Effect: 'Deny',
        Condition: { StringNotEquals: { 'aws:PrincipalAccount': source } },
      }),
      allowed: true,
    },
  ])('is allowed: $allowed, when $because', async ({ trust, externalId, allowed }) => {
    const aws = freshAws();
    const user = await aUser(aws);
    await createRole(aws, trust);

    expect(await isAllowed(assume(aws, user, { ExternalId: externalId }))).toBe(allowed);
  });

  it("is refused in AWS's words, and no differently when there is no such role", async () => {
    const aws = freshAws();
    await createRole(aws, trustOf({ AWS: '333333333333' }));
    const message = (arn: string) =>
      `User: arn:aws:iam::${source}:root is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
    const missing = `arn:aws:iam::${destination}:role/missing`;

    expect(await refusalOf(assume(aws))).toEqual({ code: 'AccessDenied', status: 403, message: message(roleArn) });
    expect(await refusalOf(assume(aws, source, { RoleArn: missing }))).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: message(missing),
    });
  });

  it('works from a role that is trusted by ARN, until that very role is gone', async () => {
    const aws = freshAws();
    const hub = { RoleName: 'hub', AssumeRolePolicyDocument: trustOf({ AWS: source }) };
    const onHub = { RoleName: 'hub', PolicyName: 'assume' };
    const { iam } = clientsOf(aws);
    const enter = async () => {
      const { Role } = await iam.send(new CreateRoleCommand(hub));
      await iam.send(new PutRolePolicyCommand({ ...onHub, PolicyDocument: allow('sts:AssumeRole') }));
      return { arn: Role?.Arn, keys: keysOf((await assume(aws, source, { RoleArn: Role?.Arn })).Credentials) };
    };
    const first = await enter();
    await createRole(aws, trustOf({ AWS: first.arn }));
    expect(await isAllowed(assume(aws, first.keys))).toBe(true);
    expect(await isAllowed(assume(aws, source))).toBe(false);

    await iam.send(new DeleteRolePolicyCommand(onHub));
    await iam.send(new DeleteRoleCommand({ RoleName: 'hub' }));
    const second = await enter();

    expect(await isAllowed(assume(aws, second.keys))).toBe(false);
  });

  it.each([
    { name: 'a session name of one character', input: { RoleSessionName: 'a' }, message: 'greater than or equal to 2' },
    { name: 'a session name with a blank', input: { RoleSessionName: 'a b' }, message: "Value 'a b' at 'roleSessionName'" },
    { name: 'a session name of 65 characters', input: { RoleSessionName: 'a'.repeat(65) }, message: 'less than or equal to 64' },
    { name: 'less than 15 minutes', input: { DurationSeconds: 899 }, message: "Value '899' at 'durationSeconds'" },
    { name: 'more than 12 hours', input: { DurationSeconds: 43_201 }, message: "Value '43201' at 'durationSeconds'" },
    {
      name: 'more than the role allows',
      input: { DurationSeconds: 7201 },
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    },
    {
      name: 'an ARN that is none',
      input: { RoleArn: 'arn:aws:iam::role/healer' },
      message: 'arn:aws:iam::role/healer is invalid',
    },
  ])('is refused for $name', async ({ input, message }) => {
    const aws = freshAws();
    await createRole(aws, trustOf({ AWS: source }), { MaxSessionDuration: 7200 });

    expect(await refusalOf(assume(aws, source, input))).toMatchObject({
      code: 'ValidationError',
      status: 400,
      message: expect.stringContaining(message),
    });
    expect(await isAllowed(assume(aws, source, { DurationSeconds: 7200 }))).toBe(true);
  });

  it('from another role lasts an hour at most', async () => {
    const aws = freshAws();
    await createRole(aws, trustOf({ AWS: '*' }), { MaxSessionDuration: 7200 });
    const keys = keysOf((await assume(aws)).Credentials);

    expect(await refusalOf(assume(aws, keys, { DurationSeconds: 3601 }))).toMatchObject({
      message: expect.stringContaining('role chaining'),
    });
    expect(await isAllowed(assume(aws, keys, { DurationSeconds: 3600 }))).toBe(true);
  });
});

describe('an implied role', () => {
  const impliedRoles = ['healer'];

  it('can be assumed in every account from every account, and is its administrator', async () => {
    const aws = freshAws({ impliedRoles });

    const session = await assume(aws, '999999999999');

    expect(await identity(aws, keysOf(session.Credentials))).toMatchObject({
      Arn: `arn:aws:sts::${destination}:assumed-role/healer/lockstep`,
    });
    expect(await isAllowed(assume(aws, '999999999999', { RoleArn: `arn:aws:iam::${source}:role/healer` }))).toBe(true);
  });

  it('tells handlers that it may do everything', async () => {
    const callers: unknown[] = [];
    const aws = freshAws({ impliedRoles, interceptors: [{ after: ({ caller }) => void callers.push(caller.administrator) }] });
    await createRole(aws, trustOf({ AWS: source }), { RoleName: 'ordinary' });
    const implied = await assume(aws);
    const ordinary = await assume(aws, source, { RoleArn: `arn:aws:iam::${destination}:role/ordinary` });
    callers.length = 0;

    await identity(aws, keysOf(implied.Credentials));
    await identity(aws, keysOf(ordinary.Credentials));

    expect(callers).toEqual([true, undefined]);
  });

  it('is an ordinary role once somebody creates it: its trust policy rules', async () => {
    const aws = freshAws({ impliedRoles });
    await createRole(aws, trustOf({ AWS: '333333333333' }));

    expect(await isAllowed(assume(aws))).toBe(false);
    expect(await isAllowed(assume(aws, '333333333333'))).toBe(true);
  });

  it('is gone even when somebody creates it under another path', async () => {
    const aws = freshAws({ impliedRoles });
    await createRole(aws, trustOf({ AWS: source }), { Path: '/other/' });

    expect(await isAllowed(assume(aws))).toBe(false);
  });

  it.each([
    { because: 'none is named', options: {} },
    { because: 'another one is named', options: { impliedRoles: ['healers'] } },
  ])('is not there when $because', async ({ options }) => {
    expect(await isAllowed(assume(freshAws(options)))).toBe(false);
  });

  it('has no path', async () => {
    const RoleArn = `arn:aws:iam::${destination}:role/any/healer`;

    expect(await isAllowed(assume(freshAws({ impliedRoles }), source, { RoleArn }))).toBe(false);
  });
});
