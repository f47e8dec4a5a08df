/** SDK clients of the administrator of any account, in any region, of a local AWS that listens. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

export interface Place {
  readonly account: string;
  readonly region: string;
}

export type Administrator = ReturnType<typeof administratorOf>;

/** @param endpoint address of the local AWS, e.g. `http://127.0.0.1:4566` */
export function administratorOf({ account, region }: Place, endpoint: string) {
  const config = { endpoint, region, credentials: { accessKeyId: account, secretAccessKey: 'local' }, maxAttempts: 3 };
  return {
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    lambda: new LambdaClient(config),
    scheduler: new SchedulerClient(config),
    sns: new SNSClient(config),
    // The endpoint is the local one, whatever host a queue's URL names.
    sqs: new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
  };
}
