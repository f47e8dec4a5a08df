/** What a role may do that is limited to one queue, topic, alarm, table, schedule, rule, trail or unit. */
import { CreateTrailCommand, GetTrailCommand, LookupEventsCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeRuleCommand,
  ListRulesCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  DescribeOrganizationCommand,
  ListChildrenCommand,
  ListRootsCommand,
} from '@aws-sdk/client-organizations';
import { CreateScheduleCommand, GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { aBucket, allow, aSession, deny, moreClients, policy, refusal, rootOf, source, world } from './authorisation-support.ts';

type Clients = ReturnType<typeof moreClients>;
type Call = (clients: Clients) => Promise<unknown>;

const sessionArn = `arn:aws:sts::${source}:assumed-role/worker/job`;
const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-west-1:${source}:${rest}`;

let aws: LocalAws;
beforeEach(() => {
  ({ aws } = world());
});

const workerWith = async (...statements: readonly object[]): Promise<Clients> =>
  moreClients(aws, await aSession(aws, { inline: policy(...statements) }));

const dimensions = { MetricName: 'Drifted', Period: 60, EvaluationPeriods: 1, Threshold: 0, Statistic: 'Sum' } as const;
const alarm = (AlarmName: string, more: object = {}) =>
  new PutMetricAlarmCommand({
    ...{ ...dimensions, AlarmName, Namespace: 'Lockstep', ComparisonOperator: 'GreaterThanThreshold' },
    ...more,
  });
const metric = (Namespace: string) => new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName: 'Drifted', Value: 1 }] });
const rule = (Name: string, more: object = {}) =>
  new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: ['aws.s3'] }), ...more });
const event = (more: object = {}) =>
  new PutEventsCommand({ Entries: [{ Source: 'us', DetailType: 'x', Detail: '{}', ...more }] });
const schedule = (Name: string, RoleArn = `arn:aws:iam::${source}:role/runner`) =>
  new CreateScheduleCommand({
    Name,
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: arn('sqs', 'jobs'), RoleArn },
  });

interface Case {
  readonly because: string;
  readonly statements: readonly object[];
  readonly may: readonly Call[];
  /** With the permission that is missing and what it is missing on; no `on`: on everything. */
  readonly mayNot: readonly { readonly call: Call; readonly action: string; readonly on?: string }[];
}

const cases: readonly Case[] = [
  {
    because: 'metrics of one namespace only',
    statements: [allow('cloudwatch:PutMetricData', '*', { Condition: { StringEquals: { 'cloudwatch:namespace': 'Lockstep' } } })],
    may: [(c) => c.cloudwatch.send(metric('Lockstep'))],
    mayNot: [
      { call: (c) => c.cloudwatch.send(metric('Others')), action: 'cloudwatch:PutMetricData' },
      {
        call: (c) =>
          c.cloudwatch.send(new GetMetricDataCommand({ MetricDataQueries: [], StartTime: new Date(0), EndTime: new Date() })),
        action: 'cloudwatch:GetMetricData',
      },
    ],
  },
  {
    because: 'alarms by name',
    statements: [allow('cloudwatch:*', arn('cloudwatch', 'alarm:drift*'))],
    may: [
      (c) => c.cloudwatch.send(alarm('drift')),
      (c) => c.cloudwatch.send(alarm('drift-2', { Tags: [{ Key: 'a', Value: 'b' }] })),
      (c) => c.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['drift', 'drift-2'] })),
      (c) => c.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['drift'] })),
    ],
    mayNot: [
      {
        call: (c) => c.cloudwatch.send(alarm('other')),
        action: 'cloudwatch:PutMetricAlarm',
        on: arn('cloudwatch', 'alarm:other'),
      },
      {
        call: (c) => c.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['drift-2', 'other'] })),
        action: 'cloudwatch:DeleteAlarms',
        on: arn('cloudwatch', 'alarm:other'),
      },
      {
        call: (c) => c.cloudwatch.send(new DescribeAlarmsCommand({})),
        action: 'cloudwatch:DescribeAlarms',
        on: arn('cloudwatch', 'alarm:*'),
      },
    ],
  },
  {
    because: 'alarms without tags, for tagging is another permission',
    statements: [allow('cloudwatch:PutMetricAlarm')],
    may: [(c) => c.cloudwatch.send(alarm('drift'))],
    mayNot: [
      {
        call: (c) => c.cloudwatch.send(alarm('tagged', { Tags: [{ Key: 'a', Value: 'b' }] })),
        action: 'cloudwatch:TagResource',
        on: arn('cloudwatch', 'alarm:tagged'),
      },
    ],
  },
  {
    because: 'rules of one bus: the default bus is not in their ARNs',
    statements: [allow('events:*', arn('events', 'rule/changes'))],
    may: [(c) => c.events.send(rule('changes')), (c) => c.events.send(new DescribeRuleCommand({ Name: 'changes' }))],
    mayNot: [
      { call: (c) => c.events.send(rule('others')), action: 'events:PutRule', on: arn('events', 'rule/others') },
      {
        call: (c) => c.events.send(rule('changes', { EventBusName: 'hub' })),
        action: 'events:PutRule',
        on: arn('events', 'rule/hub/changes'),
      },
      {
        call: (c) => c.events.send(new DeleteRuleCommand({ Name: 'changes', EventBusName: arn('events', 'event-bus/hub') })),
        action: 'events:DeleteRule',
        on: arn('events', 'rule/hub/changes'),
      },
      { call: (c) => c.events.send(event()), action: 'events:PutEvents', on: arn('events', 'event-bus/default') },
      { call: (c) => c.events.send(new ListRulesCommand({})), action: 'events:ListRules', on: arn('events', 'rule/*') },
      {
        call: (c) => c.events.send(new PutPermissionCommand({ Principal: '*', StatementId: 's', Action: 'events:PutEvents' })),
        action: 'events:PutPermission',
        on: '*',
      },
    ],
  },
  {
    because: 'rules about sources it may watch',
    statements: [
      allow('events:PutRule', '*', { Condition: { 'ForAllValues:StringEquals': { 'events:source': ['aws.s3', 'aws.kms'] } } }),
    ],
    may: [(c) => c.events.send(rule('changes'))],
    mayNot: [
      {
        call: (c) => c.events.send(rule('changes', { EventPattern: JSON.stringify({ source: ['aws.s3', 'aws.iam'] }) })),
        action: 'events:PutRule',
        on: arn('events', 'rule/changes'),
      },
    ],
  },
  {
    because: 'targets it names, in roles it may pass on',
    statements: [
      allow('events:PutRule'),
      allow('events:PutTargets', '*', { Condition: { ArnLike: { 'events:TargetArn': arn('sqs', '*') } } }),
    ],
    may: [
      (c) => c.events.send(rule('changes')),
      (c) => c.events.send(new PutTargetsCommand({ Rule: 'changes', Targets: [{ Id: 'q', Arn: arn('sqs', 'jobs') }] })),
    ],
    mayNot: [
      {
        call: (c) => c.events.send(new PutTargetsCommand({ Rule: 'changes', Targets: [{ Id: 't', Arn: arn('sns', 'alarms') }] })),
        action: 'events:PutTargets',
        on: arn('events', 'rule/changes'),
      },
      {
        call: (c) => {
          const RoleArn = `arn:aws:iam::${source}:role/runner`;
          return c.events.send(
            new PutTargetsCommand({ Rule: 'changes', Targets: [{ Id: 'q', Arn: arn('sqs', 'jobs'), RoleArn }] }),
          );
        },
        action: 'iam:PassRole',
        on: `arn:aws:iam::${source}:role/runner`,
      },
    ],
  },
  {
    because: 'events of one source on one bus',
    statements: [
      allow('events:PutEvents', arn('events', 'event-bus/hub'), { Condition: { StringEquals: { 'events:source': 'us' } } }),
    ],
    may: [(c) => c.events.send(event({ EventBusName: 'hub' }))],
    mayNot: [
      {
        call: (c) => c.events.send(event({ EventBusName: 'hub', Source: 'them' })),
        action: 'events:PutEvents',
        on: arn('events', 'event-bus/hub'),
      },
      { call: (c) => c.events.send(event()), action: 'events:PutEvents', on: arn('events', 'event-bus/default') },
    ],
  },
  {
    because: 'schedules of one group, in one role',
    statements: [
      allow('scheduler:*', arn('scheduler', 'schedule/default/*')),
      allow('iam:PassRole', `arn:aws:iam::${source}:role/runner`, {
        Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    ],
    may: [(c) => c.scheduler.send(schedule('hourly')), (c) => c.scheduler.send(new GetScheduleCommand({ Name: 'hourly' }))],
    mayNot: [
      {
        call: (c) => c.scheduler.send(new GetScheduleCommand({ Name: 'hourly', GroupName: 'others' })),
        action: 'scheduler:GetSchedule',
        on: arn('scheduler', 'schedule/others/hourly'),
      },
      {
        call: (c) => c.scheduler.send(schedule('mighty', `arn:aws:iam::${source}:role/admin`)),
        action: 'iam:PassRole',
        on: `arn:aws:iam::${source}:role/admin`,
      },
    ],
  },
  {
    because: 'one trail, and the events of none',
    statements: [allow('cloudtrail:*', arn('cloudtrail', 'trail/mine')), deny('cloudtrail:StopLogging')],
    may: [(c) => c.cloudtrail.send(new GetTrailCommand({ Name: 'mine' }))],
    mayNot: [
      {
        call: (c) => c.cloudtrail.send(new GetTrailCommand({ Name: 'organization-trail' })),
        action: 'cloudtrail:GetTrail',
        // It is of all regions, and keeps the ARN of the one it was made in.
        on: `arn:aws:cloudtrail:us-east-1:${source}:trail/organization-trail`,
      },
      {
        call: (c) => c.cloudtrail.send(new StartLoggingCommand({ Name: 'yours' })),
        action: 'cloudtrail:StartLogging',
        on: arn('cloudtrail', 'trail/yours'),
      },
      { call: (c) => c.cloudtrail.send(new LookupEventsCommand({})), action: 'cloudtrail:LookupEvents' },
    ],
  },
];

async function setUp(): Promise<void> {
  const root = moreClients(aws, rootOf(source));
  await aBucket(aws, 'logs');
  await root.cloudtrail.send(new CreateTrailCommand({ Name: 'mine', S3BucketName: 'logs' }));
  await root.events.send(new CreateEventBusCommand({ Name: 'hub' }));
}

describe('a role that may have', () => {
  it.each(cases)('$because, has those and nothing else', async ({ statements, may, mayNot }) => {
    await setUp();
    const worker = await workerWith(...statements);

    for (const call of may) expect(await refusal(call(worker))).toBeUndefined();
    for (const { call, action, on } of mayNot) {
      const where = on === undefined ? '' : ` on resource: ${on}`;
      expect(await refusal(call(worker))).toMatchObject({
        code: expect.stringMatching(/^AccessDenied(Exception)?$/),
        message: `User: ${sessionArn} is not authorized to perform: ${action}${where} because no identity-based policy allows the ${action} action`,
      });
    }
  });

  it('one unit of the organization, has that and nothing else', async () => {
    const root = moreClients(aws, rootOf(source), 'us-east-1');
    await root.organizations.send(new CreateOrganizationCommand({}));
    const { Roots } = await root.organizations.send(new ListRootsCommand({}));
    const ParentId = Roots?.[0]?.Id ?? '';
    const { OrganizationalUnit: unit } = await root.organizations.send(
      new CreateOrganizationalUnitCommand({ ParentId, Name: 'a' }),
    );
    const { organizations } = await workerWith(
      allow('organizations:DescribeOrganization'),
      allow('organizations:ListChildren', unit?.Arn),
    );
    const children = (parent: string | undefined) =>
      refusal(organizations.send(new ListChildrenCommand({ ParentId: parent, ChildType: 'ACCOUNT' })));

    expect(await refusal(organizations.send(new DescribeOrganizationCommand({})))).toBeUndefined();
    expect(await children(unit?.Id)).toBeUndefined();
    expect(await children(ParentId)).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(`organizations:ListChildren on resource: ${Roots?.[0]?.Arn} because`),
    });
    expect(await refusal(organizations.send(new ListRootsCommand({})))).toMatchObject({ code: 'AccessDeniedException' });
  });
});
