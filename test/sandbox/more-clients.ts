import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { source } from './front-clients.ts';

export const region = 'eu-west-1';

/** A local AWS in which time passes only when told to. */
export function stillAws() {
  const clock = virtualClock();
  return { clock, aws: createLocalAws({ clock }) };
}

/** In-process clients of one account's administrator. */
export function moreClientsOf(aws: LocalAws, account = source, at = region) {
  const config = {
    region: at,
    credentials: { accessKeyId: account, secretAccessKey: 'any' },
    requestHandler: aws.requestHandler(),
    maxAttempts: 1,
  };
  return {
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    cloudwatch: new CloudWatchClient(config),
    dynamodb: new DynamoDBClient(config),
    scheduler: new SchedulerClient(config),
    organizations: new OrganizationsClient(config),
  };
}

/** A policy of a queue or topic that lets a service send to it. */
export const lettingIn = (service: string, action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: action, Resource: '*' }],
  });
