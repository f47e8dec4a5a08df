/**
 * Statistics over samples.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
import type { Sample } from '../../metrics.ts';

/** `p99`, `p99.9`, `tm99` and the like. */
const percentile = /^p(\d{1,2}(?:\.\d+)?|100)$/i;
const trimmedMean = /^tm(\d{1,2}(?:\.\d+)?|100)$/i;

export const isStatistic = (name: string): boolean =>
  name in simple || percentile.test(name) || trimmedMean.test(name) || name === 'IQM';

type Values = readonly number[];

const sum = (values: Values): number => values.reduce((total, value) => total + value, 0);
const average = (values: Values): number => sum(values) / values.length;

const simple: Readonly<Record<string, (values: Values) => number>> = {
  SampleCount: (values) => values.length,
  Sum: sum,
  Average: average,
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
};

/** @returns undefined when there are no values */
export function statistic(name: string, values: Values): number | undefined {
  if (values.length === 0) return undefined;
  const known = simple[name];
  if (known) return known(values);
  const sorted = values.toSorted((a, b) => a - b);
  const rank = percentile.exec(name)?.[1];
  if (rank !== undefined) return interpolated(sorted, Number(rank) / 100);
  const trim = trimmedMean.exec(name)?.[1];
  if (trim !== undefined) return average(sorted.slice(0, Math.max(1, Math.ceil((sorted.length * Number(trim)) / 100))));
  const quarter = Math.floor(sorted.length / 4);
  return average(sorted.slice(quarter, sorted.length - quarter));
}

function interpolated(sorted: Values, share: number): number {
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}

/** A value for each period with values, by the start of the period in milliseconds. Ascending. */
export type Points = ReadonlyMap<number, number>;

/** Periods are aligned to the clock: one of 5 minutes starts at :00, :05, … */
export function byPeriod(samples: readonly Sample[], period: number, stat: string): Points {
  const buckets = new Map<number, number[]>();
  for (const { time, value } of samples) {
    const start = periodStart(time.getTime(), period);
    const bucket = buckets.get(start);
    if (bucket) bucket.push(value);
    else buckets.set(start, [value]);
  }
  const starts = [...buckets.keys()].sort((a, b) => a - b);
  return new Map(starts.map((start) => [start, statistic(stat, buckets.get(start) ?? []) ?? 0]));
}

/** @param period in seconds */
export const periodStart = (at: number, period: number): number => Math.floor(at / (period * 1000)) * period * 1000;
