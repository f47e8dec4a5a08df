import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteBucketReplicationCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import type { Listening } from '../../infra/sandbox/wire/server.ts';
import { ledgerTableInput } from '../../shared/aws/ledger.ts';
import { source, thePair } from '../support/builders.ts';
import { foundationsFor, someoneAt } from '../support/world.ts';
import { buildFunctions, eagerFilesOf, filesOf, functionNames, invoke } from './deployed.ts';

beforeAll(() => buildFunctions(), 240_000);

const bytesIn = (files: ReadonlyMap<string, string>): number =>
  [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);

describe('the bundles of the functions', () => {
  it.each([
    { name: 'route', kilobytes: 450 },
    { name: 'admit', kilobytes: 900 },
    { name: 'sweep', kilobytes: 900 },
    { name: 'reconcile', kilobytes: 900 },
    { name: 'failures', kilobytes: 550 },
  ] as const)('keep $name within $kilobytes kB', ({ name, kilobytes }) => {
    expect(bytesIn(filesOf(name))).toBeLessThanOrEqual(kilobytes * 1000);
  });

  it.each([
    { client: 'S3', namespace: 'com.amazonaws.s3' },
    { client: 'KMS', namespace: 'com.amazonaws.kms' },
    { client: 'IAM', namespace: 'com.amazonaws.iam' },
    { client: 'SNS', namespace: 'com.amazonaws.sns' },
    { client: 'SSM', namespace: 'com.amazonaws.ssm' },
    { client: 'STS', namespace: 'com.amazonaws.sts' },
    { client: 'CloudTrail', namespace: 'com.amazonaws.cloudtrail' },
  ])('load no client of $client before an invocation needs it', ({ namespace }) => {
    const eager = functionNames.filter((name) =>
      [...eagerFilesOf(name).values()].some((text) => text.includes(`"${namespace}"`)),
    );

    expect(eager).toEqual([]);
    expect([...filesOf('reconcile').values()].some((text) => text.includes(`"${namespace}"`))).toBe(true);
  });

  it('give the client of CloudWatch to the sweep alone, for when it asks', () => {
    const having = (files: typeof filesOf) =>
      functionNames.filter((name) => [...files(name).values()].some((text) => text.includes('"com.amazonaws.cloudwatch"')));

    expect(having(filesOf)).toEqual(['sweep']);
    expect(having(eagerFilesOf)).toEqual([]);
  });

  it('give route no more than it loads', () => {
    expect([...filesOf('route').values()].filter((text) => /"com\.amazonaws\.(s3|kms|iam|ssm|sns)"/.test(text))).toEqual([]);
    expect([...eagerFilesOf('route').values()].some((text) => text.includes('"com.amazonaws.sqs"'))).toBe(true);
  });

  it('hold no file that nothing loads', () => {
    for (const name of functionNames) {
      const files = filesOf(name);
      const texts = [...files.values()].join('\n');
      for (const file of files.keys()) if (file !== 'index.mjs') expect(texts).toContain(file.replace('chunks/', '/'));
    }
  });
});

describe('the functions as they are deployed', () => {
  let aws: LocalAws;
  let listening: Listening;
  let environment: Record<string, string>;
  let sqs: SQSClient;

  const clientOf = <C>(Client: new (config: object) => C): C =>
    new Client({
      region: source.region,
      endpoint: listening.url,
      credentials: { accessKeyId: source.account, secretAccessKey: 'any' },
    });

  const queueUrl = () => environment.LOCKSTEP_QUEUE_URL ?? '';

  async function receive() {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl(), MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
    );
    for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl(), ReceiptHandle }));
    return Messages.map(({ MessageId, Body, Attributes }) => ({ messageId: MessageId, body: Body, attributes: Attributes }));
  }

  /** Answers what is in the queue, until nothing is. @returns the batches' answers */
  async function drain(): Promise<readonly unknown[]> {
    const answers: unknown[] = [];
    for (let Records = await receive(); Records.length > 0; Records = await receive())
      answers.push((await invoke('reconcile', { Records }, environment)).result);
    return answers;
  }

  beforeAll(async () => {
    aws = createLocalAws({ impliedRoles: ['lockstep-observer', 'lockstep-healer'] });
    listening = await aws.listen();
    sqs = clientOf(SQSClient);
    await clientOf(DynamoDBClient).send(new CreateTableCommand({ TableName: 'lockstep-ledger', ...ledgerTableInput }));
    const { TopicArn = '' } = await clientOf(SNSClient).send(new CreateTopicCommand({ Name: 'lockstep' }));
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'lockstep.fifo', Attributes: { FifoQueue: 'true' } }),
    );
    environment = {
      ...{ AWS_ENDPOINT_URL: listening.url, AWS_REGION: source.region },
      ...{ AWS_ACCESS_KEY_ID: source.account, AWS_SECRET_ACCESS_KEY: 'any' },
      ...{ LOCKSTEP_QUEUE_URL: QueueUrl, LOCKSTEP_TOPIC_ARN: TopicArn, LOCKSTEP_RESERVE_SECONDS: '1' },
    };
    const keys = await foundationsFor(thePair.buckets, someoneAt({ endpoint: listening.url }));
    const [from, to] = thePair.buckets;
    const end = (bucket: typeof from) =>
      bucket && { account: bucket.account, region: bucket.region, bucket: bucket.name, key: keys[bucket.name] };
    const Value = JSON.stringify({ version: 1, replications: { 'orders-dr': { source: end(from), destination: end(to) } } });
    await clientOf(SSMClient).send(new PutParameterCommand({ Name: '/lockstep/desired-state/orders', Type: 'String', Value }));
  }, 60_000);
  afterAll(() => listening?.close());

  it('admit a document, repair what it wants, and repair what is broken later, once it is told', async () => {
    const edit = { source: 'aws.ssm', detail: { name: '/lockstep/desired-state/orders', operation: 'Create' } };
    expect((await invoke('admit', edit, environment)).result).toMatchObject({ replications: 1, asked: ['orders-dr'] });
    expect(await drain()).toContainEqual({ batchItemFailures: [] });
    expect(isReplicating()).toBe(true);

    await undo();
    await invoke('sweep', { scheduledTime: '2026-01-01T00:00:00Z' }, environment);
    expect(isReplicating()).toBe(false);
    await drain();
    expect(isReplicating()).toBe(true);

    await undo();
    const { lines } = await invoke('route', toldOf('DeleteBucketReplication', { bucketName: 'orders' }), environment);
    expect(lines).toContainEqual(expect.objectContaining({ message: 'event routed', groups: ['orders-dr'] }));
    expect(lines).toContainEqual(expect.objectContaining({ EventsRouted: 1, service: 'lockstep' }));
    await drain();
    expect(isReplicating()).toBe(true);
    expect(aws.calls.some(({ operation }) => operation === 'Publish')).toBe(true);
  }, 120_000);

  const isReplicating = () => aws.world.s3.buckets.get('orders')?.replication !== undefined;

  const undo = () =>
    someoneAt({ endpoint: listening.url })
      .s3(source)
      .send(new DeleteBucketReplicationCommand({ Bucket: 'orders' }));

  const toldOf = (eventName: string, requestParameters: object) => ({
    ...{ id: 'e-1', source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail' },
    ...{ account: source.account, region: source.region, time: '2026-01-01T00:10:00Z' },
    detail: {
      ...{ eventSource: 's3.amazonaws.com', eventName, eventID: 'event-1', eventTime: '2026-01-01T00:10:00Z' },
      ...{ awsRegion: source.region, recipientAccountId: source.account, requestParameters, readOnly: false },
      userIdentity: { type: 'Root', arn: `arn:aws:iam::${source.account}:root`, accountId: source.account },
    },
  });

  it('fail with one sentence where the environment is not right', async () => {
    const { LOCKSTEP_TOPIC_ARN: _none, ...lacking } = environment;
    const broken = { ...lacking, LOCKSTEP_BUDGET_PERCENT: 'many' };

    expect((await invoke('sweep', {}, broken)).error).toBe(
      'BadEnvironment: This function cannot run with its environment: LOCKSTEP_TOPIC_ARN is missing: the ARN of an SNS topic; ' +
        'LOCKSTEP_BUDGET_PERCENT must be a whole number from 0 to 100, got "many".',
    );
  });
});
