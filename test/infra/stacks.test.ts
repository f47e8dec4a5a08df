import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { settingsFrom } from '../../functions/settings.ts';
import { InvalidConfiguration, loadConfig } from '../../infra/config.ts';
import { deploymentOf } from '../../infra/deployment.ts';
import { eventPattern } from '../../infra/event-pattern.ts';
import { functionNames } from '../../infra/permissions/names.ts';
import { insistOnSizes } from '../../infra/permissions/sizes.ts';
import { healerPolicy, observerPolicy } from '../../infra/permissions.ts';
import { aspects } from '../../shared/aspects/index.ts';
import { roleOf } from '../../shared/aspects/resources.ts';
import { aReplication } from '../support/builders.ts';
import { at, configWith } from './judging.ts';

/** Functions that do nothing: these tests are about what is around them. */
const code = mkdtempSync(join(tmpdir(), 'lockstep-stacks-'));

beforeAll(() => {
  // Every synthesis would load the validator; one test of its own looks at everything with it.
  vi.stubEnv('CDK_VALIDATION', 'false');
  for (const name of functionNames) {
    mkdirSync(join(code, name));
    writeFileSync(join(code, name, 'index.mjs'), 'export const handler = async () => {};');
  }
});
afterAll(() => rmSync(code, { recursive: true, force: true }));

type Options = Partial<Parameters<typeof deploymentOf>[0]>;

function deployed(more: object = {}, options: Options = {}): App {
  vi.stubEnv('CDK_VALIDATION', 'false');
  return deploymentOf({ config: configWith(more), code, checked: false, ...options });
}

const stackIn = (app: App, id: string): Stack => app.node.findChild(id) as Stack;
const templateIn = (app: App, id: string): Template => Template.fromStack(stackIn(app, id));

/** What CloudFormation makes of a text in an account. */
function filledIn(value: unknown, account: string): unknown {
  const known: Readonly<Record<string, string>> = { 'AWS::Partition': 'aws', 'AWS::AccountId': account };
  if (Array.isArray(value)) return value.map((one) => filledIn(one, account));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (Ref !== undefined) return known[Ref] ?? value;
  if (join !== undefined) return (filledIn(join[1], account) as string[]).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, account)]));
}

interface RoleProperties {
  readonly AssumeRolePolicyDocument: unknown;
  readonly Policies: readonly [{ readonly PolicyDocument: unknown }];
}

const roleIn = (template: Template, name: string): RoleProperties =>
  Object.values(template.findResources('AWS::IAM::Role', { Properties: { RoleName: name } }))[0]?.Properties as RoleProperties;

describe('the hub', () => {
  let hub: Template;
  beforeAll(() => {
    hub = templateIn(deployed(), 'lockstep-hub');
  });

  it('remembers in a table that expires items and can be put back to any second', () => {
    hub.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'lockstep-ledger',
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('holds a batch back for longer than its function may run, and gives up after five attempts', () => {
    hub.hasResourceProperties('AWS::SQS::Queue', {
      ...{ QueueName: 'lockstep.fifo', FifoQueue: true, VisibilityTimeout: 180, DeduplicationScope: 'messageGroup' },
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
    });
    hub.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'lockstep-reconcile', Timeout: 120 });
  });

  it.each(functionNames)(
    'runs %s on Node 24 and arm64, in its own role, with reserved executions and a log that ends',
    (name) => {
      hub.hasResourceProperties('AWS::Lambda::Function', {
        ...{ FunctionName: `lockstep-${name}`, Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' },
        ReservedConcurrentExecutions: Match.anyValue(),
      });
      hub.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: `/aws/lambda/lockstep-${name}`, RetentionInDays: 90 });
      expect(roleIn(hub, `lockstep-${name}`)).toBeDefined();
    },
  );

  it('gives the functions that look at everything the memory for it', () => {
    const functions = Object.values(hub.findResources('AWS::Lambda::Function'));
    const small = functions
      .filter(({ Properties }) => Properties.MemorySize < 1024)
      .map(({ Properties }) => Properties.FunctionName);

    expect(small).toEqual(['lockstep-route', 'lockstep-failures']);
  });

  it('gives every function an environment that it takes', () => {
    const functions = Object.values(hub.findResources('AWS::Lambda::Function'));

    expect(functions).toHaveLength(5);
    for (const { Properties } of functions) {
      const given = Properties.Environment.Variables as Record<string, string>;
      const known = {
        LOCKSTEP_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/333333333333/lockstep.fifo',
        LOCKSTEP_TOPIC_ARN: 'arn:aws:sns:eu-west-1:333333333333:lockstep',
      };
      expect(settingsFrom({ ...given, ...known }, { tells: true })).toMatchObject({
        ...{ ledgerTable: 'lockstep-ledger', observerRole: 'lockstep-observer', healerRole: 'lockstep-healer' },
        ...{ externalId: 'lockstep-example', roleBoundary: 'lockstep-boundary', readsOrganization: false },
        controller: { mode: 'repair', budgetPercent: 25 },
      });
    }
  });

  it('keeps what an asynchronous start could not do', () => {
    const withLetters = Object.values(hub.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.DeadLetterConfig,
    );

    expect(withLetters.map(({ Properties }) => Properties.FunctionName).sort()).toEqual([
      'lockstep-admit',
      'lockstep-route',
      'lockstep-sweep',
    ]);
  });

  it('takes events of the spokes to route, of the organization to sweep, and edits to admit', () => {
    hub.hasResourceProperties('AWS::Events::Rule', {
      Name: 'lockstep-route',
      EventBusName: Match.anyValue(),
      EventPattern: { ...eventPattern(aspects) },
    });
    hub.hasResourceProperties('AWS::Events::Rule', { Name: 'lockstep-policies', EventBusName: Match.anyValue() });
    hub.hasResourceProperties('AWS::Events::Rule', {
      Name: 'lockstep-admit',
      EventBusName: Match.absent(),
      EventPattern: { source: ['aws.ssm'], detail: { name: [{ prefix: '/lockstep/desired-state/' }, '/lockstep/freeze'] } },
    });
  });

  it('sweeps every hour, each sweep under the time it was meant for', () => {
    hub.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(60 minutes)',
      Target: { Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}' },
    });
  });

  it('answers the queue in parts', () => {
    hub.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: 10,
    });
  });

  it('counts failures by the thousand, and in parts', () => {
    hub.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      ...{ BatchSize: 1000, MaximumBatchingWindowInSeconds: 30, FunctionResponseTypes: ['ReportBatchItemFailures'] },
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    hub.hasResourceProperties('AWS::SQS::Queue', {
      ...{ QueueName: 'lockstep-failures', SqsManagedSseEnabled: true, VisibilityTimeout: 400 },
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }),
    });
  });

  it.each([
    {
      whom: 'the accounts that are listed',
      more: {},
      condition: {
        ArnLike: {
          'aws:SourceArn': ['111111111111', '222222222222'].map(
            (account) => `arn:aws:sns:*:${account}:lockstep-replication-failures`,
          ),
        },
      },
    },
    {
      whom: 'the organization',
      more: { spokes: [], ...units({ id: 'o-a1b2c3d4e5' }) },
      condition: {
        ArnLike: { 'aws:SourceArn': ['arn:aws:sns:*:*:lockstep-replication-failures'] },
        StringEquals: { 'aws:SourceOrgID': 'o-a1b2c3d4e5' },
      },
    },
  ])('takes failures from topics of $whom alone', ({ more, condition }) => {
    const policies = Object.values(templateIn(deployed(more), 'lockstep-hub').findResources('AWS::SQS::QueuePolicy'));
    const statements = policies.flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as { Sid?: string; Condition: object }[],
    );

    expect(statements.filter(({ Sid }) => Sid?.endsWith('Report') || Sid?.endsWith('Reports'))).toEqual([
      expect.objectContaining({ Action: 'sqs:SendMessage', Principal: { Service: 'sns.amazonaws.com' }, Condition: condition }),
    ]);
  });

  it('takes failures of regions that have to be asked for under their own name', () => {
    const far = { spokes: [{ account: '111111111111', regions: ['eu-west-1', 'eu-south-2', 'ap-southeast-2'] }] };
    const text = JSON.stringify(templateIn(deployed(far), 'lockstep-hub').findResources('AWS::SQS::QueuePolicy'));

    expect([...text.matchAll(/sns\.[a-z0-9-]*\.?amazonaws\.com/g)].map(String)).toEqual([
      'sns.amazonaws.com',
      'sns.eu-south-2.amazonaws.com',
    ]);
  });

  it('tells through an encrypted topic that alarms may use', () => {
    hub.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    hub.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' } })]) },
    });
  });

  it('lets in the accounts that are listed, or the whole organization', () => {
    const bus = (template: Template) =>
      Object.values(template.findResources('AWS::Events::EventBus'))[0]?.Properties.Policy.Statement;
    const organization = { id: 'o-a1b2c3d4e5' };

    expect(bus(hub)).toMatchObject([
      { Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] } },
    ]);
    expect(bus(templateIn(deployed({ spokes: [], ...units(organization) }), 'lockstep-hub'))).toEqual([
      expect.objectContaining({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }),
    ]);
  });

  it('tells by mail, HTTPS and chat whom the configuration names', () => {
    const notifications = {
      emails: ['a@example.com'],
      https: ['https://example.com/x'],
      slack: { workspace: 'T01', channel: 'C01' },
    };
    const chatty = templateIn(deployed({ notifications }), 'lockstep-hub');

    chatty.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'a@example.com' });
    chatty.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'https' });
    chatty.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', { GuardrailPolicies: [Match.anyValue()] });
    hub.resourceCountIs('AWS::Chatbot::SlackChannelConfiguration', 0);
  });

  it('stands in other partitions too', () => {
    const china = {
      hub: { account: '333333333333', region: 'cn-northwest-1' },
      spokes: [{ account: '111111111111', regions: ['cn-northwest-1'] }],
      names: { buckets: ['orders*'], keys: ['alias/orders'], roles: ['lockstep-*'] },
    };
    const app = deployed(china);

    expect(app.node.children.map(({ node }) => node.id)).toContain('lockstep-spoke-111111111111-cn-north-1');
    expect(JSON.stringify(templateIn(app, 'lockstep-hub').toJSON())).not.toContain('arn:aws:');
    expect(JSON.stringify(templateIn(app, 'lockstep-spoke-111111111111').toJSON())).not.toContain('arn:aws:');
  });
});

/** Accounts from 000000000001 on. */
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ account: String(index + 1).padStart(12, '0'), regions: ['eu-west-1'] }));

const manyRoles = Array.from({ length: 40 }, (_, index) => `arn:aws:iam::333333333333:role/people-who-operate-${index}`);

const units = ({ id }: { id: string }) => ({
  organization: { id, units: ['ou-ab12-cdefgh34'], regions: ['eu-west-1', 'eu-central-1'] },
});

describe('a spoke', () => {
  let app: App;
  beforeAll(() => {
    app = deployed();
  });

  it('has a topic in each region that its own buckets tell of failures, and that sends on to the hub', () => {
    const region = templateIn(app, 'lockstep-spoke-222222222222-eu-central-1');

    region.hasResourceProperties('AWS::SNS::Topic', {
      TopicName: 'lockstep-replication-failures',
      KmsMasterKeyId: Match.absent(),
    });
    region.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            ...{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sns:Publish' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
    region.hasResourceProperties('AWS::SNS::Subscription', {
      ...{ Protocol: 'sqs', RawMessageDelivery: true },
      Endpoint: 'arn:aws:sqs:eu-west-1:333333333333:lockstep-failures',
    });
  });

  it('has the roles that the permissions say, word for word', () => {
    const spoke = templateIn(app, 'lockstep-spoke-222222222222');
    const [observer, healer] = ['lockstep-observer', 'lockstep-healer'].map((name) =>
      filledIn(roleIn(spoke, name).Policies[0].PolicyDocument, '222222222222'),
    );

    expect(observer).toEqual(observerPolicy(aspects, configWith(), at('222222222222')));
    expect(healer).toEqual(healerPolicy(aspects, configWith(), at('222222222222')));
  });

  it.each([
    { name: 'lockstep-observer', functions: ['admit', 'sweep', 'reconcile'] },
    { name: 'lockstep-healer', functions: ['reconcile'] },
  ])('lets $functions of the hub act as $name, and nobody else', ({ name, functions }) => {
    const { AssumeRolePolicyDocument: trust } = roleIn(templateIn(app, 'lockstep-spoke-222222222222'), name);

    expect(trust).toMatchObject({
      Statement: [
        {
          Principal: { AWS: functions.map((one) => `arn:aws:iam::333333333333:role/lockstep-${one}`) },
          Condition: { StringEquals: { 'sts:ExternalId': 'lockstep-example' } },
        },
      ],
    });
    expect((trust as { Statement: unknown[] }).Statement).toHaveLength(1);
  });

  it('is the same template in every account, and in every region', () => {
    const [first, second] = ['111111111111', '222222222222'].map((account) =>
      templateIn(app, `lockstep-spoke-${account}`).toJSON(),
    );
    const regions = ['111111111111-eu-west-1', '222222222222-eu-central-1', '222222222222-us-east-1'].map((name) =>
      templateIn(app, `lockstep-spoke-${name}`).toJSON(),
    );

    expect(second).toEqual(first);
    expect(regions[1]).toEqual(regions[0]);
    expect(regions[2]).toEqual(regions[0]);
  });

  it('needs no assets and no bootstrapping, and fits into a request', () => {
    const assembly = app.synth();
    const spokes = assembly.stacks.filter(({ id }) => id.startsWith('lockstep-spoke'));

    expect(spokes).toHaveLength(6);
    for (const stack of spokes) {
      expect(stack.assets).toEqual([]);
      expect(JSON.stringify(stack.template)).not.toContain('BootstrapVersion');
      expect(Buffer.byteLength(JSON.stringify(stack.template, undefined, 2))).toBeLessThan(51_200);
    }
  });

  it('forwards straight to the bus of the hub, in a role that may do nothing else', () => {
    const region = templateIn(app, 'lockstep-spoke-111111111111-eu-west-1');
    const bus = 'arn:aws:events:eu-west-1:333333333333:event-bus/lockstep';

    region.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { ...eventPattern(aspects) },
      Targets: [{ Arn: bus, RoleArn: Match.anyValue() }],
    });
    region.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'events.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
      Policies: [{ PolicyDocument: { Statement: [{ Action: 'events:PutEvents', Resource: bus }] } }],
    });
  });

  it('sends a heartbeat to its own bus, through the rule of the changes, in a role that may send nothing else', () => {
    const region = templateIn(app, 'lockstep-spoke-111111111111-eu-west-1');
    const rule = Object.keys(region.findResources('AWS::Events::Rule', { Properties: { Name: 'lockstep-forward' } }));

    region.hasResource('AWS::Scheduler::Schedule', {
      DependsOn: rule,
      Properties: {
        Name: 'lockstep-heartbeat',
        ScheduleExpression: 'rate(30 minutes)',
        Target: { EventBridgeParameters: { Source: 'lockstep.heartbeat', DetailType: 'Heartbeat' } },
      },
    });
    region.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{ Principal: { Service: 'scheduler.amazonaws.com' }, Condition: { StringEquals: Match.anyValue() } }],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [{ Action: 'events:PutEvents', Condition: { StringEquals: { 'events:source': 'lockstep.heartbeat' } } }],
          },
        },
      ],
    });
  });

  it.each([
    { sweepEveryMinutes: 15, minutes: 7 },
    { sweepEveryMinutes: 60, minutes: 30 },
    { sweepEveryMinutes: 1440, minutes: 30 },
  ])('beats every $minutes minutes where there is a sweep every $sweepEveryMinutes, and the hub knows', (given) => {
    const { sweepEveryMinutes, minutes } = given;
    const apps = deployed({ sweepEveryMinutes });

    templateIn(apps, 'lockstep-spoke-111111111111-eu-west-1').hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: `rate(${minutes} minutes)`,
    });
    templateIn(apps, 'lockstep-hub').hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'lockstep-sweep',
      Environment: { Variables: { LOCKSTEP_HEARTBEAT_MINUTES: String(minutes) } },
    });
  });

  it('hears of IAM where IAM tells, whatever the regions', () => {
    const { region } = roleOf(aReplication());

    expect(app.node.children.map(({ node }) => node.id)).toContain(`lockstep-spoke-111111111111-${region}`);
  });

  it('makes the boundary of new roles, unless there is one', () => {
    const own = templateIn(deployed({ newRoles: { boundary: 'org/limit' } }), 'lockstep-spoke-111111111111');

    templateIn(app, 'lockstep-spoke-111111111111').hasResourceProperties('AWS::IAM::ManagedPolicy', {
      ManagedPolicyName: 'lockstep-boundary',
    });
    own.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  it('is refused where its names would not fit into a role', () => {
    const buckets = Array.from({ length: 200 }, (_, index) => `orders-in-some-place-${index}`);

    expect(() => deployed({ names: { buckets, keys: ['alias/orders'], roles: ['lockstep-*'] } })).toThrow(InvalidConfiguration);
  });

  it.each([
    { what: 'spokes', more: { spokes: numbered(100) }, says: 'spokes: the policy of lockstep-reconcile would have' },
    { what: 'operators', more: { operators: manyRoles }, says: "operators: the observer's trust policy would have" },
  ])('is refused where there are more $what than a policy has room for', ({ more, says }) => {
    expect(() => deployed(more)).toThrow(InvalidConfiguration);
    expect(() => deployed(more)).toThrow(says);
  });

  it('may have many siblings, and more in an organization', () => {
    const organization = { id: 'o-a1b2c3d4e5' };

    expect(() => insistOnSizes(aspects, configWith({ spokes: numbered(80) }))).not.toThrow();
    expect(() => insistOnSizes(aspects, configWith({ spokes: numbered(110) }))).toThrow(InvalidConfiguration);
    expect(() => insistOnSizes(aspects, configWith({ organization, spokes: numbered(110) }))).not.toThrow();
    expect(() => insistOnSizes(aspects, configWith({ organization, spokes: numbered(200) }))).toThrow('queue of failures');
  });

  it('changes with the aspects', () => {
    const added = {
      ...(aspects[0] as (typeof aspects)[number]),
      permissions: { read: ['s3:GetBucketTagging'], write: ['s3:PutBucketTagging'] },
      changedBy: ['PutBucketTagging'],
    };
    const other = deployed({}, { aspects: [...aspects, added] });

    expect(JSON.stringify(templateIn(other, 'lockstep-spoke-111111111111').toJSON())).toContain('s3:PutBucketTagging');
    expect(JSON.stringify(templateIn(other, 'lockstep-spoke-111111111111-eu-west-1').toJSON())).toContain('"PutBucketTagging"');
    expect(JSON.stringify(templateIn(app, 'lockstep-spoke-111111111111').toJSON())).not.toContain('BucketTagging');
  });
});

describe('every stack', () => {
  const notifications = { slack: { workspace: 'T01', channel: 'C01' } };

  /** Every object in a template that has an effect and actions. */
  function statementsIn(value: unknown): readonly { Action: string | string[]; Resource?: unknown; Effect: string }[] {
    if (typeof value !== 'object' || value === null) return [];
    const own = 'Effect' in value && 'Action' in value ? [value as never] : [];
    return [...own, ...Object.values(value).flatMap(statementsIn)];
  }

  it('has no statement with a wildcard for actions and one for resources', () => {
    const templates = deployed({ ...units({ id: 'o-a1b2c3d4e5' }), notifications })
      .synth()
      .stacks.map(({ template }) => template);
    const statements = templates.flatMap(statementsIn);

    expect(statements.length).toBeGreaterThan(50);
    const wide = statements.filter(
      ({ Action, Resource }) => [Action].flat().some((one) => one.includes('*')) && Resource === '*',
    );
    expect(wide).toEqual([]);
  });
});

describe('an organization', () => {
  const organization = { id: 'o-a1b2c3d4e5' };
  let rollout: Template;
  let app: App;
  beforeAll(() => {
    app = deployed({ spokes: [], ...units(organization) });
    rollout = templateIn(app, 'lockstep-rollout');
  });

  it('gets its spokes from two StackSets: roles once an account, forwarding in every region', () => {
    const sets = Object.values(rollout.findResources('AWS::CloudFormation::StackSet')).map(({ Properties }) => Properties);

    expect(sets.map(({ StackInstancesGroup: [group] }) => group.Regions)).toEqual([
      ['eu-west-1'],
      ['eu-west-1', 'eu-central-1', 'us-east-1'],
    ]);
    for (const set of sets) {
      expect(set).toMatchObject({
        PermissionModel: 'SERVICE_MANAGED',
        CallAs: 'DELEGATED_ADMIN',
        Capabilities: ['CAPABILITY_NAMED_IAM'],
      });
      expect(set.AutoDeployment).toEqual({ Enabled: true, RetainStacksOnAccountRemoval: false });
      expect(Buffer.byteLength(set.TemplateBody)).toBeLessThan(51_200);
    }
  });

  it('gets the hub first: the spokes trust its roles', () => {
    expect(stackIn(app, 'lockstep-rollout').dependencies.map(({ node }) => node.id)).toEqual(['lockstep-hub']);
  });

  it('has an example of its own', () => {
    const config = loadConfig(join(import.meta.dirname, '..', '..', 'infra', 'example.organization.config.json'));

    expect(
      deployed({}, { config })
        .synth()
        .stacks.map(({ id }) => id)
        .sort(),
    ).toEqual([
      'lockstep-hub',
      'lockstep-rollout',
      ...['', '-eu-west-1', '-us-east-1'].map((at) => `lockstep-spoke-444444444444${at}`),
    ]);
  });

  it('gets in its StackSets the very templates that are deployed by hand', () => {
    const bodies = Object.values(rollout.findResources('AWS::CloudFormation::StackSet')).map(({ Properties }) =>
      JSON.parse(Properties.TemplateBody),
    );
    const byHand = deployed({ ...units(organization) });

    expect(bodies[0]).toEqual(templateIn(byHand, 'lockstep-spoke-111111111111').toJSON());
    expect(bodies[1]).toEqual(templateIn(byHand, 'lockstep-spoke-111111111111-eu-west-1').toJSON());
  });

  it('lets only its own members in', () => {
    const [spoke] = Object.values(rollout.findResources('AWS::CloudFormation::StackSet')).map(({ Properties }) =>
      JSON.parse(Properties.TemplateBody),
    );

    expect(spoke.Resources.Healer.Properties.AssumeRolePolicyDocument.Statement[0].Condition.StringEquals).toEqual({
      'sts:ExternalId': 'lockstep-example',
      'aws:PrincipalOrgID': organization.id,
    });
  });

  it('is rolled out from the management account where the hub stands there', () => {
    const { organization: given } = units(organization);
    const there = templateIn(
      deployed({ spokes: [], organization: { ...given, from: 'management-account' } }),
      'lockstep-rollout',
    );

    there.hasResourceProperties('AWS::CloudFormation::StackSet', { CallAs: 'SELF' });
  });

  it('has no stack for accounts that nobody listed', () => {
    expect(
      app
        .synth()
        .stacks.map(({ id }) => id)
        .sort(),
    ).toEqual(['lockstep-hub', 'lockstep-rollout']);
  });
});
