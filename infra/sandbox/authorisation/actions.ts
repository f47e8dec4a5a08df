/** Which permissions each operation needs: one table per service, by the name its requests are signed for. */
import { lambdaActions } from '../services/lambda/actions.ts';
import { cloudtrailActions } from './actions/cloudtrail.ts';
import { cloudwatchActions } from './actions/cloudwatch.ts';
import { dynamodbActions } from './actions/dynamodb.ts';
import { eventsActions } from './actions/events.ts';
import { iamActions } from './actions/iam.ts';
import { kmsActions } from './actions/kms.ts';
import { organizationsActions } from './actions/organizations.ts';
import { s3Actions } from './actions/s3.ts';
import { schedulerActions } from './actions/scheduler.ts';
import { snsActions } from './actions/sns.ts';
import { sqsActions } from './actions/sqs.ts';
import { ssmActions } from './actions/ssm.ts';
import { stsActions } from './actions/sts.ts';
import type { ServiceActions } from './check.ts';

/**
 * A service without a table is asked for `service:Operation` on `*`, so that only policies with the resource `*` let anybody in.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const actionTables: Readonly<Record<string, ServiceActions>> = {
  s3: s3Actions,
  kms: kmsActions,
  iam: iamActions,
  sts: stsActions,
  ssm: ssmActions,
  sqs: sqsActions,
  sns: snsActions,
  monitoring: cloudwatchActions,
  dynamodb: dynamodbActions,
  scheduler: schedulerActions,
  events: eventsActions,
  cloudtrail: cloudtrailActions,
  organizations: organizationsActions,
  lambda: lambdaActions,
};
