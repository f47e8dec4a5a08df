/**
 * Amazon CloudWatch. Metrics are no resources; alarms and dashboards are.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 */
import type { Tag } from '@aws-sdk/client-cloudwatch';
import type { CallContext } from '../../service.ts';
import { alarmArn } from '../../services/cloudwatch/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { refuseUnnamed } from '../refusal.ts';

/** What the operations are given, each some of it. */
interface Input {
  readonly Namespace?: string | undefined;
  readonly AlarmName?: string | undefined;
  readonly AlarmNames?: string[] | undefined;
  readonly AlarmTypes?: string[] | undefined;
  readonly DashboardName?: string | undefined;
  readonly DashboardNames?: string[] | undefined;
  readonly ResourceARN?: string | undefined;
  readonly OKActions?: string[] | undefined;
  readonly AlarmActions?: string[] | undefined;
  readonly InsufficientDataActions?: string[] | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

const anywhere =
  (action: string, keysOf: (input: Input) => Keys = () => ({})): ChecksOf<Input> =>
  (input) => [{ action, resource: '*', keys: keysOf(input) }];

function onAlarm(name: string, call: CallContext, keys: Keys = {}, action = `cloudwatch:${call.operation}`): Check {
  const resource = alarmArn(call.caller.account, call.region, name);
  return { action, resource, keys: { ...resourceTags(call.world.cloudwatch.alarms.get(resource)?.tags ?? []), ...keys } };
}

const alarms: ChecksOf<Input> = ({ AlarmName, AlarmNames }, call) =>
  (AlarmNames ?? [AlarmName ?? '']).map((name) => onAlarm(name, call));

/** Tags at creation need the permission to tag: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const putAlarm: ChecksOf<Input> = (input, call) => {
  const { AlarmName = '', Tags, OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = input;
  const actions = [...AlarmActions, ...OKActions, ...InsufficientDataActions];
  const keys = { ...requestTags(Tags), ...(actions.length > 0 && { 'cloudwatch:AlarmActions': actions }) };
  const put = onAlarm(AlarmName, call, keys);
  return Tags?.length ? [put, onAlarm(AlarmName, call, keys, 'cloudwatch:TagResource')] : [put];
};

// Whoever may describe some alarms only is told of no composite ones: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
const describeAlarms: ChecksOf<Input> = ({ AlarmNames: names = [], AlarmTypes: types = [] }, call) =>
  names.length > 0 && !types.includes('CompositeAlarm') ? names.map((name) => onAlarm(name, call)) : [onAlarm('*', call)];

const describeAlarmHistory: ChecksOf<Input> = ({ AlarmName = '*' }, call) => [onAlarm(AlarmName, call)];

const dashboards: ChecksOf<Input> = ({ DashboardName = '', DashboardNames = [DashboardName] }, { caller, operation }) =>
  DashboardNames.map((name) => ({
    action: `cloudwatch:${operation}`,
    // Dashboards belong to no region.
    resource: `arn:aws:cloudwatch::${caller.account}:dashboard/${name}`,
  }));

const tagged: ChecksOf<Input> = ({ ResourceARN: resource = '', Tags, TagKeys }, { world, operation }) => {
  const tags = resourceTags(world.cloudwatch.alarms.get(resource)?.tags ?? []);
  return [{ action: `cloudwatch:${operation}`, resource, keys: { ...tags, ...requestTags(Tags), ...removedTags(TagKeys) } }];
};

export const cloudwatchActions: ServiceActions = {
  refuse: refuseUnnamed,
  operations: {
    // The only way to let somebody publish some metrics only: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    PutMetricData: anywhere('cloudwatch:PutMetricData', ({ Namespace }) => ({ 'cloudwatch:namespace': Namespace ?? null })),
    GetMetricData: anywhere('cloudwatch:GetMetricData'),
    GetMetricStatistics: anywhere('cloudwatch:GetMetricStatistics'),
    ListMetrics: anywhere('cloudwatch:ListMetrics'),
    PutMetricAlarm: putAlarm,
    PutCompositeAlarm: putAlarm,
    DescribeAlarms: describeAlarms,
    DescribeAlarmsForMetric: anywhere('cloudwatch:DescribeAlarmsForMetric'),
    DescribeAlarmHistory: describeAlarmHistory,
    DeleteAlarms: alarms,
    SetAlarmState: alarms,
    EnableAlarmActions: alarms,
    DisableAlarmActions: alarms,
    PutDashboard: dashboards,
    GetDashboard: dashboards,
    ListDashboards: anywhere('cloudwatch:ListDashboards'),
    DeleteDashboards: dashboards,
    TagResource: tagged,
    UntagResource: tagged,
    ListTagsForResource: tagged,
  },
};
