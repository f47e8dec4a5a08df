/**
 * Amazon SQS: standard and FIFO queues, per account and region.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
import type { Handler } from '../service.ts';
import type { World } from '../world.ts';
import { byArn } from './sqs/lookup.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
  receiveMessage,
  sendMessage,
  sendMessageBatch,
} from './sqs/messages.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  listQueueTags,
  purgeQueue,
  setQueueAttributes,
  tagQueue,
  untagQueue,
} from './sqs/queues.ts';
import { listMessageMoveTasks, startMessageMoveTask } from './sqs/redrive.ts';
import { type Outgoing, type Sent, send } from './sqs/send.ts';

export { type Message, newSqsState, type Queue, type SqsState } from './sqs/state.ts';

export const sqsHandlers: Readonly<Record<string, Handler>> = {
  CreateQueue: createQueue,
  GetQueueUrl: getQueueUrl,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  ListQueues: listQueues,
  DeleteQueue: deleteQueue,
  PurgeQueue: purgeQueue,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
  ListQueueTags: listQueueTags,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
  StartMessageMoveTask: startMessageMoveTask,
  ListMessageMoveTasks: listMessageMoveTasks,
};

interface Enqueued extends Partial<Omit<Outgoing, 'body'>> {}

/**
 * Sends a message as a service of AWS does, past all permissions.
 *
 * @param more `groupId` is required by FIFO queues, `dedupId` by those without content-based deduplication
 * @throws AwsError as `SendMessage` does: `QueueDoesNotExist`, `MissingParameter`, `InvalidParameterValue`
 */
export function enqueue(world: World, queueArn: string, body: string, more: Enqueued = {}): Sent {
  return send(world, byArn({ world }, queueArn), { senderId: 'AIDAIT2UOQQY3AUEKVGXU', ...more, body });
}
