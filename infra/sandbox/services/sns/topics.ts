import type * as sns from '@aws-sdk/client-sns';
import { AwsError, type CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import { invalid, theTopic } from './errors.ts';
import { subscriptionsOf, type Topic } from './state.ts';

/** @see https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const settable = [
  'ArchivePolicy',
  'ContentBasedDeduplication',
  'DeliveryPolicy',
  'DisplayName',
  'FifoThroughputScope',
  'KmsMasterKeyId',
  'Policy',
  'SignatureVersion',
  'TracingConfig',
  'DataProtectionPolicy',
];
const feedback =
  /^(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)$/;

/** @see https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
export function createTopic({ Name = '', Attributes = {}, Tags = [] }: sns.CreateTopicCommandInput, call: CallContext) {
  const { world, caller, region } = call;
  const isFifo = Attributes.FifoTopic === 'true';
  if (!(isFifo ? /^[\w-]{1,251}\.fifo$/ : /^[\w-]{1,256}$/).test(Name)) {
    throw invalid(isFifo ? 'Topic Name: a FIFO topic must end with .fifo' : 'Topic Name');
  }
  const arn = `arn:aws:sns:${region}:${caller.account}:${Name}`;
  for (const [name, value] of Object.entries(Attributes)) if (name !== 'FifoTopic') checkAttribute(name, value, isFifo);
  const known = world.sns.topics.get(arn);
  if (known) return { TopicArn: sameTopic(known, Attributes, Tags).arn };
  const topic = newTopic(caller.account, region, Name, arn, isFifo);
  for (const [name, value = ''] of Object.entries(Attributes)) if (name !== 'FifoTopic') topic.attributes.set(name, value);
  for (const { Key = '', Value = '' } of Tags) topic.tags.set(Key, Value);
  world.sns.topics.set(arn, topic);
  return { TopicArn: arn };
}

const newTopic = (account: string, region: string, name: string, arn: string, isFifo: boolean): Topic => ({
  account,
  region,
  name,
  arn,
  isFifo,
  attributes: new Map(),
  tags: new Map(),
  published: new Map(),
  sequence: 0,
  unsubscribed: 0,
});

function sameTopic(topic: Topic, given: Readonly<Record<string, string | undefined>>, tags: readonly sns.Tag[]): Topic {
  const isOther = Object.entries(given).some(([name, value]) => name !== 'FifoTopic' && topic.attributes.get(name) !== value);
  if (isOther) throw invalid('Attributes Reason: Topic already exists with different attributes');
  if (tags.some(({ Key = '', Value }) => topic.tags.get(Key) !== Value)) {
    throw invalid('Tags Reason: Topic already exists with different tags');
  }
  return topic;
}

function checkAttribute(name: string, value: string | undefined, isFifo: boolean): void {
  if (!settable.includes(name) && !feedback.test(name)) throw invalid('AttributeName');
  if (['ContentBasedDeduplication', 'FifoThroughputScope', 'ArchivePolicy'].includes(name) && !isFifo) {
    throw invalid(`Attributes Reason: ${name} is for FIFO topics only`);
  }
  if (['Policy', 'DeliveryPolicy'].includes(name) && value && !isJson(value)) {
    throw invalid(`${name} Reason: ${name} failed to parse`);
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

export function setTopicAttributes(input: sns.SetTopicAttributesCommandInput, call: CallContext): void {
  const topic = theTopic(call, input.TopicArn);
  checkAttribute(input.AttributeName ?? '', input.AttributeValue, topic.isFifo);
  if (input.AttributeValue) topic.attributes.set(input.AttributeName ?? '', input.AttributeValue);
  else topic.attributes.delete(input.AttributeName ?? '');
}

export function getTopicAttributes({ TopicArn }: sns.GetTopicAttributesCommandInput, call: CallContext) {
  const topic = theTopic(call, TopicArn);
  const all = subscriptionsOf(call.world.sns, topic.arn);
  const confirmed = all.filter((subscription) => subscription.confirmed).length;
  return {
    Attributes: {
      TopicArn: topic.arn,
      Owner: topic.account,
      Policy: policyOf(topic),
      DisplayName: '',
      EffectiveDeliveryPolicy: topic.attributes.get('DeliveryPolicy') ?? deliveryPolicy,
      SubscriptionsConfirmed: String(confirmed),
      SubscriptionsPending: String(all.length - confirmed),
      SubscriptionsDeleted: String(topic.unsubscribed),
      ...(topic.isFifo ? { FifoTopic: 'true', ContentBasedDeduplication: 'false' } : {}),
      ...Object.fromEntries(topic.attributes),
    },
  };
}

const deliveryPolicy = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
});

const ownersActions = [
  'GetTopicAttributes',
  'SetTopicAttributes',
  'AddPermission',
  'RemovePermission',
  'DeleteTopic',
  'Subscribe',
  'ListSubscriptionsByTopic',
  'Publish',
];

/** The topic's policy; until somebody sets one, AWS's: whoever is of the owner's account. */
function policyOf({ arn, account, attributes }: Pick<Topic, 'arn' | 'account' | 'attributes'>): string {
  const own = attributes.get('Policy');
  if (own !== undefined) return own;
  const statement = {
    Sid: '__default_statement_ID',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ownersActions.map((action) => `SNS:${action}`),
    Resource: arn,
    Condition: { StringEquals: { 'AWS:SourceOwner': account } },
  };
  return JSON.stringify({ Version: '2008-10-17', Id: '__default_policy_ID', Statement: [statement] });
}

/** Deletes the topic with its subscriptions; one that does not exist is no error. */
export function deleteTopic({ TopicArn }: sns.DeleteTopicCommandInput, { world }: CallContext): void {
  if (!TopicArn) throw invalid('TopicArn');
  for (const { arn } of subscriptionsOf(world.sns, TopicArn)) world.sns.subscriptions.delete(arn);
  world.sns.topics.delete(TopicArn);
}

export function listTopics({ NextToken: token }: sns.ListTopicsCommandInput, { world, caller, region }: CallContext) {
  const mine = [...world.sns.topics.values()].filter((topic) => topic.account === caller.account && topic.region === region);
  const { items, NextToken } = pageOf(mine, token, 100, badToken);
  return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken };
}

export const badToken = (): AwsError => invalid('NextToken');

export function tagResource({ ResourceArn, Tags = [] }: sns.TagResourceCommandInput, call: CallContext): void {
  const { tags } = taggedTopic(ResourceArn, call);
  for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value);
}

export function untagResource({ ResourceArn, TagKeys = [] }: sns.UntagResourceCommandInput, call: CallContext): void {
  const { tags } = taggedTopic(ResourceArn, call);
  for (const key of TagKeys) tags.delete(key);
}

export const listTagsForResource = ({ ResourceArn }: sns.ListTagsForResourceCommandInput, call: CallContext) => ({
  Tags: [...taggedTopic(ResourceArn, call).tags].map(([Key, Value]) => ({ Key, Value })),
});

function taggedTopic(arn: string | undefined, { world }: CallContext): Topic {
  const topic = world.sns.topics.get(arn ?? '');
  if (!topic) throw new AwsError('ResourceNotFound', 'Resource does not exist', 404);
  return topic;
}
