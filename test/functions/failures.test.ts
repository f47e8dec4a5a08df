/** The bundle that counts failures, as it is deployed, with the ledger, the queue and a topic of another account over HTTP. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { dynamoLedger, ledgerTableInput } from '../../shared/aws/ledger.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import { bucketArn } from '../../shared/model/arn.ts';
import { aReplication } from '../support/builders.ts';
import { aRecord, bodyOf, enveloped, type Failure, testEvent } from '../support/failure-messages.ts';
import { buildFunctions, invoke } from './deployed.ts';

const region = 'eu-west-1';
const [hub, spoke] = ['333333333333', '111111111111'];
const replication = aReplication();
const rule = replication.rules[0]?.id;

let aws: LocalAws;
let url: string;
let close: () => Promise<void>;
let ledger: Ledger;
let environment: Record<string, string>;

const as = (account: string) => ({ region, endpoint: url, credentials: { accessKeyId: account, secretAccessKey: 'any' } });

const sqsRecord = (body: string, index: number) => ({
  ...{ messageId: `m${index}`, receiptHandle: 'r', body, attributes: {}, messageAttributes: {} },
  ...{ eventSource: 'aws:sqs', eventSourceARN: `arn:aws:sqs:${region}:${hub}:lockstep-failures`, awsRegion: region },
});
const batch = (...bodies: readonly string[]) => ({ Records: bodies.map(sqsRecord) });

beforeAll(async () => {
  buildFunctions();
  aws = createLocalAws();
  ({ url, close } = await aws.listen());
  const dynamodb = new DynamoDBClient(as(hub));
  await dynamodb.send(new CreateTableCommand({ TableName: 'lockstep-ledger', ...ledgerTableInput }));
  const fifo = new CreateQueueCommand({ QueueName: 'lockstep.fifo', Attributes: { FifoQueue: 'true' } });
  const { QueueUrl = '' } = await new SQSClient(as(hub)).send(fifo);
  ledger = dynamoLedger({ client: dynamodb, table: 'lockstep-ledger' });
  environment = {
    ...{ AWS_ENDPOINT_URL: url, AWS_REGION: region, AWS_ACCESS_KEY_ID: hub, AWS_SECRET_ACCESS_KEY: 'any' },
    ...{ LOCKSTEP_QUEUE_URL: QueueUrl, LOCKSTEP_FAILURE_ACCOUNTS: `${spoke},222222222222` },
  };
  await ledger.changeFleet({
    ...{
      replications: [{ replication, group: 'orders-dr', digest: 'd' }],
      groups: [{ id: 'orders-dr', replications: [replication.name] }],
    },
    index: new Map([[bucketArn('aws', replication.source.bucket), ['orders-dr']]]),
    ...{ removedReplications: [], removedGroups: [], removedIndex: [] },
  });
}, 240_000);
afterAll(() => close?.());

const ours = (more: Failure = {}): Failure => ({ bucket: replication.source.bucket, rule, ...more });

describe('the function that counts failures', () => {
  it('counts a batch by reason, remembers it, and asks for a pass', async () => {
    const before = aws.calls.length;
    const { result, lines } = await invoke(
      'failures',
      batch(
        bodyOf(ours({ key: 'a' }), ours({ key: 'b' })),
        enveloped(bodyOf(ours({ key: 'b' }))),
        bodyOf(ours({ key: 'c', reason: 'DstBucketUnversioned' }), ours({ key: 'd', reason: 'SrcObjectNotFound' })),
        bodyOf(ours({ key: 'e', rule: 'of-somebody-else' })),
        testEvent,
        'what is this?',
      ),
      environment,
    );
    const calls = aws.calls.slice(before).map(({ operation }) => operation);

    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'm5' }] });
    expect(await ledger.failures()).toMatchObject([
      { replication: replication.name, counts: { DstPutObjectNotPermitted: 2, DstBucketUnversioned: 1 } },
    ]);
    expect(await ledger.outages(replication.name)).toHaveLength(1);
    for (const figures of [
      { ReplicationFailures: 2, reason: 'DstPutObjectNotPermitted' },
      { ReplicationFailures: 1, reason: 'DstBucketUnversioned' },
      { ReplicationFailures: 1, reason: 'SrcObjectNotFound' },
      { EventsIgnored: 1, reason: 'duplicate' },
      { EventsIgnored: 1, reason: 'not-ours' },
      { EventsIgnored: 1, reason: 'malformed' },
    ])
      expect(lines).toContainEqual(expect.objectContaining({ ...figures, service: 'lockstep' }));
    const total = lines.find((line) => 'ReplicationFailures' in line && !('reason' in line));
    expect([total?.ReplicationFailures].flat().reduce((sum: number, n) => sum + Number(n), 0)).toBe(3);
    expect(calls.filter((name) => name === 'BatchGetItem')).toHaveLength(3);
    expect(calls.length).toBeLessThanOrEqual(10);
  }, 60_000);

  it('asks under one message group, once for the same trouble', async () => {
    await invoke('failures', batch(bodyOf(ours({ key: 'f' }))), environment);
    await invoke('failures', batch(bodyOf(ours({ key: 'g' }))), environment);
    const { Messages = [] } = await new SQSClient(as(hub)).send(
      new ReceiveMessageCommand({
        QueueUrl: environment.LOCKSTEP_QUEUE_URL,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      }),
    );

    expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toEqual(
      Array(2).fill({ version: 1, group: 'orders-dr', trigger: { kind: 'request', reason: 'failure' } }),
    );
    expect(Messages.map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual(['orders-dr', 'orders-dr']);
  }, 60_000);

  it.each([
    { by: 'S3 directly', event: { Records: [aRecord(ours({ key: 'by-s3' }))] } },
    {
      by: 'SNS directly',
      event: { Records: [{ EventSource: 'aws:sns', Sns: { MessageId: 'x', Message: bodyOf(ours({ key: 'by-sns' })) } }] },
    },
  ])(
    'counts what $by hands it',
    async ({ event }) => {
      const [before] = await ledger.failures();
      await invoke('failures', event, environment);
      const [after] = await ledger.failures();

      expect((after?.counts.DstPutObjectNotPermitted ?? 0) - (before?.counts.DstPutObjectNotPermitted ?? 0)).toBe(1);
    },
    60_000,
  );

  it('confirms what a topic of a spoke sends, and nothing of anybody else', async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: '*' }],
    });
    const { QueueUrl = '' } = await new SQSClient(as(hub)).send(
      new CreateQueueCommand({ QueueName: 'lockstep-failures', Attributes: { Policy } }),
    );
    for (const [account, Name] of [
      [spoke, 'lockstep-replication-failures'],
      [spoke, 'others'],
      ['999999999999', 'lockstep-replication-failures'],
    ]) {
      const sns = new SNSClient(as(account ?? ''));
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name }));
      await sns.send(
        new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: `arn:aws:sqs:${region}:${hub}:lockstep-failures` }),
      );
    }
    const { Messages = [] } = await new SQSClient(as(hub)).send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages).toHaveLength(3);
    const { result } = await invoke('failures', batch(...Messages.map(({ Body = '' }) => Body)), environment);

    expect(result).toEqual({ batchItemFailures: [] });
    const confirmed = [...aws.world.sns.subscriptions.values()].filter((one) => one.confirmed).map(({ topicArn }) => topicArn);
    expect(confirmed).toEqual([`arn:aws:sns:${region}:${spoke}:lockstep-replication-failures`]);
    const { Subscriptions } = await new SNSClient(as(spoke)).send(
      new ListSubscriptionsByTopicCommand({ TopicArn: confirmed[0] }),
    );
    expect(Subscriptions).toHaveLength(1);
  }, 60_000);

  it('fails as a whole, with nothing counted, when the ledger is not there', async () => {
    const broken = { ...environment, LOCKSTEP_LEDGER_TABLE: 'no-such-table' };
    const { error, lines } = await invoke('failures', batch(bodyOf(ours({ key: 'z' }))), broken);

    expect(error).toContain('ResourceNotFoundException');
    expect(lines.filter((line) => 'ReplicationFailures' in line)).toEqual([]);
  }, 60_000);

  it('needs no topic, and says what else it needs', async () => {
    const { LOCKSTEP_QUEUE_URL: _none, ...lacking } = environment;
    const { error } = await invoke('failures', batch(), { ...lacking, LOCKSTEP_FAILURE_ACCOUNTS: 'everybody' });

    expect(error).toBe(
      'BadEnvironment: This function cannot run with its environment: LOCKSTEP_QUEUE_URL is missing: the URL of an SQS queue; ' +
        'LOCKSTEP_FAILURE_ACCOUNTS must be accounts of 12 digits, with commas between, got "everybody".',
    );
  }, 60_000);
});
