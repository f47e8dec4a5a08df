/**
 * Amazon CloudWatch: metrics, alarms and dashboards, per account and region.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
 */
import type { Handler } from '../service.ts';
import {
  deleteAlarms,
  describeAlarmHistory,
  describeAlarms,
  describeAlarmsForMetric,
  disableAlarmActions,
  enableAlarmActions,
  listTagsForResource,
  setAlarmState,
  tagResource,
  untagResource,
} from './cloudwatch/alarms.ts';
import { deleteDashboards, getDashboard, listDashboards, putDashboard } from './cloudwatch/dashboards.ts';
import { putMetricData } from './cloudwatch/intake.ts';
import { putCompositeAlarm, putMetricAlarm } from './cloudwatch/put-alarm.ts';
import { getMetricData, getMetricStatistics, listMetrics } from './cloudwatch/read.ts';

export { intakeEmf } from './cloudwatch/emf.ts';
export { type CloudWatchState, newCloudWatchState } from './cloudwatch/state.ts';

export const cloudwatchHandlers: Readonly<Record<string, Handler>> = {
  PutMetricData: putMetricData,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
  PutMetricAlarm: putMetricAlarm,
  PutCompositeAlarm: putCompositeAlarm,
  DescribeAlarms: describeAlarms,
  DescribeAlarmsForMetric: describeAlarmsForMetric,
  DescribeAlarmHistory: describeAlarmHistory,
  DeleteAlarms: deleteAlarms,
  SetAlarmState: setAlarmState,
  EnableAlarmActions: enableAlarmActions,
  DisableAlarmActions: disableAlarmActions,
  PutDashboard: putDashboard,
  GetDashboard: getDashboard,
  ListDashboards: listDashboards,
  DeleteDashboards: deleteDashboards,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
