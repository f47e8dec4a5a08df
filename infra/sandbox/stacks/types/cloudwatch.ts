/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html */
import type { Call } from '../calls.ts';
import { objectsOf, only, type Properties, type ResourceType, refuseExisting, textOf } from '../resource-type.ts';
import { retag } from './tags.ts';

const actions = ['ActionsEnabled', 'AlarmActions', 'InsufficientDataActions', 'OKActions', 'AlarmDescription', 'Tags'];

/** Both kinds are put whole, and put again over themselves. */
const alarmOf = (put: Parameters<Call>[0], members: readonly string[]): ResourceType => ({
  takes: ['AlarmName', ...actions, ...members],
  replacing: ['AlarmName'],
  name: 'AlarmName',
  async create(wanted, here) {
    const AlarmName = String(wanted.AlarmName ?? here.named(255));
    const alarms = await here.call('cloudwatch:DescribeAlarms', {
      AlarmNames: [AlarmName],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
    const isThere =
      objectsOf(alarms as Properties, 'MetricAlarms').length + objectsOf(alarms as Properties, 'CompositeAlarms').length > 0;
    if (isThere) throw new Error(`A resource with identifier '${AlarmName}' already exists.`);
    await here.call(put, { AlarmName, ...only(wanted, [...actions, ...members]) });
    return { id: AlarmName, attributes: { Arn: `arn:aws:cloudwatch:${here.region}:${here.account}:alarm:${AlarmName}` } };
  },
  async update(change, here) {
    const { made, wanted } = change;
    const kept = [...actions, ...members].filter((name) => name !== 'Tags');
    await here.call(put, { AlarmName: made.id, ...only(wanted, kept) });
    const on = { ResourceARN: made.attributes.Arn };
    await retag(change, here, { tag: 'cloudwatch:TagResource', untag: 'cloudwatch:UntagResource', on });
    return undefined;
  },
  remove: async ({ id }, _properties, { call }) => void (await call('cloudwatch:DeleteAlarms', { AlarmNames: [id] })),
});

const metricAlarm = alarmOf('cloudwatch:PutMetricAlarm', [
  ...['ComparisonOperator', 'DatapointsToAlarm', 'Dimensions', 'EvaluateLowSampleCountPercentile', 'EvaluationPeriods'],
  ...['ExtendedStatistic', 'MetricName', 'Metrics', 'Namespace', 'Period', 'Statistic', 'Threshold', 'ThresholdMetricId'],
  ...['TreatMissingData', 'Unit'],
]);

const compositeAlarm = alarmOf('cloudwatch:PutCompositeAlarm', [
  ...['AlarmRule', 'ActionsSuppressor', 'ActionsSuppressorExtensionPeriod', 'ActionsSuppressorWaitPeriod'],
]);

const dashboard: ResourceType = {
  takes: ['DashboardName', 'DashboardBody'],
  replacing: ['DashboardName'],
  name: 'DashboardName',
  async create(wanted, here) {
    await refuseExisting(wanted.DashboardName, () =>
      here.call('cloudwatch:GetDashboard', { DashboardName: wanted.DashboardName }),
    );
    const DashboardName = String(wanted.DashboardName ?? here.named(255));
    await here.call('cloudwatch:PutDashboard', { DashboardName, DashboardBody: textOf(wanted, 'DashboardBody') });
    return { id: DashboardName, attributes: {} };
  },
  async update({ made, wanted }, { call }) {
    await call('cloudwatch:PutDashboard', { DashboardName: made.id, DashboardBody: textOf(wanted, 'DashboardBody') });
    return undefined;
  },
  remove: async ({ id }, _properties, { call }) => void (await call('cloudwatch:DeleteDashboards', { DashboardNames: [id] })),
};

export const cloudwatchTypes = {
  'AWS::CloudWatch::Alarm': metricAlarm,
  'AWS::CloudWatch::CompositeAlarm': compositeAlarm,
  'AWS::CloudWatch::Dashboard': dashboard,
};
