/** Where the controller keeps and sends things: the ledger's table, the queue of groups with what could not be answered, the topic. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { ledgerTableInput } from '../../../shared/aws/ledger/table.ts';
import type { Administrator, Place } from './clients.ts';

/** Attempts at a message before it goes to the dead-letter queue. */
const attempts = 5;

export interface Store {
  readonly tableName: string;
  readonly tableArn: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterUrl: string;
  readonly topicArn: string;
}

/** @param visibilitySeconds how long a batch is out of sight: longer than the function that answers it may run */
export async function createStore(
  { dynamodb, sns, sqs }: Administrator,
  { account, region }: Place,
  { tableName, visibilitySeconds }: { readonly tableName: string; readonly visibilitySeconds: number },
): Promise<Store> {
  const arnOf = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;
  const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'false', MessageRetentionPeriod: '1209600' };
  // Groups do not wait for each other: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
  const highThroughput = { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
  const [, deadLetter, topic] = await Promise.all([
    dynamodb.send(new CreateTableCommand({ TableName: tableName, ...ledgerTableInput })),
    sqs.send(new CreateQueueCommand({ QueueName: 'lockstep-dead.fifo', Attributes: fifo })),
    sns.send(new CreateTopicCommand({ Name: 'lockstep' })),
  ]);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('lockstep-dead.fifo'), maxReceiveCount: attempts });
  const VisibilityTimeout = String(visibilitySeconds);
  const queue = await sqs.send(
    new CreateQueueCommand({
      QueueName: 'lockstep.fifo',
      Attributes: { ...fifo, ...highThroughput, VisibilityTimeout, RedrivePolicy },
    }),
  );
  return {
    tableName,
    tableArn: `arn:aws:dynamodb:${region}:${account}:table/${tableName}`,
    queueUrl: queue.QueueUrl ?? '',
    queueArn: arnOf('lockstep.fifo'),
    deadLetterUrl: deadLetter.QueueUrl ?? '',
    topicArn: topic.TopicArn ?? '',
  };
}
