import { describe, expect, it } from 'vitest';
import { roleOtherPolicies } from '../../shared/aspects/role-other-policies.ts';
import { rolePolicy, rolePolicyFor } from '../../shared/aspects/role-policy.ts';
import { roleTrust } from '../../shared/aspects/role-trust.ts';
import { statementsOf } from '../../shared/policy/statements.ts';
import { aReplication, destinationKey, replications, roleArn, sourceKey } from '../support/builders.ts';
import { readFrom } from '../support/observations.ts';
import { settingOf } from './setting.ts';

const trusting = (Service: string, more: object = {}) => ({
  Sid: 'LockstepAssumeRole',
  Effect: 'Allow',
  Principal: { Service },
  Action: 'sts:AssumeRole',
  ...more,
});

describe('the trust policy', () => {
  const setting = settingOf(roleTrust, [aReplication()]);

  it('makes the role where there is none', () => {
    expect(setting.diff(undefined)).toEqual([{ path: 'Role', desired: roleArn }]);
    expect(setting.calls(undefined)).toMatchObject([
      { operation: 'iam:CreateRole', region: 'us-east-1', input: { RoleName: 'lockstep-orders', Path: '/' } },
    ]);
  });

  it('makes the role under the path the document names', () => {
    const role = 'arn:aws:iam::111111111111:role/teams/orders/replicate';

    expect(settingOf(roleTrust, [aReplication({ role })]).inputs(undefined)).toMatchObject([
      { RoleName: 'replicate', Path: '/teams/orders/' },
    ]);
  });

  it.each([
    { name: 'itself', statement: trusting('s3.amazonaws.com'), paths: [] },
    { name: 'itself without Sid', statement: trusting('s3.amazonaws.com', { Sid: undefined }), paths: [] },
    { name: 'another service', statement: trusting('ec2.amazonaws.com'), paths: ['LockstepAssumeRole.Principal'] },
    {
      name: 'a condition',
      statement: trusting('s3.amazonaws.com', { Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } }),
      paths: ['LockstepAssumeRole.Condition'],
    },
  ])('finds $paths in $name', ({ statement, paths }) => {
    expect(setting.paths({ document: { Statement: statement } })).toEqual(paths);
  });

  it('is updated beside the statements of others', () => {
    const theirs = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const [call] = setting.calls({ document: { Version: '2012-10-17', Statement: [theirs] } });

    expect(call?.operation).toBe('iam:UpdateAssumeRolePolicy');
    expect(JSON.parse(String((call?.input as { PolicyDocument?: string } | undefined)?.PolicyDocument)).Statement).toEqual([
      theirs,
      trusting('s3.amazonaws.com'),
    ]);
  });

  it('is read out of the URL encoding of IAM', async () => {
    const Role = { RoleId: 'AROA1', Arn: roleArn, AssumeRolePolicyDocument: encodeURIComponent('{"Id":"50% & more"}') };

    expect(await readFrom(roleTrust, setting.on, { 'iam:GetRole': { Role } })).toMatchObject({
      status: 'present',
      value: { document: { Id: '50% & more' }, roleId: 'AROA1' },
    });
  });

  it('cannot be had where a role of that name has another path', () => {
    const arn = 'arn:aws:iam::111111111111:role/team/lockstep-orders';

    expect(roleTrust.blockedBy?.(setting.desired, { document: {}, arn }, setting.on)).toMatchObject({ owner: arn });
    expect(roleTrust.blockedBy?.(setting.desired, { document: {}, arn: roleArn }, setting.on)).toBeUndefined();
  });
});

describe('the role policy', () => {
  const statements = (...given: Parameters<typeof aReplication>) => statementsOf(rolePolicyFor([aReplication(...given)]));

  it('grants what replication needs, and nothing else', () => {
    const viaS3 = (region: string, bucket: string) => ({
      StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] },
    });

    expect(statements()).toEqual([
      {
        Sid: 'LockstepSourceBucket',
        Effect: 'Allow',
        Action: ['s3:GetReplicationConfiguration', 's3:ListBucket'],
        Resource: ['arn:aws:s3:::orders'],
      },
      {
        Sid: 'LockstepSourceObjects',
        Effect: 'Allow',
        Action: [
          ...['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
          ...['s3:GetObjectRetention', 's3:GetObjectLegalHold'],
        ],
        Resource: ['arn:aws:s3:::orders/*'],
      },
      {
        Sid: 'LockstepDestinationObjects',
        Effect: 'Allow',
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
        Resource: ['arn:aws:s3:::orders-dr/*'],
      },
      {
        Sid: 'LockstepDestinationOwner',
        Effect: 'Allow',
        Action: ['s3:ObjectOwnerOverrideToBucketOwner'],
        Resource: ['arn:aws:s3:::orders-dr/*'],
      },
      {
        Sid: 'LockstepSourceKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [sourceKey],
        Condition: viaS3('eu-west-1', 'orders'),
      },
      {
        Sid: 'LockstepDestinationKey',
        Effect: 'Allow',
        Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: [destinationKey],
        Condition: viaS3('eu-central-1', 'orders-dr'),
      },
    ]);
  });

  it('has the same grants with and without Bucket Keys, since a bucket can hold both kinds of object', () => {
    expect(statements({ source: { bucketKey: false }, destination: { bucketKey: false } })).toEqual(statements());
  });

  it('has one key statement for each region it writes to', () => {
    const place = {
      account: '222222222222',
      region: 'us-east-2',
      key: 'arn:aws:kms:us-east-2:222222222222:key/33333333-aaaa-4aaa-8aaa-333333333333',
    };
    const given = replications({ first: {}, second: { destination: { ...place, bucket: 'second-dr' } } });
    const forKeys = statementsOf(rolePolicyFor(given)).filter(({ Sid }) => Sid?.startsWith('LockstepDestinationKey'));

    expect(forKeys.map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ['LockstepDestinationKey', [destinationKey]],
      ['LockstepDestinationKey2', [place.key]],
    ]);
  });

  it('counts every statement of that policy as its own', () => {
    const setting = settingOf(rolePolicy, [aReplication()]);
    const Statement = [...statementsOf(setting.desired.document), { Effect: 'Allow', Action: 's3:*', Resource: '*' }];

    expect(setting.paths({ document: { Statement } })).toEqual(['Statement[6]']);
    expect(statementsOf(setting.merge({ document: { Statement } }).document)).toEqual(statementsOf(setting.desired.document));
  });

  it('is refused beyond what IAM takes, white space not counted', () => {
    expect(rolePolicy.refuse?.({ document: { Statement: { Effect: 'x'.repeat(10_240) } } })).toContain('IAM accepts 10240');
    expect(rolePolicy.refuse?.({ document: { Statement: { Effect: `x${' '.repeat(10_240)}` } } })).toBeUndefined();
  });
});

describe('other policies of the role', () => {
  const setting = settingOf(roleOtherPolicies, [aReplication()]);
  const policy = { Version: '2012-10-17', Statement: [] };

  it('are read page by page, inline, attached and boundary, but for our own', async () => {
    const answers = {
      'iam:GetRole': { Role: { PermissionsBoundary: { PermissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/boundary' } } },
      'iam:ListRolePolicies': { PolicyNames: ['lockstep-replication', 'logs'] },
      'iam:GetRolePolicy': { PolicyDocument: encodeURIComponent(JSON.stringify(policy)) },
      'iam:ListAttachedRolePolicies': { AttachedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      'iam:GetPolicy': { Policy: { DefaultVersionId: 'v3' } },
      'iam:GetPolicyVersion': { PolicyVersion: { Document: encodeURIComponent(JSON.stringify(policy)) } },
    };

    expect(await readFrom(roleOtherPolicies, setting.on, answers)).toEqual({
      status: 'present',
      value: {
        inline: [{ name: 'logs', document: policy }],
        attached: [{ name: 'ReadOnlyAccess', arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess', document: policy }],
        boundary: { name: 'boundary', arn: 'arn:aws:iam::111111111111:policy/boundary', document: policy },
      },
    });
  });

  it('are listed to the last page', async () => {
    const pages = new Map<string | undefined, object>([
      [undefined, { PolicyNames: ['a'], IsTruncated: true, Marker: 'next' }],
      ['next', { PolicyNames: ['b'], IsTruncated: false }],
    ]);
    const observed = await roleOtherPolicies.read(setting.on)(async ({ operation, input }) => {
      if (operation === 'iam:ListRolePolicies')
        return { status: 'present', value: pages.get((input as { Marker?: string }).Marker) as never };
      return operation === 'iam:ListAttachedRolePolicies' ? { status: 'present', value: {} as never } : { status: 'absent' };
    });

    expect(observed).toMatchObject({ value: { inline: [{ name: 'a' }, { name: 'b' }] } });
  });

  it('are the business of others', () => {
    expect(setting.paths({ inline: [{ name: 'logs' }], attached: [{ name: 'x', arn: 'arn:x' }] })).toEqual([]);
  });

  it('are removed where the document is exclusive, the boundary never', () => {
    const exclusive = settingOf(roleOtherPolicies, [aReplication({ exclusive: true })]);
    const observed = {
      inline: [{ name: 'logs' }],
      attached: [{ name: 'x', arn: 'arn:x' }],
      boundary: { name: 'b', arn: 'arn:b' },
    };

    expect(exclusive.paths(observed)).toEqual(['RolePolicies[logs]', 'AttachedPolicies']);
    expect(exclusive.calls(observed).map(({ operation, input }) => [operation, input])).toEqual([
      ['iam:DeleteRolePolicy', { RoleName: 'lockstep-orders', PolicyName: 'logs' }],
      ['iam:DetachRolePolicy', { RoleName: 'lockstep-orders', PolicyArn: 'arn:x' }],
    ]);
  });
});
