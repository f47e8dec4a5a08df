import { AwsError } from '../service.ts';
import { enqueue } from '../services/sqs.ts';
import { type TargetDriver, TargetError } from '../targets.ts';
import { requirePermission } from './permission.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions */
export const toQueue: TargetDriver = (world, targetArn, body, params) => {
  const queue = world.sqs.queues.get(targetArn);
  if (!queue) throw new TargetError('RESOURCE_NOT_FOUND', `The queue ${targetArn} does not exist.`);
  requirePermission(world, { action: 'sqs:SendMessage', targetArn, policy: queue.attributes.get('Policy') }, params);
  const attributes = Object.fromEntries(
    Object.entries(params.messageAttributes ?? {}).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  try {
    enqueue(world, targetArn, body, { groupId: params.groupId, attributes, senderId: params.service });
  } catch (error) {
    if (error instanceof AwsError) throw new TargetError('SDK_CLIENT_ERROR', error.message);
    throw error;
  }
};
