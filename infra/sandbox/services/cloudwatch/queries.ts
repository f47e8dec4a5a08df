import type * as cw from '@aws-sdk/client-cloudwatch';
import { samplesOf } from '../../metrics.ts';
import type { World } from '../../world.ts';
import { BadExpression } from './bad-expression.ts';
import { evaluate, namesIn, type Result } from './expression.ts';
import { byPeriod, type Points, periodStart } from './statistics.ts';

export interface Stretch {
  readonly account: string;
  readonly region: string;
  /** Inclusive, in milliseconds; the first period starts here. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The values of one metric. @param offset shifts the grid of periods, in milliseconds: alarms look back from now */
export function pointsOf(world: World, stat: cw.MetricStat, { account, region, from, to }: Stretch, offset = 0): Points {
  const { Metric = {}, Period: period = 60, Stat = 'Average', Unit } = stat;
  const dimensions = Object.fromEntries((Metric.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value]));
  const samples = samplesOf(world, {
    account,
    region,
    namespace: Metric.Namespace ?? '',
    name: Metric.MetricName ?? '',
    dimensions,
    from: new Date(from),
    to: new Date(to),
  });
  const ours = Unit === undefined ? samples : samples.filter(({ unit }) => unit === Unit);
  const shifted = ours.map((sample) => ({ ...sample, time: new Date(sample.time.getTime() - offset) }));
  const points = byPeriod(shifted, period, Stat);
  return offset === 0 ? points : new Map([...points].map(([at, value]) => [at + offset, value]));
}

/** The period the expressions of a request are worked out in, in seconds: the longest of its metrics. */
export const periodOf = (queries: readonly cw.MetricDataQuery[]): number =>
  Math.max(...queries.map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? 0)) || 60;

/**
 * Works out every query of a request, expressions after what they mention.
 *
 * @throws BadExpression
 */
export function resultsOf(
  world: World,
  queries: readonly cw.MetricDataQuery[],
  stretch: Stretch,
  offset = 0,
): ReadonlyMap<string, Result> {
  const period = periodOf(queries);
  const values = new Map<string, Result>();
  for (const { Id = '', MetricStat } of queries) {
    if (MetricStat) values.set(Id, pointsOf(world, MetricStat, stretch, offset));
  }
  const metrics = [...values.values()].filter((value): value is Points => value instanceof Map);
  const first = periodStart(stretch.from - offset, period) + offset;
  const periods: number[] = [];
  for (let at = first; at < stretch.to; at += period * 1000) periods.push(at);
  const expressions = new Map(queries.flatMap(({ Id = '', Expression }) => (Expression === undefined ? [] : [[Id, Expression]])));

  const work = (id: string, asking: readonly string[]): void => {
    const text = expressions.get(id);
    if (text === undefined || values.has(id)) return;
    if (asking.includes(id)) throw new BadExpression(`${id} depends on itself`);
    for (const name of namesIn(text)) work(name, [...asking, id]);
    values.set(id, evaluate(text, { values, metrics, periods, period }));
  };
  for (const id of expressions.keys()) work(id, []);
  return values;
}

/** The one series a result stands for; a single number is one at every period. */
export function seriesOf(result: Result | undefined, periods: readonly number[]): Points {
  if (typeof result === 'number') return Number.isNaN(result) ? new Map() : new Map(periods.map((at) => [at, result]));
  return result instanceof Map ? result : ((result as readonly Points[] | undefined)?.[0] ?? new Map());
}
