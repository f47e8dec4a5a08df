import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { AwsError } from '../../service.ts';
import { requirePermission } from '../../targets/permission.ts';
import { deliverTo, TargetError } from '../../targets.ts';
import type { World } from '../../world.ts';
import { enqueue } from '../sqs.ts';
import type { Publication, Published } from './publish.ts';
import type { Subscription } from './state.ts';

/** A message on its way to one subscription. */
export interface Delivery extends Publication, Published {
  /** The message for this protocol. */
  readonly text: string;
}

/**
 * Takes a message to where a subscription points. What cannot be delivered goes to the subscription's dead-letter queue, or is lost.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
 */
export async function deliver(world: World, subscription: Subscription, delivery: Delivery): Promise<void> {
  try {
    await deliverers[subscription.protocol]?.(world, subscription, delivery);
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof AwsError)) throw error;
    bury(world, subscription, delivery);
  }
}

function bury(world: World, subscription: Subscription, delivery: Delivery): void {
  const { deadLetterTargetArn } = JSON.parse(subscription.attributes.get('RedrivePolicy') ?? '{}') as Record<string, string>;
  if (deadLetterTargetArn === undefined || !world.sqs.queues.has(deadLetterTargetArn)) return;
  enqueue(world, deadLetterTargetArn, envelope(world, subscription, delivery), ordered(deadLetterTargetArn, delivery));
}

type Deliverer = (world: World, subscription: Subscription, delivery: Delivery) => void | Promise<void>;

const deliverers: Readonly<Record<string, Deliverer>> = {
  sqs: toQueue,
  lambda: toFunction,
  email: toMailbox,
  'email-json': toMailbox,
};

function toQueue(world: World, subscription: Subscription, delivery: Delivery): void {
  const isRaw = subscription.attributes.get('RawMessageDelivery') === 'true';
  const { endpoint: targetArn } = subscription;
  requireQueue(world, subscription);
  enqueue(world, targetArn, isRaw ? delivery.text : envelope(world, subscription, delivery), {
    ...ordered(targetArn, delivery),
    ...(isRaw ? { attributes: delivery.attributes } : {}),
  });
}

/** @throws TargetError when the queue is not there, or does not let the topic in */
export function requireQueue(world: World, subscription: Subscription): void {
  const { endpoint: targetArn } = subscription;
  const queue = world.sqs.queues.get(targetArn);
  if (!queue) throw new TargetError('RESOURCE_NOT_FOUND', `The queue ${targetArn} does not exist.`);
  const policy = queue.attributes.get('Policy');
  requirePermission(world, { action: 'sqs:SendMessage', targetArn, policy }, senderOf(subscription));
}

const senderOf = ({ topicArn }: Subscription) => ({
  service: 'sns.amazonaws.com',
  sourceArn: topicArn,
  sourceAccount: topicArn.split(':')[4] ?? '',
});

/** Standard queues take no deduplication id. */
const ordered = (queueArn: string, { groupId, dedupId }: Pick<Publication, 'groupId' | 'dedupId'>) =>
  queueArn.endsWith('.fifo') ? { groupId, dedupId } : { groupId };

const shown = (attributes: Readonly<Record<string, MessageAttributeValue>>): object =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: BinaryValue ? Buffer.from(BinaryValue).toString('base64') : StringValue },
    ]),
  );

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
function notification(world: World, { topicArn, arn }: Subscription, delivery: Delivery) {
  const { id, sequenceNumber, subject, text, attributes = {} } = delivery;
  const region = topicArn.split(':')[3];
  const signed = {
    Timestamp: world.clock.now().toISOString(),
    SignatureVersion: '1',
    Signature: 'bG9jYWw=',
    UnsubscribeURL: `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${arn}`,
  };
  return {
    Type: 'Notification',
    MessageId: id,
    ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
    TopicArn: topicArn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: text,
    ...signed,
    ...(Object.keys(attributes).length > 0 ? { MessageAttributes: shown(attributes) } : {}),
  };
}

function envelope(world: World, subscription: Subscription, delivery: Delivery): string {
  return JSON.stringify({
    ...notification(world, subscription, delivery),
    SigningCertURL: `https://sns.${subscription.topicArn.split(':')[3]}.amazonaws.com/SimpleNotificationService.pem`,
  });
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
async function toFunction(world: World, subscription: Subscription, delivery: Delivery): Promise<void> {
  const Sns = {
    Subject: null,
    MessageAttributes: {},
    ...notification(world, subscription, delivery),
    SigningCertUrl: `https://sns.${subscription.topicArn.split(':')[3]}.amazonaws.com/SimpleNotificationService.pem`,
  };
  const record = { EventVersion: '1.0', EventSubscriptionArn: subscription.arn, EventSource: 'aws:sns', Sns };
  await deliverTo(world, subscription.endpoint, JSON.stringify({ Records: [record] }), senderOf(subscription));
}

function toMailbox(world: World, subscription: Subscription, delivery: Delivery): void {
  const { endpoint, topicArn, protocol } = subscription;
  world.sns.outbox.push({
    time: world.clock.now(),
    to: endpoint,
    topicArn,
    kind: 'notification',
    subject: delivery.subject ?? 'AWS Notification Message',
    body: protocol === 'email-json' ? envelope(world, subscription, delivery) : delivery.text,
  });
}
