import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, it, vi } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { enqueue } from '../../infra/sandbox/services/sqs.ts';
import { destination, rawRequest, refusalOf, source } from './front-clients.ts';
import { moreClientsOf, region, stillAws } from './more-clients.ts';

type Attributes = Partial<Record<sqs.QueueAttributeName, string>>;

async function withQueue(QueueName = 'work', Attributes: Attributes = {}) {
  const { aws, clock } = stillAws();
  const client = moreClientsOf(aws).sqs;
  const create = async (name: string, attributes: Attributes = {}) => {
    const { QueueUrl = '' } = await client.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    return QueueUrl;
  };
  const QueueUrl = await create(QueueName, Attributes);
  return { aws, clock, client, create, ...handlersOf(client, QueueUrl), QueueUrl };
}

const handlersOf = (client: sqs.SQSClient, QueueUrl: string) => ({
  send: (MessageBody: string, more: Partial<sqs.SendMessageCommandInput> = {}) =>
    client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more })),
  receive: async (more: Partial<sqs.ReceiveMessageCommandInput> = {}) => {
    const command = new sqs.ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      ...more,
    });
    return (await client.send(command)).Messages ?? [];
  },
  remove: (ReceiptHandle: string | undefined) => client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
  attributes: async (...names: sqs.QueueAttributeName[]) => {
    const AttributeNames = names.length > 0 ? names : (['All'] as sqs.QueueAttributeName[]);
    return (await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes ?? {};
  },
  set: (Attributes: Attributes) => client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes })),
});

const bodies = (messages: readonly sqs.Message[]) => messages.map(({ Body }) => Body);
const arnOf = (name: string) => `arn:aws:sqs:${region}:${source}:${name}`;
const fifo = { FifoQueue: 'true' };
const inGroup = (MessageGroupId: string, id?: string) => ({
  MessageGroupId,
  MessageDeduplicationId: id ?? crypto.randomUUID(),
});

describe('a queue', () => {
  it('is made with the defaults of AWS', async () => {
    const { attributes } = await withQueue();

    expect(await attributes()).toEqual({
      QueueArn: arnOf('work'),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: '1767225600',
      LastModifiedTimestamp: '1767225600',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      VisibilityTimeout: '30',
      SqsManagedSseEnabled: 'true',
    });
  });

  it('is made once, and again only with the same attributes', async () => {
    const { create, QueueUrl } = await withQueue('work', { VisibilityTimeout: '60' });

    expect(await create('work', { VisibilityTimeout: '60' })).toBe(QueueUrl);
    expect(await create('work')).toBe(QueueUrl);
    expect(await refusalOf(create('work', { VisibilityTimeout: '61' }))).toMatchObject({
      code: 'QueueNameExists',
      message: expect.stringContaining('VisibilityTimeout'),
    });
  });

  it.each([
    { because: 'its name holds a dot', name: 'a.b', attributes: {}, code: 'InvalidParameterValue' },
    { because: 'its name has 81 letters', name: 'a'.repeat(81), attributes: {}, code: 'InvalidParameterValue' },
    { because: 'its name alone says FIFO', name: 'a.fifo', attributes: {}, code: 'InvalidParameterValue' },
    { because: 'its attribute alone says FIFO', name: 'a', attributes: fifo, code: 'InvalidParameterValue' },
    { because: 'an attribute is unknown', name: 'a', attributes: { Colour: 'red' }, code: 'InvalidAttributeName' },
    {
      because: 'a standard queue has no groups',
      name: 'a',
      attributes: { DeduplicationScope: 'queue' },
      code: 'InvalidAttributeName',
    },
    { because: 'a value is out of range', name: 'a', attributes: { DelaySeconds: '901' }, code: 'InvalidAttributeValue' },
    { because: 'a policy is no JSON', name: 'a', attributes: { Policy: '{' }, code: 'InvalidAttributeValue' },
    {
      because: 'its dead-letter queue is missing',
      name: 'a',
      attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('none'), maxReceiveCount: 3 }) },
      code: 'InvalidParameterValue',
    },
    {
      because: 'its dead-letter queue is of the other type',
      name: 'a.fifo',
      attributes: { ...fifo, RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('work'), maxReceiveCount: 3 }) },
      code: 'InvalidParameterValue',
    },
  ])('is refused when $because', async ({ name, attributes, code }) => {
    const { create } = await withQueue();

    expect(await refusalOf(create(name, attributes as Attributes))).toMatchObject({ code, status: 400 });
  });

  it('is found by name, listed by prefix, and lives in one region of one account', async () => {
    const { aws, client, create, QueueUrl } = await withQueue();
    const other = await create('other');
    const list = async (QueueNamePrefix?: string) =>
      (await client.send(new sqs.ListQueuesCommand({ QueueNamePrefix }))).QueueUrls;

    expect(await list()).toEqual([other, QueueUrl]);
    expect(await list('wo')).toEqual([QueueUrl]);
    expect((await client.send(new sqs.GetQueueUrlCommand({ QueueName: 'work' }))).QueueUrl).toBe(QueueUrl);
    for (const elsewhere of [moreClientsOf(aws, destination).sqs, moreClientsOf(aws, source, 'eu-central-1').sqs]) {
      const missing = await refusalOf(elsewhere.send(new sqs.GetQueueUrlCommand({ QueueName: 'work' })));
      expect(missing).toMatchObject({ code: 'QueueDoesNotExist', status: 400 });
    }
  });

  it('may have its name again a minute after it was deleted', async () => {
    const { client, clock, create, QueueUrl, send } = await withQueue();
    await client.send(new sqs.DeleteQueueCommand({ QueueUrl }));

    expect(await refusalOf(send('x'))).toMatchObject({ code: 'QueueDoesNotExist' });
    expect(await refusalOf(create('work'))).toMatchObject({ code: 'QueueDeletedRecently' });
    await clock.advance(60);
    expect(await create('work')).toBe(QueueUrl);
  });

  it('is purged once a minute', async () => {
    const { client, clock, QueueUrl, send, receive } = await withQueue();
    const purge = () => client.send(new sqs.PurgeQueueCommand({ QueueUrl }));
    await send('x');

    await purge();

    expect(await receive()).toEqual([]);
    expect(await refusalOf(purge())).toMatchObject({ code: 'PurgeQueueInProgress', status: 403 });
    await clock.advance(60);
    await purge();
  });

  it('carries tags', async () => {
    const { client, QueueUrl } = await withQueue();
    await client.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }));
    await client.send(new sqs.UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));

    expect((await client.send(new sqs.ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: '2' });
  });

  it('has a URL at the local endpoint, where clients send to', async () => {
    const { aws, create } = await withQueue();
    const { url, close } = await aws.listen();

    expect(await create('served')).toBe(`${url}/${source}/served`);
    await close();
  });
});

describe('a message', () => {
  it('is received as it was sent', async () => {
    const { send, receive } = await withQueue();
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'drift' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    };

    const sent = await send('{"ü":"<&>"}', { MessageAttributes });
    const [received] = await receive({ MessageAttributeNames: ['All'] });

    // The client itself compares the checksums of body and attributes.
    expect(received).toMatchObject({
      MessageId: sent.MessageId,
      Body: '{"ü":"<&>"}',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    });
    expect(received?.MessageAttributes).toEqual(MessageAttributes);
    expect(received?.Attributes).toEqual({
      SenderId: source,
      SentTimestamp: '1767225600000',
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: '1767225600000',
    });
  });

  it('is hidden while in flight, and comes back when the time is up', async () => {
    const { clock, send, receive, attributes } = await withQueue('work', { VisibilityTimeout: '10' });
    await send('x');

    expect(await receive()).toHaveLength(1);
    await clock.advance(9);
    expect(await receive()).toEqual([]);
    expect(await attributes('ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessages')).toEqual({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await clock.advance(1);
    expect((await receive())[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
  });

  it('is deleted by its last receipt only', async () => {
    const { send, receive, remove } = await withQueue();
    await send('x');
    const [first] = await receive({ VisibilityTimeout: 0 });
    const [second] = await receive({ VisibilityTimeout: 0 });

    await remove(first?.ReceiptHandle);
    expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
    await remove(second?.ReceiptHandle);
    const [third] = await receive({ VisibilityTimeout: 0 });
    await remove(third?.ReceiptHandle);
    expect(await receive()).toEqual([]);
    expect(await refusalOf(remove('nonsense'))).toMatchObject({ code: 'ReceiptHandleIsInvalid' });
  });

  it('is hidden for longer, or shown at once, on demand', async () => {
    const { client, clock, QueueUrl, send, receive } = await withQueue();
    await send('x');
    const [message] = await receive();
    const change = (VisibilityTimeout: number) =>
      client.send(new sqs.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }));

    await change(100);
    await clock.advance(99);
    expect(await receive()).toEqual([]);
    await change(0);
    expect(await refusalOf(change(5))).toMatchObject({ code: 'MessageNotInflight' });
    expect(await receive()).toHaveLength(1);
  });

  it('can be delayed, by itself or by its queue', async () => {
    const { clock, send, receive, attributes } = await withQueue('work', { DelaySeconds: '5' });
    await send('queue');
    await send('own', { DelaySeconds: 20 });
    await send('now', { DelaySeconds: 0 });

    expect(bodies(await receive())).toEqual(['now']);
    expect(await attributes('ApproximateNumberOfMessagesDelayed')).toEqual({ ApproximateNumberOfMessagesDelayed: '2' });
    await clock.advance(5);
    expect(bodies(await receive())).toEqual(['queue']);
    await clock.advance(15);
    expect(bodies(await receive())).toEqual(['own']);
  });

  it('is lost when the retention period is over', async () => {
    const { clock, send, receive } = await withQueue('work', { MessageRetentionPeriod: '60' });
    await send('x');

    await clock.advance(60);

    expect(await receive()).toEqual([]);
  });

  it('is refused when it is too long', async () => {
    const { send, set } = await withQueue();
    const limit = 1024 * 1024;

    await send('x'.repeat(limit));
    expect(await refusalOf(send('x'.repeat(limit + 1)))).toMatchObject({ code: 'InvalidParameterValue' });
    expect(await refusalOf(send('ü'.repeat(limit / 2 + 1)))).toMatchObject({ code: 'InvalidParameterValue' });
    await set({ MaximumMessageSize: '1024' });
    const MessageAttributes = { a: { DataType: 'String', StringValue: 'x'.repeat(100) } };
    expect(await refusalOf(send('x'.repeat(1000), { MessageAttributes }))).toMatchObject({ code: 'InvalidParameterValue' });
  });

  it.each([
    { because: 'it is empty', body: '', more: {}, code: 'MissingParameter' },
    { because: 'it holds a control character', body: '\u0001', more: {}, code: 'InvalidMessageContents' },
    {
      because: 'a standard queue does not deduplicate',
      body: 'x',
      more: { MessageDeduplicationId: 'a' },
      code: 'InvalidParameterValue',
    },
    { because: 'it is delayed for too long', body: 'x', more: { DelaySeconds: 901 }, code: 'InvalidParameterValue' },
  ])('is refused when $because', async ({ body, more, code }) => {
    const { send } = await withQueue();

    expect(await refusalOf(send(body, more))).toMatchObject({ code });
  });
});

/** A call that waits has come in: only from then on does its time pass. */
const someoneWaits = (aws: LocalAws) =>
  vi.waitUntil(() => [...aws.world.sqs.queues.values()].some(({ waiting }) => waiting.size > 0));

describe('waiting for a message', () => {
  it('ends when one arrives', async () => {
    const { aws, clock, send, receive } = await withQueue();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await someoneWaits(aws);
    clock.after(7, async () => void (await send('x')));

    await clock.advance(7);

    expect(bodies(await waiting)).toEqual(['x']);
  });

  it('ends when a delay or a visibility time-out does', async () => {
    const { aws, clock, send, receive } = await withQueue('work', { ReceiveMessageWaitTimeSeconds: '20' });
    await send('x', { DelaySeconds: 3 });
    const waiting = receive({ VisibilityTimeout: 5 });
    await someoneWaits(aws);
    await clock.advance(3);
    expect(bodies(await waiting)).toEqual(['x']);

    const again = receive();
    await someoneWaits(aws);
    await clock.advance(5);
    expect(bodies(await again)).toEqual(['x']);
  });

  it('ends empty when the time is up', async () => {
    const { aws, clock, receive } = await withQueue();
    let answered = false;
    const waiting = receive({ WaitTimeSeconds: 20 }).finally(() => {
      answered = true;
    });

    await someoneWaits(aws);
    await clock.advance(19);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(await waiting).toEqual([]);
  });
});

describe('a dead-letter queue', () => {
  const redrive = (maxReceiveCount: number, name = 'dead') =>
    JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount });

  it('gets what was received too often, and gives it back when asked', async () => {
    const { client, create, set, send, receive } = await withQueue();
    const dead = handlersOf(client, await create('dead'));
    await set({ RedrivePolicy: redrive(2) });
    await send('poison');

    expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive({ VisibilityTimeout: 0 })).toEqual([]);
    const [lost] = await dead.receive({ VisibilityTimeout: 0 });
    expect(lost?.Attributes).toMatchObject({ DeadLetterQueueSourceArn: arnOf('work') });

    await client.send(new sqs.StartMessageMoveTaskCommand({ SourceArn: arnOf('dead') }));
    expect(await dead.receive()).toEqual([]);
    expect((await receive())[0]).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    const { Results } = await client.send(new sqs.ListMessageMoveTasksCommand({ SourceArn: arnOf('dead') }));
    expect(Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
  });

  it('lets the next message of its group through', async () => {
    const { create, set, send, receive } = await withQueue('work.fifo', fifo);
    await create('dead.fifo', fifo);
    await set({ RedrivePolicy: redrive(1, 'dead.fifo') });
    await send('poison', inGroup('g'));
    await send('good', inGroup('g'));

    expect(bodies(await receive({ MaxNumberOfMessages: 1, VisibilityTimeout: 0 }))).toEqual(['poison']);
    expect(bodies(await receive())).toEqual(['good']);
  });

  it('knows whom it serves', async () => {
    const { client, create, set, QueueUrl } = await withQueue();
    const dead = await create('dead');
    await set({ RedrivePolicy: redrive(2) });

    const { queueUrls } = await client.send(new sqs.ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));

    expect(queueUrls).toEqual([QueueUrl]);
  });
});

describe('a FIFO queue', () => {
  it('gives nothing of a group that has something in flight', async () => {
    const { send, receive, remove } = await withQueue('work.fifo', fifo);
    for (const [body, group] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
      ['a3', 'a'],
    ] as const)
      await send(body, inGroup(group));

    const [first] = await receive({ MaxNumberOfMessages: 1 });
    expect(first?.Body).toBe('a1');
    expect(bodies(await receive())).toEqual(['b1']);
    await remove(first?.ReceiptHandle);
    const batch = await receive();
    expect(bodies(batch)).toEqual(['a2', 'a3']);
    await remove(batch[1]?.ReceiptHandle);
    await send('a4', inGroup('a'));
    expect(await receive()).toEqual([]);
    await remove(batch[0]?.ReceiptHandle);
    expect(bodies(await receive())).toEqual(['a4']);
  });

  it('gives a group again, from where it stopped, when the time is up', async () => {
    const { clock, send, receive, remove } = await withQueue('work.fifo', fifo);
    await send('a1', inGroup('a'));
    await send('a2', inGroup('a'));
    const [first] = await receive({ MaxNumberOfMessages: 1 });

    await clock.advance(30);

    expect(await refusalOf(remove(first?.ReceiptHandle))).toMatchObject({
      code: 'InvalidParameterValue',
      message: expect.stringContaining('expired'),
    });
    expect(bodies(await receive())).toEqual(['a1', 'a2']);
  });

  it('takes one message per deduplication id in five minutes, even after it was deleted', async () => {
    const { clock, send, receive, remove } = await withQueue('work.fifo', fifo);
    const first = await send('x', inGroup('g', 'same'));
    await remove((await receive())[0]?.ReceiptHandle);
    await clock.advance(299);

    const second = await send('y', inGroup('other', 'same'));
    expect(second).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    await send('z', inGroup('g', 'same'));
    expect(bodies(await receive())).toEqual(['z']);
  });

  it('deduplicates on content, or within a group, when asked to', async () => {
    const { send, receive } = await withQueue('work.fifo', {
      ...fifo,
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
    });
    for (const group of ['a', 'a', 'b']) await send('same', { MessageGroupId: group });

    expect((await receive()).map((message) => message.Attributes?.MessageGroupId)).toEqual(['a', 'b']);
  });

  it.each([
    { because: 'it names no group', more: { MessageDeduplicationId: 'a' }, code: 'MissingParameter' },
    { because: 'it has no deduplication id', more: { MessageGroupId: 'g' }, code: 'InvalidParameterValue' },
    { because: 'it is delayed by itself', more: { ...inGroup('g'), DelaySeconds: 1 }, code: 'InvalidParameterValue' },
    { because: 'its group id holds a blank', more: inGroup('a b'), code: 'InvalidParameterValue' },
  ])('refuses a message when $because', async ({ more, code }) => {
    const { send } = await withQueue('work.fifo', fifo);

    expect(await refusalOf(send('x', more))).toMatchObject({ code });
  });

  it('takes what other services enqueue', async () => {
    const { aws, receive } = await withQueue('work.fifo', fifo);

    enqueue(aws.world, arnOf('work.fifo'), 'x', { groupId: 'g', dedupId: '1' });

    expect((await receive())[0]).toMatchObject({ Body: 'x', Attributes: { MessageGroupId: 'g' } });
    expect(() => enqueue(aws.world, arnOf('none'), 'x')).toThrow('does not exist');
  });
});

describe('a batch', () => {
  const entries = (...ids: string[]) => ids.map((Id) => ({ Id, MessageBody: Id }));

  it('does what it can and tells the rest', async () => {
    const { client, QueueUrl, receive } = await withQueue();
    const Entries = [...entries('a', 'b'), { Id: 'c', MessageBody: '\u0001' }];

    const sent = await client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
    expect(sent.Failed).toMatchObject([{ Id: 'c', SenderFault: true, Code: 'InvalidMessageContents' }]);

    const received = await receive();
    const Handles = received.map(({ Body, ReceiptHandle }) => ({ Id: Body, ReceiptHandle }));
    await client.send(
      new sqs.ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: Handles.map((one) => ({ ...one, VisibilityTimeout: 40 })),
      }),
    );
    const deleted = await client.send(
      new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: [...Handles, { Id: 'x', ReceiptHandle: 'nonsense' }] }),
    );
    expect(deleted.Successful).toHaveLength(2);
    expect(deleted.Failed).toMatchObject([{ Id: 'x', Code: 'ReceiptHandleIsInvalid' }]);
  });

  it.each([
    { because: 'it is empty', of: [], code: 'EmptyBatchRequest' },
    { because: 'it has eleven entries', of: entries(...'abcdefghijk'), code: 'TooManyEntriesInBatchRequest' },
    { because: 'two ids are the same', of: entries('a', 'a'), code: 'BatchEntryIdsNotDistinct' },
    { because: 'an id holds a dot', of: entries('a.b'), code: 'InvalidBatchEntryId' },
    {
      because: 'all together are over 1 MiB',
      of: [1, 2].map((id) => ({ Id: `m${id}`, MessageBody: 'x'.repeat(600_000) })),
      code: 'BatchRequestTooLong',
    },
  ])('is refused as a whole when $because', async ({ of, code }) => {
    const { client, QueueUrl, receive } = await withQueue();

    expect(await refusalOf(client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries: of })))).toMatchObject({ code });
    expect(await receive()).toEqual([]);
  });
});

describe('the old protocol of SQS', () => {
  it('still works, in its own spelling', async () => {
    const { aws } = stillAws();
    const { url, close } = await aws.listen();
    const call = (fields: Record<string, string>) =>
      rawRequest(url, {
        method: 'POST',
        path: '/',
        service: 'sqs',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ Version: '2012-11-05', ...fields }).toString(),
      });

    const made = await call({
      Action: 'CreateQueue',
      QueueName: 'old',
      'Attribute.1.Name': 'DelaySeconds',
      'Attribute.1.Value': '3',
    });
    const QueueUrl = `${url}/${source}/old`;
    expect(made.body).toContain(`<QueueUrl>${QueueUrl}</QueueUrl>`);
    const read = await call({ Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'DelaySeconds' });
    expect(read.body).toContain('<Attribute><Name>DelaySeconds</Name><Value>3</Value></Attribute>');
    const missing = await call({ Action: 'GetQueueUrl', QueueName: 'none' });
    expect(missing).toMatchObject({
      status: 400,
      body: expect.stringContaining('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>'),
    });
    await close();
  });
});
