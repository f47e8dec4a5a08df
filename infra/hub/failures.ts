/** How failures of replication come in: from the topics of the spokes, through a queue, to the function that counts them. */
import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Config } from '../config.ts';
import { whoReports } from '../permissions/callers.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './store.ts';

/** Reports wait so long for each other: a storm of them is a few invocations. */
const windowSeconds = 30;

/** An invocation takes 6 MB, and a report is some 3 KB with what SQS lays around it. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const batchSize = 1000;

export function countFailures(stack: Stack, { failures }: Functions, { failureQueue }: Queues, config: Config): void {
  for (const statement of whoReports(failureQueue.queueArn, config))
    failureQueue.addToResourcePolicy(PolicyStatement.fromJson(statement));
  new CfnEventSourceMapping(stack, 'CountFailures', {
    ...{ functionName: failures.functionArn, eventSourceArn: failureQueue.queueArn },
    ...{ batchSize, maximumBatchingWindowInSeconds: windowSeconds, functionResponseTypes: ['ReportBatchItemFailures'] },
    scalingConfig: { maximumConcurrency: config.concurrency.failures },
  });
}
