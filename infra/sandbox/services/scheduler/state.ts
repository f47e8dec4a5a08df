import type { Target } from '@aws-sdk/client-scheduler';

export interface Schedule {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly expression: string;
  readonly timezone: string;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  readonly description: string | undefined;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly target: Target;
  readonly flexibleWindow: { readonly Mode: string; readonly MaximumWindowInMinutes?: number | undefined };
  readonly afterCompletion: string;
  readonly kmsKeyArn: string | undefined;
  /** Calls off the next run. */
  stop: () => void;
}

export interface Group {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
}

export interface SchedulerState {
  /** By ARN. */
  readonly schedules: Map<string, Schedule>;
  /** By ARN; the default groups are not among them. */
  readonly groups: Map<string, Group>;
}

export const newSchedulerState = (): SchedulerState => ({ schedules: new Map(), groups: new Map() });
