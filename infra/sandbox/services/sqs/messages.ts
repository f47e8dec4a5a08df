import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type CallContext } from '../../service.ts';
import { untilTimePasses } from '../../work.ts';
import { md5Of, md5OfAttributes, sizeOf } from './checksums.ts';
import { missing, mustBeBetween } from './errors.ts';
import { theQueue } from './lookup.ts';
import { changeVisibility, type Received, receive, remove, untilReceivable } from './receive.ts';
import { send } from './send.ts';
import { numberOf, type Queue } from './state.ts';

const maxBatchBytes = 1_048_576;

export function sendMessage(input: sqs.SendMessageCommandInput, call: CallContext) {
  return sendOne(theQueue(call, input.QueueUrl), input, call);
}

type Entry = Omit<sqs.SendMessageBatchRequestEntry, 'Id'>;

function sendOne(queue: Queue, entry: Entry, { world, caller }: CallContext) {
  const attributes = entry.MessageAttributes ?? {};
  const { id, sequenceNumber } = send(world, queue, {
    body: entry.MessageBody,
    attributes,
    traceHeader: entry.MessageSystemAttributes?.AWSTraceHeader?.StringValue,
    groupId: entry.MessageGroupId,
    dedupId: entry.MessageDeduplicationId,
    delaySeconds: entry.DelaySeconds,
    senderId: caller.userId,
  });
  return {
    MessageId: id,
    MD5OfMessageBody: md5Of(entry.MessageBody ?? ''),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    SequenceNumber: sequenceNumber,
  };
}

export function sendMessageBatch({ QueueUrl, Entries }: sqs.SendMessageBatchCommandInput, call: CallContext) {
  const queue = theQueue(call, QueueUrl);
  const sizes = (Entries ?? []).map((entry) => sizeOf(entry.MessageBody ?? '', entry.MessageAttributes ?? {}));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  return batch(Entries, 'SendMessageBatchRequestEntry', (entry) => {
    if (size > maxBatchBytes) {
      const message = `Batch requests cannot be longer than ${maxBatchBytes} bytes. You have sent ${size} bytes.`;
      throw new WholeBatch(new AwsError('BatchRequestTooLong', message));
    }
    return sendOne(queue, entry, call);
  });
}

/** What is wrong with all of a batch, found out at one of its entries. */
class WholeBatch extends Error {
  readonly refusal: AwsError;
  constructor(refusal: AwsError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * Does each entry of a batch: what is refused is told beside what was done.
 *
 * @throws AwsError for what is wrong with the batch as a whole
 */
function batch<E extends { readonly Id?: string | undefined }>(
  entries: readonly E[] | undefined,
  kind: string,
  run: (entry: E) => object,
) {
  const ids = checkBatch(entries ?? [], kind);
  const results = (entries ?? []).map((entry, index) => attempt(ids[index] ?? '', () => run(entry)));
  const pick = (wanted: string) => results.filter(([how]) => how === wanted).map(([, result]) => result);
  return { Successful: pick('done'), ...(pick('refused').length > 0 ? { Failed: pick('refused') } : {}) };
}

function attempt(Id: string, run: () => object): readonly ['done' | 'refused', object] {
  try {
    return ['done', { Id, ...run() }];
  } catch (error) {
    if (error instanceof WholeBatch) throw error.refusal;
    if (!(error instanceof AwsError)) throw error;
    return ['refused', { Id, SenderFault: error.status < 500, Code: error.code, Message: error.message }];
  }
}

function checkBatch(entries: readonly { readonly Id?: string | undefined }[], kind: string): string[] {
  const fail = (code: string, message: string) => new AwsError(code, message);
  if (entries.length === 0) throw fail('EmptyBatchRequest', `There should be at least one ${kind} in the request.`);
  if (entries.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw fail('TooManyEntriesInBatchRequest', message);
  }
  const ids = entries.map(({ Id = '' }) => Id);
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    const message =
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
    throw fail('InvalidBatchEntryId', message);
  }
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw fail('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
  return ids;
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
export async function receiveMessage(input: sqs.ReceiveMessageCommandInput, call: CallContext) {
  const { world } = call;
  const queue = theQueue(call, input.QueueUrl);
  const max = between('MaxNumberOfMessages', input.MaxNumberOfMessages, 1, 10) ?? 1;
  const visibility = between('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200);
  const wait = between('WaitTimeSeconds', input.WaitTimeSeconds, 0, 20) ?? numberOf(queue, 'ReceiveMessageWaitTimeSeconds');
  const deadline = world.clock.now().getTime() + wait * 1000;
  for (;;) {
    const received = receive(world, queue, max, visibility);
    const left = (deadline - world.clock.now().getTime()) / 1000;
    if (received.length > 0) return { Messages: received.map((one) => shown(queue, one, input)) };
    if (left <= 0 || !world.sqs.queues.has(queue.arn)) return {};
    await untilTimePasses(() => untilReceivable(world, queue, left));
  }
}

function shown(queue: Queue, { message, receipt }: Received, input: sqs.ReceiveMessageCommandInput): sqs.Message {
  const wanted: readonly string[] = [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])];
  const system = Object.entries(systemAttributes(queue, message)).filter(
    ([name, value]) => value !== undefined && (wanted.includes('All') || wanted.includes(name)),
  );
  const own = Object.entries(message.attributes).filter(([name]) => isWanted(name, input.MessageAttributeNames ?? []));
  const attributes = Object.fromEntries(own);
  return {
    MessageId: message.id,
    ReceiptHandle: receipt,
    Body: message.body,
    MD5OfBody: md5Of(message.body),
    ...(system.length > 0 ? { Attributes: Object.fromEntries(system) } : {}),
    ...(own.length > 0 ? { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) } : {}),
  };
}

/** All of them, in the form of `ReceiveMessage`; undefined: this message has none. */
export function systemAttributes(
  { isFifo }: Pick<Queue, 'isFifo'>,
  message: Message,
): Readonly<Record<string, string | undefined>> {
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: isFifo ? message.dedupId : undefined,
    SequenceNumber: message.sequenceNumber,
    DeadLetterQueueSourceArn: message.deadLetterSource,
  };
}

type Message = Received['message'];

/** Names, `All`, `.*`, or prefixes like `trace.*`. */
const isWanted = (name: string, wanted: readonly string[]): boolean =>
  wanted.some((one) => one === 'All' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))));

function between(parameter: string, value: number | undefined, min: number, max: number): number | undefined {
  if (value !== undefined && !(value >= min && value <= max)) throw mustBeBetween(value, parameter, min, max);
  return value;
}

export function deleteMessage({ QueueUrl, ReceiptHandle }: sqs.DeleteMessageCommandInput, call: CallContext): void {
  remove(call.world, theQueue(call, QueueUrl), ReceiptHandle);
}

export function deleteMessageBatch({ QueueUrl, Entries }: sqs.DeleteMessageBatchCommandInput, call: CallContext) {
  const queue = theQueue(call, QueueUrl);
  return batch(Entries, 'DeleteMessageBatchRequestEntry', ({ ReceiptHandle }) => {
    remove(call.world, queue, ReceiptHandle);
    return {};
  });
}

export function changeMessageVisibility(input: sqs.ChangeMessageVisibilityCommandInput, call: CallContext): void {
  changeOne(theQueue(call, input.QueueUrl), input, call);
}

export function changeMessageVisibilityBatch(
  { QueueUrl, Entries }: sqs.ChangeMessageVisibilityBatchCommandInput,
  call: CallContext,
) {
  const queue = theQueue(call, QueueUrl);
  return batch(Entries, 'ChangeMessageVisibilityBatchRequestEntry', (entry) => changeOne(queue, entry, call));
}

function changeOne(
  queue: Queue,
  { ReceiptHandle, VisibilityTimeout }: Omit<sqs.ChangeMessageVisibilityBatchRequestEntry, 'Id'>,
  { world }: CallContext,
): object {
  const seconds = between('VisibilityTimeout', VisibilityTimeout, 0, 43_200);
  if (seconds === undefined) throw missing('VisibilityTimeout');
  changeVisibility(world, queue, ReceiptHandle, seconds);
  return {};
}
