import { deliverTo, serviceOf, TargetError } from '../../targets.ts';
import type { World } from '../../world.ts';
import { announce } from '../eventbridge.ts';
import type { Alarm, AlarmState, MetricAlarm } from './state.ts';

/** Takes an alarm into another state, tells EventBridge, and runs the actions of that state. */
export async function transition(world: World, alarm: Alarm, state: AlarmState, reason: string, data?: object): Promise<void> {
  const before = alarm.state;
  const time = world.clock.now();
  const since = alarm.stateSince;
  alarm.state = state;
  alarm.reason = reason;
  alarm.reasonData = data === undefined ? undefined : JSON.stringify(data);
  alarm.stateSince = time;
  const summary = `Alarm updated from ${before} to ${state}`;
  alarm.history.unshift({
    time,
    type: 'StateUpdate',
    summary,
    data: JSON.stringify({ oldState: { stateValue: before }, newState: { stateValue: state, stateReason: reason } }),
  });
  tellEventBridge(world, alarm, before, since);
  if (!alarm.actionsEnabled) return;
  for (const action of actionsOf(alarm, state)) await run(world, alarm, action, before);
}

function actionsOf({ settings }: Alarm, state: AlarmState): readonly string[] {
  if (state === 'ALARM') return settings.AlarmActions ?? [];
  return (state === 'OK' ? settings.OKActions : settings.InsufficientDataActions) ?? [];
}

async function run(world: World, alarm: Alarm, action: string, before: AlarmState): Promise<void> {
  const sender = { sourceArn: alarm.arn, sourceAccount: alarm.account };
  const note = (summary: string): void => {
    alarm.history.unshift({
      time: world.clock.now(),
      type: 'Action',
      summary,
      data: JSON.stringify({ notificationResource: action }),
    });
  };
  try {
    if (serviceOf(action) === 'lambda') {
      await deliverTo(world, action, JSON.stringify(lambdaEvent(world, alarm, before)), {
        ...sender,
        service: 'lambda.alarms.cloudwatch.amazonaws.com',
      });
    } else {
      const subject = `${alarm.state}: "${alarm.name}" in ${alarm.region}`.slice(0, 100);
      await deliverTo(world, action, JSON.stringify(message(world, alarm, before)), {
        ...sender,
        service: 'cloudwatch.amazonaws.com',
        messageAttributes: { subject },
      });
    }
    note(`Successfully executed action ${action}`);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    note(`Failed to execute action ${action}. Received error: "${error.message}"`);
  }
}

const spelled = (time: Date): string => time.toISOString().replace('Z', '+0000');

/** What an alarm sends to a topic. */
function message(world: World, alarm: Alarm, before: AlarmState): object {
  const common = {
    AlarmName: alarm.name,
    AlarmDescription: alarm.settings.AlarmDescription ?? null,
    AWSAccountId: alarm.account,
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: spelled(world.clock.now()),
    Region: alarm.region,
    AlarmArn: alarm.arn,
    OldStateValue: before,
    OKActions: alarm.settings.OKActions ?? [],
    AlarmActions: alarm.settings.AlarmActions ?? [],
    InsufficientDataActions: alarm.settings.InsufficientDataActions ?? [],
  };
  if (alarm.kind === 'composite') return { ...common, AlarmRule: alarm.settings.AlarmRule };
  return { ...common, AlarmConfigurationUpdatedTimestamp: spelled(alarm.updatedAt), Trigger: triggerOf(alarm) };
}

function triggerOf({ settings }: MetricAlarm): object {
  const common = {
    Period: settings.Period,
    EvaluationPeriods: settings.EvaluationPeriods,
    DatapointsToAlarm: settings.DatapointsToAlarm,
    ComparisonOperator: settings.ComparisonOperator,
    Threshold: settings.Threshold,
    TreatMissingData: settings.TreatMissingData ?? 'missing',
    EvaluateLowSampleCountPercentile: settings.EvaluateLowSampleCountPercentile ?? '',
  };
  if (settings.Metrics) return { ...common, Metrics: settings.Metrics };
  return {
    MetricName: settings.MetricName,
    Namespace: settings.Namespace,
    ...(settings.ExtendedStatistic === undefined
      ? { StatisticType: 'Statistic', Statistic: settings.Statistic?.toUpperCase() }
      : { StatisticType: 'ExtendedStatistic', ExtendedStatistic: settings.ExtendedStatistic }),
    Unit: settings.Unit ?? null,
    Dimensions: (settings.Dimensions ?? []).map(({ Name, Value }) => ({ value: Value, name: Name })),
    ...common,
  };
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
const lambdaEvent = (world: World, alarm: Alarm, before: AlarmState): object => ({
  source: 'aws.cloudwatch',
  alarmArn: alarm.arn,
  accountId: alarm.account,
  time: spelled(world.clock.now()),
  region: alarm.region,
  alarmData: {
    alarmName: alarm.name,
    state: { value: alarm.state, reason: alarm.reason, timestamp: spelled(alarm.stateSince) },
    previousState: { value: before },
    configuration: { description: alarm.settings.AlarmDescription },
  },
});

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
function tellEventBridge(world: World, alarm: Alarm, before: AlarmState, since: Date): void {
  announce(world, {
    account: alarm.account,
    region: alarm.region,
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: { value: alarm.state, reason: alarm.reason, reasonData: alarm.reasonData, timestamp: spelled(alarm.stateSince) },
      previousState: { value: before, timestamp: spelled(since) },
      configuration: { description: alarm.settings.AlarmDescription },
    },
  });
}
