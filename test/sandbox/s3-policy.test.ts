import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { destination, refusalOf, replicationRole, source, twoAccounts } from './s3-support.ts';

const bucketArn = 'arn:aws:s3:::orders-dr';
const aStatement = (changes: object = {}) => ({
  Sid: 'replicas',
  Effect: 'Allow',
  Principal: { AWS: replicationRole },
  Action: 's3:ReplicateObject',
  Resource: `${bucketArn}/*`,
  ...changes,
});
const aPolicy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const abroad = { account: source.account, region: destination.region };

let world: ReturnType<typeof twoAccounts>;
const put = (policy: string, by: { account: string; region: string } = destination) =>
  world.s3(by).send(new PutBucketPolicyCommand({ Bucket: 'orders-dr', Policy: policy }));
const read = async (): Promise<unknown> =>
  JSON.parse((await world.s3(destination).send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' }))).Policy ?? '');

beforeEach(async () => {
  world = twoAccounts();
  await world.bucket(destination, 'orders-dr');
  await world.role(source, 'replication');
});

describe('a bucket policy', () => {
  it('reads back in another spelling of the same', async () => {
    await put(
      aPolicy(aStatement({ Action: ['s3:ReplicateObject', 's3:ReplicateDelete'], Principal: { AWS: [replicationRole] } })),
    );

    expect(await read()).toEqual({
      Version: '2012-10-17',
      Statement: [aStatement({ Action: ['s3:ReplicateDelete', 's3:ReplicateObject'], Principal: { AWS: replicationRole } })],
    });
  });

  it('shows a role that was deleted as its unique id, and cannot be put back like that', async () => {
    await put(aPolicy(aStatement()));
    await world.iam(source).send(new DeleteRoleCommand({ RoleName: 'replication' }));
    await world.role(source, 'replication');

    const policy = await read();

    expect(JSON.stringify(policy)).toMatch(/"AWS":"AROA[A-Z0-9]+"/);
    expect(await refusalOf(put(JSON.stringify(policy)))).toMatchObject({
      code: 'MalformedPolicy',
      message: 'Invalid principal in policy',
    });
  });

  it.each<[message: string, policy: string]>([
    ["Policies must be valid JSON and the first byte must be '{'", 'nonsense'],
    ["Policies must be valid JSON and the first byte must be '{'", '{"Version":'],
    ['Missing required field Statement', '{}'],
    ['The policy must contain a valid version string', JSON.stringify({ Version: '2020-01-01', Statement: [aStatement()] })],
    ['Missing required field Principal', aPolicy(aStatement({ Principal: undefined }))],
    ['Missing required field Action', aPolicy(aStatement({ Action: undefined }))],
    ['Missing required field Resource', aPolicy(aStatement({ Resource: undefined }))],
    ['Missing required field Effect', aPolicy(aStatement({ Effect: undefined }))],
    ['Unknown field Actions', aPolicy(aStatement({ Actions: 's3:*' }))],
    ['Invalid principal in policy', aPolicy(aStatement({ Principal: { AWS: 'arn:aws:iam::111111111111:role/nobody' } }))],
    ['Invalid principal in policy', aPolicy(aStatement({ Principal: { Person: 'me' } }))],
    ['Policy has invalid action', aPolicy(aStatement({ Action: 's3:Replicate' }))],
    ['Policy has invalid action', aPolicy(aStatement({ Action: 'kms:Decrypt' }))],
    ['Policy has invalid resource', aPolicy(aStatement({ Resource: 'arn:aws:s3:::orders/*' }))],
    ['Policy has invalid resource', aPolicy(aStatement({ Resource: 'orders-dr/*' }))],
    ['Action does not apply to any resource(s) in statement', aPolicy(aStatement({ Action: 's3:ListBucket' }))],
    ['Action does not apply to any resource(s) in statement', aPolicy(aStatement({ Resource: bucketArn }))],
    ['Policy exceeds the maximum allowed document size.', aPolicy(aStatement({ Sid: 'x'.repeat(20 * 1024) }))],
  ])('is refused, and the old one stays: %s', async (message, policy) => {
    await put(aPolicy(aStatement()));

    expect(await refusalOf(put(policy))).toEqual({ code: 'MalformedPolicy', status: 400, message });
    expect(await read()).toEqual({ Version: '2012-10-17', Statement: [aStatement()] });
  });

  it.each<[string, object]>([
    [
      'actions of both kinds with resources of both kinds',
      { Action: ['s3:ListBucket', 's3:GetObject'], Resource: [bucketArn, `${bucketArn}/*`] },
    ],
    ['wildcards', { Action: 's3:*', Resource: [`${bucketArn}*`] }],
    ['NotPrincipal, NotAction and NotResource', notEverything()],
    ['a service', { Principal: { Service: 's3.amazonaws.com' } }],
    ['the account by its number', { Principal: { AWS: '111111111111' } }],
  ])('may have %s', async (_, changes) => {
    await expect(put(aPolicy(aStatement(changes)))).resolves.toBeDefined();
  });

  it('is not there until it is put, and not after it was deleted', async () => {
    expect(await refusalOf(read())).toMatchObject({ code: 'NoSuchBucketPolicy', status: 404 });
    await put(aPolicy(aStatement()));
    await world.s3(destination).send(new DeleteBucketPolicyCommand({ Bucket: 'orders-dr' }));
    expect(await refusalOf(read())).toMatchObject({ code: 'NoSuchBucketPolicy', status: 404 });
  });

  it.each<[string, object, boolean]>([
    ['everybody', { Principal: '*' }, true],
    ['everybody, spelled as AWS', { Principal: { AWS: '*' } }, true],
    ['everybody of an organization', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }, false],
    ['everybody with a wildcard condition', { Principal: '*', Condition: { StringLike: { 'aws:PrincipalArn': '*' } } }, true],
    ['everybody but one', { Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': '1' } } }, true],
    ['one role', {}, false],
    ['everybody, but it is a Deny', { Effect: 'Deny', Principal: '*' }, false],
  ])('that is for %s', async (_, changes, isPublic) => {
    const policy = aPolicy(aStatement(changes));
    if (isPublic) expect(await refusalOf(put(policy))).toMatchObject({ code: 'AccessDenied', status: 403 });

    await world
      .s3(destination)
      .send(new PutPublicAccessBlockCommand({ Bucket: 'orders-dr', PublicAccessBlockConfiguration: {} }));
    await put(policy);
    const status = await world.s3(destination).send(new GetBucketPolicyStatusCommand({ Bucket: 'orders-dr' }));

    expect(status.PolicyStatus?.IsPublic).toBe(isPublic);
  });
});

function notEverything(): object {
  const opposites = { NotPrincipal: { AWS: replicationRole }, NotAction: 's3:GetObject', NotResource: `${bucketArn}/a` };
  return { Effect: 'Deny', Principal: undefined, Action: undefined, Resource: undefined, ...opposites };
}

describe('a caller of another account', () => {
  const versioning = () => world.s3(abroad).send(new GetBucketVersioningCommand({ Bucket: 'orders-dr' }));

  it('is refused without a bucket policy, even as administrator', async () => {
    expect(await refusalOf(versioning())).toEqual({ code: 'AccessDenied', status: 403, message: 'Access Denied' });
    expect(await refusalOf(world.s3(abroad).send(new HeadBucketCommand({ Bucket: 'orders-dr' })))).toMatchObject({ status: 403 });
  });

  it('may do what the bucket policy allows, and no more', async () => {
    await put(aPolicy(aStatement({ Principal: { AWS: '111111111111' }, Action: 's3:GetBucketVersioning', Resource: bucketArn })));

    await expect(versioning()).resolves.toBeDefined();
    expect(await refusalOf(world.s3(abroad).send(new GetBucketPolicyStatusCommand({ Bucket: 'orders-dr' })))).toMatchObject({
      status: 403,
    });
  });

  it('is refused where a Deny meets an Allow', async () => {
    const grant = { Principal: { AWS: '111111111111' }, Action: 's3:GetBucketVersioning', Resource: bucketArn };
    await put(aPolicy(aStatement(grant), aStatement({ ...grant, Effect: 'Deny', Principal: '*', Action: 's3:Get*' })));

    expect(await refusalOf(versioning())).toMatchObject({ code: 'AccessDenied' });
  });

  it('is shut out by RestrictPublicBuckets once any statement is public', async () => {
    const all = { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false };
    const restrict = (RestrictPublicBuckets: boolean) =>
      world.s3(destination).send(
        new PutPublicAccessBlockCommand({
          Bucket: 'orders-dr',
          PublicAccessBlockConfiguration: { ...all, RestrictPublicBuckets },
        }),
      );
    const grant = { Principal: { AWS: '111111111111' }, Action: 's3:GetBucketVersioning', Resource: bucketArn };
    await restrict(false);
    await put(aPolicy(aStatement(grant), aStatement({ Sid: 'open', Principal: '*', Action: 's3:GetObject' })));
    await expect(versioning()).resolves.toBeDefined();

    await restrict(true);

    expect(await refusalOf(versioning())).toMatchObject({ code: 'AccessDenied' });
  });

  it('cannot handle the policy itself, even where it allows that', async () => {
    expect(await refusalOf(put(aPolicy(aStatement()), abroad))).toMatchObject({ status: 403 });
    const grant = { Principal: { AWS: '111111111111' }, Action: 's3:*', Resource: bucketArn };
    await put(aPolicy(aStatement(grant)));

    const refusals = [
      await refusalOf(put(aPolicy(aStatement()), abroad)),
      await refusalOf(world.s3(abroad).send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' }))),
      await refusalOf(world.s3(abroad).send(new DeleteBucketPolicyCommand({ Bucket: 'orders-dr' }))),
    ];

    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'MethodNotAllowed', status: 405 });
  });
});
