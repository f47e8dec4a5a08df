/**
 * Alarms on the world's clock: each looks at its metric every whole minute (every period, when that is shorter).
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
 */
import type * as cw from '@aws-sdk/client-cloudwatch';
import type { World } from '../../world.ts';
import { BadExpression } from './bad-expression.ts';
import { ruleHolds } from './composite.ts';
import { periodOf, resultsOf, seriesOf } from './queries.ts';
import type { Alarm, AlarmState, CompositeAlarm, MetricAlarm } from './state.ts';
import { periodStart } from './statistics.ts';
import { transition } from './transition.ts';
import { isBreaching, type MissingData, rangeOf, verdict } from './verdict.ts';

/** Has the alarm evaluated from the next whole minute on. */
export function start(world: World, alarm: Alarm): void {
  alarm.stop();
  const every = alarm.kind === 'metric' ? Math.min(60, settingsPeriod(alarm.settings)) : 60;
  const schedule = (): void => {
    const now = world.clock.now().getTime();
    const next = periodStart(now, every) + every * 1000;
    alarm.stop = world.clock.after((next - now) / 1000, async () => {
      schedule();
      await evaluateAlarm(world, alarm);
    });
  };
  schedule();
}

async function evaluateAlarm(world: World, alarm: Alarm): Promise<void> {
  const found = alarm.kind === 'metric' ? judged(world, alarm) : combined(world, alarm);
  if (!found || found.state === alarm.state) return;
  await transition(world, alarm, found.state, found.reason, found.data);
  // Composite alarms follow at once.
  for (const other of world.cloudwatch.alarms.values())
    if (other.kind === 'composite' && other !== alarm) await evaluateAlarm(world, other);
}

interface Judged {
  readonly state: AlarmState;
  readonly reason: string;
  readonly data: object;
}

const settingsPeriod = ({ Period, Metrics }: cw.PutMetricAlarmInput): number => Period ?? periodOf(Metrics ?? []);

/** The queries of an alarm: its own metric is one, too. */
export function queriesOf(settings: cw.PutMetricAlarmInput): readonly cw.MetricDataQuery[] {
  const { Metrics, Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic, Unit } = settings;
  if (Metrics) return Metrics;
  const Metric = { Namespace, MetricName, Dimensions };
  return [{ Id: 'm1', MetricStat: { Metric, Period, Stat: ExtendedStatistic ?? Statistic, Unit }, ReturnData: true }];
}

function judged(world: World, { settings, account, region }: MetricAlarm): Judged | undefined {
  const { EvaluationPeriods: periods = 1, Threshold: threshold = 0, ComparisonOperator: operator = '' } = settings;
  const seconds = settingsPeriod(settings);
  const now = world.clock.now().getTime();
  const count = rangeOf({ evaluationPeriods: periods });
  const from = now - count * seconds * 1000;
  // The windows end now, wherever in its period that is.
  const offset = now % (seconds * 1000);
  const starts = Array.from({ length: count }, (_, index) => from + index * seconds * 1000);
  const points = pointsOfAlarm(world, settings, { account, region, from, to: now }, offset, starts);
  if (!points) return undefined;
  const values = starts.map((at) => points.get(at));
  const rule = {
    evaluationPeriods: periods,
    datapointsToAlarm: settings.DatapointsToAlarm ?? periods,
    treatMissingData: (settings.TreatMissingData ?? 'missing') as MissingData,
  };
  const state = verdict(
    values.map((value) => (value === undefined ? undefined : isBreaching(operator, value, threshold))),
    rule,
  );
  if (state === undefined) return undefined;
  const recent = values.filter((value) => value !== undefined).slice(-periods);
  return {
    state,
    reason: reasonFor(state, recent, rule.datapointsToAlarm, settings),
    data: dataOf(world, settings, seconds, recent, from),
  };
}

function pointsOfAlarm(
  world: World,
  settings: cw.PutMetricAlarmInput,
  stretch: Parameters<typeof resultsOf>[2],
  offset: number,
  starts: readonly number[],
) {
  const queries = queriesOf(settings);
  const id = queries.length === 1 ? queries[0]?.Id : queries.find(({ ReturnData }) => ReturnData !== false)?.Id;
  try {
    return seriesOf(resultsOf(world, queries, stretch, offset).get(id ?? ''), starts);
  } catch (error) {
    if (error instanceof BadExpression) return undefined;
    throw error;
  }
}

const words: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

function reasonFor(state: AlarmState, recent: readonly number[], needed: number, settings: cw.PutMetricAlarmInput): string {
  const {
    EvaluationPeriods: periods = 1,
    Threshold: threshold = 0,
    ComparisonOperator: operator = '',
    TreatMissingData,
  } = settings;
  const compared = `${words[operator]} the threshold (${threshold.toFixed(1)})`;
  if (recent.length === 0) {
    if (state === 'INSUFFICIENT_DATA') return 'Insufficient Data: no datapoints were received.';
    const treated = TreatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${periods} period${periods > 1 ? 's' : ''} and ${periods} missing datapoint${periods > 1 ? 's were' : ' was'} treated as [${treated}].`;
  }
  const breaching = recent.filter((value) => isBreaching(operator, value, threshold)).length;
  const shown = recent.map((value) => String(value)).join(', ');
  const arrow = state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK';
  const not = state === 'ALARM' ? 'was' : 'was not';
  const count = state === 'ALARM' ? breaching : recent.length - breaching;
  return `Threshold Crossed: ${count} out of the last ${periods} datapoints [${shown}] ${not} ${compared} (minimum ${needed} datapoint${needed > 1 ? 's' : ''} for ${arrow} transition).`;
}

const dataOf = (
  world: World,
  settings: cw.PutMetricAlarmInput,
  period: number,
  recentDatapoints: readonly number[],
  from: number,
) => ({
  version: '1.0',
  queryDate: world.clock.now().toISOString(),
  startDate: new Date(from).toISOString(),
  statistic: settings.Statistic ?? settings.ExtendedStatistic,
  period,
  recentDatapoints,
  threshold: settings.Threshold,
});

function combined(world: World, alarm: CompositeAlarm): Judged | undefined {
  const holds = ruleHolds(world, alarm);
  if (holds === undefined) return undefined;
  const state = holds ? 'ALARM' : 'OK';
  return { state, reason: `The alarm rule evaluates to ${holds ? 'TRUE' : 'FALSE'}: ${alarm.settings.AlarmRule}`, data: {} };
}
