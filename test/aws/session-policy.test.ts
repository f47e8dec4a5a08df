import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { aspects } from '../../shared/aspects/index.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { underBoundary } from '../../shared/aws/role-boundary.ts';
import { longestSessionPolicy, sessionPolicies } from '../../shared/aws/session-policy.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { decide } from '../../shared/policy/evaluate.ts';
import { inProcess } from './local-ledger.ts';

const account = '111111111111';
const at = { account, region: 'eu-west-1' };
const key = `arn:aws:kms:eu-west-1:${account}:key/11111111-aaaa-4aaa-8aaa-111111111111`;
const policyFor = sessionPolicies(aspects);

const versioning = (Bucket: string): AwsCall<'s3:PutBucketVersioning'> => ({
  ...{ operation: 's3:PutBucketVersioning', ...at, input: { Bucket, VersioningConfiguration: { Status: 'Enabled' } } },
});
const describeKey = (KeyId: string): AwsCall<'kms:DescribeKey'> => ({ operation: 'kms:DescribeKey', ...at, input: { KeyId } });
const enableKey = (KeyId: string): AwsCall<'kms:EnableKey'> => ({ operation: 'kms:EnableKey', ...at, input: { KeyId } });
const getRole = (RoleName: string): AwsCall<'iam:GetRole'> => ({ operation: 'iam:GetRole', ...at, input: { RoleName } });

/** What a role that may do everything may still do in the session. */
function left(call: AwsCall, action: string, resource: string): boolean {
  const roleArn = `arn:aws:iam::${account}:role/lockstep-healer`;
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const session = policyFor(call);
  return (
    decide(
      {
        principal: { kind: 'role-session', account, roleArn },
        action,
        resource,
        resourceAccount: account,
        context: { keys: {}, others: 'absent' },
      },
      {
        identity: [{ label: 'all', account, document }],
        session: session === undefined ? [] : [{ label: 'session', account, document: session }],
      },
    ).answer === 'allowed'
  );
}

describe('the session of a call', () => {
  const bucket = 'arn:aws:s3:::orders';
  const role = `arn:aws:iam::${account}:role/lockstep-orders`;

  it.each([
    { call: versioning('orders'), action: 's3:PutBucketVersioning', on: bucket, is: true, because: 'that is the call' },
    { call: versioning('orders'), action: 's3:GetBucketVersioning', on: bucket, is: true, because: 'it is read back' },
    { call: versioning('orders'), action: 'iam:PassRole', on: role, is: true, because: 'a bucket is given its replication role' },
    {
      call: versioning('orders'),
      action: 's3:PutBucketVersioning',
      on: 'arn:aws:s3:::orders-dr',
      is: false,
      because: 'it is another bucket',
    },
    { call: versioning('orders'), action: 's3:DeleteBucket', on: bucket, is: false, because: 'no repair does that' },
    { call: versioning('orders'), action: 'kms:PutKeyPolicy', on: key, is: false, because: 'it is about a bucket' },
    { call: enableKey(key), action: 'kms:EnableKey', on: key, is: true, because: 'that is the call' },
    {
      call: enableKey(key),
      action: 'kms:EnableKey',
      on: key.replaceAll('1111-', '2222-'),
      is: false,
      because: 'it is another key',
    },
    {
      call: describeKey('alias/orders'),
      action: 'kms:DescribeKey',
      on: key,
      is: true,
      because: 'only KMS knows the key of an alias',
    },
    { call: describeKey('alias/orders'), action: 'kms:EnableKey', on: key, is: false, because: 'nothing is written by alias' },
    {
      call: enableKey('alias/orders'),
      action: 'kms:EnableKey',
      on: key,
      is: true,
      because: 'a repair must not fail for its session',
    },
    {
      call: getRole('lockstep-orders'),
      action: 'iam:PutRolePolicy',
      on: role,
      is: true,
      because: 'repairs of one role share a session',
    },
    {
      call: getRole('lockstep-orders'),
      action: 'iam:PutRolePolicy',
      on: role.replace('role/', 'role/team/'),
      is: true,
      because: 'calls name no path',
    },
    { call: getRole('lockstep-orders'), action: 'iam:PutRolePolicy', on: `${role}-2`, is: false, because: 'it is another role' },
    { call: getRole('*'), action: 'iam:PutRolePolicy', on: role, is: false, because: 'a name that is a wildcard is no name' },
  ])('of $call.operation: $action on $on is left: $is, because $because', ({ call, action, on, is }) => {
    expect(left(call, action, on)).toBe(is);
  });

  it('is the same for calls on the same thing', () => {
    const { input } = versioning('orders');

    expect(policyFor({ operation: 's3:GetBucketVersioning', ...at, input })).toBe(policyFor(versioning('orders')));
    expect(policyFor(versioning('orders-dr'))).not.toBe(policyFor(versioning('orders')));
  });

  it('fits into a request, whatever the names', () => {
    const names = fc.string({ unit: fc.constantFrom(...'abcz019-.'), minLength: 1, maxLength: 64 });

    fc.assert(
      fc.property(names, (name) => {
        for (const call of [versioning(name), getRole(name), describeKey(key), describeKey('alias/x')])
          expect((policyFor(call) ?? '').length).toBeLessThanOrEqual(longestSessionPolicy);
      }),
    );
  });

  it('fits into a request even when aspects need more than fits, as long as it is about one thing', () => {
    const read = Array.from({ length: 100 }, (_, index) => `s3:GetSomethingOfABucket${index}`);
    const policy = sessionPolicies([{ permissions: { read, write: [] } }])(versioning('orders')) ?? '';

    expect(policy.length).toBeLessThan(longestSessionPolicy);
    expect(JSON.parse(policy).Statement[0]).toMatchObject({ Action: ['s3:*'], Resource: [bucket] });
  });
});

describe('a gateway with session policies', () => {
  async function spoke() {
    const aws = createLocalAws();
    const { credentials, ...inside } = inProcess(aws);
    const admin = { ...inside, credentials: { accessKeyId: account, secretAccessKey: 'any' } };
    const document = (statement: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
    const iam = new IAMClient(admin);
    const trust = document({ Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' });
    await iam.send(new CreateRoleCommand({ RoleName: 'healer', AssumeRolePolicyDocument: trust }));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'healer',
        PolicyName: 'all',
        PolicyDocument: document({ Action: '*', Resource: '*' }),
      }),
    );
    const s3 = new S3Client({ ...admin, region: 'eu-west-1', forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    for (const Bucket of ['orders', 'invoices']) await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const open = (sessionPolicy: (call: AwsCall) => string | undefined) =>
      spokeGateway({
        ...{ ...inside, role: 'healer', region: 'eu-west-1', sessionPolicy },
        credentials: async () => credentials,
      });
    return { open, assumed: () => aws.calls.filter(({ operation }) => operation === 'AssumeRole').length };
  }

  it('assumes the role once for each thing that it repairs', async () => {
    const { open, assumed } = await spoke();
    const gateway = open(policyFor);

    const replies = [];
    for (const Bucket of ['orders', 'invoices', 'orders']) {
      replies.push(await gateway.send(versioning(Bucket)));
      replies.push(await gateway.send({ operation: 's3:GetBucketVersioning', ...at, input: { Bucket } }));
    }

    expect(replies.filter(({ ok }) => !ok)).toEqual([]);
    expect(assumed()).toBe(2);
  });

  it('has no rights that the session does not have', async () => {
    const { open } = await spoke();

    expect(await open(() => policyFor(versioning('orders'))).send(versioning('invoices'))).toMatchObject({
      ok: false,
      error: { status: 403 },
    });
  });

  it('keeps no more sessions than it should', async () => {
    const { open, assumed } = await spoke();
    const gateway = open(policyFor);

    for (let index = 0; index < 250; index++) await gateway.send(getRole(`role-${index}`));
    await gateway.send(getRole('role-249'));
    expect(assumed()).toBe(250);
    await gateway.send(getRole('role-0'));
    expect(assumed()).toBe(251);
  });
});

describe('a gateway that makes roles under a boundary', () => {
  it('names the boundary of the account, and changes no other call', async () => {
    const sent: AwsCall[] = [];
    const send = async (call: AwsCall) => {
      sent.push(call);
      return { ok: true as const, output: {} as never };
    };
    const gateway = underBoundary({ send: (call) => send(call as AwsCall) }, 'org/limit');
    const create: AwsCall<'iam:CreateRole'> = {
      operation: 'iam:CreateRole',
      account,
      region: 'us-gov-west-1',
      input: { RoleName: 'a', AssumeRolePolicyDocument: '{}' },
    };

    await gateway.send(create);
    await gateway.send(versioning('orders'));

    expect(sent).toEqual([
      { ...create, input: { ...create.input, PermissionsBoundary: `arn:aws-us-gov:iam::${account}:policy/org/limit` } },
      versioning('orders'),
    ]);
  });
});
