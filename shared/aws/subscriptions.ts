/** Answers SNS, which asks the owner of a queue whether it wants what a topic of another account sends. */
import { ConfirmSubscriptionCommand, SNSClient, type SNSClientConfig } from '@aws-sdk/client-sns';
import { parseArn } from '../model/arn.ts';

/**
 * Confirms in the topic's own region. A subscription that is confirmed already stays so.
 *
 * @throws what SNS answers: a token is good for three days
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html
 */
export async function confirmSubscription(config: SNSClientConfig, topic: string, token: string): Promise<void> {
  const client = new SNSClient({ ...config, region: parseArn(topic)?.region ?? '' });
  try {
    await client.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token: token }));
  } finally {
    client.destroy();
  }
}
