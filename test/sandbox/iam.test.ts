import * as iam from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { allow, clientsOf, destination, freshAws, refusalOf, source, trustOf } from './front-clients.ts';

const trust = trustOf({ Service: 's3.amazonaws.com' });
const fresh = () => clientsOf(freshAws()).iam;

async function withRole(more: Partial<iam.CreateRoleCommandInput> = {}) {
  const client = fresh();
  const { Role } = await client.send(
    new iam.CreateRoleCommand({ RoleName: 'replicator', AssumeRolePolicyDocument: trust, ...more }),
  );
  return { client, role: Role };
}

describe('a role', () => {
  it('is read back as it was made', async () => {
    const { client } = await withRole({
      Path: '/svc/',
      Description: 'd',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'x' }],
    });

    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName: 'replicator' }));

    expect(Role).toMatchObject({
      Arn: `arn:aws:iam::${source}:role/svc/replicator`,
      Path: '/svc/',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Description: 'd',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'x' }],
    });
    expect(Role?.CreateDate?.getMilliseconds()).toBe(0);
  });

  it('answers its documents percent-encoded as RFC 3986 says', async () => {
    const odd = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Sid: '', Effect: 'Allow', Action: 's3:*', Resource: "arn:aws:s3:::a(b)!'*" },
    });
    const { client, role } = await withRole();
    await client.send(new iam.PutRolePolicyCommand({ RoleName: 'replicator', PolicyName: 'p', PolicyDocument: odd }));

    const { PolicyDocument } = await client.send(new iam.GetRolePolicyCommand({ RoleName: 'replicator', PolicyName: 'p' }));

    expect(PolicyDocument).toMatch(/^[A-Za-z0-9%._~-]+$/);
    expect(decodeURIComponent(PolicyDocument ?? '')).toBe(odd);
    expect(decodeURIComponent(role?.AssumeRolePolicyDocument ?? '')).toBe(trust);
  });

  it('belongs to one account and to all its regions', async () => {
    const aws = freshAws();
    await clientsOf(aws).iam.send(new iam.CreateRoleCommand({ RoleName: 'replicator', AssumeRolePolicyDocument: trust }));
    const read = (account: string, region: string) =>
      clientsOf(aws, account, region).iam.send(new iam.GetRoleCommand({ RoleName: 'replicator' }));

    expect((await read(source, 'us-east-1')).Role?.RoleName).toBe('replicator');
    expect(await refusalOf(read(destination, 'eu-west-1'))).toEqual({
      code: 'NoSuchEntityException',
      status: 404,
      message: 'The role with name replicator cannot be found.',
    });
  });

  it('is not deleted before its policies are gone', async () => {
    const { client } = await withRole();
    const named = { RoleName: 'replicator' };
    const managed = { ...named, PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' };
    const inline = { ...named, PolicyName: 'p' };
    const remove = () => client.send(new iam.DeleteRoleCommand(named));

    await client.send(new iam.PutRolePolicyCommand({ ...inline, PolicyDocument: allow('s3:*') }));
    await client.send(new iam.AttachRolePolicyCommand(managed));
    expect(await refusalOf(remove())).toMatchObject({
      code: 'DeleteConflictException',
      status: 409,
      message: 'Cannot delete entity, must delete policies first.',
    });
    await client.send(new iam.DeleteRolePolicyCommand(inline));
    expect(await refusalOf(remove())).toMatchObject({
      code: 'DeleteConflictException',
      message: 'Cannot delete entity, must detach all policies first.',
    });
    await client.send(new iam.DetachRolePolicyCommand(managed));
    await remove();
    expect(await refusalOf(client.send(new iam.GetRoleCommand(named)))).toMatchObject({ code: 'NoSuchEntityException' });
  });

  it('is listed by path, page by page', async () => {
    const client = fresh();
    for (const RoleName of ['c', 'a', 'b']) {
      await client.send(
        new iam.CreateRoleCommand({ RoleName, Path: '/x/', AssumeRolePolicyDocument: trust, Tags: [{ Key: 'k', Value: 'v' }] }),
      );
    }
    await client.send(new iam.CreateRoleCommand({ RoleName: 'z', AssumeRolePolicyDocument: trust }));
    const first = await client.send(new iam.ListRolesCommand({ PathPrefix: '/x/', MaxItems: 2 }));
    const second = await client.send(new iam.ListRolesCommand({ PathPrefix: '/x/', MaxItems: 2, Marker: first.Marker }));

    expect([first, second].map((page) => page.Roles?.map(({ RoleName }) => RoleName))).toEqual([['a', 'b'], ['c']]);
    expect([first.IsTruncated, second.IsTruncated, second.Marker]).toEqual([true, false, undefined]);
    expect(first.Roles?.[0]?.Tags).toBeUndefined();
    expect(await refusalOf(client.send(new iam.ListRolesCommand({ Marker: 'nonsense' })))).toMatchObject({
      code: 'ValidationError',
    });
  });

  it('takes tags, and gives them up', async () => {
    const { client } = await withRole({ Tags: [{ Key: 'a', Value: '1' }] });
    await client.send(
      new iam.TagRoleCommand({
        RoleName: 'replicator',
        Tags: [
          { Key: 'b', Value: '2' },
          { Key: 'a', Value: '3' },
        ],
      }),
    );
    await client.send(new iam.UntagRoleCommand({ RoleName: 'replicator', TagKeys: ['b', 'none'] }));

    expect((await client.send(new iam.ListRoleTagsCommand({ RoleName: 'replicator' }))).Tags).toEqual([{ Key: 'a', Value: '3' }]);
  });

  it('takes a boundary that exists, and loses it', async () => {
    const { client } = await withRole();
    const named = { RoleName: 'replicator' };
    const boundary = async () => (await client.send(new iam.GetRoleCommand(named))).Role?.PermissionsBoundary;
    const missing = { ...named, PermissionsBoundary: `arn:aws:iam::${source}:policy/none` };

    expect(await refusalOf(client.send(new iam.PutRolePermissionsBoundaryCommand(missing)))).toMatchObject({
      code: 'NoSuchEntityException',
    });
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess';
    await client.send(new iam.PutRolePermissionsBoundaryCommand({ ...named, PermissionsBoundary }));
    expect(await boundary()).toEqual({ PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: PermissionsBoundary });
    await client.send(new iam.DeleteRolePermissionsBoundaryCommand(named));
    expect(await boundary()).toBeUndefined();
  });

  it.each([
    {
      name: 'a name that is taken',
      input: {},
      code: 'EntityAlreadyExistsException',
      status: 409,
      message: 'Role with name replicator already exists.',
    },
    {
      name: 'a name that differs in case only',
      input: { RoleName: 'Replicator' },
      code: 'EntityAlreadyExistsException',
      status: 409,
      message: 'Role with name Replicator already exists.',
    },
    {
      name: 'a name with a slash',
      input: { RoleName: 'a/b' },
      code: 'ValidationError',
      status: 400,
      message: expect.stringContaining("Value 'a/b' at 'roleName'"),
    },
    {
      name: 'a name of 65 characters',
      input: { RoleName: 'a'.repeat(65) },
      code: 'ValidationError',
      status: 400,
      message: expect.stringContaining('less than or equal to 64'),
    },
    {
      name: 'a path without its last slash',
      input: { RoleName: 'x', Path: '/a' },
      code: 'ValidationError',
      status: 400,
      message: expect.stringContaining('begin and end with /'),
    },
    {
      name: 'sessions of a day',
      input: { RoleName: 'x', MaxSessionDuration: 86_400 },
      code: 'ValidationError',
      status: 400,
      message: expect.stringContaining('less than or equal to 43200'),
    },
    {
      name: 'a tag twice',
      input: {
        RoleName: 'x',
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      code: 'InvalidInputException',
      status: 400,
      message: expect.stringContaining('Duplicate tag keys'),
    },
  ])('is not made with $name', async ({ input, code, status, message }) => {
    const { client } = await withRole();

    const made = client.send(new iam.CreateRoleCommand({ RoleName: 'replicator', AssumeRolePolicyDocument: trust, ...input }));

    expect(await refusalOf(made)).toEqual({ code, status, message });
    expect((await client.send(new iam.ListRolesCommand({}))).Roles).toHaveLength(1);
  });
});

describe('a trust policy', () => {
  const statement = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' };

  it.each([
    { because: 'no JSON', document: '{', message: 'This policy contains invalid Json' },
    {
      because: 'a resource',
      document: trustOf({ Service: 's3.amazonaws.com' }, { Resource: '*' }),
      message: 'Has prohibited field Resource',
    },
    {
      because: 'no principal',
      document: allow('sts:AssumeRole').replace(',"Resource":"*"', ''),
      message: 'Missing required field Principal',
    },
    {
      because: "another service's action",
      document: trustOf('*', { Action: 's3:GetObject' }),
      message: 'AssumeRole policy may only specify STS AssumeRole actions.',
    },
    {
      because: 'a role that is not there',
      document: trustOf({ AWS: `arn:aws:iam::${source}:role/none` }),
      message: `Invalid principal in policy: "AWS":"arn:aws:iam::${source}:role/none"`,
    },
    {
      because: 'a service that is none',
      document: trustOf({ Service: 's3' }),
      message: 'Invalid principal in policy: "SERVICE":"s3"',
    },
    {
      because: 'an unknown element',
      document: JSON.stringify({ Statement: [statement], Extra: 1 }),
      message: 'Syntax errors in policy.',
    },
    {
      because: 'no effect',
      document: JSON.stringify({ Statement: [{ ...statement, Effect: undefined }] }),
      message: 'Missing required field Effect',
    },
    {
      because: 'an unknown version',
      document: JSON.stringify({ Version: '2020-01-01', Statement: [statement] }),
      message: 'The policy must contain a valid version string',
    },
  ])('is refused for $because, and the old one stays', async ({ document, message }) => {
    const { client, role } = await withRole();

    const update = client.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'replicator', PolicyDocument: document }));

    expect(await refusalOf(update)).toEqual({ code: 'MalformedPolicyDocumentException', status: 400, message });
    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName: 'replicator' }));
    expect(Role?.AssumeRolePolicyDocument).toBe(role?.AssumeRolePolicyDocument);
  });

  it('shows the id of a role that was deleted, even when there is a new one of its name', async () => {
    const { client, role } = await withRole();
    const trusting = trustOf({ AWS: role?.Arn });
    await client.send(new iam.CreateRoleCommand({ RoleName: 'other', AssumeRolePolicyDocument: trusting }));
    await client.send(new iam.DeleteRoleCommand({ RoleName: 'replicator' }));
    await client.send(new iam.CreateRoleCommand({ RoleName: 'replicator', AssumeRolePolicyDocument: trust }));

    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName: 'other' }));

    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trustOf({ AWS: role?.RoleId }));
  });

  it('holds 2,048 characters, white space free', async () => {
    const { client } = await withRole();
    const padded = (length: number) => {
      const bare = trustOf({ Service: 's3.amazonaws.com' }, { Sid: '' }).length;
      return `${trustOf({ Service: 's3.amazonaws.com' }, { Sid: 'x'.repeat(length - bare) })}${' '.repeat(500)}`;
    };
    const update = (document: string) =>
      client.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'replicator', PolicyDocument: document }));

    await update(padded(2048));
    expect(await refusalOf(update(padded(2049)))).toMatchObject({ code: 'LimitExceededException', status: 409 });
  });
});

describe('an inline policy', () => {
  const put = (client: iam.IAMClient, name: string, document: string) =>
    client.send(new iam.PutRolePolicyCommand({ RoleName: 'replicator', PolicyName: name, PolicyDocument: document }));
  const ofSize = (size: number) => allow('s3:*', `arn:aws:s3:::${'x'.repeat(size - allow('s3:*', 'arn:aws:s3:::').length)}`);

  it.each([
    {
      because: 'a resource that is no ARN',
      document: allow('s3:*', 'TARGET.BUCKET/*'),
      message: 'Resource TARGET.BUCKET/* must be in ARN format or "*".',
    },
    { because: 'an ARN that is too short', document: allow('s3:*', 'arn:aws:s3'), message: 'The policy failed legacy parsing' },
    {
      because: 'no resource',
      document: JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:*' }] }),
      message: 'Policy statement must contain resources.',
    },
    { because: 'an empty list of resources', document: allow('s3:*', []), message: 'Policy statement must contain resources.' },
    {
      because: 'a principal',
      document: JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }] }),
      message: 'Policy document should not specify a principal.',
    },
    {
      because: 'an action without its service',
      document: allow('GetObject'),
      message: 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    },
    {
      because: 'a Sid with a blank',
      document: JSON.stringify({ Statement: [{ Sid: 'a b', Effect: 'Allow', Action: 's3:*', Resource: '*' }] }),
      message: expect.stringContaining('Statement IDs (SID) must be alpha-numeric'),
    },
    {
      because: 'a Sid twice',
      document: JSON.stringify({ Statement: [1, 2].map(() => ({ Sid: 'a', Effect: 'Allow', Action: 's3:*', Resource: '*' })) }),
      message: 'Statement IDs (SID) in a single policy must be unique.',
    },
    { because: 'no statement', document: '{"Version":"2012-10-17"}', message: 'Syntax errors in policy.' },
  ])('is refused for $because', async ({ document, message }) => {
    const { client } = await withRole();

    expect(await refusalOf(put(client, 'p', document))).toEqual({
      code: 'MalformedPolicyDocumentException',
      status: 400,
      message,
    });
    expect((await client.send(new iam.ListRolePoliciesCommand({ RoleName: 'replicator' }))).PolicyNames).toEqual([]);
  });

  it('counts with its siblings towards 10,240 characters, and replaces itself', async () => {
    const { client } = await withRole();

    await put(client, 'a', ofSize(5000));
    await put(client, 'b', ofSize(5240));
    expect(await refusalOf(put(client, 'b', ofSize(5241)))).toEqual({
      code: 'LimitExceededException',
      status: 409,
      message: 'Maximum policy size of 10240 bytes exceeded for role replicator',
    });
    await put(client, 'b', ofSize(5239));
    expect((await client.send(new iam.ListRolePoliciesCommand({ RoleName: 'replicator' }))).PolicyNames).toEqual(['a', 'b']);
  });

  it('is missed by name', async () => {
    const { client } = await withRole();

    expect(await refusalOf(client.send(new iam.GetRolePolicyCommand({ RoleName: 'replicator', PolicyName: 'p' })))).toEqual({
      code: 'NoSuchEntityException',
      status: 404,
      message: 'The role policy with name p cannot be found.',
    });
  });
});

describe('a managed policy', () => {
  const arn = `arn:aws:iam::${source}:policy/team/p`;
  const withPolicy = async () => {
    const { client } = await withRole();
    await client.send(
      new iam.CreatePolicyCommand({ PolicyName: 'p', Path: '/team/', Description: 'd', PolicyDocument: allow('s3:*') }),
    );
    return client;
  };
  const attached = async (client: iam.IAMClient) =>
    (await client.send(new iam.ListAttachedRolePoliciesCommand({ RoleName: 'replicator' }))).AttachedPolicies;

  it('is read with its default version', async () => {
    const client = await withPolicy();
    const { Policy } = await client.send(new iam.GetPolicyCommand({ PolicyArn: arn }));
    const { PolicyVersion } = await client.send(new iam.GetPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v1' }));

    expect(Policy).toMatchObject({
      Arn: arn,
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      Description: 'd',
      PolicyId: expect.stringMatching(/^ANPA/),
    });
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(allow('s3:*'));
  });

  it('is attached once, counted, listed and detached', async () => {
    const client = await withPolicy();
    const both = { RoleName: 'replicator', PolicyArn: arn };

    await client.send(new iam.AttachRolePolicyCommand(both));
    await client.send(new iam.AttachRolePolicyCommand(both));

    expect(await attached(client)).toEqual([{ PolicyName: 'p', PolicyArn: arn }]);
    expect((await client.send(new iam.GetPolicyCommand({ PolicyArn: arn }))).Policy?.AttachmentCount).toBe(1);
    expect((await client.send(new iam.ListEntitiesForPolicyCommand({ PolicyArn: arn }))).PolicyRoles).toMatchObject([
      { RoleName: 'replicator' },
    ]);
    expect(await refusalOf(client.send(new iam.DeletePolicyCommand({ PolicyArn: arn })))).toMatchObject({
      code: 'DeleteConflictException',
    });
    await client.send(new iam.DetachRolePolicyCommand(both));
    expect(await refusalOf(client.send(new iam.DetachRolePolicyCommand(both)))).toMatchObject({
      code: 'NoSuchEntityException',
      message: `Policy ${arn} was not found.`,
    });
    await client.send(new iam.DeletePolicyCommand({ PolicyArn: arn }));
    expect(await refusalOf(client.send(new iam.GetPolicyCommand({ PolicyArn: arn })))).toMatchObject({
      code: 'NoSuchEntityException',
    });
  });

  it('keeps five versions, whose numbers are never used again', async () => {
    const client = await withPolicy();
    const create = (SetAsDefault = false) =>
      client.send(new iam.CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: allow('kms:*'), SetAsDefault }));
    const remove = (VersionId: string) => client.send(new iam.DeletePolicyVersionCommand({ PolicyArn: arn, VersionId }));
    for (const isDefault of [false, false, false, true]) await create(isDefault);

    expect(await refusalOf(create())).toMatchObject({
      code: 'LimitExceededException',
      status: 409,
      message: expect.stringContaining('up to 5 versions'),
    });
    expect(await refusalOf(remove('v5'))).toMatchObject({
      code: 'DeleteConflictException',
      message: 'Cannot delete the default version of a policy.',
    });
    await client.send(new iam.SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: 'v2' }));
    await remove('v5');
    expect((await create()).PolicyVersion).toMatchObject({ VersionId: 'v6', IsDefaultVersion: false });
    const { Versions } = await client.send(new iam.ListPolicyVersionsCommand({ PolicyArn: arn }));
    expect(Versions?.map(({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion ? '*' : ''}`)).toEqual([
      'v6',
      'v4',
      'v3',
      'v2*',
      'v1',
    ]);
  });

  it('holds 6,144 characters', async () => {
    const client = fresh();
    const create = (size: number) => {
      const document = allow('s3:*', `arn:aws:s3:::${'x'.repeat(size - allow('s3:*', 'arn:aws:s3:::').length)}`);
      return client.send(new iam.CreatePolicyCommand({ PolicyName: `p${size}`, PolicyDocument: document }));
    };

    await create(6144);
    expect(await refusalOf(create(6145))).toEqual({
      code: 'LimitExceededException',
      status: 409,
      message: 'Cannot exceed quota for PolicySize: 6144',
    });
  });

  it("may be one of AWS's own, which can be read and attached and not changed", async () => {
    const { client } = await withRole();
    for (const name of ['AdministratorAccess', 'ReadOnlyAccess', 'AmazonS3FullAccess', 'AmazonS3ReadOnlyAccess']) {
      const PolicyArn = `arn:aws:iam::aws:policy/${name}`;
      await client.send(new iam.AttachRolePolicyCommand({ RoleName: 'replicator', PolicyArn }));
      const { PolicyVersion } = await client.send(new iam.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
      expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toMatchObject({ Statement: [{ Effect: 'Allow' }] });
      expect(await refusalOf(client.send(new iam.DeletePolicyCommand({ PolicyArn })))).toMatchObject({
        code: 'AccessDenied',
        status: 403,
      });
    }
    expect(await attached(client)).toHaveLength(4);
    const PolicyArn = 'arn:aws:iam::aws:policy/NoSuchAccess';
    expect(await refusalOf(client.send(new iam.AttachRolePolicyCommand({ RoleName: 'replicator', PolicyArn })))).toMatchObject({
      code: 'NoSuchEntityException',
      message: `Policy ${PolicyArn} does not exist or is not attachable.`,
    });
  });

  it('comes at most ten to a role', async () => {
    const { client } = await withRole();
    const attach = async (number: number) => {
      const { Policy } = await client.send(
        new iam.CreatePolicyCommand({ PolicyName: `p${number}`, PolicyDocument: allow('s3:*') }),
      );
      return client.send(new iam.AttachRolePolicyCommand({ RoleName: 'replicator', PolicyArn: Policy?.Arn }));
    };
    for (let number = 1; number <= 10; number += 1) await attach(number);

    expect(await refusalOf(attach(11))).toMatchObject({
      code: 'LimitExceededException',
      message: 'Cannot exceed quota for PoliciesPerRole: 10',
    });
  });
});

describe('a user', () => {
  it('has policies and keys, and goes only when they are gone', async () => {
    const client = fresh();
    const named = { UserName: 'ana' };
    await client.send(new iam.CreateUserCommand(named));
    await client.send(new iam.PutUserPolicyCommand({ ...named, PolicyName: 'p', PolicyDocument: allow('s3:*') }));
    const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand(named));
    const remove = () => client.send(new iam.DeleteUserCommand(named));

    expect((await client.send(new iam.GetUserPolicyCommand({ ...named, PolicyName: 'p' }))).UserName).toBe('ana');
    expect(await refusalOf(remove())).toMatchObject({
      code: 'DeleteConflictException',
      message: 'Cannot delete entity, must delete policies first.',
    });
    await client.send(new iam.DeleteUserPolicyCommand({ ...named, PolicyName: 'p' }));
    expect(await refusalOf(remove())).toMatchObject({
      code: 'DeleteConflictException',
      message: 'Cannot delete entity, must delete access keys first.',
    });
    await client.send(new iam.DeleteAccessKeyCommand({ ...named, AccessKeyId: AccessKey?.AccessKeyId }));
    await remove();
    expect(await refusalOf(client.send(new iam.GetUserCommand(named)))).toMatchObject({ code: 'NoSuchEntityException' });
  });
});
