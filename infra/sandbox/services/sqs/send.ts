import { createHash, randomUUID } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { AwsError } from '../../service.ts';
import type { World } from '../../world.ts';
import { sizeOf } from './checksums.ts';
import { invalidValue, missing, mustBeBetween } from './errors.ts';
import { type Message, numberOf, type Queue, wake } from './state.ts';

/** A message as it is sent. */
export interface Outgoing {
  readonly body: string | undefined;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
  readonly traceHeader?: string | undefined;
  readonly groupId?: string | undefined;
  readonly dedupId?: string | undefined;
  readonly delaySeconds?: number | undefined;
  /** `AIDA…`, `AROA…:session`, an account or a service. */
  readonly senderId: string;
}

export interface Sent {
  readonly id: string;
  readonly sequenceNumber: string | undefined;
}

const dedupSeconds = 5 * 60;

/**
 * Puts a message into a queue, unless one of the same deduplication id was sent within five minutes: then it answers as that one did.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * @throws AwsError `MissingParameter`, `InvalidParameterValue`, `InvalidMessageContents`
 */
export function send(world: World, queue: Queue, outgoing: Outgoing): Sent {
  const now = world.clock.now().getTime();
  const body = checkContent(queue, outgoing);
  const dedupId = checkOrdering(queue, outgoing, body);
  const key = dedupId === undefined ? undefined : scopeOf(queue, outgoing, dedupId);
  for (const [old, { at }] of queue.sent) if (now - at >= dedupSeconds * 1000) queue.sent.delete(old);
  const before = key === undefined ? undefined : queue.sent.get(key);
  if (before) return before;
  const message = newMessage(queue, { ...outgoing, body, dedupId }, now);
  queue.messages.push(message);
  if (key !== undefined) queue.sent.set(key, { at: now, id: message.id, sequenceNumber: message.sequenceNumber });
  wake(queue);
  return message;
}

function newMessage(queue: Queue, outgoing: Outgoing & { readonly body: string }, now: number): Message {
  queue.sequence += 1;
  const delay = outgoing.delaySeconds ?? numberOf(queue, 'DelaySeconds');
  return {
    id: randomUUID(),
    body: outgoing.body,
    attributes: outgoing.attributes ?? {},
    traceHeader: outgoing.traceHeader,
    groupId: outgoing.groupId,
    dedupId: outgoing.dedupId,
    sequenceNumber: queue.isFifo ? sequenceNumberOf(queue) : undefined,
    senderId: outgoing.senderId,
    sentAt: now,
    visibleAt: now + delay * 1000,
    firstReceivedAt: undefined,
    receives: 0,
    receipt: undefined,
    deadLetterSource: undefined,
  };
}

export const sequenceNumberOf = ({ sequence }: Queue): string => `1888${String(sequence).padStart(16, '0')}`;

// XML 1.0's characters: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_RequestSyntax
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function checkContent(queue: Queue, { body, attributes = {} }: Outgoing): string {
  if (body === undefined || body === '') throw missing('MessageBody');
  if (forbidden.test(body)) throw new AwsError('InvalidMessageContents', 'Message contains invalid characters.');
  if (Object.keys(attributes).length > 10) {
    throw invalidValue(Object.keys(attributes).length, 'MessageAttributes', 'Number of message attributes must not exceed 10');
  }
  const limit = numberOf(queue, 'MaximumMessageSize');
  if (sizeOf(body, attributes) > limit) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    );
  }
  return body;
}

const idForm = /^[\x21-\x7e]{1,128}$/;

/** @returns the deduplication id that counts; undefined: none does */
function checkOrdering(queue: Queue, { groupId, dedupId, delaySeconds }: Outgoing, body: string): string | undefined {
  if (delaySeconds !== undefined && !(delaySeconds >= 0 && delaySeconds <= 900)) {
    throw mustBeBetween(delaySeconds, 'DelaySeconds', 0, 900);
  }
  const badId = (name: string, id: string) =>
    invalidValue(id, name, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length`);
  if (groupId !== undefined && !idForm.test(groupId)) throw badId('MessageGroupId', groupId);
  if (dedupId !== undefined && !idForm.test(dedupId)) throw badId('MessageDeduplicationId', dedupId);
  const notHere = 'The request include parameter that is not valid for this queue type';
  if (!queue.isFifo) {
    // A group is fine: fair queues. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    if (dedupId !== undefined) throw invalidValue(dedupId, 'MessageDeduplicationId', notHere);
    return undefined;
  }
  if (delaySeconds) throw invalidValue(delaySeconds, 'DelaySeconds', notHere);
  if (groupId === undefined) throw missing('MessageGroupId');
  if (dedupId !== undefined) return dedupId;
  if (queue.attributes.get('ContentBasedDeduplication') === 'true') return createHash('sha256').update(body).digest('hex');
  throw new AwsError(
    'InvalidParameterValue',
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

const scopeOf = (queue: Queue, { groupId }: Outgoing, dedupId: string): string =>
  queue.attributes.get('DeduplicationScope') === 'messageGroup' ? `${groupId} ${dedupId}` : dedupId;
