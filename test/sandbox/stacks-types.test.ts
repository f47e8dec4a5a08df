import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { functionHost } from '../../infra/sandbox/hosting/function-host.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { removeStack } from '../../infra/sandbox/stacks/deploy.ts';
import {
  allow,
  aParameter,
  aQueue,
  aRegion,
  failureOf,
  hole,
  inventory,
  refs,
  region,
  source,
  trustOf,
} from './stacks-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-stack-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Code as it is published: a folder with the module. */
function aBundle(name: string, text: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'index.mjs'), text);
  return join(folder, name);
}

const assets = { 'code.zip': aBundle('code', 'export const handler = async (event) => event;') };

const aRole = (more: object = {}, service = 'lambda.amazonaws.com') => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: trustOf(service), ...more },
});
const aFunction = (more: object = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    ...{ FunctionName: 'work', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: refs.arn('Role') },
    ...{ Code: { S3Bucket: 'published', S3Key: 'code.zip' }, ...more },
  },
});
const consuming = { Policies: [{ PolicyName: 'work', PolicyDocument: allow('sqs:*', '*') }] };
const aRule = (more: object = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventPattern: { source: ['mine'] }, ...more },
});
const anAlarm = (more: object = {}) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    ...{ Namespace: 'Mine', MetricName: 'Faults', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 },
    ...{ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', ...more },
  },
});
const aTable = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    ...{ TableName: 'ledger', BillingMode: 'PAY_PER_REQUEST' },
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true },
  },
};
const { TimeToLiveSpecification, KeySchema, AttributeDefinitions } = aTable.Properties;
const aSchedule = {
  Type: 'AWS::Scheduler::Schedule',
  Properties: {
    ...{ Name: 'hourly', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' } },
    Target: { Arn: refs.arn('Queue'), RoleArn: refs.arn('Role'), Input: '{}' },
  },
};

const sns = `arn:aws:sns:${region}:${source}`;
const uuid = '[0-9a-f-]{36}';

interface TypeCase {
  readonly type: string;
  /** `It` is the resource that is looked at. */
  readonly resources: object;
  readonly id: RegExp;
  readonly attributes: Readonly<Record<string, RegExp>>;
}

const cases: readonly TypeCase[] = [
  {
    type: 'AWS::IAM::Role',
    resources: { It: aRole({ RoleName: 'worker', Path: '/team/' }) },
    id: /^worker$/,
    attributes: { Arn: /^arn:aws:iam::111111111111:role\/team\/worker$/, RoleId: /^AROA/ },
  },
  {
    type: 'AWS::IAM::Policy',
    resources: {
      Role: aRole(),
      It: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'more', PolicyDocument: allow('s3:GetObject', '*'), Roles: [refs.ref('Role')] },
      },
    },
    id: /^more$/,
    attributes: {},
  },
  {
    type: 'AWS::IAM::ManagedPolicy',
    resources: {
      Role: aRole(),
      It: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'bound', PolicyDocument: allow('s3:GetObject', '*'), Roles: [refs.ref('Role')] },
      },
    },
    id: /^arn:aws:iam::111111111111:policy\/bound$/,
    attributes: { PolicyArn: /policy\/bound$/ },
  },
  {
    type: 'AWS::SQS::Queue',
    resources: { It: aQueue({ QueueName: 'jobs' }) },
    id: /^https:.*\/jobs$/,
    attributes: { Arn: /^arn:aws:sqs:eu-west-1:111111111111:jobs$/, QueueName: /^jobs$/, QueueUrl: /jobs$/ },
  },
  {
    type: 'AWS::SQS::QueuePolicy',
    resources: {
      Queue: aQueue(),
      It: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [refs.ref('Queue')],
          PolicyDocument: allow('sqs:SendMessage', refs.arn('Queue'), { Principal: '*' }),
        },
      },
    },
    id: /^test-It-/,
    attributes: {},
  },
  {
    type: 'AWS::SNS::Topic',
    resources: { It: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news', DisplayName: 'News' } } },
    id: new RegExp(`^${sns}:news$`),
    attributes: { TopicArn: new RegExp(`^${sns}:news$`), TopicName: /^news$/ },
  },
  {
    type: 'AWS::SNS::TopicPolicy',
    resources: {
      Topic: { Type: 'AWS::SNS::Topic' },
      It: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: {
          Topics: [refs.ref('Topic')],
          PolicyDocument: allow('sns:Publish', refs.ref('Topic'), { Principal: { Service: 'events.amazonaws.com' } }),
        },
      },
    },
    id: /^test-It-/,
    attributes: {},
  },
  {
    type: 'AWS::SNS::Subscription',
    resources: {
      Topic: { Type: 'AWS::SNS::Topic' },
      Queue: aQueue(),
      It: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          TopicArn: refs.ref('Topic'),
          Protocol: 'sqs',
          Endpoint: refs.arn('Queue'),
          RawMessageDelivery: true,
          FilterPolicy: { kind: ['a'] },
        },
      },
    },
    id: new RegExp(`^${sns}:test-Topic-[A-Z0-9]{12}:${uuid}$`),
    attributes: { Arn: new RegExp(uuid) },
  },
  { type: 'AWS::DynamoDB::Table', resources: { It: aTable }, id: /^ledger$/, attributes: { Arn: /:table\/ledger$/ } },
  {
    type: 'AWS::DynamoDB::GlobalTable',
    resources: {
      It: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          TableName: 'global',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema,
          AttributeDefinitions,
          TimeToLiveSpecification,
          Replicas: [{ Region: region, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }],
        },
      },
    },
    id: /^global$/,
    attributes: { Arn: /:table\/global$/ },
  },
  {
    type: 'AWS::Events::EventBus',
    resources: {
      It: {
        Type: 'AWS::Events::EventBus',
        Properties: {
          Name: 'hub',
          Policy: allow('events:PutEvents', '*', { Principal: { AWS: 'arn:aws:iam::222222222222:root' } }),
        },
      },
    },
    id: /^hub$/,
    attributes: { Arn: /:event-bus\/hub$/, Name: /^hub$/ },
  },
  {
    type: 'AWS::Events::EventBusPolicy',
    resources: {
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'hub' } },
      It: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: {
          EventBusName: refs.ref('Bus'),
          StatementId: 'spokes',
          Statement: allow('events:PutEvents', refs.arn('Bus'), { Principal: { AWS: '222222222222' } }).Statement[0],
        },
      },
    },
    id: /^hub\|spokes$/,
    attributes: {},
  },
  { type: 'AWS::Events::Rule', resources: { It: aRule({ Name: 'hear' }) }, id: /^hear$/, attributes: { Arn: /:rule\/hear$/ } },
  {
    type: 'AWS::Events::Rule of a bus of its own',
    resources: {
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'hub' } },
      Queue: aQueue(),
      It: aRule({ Name: 'hear', EventBusName: refs.ref('Bus'), Targets: [{ Id: 'a', Arn: refs.arn('Queue') }] }),
    },
    id: /^hub\|hear$/,
    attributes: { Arn: /:rule\/hub\/hear$/ },
  },
  {
    type: 'AWS::Scheduler::Schedule',
    resources: { Queue: aQueue(), Role: aRole({}, 'scheduler.amazonaws.com'), It: aSchedule },
    id: /^hourly$/,
    attributes: { Arn: /:schedule\/default\/hourly$/ },
  },
  {
    type: 'AWS::Scheduler::ScheduleGroup',
    resources: { It: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'sweeps' } } },
    id: /^sweeps$/,
    attributes: { Arn: /:schedule-group\/sweeps$/ },
  },
  {
    type: 'AWS::KMS::Key',
    resources: {
      It: {
        Type: 'AWS::KMS::Key',
        Properties: {
          EnableKeyRotation: true,
          PendingWindowInDays: 7,
          KeyPolicy: allow('kms:*', '*', {
            Principal: { AWS: { 'Fn::Sub': `arn:${hole('AWS::Partition')}:iam::${hole('AWS::AccountId')}:root` } },
          }),
        },
      },
    },
    id: new RegExp(`^${uuid}$`),
    attributes: { Arn: /^arn:aws:kms:eu-west-1:111111111111:key\//, KeyId: new RegExp(uuid) },
  },
  {
    type: 'AWS::KMS::Alias',
    resources: {
      Key: { Type: 'AWS::KMS::Key', Properties: {} },
      It: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/mine', TargetKeyId: refs.ref('Key') } },
    },
    id: /^alias\/mine$/,
    attributes: {},
  },
  {
    type: 'AWS::SSM::Parameter',
    resources: { It: aParameter('x', { Properties: { Name: '/mine', Type: 'String', Value: 'x', Tags: { a: '1' } } }) },
    id: /^\/mine$/,
    attributes: { Value: /^x$/, Type: /^String$/ },
  },
  {
    type: 'AWS::CloudWatch::Alarm',
    resources: { It: anAlarm({ AlarmName: 'faults' }) },
    id: /^faults$/,
    attributes: { Arn: /:alarm:faults$/ },
  },
  {
    type: 'AWS::CloudWatch::CompositeAlarm',
    resources: {
      Alarm: anAlarm({ AlarmName: 'faults' }),
      It: {
        Type: 'AWS::CloudWatch::CompositeAlarm',
        Properties: { AlarmName: 'all', AlarmRule: { 'Fn::Sub': `ALARM("${hole('Alarm')}")` } },
      },
    },
    id: /^all$/,
    attributes: { Arn: /:alarm:all$/ },
  },
  {
    type: 'AWS::CloudWatch::Dashboard',
    resources: {
      It: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'fleet', DashboardBody: '{"widgets":[]}' } },
    },
    id: /^fleet$/,
    attributes: {},
  },
  {
    type: 'AWS::Logs::LogGroup',
    resources: { It: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/work', RetentionInDays: 30 } } },
    id: /^\/aws\/lambda\/work$/,
    attributes: { Arn: /:log-group:\/aws\/lambda\/work:\*$/ },
  },
  {
    type: 'AWS::Lambda::Function',
    resources: { Role: aRole(), It: aFunction({ ReservedConcurrentExecutions: 5, LoggingConfig: { LogFormat: 'JSON' } }) },
    id: /^work$/,
    attributes: { Arn: /:function:work$/ },
  },
  {
    type: 'AWS::Lambda::Permission',
    resources: {
      Role: aRole(),
      Work: aFunction(),
      It: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: refs.arn('Work'), Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' },
      },
    },
    id: /^test-It-/,
    attributes: { Id: /^test-It-/ },
  },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    resources: {
      Role: aRole(consuming),
      Work: aFunction(),
      Queue: aQueue(),
      It: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: refs.arn('Work'),
          EventSourceArn: refs.arn('Queue'),
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 2 },
        },
      },
    },
    id: new RegExp(`^${uuid}$`),
    attributes: { Id: new RegExp(uuid), EventSourceMappingArn: /event-source-mapping/ },
  },
  {
    type: 'AWS::Lambda::EventInvokeConfig',
    resources: {
      Role: aRole(consuming),
      Work: aFunction(),
      Queue: aQueue(),
      It: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: refs.ref('Work'),
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 1,
          DestinationConfig: { OnFailure: { Destination: refs.arn('Queue') } },
        },
      },
    },
    id: /^work\|\$LATEST$/,
    attributes: {},
  },
  {
    type: 'AWS::Chatbot::SlackChannelConfiguration',
    resources: {
      It: { Type: 'AWS::Chatbot::SlackChannelConfiguration', Properties: { ConfigurationName: 'ops', SlackChannelId: 'C1' } },
    },
    id: /:chat-configuration\/slack-channel\/ops$/,
    attributes: { Arn: /slack-channel\/ops$/ },
  },
  {
    type: 'AWS::CDK::Metadata',
    resources: { It: { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2:x' } } },
    id: /^test-It-/,
    attributes: {},
  },
];

const nothing = { queues: 0, topics: 0, roles: 0, functions: 0, mappings: 0, rules: 0, alarms: 0, schedules: 0 };

describe('a type of resource', () => {
  it.each(cases)('$type comes with its id and attributes, and goes without a trace', async ({ resources, id, attributes }) => {
    const { aws, clock, deploy } = aRegion();

    const stack = await deploy(resources, { assets });
    const it = stack.resources.get('It');

    expect(it?.id).toMatch(id);
    expect(Object.keys(it?.attributes ?? {})).toEqual(expect.arrayContaining(Object.keys(attributes)));
    for (const [name, form] of Object.entries(attributes)) expect(it?.attributes[name]).toMatch(form);
    expect(await removeStack(aws, stack)).toEqual([]);
    expect(inventory(aws)).toEqual(nothing);
    // A queue's name is free again after a minute: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
    await clock.advance(60);
    expect((await deploy(resources, { assets })).resources.get('It')?.id, 'it can come again').toMatch(id);
  });

  const taken: readonly {
    type: string;
    resource: object;
    by: readonly [Parameters<ReturnType<typeof aRegion>['call']>[0], object];
  }[] = [
    { type: 'queue', resource: aQueue({ QueueName: 'jobs' }), by: ['sqs:CreateQueue', { QueueName: 'jobs' }] },
    {
      type: 'topic',
      resource: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
      by: ['sns:CreateTopic', { Name: 'news' }],
    },
    {
      type: 'rule',
      resource: aRule({ Name: 'hear' }),
      by: ['events:PutRule', { Name: 'hear', EventPattern: '{"source":["theirs"]}' }],
    },
    {
      type: 'alarm',
      resource: anAlarm({ AlarmName: 'faults' }),
      by: ['cloudwatch:PutMetricAlarm', { ...anAlarm().Properties, AlarmName: 'faults' }],
    },
    {
      type: 'dashboard',
      resource: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'fleet', DashboardBody: '{"widgets":[]}' } },
      by: ['cloudwatch:PutDashboard', { DashboardName: 'fleet', DashboardBody: '{"widgets":[]}' }],
    },
    {
      type: 'role',
      resource: aRole({ RoleName: 'worker' }),
      by: ['iam:CreateRole', { RoleName: 'worker', AssumeRolePolicyDocument: JSON.stringify(trustOf('lambda.amazonaws.com')) }],
    },
    {
      type: 'parameter',
      resource: aParameter('x', { Properties: { Name: '/mine', Type: 'String', Value: 'x' } }),
      by: ['ssm:PutParameter', { Name: '/mine', Type: 'String', Value: 'theirs' }],
    },
  ];
  it.each(taken)('does not take over a $type that is there already', async ({ resource, by: [operation, input] }) => {
    const { aws, deploy, call } = aRegion();
    await call(operation, input as Record<string, unknown>);
    const before = inventory(aws);

    const failure = await failureOf(deploy({ It: resource }));

    expect(failure).toMatchObject({ logicalId: 'It', status: 'ROLLBACK_COMPLETE' });
    expect(failure.message).toMatch(/already exists/);
    expect(inventory(aws)).toEqual(before);
  });

  const nested = [
    {
      because: 'a target',
      resource: aRule({ Targets: [{ Id: 'a', Arn: 'arn:aws:sqs:eu-west-1:111111111111:jobs', Colour: 'red' }] }),
      says: /unsupported property Targets\[0\].Colour/,
    },
    {
      because: 'an alarm’s metric',
      resource: anAlarm({ Dimensions: [{ Name: 'a', Value: 'b', Unit: 'c' }] }),
      says: /unsupported property Dimensions\[0\].Unit/,
    },
    {
      because: 'a replica',
      resource: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: { KeySchema, AttributeDefinitions, Replicas: [{ Region: region, ResourcePolicy: {} }] },
      },
      says: /unsupported property Replicas\[0\].ResourcePolicy/,
    },
  ];
  it.each(nested)('drops nothing within $because in silence', async ({ resource, says }) => {
    const failure = await failureOf(aRegion().deploy({ It: resource }));

    expect(failure).toMatchObject({ logicalId: 'It' });
    expect(failure.message).toMatch(says);
  });
});

describe('what a template sets', () => {
  it('a role has its policies, its boundary and its tags, and loses what the template no longer has', async () => {
    const { aws, deploy } = aRegion();
    const bound = {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { ManagedPolicyName: 'bound', PolicyDocument: allow('s3:*', '*') },
    };
    const inline = (PolicyName: string, action: string) => ({ PolicyName, PolicyDocument: allow(action, '*') });
    const role = () => aws.world.iam.accounts.get(source)?.roles.get('worker');
    const first = {
      Policies: [inline('a', 's3:GetObject'), inline('b', 's3:PutObject')],
      ManagedPolicyArns: [refs.ref('Bound')],
      PermissionsBoundary: refs.ref('Bound'),
    };
    await deploy({ Bound: bound, It: aRole({ RoleName: 'worker', Tags: [{ Key: 'a', Value: '1' }], ...first }) });
    expect([...(role()?.inline.keys() ?? [])]).toEqual(['a', 'b']);
    expect(role()).toMatchObject({ boundary: `arn:aws:iam::${source}:policy/bound` });
    expect([...(role()?.attached ?? [])]).toEqual([`arn:aws:iam::${source}:policy/bound`]);

    await deploy({
      Bound: bound,
      It: aRole(
        { RoleName: 'worker', Tags: [{ Key: 'b', Value: '2' }], Policies: [inline('b', 's3:GetObject')] },
        'events.amazonaws.com',
      ),
    });

    expect([...(role()?.inline.keys() ?? [])]).toEqual(['b']);
    expect(JSON.stringify(role()?.inline.get('b'))).toContain('s3:GetObject');
    expect(JSON.stringify(role()?.trust)).toContain('events.amazonaws.com');
    expect([...(role()?.attached ?? [])]).toEqual([]);
    expect(role()?.boundary).toBeUndefined();
    expect(Object.fromEntries(role()?.tags ?? [])).toEqual({ b: '2' });
  });

  it('a managed policy gets new versions as often as it changes', async () => {
    const { aws, deploy, call } = aRegion();
    const policy = (n: number) => ({
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { ManagedPolicyName: 'bound', PolicyDocument: allow('s3:GetObject', `arn:aws:s3:::b${n}`) },
    });

    for (let n = 1; n <= 7; n++) await deploy({ It: policy(n) });

    const { Policy } = await call('iam:GetPolicy', { PolicyArn: `arn:aws:iam::${source}:policy/bound` });
    expect(Policy).toMatchObject({ DefaultVersionId: 'v7' });
    expect(aws.world.iam.accounts.get(source)?.policies.size).toBe(1);
  });

  it('a table keeps time to live, backups and encryption', async () => {
    const { deploy, call } = aRegion();
    await deploy({ It: aTable });
    const on = { TableName: 'ledger' };

    expect(await call('dynamodb:DescribeTimeToLive', on)).toMatchObject({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
    expect(await call('dynamodb:DescribeContinuousBackups', on)).toMatchObject({
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' } },
    });
    expect(await call('dynamodb:DescribeTable', on)).toMatchObject({ Table: { SSEDescription: { Status: 'ENABLED' } } });

    const { PointInTimeRecoverySpecification: _off, ...without } = aTable.Properties;
    await deploy({ It: { ...aTable, Properties: { ...without, DeletionProtectionEnabled: true } } });
    expect(await call('dynamodb:DescribeContinuousBackups', on)).toMatchObject({
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' } },
    });
    expect(await call('dynamodb:DescribeTable', on)).toMatchObject({ Table: { DeletionProtectionEnabled: true } });
  });

  it('a key rotates, is scheduled for deletion when its stack goes, and keeps the days it is given', async () => {
    const { aws, deploy, call } = aRegion();
    const stack = await deploy({
      It: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true, RotationPeriodInDays: 180, PendingWindowInDays: 7 } },
    });
    const KeyId = stack.resources.get('It')?.id;
    expect(await call('kms:GetKeyRotationStatus', { KeyId })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 180,
    });

    await removeStack(aws, stack);

    const { KeyMetadata } = await call('kms:DescribeKey', { KeyId });
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: new Date('2026-01-08T00:00:00Z') });
  });

  it('a statement of a bus comes beside those of others, and goes alone', async () => {
    const { deploy, call } = aRegion();
    await call('events:CreateEventBus', { Name: 'hub' });
    await call('events:PutPermission', {
      EventBusName: 'hub',
      StatementId: 'theirs',
      Action: 'events:PutEvents',
      Principal: '444444444444',
    });
    const asStatement = (account: string) => ({
      Type: 'AWS::Events::EventBusPolicy',
      Properties: {
        ...{ EventBusName: 'hub', StatementId: 'mine' },
        Statement: {
          ...{ Effect: 'Allow', Action: 'events:PutEvents', Resource: `arn:aws:events:${region}:${source}:event-bus/hub` },
          Principal: { AWS: `arn:aws:iam::${account}:root` },
        },
      },
    });
    const mine = (account: string) => ({
      Type: 'AWS::Events::EventBusPolicy',
      Properties: { EventBusName: 'hub', StatementId: 'mine', Action: 'events:PutEvents', Principal: account },
    });
    const sids = async () => {
      const { Policy } = await call('events:DescribeEventBus', { Name: 'hub' });
      return (JSON.parse(String(Policy)) as { Statement: { Sid: string }[] }).Statement.map(
        (one) => `${one.Sid} ${JSON.stringify(one).match(/\d{12}(?=:root)/)}`,
      );
    };

    await deploy({ It: mine('222222222222'), Other: aParameter('x') });
    expect(await sids()).toEqual(['theirs 444444444444', 'mine 222222222222']);
    await deploy({ It: mine('555555555555'), Other: aParameter('x') });
    expect(await sids()).toEqual(['theirs 444444444444', 'mine 555555555555']);
    await deploy({ It: asStatement('666666666666'), Other: aParameter('x') });
    expect(await sids()).toEqual(['theirs 444444444444', 'mine 666666666666']);
    await deploy({ Other: aParameter('x') });
    expect(await sids()).toEqual(['theirs 444444444444']);
  });

  it('a policy of queues or topics moves on to others', async () => {
    const { aws, deploy } = aRegion();
    const queues = { A: aQueue({ QueueName: 'a' }), B: aQueue({ QueueName: 'b' }) };
    const topics = {
      C: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'c' } },
      D: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'd' } },
    };
    const over = (queue: string, topic: string) => ({
      ...{ ...queues, ...topics },
      OfQueue: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [refs.ref(queue)], PolicyDocument: allow('sqs:SendMessage', refs.arn(queue), { Principal: '*' }) },
      },
      OfTopic: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: { Topics: [refs.ref(topic)], PolicyDocument: allow('sns:Publish', refs.ref(topic), { Principal: '*' }) },
      },
    });
    const withPolicy = () =>
      [...aws.world.sqs.queues.values(), ...aws.world.sns.topics.values()]
        .filter(({ attributes }) => attributes.get('Policy'))
        .map(({ name }) => name);

    await deploy(over('A', 'C'));
    expect(withPolicy()).toEqual(['a', 'c']);
    await deploy(over('B', 'D'));
    expect(withPolicy()).toEqual(['b', 'd']);
    await deploy({ ...queues, ...topics });
    expect(withPolicy()).toEqual([]);
  });

  it('a rule changes its pattern and its targets in place', async () => {
    const { deploy, call } = aRegion();
    const queues = { A: aQueue({ QueueName: 'a' }), B: aQueue({ QueueName: 'b' }) };
    const first = await deploy({ ...queues, It: aRule({ Targets: [{ Id: 'a', Arn: refs.arn('A') }] }) });

    const second = await deploy({
      ...queues,
      It: aRule({ EventPattern: { source: ['yours'] }, State: 'DISABLED', Targets: [{ Id: 'b', Arn: refs.arn('B') }] }),
    });

    const Name = second.resources.get('It')?.id;
    expect(Name).toBe(first.resources.get('It')?.id);
    expect(await call('events:DescribeRule', { Name })).toMatchObject({
      EventPattern: '{"source":["yours"]}',
      State: 'DISABLED',
    });
    expect(await call('events:ListTargetsByRule', { Rule: Name })).toMatchObject({ Targets: [{ Id: 'b' }] });
  });

  it('a function changes its settings in place, and goes back to what Lambda has where nobody says otherwise', async () => {
    const { deploy, call } = aRegion();
    const Environment = { Variables: { STAGE: 'test', SIZE: 3 } };
    await deploy(
      { Role: aRole(), It: aFunction({ Environment, MemorySize: 512, Timeout: 30, ReservedConcurrentExecutions: 5 }) },
      { assets },
    );
    expect(await call('lambda:GetFunction', { FunctionName: 'work' })).toMatchObject({
      Configuration: { Environment: { Variables: { STAGE: 'test', SIZE: '3' } }, MemorySize: 512 },
      Concurrency: { ReservedConcurrentExecutions: 5 },
    });

    await deploy({ Role: aRole(), It: aFunction({ Timeout: 60 }) }, { assets });

    const { Configuration, Concurrency } = await call('lambda:GetFunction', { FunctionName: 'work' });
    expect(Configuration).toMatchObject({ MemorySize: 128, Timeout: 60 });
    expect(Configuration).not.toHaveProperty('Environment');
    expect(Concurrency).toBeUndefined();
  });

  it('an alarm tells its topic, as the local CloudWatch finds it', async () => {
    const { aws, deploy, call } = aRegion();
    const topic = { Type: 'AWS::SNS::Topic', Properties: { Subscription: [{ Protocol: 'sqs', Endpoint: refs.arn('Queue') }] } };
    const mayBeTold = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [refs.ref('Queue')],
        PolicyDocument: allow('sqs:SendMessage', '*', { Principal: { Service: 'sns.amazonaws.com' } }),
      },
    };
    const stack = await deploy({
      Queue: aQueue({ QueueName: 'told' }),
      Allowed: mayBeTold,
      Topic: topic,
      It: anAlarm({ AlarmActions: [refs.ref('Topic')], Threshold: '2' }),
    });

    await call('cloudwatch:SetAlarmState', {
      AlarmName: stack.resources.get('It')?.id,
      StateValue: 'ALARM',
      StateReason: 'a test',
    });

    const told = aws.world.sqs.queues.get(`arn:aws:sqs:${region}:${source}:told`)?.messages.map(({ body }) => body) ?? [];
    expect(told).toEqual([expect.stringContaining('a test')]);
  });
});

describe('functions of a stack', () => {
  const resources = {
    Role: aRole({ Policies: [{ PolicyName: 'work', PolicyDocument: allow(['sqs:SendMessage'], '*') }] }),
    Rule: aRule({ Targets: [{ Id: 'work', Arn: refs.arn('Work') }] }),
    Work: aFunction({ Timeout: 20 }),
    Heard: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: refs.arn('Work'),
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: refs.arn('Rule'),
      },
    },
  };

  it('run from the folder that was published, in their role, when a rule says so', async () => {
    const aws = createLocalAws();
    const { deploy, call } = aRegion(aws);
    const host = functionHost(aws);
    const published = {
      'code.zip': aBundle('heard', "export const handler = async ({ detail }) => console.log('heard ' + detail.what);"),
    };
    const stack = await deploy(resources, { assets: published });

    await call('events:PutEvents', { Entries: [{ Source: 'mine', DetailType: 'Word', Detail: '{"what":"a word"}' }] });

    const lines = () => host.logs(stack.resources.get('Work')?.attributes.Arn ?? '').map(({ text }) => text);
    await expect.poll(lines, { timeout: 10_000 }).toContain('heard a word');
    await host.close();
  });

  it('cannot be made without their code', async () => {
    const failure = await failureOf(aRegion().deploy(resources));

    expect(failure).toMatchObject({ logicalId: 'Work' });
    expect(failure.message).toMatch(/no asset code.zip beside the template/);
  });

  it('are refused when their code stands in the template', async () => {
    const failure = await failureOf(
      aRegion().deploy({ Role: aRole(), Work: aFunction({ Code: { ZipFile: 'exports.handler = 1' } }) }),
    );

    expect(failure.message).toMatch(
      /Work \(AWS::Lambda::Function\).*Code.ZipFile: the local AWS takes code from published folders only/,
    );
  });
});
