import { AwsError, type CallContext } from '../../service.ts';
import type { Subscription, Topic } from './state.ts';

export const invalid = (about: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${about}`);

const noTopic = (): AwsError => new AwsError('NotFound', 'Topic does not exist', 404);

/** @throws AwsError `InvalidParameter`, `NotFound` */
export function theTopic({ world }: Pick<CallContext, 'world'>, arn: string | undefined): Topic {
  if (!arn || !/^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/.test(arn)) throw invalid('TopicArn');
  const topic = world.sns.topics.get(arn);
  if (!topic) throw noTopic();
  return topic;
}

/** @throws AwsError `InvalidParameter`, `NotFound` */
export function theSubscription({ world }: CallContext, arn: string | undefined): Subscription {
  if (!arn?.startsWith('arn:aws:sns:')) throw invalid('SubscriptionArn Reason: An ARN must have at least 6 elements');
  const subscription = world.sns.subscriptions.get(arn);
  if (!subscription) throw new AwsError('NotFound', 'Subscription does not exist', 404);
  return subscription;
}
