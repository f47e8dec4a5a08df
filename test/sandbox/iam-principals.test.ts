import { CreateRoleCommand, CreateUserCommand, DeleteRoleCommand, DeleteUserCommand } from '@aws-sdk/client-iam';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { alterSpelling, type KeptPolicy, keepPolicy, showPolicy } from '../../infra/sandbox/principals.ts';
import { clientsOf, freshAws, source, trustOf } from './front-clients.ts';

const roleArn = `arn:aws:iam::${source}:role/svc/replicator`;
const sessionArn = `arn:aws:sts::${source}:assumed-role/replicator/s3`;

async function createRole(aws: LocalAws): Promise<string> {
  const trust = trustOf({ Service: 's3.amazonaws.com' });
  const { iam } = clientsOf(aws);
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'replicator', Path: '/svc/', AssumeRolePolicyDocument: trust }),
  );
  return Role?.RoleId ?? '';
}

const deleteRole = (aws: LocalAws) => clientsOf(aws).iam.send(new DeleteRoleCommand({ RoleName: 'replicator' }));

const policyFor = (principal: unknown, more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 's3:*', Resource: '*', ...more }],
  });

function kept(aws: LocalAws, policy: string): KeptPolicy {
  const result = keepPolicy(aws.world, policy);
  if ('invalid' in result) throw new Error(`refused: ${result.invalid.join()}`);
  return result;
}

const shown = (aws: LocalAws, policy: KeptPolicy) => JSON.parse(showPolicy(aws.world, policy)).Statement[0].Principal;

describe('keeping a policy', () => {
  it.each([
    { name: 'everybody', principal: '*' },
    { name: 'everybody, as an account', principal: { AWS: '*' } },
    { name: 'an account nobody used', principal: { AWS: '999999999999' } },
    { name: "an account's root", principal: { AWS: 'arn:aws:iam::999999999999:root' } },
    { name: 'a role', principal: { AWS: roleArn } },
    { name: 'a session of a role', principal: { AWS: sessionArn } },
    { name: 'several', principal: { AWS: [roleArn, '222222222222'] } },
    { name: 'a service', principal: { Service: ['s3.amazonaws.com', 'logging.s3.amazonaws.com'] } },
    { name: 'an identity provider', principal: { Federated: 'arn:aws:iam::111111111111:saml-provider/x' } },
    { name: 'a canonical user', principal: { CanonicalUser: 'a'.repeat(64) } },
  ])('takes $name', async ({ principal }) => {
    const aws = freshAws();
    await createRole(aws);

    expect(keepPolicy(aws.world, policyFor(principal))).toHaveProperty('parts');
  });

  it.each([
    { name: 'a role that does not exist', principal: `arn:aws:iam::${source}:role/missing` },
    { name: 'a role of that name under another path', principal: `arn:aws:iam::${source}:role/replicator` },
    { name: 'a role of that name in another account', principal: 'arn:aws:iam::222222222222:role/svc/replicator' },
    { name: 'a role spelt in another case', principal: `arn:aws:iam::${source}:role/svc/Replicator` },
    { name: 'a user that does not exist', principal: `arn:aws:iam::${source}:user/missing` },
    { name: 'a session of a role that does not exist', principal: `arn:aws:sts::${source}:assumed-role/missing/s` },
    { name: 'a unique id of nobody', principal: 'AROAABCDEFGHIJKLMNOPQ' },
    { name: 'a pattern', principal: `arn:aws:iam::${source}:role/*` },
    { name: 'an account of eleven digits', principal: '11111111111' },
    { name: 'a group', principal: `arn:aws:iam::${source}:group/admins` },
    { name: 'another partition', principal: `arn:aws-cn:iam::${source}:root` },
    { name: 'a bucket', principal: 'arn:aws:s3:::orders' },
    { name: 'nothing', principal: '' },
  ])('refuses $name', async ({ principal }) => {
    const aws = freshAws();
    await createRole(aws);

    expect(keepPolicy(aws.world, policyFor({ AWS: ['222222222222', principal] }))).toEqual({ invalid: [principal] });
    expect(keepPolicy(aws.world, policyFor(undefined, { NotPrincipal: { AWS: principal } }))).toEqual({ invalid: [principal] });
  });

  it('refuses a service that is none', () => {
    expect(keepPolicy(freshAws().world, policyFor({ Service: 's3.amazon' }))).toEqual({ invalid: ['s3.amazon'] });
  });

  it('never looks at conditions', () => {
    const aws = freshAws();
    const condition = {
      ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${source}:role/missing`, 'aws:SourceAccount': '111111111111' },
    };
    const policy = policyFor('*', { Condition: condition });

    expect(showPolicy(aws.world, kept(aws, policy))).toBe(policy);
  });

  it('changes nothing but principals: white space, order and unknown elements stay', async () => {
    const aws = freshAws();
    await createRole(aws);
    const policy = `{\n  "Statement" : { "Resource":"*","Principal":{"AWS":\t"${roleArn}"},\n"Odd": [1, {"AWS":"111111111111"}], "Effect":"Allow" } }`;

    expect(showPolicy(aws.world, kept(aws, policy))).toBe(policy);
  });
});

describe('showing a kept policy', () => {
  it('prints accounts as their root ARN', () => {
    const aws = freshAws();

    expect(shown(aws, kept(aws, policyFor({ AWS: ['222222222222'] })))).toEqual({ AWS: ['arn:aws:iam::222222222222:root'] });
  });

  it('prints a role by ARN while that very role lives, and by its dead id for ever after', async () => {
    const aws = freshAws();
    const id = await createRole(aws);
    const policy = kept(aws, policyFor({ AWS: roleArn }));
    const session = kept(aws, policyFor({ AWS: sessionArn }));

    expect([shown(aws, policy), shown(aws, session)]).toEqual([{ AWS: roleArn }, { AWS: sessionArn }]);
    await deleteRole(aws);
    expect([shown(aws, policy), shown(aws, session)]).toEqual([{ AWS: id }, { AWS: `${id}:s3` }]);
    const next = await createRole(aws);
    expect(next).not.toBe(id);
    expect([shown(aws, policy), shown(aws, session)]).toEqual([{ AWS: id }, { AWS: `${id}:s3` }]);
  });

  it('prints a living id given as such by ARN, and refuses it back once it is dead', async () => {
    const aws = freshAws();
    const id = await createRole(aws);
    const policy = kept(aws, policyFor({ AWS: id }));

    expect(shown(aws, policy)).toEqual({ AWS: roleArn });
    await deleteRole(aws);
    expect(keepPolicy(aws.world, showPolicy(aws.world, policy))).toEqual({ invalid: [id] });
  });

  it('does the same for users', async () => {
    const aws = freshAws();
    const { iam } = clientsOf(aws);
    const { User } = await iam.send(new CreateUserCommand({ UserName: 'ana' }));
    const policy = kept(aws, policyFor({ AWS: User?.Arn }));

    expect(shown(aws, policy)).toEqual({ AWS: `arn:aws:iam::${source}:user/ana` });
    await iam.send(new DeleteUserCommand({ UserName: 'ana' }));
    expect(shown(aws, policy)).toEqual({ AWS: User?.UserId });
  });

  it('survives being written down as plain data', async () => {
    const aws = freshAws();
    await createRole(aws);
    const policy = kept(aws, policyFor({ AWS: [roleArn, '222222222222'] }));

    expect(structuredClone(policy)).toEqual(policy);
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
  });
});

describe("S3's altered spelling", () => {
  it('collapses lists of one, moves the others about, and leaves the rest', () => {
    const policy = {
      Version: '2012-10-17',
      Id: 'x',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ['a', 'b'], Service: ['s'] }, Action: ['s3:Get*'], Resource: ['1', '2'] },
        {
          Sid: 'S',
          Effect: 'Deny',
          Principal: '*',
          NotAction: 's3:*',
          Resource: '*',
          Condition: { StringLike: { 'aws:x': ['v'], 'aws:y': ['1', '2'] } },
        },
      ],
    };

    expect(JSON.parse(alterSpelling(JSON.stringify(policy)))).toEqual({
      ...policy,
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ['b', 'a'], Service: 's' }, Action: 's3:Get*', Resource: ['2', '1'] },
        { ...policy.Statement[1], Condition: { StringLike: { 'aws:x': 'v', 'aws:y': ['2', '1'] } } },
      ],
    });
  });

  it('loses and invents nothing', () => {
    const list = fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 1 }));
    const statement = fc.record({ Effect: fc.constant('Allow'), Action: list, Resource: list }, { requiredKeys: ['Effect'] });
    const sorted = (value: unknown) => [value ?? []].flat().sort();
    const rule = fc.property(fc.array(statement, { minLength: 1 }), (statements) => {
      const altered = JSON.parse(alterSpelling(JSON.stringify({ Statement: statements })));
      const meaning = (all: typeof statements) => all.map(({ Action, Resource }) => [sorted(Action), sorted(Resource)]);

      expect(meaning(altered.Statement)).toEqual(meaning(statements));
    });
    fc.assert(rule);
  });
});
