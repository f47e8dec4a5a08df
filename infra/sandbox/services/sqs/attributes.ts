import { AwsError } from '../../service.ts';
import { invalidValue } from './errors.ts';
import type { Queue, SqsState } from './state.ts';

interface WholeNumber {
  readonly min: number;
  readonly max: number;
  readonly usual: number;
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const numbers: Readonly<Record<string, WholeNumber>> = {
  DelaySeconds: { min: 0, max: 900, usual: 0 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, usual: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, usual: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, usual: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, usual: 30 },
};

const choices: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  FifoQueue: ['true'],
  SqsManagedSseEnabled: ['true', 'false'],
};

const fifoOnly = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit', 'FifoQueue'];
const texts = ['Policy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'RedrivePolicy', 'RedriveAllowPolicy'];

const usual = Object.entries(numbers).map(([name, rule]): [string, string] => [name, String(rule.usual)]);

/** What a queue has that nobody set. */
export const defaultsOf = (isFifo: boolean): ReadonlyMap<string, string> =>
  new Map([
    ...usual,
    ['SqsManagedSseEnabled', 'true'],
    ...(isFifo
      ? ([
          ['FifoQueue', 'true'],
          ['ContentBasedDeduplication', 'false'],
          ['DeduplicationScope', 'queue'],
          ['FifoThroughputLimit', 'perQueue'],
        ] as const)
      : []),
  ]);

type Given = Readonly<Record<string, string | undefined>>;

/**
 * Checks attributes on their way in.
 *
 * @param isNew whether the queue is being made: only then may `FifoQueue` be given
 * @throws AwsError `InvalidAttributeName`, `InvalidAttributeValue`, `InvalidParameterValue`
 */
export function checkAttributes(sqs: SqsState, given: Given, isFifo: boolean, isNew: boolean): void {
  for (const [name, value = ''] of Object.entries(given)) {
    const isKnown = name in numbers || name in choices || texts.includes(name);
    if (!isKnown || (fifoOnly.includes(name) && !isFifo) || (name === 'FifoQueue' && !isNew)) {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    if (!isValid(name, value)) throw invalidAttribute(name);
  }
  if (given.RedrivePolicy) checkRedrive(sqs, given.RedrivePolicy, isFifo);
}

function isValid(name: string, value: string): boolean {
  const range = numbers[name];
  if (range) return /^\d+$/.test(value) && Number(value) >= range.min && Number(value) <= range.max;
  const allowed = choices[name];
  if (allowed) return allowed.includes(value);
  if (name === 'Policy' || name === 'RedriveAllowPolicy') return value === '' || isJsonObject(value);
  return true;
}

export const invalidAttribute = (name: string): AwsError =>
  new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
export interface Redrive {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export function redriveOf({ attributes }: Queue): Redrive | undefined {
  const text = attributes.get('RedrivePolicy');
  return text ? readRedrive(text) : undefined;
}

function readRedrive(text: string): Redrive | undefined {
  if (!isJsonObject(text)) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as Record<string, unknown>;
  const count = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000) return undefined;
  return { deadLetterTargetArn, maxReceiveCount: count };
}

function checkRedrive(sqs: SqsState, text: string, isFifo: boolean): void {
  const redrive = readRedrive(text);
  if (!redrive) throw invalidValue(text, 'RedrivePolicy', 'Redrive policy is not a valid JSON map');
  const target = sqs.queues.get(redrive.deadLetterTargetArn);
  if (!target) throw invalidValue(text, 'RedrivePolicy', 'Dead letter target does not exist');
  if (target.isFifo !== isFifo) {
    throw invalidValue(text, 'RedrivePolicy', 'Dead-letter queue must be same type of queue as the source');
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Sets what is given; an empty text takes the attribute off. */
export function setAttributes({ attributes }: Queue, given: Given): void {
  for (const [name, value = ''] of Object.entries(given)) {
    if (value === '') attributes.delete(name);
    else attributes.set(name, name === 'RedrivePolicy' ? JSON.stringify(readRedrive(value)) : value);
  }
  // Encryption with a KMS key takes the place of SQS's own: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
  if (attributes.has('KmsMasterKeyId')) attributes.set('SqsManagedSseEnabled', 'false');
}

const settable = (queue: Queue): [string, string][] => [...queue.attributes];

/** Everything that `GetQueueAttributes` can tell. */
export function attributesOf(queue: Queue, now: number): Readonly<Record<string, string>> {
  const inFlight = queue.messages.filter((message) => message.visibleAt > now && message.receives > 0).length;
  const delayed = queue.messages.filter((message) => message.visibleAt > now && message.receives === 0).length;
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(queue.messages.length - inFlight - delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...Object.fromEntries(settable(queue)),
  };
}
