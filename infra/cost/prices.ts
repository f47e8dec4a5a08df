/** AWS's public prices in US dollars, us-east-1, November 2026, without free tiers and discounts. */

export interface Price {
  readonly what: string;
  /** US dollars for so many. */
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  readonly docs: string;
  /** false: not found in any publication of 2026 that quotes AWS's price list; an assumption. */
  readonly isConfirmed: boolean;
}

const confirmed = (docs: string, what: string, dollars: number, per: number, unit: string): Price => ({
  ...{ what, dollars, per, unit, docs },
  isConfirmed: true,
});
const assumed = (...price: Parameters<typeof confirmed>): Price => ({ ...confirmed(...price), isConfirmed: false });

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;
const million = 1_000_000;

export const prices = {
  lambdaRequest: confirmed(page('lambda'), 'Lambda requests', 0.2, million, 'requests'),
  lambdaSecond: confirmed(page('lambda'), 'Lambda duration, arm64', 13.3334, million, 'GB-seconds'),
  read: confirmed(page('dynamodb'), 'DynamoDB reads, on demand', 0.125, million, 'request units'),
  write: confirmed(page('dynamodb'), 'DynamoDB writes, on demand', 0.625, million, 'request units'),
  stored: assumed(page('dynamodb'), 'DynamoDB storage with point-in-time recovery', 0.45, 1, 'a GB and month'),
  queue: confirmed(page('sqs'), 'SQS FIFO requests', 0.5, million, 'requests'),
  event: confirmed(
    page('eventbridge'),
    'EventBridge events: custom ones, and those delivered to another account',
    1,
    million,
    'events',
  ),
  schedule: confirmed(page('eventbridge'), 'EventBridge Scheduler', 1, million, 'invocations'),
  metric: confirmed(page('cloudwatch'), 'CloudWatch custom metrics', 0.3, 1, 'a metric and month'),
  alarm: confirmed(page('cloudwatch'), 'CloudWatch alarms', 0.1, 1, 'an alarm and month'),
  dashboard: confirmed(page('cloudwatch'), 'CloudWatch dashboards', 3, 1, 'a dashboard and month'),
  logs: confirmed(page('cloudwatch'), 'CloudWatch Logs, ingestion', 0.5, 1, 'a GB'),
  metricRead: confirmed(page('cloudwatch'), 'GetMetricData', 0.01, 1000, 'metrics asked for'),
  story: assumed(page('sns'), 'SNS, a message and one e-mail', 20.5, million, 'stories'),
  key: confirmed(page('kms'), 'KMS keys', 1, 1, 'a key and month'),
  keyCall: confirmed(page('kms'), 'KMS requests', 0.03, 10_000, 'requests'),
  bucketCall: assumed(page('s3'), 'S3 requests: GET and all others', 0.0004, 1000, 'requests'),
  recorded: assumed(page('cloudtrail'), 'CloudTrail, each further trail of an account', 2, 100_000, 'management events'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof prices;
