import { randomUUID } from 'node:crypto';
import type * as sns from '@aws-sdk/client-sns';
import type { CallContext } from '../../service.ts';
import { TargetError } from '../../targets.ts';
import type { World } from '../../world.ts';
import { pageOf } from '../pages.ts';
import { enqueue } from '../sqs.ts';
import { requireQueue } from './deliver.ts';
import { invalid, theSubscription, theTopic } from './errors.ts';
import { readPolicy } from './filter-policy.ts';
import { type Subscription, subscriptionsOf, type Topic } from './state.ts';
import { badToken } from './topics.ts';

const protocols: Readonly<Record<string, RegExp>> = {
  sqs: /^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/,
  lambda: /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
  email: /^[^@\s]+@[^@\s]+$/,
  'email-json': /^[^@\s]+@[^@\s]+$/,
};

/** @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
export function subscribe(input: sns.SubscribeCommandInput, call: CallContext) {
  const topic = theTopic(call, input.TopicArn);
  const { Protocol: protocol = '', Endpoint: endpoint = '', Attributes = {} } = input;
  checkEndpoint(topic, protocol, endpoint);
  for (const [name, value] of Object.entries(Attributes)) checkAttribute(name, value ?? '', protocol);
  const known = subscriptionsOf(call.world.sns, topic.arn).find((one) => one.protocol === protocol && one.endpoint === endpoint);
  const subscription = known ? sameSubscription(known, Attributes) : newSubscription(topic, input, call);
  const isShown = subscription.confirmed || input.ReturnSubscriptionArn === true;
  return { SubscriptionArn: isShown ? subscription.arn : 'pending confirmation' };
}

function checkEndpoint(topic: Topic, protocol: string, endpoint: string): void {
  const form = protocols[protocol];
  if (!form) throw invalid(`Invalid protocol type: ${protocol}`);
  if (!form.test(endpoint)) throw invalid(`Invalid parameter: ${protocol.toUpperCase()} endpoint ${endpoint}`);
  const isFifoQueue = protocol === 'sqs' && endpoint.endsWith('.fifo');
  if (isFifoQueue && !topic.isFifo) {
    throw invalid('Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
  }
  // https://docs.aws.amazon.com/sns/latest/dg/fifo-topic-message-delivery.html
  if (topic.isFifo && protocol !== 'sqs') throw invalid(`Invalid protocol type: ${protocol}`);
}

const settable = ['DeliveryPolicy', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy'];

function checkAttribute(name: string, value: string, protocol: string): void {
  if (!settable.includes(name)) throw invalid('AttributeName');
  if (name === 'RawMessageDelivery' && !['true', 'false'].includes(value)) {
    throw invalid('Attributes Reason: RawMessageDelivery: Invalid value. Must be true or false.');
  }
  if (name === 'RawMessageDelivery' && value === 'true' && protocol !== 'sqs') {
    throw invalid('Attributes Reason: Delivery protocol [lambda, email] does not support raw message delivery.');
  }
  if (name === 'FilterPolicyScope' && !['MessageAttributes', 'MessageBody'].includes(value)) {
    throw invalid('Attributes Reason: FilterPolicyScope: Invalid value. Please use either MessageBody or MessageAttributes');
  }
  if (name === 'FilterPolicy' && value !== '' && !readPolicy(value)) {
    throw invalid('Attributes Reason: FilterPolicy: failed to parse JSON.');
  }
}

function sameSubscription(known: Subscription, given: Readonly<Record<string, string | undefined>>): Subscription {
  const isOther = Object.entries(given).some(([name, value]) => known.attributes.get(name) !== value);
  if (isOther) throw invalid('Attributes Reason: Subscription already exists with different attributes');
  return known;
}

function newSubscription(topic: Topic, input: sns.SubscribeCommandInput, call: CallContext): Subscription {
  const { world, caller } = call;
  const { Protocol: protocol = '', Endpoint: endpoint = '', Attributes = {} } = input;
  const subscription: Subscription = {
    arn: `${topic.arn}:${randomUUID()}`,
    topicArn: topic.arn,
    owner: caller.account,
    protocol,
    endpoint,
    attributes: new Map(Object.entries(Attributes).map(([name, value]) => [name, value ?? ''])),
    token: (randomUUID() + randomUUID()).replaceAll('-', ''),
    confirmed: protocol === 'lambda' || (protocol === 'sqs' && endpoint.split(':')[4] === caller.account),
  };
  world.sns.subscriptions.set(subscription.arn, subscription);
  if (!subscription.confirmed) askForConfirmation(subscription, call);
  return subscription;
}

/** An endpoint that is not the subscriber's own is asked first. https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html */
function askForConfirmation(subscription: Subscription, { world }: CallContext): void {
  const { protocol, endpoint, token, topicArn } = subscription;
  const time = world.clock.now();
  const body = `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
  if (protocol === 'sqs') {
    const message = {
      Type: 'SubscriptionConfirmation',
      MessageId: randomUUID(),
      Token: token,
      TopicArn: topicArn,
      Message: body,
    };
    const SubscribeURL = `https://sns.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;
    if (isReached(world, subscription))
      enqueue(world, endpoint, JSON.stringify({ ...message, SubscribeURL, Timestamp: time.toISOString() }));
    return;
  }
  const subject = 'AWS Notification - Subscription Confirmation';
  world.sns.outbox.push({ time, to: endpoint, topicArn, kind: 'confirmation', subject, body, token });
}

/** A queue that is not there, or does not let the topic in, is not asked, and not asked again. */
function isReached(world: World, subscription: Subscription): boolean {
  try {
    requireQueue(world, subscription);
    return true;
  } catch (error) {
    if (error instanceof TargetError) return false;
    throw error;
  }
}

export function confirmSubscription({ TopicArn, Token }: sns.ConfirmSubscriptionCommandInput, call: CallContext) {
  const topic = theTopic(call, TopicArn);
  const found = subscriptionsOf(call.world.sns, topic.arn).find(({ token }) => token === Token);
  if (!found) throw invalid('Token');
  found.confirmed = true;
  return { SubscriptionArn: found.arn };
}

/** Removing one that does not exist is no error. */
export function unsubscribe({ SubscriptionArn: arn = '' }: sns.UnsubscribeCommandInput, call: CallContext): void {
  if (!/^arn:aws:sns:[^:]+:\d{12}:[^:]+:[\w-]+$/.test(arn)) {
    throw invalid('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1');
  }
  const { subscriptions, topics } = call.world.sns;
  const known = subscriptions.get(arn);
  if (!known) return;
  subscriptions.delete(arn);
  const topic = topics.get(known.topicArn);
  if (topic) topic.unsubscribed += 1;
}

export function getSubscriptionAttributes(input: sns.GetSubscriptionAttributesCommandInput, call: CallContext) {
  const subscription = theSubscription(call, input.SubscriptionArn);
  return {
    Attributes: {
      SubscriptionArn: subscription.arn,
      TopicArn: subscription.topicArn,
      Owner: subscription.owner,
      Protocol: subscription.protocol,
      Endpoint: subscription.endpoint,
      PendingConfirmation: String(!subscription.confirmed),
      ConfirmationWasAuthenticated: String(subscription.confirmed),
      RawMessageDelivery: 'false',
      SubscriptionPrincipal: `arn:aws:iam::${subscription.owner}:root`,
      ...(subscription.attributes.has('FilterPolicy') ? { FilterPolicyScope: 'MessageAttributes' } : {}),
      ...Object.fromEntries(subscription.attributes),
    },
  };
}

export function setSubscriptionAttributes(input: sns.SetSubscriptionAttributesCommandInput, call: CallContext): void {
  const { attributes, protocol } = theSubscription(call, input.SubscriptionArn);
  const { AttributeName = '', AttributeValue = '' } = input;
  checkAttribute(AttributeName, AttributeValue, protocol);
  if (AttributeValue === '' || AttributeValue === '{}') attributes.delete(AttributeName);
  else attributes.set(AttributeName, AttributeValue);
}

export function listSubscriptions({ NextToken }: sns.ListSubscriptionsCommandInput, { world, caller, region }: CallContext) {
  const prefix = `arn:aws:sns:${region}:`;
  const mine = [...world.sns.subscriptions.values()].filter(
    ({ owner, topicArn }) => owner === caller.account && topicArn.startsWith(prefix),
  );
  return subscriptionPage(mine, NextToken);
}

export function listSubscriptionsByTopic(input: sns.ListSubscriptionsByTopicCommandInput, call: CallContext) {
  const topic = theTopic(call, input.TopicArn);
  return subscriptionPage(subscriptionsOf(call.world.sns, topic.arn), input.NextToken);
}

function subscriptionPage(all: readonly Subscription[], token: string | undefined) {
  const { items, NextToken } = pageOf(all, token, 100, badToken);
  const Subscriptions = items.map(({ arn, topicArn, owner, protocol, endpoint, confirmed }) => ({
    SubscriptionArn: confirmed ? arn : 'PendingConfirmation',
    TopicArn: topicArn,
    Owner: owner,
    Protocol: protocol,
    Endpoint: endpoint,
  }));
  return { Subscriptions, NextToken };
}
