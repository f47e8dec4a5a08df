import { CreateQueueCommand, ReceiveMessageCommand, type SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { sqsQueue } from '../../shared/aws/queue.ts';
import type { Outgoing } from '../../shared/controller/message.ts';
import { inProcess } from './local-ledger.ts';

const wait = async () => undefined;

const messageFor = (group: string, deduplication = group, reason: 'person' | 'proof' = 'person'): Outgoing => ({
  message: { version: 1, group, trigger: { kind: 'request', reason } },
  deduplication,
});

async function localQueue() {
  const aws = createLocalAws();
  const client = new SQSClient({ ...inProcess(aws), useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' } }));
  const received = async () => {
    const input = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['MessageGroupId' as const] };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(input));
    return Messages.map(({ Body = '', Attributes }) => ({ group: Attributes?.MessageGroupId, ...JSON.parse(Body) }));
  };
  const sends = () => aws.calls.filter(({ operation }) => operation === 'SendMessageBatch').length;
  return { aws, client, url: QueueUrl, queue: sqsQueue({ client, url: QueueUrl, wait }), received, sends };
}

describe('the queue', () => {
  it('takes messages in the message group of their group', async () => {
    const { queue, received } = await localQueue();

    await queue.send([messageFor('a'), messageFor('b')]);

    expect(await received()).toEqual([
      { version: 1, group: 'a', trigger: { kind: 'request', reason: 'person' } },
      { version: 1, group: 'b', trigger: { kind: 'request', reason: 'person' } },
    ]);
  });

  it.each([
    { first: 'call:a', second: 'call:a', count: 1, because: 'one id is one message, whatever it says' },
    { first: 'call-1:a', second: 'call-2:a', count: 2, because: 'two ids are two messages of the same words' },
    { first: 'x'.repeat(300), second: `${'x'.repeat(300)} é`, count: 2, because: 'ids may have any length and characters' },
  ])('keeps $count of two messages: $because', async ({ first, second, count }) => {
    const { queue, received } = await localQueue();

    await queue.send([messageFor('a', first)]);
    await queue.send([messageFor('a', second, first === second ? 'proof' : 'person')]);

    expect(await received()).toHaveLength(count);
  });

  it('sends ten messages a call, and nothing for none', async () => {
    const { queue, sends } = await localQueue();

    await queue.send(Array.from({ length: 95 }, (_, i) => messageFor(`g-${i}`)));
    expect(sends()).toBe(10);
    await queue.send([]);
    expect(sends()).toBe(10);
  });

  it('sends fewer a call where they are large', async () => {
    const { queue, sends } = await localQueue();
    const large = (group: string): Outgoing => ({
      message: { version: 1, group, trigger: { kind: 'request', reason: 'person', by: 'é'.repeat(50_000) } },
      deduplication: group,
    });

    await queue.send(['a', 'b', 'c', 'd', 'e'].map(large));

    expect(sends()).toBe(3);
  });

  it('sends ten thousand in well under a minute', async () => {
    const { queue, sends } = await localQueue();
    const started = performance.now();

    await queue.send(Array.from({ length: 10_000 }, (_, i) => messageFor(`g-${i}`)));

    expect(sends()).toBe(1000);
    expect(performance.now() - started).toBeLessThan(30_000);
  }, 60_000);

  it('sends again what SQS did not take, and nothing else', async () => {
    const batches: string[][] = [];
    const send = async ({ input }: SendMessageBatchCommand) => {
      const groups = (input.Entries ?? []).map(({ MessageGroupId = '' }) => MessageGroupId);
      batches.push(groups);
      const Failed = batches.length === 1 ? [{ Id: input.Entries?.[1]?.Id, Code: 'InternalError', SenderFault: false }] : [];
      return { Failed };
    };
    const queue = sqsQueue({ client: { send } as unknown as SQSClient, url: 'https://q', wait });

    await queue.send([messageFor('a'), messageFor('b'), messageFor('c')]);

    expect(batches).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it.each([
    { SenderFault: true, calls: 1, because: 'what is wrong with a message stays wrong' },
    { SenderFault: false, calls: 8, because: 'SQS had chances enough' },
  ])('fails after $calls calls when one is not taken: $because', async ({ SenderFault, calls }) => {
    let made = 0;
    const send = async () => {
      made += 1;
      return { Failed: [{ Id: '0', Code: 'Refused', Message: 'no', SenderFault }] };
    };
    const queue = sqsQueue({ client: { send } as unknown as SQSClient, url: 'https://q', wait });

    await expect(queue.send([messageFor('a')])).rejects.toThrow('SQS did not take 1 messages; the first: Refused: no');
    expect(made).toBe(calls);
  });

  it('sends the other batches when one is refused', async () => {
    const { queue, aws, received } = await localQueue();
    aws.trouble.add({ match: { operation: 'SendMessageBatch' }, nth: 1, fault: { kind: 'deny' } });

    await expect(queue.send(Array.from({ length: 20 }, (_, i) => messageFor(`g-${i}`)))).rejects.toThrow();

    expect(await received()).toHaveLength(10);
  });
});
