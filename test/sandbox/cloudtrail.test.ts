import * as ct from '@aws-sdk/client-cloudtrail';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { anAws, clientsOf, destination, history, recordOf, refusalOf, sessionOf, source } from './event-support.ts';

const roleArn = `arn:aws:iam::${source}:role/team/fixer`;

const trustOf = (account: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
  });

const everything = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });

async function aBucket(aws: LocalAws, name = 'orders') {
  const { s3: client } = clientsOf(aws);
  await client.send(new s3.CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  return client;
}

async function aRole(aws: LocalAws, trusted = source) {
  const { iam } = clientsOf(aws);
  await iam.send(new CreateRoleCommand({ RoleName: 'fixer', Path: '/team/', AssumeRolePolicyDocument: trustOf(trusted) }));
  await iam.send(new PutRolePolicyCommand({ RoleName: 'fixer', PolicyName: 'all', PolicyDocument: everything }));
}

describe('a CloudTrail record', () => {
  it('has the documented members', async () => {
    const { aws } = anAws();
    const client = await aBucket(aws);
    await client.send(new s3.PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Suspended' } }));

    expect(await recordOf(aws, 'PutBucketVersioning')).toEqual({
      eventVersion: expect.stringMatching(/^1\.\d\d$/),
      userIdentity: {
        type: 'Root',
        principalId: source,
        arn: `arn:aws:iam::${source}:root`,
        accountId: source,
        accessKeyId: source,
      },
      eventTime: '2026-01-01T00:00:00Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'PutBucketVersioning',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: expect.stringMatching(/^\[aws-sdk-js\/.*\]$/),
      requestParameters: {
        bucketName: 'orders',
        Host: 'orders.s3.eu-west-1.amazonaws.com',
        versioning: '',
        VersioningConfiguration: { Status: 'Suspended' },
      },
      responseElements: null,
      requestID: expect.any(String),
      eventID: expect.any(String),
      readOnly: false,
      resources: [{ accountId: source, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::orders' }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: source,
      eventCategory: 'Management',
    });
  });

  it('names a user', async () => {
    const { aws } = anAws();
    const { iam } = clientsOf(aws);
    await iam.send(new CreateUserCommand({ UserName: 'alice' }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }));
    const alice = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' };
    await clientsOf(aws, alice)
      .kms.send(new kms.ListKeysCommand({}))
      .catch(() => undefined);

    expect((await recordOf(aws, 'ListKeys')).userIdentity).toEqual({
      type: 'IAMUser',
      principalId: expect.stringMatching(/^AIDA/),
      arn: `arn:aws:iam::${source}:user/alice`,
      accountId: source,
      accessKeyId: alice.accessKeyId,
      userName: 'alice',
    });
  });

  it('names a session, the role that issued it with its path, and when it began', async () => {
    const { aws, clock } = anAws();
    await aRole(aws);
    const session = await sessionOf(aws, roleArn);
    await clock.advance(100);
    await clientsOf(aws, session).kms.send(new kms.ListKeysCommand({}));

    expect((await recordOf(aws, 'ListKeys')).userIdentity).toEqual({
      type: 'AssumedRole',
      principalId: expect.stringMatching(/^AROA\w+:tuesday$/),
      arn: `arn:aws:sts::${source}:assumed-role/fixer/tuesday`,
      accountId: source,
      accessKeyId: session.accessKeyId,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: expect.stringMatching(/^AROA\w+$/),
          arn: roleArn,
          accountId: source,
          userName: 'fixer',
        },
        attributes: { creationDate: '2026-01-01T00:00:00Z', mfaAuthenticated: 'false' },
      },
    });
  });

  it('tells a refused call with its error and without response, though nothing changed', async () => {
    const { aws } = anAws();
    const { s3: client } = clientsOf(aws);
    await client.send(new s3.DeleteBucketCommand({ Bucket: 'nowhere' })).catch(() => undefined);

    expect(await recordOf(aws, 'DeleteBucket')).toMatchObject({
      errorCode: 'NoSuchBucket',
      errorMessage: 'The specified bucket does not exist',
      responseElements: null,
      requestParameters: { bucketName: 'nowhere' },
    });
  });

  it('is filed in the bucket’s region, wherever the call was sent', async () => {
    const { aws } = anAws();
    await aBucket(aws);
    const { s3: elsewhere } = clientsOf(aws, source, 'us-east-1');
    await elsewhere.send(new s3.GetBucketLocationCommand({ Bucket: 'orders' }));

    expect(await recordOf(aws, 'GetBucketLocation')).toMatchObject({ awsRegion: 'eu-west-1', readOnly: true });
  });

  it('tells what a deleted bucket was', async () => {
    const { aws } = anAws();
    const client = await aBucket(aws);
    await client.send(new s3.DeleteBucketCommand({ Bucket: 'orders' }));

    expect((await recordOf(aws, 'DeleteBucket')).resources).toEqual([
      { accountId: source, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::orders' },
    ]);
  });

  const renamed = [
    {
      command: new s3.PutPublicAccessBlockCommand({
        Bucket: 'orders',
        PublicAccessBlockConfiguration: { BlockPublicAcls: true },
      }),
      name: 'PutBucketPublicAccessBlock',
    },
    { command: new s3.DeletePublicAccessBlockCommand({ Bucket: 'orders' }), name: 'DeleteBucketPublicAccessBlock' },
    {
      command: new s3.PutBucketNotificationConfigurationCommand({ Bucket: 'orders', NotificationConfiguration: {} }),
      name: 'PutBucketNotification',
    },
    {
      command: new s3.PutBucketLifecycleConfigurationCommand({
        Bucket: 'orders',
        LifecycleConfiguration: { Rules: [{ ID: 'a', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }] },
      }),
      name: 'PutBucketLifecycle',
    },
    {
      command: new s3.PutObjectLockConfigurationCommand({
        Bucket: 'orders',
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
      }),
      name: 'PutBucketObjectLockConfiguration',
    },
    {
      command: new s3.PutBucketRequestPaymentCommand({ Bucket: 'orders', RequestPaymentConfiguration: { Payer: 'Requester' } }),
      name: 'PutBucketRequestPayment',
    },
    { command: new s3.DeleteBucketReplicationCommand({ Bucket: 'orders' }), name: 'DeleteBucketReplication' },
  ];

  it.each(renamed)('of S3 is named $name', async ({ command, name }) => {
    const { aws } = anAws();
    const client = await aBucket(aws);
    await client.send(command as s3.DeleteBucketReplicationCommand).catch(() => undefined);

    expect(await recordOf(aws, name)).toMatchObject({ requestParameters: { bucketName: 'orders' }, readOnly: false });
  });

  it('of S3 tells the body under its XML names, and a policy parsed', async () => {
    const { aws } = anAws();
    const client = await aBucket(aws);
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const }, BucketKeyEnabled: true }];
    await client.send(new s3.PutBucketEncryptionCommand({ Bucket: 'orders', ServerSideEncryptionConfiguration: { Rules } }));
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::orders' }],
    };
    await client.send(
      new s3.PutBucketPolicyCommand({ Bucket: 'orders', Policy: JSON.stringify(policy), ExpectedBucketOwner: source }),
    );

    expect((await recordOf(aws, 'PutBucketEncryption')).requestParameters).toMatchObject({
      ServerSideEncryptionConfiguration: { Rule: Rules[0] },
    });
    expect((await recordOf(aws, 'PutBucketPolicy')).requestParameters).toMatchObject({
      bucketPolicy: policy,
      'x-amz-expected-bucket-owner': source,
    });
  });

  it('does not exist for calls on objects', async () => {
    const { aws } = anAws();
    const client = await aBucket(aws);
    await client.send(new s3.PutObjectCommand({ Bucket: 'orders', Key: 'a', Body: 'x' })).catch(() => undefined);
    await client.send(new s3.HeadBucketCommand({ Bucket: 'orders' }));

    expect((await history(aws)).map(({ eventName }) => eventName)).toEqual(['CreateBucket']);
  });

  it('of IAM is filed in us-east-1 only, with parameters in lower camel case', async () => {
    const { aws } = anAws();
    await aRole(aws);

    expect((await history(aws)).map(({ eventName }) => eventName)).toEqual([]);
    expect(await recordOf(aws, 'PutRolePolicy', source, 'us-east-1')).toMatchObject({
      eventSource: 'iam.amazonaws.com',
      awsRegion: 'us-east-1',
      requestParameters: { roleName: 'fixer', policyName: 'all', policyDocument: everything },
      responseElements: null,
      readOnly: false,
    });
    const created = await recordOf(aws, 'CreateRole', source, 'us-east-1');
    expect(created).toMatchObject({
      requestParameters: { roleName: 'fixer', path: '/team/', assumeRolePolicyDocument: trustOf(source) },
      responseElements: {
        role: { arn: roleArn, createDate: 'Jan 1, 2026, 12:00:00 AM', roleId: expect.stringMatching(/^AROA/) },
      },
    });
    expect(created).not.toHaveProperty('resources');
  });

  it('hides secrets', async () => {
    const { aws } = anAws({ cloudtrail: { lookupsPerSecond: 10 } });
    await clientsOf(aws).ssm.send(new PutParameterCommand({ Name: '/a', Value: 'secret', Type: 'String' }));
    await aRole(aws);
    await sessionOf(aws, roleArn);

    expect((await recordOf(aws, 'PutParameter')).requestParameters).toEqual({
      name: '/a',
      value: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      type: 'String',
    });
    expect(await recordOf(aws, 'AssumeRole')).toMatchObject({
      readOnly: true,
      requestParameters: { roleArn, roleSessionName: 'tuesday' },
      responseElements: { credentials: { accessKeyId: expect.stringMatching(/^ASIA/), expiration: 'Jan 1, 2026, 1:00:00 AM' } },
      resources: [{ accountId: source, type: 'AWS::IAM::Role', ARN: roleArn }],
    });
    expect(JSON.stringify(await recordOf(aws, 'AssumeRole'))).not.toContain('secretAccessKey');
  });

  it('leaves out parameters of more than 100 KB', async () => {
    const { aws } = anAws();
    const { iam } = clientsOf(aws);
    const huge = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: 'x'.repeat(101 * 1024) }],
    });
    await iam
      .send(new PutRolePolicyCommand({ RoleName: 'fixer', PolicyName: 'all', PolicyDocument: huge }))
      .catch(() => undefined);

    expect((await recordOf(aws, 'PutRolePolicy', source, 'us-east-1')).requestParameters).toMatchObject({ omitted: true });
  });
});

describe('a CloudTrail record of KMS', () => {
  async function aKey(aws: LocalAws, policy?: string) {
    const { kms: client } = clientsOf(aws);
    const { KeyMetadata } = await client.send(new kms.CreateKeyCommand({ ...(policy && { Policy: policy }) }));
    return { client, id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
  }

  it.each(['id', 'arn'] as const)('tells the key as it was named, by %s, and its ARN in resources', async (form) => {
    const { aws } = anAws();
    const { client, ...key } = await aKey(aws);
    await client.send(new kms.DisableKeyCommand({ KeyId: key[form] }));

    expect(await recordOf(aws, 'DisableKey')).toMatchObject({
      requestParameters: { keyId: key[form] },
      responseElements: { keyId: key.arn },
      resources: [{ accountId: source, type: 'AWS::KMS::Key', ARN: key.arn }],
      readOnly: false,
    });
  });

  it('of an alias lists alias and key, also once the alias is gone', async () => {
    const { aws } = anAws();
    const { client, id, arn } = await aKey(aws);
    const alias = `arn:aws:kms:eu-west-1:${source}:alias/orders`;
    const resources = [
      { accountId: source, type: 'AWS::KMS::Alias', ARN: alias },
      { accountId: source, type: 'AWS::KMS::Key', ARN: arn },
    ];
    await client.send(new kms.CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: id }));
    await client.send(new kms.DeleteAliasCommand({ AliasName: 'alias/orders' }));

    const byArn = (a: { ARN: string }, b: { ARN: string }) => (a.ARN < b.ARN ? -1 : 1);
    for (const name of ['CreateAlias', 'DeleteAlias']) {
      const told = (await recordOf(aws, name)).resources as { ARN: string }[];
      expect(told.toSorted(byArn), name).toEqual(resources.toSorted(byArn));
    }
  });

  it('reaches caller and owner when another account’s key is used: one sharedEventID, two eventIDs, the owner’s without ARN', async () => {
    const { aws } = anAws();
    const policy = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${source}:root` }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${destination}:root` }, Action: 'kms:*', Resource: '*' },
      ],
    };
    const { arn } = await aKey(aws, JSON.stringify(policy));
    await clientsOf(aws, destination).kms.send(new kms.DescribeKeyCommand({ KeyId: arn }));

    const callers = await recordOf(aws, 'DescribeKey', destination);
    const owners = await recordOf(aws, 'DescribeKey', source);
    expect(callers).toMatchObject({ recipientAccountId: destination, userIdentity: { type: 'Root', accountId: destination } });
    expect(owners).toMatchObject({
      recipientAccountId: source,
      userIdentity: { type: 'AWSAccount', principalId: destination, accountId: destination },
      sharedEventID: callers.sharedEventID,
      requestID: callers.requestID,
    });
    expect(Object.keys(owners.userIdentity as object)).toEqual(['type', 'principalId', 'accountId']);
    expect(owners.eventID).not.toBe(callers.eventID);
    expect(callers.sharedEventID).toEqual(expect.any(String));
  });

  it('reaches both accounts when a role of the other one is assumed', async () => {
    const { aws } = anAws();
    await aRole(aws, destination);
    await sessionOf(aws, roleArn, destination);

    expect(await recordOf(aws, 'AssumeRole', source)).toMatchObject({
      userIdentity: { type: 'AWSAccount', accountId: destination },
    });
    expect(await recordOf(aws, 'AssumeRole', destination)).toMatchObject({
      userIdentity: { type: 'Root', accountId: destination },
    });
  });

  it('tells of a scheduled deletion when its time comes, as a service event', async () => {
    const { aws, clock } = anAws();
    const { client, id, arn } = await aKey(aws);
    await client.send(new kms.ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));

    await clock.advance(7 * 86_400 - 1);
    expect((await history(aws)).map(({ eventName }) => eventName)).not.toContain('DeleteKey');
    await clock.advance(1);
    expect(await recordOf(aws, 'DeleteKey')).toEqual({
      eventVersion: expect.any(String),
      userIdentity: { accountId: source, invokedBy: 'AWS Internal' },
      eventTime: '2026-01-08T00:00:00Z',
      eventSource: 'kms.amazonaws.com',
      eventName: 'DeleteKey',
      awsRegion: 'eu-west-1',
      sourceIPAddress: 'AWS Internal',
      userAgent: 'AWS Internal',
      requestParameters: null,
      responseElements: null,
      eventID: expect.any(String),
      readOnly: false,
      resources: [{ accountId: source, type: 'AWS::KMS::Key', ARN: arn }],
      eventType: 'AwsServiceEvent',
      managementEvent: true,
      recipientAccountId: source,
      eventCategory: 'Management',
    });
  });

  it('tells nothing of a deletion that was called off', async () => {
    const { aws, clock } = anAws();
    const { client, id } = await aKey(aws);
    await client.send(new kms.ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    await client.send(new kms.CancelKeyDeletionCommand({ KeyId: id }));
    await clock.advance(1);
    await client.send(new kms.ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 8 }));

    await clock.advance(7 * 86_400);

    expect((await history(aws)).map(({ eventName }) => eventName)).not.toContain('DeleteKey');
  });
});

describe('the event history', () => {
  const lookup = (key: ct.LookupAttributeKey, value: string) => ({
    LookupAttributes: [{ AttributeKey: key, AttributeValue: value }],
  });

  async function busyAws(options = {}) {
    const { aws, clock } = anAws({ cloudtrail: { lookupsPerSecond: 1000 }, ...options });
    const client = await aBucket(aws);
    await clock.advance(60);
    await client.send(new s3.GetBucketVersioningCommand({ Bucket: 'orders' }));
    await clock.advance(60);
    await client.send(new s3.DeleteBucketPolicyCommand({ Bucket: 'orders' }));
    return { aws, clock };
  }

  const named = (records: readonly Record<string, unknown>[]) => records.map(({ eventName }) => eventName);

  it('is per account and region, newest first, and holds the looking up itself', async () => {
    const { aws } = await busyAws();

    expect(named(await history(aws))).toEqual(['DeleteBucketPolicy', 'GetBucketVersioning', 'CreateBucket']);
    expect(named(await history(aws))[0]).toBe('LookupEvents');
    expect(await history(aws, {}, destination)).toEqual([]);
    expect(await history(aws, {}, source, 'eu-central-1')).toEqual([]);
  });

  it.each([
    { attribute: lookup('EventName', 'CreateBucket'), found: ['CreateBucket'] },
    { attribute: lookup('ReadOnly', 'true'), found: ['GetBucketVersioning'] },
    { attribute: lookup('ResourceName', 'orders'), found: ['DeleteBucketPolicy', 'GetBucketVersioning', 'CreateBucket'] },
    { attribute: lookup('ResourceName', 'others'), found: [] },
    { attribute: lookup('ResourceType', 'AWS::KMS::Key'), found: [] },
    { attribute: lookup('EventSource', 'kms.amazonaws.com'), found: [] },
    { attribute: lookup('Username', 'root'), found: ['DeleteBucketPolicy', 'GetBucketVersioning', 'CreateBucket'] },
    { attribute: lookup('Username', 'alice'), found: [] },
    { attribute: lookup('AccessKeyId', source), found: ['DeleteBucketPolicy', 'GetBucketVersioning', 'CreateBucket'] },
    { attribute: { StartTime: new Date('2026-01-01T00:01:00Z') }, found: ['DeleteBucketPolicy', 'GetBucketVersioning'] },
    { attribute: { EndTime: new Date('2026-01-01T00:01:00Z') }, found: ['GetBucketVersioning', 'CreateBucket'] },
  ])('is searched by $attribute', async ({ attribute, found }) => {
    const { aws } = await busyAws();

    expect(named(await history(aws, attribute))).toEqual(found);
  });

  it('is searched by the name of a session and of a role', async () => {
    const { aws } = anAws({ cloudtrail: { lookupsPerSecond: 1000 } });
    await aRole(aws);
    const session = await sessionOf(aws, roleArn);
    await clientsOf(aws, session)
      .iam.send(new DeleteRoleCommand({ RoleName: 'other' }))
      .catch(() => undefined);
    const us = (input: ct.LookupEventsCommandInput) => history(aws, input, source, 'us-east-1');

    expect(named(await us(lookup('Username', 'tuesday')))).toEqual(['DeleteRole']);
    expect(named(await us(lookup('ResourceName', 'fixer')))).toEqual(['PutRolePolicy', 'CreateRole']);
  });

  it('comes in pages that events recorded meanwhile do not shift', async () => {
    const { aws } = await busyAws();
    const { trail } = clientsOf(aws);
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page: ct.LookupEventsCommandOutput = await trail.send(new ct.LookupEventsCommand({ MaxResults: 1, NextToken }));
      names.push(...(page.Events ?? []).map(({ EventName }) => EventName));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);

    expect(names).toEqual(['DeleteBucketPolicy', 'GetBucketVersioning', 'CreateBucket']);
  });

  it('shows an event after the delay it is set to', async () => {
    const { aws, clock } = await busyAws({ cloudtrail: { lookupsPerSecond: 1000, lookupDelay: 90 } });

    expect(named(await history(aws))).toEqual(['CreateBucket']);
    await clock.advance(30);
    expect(named(await history(aws))).toEqual(['GetBucketVersioning', 'CreateBucket']);
  });

  it('forgets after 90 days', async () => {
    const { aws, clock } = await busyAws();
    await clock.advance(90 * 86_400 - 90);

    expect(named(await history(aws))).toEqual(['DeleteBucketPolicy', 'GetBucketVersioning']);
  });

  it('answers twice a second in one account and region', async () => {
    const { aws, clock } = anAws();
    const { trail } = clientsOf(aws);
    const ask = () => trail.send(new ct.LookupEventsCommand({}));
    await ask();
    await clock.advance(0.5);
    await ask();

    expect(await refusalOf(ask())).toBe('ThrottlingException: Rate exceeded');
    await history(aws, {}, destination);
    await clock.advance(0.5);
    await ask();
  });

  it.each([
    {
      because: 'the range ends before it starts',
      input: { StartTime: new Date(2), EndTime: new Date(1) },
      code: 'InvalidTimeRangeException',
    },
    { because: 'a page has at most 50', input: { MaxResults: 51 }, code: 'InvalidMaxResultsException' },
    { because: 'the token is somebody else’s', input: { NextToken: 'x' }, code: 'InvalidNextTokenException' },
    {
      because: 'one attribute is looked up at a time',
      input: { LookupAttributes: [...lookup('EventName', 'a').LookupAttributes, ...lookup('ReadOnly', 'true').LookupAttributes] },
      code: 'InvalidLookupAttributesException',
    },
  ])('is refused with $code because $because', async ({ input, code }) => {
    const { aws } = anAws();

    expect(await refusalOf(clientsOf(aws).trail.send(new ct.LookupEventsCommand(input)))).toContain(code);
  });
});

describe('the trails of an account', () => {
  const usEast = (aws: LocalAws, account = source) => clientsOf(aws, account, 'us-east-1').trail;

  it('begin with one of all regions that logs, in every account', async () => {
    const { aws } = anAws();
    for (const account of [source, destination]) {
      const { trail } = clientsOf(aws, account);
      const { trailList } = await trail.send(new ct.DescribeTrailsCommand({}));

      expect(trailList).toMatchObject([
        {
          Name: 'organization-trail',
          TrailARN: `arn:aws:cloudtrail:us-east-1:${account}:trail/organization-trail`,
          HomeRegion: 'us-east-1',
          IsMultiRegionTrail: true,
          IncludeGlobalServiceEvents: true,
        },
      ]);
      expect((await trail.send(new ct.GetTrailStatusCommand({ Name: 'organization-trail' }))).IsLogging).toBe(true);
    }
  });

  it('log from when they are told to until they are told not to', async () => {
    const { aws } = anAws();
    await aBucket(aws, 'logs');
    const { trail } = clientsOf(aws);
    await trail.send(new ct.CreateTrailCommand({ Name: 'ours', S3BucketName: 'logs' }));
    const isLogging = async () => (await trail.send(new ct.GetTrailStatusCommand({ Name: 'ours' }))).IsLogging;

    expect(await isLogging()).toBe(false);
    await trail.send(new ct.StartLoggingCommand({ Name: 'ours' }));
    expect(await isLogging()).toBe(true);
    await trail.send(new ct.StopLoggingCommand({ Name: 'ours' }));
    expect(await isLogging()).toBe(false);
    expect((await trail.send(new ct.ListTrailsCommand({}))).Trails?.map(({ Name }) => Name)).toEqual([
      'organization-trail',
      'ours',
    ]);
    await trail.send(new ct.DeleteTrailCommand({ Name: 'ours' }));
    expect(await refusalOf(isLogging())).toContain('TrailNotFoundException');
  });

  it('show the selectors they are given', async () => {
    const { aws } = anAws();
    const given = { ReadWriteType: 'WriteOnly' as const, ExcludeManagementEventSources: ['kms.amazonaws.com'] };
    await usEast(aws).send(new ct.PutEventSelectorsCommand({ TrailName: 'organization-trail', EventSelectors: [given] }));
    const { EventSelectors } = await usEast(aws).send(new ct.GetEventSelectorsCommand({ TrailName: 'organization-trail' }));

    expect(EventSelectors).toMatchObject([{ ...given, IncludeManagementEvents: true }]);
    expect((await usEast(aws).send(new ct.GetTrailCommand({ Name: 'organization-trail' }))).Trail?.HasCustomEventSelectors).toBe(
      true,
    );
  });

  it.each([
    {
      because: 'there is no such trail',
      command: new ct.StopLoggingCommand({ Name: 'none' }),
      code: 'TrailNotFoundException',
    },
    {
      because: 'trails are changed at home',
      command: new ct.StopLoggingCommand({ Name: 'organization-trail' }),
      code: 'InvalidHomeRegionException',
    },
    {
      because: 'there is no such bucket',
      command: new ct.CreateTrailCommand({ Name: 'ours', S3BucketName: 'none' }),
      code: 'S3BucketDoesNotExistException',
    },
    {
      because: 'a name has three letters',
      command: new ct.CreateTrailCommand({ Name: 'a', S3BucketName: 'none' }),
      code: 'InvalidTrailNameException',
    },
  ])('are refused with $code because $because', async ({ command, code }) => {
    const { trail } = clientsOf(anAws().aws);

    expect(await refusalOf(trail.send(command as ct.StopLoggingCommand))).toContain(code);
  });
});
