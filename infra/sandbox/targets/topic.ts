import { AwsError } from '../service.ts';
import { publish } from '../services/sns.ts';
import { type TargetDriver, TargetError } from '../targets.ts';
import { requirePermission } from './permission.ts';

/**
 * A topic as the target of another service: its policy has to let that service in. Resolves when every subscription was served.
 *
 * @throws TargetError `RESOURCE_NOT_FOUND`, `NO_PERMISSIONS`, `SDK_CLIENT_ERROR`
 */
export const toTopic: TargetDriver = async (world, targetArn, body, params) => {
  const topic = world.sns.topics.get(targetArn);
  if (!topic) throw new TargetError('RESOURCE_NOT_FOUND', `The topic ${targetArn} does not exist.`);
  const policy = topic.attributes.get('Policy');
  // A topic nobody gave a policy takes the alarms of its own account, and nothing from other services.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
  const isOwnAlarm = params.service === 'cloudwatch.amazonaws.com' && params.sourceAccount === topic.account;
  if (policy !== undefined || !isOwnAlarm) {
    requirePermission(world, { action: 'sns:Publish', targetArn, policy }, params);
  }
  const { subject, ...attributes } = params.messageAttributes ?? {};
  try {
    await publish(world, topic, {
      message: body,
      subject,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
      groupId: params.groupId,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new TargetError('SDK_CLIENT_ERROR', error.message);
  }
};
