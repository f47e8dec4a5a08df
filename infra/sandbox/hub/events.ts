/** What starts the functions: events of the spokes and of Parameter Store, and the hour. */
import {
  CreateEventBusCommand,
  type EventBridgeClient,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { aspects } from '../../../shared/aspects/index.ts';
import { eventPattern } from '../../event-pattern.ts';
import { organizationPattern } from '../../organization-pattern.ts';
import type { Administrator, Place } from './clients.ts';
import type { Functions } from './functions.ts';
import { createRole, trustService } from './roles.ts';

export const busName = 'lockstep';
export const forwardRule = 'lockstep-forward';
const forwarder = 'lockstep-forwarder';

export const busArnOf = ({ account, region }: Place): string => `arn:aws:events:${region}:${account}:event-bus/${busName}`;

interface Rule {
  readonly name: string;
  readonly bus?: string;
  readonly pattern: object;
  readonly target: string;
  readonly roleArn?: string;
}

/** @returns the ARN */
async function createRule(events: EventBridgeClient, { name, bus, pattern, target, roleArn }: Rule): Promise<string> {
  const at = bus === undefined ? {} : { EventBusName: bus };
  const { RuleArn = '' } = await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern), ...at }));
  const Targets = [{ Id: 'lockstep', Arn: target, ...(roleArn !== undefined && { RoleArn: roleArn }) }];
  const { FailedEntries = [] } = await events.send(new PutTargetsCommand({ Rule: name, Targets, ...at }));
  if (FailedEntries.length > 0) throw new Error(`rule ${name}: ${FailedEntries[0]?.ErrorMessage}`);
  return RuleArn;
}

/** The bus that the spokes send to. */
export async function createBus({ events }: Administrator, hub: Place, spokes: readonly string[]): Promise<void> {
  await events.send(new CreateEventBusCommand({ Name: busName }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'SpokesForward',
        Effect: 'Allow',
        Principal: { AWS: spokes.map((account) => `arn:aws:iam::${account}:root`) },
        Action: 'events:PutEvents',
        Resource: busArnOf(hub),
      },
    ],
  });
  await events.send(new PutPermissionCommand({ EventBusName: busName, Policy }));
}

/** Straight to the hub's bus: a second hop is not made. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html */
export async function forwardEvents(spoke: Administrator, account: string, hub: Place): Promise<string> {
  const permissions = [{ Action: 'events:PutEvents', Resource: busArnOf(hub) }];
  return await createRole(spoke.iam, { account, name: forwarder, trust: trustService('events.amazonaws.com'), permissions });
}

export const createForwardRule = ({ events }: Administrator, hub: Place, roleArn: string): Promise<string> =>
  createRule(events, { name: forwardRule, pattern: eventPattern(aspects), target: busArnOf(hub), roleArn });

export const createOrganizationRule = ({ events }: Administrator, hub: Place, roleArn: string): Promise<string> =>
  createRule(events, { name: 'lockstep-organization', pattern: organizationPattern, target: busArnOf(hub), roleArn });

/** @param prefix of the parameters' names */
export async function startFunctions(hub: Administrator, place: Place, functions: Functions, prefix: string): Promise<void> {
  const parameters = { source: ['aws.ssm'], 'detail-type': ['Parameter Store Change'], detail: { name: [{ prefix }] } };
  const rules: readonly Rule[] = [
    { name: 'lockstep-route', bus: busName, pattern: eventPattern(aspects), target: functions.route },
    { name: 'lockstep-policies', bus: busName, pattern: organizationPattern, target: functions.sweep },
    { name: 'lockstep-admit', pattern: parameters, target: functions.admit },
  ];
  for (const rule of rules) {
    const SourceArn = await createRule(hub.events, rule);
    const permission = { FunctionName: rule.target, StatementId: rule.name, Action: 'lambda:InvokeFunction', SourceArn };
    await hub.lambda.send(new AddPermissionCommand({ ...permission, Principal: 'events.amazonaws.com' }));
  }
  await everyHour(hub, place, functions.sweep);
}

async function everyHour({ iam, scheduler }: Administrator, { account }: Place, sweep: string): Promise<void> {
  const RoleArn = await createRole(iam, {
    ...{ account, name: 'lockstep-scheduler', trust: trustService('scheduler.amazonaws.com') },
    permissions: [{ Action: 'lambda:InvokeFunction', Resource: sweep }],
  });
  // The time it was meant for names the sweep: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  const Input = JSON.stringify({ scheduledTime: '<aws.scheduler.scheduled-time>' });
  await scheduler.send(
    new CreateScheduleCommand({
      ...{ Name: 'lockstep-sweep', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: { Arn: sweep, RoleArn, Input, RetryPolicy: { MaximumRetryAttempts: 2 } },
    }),
  );
}
