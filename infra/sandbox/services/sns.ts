/**
 * Amazon SNS: standard and FIFO topics, per account and region, to queues, functions and mailboxes.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
 */
import type * as sns from '@aws-sdk/client-sns';
import { AwsError, type CallContext, type Handler } from '../service.ts';
import type { World } from '../world.ts';
import { invalid, theTopic } from './sns/errors.ts';
import { type Publication, type Published, publish } from './sns/publish.ts';
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  subscribe,
  unsubscribe,
} from './sns/subscriptions.ts';
import {
  createTopic,
  deleteTopic,
  getTopicAttributes,
  listTagsForResource,
  listTopics,
  setTopicAttributes,
  tagResource,
  untagResource,
} from './sns/topics.ts';

export { type Publication, type Published, publish } from './sns/publish.ts';
export { type Mail, newSnsState, type SnsState } from './sns/state.ts';

export const snsHandlers: Readonly<Record<string, Handler>> = {
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  GetTopicAttributes: getTopicAttributes,
  SetTopicAttributes: setTopicAttributes,
  ListTopics: listTopics,
  Subscribe: subscribe,
  ConfirmSubscription: confirmSubscription,
  Unsubscribe: unsubscribe,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  ListSubscriptions: listSubscriptions,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  Publish: publishMessage,
  PublishBatch: publishBatch,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};

async function publishMessage(input: sns.PublishCommandInput, call: CallContext) {
  if (input.PhoneNumber !== undefined) throw new AwsError('NotImplemented', 'The local AWS sends no text messages.', 501);
  const { id, sequenceNumber } = await publish(
    call.world,
    theTopic(call, input.TopicArn ?? input.TargetArn),
    publicationOf(input),
  );
  return { MessageId: id, SequenceNumber: sequenceNumber };
}

const publicationOf = (entry: Partial<sns.PublishBatchRequestEntry>): Publication => ({
  message: entry.Message,
  subject: entry.Subject,
  structure: entry.MessageStructure,
  attributes: entry.MessageAttributes,
  groupId: entry.MessageGroupId,
  dedupId: entry.MessageDeduplicationId,
});

async function publishBatch(input: sns.PublishBatchCommandInput, call: CallContext) {
  const topic = theTopic(call, input.TopicArn);
  const entries = input.PublishBatchRequestEntries ?? [];
  checkBatch(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      const { id, sequenceNumber } = await publish(call.world, topic, publicationOf(entry));
      Successful.push({ Id: entry.Id, MessageId: id, SequenceNumber: sequenceNumber });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 });
    }
  }
  return { Successful, Failed };
}

/** @see https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html#API_PublishBatch_Errors */
function checkBatch(entries: readonly sns.PublishBatchRequestEntry[]): void {
  const ids = entries.map(({ Id = '' }) => Id);
  if (ids.length === 0) throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (ids.length > 10)
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible (more than 10).',
    );
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    throw new AwsError('InvalidBatchEntryId', "The Id of a batch entry in a batch request doesn't abide by the specification.");
  }
  if (new Set(ids).size < ids.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const bytes = entries.reduce((sum, { Message = '' }) => sum + Buffer.byteLength(Message), 0);
  if (bytes > 262_144) throw invalid('Message too long');
}

/**
 * Publishes as a service of AWS does, past all permissions. Answers once every subscription has been served.
 *
 * @param attributes of type String
 * @throws AwsError as `Publish` does: `NotFound`, `InvalidParameter`
 */
export function publishTo(
  world: World,
  topicArn: string,
  subject: string | undefined,
  body: string,
  attributes: Readonly<Record<string, string>> = {},
): Promise<Published> {
  const typed = Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const);
  return publish(world, theTopic({ world }, topicArn), { message: body, subject, attributes: Object.fromEntries(typed) });
}
