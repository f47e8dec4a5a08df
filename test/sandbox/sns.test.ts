import * as sns from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { matchesAttributes, matchesBody, readPolicy } from '../../infra/sandbox/services/sns/filter-policy.ts';
import { publishTo } from '../../infra/sandbox/services/sns.ts';
import { deliverTo } from '../../infra/sandbox/targets.ts';
import { destination, refusalOf, source } from './front-clients.ts';
import { lettingIn, moreClientsOf, region, stillAws } from './more-clients.ts';

const fromTopic = lettingIn('sns.amazonaws.com', 'sqs:SendMessage');

async function withTopic(Name = 'alerts', Attributes: Record<string, string> = {}) {
  const { aws, clock } = stillAws();
  const { sns: client, sqs } = moreClientsOf(aws);
  const { TopicArn = '' } = await client.send(new sns.CreateTopicCommand({ Name, Attributes }));
  const queue = async (name: string, attributes: Record<string, string> = { Policy: fromTopic }) => {
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return `arn:aws:sqs:${region}:${source}:${name}`;
  };
  const subscribe = (Protocol: string, Endpoint: string, attributes: Record<string, string> = {}) =>
    client.send(new sns.SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes: attributes }));
  const publish = (Message: string, more: Partial<sns.PublishCommandInput> = {}) =>
    client.send(new sns.PublishCommand({ TopicArn, Message, ...more }));
  const received = async (name: string) => {
    const command = new ReceiveMessageCommand({
      QueueUrl: `https://sqs.eu-west-1.amazonaws.com/${source}/${name}`,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    return (await sqs.send(command)).Messages ?? [];
  };
  const read = async () => (await client.send(new sns.GetTopicAttributesCommand({ TopicArn }))).Attributes ?? {};
  return { aws, clock, client, TopicArn, queue, subscribe, publish, received, read };
}

const parsed = (messages: readonly { Body?: string | undefined }[]) => messages.map(({ Body = '' }) => JSON.parse(Body));

describe('a topic', () => {
  it('is made once, and tells what it has', async () => {
    const { client, TopicArn, read } = await withTopic('alerts', { DisplayName: 'Alerts' });

    expect(TopicArn).toBe(`arn:aws:sns:${region}:${source}:alerts`);
    expect((await client.send(new sns.CreateTopicCommand({ Name: 'alerts' }))).TopicArn).toBe(TopicArn);
    expect(await read()).toMatchObject({ Owner: source, DisplayName: 'Alerts', SubscriptionsConfirmed: '0' });
    expect(JSON.parse((await read()).Policy ?? '')).toMatchObject({ Id: '__default_policy_ID' });
    const other = client.send(new sns.CreateTopicCommand({ Name: 'alerts', Attributes: { DisplayName: 'Others' } }));
    expect(await refusalOf(other)).toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringContaining('different attributes'),
    });
  });

  it('keeps the policy it is given, and gives up nothing else', async () => {
    const { client, TopicArn, read } = await withTopic();
    const set = (AttributeName: string, AttributeValue: string) =>
      client.send(new sns.SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));

    await set('Policy', fromTopic);

    expect((await read()).Policy).toBe(fromTopic);
    expect(await refusalOf(set('Policy', '{'))).toMatchObject({ code: 'InvalidParameterException' });
    expect(await refusalOf(set('Colour', 'red'))).toMatchObject({ code: 'InvalidParameterException' });
  });

  it('is gone with its subscriptions when it is deleted', async () => {
    const { client, TopicArn, subscribe, queue, publish } = await withTopic();
    await subscribe('sqs', await queue('q'));

    await client.send(new sns.DeleteTopicCommand({ TopicArn }));
    await client.send(new sns.DeleteTopicCommand({ TopicArn }));

    expect((await client.send(new sns.ListTopicsCommand({}))).Topics).toEqual([]);
    expect((await client.send(new sns.ListSubscriptionsCommand({}))).Subscriptions).toEqual([]);
    expect(await refusalOf(publish('x'))).toMatchObject({ code: 'NotFoundException', status: 404 });
  });

  it('carries tags', async () => {
    const { client, TopicArn: ResourceArn } = await withTopic();
    await client.send(
      new sns.TagResourceCommand({
        ResourceArn,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await client.send(new sns.UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));

    expect((await client.send(new sns.ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });
});

describe('a subscription', () => {
  it('of an own queue is confirmed at once, that of a mailbox when its token comes back', async () => {
    const { aws, client, TopicArn, queue, subscribe, publish, read } = await withTopic();

    expect((await subscribe('sqs', await queue('q'))).SubscriptionArn).toContain(`${TopicArn}:`);
    expect((await subscribe('email', 'team@example.com')).SubscriptionArn).toBe('pending confirmation');
    expect(await read()).toMatchObject({ SubscriptionsConfirmed: '1', SubscriptionsPending: '1' });
    await publish('too early');
    const [asked, ...none] = aws.world.sns.outbox;
    expect(none).toEqual([]);
    await client.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token: asked?.token ?? '' }));
    await publish('in time', { Subject: 'Drift' });

    expect(aws.world.sns.outbox.at(-1)).toMatchObject({
      to: 'team@example.com',
      kind: 'notification',
      subject: 'Drift',
      body: 'in time',
    });
  });

  it('of another account’s queue is asked for there', async () => {
    const { aws, client, TopicArn } = await withTopic();
    const { sqs } = moreClientsOf(aws, destination);
    await sqs.send(new CreateQueueCommand({ QueueName: 'far', Attributes: { Policy: fromTopic } }));
    const Endpoint = `arn:aws:sqs:${region}:${destination}:far`;

    const { SubscriptionArn } = await client.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    expect(SubscriptionArn).toBe('pending confirmation');
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: `https://sqs.eu-west-1.amazonaws.com/${destination}/far` }),
    );
    const { Type, Token } = JSON.parse(Messages?.[0]?.Body ?? '{}');
    expect(Type).toBe('SubscriptionConfirmation');
    await client.send(new sns.ConfirmSubscriptionCommand({ TopicArn, Token }));

    const { Subscriptions } = await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions).toMatchObject([{ Endpoint, SubscriptionArn: expect.stringContaining(`${TopicArn}:`) }]);
  });

  it.each([
    { policy: 'lets nobody in', condition: undefined, isAsked: false },
    { policy: 'lets in topics of the organization', condition: { StringEquals: { 'aws:SourceOrgID': 'o-ours' } }, isAsked: true },
    { policy: 'lets in another organization', condition: { StringEquals: { 'aws:SourceOrgID': 'o-theirs' } }, isAsked: false },
  ])('of a queue whose policy $policy is asked for there: $isAsked', async ({ condition, isAsked }) => {
    const { aws, client, TopicArn } = await withTopic();
    const { sqs } = moreClientsOf(aws, destination);
    aws.world.organizationOf = (account) =>
      account === source ? { id: 'o-ours', path: 'o-ours/r-1/', scps: [], rcps: [] } : undefined;
    const allow = { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: '*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...allow, Condition: condition }] });
    const Attributes = condition === undefined ? {} : { Policy };
    await sqs.send(new CreateQueueCommand({ QueueName: 'far', Attributes }));

    const Endpoint = `arn:aws:sqs:${region}:${destination}:far`;
    await client.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));

    expect(aws.world.sqs.queues.get(Endpoint)?.messages).toHaveLength(isAsked ? 1 : 0);
  });

  it('has attributes that can be read and set, and can be taken back', async () => {
    const { client, queue, subscribe, publish, received, read } = await withTopic();
    const { SubscriptionArn } = await subscribe('sqs', await queue('q'));
    const set = (AttributeName: string, AttributeValue: string) =>
      client.send(new sns.SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));

    await set('RawMessageDelivery', 'true');
    expect((await client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes).toMatchObject({
      RawMessageDelivery: 'true',
      PendingConfirmation: 'false',
      Protocol: 'sqs',
    });
    expect(await refusalOf(set('RawMessageDelivery', 'maybe'))).toMatchObject({ code: 'InvalidParameterException' });
    await client.send(new sns.UnsubscribeCommand({ SubscriptionArn }));
    await publish('x');
    expect(await received('q')).toEqual([]);
    expect((await read()).SubscriptionsDeleted).toBe('1');
  });

  it('of a FIFO queue is refused by a standard topic', async () => {
    const { queue, subscribe } = await withTopic();
    const fifo = await queue('q.fifo', { FifoQueue: 'true' });

    expect(await refusalOf(subscribe('sqs', fifo))).toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringContaining('FIFO'),
    });
  });
});

describe('publishing', () => {
  it('reaches queues in an envelope, or raw with its attributes', async () => {
    const { queue, subscribe, publish, received, TopicArn } = await withTopic();
    await subscribe('sqs', await queue('wrapped'));
    await subscribe('sqs', await queue('raw'), { RawMessageDelivery: 'true' });
    const MessageAttributes = { severity: { DataType: 'String', StringValue: 'high' } };

    const { MessageId } = await publish('{"a":1}', { Subject: 'Drift', MessageAttributes });

    expect(parsed(await received('wrapped'))).toMatchObject([
      {
        Type: 'Notification',
        MessageId,
        TopicArn,
        Subject: 'Drift',
        Message: '{"a":1}',
        Timestamp: '2026-01-01T00:00:00.000Z',
        MessageAttributes: { severity: { Type: 'String', Value: 'high' } },
      },
    ]);
    expect(await received('raw')).toMatchObject([{ Body: '{"a":1}', MessageAttributes }]);
  });

  it('reaches a queue only if its policy lets the topic in; else its dead-letter queue', async () => {
    const { queue, subscribe, publish, received } = await withTopic();
    const deadLetterTargetArn = await queue('dead');
    await subscribe('sqs', await queue('closed', {}), { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) });

    await publish('x');

    expect(await received('closed')).toEqual([]);
    expect(parsed(await received('dead'))).toMatchObject([{ Message: 'x' }]);
  });

  it('reaches functions', async () => {
    const { aws, clock, subscribe, publish } = await withTopic();
    const arn = `arn:aws:lambda:${region}:${source}:function:failures`;
    const events: unknown[] = [];
    aws.world.functions.set(arn, async (event) => void events.push(event));
    await subscribe('lambda', arn);

    await publish('x');
    await clock.settle(10);

    expect(events).toMatchObject([{ Records: [{ EventSource: 'aws:sns', Sns: { Message: 'x', Subject: null } }] }]);
  });

  it('says something else for each protocol when asked to', async () => {
    const { queue, subscribe, publish, received } = await withTopic();
    await subscribe('sqs', await queue('q'));

    await publish(JSON.stringify({ default: 'for all', sqs: 'for queues' }), { MessageStructure: 'json' });

    expect(parsed(await received('q'))).toMatchObject([{ Message: 'for queues' }]);
    const noDefault = publish(JSON.stringify({ sqs: 'x' }), { MessageStructure: 'json' });
    expect(await refusalOf(noDefault)).toMatchObject({ message: expect.stringContaining('No default entry') });
  });

  it.each([
    { because: 'it is empty', message: '', more: {} },
    { because: 'it is over 256 KB', message: 'x'.repeat(262_145), more: {} },
    { because: 'its subject is too long', message: 'x', more: { Subject: 'x'.repeat(101) } },
    { because: 'its subject has a line break', message: 'x', more: { Subject: 'a\nb' } },
    { because: 'its subject is not ASCII', message: 'x', more: { Subject: 'Überraschung' } },
    { because: 'a standard topic does not deduplicate', message: 'x', more: { MessageDeduplicationId: 'a' } },
  ])('is refused when $because', async ({ message, more }) => {
    const { publish } = await withTopic();

    expect(await refusalOf(publish(message, more))).toMatchObject({ code: 'InvalidParameterException', status: 400 });
  });

  it('in a batch does what it can', async () => {
    const { client, TopicArn } = await withTopic();
    const send = (...ids: string[]) =>
      client.send(
        new sns.PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: ids.map((Id) => ({ Id, Message: Id === 'bad' ? '' : Id })),
        }),
      );

    const { Successful, Failed } = await send('a', 'bad');
    expect(Successful).toMatchObject([{ Id: 'a' }]);
    expect(Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameter', SenderFault: true }]);
    expect(await refusalOf(send('a', 'a'))).toMatchObject({ code: 'BatchEntryIdsNotDistinctException' });
    expect(await refusalOf(send(...'abcdefghijk'))).toMatchObject({ code: 'TooManyEntriesInBatchRequestException' });
  });

  it('works for services of AWS, too', async () => {
    const { aws, queue, subscribe, received, TopicArn } = await withTopic();
    await subscribe('sqs', await queue('q'), { FilterPolicy: JSON.stringify({ severity: ['high'] }) });

    await publishTo(aws.world, TopicArn, 'Drift', 'kept', { severity: 'high' });
    await publishTo(aws.world, TopicArn, 'Drift', 'dropped', { severity: 'low' });

    expect(parsed(await received('q'))).toMatchObject([{ Subject: 'Drift', Message: 'kept' }]);
  });

  it('needs a topic policy for other services, as the topic has one that names nobody', async () => {
    const { aws, client, TopicArn } = await withTopic();
    const params = { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::orders', sourceAccount: source };

    await expect(deliverTo(aws.world, TopicArn, 'x', params)).rejects.toMatchObject({ code: 'NO_PERMISSIONS' });
    const AttributeValue = lettingIn('s3.amazonaws.com', 'sns:Publish');
    await client.send(new sns.SetTopicAttributesCommand({ TopicArn, AttributeName: 'Policy', AttributeValue }));
    await deliverTo(aws.world, TopicArn, 'x', params);
  });
});

describe('a FIFO topic', () => {
  it('keeps groups together and deduplicates for five minutes', async () => {
    const { clock, queue, subscribe, publish, received } = await withTopic('alerts.fifo', { FifoTopic: 'true' });
    await subscribe('sqs', await queue('q.fifo', { FifoQueue: 'true', Policy: fromTopic }), { RawMessageDelivery: 'true' });
    const send = (body: string, MessageDeduplicationId: string) => publish(body, { MessageGroupId: 'g', MessageDeduplicationId });

    const first = await send('one', 'a');
    expect(await send('again', 'a')).toMatchObject({ MessageId: first.MessageId });
    await clock.advance(300);
    await send('two', 'a');

    expect((await received('q.fifo')).map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId])).toEqual([
      ['one', 'g'],
      ['two', 'g'],
    ]);
    expect(await refusalOf(publish('x'))).toMatchObject({ message: expect.stringContaining('MessageGroupId') });
    expect(await refusalOf(publish('x', { MessageGroupId: 'g' }))).toMatchObject({
      message: expect.stringContaining('ContentBasedDeduplication'),
    });
  });
});

describe('a filter policy', () => {
  const attributes = {
    store: { DataType: 'String', StringValue: 'example_corp' },
    price: { DataType: 'Number', StringValue: '210.75' },
    interests: { DataType: 'String.Array', StringValue: '["soccer","rugby"]' },
  };

  it.each([
    { policy: { store: ['example_corp'] }, passes: true },
    { policy: { store: ['other'] }, passes: false },
    { policy: { store: ['other', { prefix: 'example' }] }, passes: true },
    { policy: { store: [{ suffix: '_corp' }] }, passes: true },
    { policy: { store: [{ 'equals-ignore-case': 'EXAMPLE_corp' }] }, passes: true },
    { policy: { store: [{ wildcard: 'ex*_c*p' }] }, passes: true },
    { policy: { store: [{ 'anything-but': ['example_corp'] }] }, passes: false },
    { policy: { store: [{ 'anything-but': { prefix: 'x' } }] }, passes: true },
    { policy: { interests: ['rugby'] }, passes: true },
    { policy: { interests: [{ 'anything-but': ['rugby'] }] }, passes: false },
    { policy: { price: [{ numeric: ['>', 0, '<=', 210.75] }] }, passes: true },
    { policy: { price: [{ numeric: ['=', 210] }] }, passes: false },
    { policy: { price: ['210.75'] }, passes: false },
    { policy: { missing: [{ exists: false }] }, passes: true },
    { policy: { store: [{ exists: false }] }, passes: false },
    { policy: { store: ['example_corp'], price: [1] }, passes: false },
    { policy: { $or: [{ store: ['x'] }, { price: [210.75] }] }, passes: true },
  ])('$policy lets the message pass: $passes', ({ policy, passes }) => {
    const read = readPolicy(JSON.stringify(policy));

    expect(read && matchesAttributes(read, attributes)).toBe(passes);
  });

  it.each([
    { body: '{"detail":{"state":"drifted"}}', passes: true },
    { body: '{"detail":[{"state":"x"},{"state":"drifted"}]}', passes: true },
    { body: '{"detail":{"state":"in-sync"}}', passes: false },
    { body: 'drifted', passes: false },
  ])('on the body lets $body pass: $passes', ({ body, passes }) => {
    expect(matchesBody({ detail: { state: ['drifted'] } }, body)).toBe(passes);
  });

  it.each(['[]', '{', '{"a":"b"}', '{"a":[]}'])('is not %s', (text) => {
    expect(readPolicy(text)).toBeUndefined();
  });
});
