import type * as cw from '@aws-sdk/client-cloudwatch';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface AnyAlarm {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly tags: Map<string, string>;
  state: AlarmState;
  reason: string;
  reasonData: string | undefined;
  /** When it last came into this state. */
  stateSince: Date;
  actionsEnabled: boolean;
  readonly history: HistoryItem[];
  /** Calls off the next evaluation. */
  stop: () => void;
}

/** An alarm over one metric or one expression. */
export interface MetricAlarm extends AnyAlarm {
  readonly kind: 'metric';
  /** As it was put. */
  settings: cw.PutMetricAlarmInput;
}

/** An alarm over other alarms. */
export interface CompositeAlarm extends AnyAlarm {
  readonly kind: 'composite';
  settings: cw.PutCompositeAlarmInput;
}

export type Alarm = MetricAlarm | CompositeAlarm;

export interface HistoryItem {
  readonly time: Date;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  readonly data: string;
}

export interface Dashboard {
  readonly account: string;
  readonly name: string;
  readonly body: string;
  readonly modified: Date;
}

export interface CloudWatchState {
  /** By ARN. */
  readonly alarms: Map<string, Alarm>;
  /** By ARN. */
  readonly dashboards: Map<string, Dashboard>;
}

export const newCloudWatchState = (): CloudWatchState => ({ alarms: new Map(), dashboards: new Map() });

export const alarmArn = (account: string, region: string, name: string): string =>
  `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
