import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CreateRoleCommand, DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { failureOf } from '../../shared/aws/failure-of.ts';
import { findChange, type Search } from '../../shared/controller/who.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import type { ResourceRef } from '../../shared/model/finding.ts';
import { anEvent, ours, samples, sessionOf } from '../fixtures/events/events.ts';
import { aLog } from '../fixtures/events/fakes.ts';
import { anAws, clientsOf, sessionOf as session, source } from '../sandbox/event-support.ts';

const bucket: ResourceRef = { type: 'bucket', account: source, region: 'eu-west-1', name: 'orders', arn: 'arn:aws:s3:::orders' };
const role: ResourceRef = {
  ...{ type: 'role', account: source, region: 'us-east-1', name: 'lockstep-orders', path: '/team/' },
  arn: `arn:aws:iam::${source}:role/team/lockstep-orders`,
};

/** LookupEvents of the local AWS as the administrator of each account. */
function historyOf(aws: LocalAws): AwsGateway & { readonly calls: AwsCall[] } {
  const calls: AwsCall[] = [];
  const send = async (call: AwsCall) => {
    calls.push(call);
    const credentials = { accessKeyId: call.account, secretAccessKey: 'any' };
    const client = new CloudTrailClient({
      region: call.region,
      credentials,
      requestHandler: aws.requestHandler(),
      maxAttempts: 1,
    });
    try {
      return { ok: true, output: await client.send(new LookupEventsCommand(call.input as LookupEventsCommandInput)) };
    } catch (error) {
      return { ok: false, error: failureOf(error, call.account) };
    }
  };
  return { calls, send: send as AwsGateway['send'] };
}

/** One page of records that CloudTrail answers, whatever is asked. */
const answering = (...records: readonly unknown[]): AwsGateway => ({
  send: (async () => ({
    ok: true,
    output: {
      Events: records.map((record) => ({ CloudTrailEvent: typeof record === 'string' ? record : JSON.stringify(record) })),
    },
  })) as unknown as AwsGateway['send'],
});

const anHour = { since: new Date('2026-03-01T11:30:00Z'), until: new Date('2026-03-01T12:30:00Z') };
const onPolicy = ['PutBucketPolicy', 'DeleteBucketPolicy', 'CreateBucket', 'DeleteBucket'];
const aSearch = (more: Partial<Search> = {}): Search => ({ changedBy: onPolicy, resource: bucket, ...anHour, ...more });

const writtenAt = (minute: string, more: object = {}) => ({
  ...anEvent('put-bucket-replication').detail,
  ...{ eventName: 'PutBucketPolicy', eventID: `at-${minute}`, eventTime: `2026-03-01T${minute}:00Z` },
  ...more,
});

async function found(search: Search, aws: AwsGateway) {
  const { log, logged } = aLog();
  const change = await findChange(search, { aws, log, ours });
  return { change, logged };
}

describe('who changed what a sweep found', () => {
  it('is read from the history of the account and region of a bucket', async () => {
    const { aws, clock } = anAws();
    const { s3: client } = clientsOf(aws);
    const start = clock.now();
    await client.send(
      new s3.CreateBucketCommand({ Bucket: 'orders', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    await client.send(new s3.PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Enabled' } }));
    await clock.advance(60);
    await client.send(new s3.DeleteBucketEncryptionCommand({ Bucket: 'orders' }));
    await client.send(new s3.GetBucketVersioningCommand({ Bucket: 'orders' }));
    const gateway = historyOf(aws);

    const { change } = await found(
      { changedBy: ['PutBucketVersioning'], resource: bucket, since: start, until: clock.now() },
      gateway,
    );

    expect(change).toMatchObject({
      ...{ eventName: 'PutBucketVersioning', time: '2026-01-01T00:00:00Z', resources: ['arn:aws:s3:::orders'] },
      actor: {
        kind: 'root',
        principal: `arn:aws:iam::${source}:root`,
        sourceAddress: '127.0.0.1',
        userAgent: expect.stringMatching(/^aws-sdk-js/),
      },
    });
    expect(gateway.calls).toMatchObject([
      { operation: 'cloudtrail:LookupEvents', account: source, region: 'eu-west-1', input: { MaxResults: 50 } },
    ]);
  });

  it('is read by ARN of a key, and by name, in IAM’s region, of a role', async () => {
    const { aws, clock } = anAws();
    const start = clock.now();
    const { KeyMetadata } = await clientsOf(aws).kms.send(new kms.CreateKeyCommand({}));
    const arn = KeyMetadata?.Arn ?? '';
    await clientsOf(aws).kms.send(new kms.DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    const { iam } = clientsOf(aws);
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await iam.send(new CreateRoleCommand({ RoleName: 'lockstep-orders', Path: '/team/', AssumeRolePolicyDocument: trust }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'lockstep-orders', PolicyName: 'own', PolicyDocument }));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'lockstep-orders', PolicyName: 'own' }));
    const time = { since: start, until: clock.now() };
    const gateway = historyOf(aws);

    const key = await found(
      { changedBy: ['DisableKey'], resource: { type: 'key', account: source, region: 'eu-west-1', arn }, ...time },
      gateway,
    );
    const policy = await found({ changedBy: ['PutRolePolicy', 'DeleteRolePolicy'], resource: role, ...time }, gateway);

    expect(key.change).toMatchObject({ eventName: 'DisableKey', resources: [arn] });
    expect(policy.change).toMatchObject({ eventName: 'DeleteRolePolicy', details: { policyName: 'own' } });
    expect(gateway.calls.map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1']);
  });

  it('is not ourselves', async () => {
    const { aws, clock } = anAws({ impliedRoles: ['lockstep-healer', 'deployer'] });
    const start = clock.now();
    await clientsOf(aws).s3.send(
      new s3.CreateBucketCommand({ Bucket: 'orders', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    const suspend = new s3.PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Suspended' } });
    for (const name of ['deployer', 'lockstep-healer']) {
      await clock.advance(60);
      await clientsOf(aws, await session(aws, `arn:aws:iam::${source}:role/${name}`, source, 'lockstep-healer')).s3.send(suspend);
    }

    const { change } = await found(
      { changedBy: ['PutBucketVersioning'], resource: bucket, since: start, until: clock.now() },
      historyOf(aws),
    );

    expect(change).toMatchObject({
      time: '2026-01-01T00:01:00Z',
      actor: { kind: 'role', principal: `arn:aws:iam::${source}:role/deployer` },
    });
  });

  const picked = [
    { because: 'the newest counts', records: [writtenAt('12:10'), writtenAt('12:20'), writtenAt('12:00')], eventId: 'at-12:20' },
    {
      because: 'a refused call changed nothing',
      records: [writtenAt('12:20', { errorCode: 'AccessDenied' }), writtenAt('12:10')],
      eventId: 'at-12:10',
    },
    {
      because: 'another setting of it',
      records: [writtenAt('12:20', { eventName: 'PutBucketVersioning' }), writtenAt('12:10')],
      eventId: 'at-12:10',
    },
    {
      because: 'another resource of the same name',
      records: [writtenAt('12:20', { requestParameters: { bucketName: 'bills' }, resources: [] }), writtenAt('12:10')],
      eventId: 'at-12:10',
    },
    { because: 'what came after is not the cause', records: [writtenAt('12:40'), writtenAt('12:10')], eventId: 'at-12:10' },
    { because: 'nor is what came before', records: [writtenAt('11:29')], eventId: undefined },
    {
      because: 'the healer is not who is sought',
      records: [writtenAt('12:20', { userIdentity: sessionOf(`arn:aws:iam::${source}:role/lockstep-healer`) })],
      eventId: undefined,
    },
    { because: 'what is no record is passed over', records: ['{', 'null', '[]', '"x"', writtenAt('12:10')], eventId: 'at-12:10' },
    {
      because: 'times have whole seconds',
      records: [writtenAt('11:30')],
      search: { since: new Date('2026-03-01T11:30:00.900Z') },
      eventId: 'at-11:30',
    },
    { because: 'nothing happened', records: [], eventId: undefined },
  ];

  it.each(picked)('is picked from a page: $because', async ({ records, eventId, search }) => {
    const { change } = await found(aSearch(search), answering(...records));

    expect(change?.eventId).toBe(eventId);
  });

  it.each(samples.filter(({ event }) => event.region === 'eu-west-1'))(
    'is read as the same change from an event: $name',
    async ({ event, change }) => {
      const [arn = ''] = change.resources;
      const resource: ResourceRef = { type: 'key', account: source, region: 'eu-west-1', arn };

      const told = await found({ changedBy: [change.eventName], resource, ...anHour }, answering(event.detail));

      expect(told.change).toEqual(change);
    },
  );

  it('finds a key by the alias that the document names', async () => {
    const resource: ResourceRef = {
      type: 'key',
      account: source,
      region: 'eu-west-1',
      arn: `arn:aws:kms:eu-west-1:${source}:key/new`,
      alias: `arn:aws:kms:eu-west-1:${source}:alias/orders`,
    };

    const { change } = await found(
      { changedBy: ['UpdateAlias'], resource, ...anHour },
      answering(anEvent('update-alias').detail),
    );

    expect(change).toMatchObject({ eventName: 'UpdateAlias' });
  });

  const failing = [
    {
      because: 'CloudTrail takes two calls a second',
      aws: {
        send: (async () => ({
          ok: false,
          error: { code: 'ThrottlingException', message: 'Rate exceeded', caller: 'x' },
        })) as unknown as AwsGateway['send'],
      },
    },
    { because: 'a gateway may break', aws: { send: async () => Promise.reject(new Error('gone')) } },
    {
      because: 'an answer may be empty',
      aws: { send: (async () => ({ ok: true, output: {} })) as unknown as AwsGateway['send'] },
    },
    {
      because: 'or strange',
      aws: { send: (async () => ({ ok: true, output: { Events: [null] } })) as unknown as AwsGateway['send'] },
    },
  ];

  it.each(failing)('stays unknown, with one line in the log: $because', async ({ aws }) => {
    const { change, logged } = await found(aSearch(), aws);

    expect(change).toBeUndefined();
    expect(logged).toHaveLength(1);
    expect(logged[0]?.[2]).toMatchObject({ account: source, region: 'eu-west-1', resource: 'arn:aws:s3:::orders' });
  });

  it('asks once, for one page, even when CloudTrail refuses', async () => {
    const { aws } = anAws({ cloudtrail: { lookupsPerSecond: 0 } });
    const gateway = historyOf(aws);

    expect((await found(aSearch(), gateway)).logged).toMatchObject([
      ['info', 'event history unreadable', { code: 'ThrottlingException' }],
    ]);
    expect(gateway.calls).toHaveLength(1);
  });
});
