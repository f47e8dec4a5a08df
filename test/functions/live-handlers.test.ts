/** The built handlers driven by hand, one event after the other, with nothing else at work. */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { DeleteBucketReplicationCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { record } from '../../infra/sandbox/metrics.ts';
import { destination, documentFor, source, thePair } from '../support/builders.ts';
import { foundationsFor } from '../support/world.ts';
import type { FunctionName } from './deployed.ts';
import { type LiveHub, liveHub, type Runner, runnerOf, settled } from './live-hub.ts';

let live: LiveHub;
let functions: Readonly<Record<FunctionName, Runner>>;

const bucketsOf = () => live.aws.world.s3.buckets;
const isReplicating = (): boolean => bucketsOf().get('orders')?.replication !== undefined;
const undo = () => live.someone.s3(source).send(new DeleteBucketReplicationCommand({ Bucket: 'orders' }));

const operator = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:night-shift',
  arn: `arn:aws:sts::${destination.account}:assumed-role/operations/night-shift`,
  accountId: destination.account,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLE',
      arn: `arn:aws:iam::${destination.account}:role/operations`,
      accountId: destination.account,
      userName: 'operations',
    },
  },
};

const bare = { type: 'AWSAccount', principalId: 'AROAEXAMPLE', accountId: destination.account };

let serial = 0;

/** As EventBridge hands it over. */
function told(detail: object = {}, envelope: object = {}) {
  serial += 1;
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  return {
    ...{ version: '0', id: `envelope-${serial}`, source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', resources: [] },
    ...{ account: source.account, region: source.region, time },
    ...envelope,
    detail: {
      ...{ eventVersion: '1.11', eventSource: 's3.amazonaws.com', eventName: 'DeleteBucketReplication' },
      ...{ eventID: `event-${serial}`, eventTime: time, awsRegion: source.region, recipientAccountId: source.account },
      ...{ requestParameters: { bucketName: 'orders' }, readOnly: false, managementEvent: true, userIdentity: operator },
      ...{ sourceIPAddress: '203.0.113.7', userAgent: '[aws-cli/2.31.0]' },
      ...detail,
    },
  };
}

/** Takes what is in the queue, as the event source mapping would hand it over. */
async function taken() {
  const { sqs } = live.clients;
  const records: object[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: live.hub.queueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return records;
    for (const { MessageId, Body, Attributes, ReceiptHandle } of Messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: live.hub.queueUrl, ReceiptHandle }));
      records.push({ messageId: MessageId, body: Body, attributes: Attributes, eventSource: 'aws:sqs' });
    }
  }
}

/** Answers the queue until it stays empty. */
async function drain(): Promise<void> {
  for (let Records = await taken(); Records.length > 0; Records = await taken())
    expect(await functions.reconcile.run({ Records })).toEqual({ batchItemFailures: [] });
}

const ledgerItems = async (): Promise<string> => {
  const { Items = [] } = await live.clients.dynamodb.send(
    new ScanCommand({ TableName: live.hub.tableName, ConsistentRead: true }),
  );
  return JSON.stringify(Items.map((item) => JSON.stringify(item)).sort());
};

beforeAll(async () => {
  let keys: Readonly<Record<string, string>> = {};
  live = await liveHub(
    async (someone) => {
      keys = await foundationsFor(thePair.buckets, someone);
    },
    { settings: { LOCKSTEP_CONTESTED_REPAIRS: '100' } },
  );
  await live.hub.forwarding(false);
  await settled(live);
  const Value = JSON.stringify(documentFor(thePair, keys));
  await live.clients.ssm.send(new PutParameterCommand({ Name: '/lockstep/desired-state/orders', Type: 'String', Value }));
  await settled(live);
  await live.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID: live.hub.mapping, Enabled: false }));
  const [admit, reconcile, route, sweep] = (['admit', 'reconcile', 'route', 'sweep'] as const).map((name) =>
    runnerOf(name, live),
  );
  functions = { admit, reconcile, route, sweep } as typeof functions;
}, 240_000);
afterAll(async () => {
  await Promise.all(Object.values(functions ?? {}).map((one) => one.close()));
  await live?.close();
});

describe('the copies of one call that two accounts get', () => {
  it('are one message, and the pass names whom only the fuller copy shows', async () => {
    await undo();
    const shared = { sharedEventID: 'shared-1' };

    const first = await functions.route.run(told({ ...shared, userIdentity: bare }));
    const second = await functions.route.run(
      told({ ...shared, recipientAccountId: destination.account }, { account: destination.account }),
    );
    const Records = await taken();
    await functions.reconcile.run({ Records });
    await drain();

    expect([first, second]).toEqual([{ groups: ['orders-dr'] }, { groups: ['orders-dr'] }]);
    expect(Records).toHaveLength(1);
    expect(isReplicating()).toBe(true);
    const [repair] = await live.ledger.repairs('orders-dr', 1);
    expect(repair?.change?.actor).toMatchObject({
      kind: 'role',
      principal: `arn:aws:iam::${destination.account}:role/operations`,
    });
  });

  it('count once however often they are delivered, and two calls count twice', async () => {
    const [one, other] = [told(), told()];

    for (const event of [one, one, other, one]) await functions.route.run(event);

    expect(await taken()).toHaveLength(2);
  });
});

describe('an event that tells of no change', () => {
  const issuer = (arn: string) => ({
    ...operator,
    sessionContext: { sessionIssuer: { ...operator.sessionContext.sessionIssuer, arn } },
  });

  const events = [
    { because: 'it is no event', event: null },
    { because: 'it is no object', event: 'DeleteBucketReplication' },
    { because: 'it is a list', event: [told()] },
    { because: 'it is empty', event: {} },
    { because: 'it has no detail', event: { ...told(), detail: null } },
    { because: 'its resources are no names', event: told({ requestParameters: { bucketName: { toString: 'orders' } } }) },
    { because: 'its time is none', event: told({ eventTime: 'yesterday' }, { time: 'yesterday' }) },
    { because: 'it was put by somebody, not by AWS', event: told({}, { source: 'custom.s3' }) },
    { because: 'envelope and record name two services', event: told({ eventSource: 'kms.amazonaws.com' }) },
    { because: 'envelope and record name two accounts', event: told({ recipientAccountId: destination.account }) },
    { because: 'it is of another kind', event: told({}, { 'detail-type': 'Object Created' }) },
    { because: 'the call failed', event: told({ errorCode: 'AccessDenied' }) },
    { because: 'it is a read', event: told({ eventName: 'GetBucketReplication', readOnly: true }) },
    { because: 'nothing we keep is in that bucket', event: told({ requestParameters: { bucketName: 'elsewhere' } }) },
    {
      because: 'our own role made it',
      event: told({ userIdentity: issuer(`arn:aws:iam::${source.account}:role/lockstep-healer`) }),
    },
  ];

  it.each(events)('leaves no trace, for $because', async ({ event }) => {
    const before = await ledgerItems();

    const routed = await functions.route.run(event);

    expect(routed).toEqual({ ignored: expect.any(String) });
    expect(await taken()).toEqual([]);
    expect(await ledgerItems()).toBe(before);
  });

  it.each([
    { because: 'a session may be called anything', arn: `arn:aws:iam::${source.account}:role/operations` },
    { because: 'a role of another path is another role', arn: `arn:aws:iam::${source.account}:role/team/lockstep-healer` },
    { because: 'a user is no role', arn: `arn:aws:iam::${source.account}:user/lockstep-healer` },
  ])('is not one that only looks like ours, for $because', async ({ arn }) => {
    const userIdentity = { ...issuer(arn), arn: `arn:aws:sts::${source.account}:assumed-role/operations/lockstep-healer` };

    expect(await functions.route.run(told({ userIdentity }))).toEqual({ groups: ['orders-dr'] });
    expect(await taken()).toHaveLength(1);
  });
});

describe('a batch with messages nobody understands', () => {
  it('gives back these alone, and answers the others', async () => {
    await undo();
    await functions.route.run(told());
    const good = await taken();
    const bad = [
      '',
      'null',
      '{}',
      '{"version":2,"group":"orders-dr"}',
      '{"version":1,"group":"orders-dr","trigger":{"kind":"other"}}',
    ];
    const records = bad.map((body, n) => ({ messageId: `bad-${n}`, body, attributes: {}, eventSource: 'aws:sqs' }));

    const answer = await functions.reconcile.run({ Records: [...records, ...good] });
    await drain();

    expect(answer).toEqual({ batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) });
    expect(isReplicating()).toBe(true);
  });

  it('of a group that is gone is answered, and nothing comes of it', async () => {
    const body = JSON.stringify({ version: 1, group: 'gone', trigger: { kind: 'request', reason: 'person' } });

    const answer = await functions.reconcile.run({
      Records: [{ messageId: 'gone-1', body, attributes: {}, eventSource: 'aws:sqs' }],
    });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await taken()).toEqual([]);
  });
});

describe('the sweep', () => {
  it('asks for a pass of every group once an hour, however often it is started', async () => {
    await undo();
    const hour = { scheduledTime: '2026-01-01T10:00:00Z' };

    const first = await functions.sweep.run(hour);
    await functions.sweep.run(hour);
    const Records = await taken();
    await functions.reconcile.run({ Records });

    expect(first).toMatchObject({ replications: 1, groups: 1 });
    expect(Records).toHaveLength(1);
    expect(isReplicating()).toBe(true);
  });
});

describe('what does not move', () => {
  const minute = 60_000;

  /** Published every minute of the last two hours and a half. */
  const publish = (name: string, valueAt: (minute: number) => number): void => {
    const rule = bucketsOf().get('orders')?.replication?.Rules?.[0];
    const dimensions = { SourceBucket: 'orders', DestinationBucket: 'orders-dr', RuleId: rule?.ID ?? '' };
    const series = { account: source.account, region: destination.region, namespace: 'AWS/S3', name, dimensions, unit: 'Count' };
    for (let ago = 150; ago > 0; ago -= 1)
      record(live.aws.world, { ...series, value: valueAt(150 - ago), time: new Date(Date.now() - ago * minute) });
  };

  it('is seen by the sweep, in the region of the destination, and told', async () => {
    await drain();
    publish('OperationsPendingReplication', () => 7);
    publish('ReplicationLatency', (passed) => 1000 + passed * 60);
    const judgedAt = new Date(Date.now() - 7 * 3_600_000).toISOString();
    await live.ledger.putFlows([{ replication: 'orders-dr', judgedAt, flow: 'moving', since: judgedAt, stalls: [] }]);

    await functions.sweep.run({ scheduledTime: '2026-01-01T11:00:00Z' });
    const [flow] = await live.ledger.flows();

    expect(flow).toMatchObject({ replication: 'orders-dr', flow: 'stalled', stalls: [{ pending: 7, waitedSeconds: 9940 }] });
    expect(await ledgerItems()).toContain('stalled 222222222222');
    await drain();
  });
});

describe('admission', () => {
  it('of the same documents again asks for nothing', async () => {
    await drain();
    const event = { source: 'aws.ssm', detail: { name: '/lockstep/desired-state/orders', operation: 'Update' } };

    expect(await functions.admit.run(event)).toMatchObject({ replications: 1, asked: [] });
    expect(await taken()).toEqual([]);
  });
});
