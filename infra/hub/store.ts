/** Where the controller keeps and sends things: the ledger's table, the queue of groups, what could not be answered. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ledgerTable, ledgerTableInput } from '../../shared/aws/ledger/table.ts';
import { failureQueueName } from '../permissions/names.ts';

export const tableName = 'lockstep-ledger';
export const queueNames = {
  queue: 'lockstep.fifo',
  deadLetters: 'lockstep-dead.fifo',
  undelivered: 'lockstep-undelivered',
  failureQueue: failureQueueName,
  failureLetters: 'lockstep-failures-dead',
} as const;

/** Attempts at a message before it is a dead letter. */
const attempts = 5;

/** A batch comes back only when its function cannot be at it any more. */
export const visibilitySeconds = 180;

export function ledgerOf(scope: Construct): CfnTable {
  const { BillingMode, KeySchema, AttributeDefinitions } = ledgerTableInput;
  const table = new CfnTable(scope, 'Ledger', {
    tableName,
    billingMode: BillingMode,
    keySchema: KeySchema.map(({ AttributeName, KeyType }) => ({ attributeName: AttributeName, keyType: KeyType })),
    attributeDefinitions: AttributeDefinitions.map(({ AttributeName, AttributeType }) => ({
      ...{ attributeName: AttributeName, attributeType: AttributeType },
    })),
    timeToLiveSpecification: { attributeName: ledgerTable.timeToLive, enabled: true },
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    sseSpecification: { sseEnabled: true },
  });
  // It goes with the stack: documents bring it back, and for 35 days so does DynamoDB.
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
  table.applyRemovalPolicy(RemovalPolicy.DESTROY);
  return table;
}

export interface Queues {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly undelivered: Queue;
  /** What S3 reports as not replicated. */
  readonly failureQueue: Queue;
}

const common = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
  removalPolicy: RemovalPolicy.DESTROY,
} as const;

export function queuesOf(scope: Construct): Queues {
  const deadLetters = new Queue(scope, 'DeadLetters', { ...common, queueName: queueNames.deadLetters, fifo: true });
  const queue = new Queue(scope, 'Queue', {
    ...{ ...common, queueName: queueNames.queue, fifo: true, contentBasedDeduplication: false },
    // Groups do not wait for each other: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: attempts },
  });
  // What Lambda and EventBridge give up goes to a standard queue: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
  const undelivered = new Queue(scope, 'Undelivered', { ...common, queueName: queueNames.undelivered });
  return { queue, deadLetters, undelivered, failureQueue: failureQueueOf(scope) };
}

/** Encrypted by SQS itself, which SNS can send to: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html */
function failureQueueOf(scope: Construct): Queue {
  const letters = new Queue(scope, 'FailureLetters', { ...common, queueName: queueNames.failureLetters });
  return new Queue(scope, 'FailureQueue', {
    ...{ ...common, queueName: queueNames.failureQueue },
    // Six times the time of its function, and the batching window: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
    visibilityTimeout: Duration.seconds(400),
    deadLetterQueue: { queue: letters, maxReceiveCount: attempts },
  });
}
