import type { ResourceType } from '../resource-type.ts';
import { cloudwatchTypes } from './cloudwatch.ts';
import { dynamodbTypes } from './dynamodb.ts';
import { eventsTypes } from './events.ts';
import { iamTypes } from './iam.ts';
import { kmsTypes } from './kms.ts';
import { lambdaTypes } from './lambda.ts';
import { schedulerTypes } from './scheduler.ts';
import { snsTypes } from './sns.ts';
import { sqsTypes } from './sqs.ts';
import { ssmTypes } from './ssm.ts';
import { stackSetTypes } from './stack-set.ts';
import { typesWithoutEffect } from './without-effect.ts';

/** By the name that templates give them. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  ...cloudwatchTypes,
  ...dynamodbTypes,
  ...eventsTypes,
  ...iamTypes,
  ...kmsTypes,
  ...lambdaTypes,
  ...schedulerTypes,
  ...snsTypes,
  ...sqsTypes,
  ...ssmTypes,
  ...stackSetTypes,
  ...typesWithoutEffect,
};
