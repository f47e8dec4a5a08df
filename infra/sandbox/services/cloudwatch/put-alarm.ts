import type * as cw from '@aws-sdk/client-cloudwatch';
import type { CallContext } from '../../service.ts';
import { alarmsIn, parseRule } from './composite.ts';
import { invalid, invalidTogether, invalidValue, missing } from './errors.ts';
import { start } from './evaluation.ts';
import { checkPeriod, checkQueries } from './read.ts';
import { type Alarm, alarmArn, type CompositeAlarm, type MetricAlarm } from './state.ts';
import { isStatistic } from './statistics.ts';
import { isComparison } from './verdict.ts';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export function putMetricAlarm(input: cw.PutMetricAlarmInput, call: CallContext): void {
  checkAlarm(input);
  const { Tags, ...settings } = input;
  const alarm = call.world.cloudwatch.alarms.get(arnIn(call, input.AlarmName));
  if (alarm?.kind === 'metric') {
    alarm.settings = settings;
    updated(alarm, input.ActionsEnabled, call);
  } else {
    created(
      { ...newAlarm(input.AlarmName ?? '', input.ActionsEnabled, Tags, call), kind: 'metric', settings } satisfies MetricAlarm,
      call,
    );
  }
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html */
export function putCompositeAlarm(input: cw.PutCompositeAlarmInput, call: CallContext): void {
  checkName(input.AlarmName);
  const rule = parseRule(input.AlarmRule ?? '');
  if (!rule) throw invalid('AlarmRule must be a valid expression of alarm states.');
  const unknown = alarmsIn(rule).find(
    (name) => !call.world.cloudwatch.alarms.has(name.startsWith('arn:') ? name : arnIn(call, name)),
  );
  if (unknown !== undefined)
    throw invalid(`Could not save the composite alarm as alarms [${unknown}] in the alarm rule do not exist`);
  const { Tags, ...settings } = input;
  const alarm = call.world.cloudwatch.alarms.get(arnIn(call, input.AlarmName));
  if (alarm?.kind === 'composite') {
    alarm.settings = settings;
    updated(alarm, input.ActionsEnabled, call);
  } else {
    created(
      {
        ...newAlarm(input.AlarmName ?? '', input.ActionsEnabled, Tags, call),
        kind: 'composite',
        settings,
      } satisfies CompositeAlarm,
      call,
    );
  }
}

export const arnIn = ({ caller, region }: CallContext, name: string | undefined): string =>
  alarmArn(caller.account, region, name ?? '');

function newAlarm(name: string, actionsEnabled: boolean | undefined, tags: readonly cw.Tag[] | undefined, call: CallContext) {
  const now = call.world.clock.now();
  return {
    account: call.caller.account,
    region: call.region,
    name,
    arn: arnIn(call, name),
    createdAt: now,
    updatedAt: now,
    tags: new Map((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    state: 'INSUFFICIENT_DATA' as const,
    reason: 'Unchecked: Initial alarm creation',
    reasonData: undefined,
    stateSince: now,
    actionsEnabled: actionsEnabled ?? true,
    history: [],
    stop: () => undefined,
  };
}

function created(alarm: Alarm, { world }: CallContext): void {
  world.cloudwatch.alarms.get(alarm.arn)?.stop();
  world.cloudwatch.alarms.set(alarm.arn, alarm);
  alarm.history.unshift({
    time: alarm.createdAt,
    type: 'ConfigurationUpdate',
    summary: `Alarm "${alarm.name}" created`,
    data: '{}',
  });
  start(world, alarm);
}

/** The state stays until the next evaluation. */
function updated(alarm: Alarm, actionsEnabled: boolean | undefined, { world }: CallContext): void {
  alarm.updatedAt = world.clock.now();
  alarm.actionsEnabled = actionsEnabled ?? true;
  alarm.history.unshift({
    time: alarm.updatedAt,
    type: 'ConfigurationUpdate',
    summary: `Alarm "${alarm.name}" updated`,
    data: '{}',
  });
  start(world, alarm);
}

function checkName(name: string | undefined): void {
  if (!name) throw missing('AlarmName');
  if (name.length > 255) throw invalid('AlarmName must not be longer than 255 characters.');
}

function checkAlarm(input: cw.PutMetricAlarmInput): void {
  checkName(input.AlarmName);
  const { EvaluationPeriods: periods, DatapointsToAlarm: needed, ComparisonOperator: operator, TreatMissingData: treat } = input;
  if (operator === undefined) throw missing('ComparisonOperator');
  if (!isComparison(operator)) throw invalidValue(`The local AWS does not know the comparison ${operator}.`);
  if (periods === undefined) throw missing('EvaluationPeriods');
  if (periods < 1) throw invalid('EvaluationPeriods must be at least 1.');
  if (needed !== undefined && (needed < 1 || needed > periods)) {
    throw invalid('DatapointsToAlarm must be between 1 and EvaluationPeriods.');
  }
  if (input.Threshold === undefined) throw missing('Threshold');
  if (treat !== undefined && !['breaching', 'notBreaching', 'ignore', 'missing'].includes(treat)) {
    throw invalidValue(`The value ${treat} for parameter TreatMissingData is not supported.`);
  }
  if (actionsOf(input).length > 15) throw invalidValue('An alarm has at most 5 actions for each state.');
  if (input.Metrics) checkExpressionAlarm(input);
  else checkMetricAlarm(input);
  checkReach(input.Period ?? 60, periods);
}

const actionsOf = ({
  AlarmActions = [],
  OKActions = [],
  InsufficientDataActions = [],
}: cw.PutMetricAlarmInput): readonly string[] => [...AlarmActions, ...OKActions, ...InsufficientDataActions];

function checkExpressionAlarm({ Metrics = [], MetricName, Period, Statistic }: cw.PutMetricAlarmInput): void {
  if ((MetricName ?? Period ?? Statistic) !== undefined) {
    throw invalidTogether('MetricName, Period and Statistic are not used together with Metrics.');
  }
  checkQueries(Metrics);
  const returned = Metrics.filter(({ ReturnData }) => ReturnData !== false);
  if (returned.length !== 1) throw invalid('Exactly one element of the metrics list should return data.');
}

function checkMetricAlarm({ MetricName, Namespace, Period, Statistic, ExtendedStatistic }: cw.PutMetricAlarmInput): void {
  if (!MetricName) throw missing('MetricName');
  if (!Namespace) throw missing('Namespace');
  if (Period === undefined) throw missing('Period');
  checkPeriod(Period);
  if (Period < 10) throw invalidValue('An alarm has a Period of 10, 20, 30 or any multiple of 60 seconds.');
  if ((Statistic === undefined) === (ExtendedStatistic === undefined)) {
    throw invalidTogether('The parameters Statistic and ExtendedStatistic are mutually exclusive, and one of them is required.');
  }
  if (!isStatistic(Statistic ?? ExtendedStatistic ?? ''))
    throw invalidValue(`The statistic ${Statistic ?? ExtendedStatistic} is not known.`);
}

/** A day, or a week for periods of an hour and more. */
function checkReach(period: number, periods: number): void {
  const limit = period >= 3600 ? 604_800 : 86_400;
  if (period * periods > limit) {
    throw invalid(
      `Metrics cannot be checked across more than ${limit === 86_400 ? 'a day' : 'a week'} (EvaluationPeriods * Period must be <= ${limit}).`,
    );
  }
}
