import * as eb from '@aws-sdk/client-eventbridge';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { anAws, clientsOf, source } from './event-support.ts';

const ruleArn = `arn:aws:events:eu-west-1:${source}:rule/sales`;
const sale = { Source: 'shop', DetailType: 'Sale', Detail: '{"item":"book"}' };

const sqsOf = (aws: LocalAws) =>
  new sqs.SQSClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: source, secretAccessKey: 'any' },
    requestHandler: aws.requestHandler(),
    maxAttempts: 1,
  });

/** @param sender the rule the policy lets in; undefined: the queue has no policy */
async function aQueue(
  aws: LocalAws,
  name: string,
  sender: string | undefined = ruleArn,
  attributes: Record<string, string> = {},
) {
  const client = sqsOf(aws);
  const arn = `arn:aws:sqs:eu-west-1:${source}:${name}`;
  const allow = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': sender } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
  const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes: { ...attributes, Policy } }));
  const received = async () => {
    const input = { QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All' as const] };
    return (await client.send(new sqs.ReceiveMessageCommand(input))).Messages ?? [];
  };
  return { arn, received };
}

/** Sends one sale to the target by the rule `sales`. */
async function sold(aws: LocalAws, target: Partial<eb.Target>, detail = sale): Promise<void> {
  const { events } = clientsOf(aws);
  await events.send(new eb.PutRuleCommand({ Name: 'sales', EventPattern: '{"source":["shop"]}' }));
  await events.send(new eb.PutTargetsCommand({ Rule: 'sales', Targets: [{ Id: 't', Arn: '', ...target }] }));
  await events.send(new eb.PutEventsCommand({ Entries: [detail] }));
}

describe('a queue that a rule sends to', () => {
  it('gets the event as JSON when its policy lets the rule in', async () => {
    const { aws, clock } = anAws();
    const { arn, received } = await aQueue(aws, 'sales');
    await sold(aws, { Arn: arn });
    await clock.advance(1);

    expect((await received()).map(({ Body = '' }) => JSON.parse(Body))).toMatchObject([
      { source: 'shop', detail: { item: 'book' } },
    ]);
  });

  it('gets a message group when it is FIFO', async () => {
    const { aws, clock } = anAws();
    const { arn, received } = await aQueue(aws, 'sales.fifo', ruleArn, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    await sold(aws, { Arn: arn, SqsParameters: { MessageGroupId: 'all' } });
    await clock.advance(1);

    expect((await received()).map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual(['all']);
  });

  it.each([
    { because: 'its policy lets in another rule only', queue: 'sales', code: 'NO_PERMISSIONS' },
    { because: 'it does not exist', queue: 'missing', code: 'RESOURCE_NOT_FOUND' },
  ])('is passed over for the dead-letter queue when $because', async ({ queue, code }) => {
    const { aws, clock } = anAws();
    await aQueue(aws, 'sales', `${ruleArn}-other`);
    const dead = await aQueue(aws, 'dead');
    const Arn = `arn:aws:sqs:eu-west-1:${source}:${queue}`;
    await sold(aws, { Arn, DeadLetterConfig: { Arn: dead.arn } });
    await clock.advance(1);

    const [letter] = await dead.received();
    expect(JSON.parse(letter?.Body ?? '{}')).toMatchObject({ source: 'shop', detail: { item: 'book' } });
    const attributes = Object.fromEntries(
      Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue]),
    );
    expect(attributes).toEqual({
      RULE_ARN: ruleArn,
      TARGET_ARN: Arn,
      ERROR_CODE: code,
      ERROR_MESSAGE: expect.any(String),
      RETRY_ATTEMPTS: '0',
    });
    expect(aws.world.undelivered).toEqual([]);
  });

  it('leaves the event lost when the dead-letter queue does not let EventBridge in either', async () => {
    const { aws, clock } = anAws();
    const dead = await aQueue(aws, 'dead', `${ruleArn}-other`);
    await sold(aws, { Arn: `arn:aws:sqs:eu-west-1:${source}:missing`, DeadLetterConfig: { Arn: dead.arn } });
    await clock.advance(1);

    expect(await dead.received()).toEqual([]);
    expect(aws.world.undelivered).toMatchObject([{ code: 'NO_PERMISSIONS' }]);
  });
});

describe('a topic that a rule sends to', () => {
  it('passes the event on when its policy lets EventBridge in', async () => {
    const { aws, clock } = anAws();
    const client = new sns.SNSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: source, secretAccessKey: 'any' },
      requestHandler: aws.requestHandler(),
      maxAttempts: 1,
    });
    const { TopicArn } = await client.send(new sns.CreateTopicCommand({ Name: 'sales' }));
    const allow = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish', Resource: TopicArn };
    const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
    await client.send(new sns.SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
    const heard: unknown[] = [];
    const ear = `arn:aws:lambda:eu-west-1:${source}:function:ear`;
    aws.world.functions.set(ear, async (event) => void heard.push(event));
    await client.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: ear }));
    await sold(aws, { Arn: TopicArn });
    await clock.advance(1);

    expect(heard).toMatchObject([{ Records: [{ Sns: { Message: expect.stringContaining('"item":"book"') } }] }]);
  });
});
