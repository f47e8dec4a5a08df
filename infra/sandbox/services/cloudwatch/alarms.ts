import type * as cw from '@aws-sdk/client-cloudwatch';
import { AwsError, type CallContext } from '../../service.ts';
import { pageOf } from '../pages.ts';
import { badToken, invalidValue } from './errors.ts';
import { arnIn } from './put-alarm.ts';
import type { Alarm } from './state.ts';
import { transition } from './transition.ts';

const ownAlarms = ({ world, caller, region }: CallContext): Alarm[] =>
  [...world.cloudwatch.alarms.values()]
    .filter((alarm) => alarm.account === caller.account && alarm.region === region)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export function describeAlarms(input: cw.DescribeAlarmsCommandInput, call: CallContext) {
  const { AlarmNames: names, AlarmNamePrefix: prefix = '', StateValue, ActionPrefix = '' } = input;
  const types = input.AlarmTypes ?? (names ? ['MetricAlarm', 'CompositeAlarm'] : ['MetricAlarm']);
  const found = ownAlarms(call).filter(
    (alarm) =>
      types.includes(alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
      (names === undefined || names.includes(alarm.name)) &&
      alarm.name.startsWith(prefix) &&
      (StateValue === undefined || alarm.state === StateValue) &&
      (ActionPrefix === '' || (alarm.settings.AlarmActions ?? []).some((action) => action.startsWith(ActionPrefix))),
  );
  const { items, NextToken } = pageOf(found, input.NextToken, input.MaxRecords ?? 50, badToken);
  const shown = (kind: Alarm['kind']) => items.filter((alarm) => alarm.kind === kind).map(describe);
  return { MetricAlarms: shown('metric'), CompositeAlarms: shown('composite'), NextToken };
}

export function describeAlarmsForMetric(input: cw.DescribeAlarmsForMetricCommandInput, call: CallContext) {
  const found = ownAlarms(call).filter(
    ({ kind, settings }) =>
      kind === 'metric' &&
      'MetricName' in settings &&
      settings.MetricName === input.MetricName &&
      settings.Namespace === input.Namespace,
  );
  return { MetricAlarms: found.map(describe) };
}

function describe(alarm: Alarm): object {
  const usual = alarm.kind === 'metric' ? { Dimensions: alarm.settings.Metrics ? undefined : [], Metrics: undefined } : {};
  return {
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    ...usual,
    ...alarm.settings,
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmConfigurationUpdatedTimestamp: alarm.updatedAt,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: alarm.stateSince,
    StateTransitionedTimestamp: alarm.stateSince,
  };
}

/** Nothing is deleted when one of the names does not exist. */
export function deleteAlarms({ AlarmNames = [] }: cw.DeleteAlarmsCommandInput, call: CallContext): void {
  const { alarms } = call.world.cloudwatch;
  const found = AlarmNames.map((name) => alarms.get(arnIn(call, name)));
  if (found.includes(undefined)) throw noSuchAlarm();
  for (const alarm of found) {
    alarm?.stop();
    alarms.delete(alarm?.arn ?? '');
  }
}

const noSuchAlarm = (): AwsError => new AwsError('ResourceNotFound', 'The named resource does not exist.', 404);

/** Holds until the next evaluation. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html */
export async function setAlarmState(input: cw.SetAlarmStateCommandInput, call: CallContext): Promise<void> {
  const { StateValue: state } = input;
  const alarm = call.world.cloudwatch.alarms.get(arnIn(call, input.AlarmName));
  if (!alarm) throw noSuchAlarm();
  if (state !== 'OK' && state !== 'ALARM' && state !== 'INSUFFICIENT_DATA')
    throw invalidValue(`The value ${state} for parameter StateValue is invalid.`);
  if (state === alarm.state) return;
  const data = input.StateReasonData === undefined ? undefined : (JSON.parse(input.StateReasonData) as object);
  await transition(call.world, alarm, state, input.StateReason ?? '', data);
}

/** Names that do not exist are passed over. */
const switching =
  (enabled: boolean) =>
  ({ AlarmNames = [] }: cw.EnableAlarmActionsCommandInput, call: CallContext): void => {
    for (const name of AlarmNames) {
      const alarm = call.world.cloudwatch.alarms.get(arnIn(call, name));
      if (alarm) alarm.actionsEnabled = enabled;
    }
  };

export const enableAlarmActions = switching(true);
export const disableAlarmActions = switching(false);

export function describeAlarmHistory(input: cw.DescribeAlarmHistoryCommandInput, call: CallContext) {
  const { AlarmName: name, HistoryItemType: type, ScanBy = 'TimestampDescending' } = input;
  const items = ownAlarms(call)
    .filter((alarm) => name === undefined || alarm.name === name)
    .flatMap((alarm) => alarm.history.map((item) => ({ alarm, item })))
    .filter(({ item }) => type === undefined || item.type === type)
    .sort((a, b) => b.item.time.getTime() - a.item.time.getTime());
  if (ScanBy === 'TimestampAscending') items.reverse();
  const page = pageOf(items, input.NextToken, input.MaxRecords ?? 100, badToken);
  const AlarmHistoryItems = page.items.map(({ alarm, item }) => ({
    AlarmName: alarm.name,
    AlarmType: alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm',
    Timestamp: item.time,
    HistoryItemType: item.type,
    HistorySummary: item.summary,
    HistoryData: item.data,
  }));
  return { AlarmHistoryItems, NextToken: page.NextToken };
}

const tagged = (arn: string | undefined, { world }: CallContext): Alarm => {
  const alarm = world.cloudwatch.alarms.get(arn ?? '');
  if (!alarm) throw new AwsError('ResourceNotFoundException', 'The resource does not exist.', 404);
  return alarm;
};

export function tagResource({ ResourceARN, Tags = [] }: cw.TagResourceCommandInput, call: CallContext): void {
  const { tags } = tagged(ResourceARN, call);
  for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value);
}

export function untagResource({ ResourceARN, TagKeys = [] }: cw.UntagResourceCommandInput, call: CallContext): void {
  const { tags } = tagged(ResourceARN, call);
  for (const key of TagKeys) tags.delete(key);
}

export const listTagsForResource = ({ ResourceARN }: cw.ListTagsForResourceCommandInput, call: CallContext) => ({
  Tags: [...tagged(ResourceARN, call).tags].map(([Key, Value]) => ({ Key, Value })),
});
