import { randomUUID } from 'node:crypto';
import { AwsError } from '../../service.ts';
import type { World } from '../../world.ts';
import { redriveOf } from './attributes.ts';
import { invalidValue } from './errors.ts';
import { sequenceNumberOf } from './send.ts';
import { type Message, numberOf, type Queue, wake } from './state.ts';

/** A message in flight, under the receipt handle of this receive. */
export interface Received {
  readonly message: Message;
  readonly receipt: string;
}

/**
 * Takes up to `max` messages into flight. Those received too often go to the dead-letter queue instead.
 * In a FIFO queue a group with a message that is in flight, or still delayed, gives none.
 *
 * @param visibility seconds until they can be received again; by default the queue's
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export function receive(world: World, queue: Queue, max = 1, visibility = numberOf(queue, 'VisibilityTimeout')): Received[] {
  const now = world.clock.now().getTime();
  dropExpired(queue, now);
  const held = heldGroups(queue, now);
  const received: Received[] = [];
  for (const message of [...queue.messages]) {
    if (received.length === max) break;
    if (!isFree(queue, message, held, now)) continue;
    if (buried(world, queue, message, now)) continue;
    message.receives += 1;
    message.firstReceivedAt ??= now;
    message.visibleAt = now + visibility * 1000;
    message.receipt = receiptFor(queue, message);
    received.push({ message, receipt: message.receipt });
  }
  return received;
}

/**
 * Waits until a message can be received, or `seconds` have passed on the world's clock.
 *
 * @returns at once when there is one, or `seconds` is 0
 */
export function untilReceivable(world: World, queue: Queue, seconds: number): Promise<void> {
  const deadline = world.clock.now().getTime() + seconds * 1000;
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const look = (): void => {
      cancel();
      const now = world.clock.now().getTime();
      if (now >= deadline || isReceivable(queue, now)) {
        queue.waiting.delete(look);
        resolve();
        return;
      }
      const times = queue.messages.map((message) => message.visibleAt).filter((at) => at > now);
      cancel = world.clock.after((Math.min(deadline, ...times) - now) / 1000, look);
    };
    queue.waiting.add(look);
    look();
  });
}

/** Whether a receive would find a message now, if only to bury it. */
export function isReceivable(queue: Queue, now: number): boolean {
  const held = heldGroups(queue, now);
  return queue.messages.some((message) => isFree(queue, message, held, now));
}

/** Message groups that have something in flight or delayed. */
const heldGroups = ({ isFifo, messages }: Queue, now: number): ReadonlySet<string | undefined> =>
  new Set(isFifo ? messages.filter(({ visibleAt }) => visibleAt > now).map(({ groupId }) => groupId) : []);

const isFree = (
  { isFifo }: Queue,
  { visibleAt, groupId }: Message,
  held: ReadonlySet<string | undefined>,
  now: number,
): boolean => visibleAt <= now && !(isFifo && held.has(groupId));

export function dropExpired(queue: Queue, now: number): void {
  const oldest = now - numberOf(queue, 'MessageRetentionPeriod') * 1000;
  queue.messages = queue.messages.filter((message) => message.sentAt > oldest);
}

/** Moves a message that was received as often as it may be to the dead-letter queue; false: it may be received, or that queue is gone. */
function buried(world: World, queue: Queue, message: Message, now: number): boolean {
  const redrive = redriveOf(queue);
  const target = redrive && world.sqs.queues.get(redrive.deadLetterTargetArn);
  if (!redrive || !target || message.receives < redrive.maxReceiveCount) return false;
  queue.messages = queue.messages.filter((other) => other !== message);
  // A standard queue keeps the time of sending, so that retention goes on counting; FIFO starts anew.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  moveInto(target, message, { sentAt: queue.isFifo ? now : message.sentAt, visibleAt: now, deadLetterSource: queue.arn });
  return true;
}

type Moved = Pick<Message, 'sentAt' | 'visibleAt' | 'deadLetterSource'>;

export function moveInto(target: Queue, message: Message, moved: Moved): void {
  target.sequence += 1;
  const sequenceNumber = target.isFifo ? sequenceNumberOf(target) : undefined;
  target.messages.push({ ...message, ...moved, sequenceNumber, receipt: undefined });
  wake(target);
}

const receiptFor = (queue: Queue, message: Message): string =>
  Buffer.from(`${randomUUID()} ${queue.arn} ${message.id} ${message.receives}`).toString('base64');

/** The message a receipt handle is about; undefined: it is gone, or was received again since. @throws AwsError `ReceiptHandleIsInvalid` */
export function behind(queue: Queue, receipt: string | undefined): Message | undefined {
  const [, arn, id] = Buffer.from(receipt ?? '', 'base64')
    .toString()
    .split(' ');
  if (arn !== queue.arn || id === undefined) {
    throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${receipt}" is not a valid receipt handle.`);
  }
  return queue.messages.find((message) => message.id === id && message.receipt === receipt);
}

/**
 * Deletes a received message. A standard queue takes any handle that was once given out; one that a later receive replaced deletes nothing.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 */
export function remove(world: World, queue: Queue, receipt: string | undefined): void {
  const message = behind(queue, receipt);
  if (!message) return;
  if (queue.isFifo && message.visibleAt <= world.clock.now().getTime()) {
    throw invalidValue(receipt, 'ReceiptHandle', 'The receipt handle has expired');
  }
  queue.messages = queue.messages.filter((other) => other !== message);
  wake(queue);
}

/** @throws AwsError `MessageNotInflight` */
export function changeVisibility(world: World, queue: Queue, receipt: string | undefined, seconds: number): void {
  const now = world.clock.now().getTime();
  const message = behind(queue, receipt);
  if (!message)
    throw invalidValue(receipt, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change');
  if (message.visibleAt <= now) throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
  message.visibleAt = now + seconds * 1000;
  wake(queue);
}
