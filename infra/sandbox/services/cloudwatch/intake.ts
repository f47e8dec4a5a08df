import type * as cw from '@aws-sdk/client-cloudwatch';
import { record, type Series } from '../../metrics.ts';
import type { CallContext } from '../../service.ts';
import { invalidTogether, invalidValue, missing } from './errors.ts';

const day = 24 * 3600_000;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export function putMetricData(input: cw.PutMetricDataCommandInput, { world, caller, region }: CallContext): void {
  const { Namespace: namespace = '' } = input;
  if (namespace === '') throw missing('Namespace');
  if (namespace.startsWith('AWS/')) throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
  const data = [...(input.MetricData ?? []), ...(input.EntityMetricData ?? []).flatMap(({ MetricData }) => MetricData ?? [])];
  if (data.length > 1000) throw invalidValue('The collection MetricData must not have a size greater than 1000.');
  const now = world.clock.now();
  for (const datum of data) check(datum, now);
  for (const datum of data) {
    const series: Series = {
      account: caller.account,
      region,
      namespace,
      name: datum.MetricName ?? '',
      dimensions: dimensionsOf(datum.Dimensions),
      unit: datum.Unit ?? 'None',
    };
    for (const value of valuesOf(datum)) record(world, { ...series, value, time: datum.Timestamp ?? now });
  }
}

export const dimensionsOf = (dimensions: readonly cw.Dimension[] = []): Record<string, string> =>
  Object.fromEntries(dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));

function check({ MetricName, Dimensions = [], Timestamp, Value, Values, StatisticValues }: cw.MetricDatum, now: Date): void {
  if (!MetricName) throw missing('MetricData.member.1.MetricName');
  const ways = [Value, Values, StatisticValues].filter((way) => way !== undefined).length;
  if (ways === 0) throw missing('MetricData.member.1.Value');
  if (ways > 1) throw invalidTogether('The parameters Value, Values and StatisticValues are mutually exclusive.');
  if (Dimensions.length > 30) throw invalidValue('The collection Dimensions must not have a size greater than 30.');
  if (Dimensions.some(({ Name, Value: value }) => !Name || !value))
    throw invalidValue('Dimensions must have a name and a value.');
  const numbers = Value === undefined ? (Values ?? []) : [Value];
  if (numbers.some((value) => !Number.isFinite(value))) throw invalidValue('The value for parameter Value is invalid.');
  const age = now.getTime() - (Timestamp?.getTime() ?? now.getTime());
  // Two weeks back, two hours ahead.
  if (age > 14 * day || age < -day / 12) {
    throw invalidValue('The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.');
  }
}

/** Single values that give the statistics that were put: of a statistic set the extremes, and their mean for all others. */
function valuesOf({ Value, Values, Counts = [], StatisticValues }: cw.MetricDatum): readonly number[] {
  if (Value !== undefined) return [Value];
  if (Values) return Values.flatMap((value, index) => Array<number>(Math.max(1, Math.round(Counts[index] ?? 1))).fill(value));
  const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = StatisticValues ?? {};
  const count = Math.round(SampleCount);
  if (count <= 1) return [Sum];
  const others = count - 2;
  return [Minimum, Maximum, ...Array<number>(others).fill((Sum - Minimum - Maximum) / Math.max(1, others))];
}
