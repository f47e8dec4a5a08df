/** Which metrics tell of which replication, where they are, and how they are asked for. Pure. */
import type { AwsCall } from '../../model/aws-call.ts';
import type { Replication } from '../../model/replication.ts';
import type { FlowWatch } from '../ports.ts';
import type { Point, Stretch } from './judge.ts';

/** One replication rule, and where its metrics are. */
export interface Series {
  readonly replication: string;
  readonly rule: string;
  readonly account: string;
  readonly region: string;
  readonly sourceBucket: string;
  readonly destinationBucket: string;
}

export type MetricName = 'OperationsPendingReplication' | 'ReplicationLatency';

/** Of the rules that are on; none where nobody may read. What is pending is published in the region of the destination: https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html */
export function seriesOf(
  { name, source, destination, rules }: Replication,
  { account }: Pick<FlowWatch, 'account'>,
): readonly Series[] {
  if (account === 'destination' && !destination.managed) return [];
  return rules
    .filter(({ status }) => status === 'Enabled')
    .map(({ id }) => ({
      ...{ replication: name, rule: id, region: destination.region },
      account: account === 'source' ? source.account : destination.account,
      ...{ sourceBucket: source.bucket, destinationBucket: destination.bucket },
    }));
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const queriesAtOnce = 500;

/** What one request asks for: series of one account and region. */
export type Batch = readonly [Series, ...Series[]];

export function batchesOf(series: readonly Series[]): readonly Batch[] {
  const places = Object.values(Object.groupBy(series, ({ account, region }) => `${account} ${region}`));
  return places.flatMap((place = []) =>
    Array.from({ length: Math.ceil(place.length / queriesAtOnce) }, (_, i) =>
      place.slice(i * queriesAtOnce, (i + 1) * queriesAtOnce),
    ).flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as const])),
  );
}

export type Ask = AwsCall<'cloudwatch:GetMetricData'>;

/**
 * The values of one metric for each series, minute by minute; the query's id is its place in the batch.
 * The statistic is AWS's own for these metrics: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
 */
export function askFor(metric: MetricName, batch: Batch, { from, to }: Stretch, token?: string): Ask {
  const [{ account, region }] = batch;
  return {
    ...{ operation: 'cloudwatch:GetMetricData', account, region },
    input: {
      ...{ StartTime: new Date(from), EndTime: new Date(to), ScanBy: 'TimestampAscending' },
      MetricDataQueries: batch.map((series, index) => ({ Id: `q${index}`, MetricStat: statOf(metric, series) })),
      ...(token !== undefined && { NextToken: token }),
    },
  };
}

const statOf = (MetricName: MetricName, { sourceBucket, destinationBucket, rule }: Series) => ({
  ...{ Stat: 'Maximum', Period: 60 },
  Metric: {
    ...{ Namespace: 'AWS/S3', MetricName },
    Dimensions: [
      { Name: 'SourceBucket', Value: sourceBucket },
      { Name: 'DestinationBucket', Value: destinationBucket },
      { Name: 'RuleId', Value: rule },
    ],
  },
});

/** The whole minutes before now; their end is aligned to the period, as AWS advises. */
export function stretchBefore(now: Date, minutes: number): Stretch {
  const to = Math.floor(now.getTime() / 60_000) * 60_000;
  return { from: to - minutes * 60_000, to };
}

interface Result {
  readonly Id?: string | undefined;
  readonly StatusCode?: string | undefined;
  readonly Timestamps?: readonly Date[] | undefined;
  readonly Values?: readonly number[] | undefined;
}

/** What came for each series of a batch, over all pages; a series that came with a fault, or not to its end, is left out. */
export function pointsIn(batch: Batch, pages: readonly (readonly Result[])[]): ReadonlyMap<Series, readonly Point[]> {
  const results = Map.groupBy(pages.flat(), ({ Id = '' }) => Id);
  return new Map(
    batch.flatMap((series, index) => {
      const own = results.get(`q${index}`);
      if (own?.at(-1)?.StatusCode !== 'Complete') return [];
      return [[series, own.flatMap(pointsOf).sort((a, b) => a.at - b.at)] as const];
    }),
  );
}

const pointsOf = ({ Timestamps = [], Values = [] }: Result): readonly Point[] =>
  Timestamps.flatMap((time, index) => {
    const value = Values[index];
    return value === undefined ? [] : [{ at: time.getTime(), value }];
  });
