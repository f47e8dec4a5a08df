/** Queues and topics have policies of their own; tables have items that permissions can be about. */
import * as ddb from '@aws-sdk/client-dynamodb';
import { CreateTableCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, PutEventsCommand, PutPermissionCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import {
  allow,
  aSession,
  deny,
  destination,
  moreClients,
  policy,
  type RolePlan,
  refusal,
  rootOf,
  source,
  world,
} from './authorisation-support.ts';

const sessionOf = (account: string): string => `arn:aws:sts::${account}:assumed-role/worker/job`;
const queueArn = (name: string, account = source): string => `arn:aws:sqs:eu-west-1:${account}:${name}`;
const queueUrl = (name: string, account = source): string => `https://sqs.eu-west-1.amazonaws.com/${account}/${name}`;
const topicArn = `arn:aws:sns:eu-west-1:${source}:alarms`;

let aws: LocalAws;
beforeEach(() => {
  ({ aws } = world());
});

const session = async (plan: RolePlan) => moreClients(aws, await aSession(aws, plan));
const given = (Principal: object | string, Action: string, more: object = {}): object => ({
  ...allow(Action, '*', more),
  Principal,
});

async function aQueue(name: string, Policy?: string): Promise<void> {
  const Attributes = Policy === undefined ? {} : { Policy };
  await moreClients(aws, rootOf(source)).sqs.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes }));
}

describe('a role that may only send to one queue', () => {
  const QueueUrl = queueUrl('jobs');
  const entry = { Id: 'a', MessageBody: 'x' };
  const others: readonly { name: string; action: string; call: (client: sqs.SQSClient) => Promise<unknown> }[] = [
    { name: 'receive', action: 'receivemessage', call: (c) => c.send(new sqs.ReceiveMessageCommand({ QueueUrl })) },
    {
      name: 'delete in a batch',
      action: 'deletemessage',
      call: (c) => c.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ReceiptHandle: 'r' }] })),
    },
    {
      name: 'hide in a batch',
      action: 'changemessagevisibility',
      call: (c) =>
        c.send(
          new sqs.ChangeMessageVisibilityBatchCommand({
            QueueUrl,
            Entries: [{ Id: 'a', ReceiptHandle: 'r', VisibilityTimeout: 1 }],
          }),
        ),
    },
    { name: 'purge', action: 'purgequeue', call: (c) => c.send(new sqs.PurgeQueueCommand({ QueueUrl })) },
    {
      name: 'change',
      action: 'setqueueattributes',
      call: (c) => c.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '1' } })),
    },
  ];

  it('sends, one by one and in batches', async () => {
    await aQueue('jobs');
    const client = (await session({ inline: policy(allow('sqs:SendMessage', queueArn('jobs'))) })).sqs;

    expect(await refusal(client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' })))).toBeUndefined();
    expect(await refusal(client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [entry] })))).toBeUndefined();
  });

  it.each(others)('may not $name', async ({ action, call }) => {
    await aQueue('jobs');
    const client = (await session({ inline: policy(allow('sqs:SendMessage', queueArn('jobs'))) })).sqs;

    expect(await refusal(call(client))).toEqual({
      code: 'AccessDenied',
      status: 403,
      message: `User: ${sessionOf(source)} is not authorized to perform: sqs:${action} on resource: ${queueArn('jobs')} because no identity-based policy allows the sqs:${action} action`,
    });
  });

  it.each(['others', 'none'])('may not send to the queue %s, which may be there or not', async (name) => {
    await aQueue('others');
    const client = (await session({ inline: policy(allow('sqs:SendMessage', queueArn('jobs'))) })).sqs;

    expect(await refusal(client.send(new sqs.SendMessageCommand({ QueueUrl: queueUrl(name), MessageBody: 'x' })))).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining(`sqs:sendmessage on resource: ${queueArn(name)} because`),
    });
  });
});

describe('the policy of a queue', () => {
  const toJobs = { QueueUrl: queueUrl('jobs'), MessageBody: 'x' };
  const worker = { AWS: `arn:aws:iam::${destination}:role/worker` };
  const own = policy(allow('sqs:*', queueArn('jobs')));
  const send = 'sqs:SendMessage';
  const cases: readonly { because: string; statements?: readonly object[]; inline?: string; allowed: boolean; why?: string }[] = [
    { because: 'both sides allow', statements: [given(worker, send)], inline: own, allowed: true },
    {
      because: 'both sides allow, the queue to the whole account',
      statements: [given({ AWS: destination }, send)],
      inline: own,
      allowed: true,
    },
    {
      because: 'only the queue allows',
      statements: [given(worker, send)],
      allowed: false,
      why: 'no identity-based policy allows',
    },
    { because: 'only the role allows', inline: own, allowed: false, why: 'no resource-based policy allows' },
    {
      because: 'the queue allows something else',
      statements: [given(worker, 'sqs:ReceiveMessage')],
      inline: own,
      allowed: false,
      why: 'no resource-based policy allows',
    },
    {
      because: 'the queue denies',
      statements: [given(worker, send), { ...deny(send), Principal: '*' }],
      inline: own,
      allowed: false,
      why: 'with an explicit deny in a resource-based policy',
    },
  ];

  it.each(cases)(
    'lets a role of another account send: $allowed, when $because',
    async ({ statements, inline, allowed, why = '' }) => {
      await aQueue('jobs', statements && policy(...statements));
      const client = (await session({ account: destination, ...(inline !== undefined && { inline }) })).sqs;

      const refused = await refusal(client.send(new sqs.SendMessageCommand(toJobs)));

      expect(refused?.code).toBe(allowed ? undefined : 'AccessDenied');
      expect(refused?.message ?? '').toContain(why);
    },
  );

  it('is enough for a role of the same account that it names, and for nobody else there', async () => {
    await aSession(aws, { name: 'named' });
    await aQueue('jobs', policy(given({ AWS: `arn:aws:iam::${source}:role/worker` }, send)));
    const client = (await session({})).sqs;
    const other = (await session({ name: 'other' })).sqs;

    expect(await refusal(client.send(new sqs.SendMessageCommand(toJobs)))).toBeUndefined();
    expect(await refusal(other.send(new sqs.SendMessageCommand(toJobs)))).toMatchObject({ code: 'AccessDenied' });
  });

  it('cannot give away what only the owner of a queue may do', async () => {
    await aQueue('jobs', policy(given('*', 'sqs:*')));
    const client = (await session({ account: destination, inline: own })).sqs;

    const { QueueUrl } = toJobs;

    expect(await refusal(client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })))).toBeUndefined();
    expect(await refusal(client.send(new sqs.DeleteQueueCommand({ QueueUrl })))).toMatchObject({ code: 'AccessDenied' });
  });
});

describe('a topic', () => {
  const publish = new PublishCommand({ TopicArn: topicArn, Message: 'x' });
  const aTopic = async (Policy?: string): Promise<void> => {
    const { sns } = moreClients(aws, rootOf(source));
    await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
    if (Policy !== undefined) {
      await sns.send(new SetTopicAttributesCommand({ TopicArn: topicArn, AttributeName: 'Policy', AttributeValue: Policy }));
    }
  };

  it('takes messages, also in batches, of whoever may publish, and nothing else', async () => {
    await aTopic();
    const { sns } = await session({ inline: policy(allow('sns:Publish', topicArn)) });
    const batch = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: [{ Id: 'a', Message: 'x' }] });

    expect(await refusal(sns.send(publish))).toBeUndefined();
    expect(await refusal(sns.send(batch))).toBeUndefined();
    expect(await refusal(sns.send(new PublishCommand({ TopicArn: `${topicArn}-2`, Message: 'x' })))).toEqual({
      code: 'AuthorizationErrorException',
      status: 403,
      message: `User: ${sessionOf(source)} is not authorized to perform: SNS:Publish on resource: ${topicArn}-2 because no identity-based policy allows the SNS:Publish action`,
    });
  });

  it.each([
    { because: 'both sides allow', open: true, inline: policy(allow('sns:Publish')), allowed: true },
    { because: 'only the topic allows', open: true, inline: policy(allow('sqs:*')), allowed: false },
    { because: 'nobody gave it a policy', open: false, inline: policy(allow('sns:Publish')), allowed: false },
  ])('lets another account publish: $allowed, when $because', async ({ open, inline, allowed }) => {
    await aTopic(open ? policy(given({ AWS: destination }, 'sns:Publish')) : undefined);
    const { sns } = await session({ account: destination, inline });

    expect((await refusal(sns.send(publish)))?.code).toBe(allowed ? undefined : 'AuthorizationErrorException');
  });

  it('can be subscribed to by those endpoints only that a condition lets through', async () => {
    await aTopic();
    const own = { Condition: { StringLike: { 'sns:Endpoint': '*@example.com' }, StringEquals: { 'sns:Protocol': 'email' } } };
    const { sns } = await session({ inline: policy(allow('sns:Subscribe', topicArn, own)) });
    const subscribe = (Endpoint: string) =>
      refusal(sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint })));

    expect(await subscribe('us@example.com')).toBeUndefined();
    expect(await subscribe('them@example.org')).toMatchObject({ code: 'AuthorizationErrorException' });
  });
});

describe('the policy of an event bus', () => {
  const hub = `arn:aws:events:eu-west-1:${source}:event-bus/hub`;
  const event = new PutEventsCommand({ Entries: [{ EventBusName: hub, Source: 'us', DetailType: 'x', Detail: '{}' }] });

  it.each([
    { because: 'both sides allow', open: true, inline: policy(allow('events:PutEvents', hub)), allowed: true },
    { because: 'only the bus allows', open: true, inline: policy(allow('events:PutEvents', `${hub}-2`)), allowed: false },
    { because: 'only the role allows', open: false, inline: policy(allow('events:PutEvents', hub)), allowed: false },
  ])('lets another account put events: $allowed, when $because', async ({ open, inline, allowed }) => {
    const { events } = moreClients(aws, rootOf(source));
    await events.send(new CreateEventBusCommand({ Name: 'hub' }));
    const permission = { EventBusName: 'hub', StatementId: 's', Principal: destination, Action: 'events:PutEvents' };
    if (open) await events.send(new PutPermissionCommand(permission));
    const sender = (await session({ account: destination, inline })).events;

    expect((await refusal(sender.send(event)))?.code).toBe(allowed ? undefined : 'AccessDeniedException');
  });
});

describe('a role that may use one table', () => {
  const TableName = 'ledger';
  const table = `arn:aws:dynamodb:eu-west-1:${source}:table/ledger`;
  const key = (pk: string) => ({ pk: { S: pk } });
  beforeEach(async () => {
    const { dynamodb } = moreClients(aws, rootOf(source));
    const index: ddb.GlobalSecondaryIndex = {
      IndexName: 'by-group',
      KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    };
    for (const name of [TableName, 'others']) {
      await dynamodb.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: ['pk', 'group'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          GlobalSecondaryIndexes: [index],
        }),
      );
    }
  });
  const refusedOn = (action: string, resource: string) => ({
    code: 'AccessDeniedException',
    status: 400,
    message: `User: ${sessionOf(source)} is not authorized to perform: dynamodb:${action} on resource: ${resource} because no identity-based policy allows the dynamodb:${action} action`,
  });
  const query = (IndexName?: string) =>
    new ddb.QueryCommand({
      TableName,
      ...(IndexName && { IndexName }),
      KeyConditionExpression: '#k = :v',
      ExpressionAttributeNames: { '#k': IndexName ? 'group' : 'pk' },
      ExpressionAttributeValues: { ':v': { S: 'ours' } },
    });

  it('uses that, by name and by ARN, and no other', async () => {
    const { dynamodb } = await session({ inline: policy(allow('dynamodb:*', table)) });

    expect(await refusal(dynamodb.send(new PutItemCommand({ TableName, Item: key('a') })))).toBeUndefined();
    expect(await refusal(dynamodb.send(new GetItemCommand({ TableName: table, Key: key('a') })))).toBeUndefined();
    expect(await refusal(dynamodb.send(new GetItemCommand({ TableName: 'others', Key: key('a') })))).toEqual(
      refusedOn('GetItem', table.replace('ledger', 'others')),
    );
    expect(await refusal(dynamodb.send(query('by-group')))).toEqual(refusedOn('Query', `${table}/index/by-group`));
    expect(await refusal(dynamodb.send(new ddb.ListTablesCommand({})))).toEqual(refusedOn('ListTables', '*'));
  });

  it.each([
    { because: 'a batch over two tables', table: 'others' },
    { because: 'a batch over its own table', table: undefined },
  ])('is asked table by table in $because', async ({ table: other }) => {
    const { dynamodb } = await session({ inline: policy(allow('dynamodb:BatchWriteItem', table)) });
    const put = [{ PutRequest: { Item: key('a') } }];
    const RequestItems = { [TableName]: put, ...(other !== undefined && { [other]: put }) };

    const refused = await refusal(dynamodb.send(new ddb.BatchWriteItemCommand({ RequestItems })));

    expect(refused).toEqual(other === undefined ? undefined : refusedOn('BatchWriteItem', table.replace('ledger', other)));
  });

  it.each([
    { item: { Put: { TableName, Item: key('a') } }, action: 'PutItem' },
    {
      item: { ConditionCheck: { TableName, Key: key('a'), ConditionExpression: 'attribute_exists(pk)' } },
      action: 'ConditionCheckItem',
    },
    { item: { Update: { TableName, Key: key('a'), UpdateExpression: 'SET x = :v' } }, action: 'UpdateItem' },
    { item: { Delete: { TableName, Key: key('a') } }, action: 'DeleteItem' },
  ])('needs $action for that part of a transaction', async ({ item, action }) => {
    const denied = (await session({ inline: policy(allow('dynamodb:*', table), deny(`dynamodb:${action}`)) })).dynamodb;
    const write = new ddb.TransactWriteItemsCommand({ TransactItems: [item] });

    expect(await refusal(denied.send(write))).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(`dynamodb:${action} on resource: ${table} with an explicit deny`),
    });
  });

  const onlyOurs = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['ours'] } };
  const ours: readonly { name: string; call: (client: DynamoDBClient, pk: string) => Promise<unknown> }[] = [
    { name: 'PutItem', call: (c, pk) => c.send(new PutItemCommand({ TableName, Item: key(pk) })) },
    { name: 'GetItem', call: (c, pk) => c.send(new GetItemCommand({ TableName, Key: key(pk) })) },
    { name: 'UpdateItem', call: (c, pk) => c.send(new ddb.UpdateItemCommand({ TableName, Key: key(pk) })) },
    { name: 'DeleteItem', call: (c, pk) => c.send(new ddb.DeleteItemCommand({ TableName, Key: key(pk) })) },
    {
      name: 'Query',
      call: (c, pk) =>
        c.send(
          new ddb.QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :v',
            ExpressionAttributeValues: { ':v': { S: pk } },
          }),
        ),
    },
    {
      name: 'BatchGetItem',
      call: (c, pk) =>
        c.send(
          new ddb.BatchGetItemCommand({
            RequestItems: { [TableName]: { Keys: [key('ours'), key(pk)].slice(pk === 'ours' ? 1 : 0) } },
          }),
        ),
    },
    {
      name: 'BatchWriteItem',
      call: (c, pk) =>
        c.send(new ddb.BatchWriteItemCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key: key(pk) } }] } })),
    },
  ];

  it.each(ours)('may be kept to the items of one partition key: $name', async ({ call }) => {
    const { dynamodb } = await session({ inline: policy(allow('dynamodb:*', table, { Condition: onlyOurs })) });

    expect(await refusal(call(dynamodb, 'ours'))).toBeUndefined();
    expect(await refusal(call(dynamodb, 'theirs'))).toMatchObject({ code: 'AccessDeniedException' });
  });

  it('may be kept to some attributes', async () => {
    const some = { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'status'] } };
    const { dynamodb } = await session({ inline: policy(allow('dynamodb:*', table, { Condition: some })) });
    const update = (expression: string, names?: Record<string, string>) =>
      refusal(
        dynamodb.send(
          new ddb.UpdateItemCommand({
            ...{ TableName, Key: key('a'), UpdateExpression: expression, ExpressionAttributeValues: { ':v': { S: 'x' } } },
            ...(names && { ExpressionAttributeNames: names }),
          }),
        ),
      );

    expect(await update('SET #s = if_not_exists(#s, :v)', { '#s': 'status' })).toBeUndefined();
    expect(await update('SET secret = :v')).toMatchObject({ code: 'AccessDeniedException' });
    expect(await update('SET #s = :v', { '#s': 'secret' })).toMatchObject({ code: 'AccessDeniedException' });
  });
});
