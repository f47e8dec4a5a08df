import {
  DeleteTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import * as eb from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import * as ssm from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { anAws, clientsOf, destination, listen, refusalOf, source } from './event-support.ts';

const calls = { 'detail-type': ['AWS API Call via CloudTrail'] };

const aKey = (aws: LocalAws, account = source, region = 'eu-west-1') =>
  clientsOf(aws, account, region).kms.send(new kms.CreateKeyCommand({}));

describe('a CloudTrail event at the default bus', () => {
  it('comes in the documented envelope, after the delay', async () => {
    const { aws, clock } = anAws({ eventDelivery: { delay: 2 } });
    const heard = await listen(aws, { ...calls, source: ['aws.kms'] });
    await aKey(aws);

    await clock.advance(1.9);
    expect(heard).toEqual([]);
    await clock.advance(0.1);
    expect(heard).toEqual([
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 'AWS API Call via CloudTrail',
        source: 'aws.kms',
        account: source,
        time: '2026-01-01T00:00:00Z',
        region: 'eu-west-1',
        resources: [],
        detail: expect.objectContaining({ eventName: 'CreateKey', eventSource: 'kms.amazonaws.com', recipientAccountId: source }),
      },
    ]);
  });

  it('stays in its account and region, and that of IAM in us-east-1', async () => {
    const { aws, clock } = anAws();
    const here = await listen(aws, calls);
    const elsewhere = await listen(aws, calls, { region: 'eu-central-1' });
    const others = await listen(aws, calls, { account: destination });
    const usEast = await listen(aws, { source: ['aws.iam'] }, { region: 'us-east-1' });
    await clock.advance(1);
    here.length = elsewhere.length = 0;
    await clientsOf(aws).iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trustOfEvents }));
    await aKey(aws);
    await clock.advance(1);

    expect(here.map(({ detail }) => detail.eventName)).toEqual(['CreateKey']);
    expect(elsewhere).toEqual([]);
    expect(others.map(({ account }) => account).filter((account) => account !== destination)).toEqual([]);
    expect(usEast.map(({ detail }) => detail.eventName)).toEqual(['CreateRole']);
  });

  it.each([
    { state: 'ENABLED' as const, heard: ['CreateKey'] },
    { state: 'DISABLED' as const, heard: [] },
    { state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' as const, heard: ['CreateKey', 'ListKeys'] },
  ])('is heard by a rule that is $state: $heard', async ({ state, heard }) => {
    const { aws, clock } = anAws();
    const ear = await listen(aws, { source: ['aws.kms'] }, { State: state });
    await aKey(aws);
    await clientsOf(aws).kms.send(new kms.ListKeysCommand({}));
    await clock.advance(1);

    expect(ear.map(({ detail }) => detail.eventName)).toEqual(heard);
  });

  it('tells of refused calls too, unless the pattern wants none', async () => {
    const { aws, clock } = anAws();
    const all = await listen(aws, { source: ['aws.s3'] });
    const good = await listen(aws, { source: ['aws.s3'], detail: { errorCode: [{ exists: false }] } });
    await clientsOf(aws)
      .s3.send(new s3.DeleteBucketCommand({ Bucket: 'nowhere' }))
      .catch(() => undefined);
    await clock.advance(1);

    expect(all.map(({ detail }) => detail.errorCode)).toEqual(['NoSuchBucket']);
    expect(good).toEqual([]);
  });

  it('tells of what AWS does by itself as a service event', async () => {
    const { aws, clock } = anAws();
    const service = await listen(aws, { 'detail-type': ['AWS Service Event via CloudTrail'] });
    const api = await listen(aws, { ...calls, detail: { eventName: ['DeleteKey'] } });
    const { KeyMetadata: key } = await aKey(aws);
    await clientsOf(aws).kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId: key?.KeyId, PendingWindowInDays: 7 }));
    await clock.advance(7 * 86_400 + 1);

    expect(service).toMatchObject([
      { source: 'aws.kms', resources: [], detail: { eventName: 'DeleteKey', resources: [{ ARN: key?.Arn }] } },
    ]);
    expect(api).toEqual([]);
  });

  const trail = { region: 'us-east-1', name: 'organization-trail' };
  const silencers = [
    { what: 'logging was stopped', command: new StopLoggingCommand({ Name: trail.name }), hears: false },
    { what: 'the only trail was deleted', command: new DeleteTrailCommand({ Name: trail.name }), hears: false },
    { what: 'the trail only records reads', command: selectors({ ReadWriteType: 'ReadOnly' }), hears: false },
    {
      what: 'the trail leaves out KMS',
      command: selectors({ ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
      hears: false,
    },
    { what: 'the trail records writes', command: selectors({ ReadWriteType: 'WriteOnly' }), hears: true },
    {
      what: 'the trail leaves out KMS by its fields',
      command: new PutEventSelectorsCommand({
        TrailName: trail.name,
        AdvancedEventSelectors: [
          {
            FieldSelectors: [
              { Field: 'eventCategory', Equals: ['Management'] },
              { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
            ],
          },
        ],
      }),
      hears: false,
    },
  ];

  function selectors(selector: object) {
    return new PutEventSelectorsCommand({
      TrailName: 'organization-trail',
      EventSelectors: [{ IncludeManagementEvents: true, ...selector }],
    });
  }

  it.each(silencers)('arrives: $hears, once $what', async ({ command, hears }) => {
    const { aws, clock } = anAws();
    const ear = await listen(aws, { source: ['aws.kms'] });
    await clientsOf(aws, source, 'us-east-1').trail.send(command as StopLoggingCommand);
    await aKey(aws);
    await clock.advance(1);

    expect(ear.length > 0).toBe(hears);
  });

  it('arrives again when logging starts again', async () => {
    const { aws, clock } = anAws();
    const ear = await listen(aws, { source: ['aws.kms'] });
    const { trail: client } = clientsOf(aws, source, 'us-east-1');
    await client.send(new StopLoggingCommand({ Name: trail.name }));
    await client.send(new StartLoggingCommand({ Name: trail.name }));
    await aKey(aws);
    await clock.advance(1);

    expect(ear).toHaveLength(1);
  });

  it.each([
    { because: 'all are lost', eventDelivery: { drop: 1 }, times: 0 },
    { because: 'all come twice', eventDelivery: { duplicate: 1 }, times: 20 },
    { because: 'all come once', eventDelivery: {}, times: 10 },
  ])('arrives $times times for 10 events, because $because', async ({ eventDelivery, times }) => {
    const { aws, clock } = anAws({ eventDelivery });
    const ear = await listen(aws, { source: ['aws.kms'] });
    for (let i = 0; i < 10; i += 1) await aKey(aws);
    await clock.advance(60);

    expect(ear).toHaveLength(times);
    expect(new Set(ear.map(({ detail }) => detail.eventID)).size).toBe(Math.min(times, 10));
  });

  it('overtakes others when told to, in the same way for the same seed', async () => {
    async function orderOf(seed: number) {
      const { aws, clock } = anAws({ eventDelivery: { reorder: 0.5, drop: 0.2, seed } });
      const ear = await listen(aws, { source: ['aws.kms'], detail: { eventName: ['CreateAlias'] } });
      const { KeyMetadata: key } = await aKey(aws);
      for (const name of 'abcdefghij') {
        await clientsOf(aws).kms.send(new kms.CreateAliasCommand({ AliasName: `alias/${name}`, TargetKeyId: key?.KeyId }));
      }
      await clock.advance(60);
      return ear.map(({ detail }) => (detail.requestParameters as { aliasName: string }).aliasName);
    }
    const once = await orderOf(7);

    expect(await orderOf(7)).toEqual(once);
    expect(await orderOf(8)).not.toEqual(once);
    expect(once.toSorted()).not.toEqual(once);
    expect(once.length).toBeLessThan(10);
  });
});

describe('a Parameter Store change', () => {
  it('is told with name and type, never the value, without any trail', async () => {
    const { aws, clock } = anAws();
    await clientsOf(aws, source, 'us-east-1').trail.send(new DeleteTrailCommand({ Name: 'organization-trail' }));
    const ear = await listen(aws, { source: ['aws.ssm'] });
    const { ssm: client } = clientsOf(aws);
    const put = (more: Partial<ssm.PutParameterCommandInput>) =>
      client.send(new ssm.PutParameterCommand({ Name: '/lockstep/orders', Value: 'secret', Type: 'String', ...more }));
    await put({ Description: 'ours' });
    await put({}).catch(() => undefined);
    await put({ Overwrite: true, Value: 'other' });
    await client.send(new ssm.LabelParameterVersionCommand({ Name: '/lockstep/orders', Labels: ['good'] }));
    await client.send(new ssm.DeleteParametersCommand({ Names: ['/lockstep/orders', '/lockstep/none'] }));
    await clock.advance(1);

    const common = { name: '/lockstep/orders', type: 'String', description: 'ours' };
    expect(ear.map(({ detail }) => detail)).toEqual([
      { operation: 'Create', ...common },
      { operation: 'Update', ...common },
      { operation: 'LabelParameterVersion', ...common },
      { operation: 'Delete', ...common },
    ]);
    expect(ear[0]).toMatchObject({
      'detail-type': 'Parameter Store Change',
      account: source,
      region: 'eu-west-1',
      resources: [`arn:aws:ssm:eu-west-1:${source}:parameter/lockstep/orders`],
    });
  });
});

const trustOfEvents = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

describe('forwarding to another bus', () => {
  const hub = `arn:aws:events:eu-central-1:${destination}:event-bus/hub`;
  const role = `arn:aws:iam::${source}:role/forwarder`;

  interface Setup {
    readonly grant?: Partial<eb.PutPermissionCommandInput>;
    readonly action?: string;
    readonly trust?: string;
  }

  /** Source forwards its KMS events to the hub of the destination; `grant`, `action` and `trust` are what may be wrong. */
  async function forwarding({ grant = { Principal: source }, action = 'events:PutEvents', trust = trustOfEvents }: Setup = {}) {
    const { aws, clock } = anAws();
    const heard = await listen(aws, { source: ['aws.kms'] }, { account: destination, region: 'eu-central-1', bus: 'hub' });
    const permission = { EventBusName: 'hub', Action: 'events:PutEvents', StatementId: 'spokes', ...grant };
    await clientsOf(aws, destination, 'eu-central-1').events.send(new eb.PutPermissionCommand(permission));
    const { iam, events } = clientsOf(aws);
    await iam.send(new CreateRoleCommand({ RoleName: 'forwarder', AssumeRolePolicyDocument: trust }));
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: hub }] };
    await iam.send(new PutRolePolicyCommand({ RoleName: 'forwarder', PolicyName: 'p', PolicyDocument: JSON.stringify(policy) }));
    await events.send(new eb.PutRuleCommand({ Name: 'forward', EventPattern: '{"source":["aws.kms"]}' }));
    await events.send(new eb.PutTargetsCommand({ Rule: 'forward', Targets: [{ Id: 'hub', Arn: hub, RoleArn: role }] }));
    return { aws, clock, heard };
  }

  it('keeps account and region of the envelope', async () => {
    const { aws, clock, heard } = await forwarding();
    await aKey(aws);
    await clock.advance(1);

    expect(heard).toMatchObject([{ account: source, region: 'eu-west-1', detail: { eventName: 'CreateKey' } }]);
    expect(aws.world.undelivered).toEqual([]);
  });

  const refused: readonly (Setup & { because: string })[] = [
    { because: 'the bus lets in somebody else', grant: { Principal: '333333333333' } },
    { because: 'the role may not put events', action: 'events:PutRule' },
    { because: 'EventBridge may not assume the role', trust: trustOfEvents.replace('events.', 'scheduler.') },
    {
      because: 'the sender is in no such organization',
      grant: { Principal: '*', Condition: { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-other00000' } },
    },
  ];

  it.each(refused)('fails when $because, and says so', async ({ because: _, ...setup }) => {
    const { aws, clock, heard } = await forwarding(setup);
    await aKey(aws);
    await clock.advance(1);

    expect(heard).toEqual([]);
    expect(aws.world.undelivered).toMatchObject([{ targetArn: hub, code: 'NO_PERMISSIONS' }]);
  });

  it('goes one hop only', async () => {
    const { aws, clock } = await forwarding();
    const third = await listen(aws, { source: ['aws.kms'] }, { account: destination, region: 'eu-central-1', bus: 'third' });
    const { events } = clientsOf(aws, destination, 'eu-central-1');
    await events.send(new eb.PutRuleCommand({ Name: 'on', EventBusName: 'hub', EventPattern: '{"source":["aws.kms","own"]}' }));
    const Arn = `arn:aws:events:eu-central-1:${destination}:event-bus/third`;
    await events.send(new eb.PutTargetsCommand({ Rule: 'on', EventBusName: 'hub', Targets: [{ Id: 'third', Arn }] }));
    const own = await listen(aws, { source: ['own'] }, { account: destination, region: 'eu-central-1', bus: Arn, Name: 'own' });
    await aKey(aws);
    await events.send(
      new eb.PutEventsCommand({ Entries: [{ EventBusName: 'hub', Source: 'own', DetailType: 't', Detail: '{}' }] }),
    );
    await clock.advance(1);

    expect(third).toEqual([]);
    expect(own).toHaveLength(1);
  });

  it('across accounts or regions is refused without a role, and to a bus with another input', async () => {
    const { aws } = await forwarding();
    const { events } = clientsOf(aws);
    const put = (target: Partial<eb.Target>) =>
      events.send(new eb.PutTargetsCommand({ Rule: 'forward', Targets: [{ Id: 'x', Arn: hub, ...target }] }));

    expect(await refusalOf(put({}))).toBe(`ValidationException: RoleArn is required for target ${hub}.`);
    expect(await refusalOf(put({ Arn: `arn:aws:events:us-east-1:${source}:event-bus/default` }))).toContain(
      'RoleArn is required',
    );
    expect(await refusalOf(put({ RoleArn: role, Input: '{}' }))).toContain('ValidationException');
  });
});

describe('a target', () => {
  const own = { source: ['shop'] };
  const sale = (detail: object) => ({
    Source: 'shop',
    DetailType: 'Sale',
    Detail: JSON.stringify(detail),
    Resources: ['r1', 'r2'],
  });

  async function hearing(target: Partial<eb.Target>, detail: object = { item: 'book "x"', count: 2, where: { city: 'Rome' } }) {
    const { aws, clock } = anAws();
    const heard = await listen(aws, own, { Name: 'sales' }, target);
    await clientsOf(aws).events.send(new eb.PutEventsCommand({ Entries: [sale(detail)] }));
    await clock.advance(1);
    return heard[0];
  }

  const inputs: readonly { because: string; target: Partial<eb.Target>; hears: unknown }[] = [
    { because: 'a constant', target: { Input: '{"a":1}' }, hears: { a: 1 } },
    { because: 'a part', target: { InputPath: '$.detail.where' }, hears: { city: 'Rome' } },
    { because: 'an element', target: { InputPath: '$.resources[1]' }, hears: 'r2' },
    { because: 'a name in brackets', target: { InputPath: "$['detail-type']" }, hears: 'Sale' },
    { because: 'a part that is not there', target: { InputPath: '$.detail.none' }, hears: null },
    {
      because: 'a template',
      target: {
        InputTransformer: {
          InputPathsMap: {
            item: '$.detail.item',
            count: '$.detail.count',
            where: '$.detail.where',
            none: '$.detail.none',
            type: '$.detail-type',
          },
          InputTemplate:
            '{"item":<item>,"n":<count>,"where":<where>,"text":"<count> of <item>: <type>","none":"<none>","rule":<aws.events.rule-name>}',
        },
      },
      hears: { item: 'book "x"', n: 2, where: { city: 'Rome' }, text: '2 of book "x": Sale', none: '', rule: 'sales' },
    },
    {
      because: 'a text',
      target: { InputTransformer: { InputPathsMap: { n: '$.detail.count' }, InputTemplate: '"sold <n>"' } },
      hears: 'sold 2',
    },
    {
      because: 'the event in a template',
      target: { InputTransformer: { InputTemplate: '{"arn":"<aws.events.rule-arn>","all":<aws.events.event>}' } },
      hears: { arn: `arn:aws:events:eu-west-1:${source}:rule/sales`, all: expect.objectContaining({ source: 'shop' }) },
    },
  ];

  it.each(inputs)('is sent $because', async ({ target, hears }) => {
    expect(await hearing(target)).toEqual(hears);
  });

  it('function that fails is tried three times, then given up', async () => {
    const { aws, clock } = anAws();
    await listen(aws, own);
    let tries = 0;
    for (const arn of aws.world.functions.keys()) {
      aws.world.functions.set(arn, async () => {
        tries += 1;
        throw new Error('no');
      });
    }
    await clientsOf(aws).events.send(new eb.PutEventsCommand({ Entries: [sale({})] }));
    await clock.advance(300);

    expect(tries).toBe(3);
    expect(aws.world.undelivered).toMatchObject([{ code: 'FUNCTION_FAILED', reason: 'no' }]);
  });

  it('that fails for a while is tried again, until its age or number of attempts is reached', async () => {
    const { aws, clock } = anAws();
    await listen(aws, own, {}, { RetryPolicy: { MaximumRetryAttempts: 3 } });
    let tries = 0;
    const { TargetError } = await import('../../infra/sandbox/targets.ts');
    aws.world.targets.set('lambda', () => {
      tries += 1;
      throw new TargetError('THROTTLING', 'later', true);
    });
    await clientsOf(aws).events.send(new eb.PutEventsCommand({ Entries: [sale({})] }));
    await clock.advance(86_400);

    expect(tries).toBe(4);
    expect(aws.world.undelivered).toMatchObject([{ code: 'THROTTLING' }]);
  });
});

describe('PutEvents', () => {
  const good = { Source: 'shop', DetailType: 'Sale', Detail: '{}' };

  it.each([
    { because: 'the source is AWS’s', entry: { ...good, Source: 'aws.s3' }, code: 'NotAuthorizedForSourceException' },
    { because: 'there is no detail type', entry: { ...good, DetailType: undefined }, code: 'InvalidArgument' },
    { because: 'the detail is no JSON', entry: { ...good, Detail: 'x' }, code: 'MalformedDetail' },
    { because: 'the detail is no object', entry: { ...good, Detail: '[]' }, code: 'MalformedDetail' },
  ])('refuses one entry with $code because $because, and takes the others', async ({ entry, code }) => {
    const { aws, clock } = anAws();
    const heard = await listen(aws, { source: ['shop', 'aws.s3'] });
    const answer = await clientsOf(aws).events.send(new eb.PutEventsCommand({ Entries: [entry, good] }));
    await clock.advance(1);

    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries).toMatchObject([{ ErrorCode: code }, { EventId: expect.any(String) }]);
    expect(heard).toHaveLength(1);
  });

  it('on another account’s bus needs that bus’s leave', async () => {
    const { aws, clock } = anAws();
    const heard = await listen(aws, { source: ['shop'] }, { account: destination });
    const EventBusName = `arn:aws:events:eu-west-1:${destination}:event-bus/default`;
    const put = () => clientsOf(aws).events.send(new eb.PutEventsCommand({ Entries: [{ ...good, EventBusName }] }));

    expect(await refusalOf(put())).toContain('AccessDeniedException');
    const permission = { Action: 'events:PutEvents', Principal: source, StatementId: 's' };
    await clientsOf(aws, destination).events.send(new eb.PutPermissionCommand(permission));
    await put();
    await clock.advance(1);
    expect(heard).toMatchObject([{ account: source, source: 'shop' }]);
  });
});

describe('the EventBridge API', () => {
  it('keeps what it is told of rules and targets', async () => {
    const { aws } = anAws();
    const { events } = clientsOf(aws);
    const EventPattern = '{"source":["a"]}';
    const arn = `arn:aws:events:eu-west-1:${source}:rule/r`;
    expect((await events.send(new eb.PutRuleCommand({ Name: 'r', EventPattern, Description: 'd' }))).RuleArn).toBe(arn);
    const Targets = [{ Id: 't', Arn: `arn:aws:sqs:eu-west-1:${source}:q.fifo`, SqsParameters: { MessageGroupId: 'g' } }];
    await events.send(new eb.PutTargetsCommand({ Rule: 'r', Targets }));
    await events.send(new eb.DisableRuleCommand({ Name: 'r' }));

    expect(await events.send(new eb.DescribeRuleCommand({ Name: 'r' }))).toMatchObject({
      Arn: arn,
      EventPattern,
      Description: 'd',
      State: 'DISABLED',
      EventBusName: 'default',
      CreatedBy: source,
    });
    expect((await events.send(new eb.ListTargetsByRuleCommand({ Rule: 'r' }))).Targets).toEqual(Targets);
    expect((await events.send(new eb.ListRulesCommand({ NamePrefix: 'x' }))).Rules).toEqual([]);
    expect((await events.send(new eb.ListRuleNamesByTargetCommand({ TargetArn: Targets[0]?.Arn }))).RuleNames).toEqual(['r']);
    expect(await refusalOf(events.send(new eb.DeleteRuleCommand({ Name: 'r' })))).toBe(
      "ValidationException: Rule can't be deleted since it has targets.",
    );
    await events.send(new eb.RemoveTargetsCommand({ Rule: 'r', Ids: ['t'] }));
    await events.send(new eb.DeleteRuleCommand({ Name: 'r' }));
    expect(await refusalOf(events.send(new eb.DescribeRuleCommand({ Name: 'r' })))).toBe(
      'ResourceNotFoundException: Rule r does not exist on EventBus default.',
    );
  });

  it('keeps the policy of a bus by statement', async () => {
    const { aws } = anAws();
    const { events } = clientsOf(aws);
    const permit = (StatementId: string, Principal: string, more = {}) =>
      events.send(new eb.PutPermissionCommand({ Action: 'events:PutEvents', StatementId, Principal, ...more }));
    await permit('one', destination);
    await permit('org', '*', { Condition: { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1234567890' } });
    const policy = async () => JSON.parse((await events.send(new eb.DescribeEventBusCommand({}))).Policy ?? '{}').Statement;
    const common = {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: `arn:aws:events:eu-west-1:${source}:event-bus/default`,
    };
    const one = { Sid: 'one', ...common, Principal: { AWS: `arn:aws:iam::${destination}:root` } };

    expect(await policy()).toEqual([
      one,
      { Sid: 'org', ...common, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } } },
    ]);
    await events.send(new eb.RemovePermissionCommand({ StatementId: 'org' }));
    expect(await policy()).toEqual([one]);
    expect(await refusalOf(events.send(new eb.RemovePermissionCommand({ StatementId: 'org' })))).toContain(
      'ResourceNotFoundException',
    );
    await events.send(new eb.RemovePermissionCommand({ RemoveAllPermissions: true }));
    expect(await policy()).toBeUndefined();
  });

  it('refuses a pattern over the quota, unless it was raised', async () => {
    const EventPattern = JSON.stringify({ source: ['x'.repeat(2040)] });
    const put = (aws: LocalAws) => clientsOf(aws).events.send(new eb.PutRuleCommand({ Name: 'r', EventPattern }));

    expect(await refusalOf(put(anAws().aws))).toContain('InvalidEventPatternException');
    await put(anAws({ eventPatternSize: 4096 }).aws);
  });

  const sqs = (name: string) => `arn:aws:sqs:eu-west-1:${source}:${name}`;
  it.each([
    { because: 'a FIFO queue needs a message group', target: { Arn: sqs('q.fifo') } },
    { because: 'a standard queue has none', target: { Arn: sqs('q'), SqsParameters: { MessageGroupId: 'g' } } },
    { because: 'a FIFO queue cannot take dead letters', target: { Arn: sqs('q'), DeadLetterConfig: { Arn: sqs('d.fifo') } } },
    { because: 'services are reached in the rule’s region only', target: { Arn: 'arn:aws:sqs:eu-central-1:111111111111:q' } },
    { because: 'another account’s service needs a role', target: { Arn: 'arn:aws:sqs:eu-west-1:222222222222:q' } },
    { because: 'it is no ARN', target: { Arn: 'q' } },
    { because: 'there are two inputs', target: { Arn: sqs('q'), Input: '{}', InputPath: '$' } },
    { because: 'the input is no JSON', target: { Arn: sqs('q'), Input: '{' } },
    { because: 'the path is none', target: { Arn: sqs('q'), InputPath: 'detail' } },
    {
      because: 'the template names what nobody defined',
      target: { Arn: sqs('q'), InputTransformer: { InputTemplate: '"<x>"' } },
    },
  ])('refuses a target when $because', async ({ target }) => {
    const { events } = clientsOf(anAws().aws);
    await events.send(new eb.PutRuleCommand({ Name: 'r', EventPattern: '{"source":["a"]}' }));

    expect(await refusalOf(events.send(new eb.PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 't', ...target }] })))).toContain(
      'ValidationException',
    );
  });

  it('takes five targets a rule', async () => {
    const { events } = clientsOf(anAws().aws);
    await events.send(new eb.PutRuleCommand({ Name: 'r', EventPattern: '{"source":["a"]}' }));
    const target = (n: number) => ({ Id: `t${n}`, Arn: sqs('q') });
    await events.send(new eb.PutTargetsCommand({ Rule: 'r', Targets: [1, 2, 3, 4, 5].map(target) }));

    expect(await refusalOf(events.send(new eb.PutTargetsCommand({ Rule: 'r', Targets: [target(6)] })))).toContain(
      'LimitExceededException',
    );
    await events.send(new eb.PutTargetsCommand({ Rule: 'r', Targets: [target(5)] }));
  });

  it('keeps buses and tags', async () => {
    const { events } = clientsOf(anAws().aws);
    const { EventBusArn: arn } = await events.send(
      new eb.CreateEventBusCommand({ Name: 'hub', Tags: [{ Key: 'a', Value: '1' }] }),
    );
    await events.send(new eb.TagResourceCommand({ ResourceARN: arn, Tags: [{ Key: 'b', Value: '2' }] }));
    await events.send(new eb.UntagResourceCommand({ ResourceARN: arn, TagKeys: ['a'] }));

    expect((await events.send(new eb.ListTagsForResourceCommand({ ResourceARN: arn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
    expect((await events.send(new eb.ListEventBusesCommand({}))).EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'hub']);
    expect(await refusalOf(events.send(new eb.CreateEventBusCommand({ Name: 'hub' })))).toContain(
      'ResourceAlreadyExistsException',
    );
    expect(await refusalOf(events.send(new eb.DeleteEventBusCommand({ Name: 'default' })))).toContain('ValidationException');
    await events.send(new eb.DeleteEventBusCommand({ Name: 'hub' }));
    expect(await refusalOf(events.send(new eb.DescribeEventBusCommand({ Name: 'hub' })))).toContain('ResourceNotFoundException');
  });
});
