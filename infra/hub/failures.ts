/** How failures of replication come in: from the topics of the spokes, through a queue, to the function that counts them. */
import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { partitionOf } from '../../shared/model/arn.ts';
import type { Config } from '../config.ts';
import { failureTopicArns } from '../permissions/names.ts';
import type { Statement } from '../permissions/statement.ts';
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

/** Topics of our name: of every account of the organization, and of the accounts that are named. */
function whoReports(queue: string, { hub, organization, spokes }: Config): readonly Statement[] {
  const partition = partitionOf(hub.region);
  const send = {
    Effect: 'Allow',
    Principal: { Service: sendersOf([...spokes, ...(organization ? [organization] : [])]) },
  } as const;
  const from = (accounts: readonly string[]) => ({ 'aws:SourceArn': failureTopicArns(accounts, partition) });
  const accounts = [...new Set(spokes.map(({ account }) => account))];
  return [
    ...(organization === undefined
      ? []
      : [
          {
            ...{ ...send, Sid: 'OrganizationReports', Action: 'sqs:SendMessage', Resource: queue },
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceorgid
            Condition: { ArnLike: from(['*']), StringEquals: { 'aws:SourceOrgID': organization.id } },
          },
        ]),
    ...(accounts.length === 0
      ? []
      : [
          {
            ...{ ...send, Sid: 'SpokesReport', Action: 'sqs:SendMessage', Resource: queue },
            Condition: { ArnLike: from(accounts) },
          },
        ]),
  ];
}

/** Regions that every account has without asking for them. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const usual =
  /^((us|cn)-(east|west|north|northwest)-[12]|us-gov-.+|ap-south-1|ap-northeast-[123]|ap-southeast-[12]|ca-central-1|eu-central-1|eu-west-[123]|eu-north-1|sa-east-1)$/;

/** A topic in a region that has to be asked for sends across regions under that region's name. https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html */
const sendersOf = (places: readonly { readonly regions: readonly string[] }[]): readonly string[] => [
  'sns.amazonaws.com',
  ...[...new Set(places.flatMap(({ regions }) => regions))]
    .filter((region) => !usual.test(region))
    .sort()
    .map((region) => `sns.${region}.amazonaws.com`),
];
