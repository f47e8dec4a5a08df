import * as iam from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import { type Case, destination, policy, role, roleArn, type Scene, source, trust } from './scene.ts';

const list = policy({ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' });

const inline = async (at: Scene, PolicyDocument: string) => {
  const names = { RoleName: await role(at), PolicyName: 'lockstep' };
  await at.source.iam.send(new iam.PutRolePolicyCommand({ ...names, PolicyDocument }));
  return at.source.iam.send(new iam.GetRolePolicyCommand(names));
};

const onRole =
  (call: (client: iam.IAMClient, RoleName: string) => Promise<unknown>) =>
  async (at: Scene): Promise<unknown> =>
    call(at.source.iam, await role(at));

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
export const iamCases: readonly Case[] = [
  {
    because: 'a role that is not there',
    call: (at) => at.source.iam.send(new iam.GetRoleCommand({ RoleName: at.name })),
    error: ['NoSuchEntityException', 404],
    moto: true,
  },
  {
    because: 'a role name is taken once',
    call: async (at) => {
      await role(at);
      return role(at);
    },
    error: ['EntityAlreadyExistsException', 409],
    moto: true,
  },
  {
    because: 'the same name in another account is another role',
    call: async (at) => {
      await role(at);
      await role(at, trust(), at.destination);
      const { Role } = await at.destination.iam.send(new iam.GetRoleCommand({ RoleName: at.name }));
      return { Arn: Role?.Arn === roleArn(at, destination) };
    },
    answer: { Arn: true },
    moto: true,
  },
  {
    because: 'trust policies are URL-encoded',
    call: onRole((client, RoleName) => client.send(new iam.GetRoleCommand({ RoleName }))),
    answer: { Role: { AssumeRolePolicyDocument: expect.stringContaining('%22sts%3AAssumeRole%22') } },
    moto: true,
  },
  {
    because: 'so are inline policies',
    call: (at) => inline(at, list),
    answer: { PolicyDocument: expect.stringContaining('%22s3%3AListBucket%22') },
    moto: true,
  },
  {
    because: 'an inline policy that is not there',
    call: onRole((client, RoleName) => client.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName: 'none' }))),
    error: ['NoSuchEntityException', 404],
    moto: true,
  },
  {
    because: 'a resource is an ARN',
    call: (at) => inline(at, policy({ Effect: 'Allow', Action: 's3:ReplicateObject', Resource: 'orders-dr/*' })),
    error: ['MalformedPolicyDocumentException', 400],
    moto: true,
  },
  {
    because: 'an inline policy names no principal',
    call: (at) => inline(at, policy({ Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: '*' })),
    error: ['MalformedPolicyDocumentException', 400],
    moto: 'accepts it',
  },
  {
    because: 'Statement Sids are unique',
    call: (at) => {
      const one = { Sid: 'Twice', Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' };
      return inline(at, policy(one, one));
    },
    error: ['MalformedPolicyDocumentException', 400],
    moto: true,
  },
  {
    because: 'the inline policies of a role have 10,240 characters together',
    call: (at) =>
      inline(
        at,
        policy(...Array.from({ length: 200 }, (_, n) => ({ Sid: `S${n}`, Effect: 'Allow', Action: 's3:*', Resource: '*' }))),
      ),
    error: ['LimitExceededException', 409],
    moto: 'has no such limit',
  },
  {
    because: 'the principals of a trust policy must exist',
    call: (at) => role(at, trust({ AWS: `arn:aws:iam::${source}:role/${at.name}-none` })),
    error: ['MalformedPolicyDocumentException', 400],
    moto: 'does not look principals up',
  },
  {
    because: 'a trust policy has no Resource',
    call: (at) =>
      role(at, policy({ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole', Resource: '*' })),
    error: ['MalformedPolicyDocumentException', 400],
    moto: 'accepts it',
  },
  {
    because: 'a role with policies cannot be deleted',
    call: async (at) => {
      await inline(at, list);
      return at.source.iam.send(new iam.DeleteRoleCommand({ RoleName: at.name }));
    },
    error: ['DeleteConflictException', 409],
    moto: true,
  },
  {
    because: 'a managed policy has five versions',
    call: async (at) => {
      const { Policy } = await at.source.iam.send(new iam.CreatePolicyCommand({ PolicyName: at.name, PolicyDocument: list }));
      const next = () => at.source.iam.send(new iam.CreatePolicyVersionCommand({ PolicyArn: Policy?.Arn, PolicyDocument: list }));
      for (let version = 2; version <= 5; version++) await next();
      return next();
    },
    error: ['LimitExceededException', 409],
    moto: true,
  },
  {
    because: 'an attached policy is listed',
    call: async (at) => {
      const { Policy } = await at.source.iam.send(new iam.CreatePolicyCommand({ PolicyName: at.name, PolicyDocument: list }));
      const RoleName = await role(at);
      await at.source.iam.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
      const { AttachedPolicies } = await at.source.iam.send(new iam.ListAttachedRolePoliciesCommand({ RoleName }));
      return { listed: AttachedPolicies?.map(({ PolicyArn }) => PolicyArn === Policy?.Arn) };
    },
    answer: { listed: [true] },
    moto: true,
  },
  {
    because: 'a policy that is not there cannot be attached',
    call: onRole((client, RoleName) =>
      client.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn: `arn:aws:iam::${source}:policy/none` })),
    ),
    error: ['NoSuchEntityException', 404],
    moto: true,
  },
];

const assume = (at: Scene, RoleArn: string) =>
  at.source.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'contract' }));

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
export const stsCases: readonly Case[] = [
  {
    because: 'the caller is the root user of the account',
    call: (at) => at.source.sts.send(new GetCallerIdentityCommand({})),
    answer: { Account: source, Arn: `arn:aws:iam::${source}:root` },
    moto: 'calls every stranger moto',
  },
  {
    because: 'a role is assumed across accounts when it trusts the caller',
    call: async (at) => {
      await role(at, trust({ AWS: `arn:aws:iam::${source}:root` }), at.destination);
      const { AssumedRoleUser } = await assume(at, roleArn(at, destination));
      return { arn: AssumedRoleUser?.Arn?.replace(at.name, 'NAME') };
    },
    answer: { arn: `arn:aws:sts::${destination}:assumed-role/NAME/contract` },
    moto: true,
  },
  {
    because: 'and not when it trusts S3 only',
    call: async (at) => {
      await role(at, trust(), at.destination);
      return assume(at, roleArn(at, destination));
    },
    error: ['AccessDenied', 403],
    moto: 'checks no permissions',
  },
  {
    because: 'nor when it is not there',
    call: (at) => assume(at, roleArn(at, destination)),
    error: ['AccessDenied', 403],
    moto: 'hands out sessions of roles that do not exist',
  },
  {
    because: 'a session lasts 15 minutes at least',
    call: async (at) => {
      await role(at, trust({ AWS: `arn:aws:iam::${source}:root` }), at.destination);
      const command = { RoleArn: roleArn(at, destination), RoleSessionName: 'contract', DurationSeconds: 60 };
      return at.source.sts.send(new AssumeRoleCommand(command));
    },
    error: ['ValidationError', 400],
    moto: 'starts it',
  },
];
