/** The topic of a spoke's region for failures of replication: S3 sends to it, and it sends on to the hub's queue. */
import { Aws, type Stack } from 'aws-cdk-lib';
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { partitionOf } from '../shared/model/arn.ts';
import type { Config } from './config.ts';
import { failureQueueName, failureTopicName } from './permissions/names.ts';
import { policyOf } from './permissions/statement.ts';

/**
 * S3 sends to topics of the bucket's own region, and to none that is encrypted under AWS's own key for SNS, whose policy nobody can
 * change. A key of our own in every region of every account would cost more than what lies in the topic is worth: names of objects that
 * failed, for the moment of their passage, in SNS's own encryption at rest.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function failureTopicOf(stack: Stack, { hub }: Pick<Config, 'hub'>): void {
  const topic = new CfnTopic(stack, 'Failures', { topicName: failureTopicName });
  const policy = new CfnTopicPolicy(stack, 'FailuresPolicy', { topics: [topic.ref], policyDocument: topicPolicy(topic.ref) });
  // The queue is of another account, and is asked whether it wants this; the function `failures` says yes. It is asked once, so the hub comes first.
  // https://docs.aws.amazon.com/sns/latest/dg/sns-send-message-to-sqs-cross-account.html
  const subscription = new CfnSubscription(stack, 'FailuresToHub', {
    ...{ topicArn: topic.ref, protocol: 'sqs', rawMessageDelivery: true },
    endpoint: `arn:${partitionOf(hub.region)}:sqs:${hub.region}:${hub.account}:${failureQueueName}`,
  });
  subscription.addResourceDependency(policy);
}

const topicPolicy = (topic: string) =>
  policyOf(
    {
      ...{
        Sid: 'BucketsTell',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topic,
      },
      Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    },
    {
      ...{ Sid: 'OnlyEncrypted', Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: topic },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  );
