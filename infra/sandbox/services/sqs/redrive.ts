import { randomUUID } from 'node:crypto';
import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type CallContext } from '../../service.ts';
import { redriveOf } from './attributes.ts';
import { byArn } from './lookup.ts';
import { moveInto } from './receive.ts';

/**
 * Moves what lies in a dead-letter queue back to where it came from, or elsewhere. Here at once, there at a rate.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export function startMessageMoveTask(input: sqs.StartMessageMoveTaskCommandInput, call: CallContext) {
  const { queues, moveTasks } = call.world.sqs;
  const source = taskSource(input.SourceArn, call);
  if (input.DestinationArn !== undefined) byArn(call, input.DestinationArn);
  const isDeadLetterQueue = [...queues.values()].some((queue) => redriveOf(queue)?.deadLetterTargetArn === source.arn);
  if (!isDeadLetterQueue) {
    throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  }
  const now = call.world.clock.now().getTime();
  const movable = source.messages.filter((message) => message.visibleAt <= now);
  const moved = movable.filter((message) => {
    const target = queues.get(input.DestinationArn ?? message.deadLetterSource ?? '');
    // A moved message counts as new: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    if (target) moveInto(target, { ...message, receives: 0, firstReceivedAt: undefined }, arrival(now));
    return target !== undefined;
  });
  source.messages = source.messages.filter((message) => !moved.includes(message));
  const handle = Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: source.arn })).toString('base64');
  moveTasks.unshift({ handle, source: source.arn, destination: input.DestinationArn, moved: moved.length, startedAt: now });
  return { TaskHandle: handle };
}

const arrival = (now: number) => ({ sentAt: now, visibleAt: now, deadLetterSource: undefined });

export function listMessageMoveTasks(input: sqs.ListMessageMoveTasksCommandInput, call: CallContext) {
  const { arn } = taskSource(input.SourceArn, call);
  const tasks = call.world.sqs.moveTasks.filter((task) => task.source === arn).slice(0, input.MaxResults ?? 1);
  return {
    Results: tasks.map((task) => ({
      Status: 'COMPLETED',
      SourceArn: task.source,
      DestinationArn: task.destination,
      ApproximateNumberOfMessagesMoved: task.moved,
      ApproximateNumberOfMessagesToMove: task.moved,
      StartedTimestamp: task.startedAt,
    })),
  };
}

function taskSource(arn: string | undefined, call: CallContext) {
  const queue = call.world.sqs.queues.get(arn ?? '');
  if (queue) return queue;
  throw new AwsError(
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
    404,
  );
}
