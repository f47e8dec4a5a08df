import type * as cw from '@aws-sdk/client-cloudwatch';
import { seriesOf as everySeries } from '../../metrics.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import { BadExpression } from './bad-expression.ts';
import { dataPageOf } from './data-page.ts';
import { badToken, invalid, invalidTogether, invalidValue, missing } from './errors.ts';
import { periodOf, pointsOf, resultsOf, seriesOf } from './queries.ts';
import { isStatistic, periodStart } from './statistics.ts';

const mostDatapoints = 100_800;

export function checkPeriod(period: number | undefined): void {
  const isValid = period === undefined || [1, 5, 10, 20, 30].includes(period) || (period > 0 && period % 60 === 0);
  if (!isValid) throw invalidValue('The parameter Period must be a value in the set [1, 5, 10, 20, 30] or any multiple of 60.');
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
export function getMetricData(input: cw.GetMetricDataCommandInput, { world, caller, region }: CallContext) {
  const { MetricDataQueries: queries = [], StartTime, EndTime, ScanBy = 'TimestampDescending', NextToken: token } = input;
  const { MaxDatapoints: most = mostDatapoints } = input;
  if (!StartTime || !EndTime) throw missing(StartTime ? 'EndTime' : 'StartTime');
  if (StartTime >= EndTime) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  checkQueries(queries);
  if (most < 1 || most > mostDatapoints) throw invalid(`MaxDatapoints must be from 1 to ${mostDatapoints}.`);
  const period = periodOf(queries);
  const from = periodStart(StartTime.getTime(), period);
  const results = failing(() => resultsOf(world, queries, { account: caller.account, region, from, to: EndTime.getTime() }));
  const periods: number[] = [];
  for (let at = from; at < EndTime.getTime(); at += period * 1000) periods.push(at);
  const shown = queries.filter(({ ReturnData }) => ReturnData !== false);
  const found = shown.map(({ Id = '', Label, MetricStat }) => {
    const points = [...seriesOf(results.get(Id), periods)];
    if (ScanBy === 'TimestampDescending') points.reverse();
    return { Id, Label: Label ?? MetricStat?.Metric?.MetricName ?? Id, points };
  });
  const { MetricDataResults, NextToken } = dataPageOf(found, token, most);
  return { MetricDataResults, Messages: [], ...(NextToken !== undefined && { NextToken }) };
}

/** @throws AwsError `ValidationError` in place of what is wrong with an expression */
export function failing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof BadExpression) throw invalid(`Error in expression: ${error.message}`);
    throw error;
  }
}

export function checkQueries(queries: readonly cw.MetricDataQuery[]): void {
  if (queries.length === 0 || queries.length > 500) throw invalid('MetricDataQueries must hold 1 to 500 queries.');
  const ids = queries.map(({ Id = '' }) => Id);
  const bad = ids.find((id) => !/^[a-z]\w{0,254}$/.test(id));
  if (bad !== undefined)
    throw invalid(`Id ${bad} does not begin with a lower-case letter, or holds more than letters, digits and _.`);
  if (new Set(ids).size < ids.length) throw invalid('MetricDataQuery ids must be unique.');
  for (const { MetricStat, Expression, Id } of queries) {
    if ((MetricStat === undefined) === (Expression === undefined)) {
      throw invalid(`Query ${Id} must have either MetricStat or Expression.`);
    }
    checkPeriod(MetricStat?.Period);
    if (MetricStat && !isStatistic(MetricStat.Stat ?? ''))
      throw invalid(`The value ${MetricStat.Stat} for parameter Stat is invalid.`);
  }
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export function getMetricStatistics(input: cw.GetMetricStatisticsCommandInput, { world, caller, region }: CallContext) {
  const { StartTime, EndTime, Period, Statistics = [], ExtendedStatistics = [], MetricName } = input;
  if (!StartTime || !EndTime) throw missing(StartTime ? 'EndTime' : 'StartTime');
  if (Period === undefined) throw missing('Period');
  checkPeriod(Period);
  if (StartTime >= EndTime) throw invalidTogether('The parameter StartTime must be less than the parameter EndTime.');
  const names = [...Statistics, ...ExtendedStatistics];
  if (names.length === 0) throw missing('Statistics');
  const stretch = { account: caller.account, region, from: periodStart(StartTime.getTime(), Period), to: EndTime.getTime() };
  const Metric = { Namespace: input.Namespace, MetricName, Dimensions: input.Dimensions };
  const columns = names.map((Stat) => [Stat, pointsOf(world, { Metric, Period, Stat, Unit: input.Unit }, stretch)] as const);
  if (stretch.to - stretch.from > 1440 * Period * 1000) {
    throw invalidTogether(
      'You have requested more than the limit of 1,440 datapoints. You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    );
  }
  const unit = input.Unit ?? unitOf(world, caller.account, region, input);
  const Datapoints = [...(columns[0]?.[1].keys() ?? [])].map((at) => ({
    Timestamp: new Date(at),
    Unit: unit,
    ...pick(columns, at, Statistics),
    ...(ExtendedStatistics.length > 0 ? { ExtendedStatistics: pick(columns, at, ExtendedStatistics) } : {}),
  }));
  return { Label: MetricName, Datapoints };
}

type Columns = readonly (readonly [stat: string, points: ReadonlyMap<number, number>])[];

const pick = (columns: Columns, at: number, names: readonly string[]): object =>
  Object.fromEntries(columns.filter(([name]) => names.includes(name)).map(([name, points]) => [name, points.get(at)]));

function unitOf(world: CallContext['world'], account: string, region: string, asked: cw.GetMetricStatisticsCommandInput): string {
  const series = everySeries(world, account, region);
  return series.find(({ namespace, name }) => namespace === asked.Namespace && name === asked.MetricName)?.unit ?? 'None';
}

/** Metrics that had values in the last two weeks. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export function listMetrics(input: cw.ListMetricsCommandInput, { world, caller, region }: CallContext) {
  const { Namespace, MetricName, Dimensions = [], NextToken: token } = input;
  const found = everySeries(world, caller.account, region).filter(
    ({ namespace, name, dimensions }) =>
      (Namespace === undefined || namespace === Namespace) &&
      (MetricName === undefined || name === MetricName) &&
      Dimensions.every(({ Name = '', Value }) => Name in dimensions && (Value === undefined || dimensions[Name] === Value)),
  );
  const { items, NextToken } = pageOf(
    found,
    token,
    500,
    () => new AwsError('InvalidParameterValueException', badToken().message),
  );
  const Metrics = items.map(({ namespace, name, dimensions }) => ({
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  }));
  return { Metrics, NextToken };
}
