import { CreateRoleCommand, GetRoleCommand, GetUserCommand, ListRolesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketPolicyCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { GetParameterCommand, GetParametersCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { actionTables } from '../../infra/sandbox/authorisation/actions.ts';
import { authorise } from '../../infra/sandbox/authorisation/authorise.ts';
import type { CallContext } from '../../infra/sandbox/service.ts';
import { cloudtrailHandlers } from '../../infra/sandbox/services/cloudtrail.ts';
import { cloudwatchHandlers } from '../../infra/sandbox/services/cloudwatch.ts';
import { dynamodbHandlers } from '../../infra/sandbox/services/dynamodb.ts';
import { eventbridgeHandlers } from '../../infra/sandbox/services/eventbridge.ts';
import { iamHandlers } from '../../infra/sandbox/services/iam.ts';
import { kmsHandlers } from '../../infra/sandbox/services/kms.ts';
import { organizationsHandlers } from '../../infra/sandbox/services/organizations.ts';
import { s3Handlers } from '../../infra/sandbox/services/s3.ts';
import { schedulerHandlers } from '../../infra/sandbox/services/scheduler.ts';
import { snsHandlers } from '../../infra/sandbox/services/sns.ts';
import { sqsHandlers } from '../../infra/sandbox/services/sqs.ts';
import { ssmHandlers } from '../../infra/sandbox/services/ssm.ts';
import { stsHandlers } from '../../infra/sandbox/services/sts.ts';
import {
  aBucket,
  allow,
  aSession,
  aUser,
  clients,
  deny,
  destination,
  keysOf,
  policy,
  type RolePlan,
  refusal,
  region,
  rootOf,
  source,
  trust,
  world,
} from './authorisation-support.ts';

const versioning = new GetBucketVersioningCommand({ Bucket: 'orders' });
const enable = new PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Enabled' } });
const sessionArn = `arn:aws:sts::${source}:assumed-role/worker/job`;
const reading = 's3:GetBucketVersioning';

describe('the tables of actions', () => {
  it.each([
    { service: 's3', handlers: s3Handlers },
    { service: 'kms', handlers: kmsHandlers },
    { service: 'iam', handlers: iamHandlers },
    { service: 'sts', handlers: stsHandlers },
    { service: 'ssm', handlers: ssmHandlers },
    { service: 'sqs', handlers: sqsHandlers },
    { service: 'sns', handlers: snsHandlers },
    { service: 'monitoring', handlers: cloudwatchHandlers },
    { service: 'dynamodb', handlers: dynamodbHandlers },
    { service: 'scheduler', handlers: schedulerHandlers },
    { service: 'events', handlers: eventbridgeHandlers },
    { service: 'cloudtrail', handlers: cloudtrailHandlers },
    { service: 'organizations', handlers: organizationsHandlers },
  ])('know every operation of $service', ({ service, handlers }) => {
    const known = Object.keys(actionTables[service]?.operations ?? {});

    expect(Object.keys(handlers).filter((operation) => !known.includes(operation))).toEqual([]);
  });

  it('refuse an operation that is missing in them to everybody, and say where it belongs', () => {
    const { aws } = world();
    const caller = {
      account: source,
      arn: `arn:aws:iam::${source}:root`,
      kind: 'root',
      userId: source,
      accessKeyId: source,
    } as const;
    const call: CallContext = { world: aws.world, caller, region, requestId: '1', service: 'kms', operation: 'Levitate' };

    expect(() => authorise(call, {})).toThrow('Its line is missing in infra/sandbox/authorisation/actions/kms.ts.');
    expect(() => authorise({ ...call, service: 'balloons' }, {})).not.toThrow();
  });
});

describe('a role session', () => {
  const readOnly = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
  const cases: readonly { because: string; plan: RolePlan; read: boolean; write: boolean; why?: string }[] = [
    { because: 'it has no policy', plan: {}, read: false, write: false, why: 'because no identity-based policy allows' },
    { because: 'its inline policy says so', plan: { inline: policy(allow(reading)) }, read: true, write: false },
    { because: "AWS's own policy says so", plan: { attached: readOnly }, read: true, write: false },
    {
      because: 'actions are spelt in any case',
      plan: { inline: policy(allow('S3:getBUCKETversioning')) },
      read: true,
      write: false,
    },
    {
      because: 'the policy is about another bucket',
      plan: { inline: policy(allow('s3:*', 'arn:aws:s3:::others')) },
      read: false,
      write: false,
    },
    {
      because: 'a Deny goes before every Allow',
      plan: { inline: policy(allow('s3:*'), deny('s3:PutBucket*')) },
      read: true,
      write: false,
      why: 'with an explicit deny in an identity-based policy',
    },
    {
      because: 'its boundary lets less through',
      plan: { inline: policy(allow('s3:*')), boundary: policy(allow('s3:Get*')) },
      read: true,
      write: false,
      why: 'because no permissions boundary allows the s3:PutBucketVersioning action',
    },
    {
      because: 'its session policy lets less through',
      plan: { inline: policy(allow('s3:*')), session: { Policy: policy(allow('s3:Get*')) } },
      read: true,
      write: false,
      why: 'because no session policy allows the s3:PutBucketVersioning action',
    },
    {
      because: 'so does a managed session policy',
      plan: { inline: policy(allow('s3:*')), session: { PolicyArns: [{ arn: readOnly }] } },
      read: true,
      write: false,
    },
    {
      because: 'a session policy only takes away',
      plan: { inline: policy(allow(reading)), session: { Policy: policy(allow('s3:*')) } },
      read: true,
      write: false,
    },
    {
      because: 'a tag of the session is what the condition asks for',
      plan: {
        inline: policy(allow('s3:*', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } })),
        tags: { team: 'blue' },
        session: { Tags: [{ Key: 'team', Value: 'red' }] },
      },
      read: true,
      write: true,
    },
    {
      because: 'a tag of its role is not what the condition asks for',
      plan: {
        inline: policy(allow('s3:*', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'red' } } })),
        tags: { team: 'blue' },
      },
      read: false,
      write: false,
    },
    {
      because: 'requests come over TLS from the loopback interface',
      plan: {
        inline: policy(
          allow('s3:*', '*', {
            Condition: { Bool: { 'aws:SecureTransport': 'true' }, IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
          }),
        ),
      },
      read: true,
      write: true,
    },
    {
      because: 'it is in no organization',
      plan: { inline: policy(allow('s3:*', '*', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } })) },
      read: false,
      write: false,
    },
  ];

  it.each(cases)('may read: $read, write: $write, when $because', async ({ plan, read, write, why }) => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, plan));

    const refused = [await refusal(s3.send(versioning)), await refusal(s3.send(enable))];

    expect(refused.map((one) => one?.code)).toEqual([read ? undefined : 'AccessDenied', write ? undefined : 'AccessDenied']);
    if (why !== undefined) expect(refused[1]?.message).toContain(why);
  });

  it('is refused by S3 in the words of AWS', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, {}));

    expect(await refusal(s3.send(enable))).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: `User: ${sessionArn} is not authorized to perform: s3:PutBucketVersioning on resource: "arn:aws:s3:::orders" because no identity-based policy allows the s3:PutBucketVersioning action`,
    });
    expect(aws.calls.at(-1)).toMatchObject({ error: 'AccessDenied', reason: expect.stringContaining('is not allowed by') });
  });

  it('is denied what cannot be told, and the record says why', async () => {
    const { aws } = world();
    await aBucket(aws);
    const strange = allow('s3:*', '*', { Condition: { StringSounds: { 'aws:username': 'x' } } });
    const { s3 } = clients(aws, await aSession(aws, { inline: policy(strange) }));

    expect(await refusal(s3.send(versioning))).toMatchObject({ code: 'AccessDenied' });
    expect(aws.calls.at(-1)?.reason).toContain('cannot be told');
  });

  it('sees a policy that was put after it began, and no more one that was taken away', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, {}));
    const { iam } = clients(aws, rootOf(source));
    const put = (text: string) =>
      iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'p', PolicyDocument: text }));

    await put(policy(allow('s3:*')));
    expect(await refusal(s3.send(enable))).toBeUndefined();
    await put(policy(allow('s3:Get*')));
    expect(await refusal(s3.send(enable))).toMatchObject({ code: 'AccessDenied' });
  });
});

describe('a bucket policy', () => {
  const put = (aws: ReturnType<typeof world>['aws'], ...statements: readonly object[]) =>
    clients(aws, rootOf(source)).s3.send(new PutBucketPolicyCommand({ Bucket: 'orders', Policy: policy(...statements) }));
  const on = (Effect: string, Principal: unknown, Action: string | string[]) => ({
    ...{ Effect, Principal, Action },
    Resource: 'arn:aws:s3:::orders',
  });

  it('suffices for the role it names in its own account', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, {}));
    await put(aws, on('Allow', { AWS: `arn:aws:iam::${source}:role/worker` }, reading));

    expect(await refusal(s3.send(versioning))).toBeUndefined();
  });

  it('leaves it to the policies of its account when it names the account', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, {}));
    await put(aws, on('Allow', { AWS: source }, reading));

    expect(await refusal(s3.send(versioning))).toMatchObject({ code: 'AccessDenied' });
  });

  it('denies even those whose own policies allow all', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, { inline: policy(allow('*')) }));
    await put(aws, on('Deny', { AWS: `arn:aws:iam::${source}:role/worker` }, 's3:PutBucketVersioning'));

    expect(await refusal(s3.send(enable))).toMatchObject({
      message: `User: ${sessionArn} is not authorized to perform: s3:PutBucketVersioning on resource: "arn:aws:s3:::orders" with an explicit deny in a resource-based policy`,
    });
  });

  it.each([
    { because: 'neither side allows', own: undefined, theirs: false, allowed: false },
    { because: 'only their own side allows', own: policy(allow('s3:*')), theirs: false, allowed: false },
    { because: 'only the bucket allows', own: undefined, theirs: true, allowed: false },
    { because: 'both sides allow', own: policy(allow('s3:*')), theirs: true, allowed: true },
  ])('lets in another account: $allowed, when $because', async ({ own, theirs, allowed }) => {
    const { aws } = world();
    await aBucket(aws);
    if (theirs) await put(aws, on('Allow', { AWS: destination }, reading));
    const { s3 } = clients(aws, await aUser(aws, own, destination));

    const refused = await refusal(s3.send(versioning));

    expect(refused).toEqual(allowed ? undefined : { code: 'AccessDenied', status: 403, message: 'Access Denied' });
  });

  it('lets nobody of another account in once it is public and public buckets are restricted', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, rootOf(destination));
    await put(aws, on('Allow', { AWS: destination }, reading));
    expect(await refusal(s3.send(versioning))).toBeUndefined();
    const bucket = aws.world.s3.buckets.get('orders');
    if (!bucket) throw new Error('no bucket');
    bucket.publicAccessBlock = { BlockPublicPolicy: false, RestrictPublicBuckets: true };

    await put(aws, on('Allow', '*', reading));

    expect(await refusal(s3.send(versioning))).toMatchObject({ code: 'AccessDenied' });
  });

  it("never locks the owner's root user out of the policy itself, and does out of all else", async () => {
    const { aws } = world();
    await aBucket(aws);
    await put(aws, on('Deny', '*', ['s3:*']));
    const root = clients(aws, rootOf(source)).s3;

    expect(await refusal(root.send(versioning))).toMatchObject({ code: 'AccessDenied' });
    expect(await refusal(root.send(new GetBucketPolicyCommand({ Bucket: 'orders' })))).toBeUndefined();
    expect(await refusal(put(aws, on('Deny', '*', ['s3:*'])))).toBeUndefined();
    expect(await refusal(root.send(new DeleteBucketPolicyCommand({ Bucket: 'orders' })))).toBeUndefined();
    expect(await refusal(root.send(versioning))).toBeUndefined();
  });

  it('locks administrators who are not root out of the policy too', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aSession(aws, { attached: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
    await put(aws, on('Deny', '*', ['s3:*']));

    expect(await refusal(s3.send(new DeleteBucketPolicyCommand({ Bucket: 'orders' })))).toMatchObject({ status: 403 });
  });
});

describe('permissions beside the one of the operation', () => {
  const replicate = new PutBucketReplicationCommand({
    Bucket: 'orders',
    ReplicationConfiguration: {
      Role: `arn:aws:iam::${source}:role/replication`,
      Rules: [
        {
          ID: 'all',
          Status: 'Enabled',
          Priority: 1,
          Filter: {},
          Destination: { Bucket: 'arn:aws:s3:::orders-dr' },
          DeleteMarkerReplication: { Status: 'Disabled' },
        },
      ],
    },
  });
  const toS3 = { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } };
  const pass = (Resource: string, more: object = {}) => allow('iam:PassRole', Resource, more);

  it.each([
    { because: 'the role may not be passed on', statements: [allow('s3:*')], allowed: false },
    { because: 'only another role may', statements: [allow('s3:*'), pass(`arn:aws:iam::${source}:role/other`)], allowed: false },
    { because: 'it may', statements: [allow('s3:*'), pass(`arn:aws:iam::${source}:role/replication`)], allowed: true },
    { because: 'it may, to S3', statements: [allow('s3:*'), pass('*', { Condition: toS3 })], allowed: true },
    {
      because: 'it may, to another service',
      statements: [allow('s3:*'), pass('*', { Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } })],
      allowed: false,
    },
  ])('are needed to replicate with a role: allowed is $allowed, when $because', async ({ statements, allowed }) => {
    const { aws } = world();
    await aBucket(aws);
    await aBucket(aws, 'orders-dr', destination);
    const versioned = { VersioningConfiguration: { Status: 'Enabled' as const } };
    await clients(aws, rootOf(source)).s3.send(enable);
    await clients(aws, rootOf(destination)).s3.send(new PutBucketVersioningCommand({ Bucket: 'orders-dr', ...versioned }));
    const { s3 } = clients(aws, await aSession(aws, { inline: policy(...statements) }));

    const refused = await refusal(s3.send(replicate));

    if (allowed) expect(refused).toBeUndefined();
    else expect(refused).toMatchObject({ code: 'AccessDenied', message: expect.stringContaining('iam:PassRole') });
  });

  it.each([
    { because: 'the boundary is the wanted one', boundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess', allowed: true },
    { because: 'the boundary is another one', boundary: 'arn:aws:iam::aws:policy/PowerUserAccess', allowed: false },
    { because: 'there is none', boundary: undefined, allowed: false },
  ])('make roles only within a boundary: allowed is $allowed, when $because', async ({ boundary, allowed }) => {
    const { aws } = world();
    const within = { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/ReadOnlyAccess' } };
    const { iam } = clients(aws, await aSession(aws, { inline: policy(allow('iam:CreateRole', '*', { Condition: within })) }));
    const made = { RoleName: 'new', AssumeRolePolicyDocument: trust(source), PermissionsBoundary: boundary };

    expect((await refusal(iam.send(new CreateRoleCommand(made))))?.code).toBe(allowed ? undefined : 'AccessDenied');
  });

  it('are needed for the tags of a new role', async () => {
    const { aws } = world();
    const { iam } = clients(aws, await aSession(aws, { inline: policy(allow('iam:CreateRole')) }));
    const made = { RoleName: 'new', AssumeRolePolicyDocument: trust(source) };

    expect(await refusal(iam.send(new CreateRoleCommand({ ...made, Tags: [{ Key: 'a', Value: 'b' }] })))).toMatchObject({
      message: `User: ${sessionArn} is not authorized to perform: iam:TagRole on resource: role new because no identity-based policy allows the iam:TagRole action`,
    });
    expect(await refusal(iam.send(new CreateRoleCommand(made)))).toBeUndefined();
  });
});

describe('a user', () => {
  it('may do what its policy says on the ARNs it says, path included', async () => {
    const { aws } = world();
    await aSession(aws, { path: '/svc/' });
    const own = policy(
      allow('iam:GetRole', `arn:aws:iam::${source}:role/svc/*`),
      allow('iam:GetUser', `arn:aws:iam::${source}:user/ana`),
    );
    const { iam, sts, s3 } = clients(aws, await aUser(aws, own));

    expect(await refusal(iam.send(new GetRoleCommand({ RoleName: 'worker' })))).toBeUndefined();
    expect(await refusal(iam.send(new GetUserCommand({})))).toBeUndefined();
    expect(await refusal(iam.send(new GetRoleCommand({ RoleName: 'other' })))).toMatchObject({
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${source}:user/ana is not authorized to perform: iam:GetRole on resource: role other because no identity-based policy allows the iam:GetRole action`,
    });
    expect(await refusal(iam.send(new ListRolesCommand({})))).toMatchObject({
      message: expect.stringContaining(`iam:ListRoles on resource: arn:aws:iam::${source}:role/ because`),
    });
    expect(await refusal(s3.send(new ListBucketsCommand({})))).toMatchObject({ code: 'AccessDenied' });
    expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toBeUndefined();
  });

  it('is told who it is even against a Deny', async () => {
    const { aws } = world();
    const { sts } = clients(aws, await aUser(aws, policy(deny('*'))));

    expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toBeUndefined();
  });

  it('reads the parameters its policy names, each of them', async () => {
    const { aws } = world();
    const { ssm } = clients(
      aws,
      await aUser(aws, policy(allow('ssm:GetParameter*', `arn:aws:ssm:${region}:${source}:parameter/a/*`))),
    );

    expect(await refusal(ssm.send(new GetParameterCommand({ Name: '/a/x' })))).toMatchObject({ code: 'ParameterNotFound' });
    expect(await refusal(ssm.send(new GetParametersCommand({ Names: ['/a/x', '/b'] })))).toEqual({
      code: 'AccessDeniedException',
      status: 400,
      message: `User: arn:aws:iam::${source}:user/ana is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:${region}:${source}:parameter/b because no identity-based policy allows the ssm:GetParameters action`,
    });
  });

  it('is not told to a stranger which bucket is missing from which it may not see', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { s3 } = clients(aws, await aUser(aws, policy(allow('s3:*')), destination));

    expect(await refusal(s3.send(new GetBucketLocationCommand({ Bucket: 'none' })))).toMatchObject({ code: 'NoSuchBucket' });
    expect(await refusal(s3.send(new GetBucketLocationCommand({ Bucket: 'orders' })))).toMatchObject({
      message: 'Access Denied',
    });
  });
});

describe('assuming a role', () => {
  const healer = `arn:aws:iam::${destination}:role/healer`;
  const assume = (more: object = {}) => new AssumeRoleCommand({ RoleArn: healer, RoleSessionName: 'xx', ...more });

  async function trusting(text: string) {
    const { aws } = world();
    const made = { RoleName: 'healer', AssumeRolePolicyDocument: text };
    await clients(aws, rootOf(destination)).iam.send(new CreateRoleCommand(made));
    return aws;
  }

  it.each([
    { because: 'both accounts allow', own: policy(allow('sts:AssumeRole', healer)), trusted: true, allowed: true },
    { because: 'only the trust policy allows', own: undefined, trusted: true, allowed: false },
    { because: 'only the own policy allows', own: policy(allow('sts:*')), trusted: false, allowed: false },
    { because: 'the own policy denies', own: policy(allow('*'), deny('sts:AssumeRole', healer)), trusted: true, allowed: false },
  ])('across accounts is allowed: $allowed, when $because', async ({ own, trusted, allowed }) => {
    const aws = await trusting(trust(trusted ? source : '333333333333'));
    const { sts } = clients(aws, await aUser(aws, own));

    expect((await refusal(sts.send(assume())))?.code).toBe(allowed ? undefined : 'AccessDenied');
  });

  it('within an account needs no own policy for whom the trust policy names', async () => {
    const { aws } = world();
    const { iam } = clients(aws, rootOf(source));
    const { sts } = clients(aws, await aUser(aws, undefined));
    const make = (RoleName: string, AWS: string) =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(AWS) }));
    await make('named', `arn:aws:iam::${source}:user/ana`);
    await make('account', source);
    const enter = (name: string) =>
      refusal(sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${source}:role/${name}`, RoleSessionName: 'xx' })));

    expect(await enter('named')).toBeUndefined();
    expect(await enter('account')).toMatchObject({ code: 'AccessDenied' });
  });

  it('with tags needs sts:TagSession as well, on both sides', async () => {
    const aws = await trusting(policy({ Effect: 'Allow', Principal: { AWS: source }, Action: 'sts:AssumeRole' }));
    const { sts } = clients(aws, rootOf(source));

    expect(await refusal(sts.send(assume()))).toBeUndefined();
    expect(await refusal(sts.send(assume({ Tags: [{ Key: 'a', Value: 'b' }] })))).toMatchObject({
      message: `User: arn:aws:iam::${source}:root is not authorized to perform: sts:TagSession on resource: ${healer}`,
    });
  });

  it('gives exactly the rights of the role, whoever assumed it', async () => {
    const aws = await trusting(trust(source));
    await aBucket(aws, 'orders', destination);
    const { Credentials } = await clients(aws, rootOf(source)).sts.send(assume());
    const { s3 } = clients(aws, keysOf(Credentials));

    expect(await refusal(s3.send(versioning))).toMatchObject({ code: 'AccessDenied' });
  });
});

describe('an organization', () => {
  const everything = [{ label: 'FullAWSAccess', account: '999999999999', document: JSON.parse(policy(allow('*'))) }];
  const noVersioning = {
    label: 'no-versioning',
    account: '999999999999',
    document: JSON.parse(policy(allow('*'), deny('s3:PutBucketVersioning'))),
  };
  const member = { id: 'o-1', path: 'o-1/r-1/', scps: [everything], rcps: [] };

  it('limits even the root user of a member, and says so', async () => {
    const { aws } = world();
    await aBucket(aws);
    aws.world.organizationOf = (account) => (account === source ? { ...member, scps: [everything, [noVersioning]] } : undefined);
    const { s3 } = clients(aws, rootOf(source));

    expect(await refusal(s3.send(versioning))).toBeUndefined();
    expect(await refusal(s3.send(enable))).toMatchObject({
      message: expect.stringContaining('with an explicit deny in a service control policy'),
    });
  });

  it('needs an Allow on every level', async () => {
    const { aws } = world();
    await aBucket(aws);
    aws.world.organizationOf = () => ({ ...member, scps: [everything, []] });

    expect(await refusal(clients(aws, rootOf(source)).s3.send(versioning))).toMatchObject({
      message: expect.stringContaining('because no service control policy allows the s3:GetBucketVersioning action'),
    });
  });

  it('limits who may do what to the resources of a member', async () => {
    const { aws } = world();
    await aBucket(aws);
    const text = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } },
    });
    const guard = { label: 'only-us', account: '999999999999', document: JSON.parse(text) };
    const open = { Effect: 'Allow', Principal: { AWS: [destination] }, Action: reading, Resource: 'arn:aws:s3:::orders' };
    await clients(aws, rootOf(source)).s3.send(new PutBucketPolicyCommand({ Bucket: 'orders', Policy: policy(open) }));
    const members = new Set([source]);
    aws.world.organizationOf = (account) => (members.has(account) ? { ...member, rcps: [[guard]] } : undefined);
    const { s3 } = clients(aws, rootOf(destination));

    expect(await refusal(s3.send(versioning))).toMatchObject({ code: 'AccessDenied' });
    members.add(destination);
    expect(await refusal(s3.send(versioning))).toBeUndefined();
  });

  it('has S3 tell its members why they are refused', async () => {
    const { aws } = world();
    await aBucket(aws);
    aws.world.organizationOf = () => member;

    expect(await refusal(clients(aws, rootOf(destination)).s3.send(versioning))).toMatchObject({
      message: expect.stringContaining('because no resource-based policy allows the s3:GetBucketVersioning action'),
    });
  });
});

describe('without authorisation', () => {
  it('everybody may do everything', async () => {
    const { aws } = world({ authorise: false });
    await aBucket(aws);

    expect(await refusal(clients(aws, rootOf(destination)).s3.send(enable))).toBeUndefined();
    expect(await refusal(clients(aws, await aUser(aws, undefined)).s3.send(versioning))).toBeUndefined();
  });
});
