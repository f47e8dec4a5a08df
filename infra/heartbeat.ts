/** The heartbeat of a spoke's region: sent to the account's own bus, from where it goes the way of every change. */
import { Aws, type Stack } from 'aws-cdk-lib';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { heartbeatDetailType, heartbeatSource } from '../shared/controller/heartbeat.ts';
import type { Config } from './config.ts';
import { ownRoles } from './permissions/names.ts';
import { policyOf } from './permissions/statement.ts';
import { serviceTrust } from './permissions/trust.ts';
import { roleOf } from './role.ts';

/** Twice a sweep, and every half hour at least. */
export const heartbeatMinutes = ({ sweepEveryMinutes }: Pick<Config, 'sweepEveryMinutes'>): number =>
  Math.min(30, Math.floor(sweepEveryMinutes / 2));

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html */
export function heartbeatOf(stack: Stack, config: Pick<Config, 'sweepEveryMinutes'>): CfnSchedule {
  const bus = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:event-bus/default`;
  const role = roleOf(stack, 'HeartbeatRole', {
    name: `${ownRoles.heartbeat}-${Aws.REGION}`,
    description: 'EventBridge Scheduler sends heartbeats of Lockstep with it.',
    trust: serviceTrust('scheduler.amazonaws.com', { 'aws:SourceAccount': Aws.ACCOUNT_ID }),
    policy: policyOf({
      ...{ Sid: 'Beat', Effect: 'Allow', Action: 'events:PutEvents', Resource: bus },
      Condition: { StringEquals: { 'events:source': heartbeatSource } },
    }),
  });
  return new CfnSchedule(stack, 'Heartbeat', {
    name: 'lockstep-heartbeat',
    description: 'Shows that changes of this region would reach the hub',
    scheduleExpression: `rate(${heartbeatMinutes(config)} minutes)`,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: bus,
      roleArn: role.attrArn,
      eventBridgeParameters: { source: heartbeatSource, detailType: heartbeatDetailType },
      input: JSON.stringify({ scheduledTime: '<aws.scheduler.scheduled-time>' }),
      // One that comes late says less than the next.
      retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 600 },
    },
  });
}
