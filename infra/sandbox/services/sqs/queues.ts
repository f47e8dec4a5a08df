import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import { attributesOf, checkAttributes, defaultsOf, redriveOf, setAttributes } from './attributes.ts';
import { missing, noSuchQueue } from './errors.ts';
import { theQueue, urlOf } from './lookup.ts';
import { dropExpired } from './receive.ts';
import { arnOf, type Queue, wake } from './state.ts';

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export function createQueue({ QueueName: name, Attributes = {}, tags = {} }: sqs.CreateQueueCommandInput, call: CallContext) {
  const { world, caller, region } = call;
  const isFifo = checkName(name, Attributes.FifoQueue);
  const arn = arnOf(caller.account, region, name ?? '');
  checkAttributes(world.sqs, Attributes, isFifo, true);
  const known = world.sqs.queues.get(arn);
  if (known) return { QueueUrl: urlOf(call, sameQueue(known, Attributes)) };
  const now = world.clock.now().getTime();
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
  if (now - (world.sqs.deleted.get(arn) ?? Number.NEGATIVE_INFINITY) < 60_000) {
    throw new AwsError(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
  }
  const queue = newQueue(caller.account, region, name ?? '', now);
  setAttributes(queue, Attributes);
  for (const [key, value] of Object.entries(tags)) queue.tags.set(key, value ?? '');
  world.sqs.queues.set(arn, queue);
  return { QueueUrl: urlOf(call, queue) };
}

/** @returns whether it is a FIFO queue's */
function checkName(name: string | undefined, fifo: string | undefined): boolean {
  if (!name) throw missing('QueueName');
  const isFifo = name.endsWith('.fifo') || fifo === 'true';
  if (isFifo && (fifo !== 'true' || name.length > 80 || !/^[\w-]+\.fifo$/.test(name))) {
    throw new AwsError(
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
  if (!isFifo && !/^[\w-]{1,80}$/.test(name)) {
    throw new AwsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  return isFifo;
}

function newQueue(account: string, region: string, name: string, now: number): Queue {
  const isFifo = name.endsWith('.fifo');
  return {
    account,
    region,
    name,
    arn: arnOf(account, region, name),
    isFifo,
    createdAt: now,
    modifiedAt: now,
    attributes: new Map(defaultsOf(isFifo)),
    tags: new Map(),
    messages: [],
    sent: new Map(),
    sequence: 0,
    purgedAt: undefined,
    waiting: new Set(),
  };
}

function sameQueue(queue: Queue, given: Readonly<Record<string, string | undefined>>): Queue {
  const other = Object.keys(given).find((name) => !isSame(name, queue.attributes.get(name), given[name]));
  if (other === undefined) return queue;
  throw new AwsError('QueueNameExists', `A queue already exists with the same name and a different value for attribute ${other}`);
}

function isSame(name: string, kept: string | undefined, given: string | undefined): boolean {
  if ((kept ?? '') === (given ?? '')) return true;
  if (name !== 'RedrivePolicy' || !kept || !given) return false;
  const [a, b] = [JSON.parse(kept), JSON.parse(given)];
  return a.deadLetterTargetArn === b.deadLetterTargetArn && Number(a.maxReceiveCount) === Number(b.maxReceiveCount);
}

export function getQueueUrl(input: sqs.GetQueueUrlCommandInput, call: CallContext) {
  const account = input.QueueOwnerAWSAccountId ?? call.caller.account;
  const queue = call.world.sqs.queues.get(arnOf(account, call.region, input.QueueName ?? ''));
  if (!queue) throw noSuchQueue();
  return { QueueUrl: urlOf(call, queue) };
}

export function getQueueAttributes({ QueueUrl, AttributeNames = [] }: sqs.GetQueueAttributesCommandInput, call: CallContext) {
  const queue = theQueue(call, QueueUrl);
  const now = call.world.clock.now().getTime();
  dropExpired(queue, now);
  const all = attributesOf(queue, now);
  const names: readonly string[] = AttributeNames.includes('All') ? Object.keys(all) : AttributeNames;
  const unknown = names.find((name) => !(name in all) && !(name in known));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const asked = names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const]));
  return asked.length === 0 ? {} : { Attributes: Object.fromEntries(asked) };
}

/** May be asked for though the queue has none. */
const known: Readonly<Record<string, true>> = {
  Policy: true,
  RedrivePolicy: true,
  RedriveAllowPolicy: true,
  KmsMasterKeyId: true,
  KmsDataKeyReusePeriodSeconds: true,
  FifoQueue: true,
  ContentBasedDeduplication: true,
  DeduplicationScope: true,
  FifoThroughputLimit: true,
};

export function setQueueAttributes({ QueueUrl, Attributes = {} }: sqs.SetQueueAttributesCommandInput, call: CallContext): void {
  const queue = theQueue(call, QueueUrl);
  checkAttributes(call.world.sqs, Attributes, queue.isFifo, false);
  setAttributes(queue, Attributes);
  queue.modifiedAt = call.world.clock.now().getTime();
}

export function listQueues(
  { QueueNamePrefix = '', MaxResults, NextToken }: sqs.ListQueuesCommandInput,
  call: CallContext,
): sqs.ListQueuesCommandOutput | object {
  const mine = ownQueues(call).filter(({ name }) => name.startsWith(QueueNamePrefix));
  return urlPage(mine, 'QueueUrls', MaxResults, NextToken, call);
}

/** Queues that name this one as their dead-letter queue. */
export function listDeadLetterSourceQueues(
  { QueueUrl, MaxResults, NextToken }: sqs.ListDeadLetterSourceQueuesCommandInput,
  call: CallContext,
) {
  const { arn } = theQueue(call, QueueUrl);
  const sources = ownQueues(call).filter((queue) => redriveOf(queue)?.deadLetterTargetArn === arn);
  return { queueUrls: [], ...urlPage(sources, 'queueUrls', MaxResults, NextToken, call) };
}

const ownQueues = ({ world, caller, region }: CallContext): Queue[] =>
  [...world.sqs.queues.values()]
    .filter((queue) => queue.account === caller.account && queue.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function urlPage(queues: Queue[], member: string, size: number | undefined, token: string | undefined, call: CallContext) {
  const badToken = () => new AwsError('InvalidParameterValue', 'Invalid or expired next token.');
  const { items, NextToken } = pageOf(queues, token, size ?? 1000, badToken);
  if (items.length === 0) return {};
  // A token is given only to those who asked for pages.
  return { [member]: items.map((queue) => urlOf(call, queue)), ...(size === undefined || !NextToken ? {} : { NextToken }) };
}

export function deleteQueue({ QueueUrl }: sqs.DeleteQueueCommandInput, call: CallContext): void {
  const queue = theQueue(call, QueueUrl);
  call.world.sqs.queues.delete(queue.arn);
  call.world.sqs.deleted.set(queue.arn, call.world.clock.now().getTime());
}

export function purgeQueue({ QueueUrl }: sqs.PurgeQueueCommandInput, call: CallContext): void {
  const queue = theQueue(call, QueueUrl);
  const now = call.world.clock.now().getTime();
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
  if (queue.purgedAt !== undefined && now - queue.purgedAt < 60_000) {
    const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
    throw new AwsError('PurgeQueueInProgress', message, 403);
  }
  queue.purgedAt = now;
  queue.messages = [];
  wake(queue);
}

export function tagQueue({ QueueUrl, Tags = {} }: sqs.TagQueueCommandInput, call: CallContext): void {
  const { tags } = theQueue(call, QueueUrl);
  for (const [key, value] of Object.entries(Tags)) tags.set(key, value ?? '');
}

export function untagQueue({ QueueUrl, TagKeys = [] }: sqs.UntagQueueCommandInput, call: CallContext): void {
  const { tags } = theQueue(call, QueueUrl);
  for (const key of TagKeys) tags.delete(key);
}

export function listQueueTags({ QueueUrl }: sqs.ListQueueTagsCommandInput, call: CallContext) {
  const { tags } = theQueue(call, QueueUrl);
  return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
}
