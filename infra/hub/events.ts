/** What starts the functions: changes in the spokes, edits of documents, and the clock. */
import type { Stack } from 'aws-cdk-lib';
import { CfnEventBus, CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { aspects } from '../../shared/aspects/index.ts';
import type { Config } from '../config.ts';
import { eventPattern } from '../event-pattern.ts';
import { organizationPattern } from '../organization-pattern.ts';
import { whoSends } from '../permissions/callers.ts';
import { busName, ownRoles } from '../permissions/names.ts';
import { policyOf } from '../permissions/statement.ts';
import { serviceTrust } from '../permissions/trust.ts';
import { roleOf } from '../role.ts';
import type { Functions } from './functions.ts';
import type { Queues } from './store.ts';

export interface Started {
  readonly functions: Functions;
  readonly queues: Queues;
  readonly config: Config;
  readonly aspects: typeof aspects;
}

export function startFunctions(stack: Stack, started: Started): void {
  const { functions, config } = started;
  const bus = new CfnEventBus(stack, 'Bus', {
    name: busName,
    description: 'Changes that the spokes forward',
    policy: policyOf(...whoSends(config)),
  });
  const rules: readonly Rule[] = [
    { id: 'RouteChanges', name: 'lockstep-route', bus: bus.ref, pattern: eventPattern(started.aspects), to: functions.route },
    { id: 'SweepAfterPolicies', name: 'lockstep-policies', bus: bus.ref, pattern: organizationPattern, to: functions.sweep },
    { id: 'AdmitEdits', name: 'lockstep-admit', pattern: editPattern(config), to: functions.admit },
  ];
  allowRules(
    rules.map((rule) => ruleOf(stack, rule, started.queues)),
    started.queues,
  );
  sweepRegularly(stack, started);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html */
const editPattern = ({ documentsPath, freezeParameter }: Config) => ({
  source: ['aws.ssm'],
  'detail-type': ['Parameter Store Change'],
  detail: { name: [{ prefix: documentsPath }, freezeParameter] },
});

interface Rule {
  readonly id: string;
  readonly name: string;
  /** Left out: the account's own. */
  readonly bus?: string;
  readonly pattern: object;
  readonly to: LambdaFunction;
}

/** @returns the rule's ARN */
function ruleOf(stack: Stack, { id, name, bus, pattern, to }: Rule, { undelivered }: Queues): string {
  const target = { id: 'lockstep', arn: to.functionArn, deadLetterConfig: { arn: undelivered.queueArn } };
  const rule = new CfnRule(stack, id, {
    ...{ name, eventPattern: pattern, targets: [target] },
    ...(bus !== undefined && { eventBusName: bus }),
  });
  new CfnPermission(stack, `${id}Permission`, {
    ...{
      functionName: to.functionName,
      action: 'lambda:InvokeFunction',
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    },
  });
  return rule.attrArn;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-perms */
function allowRules(arns: readonly string[], { undelivered }: Queues): void {
  undelivered.addToResourcePolicy(
    new PolicyStatement({
      sid: 'RulesKeepWhatFailed',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [undelivered.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': arns } },
    }),
  );
}

/** The time it was meant for names the sweep: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function sweepRegularly(stack: Stack, { functions, queues, config }: Started): void {
  const { sweep } = functions;
  const role = roleOf(stack, 'SchedulerRole', {
    name: ownRoles.scheduler,
    description: 'EventBridge Scheduler starts the sweep with it.',
    trust: serviceTrust('scheduler.amazonaws.com', { 'aws:SourceAccount': stack.account }),
    policy: policyOf(
      { Sid: 'Sweep', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: sweep.functionArn },
      { Sid: 'KeepWhatFailed', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queues.undelivered.queueArn },
    ),
  });
  new CfnSchedule(stack, 'Sweeps', {
    name: 'lockstep-sweep',
    description: 'Looks at everything, whatever the events told',
    scheduleExpression: `rate(${config.sweepEveryMinutes} minutes)`,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: sweep.functionArn,
      roleArn: role.attrArn,
      input: JSON.stringify({ scheduledTime: '<aws.scheduler.scheduled-time>' }),
      retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 1800 },
      deadLetterConfig: { arn: queues.undelivered.queueArn },
    },
  });
}
