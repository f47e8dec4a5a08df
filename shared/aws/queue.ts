/** The FIFO queue of groups to look at. */
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import type { Outgoing } from '../controller/message.ts';
import type { Queue } from '../controller/ports.ts';

export interface QueueOptions {
  readonly client: SQSClient;
  readonly url: string;
  /** Between attempts at what SQS did not take; in seconds. */
  readonly wait?: (seconds: number) => Promise<void>;
  readonly random?: () => number;
}

/** Some of the messages were not taken. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

// A batch has ten messages, together at most as large as one may be. The older, lower bound is kept: 256 KiB.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
const messagesAtOnce = 10;
const bytesAtOnce = 250 * 1024;
const batchesAtOnce = 8;
const attempts = 8;

const waitFor = (seconds: number): Promise<void> => setTimeout(seconds * 1000);

type Entry = SendMessageBatchRequestEntry & { readonly Id: string };

/**
 * Messages of one group keep no order among them: each is but a hint to look.
 *
 * @throws NotSent when SQS refuses one, or did not take it after several attempts; the others were sent all the same
 */
export function sqsQueue({ client, url, wait = waitFor, random = Math.random }: QueueOptions): Queue {
  const limit = pLimit(batchesAtOnce);

  async function sendBatch(entries: readonly Entry[]): Promise<readonly string[]> {
    let left = entries;
    const refused: string[] = [];
    for (let attempt = 1; left.length > 0; attempt++) {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [...left] }));
      const last = attempt === attempts;
      const lost = Failed.filter(({ SenderFault }) => SenderFault || last);
      refused.push(...lost.map(({ Code, Message }) => `${Code}: ${Message ?? 'no reason given'}`));
      const again = new Set(Failed.filter((failed) => !lost.includes(failed)).map(({ Id }) => Id));
      left = left.filter(({ Id }) => again.has(Id));
      if (left.length > 0) await wait(Math.min(5, 0.1 * 2 ** attempt) * (0.5 + random() / 2));
    }
    return refused;
  }

  return {
    async send(messages) {
      const sent = await Promise.allSettled(batchesOf(messages).map((batch) => limit(() => sendBatch(batch))));
      const failed = sent.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      const refused = sent.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      if (refused.length > 0) throw new NotSent(`SQS did not take ${refused.length} messages; the first: ${refused[0]}`);
    },
  };
}

function batchesOf(messages: readonly Outgoing[]): readonly (readonly Entry[])[] {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const outgoing of messages) {
    const body = JSON.stringify(outgoing.message);
    const size = Buffer.byteLength(body);
    const last = batches.at(-1);
    const fits = last !== undefined && last.length < messagesAtOnce && bytes + size <= bytesAtOnce;
    const batch = fits ? last : [];
    if (!fits) batches.push(batch);
    bytes = fits ? bytes + size : size;
    batch.push(entryOf(outgoing, body, batch.length));
  }
  return batches;
}

const entryOf = ({ message, deduplication }: Outgoing, body: string, position: number): Entry => ({
  Id: String(position),
  MessageBody: body,
  MessageGroupId: message.group,
  // At most 128 characters, not all of which are allowed: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  MessageDeduplicationId: createHash('sha256').update(deduplication).digest('hex'),
});
