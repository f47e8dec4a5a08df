import { CreateEventBusCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import * as scheduler from '@aws-sdk/client-scheduler';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { nextRun, parseTiming } from '../../infra/sandbox/services/scheduler.ts';
import { clientsOf } from './event-support.ts';
import { allow, refusalOf, source, trustOf } from './front-clients.ts';
import { moreClientsOf, region, stillAws } from './more-clients.ts';

const RoleArn = `arn:aws:iam::${source}:role/scheduler`;
const bus = (name: string) => `arn:aws:events:${region}:${source}:event-bus/${name}`;
const queueArn = (name: string) => `arn:aws:sqs:${region}:${source}:${name}`;

async function fresh(rights = allow(['sqs:SendMessage', 'lambda:InvokeFunction', 'sns:Publish'])) {
  const { aws, clock } = stillAws();
  const { scheduler: client, sqs } = moreClientsOf(aws);
  const credentials = { accessKeyId: source, secretAccessKey: 'any' };
  const iam = new IAMClient({ region, credentials, requestHandler: aws.requestHandler(), maxAttempts: 1 });
  await iam.send(
    new CreateRoleCommand({ RoleName: 'scheduler', AssumeRolePolicyDocument: trustOf({ Service: 'scheduler.amazonaws.com' }) }),
  );
  await iam.send(new PutRolePolicyCommand({ RoleName: 'scheduler', PolicyName: 'send', PolicyDocument: rights }));
  for (const QueueName of ['work', 'dead']) await sqs.send(new CreateQueueCommand({ QueueName }));
  const input = (more: Partial<scheduler.CreateScheduleCommandInput> = {}): scheduler.CreateScheduleCommandInput => ({
    Name: 'sweep',
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: queueArn('work'), RoleArn, Input: '{"kind":"sweep"}' },
    ...more,
  });
  const create = (more?: Partial<scheduler.CreateScheduleCommandInput>) =>
    client.send(new scheduler.CreateScheduleCommand(input(more)));
  const lying = (name = 'work') => aws.world.sqs.queues.get(queueArn(name))?.messages ?? [];
  const times = () => lying().map(({ sentAt }) => new Date(sentAt).toISOString().slice(11, 19));
  return { aws, clock, client, input, create, lying, times };
}

describe('a schedule', () => {
  it('runs at its rate, at once first, in the role it is given', async () => {
    const { clock, create, times, lying } = await fresh();

    await create();
    await clock.advance(2.5 * 3600);

    expect(times()).toEqual(['00:00:00', '01:00:00', '02:00:00']);
    expect(lying()[0]?.body).toBe('{"kind":"sweep"}');
  });

  it('runs on the hour by cron, and once at a time', async () => {
    const { clock, client, create, times } = await fresh();
    await create({ ScheduleExpression: 'cron(30 * * * ? *)' });
    await create({ Name: 'once', ScheduleExpression: 'at(2026-01-01T01:00:00)', ActionAfterCompletion: 'DELETE' });

    await clock.advance(3 * 3600);

    expect(times()).toEqual(['00:30:00', '01:00:00', '01:30:00', '02:30:00']);
    const { Schedules } = await client.send(new scheduler.ListSchedulesCommand({}));
    expect(Schedules?.map(({ Name }) => Name)).toEqual(['sweep']);
  });

  it('calls functions with its input and context', async () => {
    const { aws, clock, create } = await fresh();
    const Arn = `arn:aws:lambda:${region}:${source}:function:sweep`;
    const events: unknown[] = [];
    aws.world.functions.set(Arn, async (event) => void events.push(event));
    await create({
      Target: { Arn, RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}' },
    });
    await create({ Name: 'bare', ScheduleExpression: 'rate(2 hours)', Target: { Arn, RoleArn } });

    await clock.advance(3600);

    const arn = `arn:aws:scheduler:${region}:${source}:schedule/default/`;
    expect(events).toMatchObject([
      { at: '2026-01-01T00:00:00Z', by: `${arn}sweep` },
      { 'detail-type': 'Scheduled Event', source: 'aws.scheduler', resources: [`${arn}bare`] },
      { at: '2026-01-01T01:00:00Z' },
    ]);
  });

  it('puts events on a bus, with its input as their detail, which rules then send on', async () => {
    const onlyOurs = { StringEquals: { 'events:source': 'ours' } };
    const statement = { Effect: 'Allow', Action: 'events:PutEvents', Resource: bus('default'), Condition: onlyOurs };
    const rights = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const { aws, clock, create } = await fresh(rights);
    const { events } = clientsOf(aws);
    await events.send(new CreateEventBusCommand({ Name: 'hub' }));
    await events.send(new PutRuleCommand({ Name: 'on', EventPattern: '{"source":["ours","others"]}' }));
    const hub = bus('hub');
    await events.send(new PutTargetsCommand({ Rule: 'on', Targets: [{ Id: 'hub', Arn: hub }] }));
    await events.send(new PutRuleCommand({ Name: 'last', EventBusName: 'hub', EventPattern: '{"source":["ours","others"]}' }));
    const heard: unknown[] = [];
    const Arn = `arn:aws:lambda:${region}:${source}:function:hearing`;
    aws.world.functions.set(Arn, async (event) => void heard.push(event));
    await events.send(new PutTargetsCommand({ Rule: 'last', EventBusName: 'hub', Targets: [{ Id: 'f', Arn }] }));
    const beat = (Source: string) => ({
      ...{ Arn: bus('default'), RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
      EventBridgeParameters: { Source, DetailType: 'Beat' },
    });

    await create({ Name: 'ours', Target: beat('ours') });
    await create({ Name: 'others', Target: beat('others') });
    await clock.advance(60);

    expect(heard).toMatchObject([
      {
        ...{ source: 'ours', 'detail-type': 'Beat', account: source, region, time: '2026-01-01T00:00:00Z' },
        ...{ detail: { at: '2026-01-01T00:00:00Z' }, resources: [expect.stringMatching(/:schedule\/default\/ours$/)] },
      },
    ]);
    expect(aws.world.undelivered).toMatchObject([{ code: 'NO_PERMISSIONS' }]);
  });

  it('is read, changed, switched off and deleted', async () => {
    const { clock, client, input, create, times } = await fresh();
    const { ScheduleArn } = await create({ Description: 'hourly' });
    const get = () => client.send(new scheduler.GetScheduleCommand({ Name: 'sweep' }));

    expect(await get()).toMatchObject({
      Arn: ScheduleArn,
      GroupName: 'default',
      State: 'ENABLED',
      Description: 'hourly',
      ScheduleExpression: 'rate(1 hour)',
      ScheduleExpressionTimezone: 'UTC',
      CreationDate: new Date('2026-01-01T00:00:00Z'),
      Target: { Arn: queueArn('work'), RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 } },
    });
    expect(await refusalOf(create())).toMatchObject({ code: 'ConflictException', status: 409 });
    await clock.advance(60);
    await client.send(new scheduler.UpdateScheduleCommand(input({ State: 'DISABLED' })));
    const changed = await get();
    expect([changed.State, changed.Description]).toEqual(['DISABLED', undefined]);
    await clock.advance(7200);
    expect(times()).toEqual(['00:00:00']);
    await client.send(new scheduler.DeleteScheduleCommand({ Name: 'sweep' }));
    expect(await refusalOf(get())).toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Schedule sweep does not exist.',
    });
  });

  it('keeps to its start and end', async () => {
    const { clock, create, times } = await fresh();
    await create({ StartDate: new Date('2026-01-01T01:10:00Z'), EndDate: new Date('2026-01-01T02:20:00Z') });

    await clock.advance(5 * 3600);

    expect(times()).toEqual(['01:10:00', '02:10:00']);
  });

  it('leaves what it could not deliver in its dead-letter queue', async () => {
    const { clock, create, lying } = await fresh();
    const DeadLetterConfig = { Arn: queueArn('dead') };
    await create({ ScheduleExpression: 'rate(1 day)', Target: { Arn: queueArn('none'), RoleArn, DeadLetterConfig } });

    await clock.advance(60);

    expect(lying('dead')).toMatchObject([{ attributes: { ERROR_CODE: { StringValue: 'RESOURCE_NOT_FOUND' } } }]);
  });

  it('reaches nothing that its role may not', async () => {
    const { aws, clock, create, lying } = await fresh(allow('sns:Publish'));
    await create();

    await clock.advance(60);

    expect(lying()).toEqual([]);
    expect(aws.world.undelivered).toMatchObject([{ targetArn: queueArn('work'), code: 'NO_PERMISSIONS' }]);
  });

  it('belongs to a group, and goes with it', async () => {
    const { client, create } = await fresh();
    expect(await refusalOf(create({ GroupName: 'lockstep' }))).toMatchObject({ code: 'ResourceNotFoundException' });
    await client.send(new scheduler.CreateScheduleGroupCommand({ Name: 'lockstep', Tags: [{ Key: 'a', Value: '1' }] }));
    await create({ GroupName: 'lockstep' });
    const list = async (GroupName?: string) =>
      (await client.send(new scheduler.ListSchedulesCommand({ GroupName }))).Schedules?.length;

    expect([await list(), await list('lockstep'), await list('default')]).toEqual([1, 1, 0]);
    const { ScheduleGroups } = await client.send(new scheduler.ListScheduleGroupsCommand({}));
    expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default', 'lockstep']);
    const ResourceArn = ScheduleGroups?.[1]?.Arn;
    expect((await client.send(new scheduler.ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([
      { Key: 'a', Value: '1' },
    ]);
    await client.send(new scheduler.DeleteScheduleGroupCommand({ Name: 'lockstep' }));
    expect(await list()).toBe(0);
  });

  it.each([
    { because: 'its name holds a blank', more: { Name: 'a b' } },
    { because: 'its expression is none', more: { ScheduleExpression: 'rate(0 hours)' } },
    { because: 'its target has no role', more: { Target: { Arn: queueArn('work'), RoleArn: '' } } },
    { because: 'a FIFO queue needs a group', more: { Target: { Arn: queueArn('work.fifo'), RoleArn } } },
    { because: 'its window has no length', more: { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const } } },
    {
      because: 'its dead-letter queue is FIFO',
      more: { Target: { Arn: queueArn('work'), RoleArn, DeadLetterConfig: { Arn: queueArn('d.fifo') } } },
    },
  ])('is refused when $because', async ({ more }) => {
    const { create } = await fresh();

    expect(await refusalOf(create(more))).toMatchObject({ code: 'ValidationException', status: 400 });
  });
});

describe('a schedule expression', () => {
  const now = new Date('2026-01-01T00:00:00Z');

  // 1 January 2026 is a Thursday.
  it.each([
    { text: 'cron(0 10 * * ? *)', runs: ['2026-01-01T10:00', '2026-01-02T10:00'] },
    { text: 'cron(15 12 * * ? *)', runs: ['2026-01-01T12:15', '2026-01-02T12:15'] },
    { text: 'cron(0 18 ? * MON-FRI *)', runs: ['2026-01-01T18:00', '2026-01-02T18:00', '2026-01-05T18:00'] },
    { text: 'cron(0 8 1 * ? *)', runs: ['2026-01-01T08:00', '2026-02-01T08:00'] },
    { text: 'cron(0/10 * ? * MON-FRI *)', runs: ['2026-01-01T00:10', '2026-01-01T00:20'] },
    { text: 'cron(0/30 20-2/6 * * ? *)', runs: undefined },
    { text: 'cron(0 0 L * ? *)', runs: ['2026-01-31T00:00', '2026-02-28T00:00'] },
    { text: 'cron(0 0 ? * 6L *)', runs: ['2026-01-30T00:00', '2026-02-27T00:00'] },
    { text: 'cron(0 0 ? * 3#2 *)', runs: ['2026-01-13T00:00', '2026-02-10T00:00'] },
    { text: 'cron(0 0 3W * ? *)', runs: ['2026-01-02T00:00', '2026-02-03T00:00'] },
    { text: 'cron(0 0 29 FEB ? *)', runs: ['2028-02-29T00:00', '2032-02-29T00:00'] },
    { text: 'cron(0 0 1 1 ? 2030)', runs: ['2030-01-01T00:00', undefined] },
    { text: 'cron(0 0 31 2 ? 2026-2030)', runs: [undefined] },
    { text: 'cron(0 0 * * * *)', runs: undefined },
    { text: 'cron(0 0 ? * ? *)', runs: undefined },
    { text: 'cron(60 0 * * ? *)', runs: undefined },
    { text: 'cron(0 0 * * ?)', runs: undefined },
    { text: 'rate(5 minutes)', runs: ['2026-01-01T00:00', '2026-01-01T00:05'] },
    { text: 'rate(1 week)', runs: undefined },
    { text: 'at(2026-03-01T12:30:00)', runs: ['2026-03-01T12:30', undefined] },
    { text: 'at(2025-12-31T23:59:59)', runs: [undefined] },
    { text: 'at(2026-03-01)', runs: undefined },
    { text: 'every hour', runs: undefined },
  ])('$text gives $runs', ({ text, runs }) => {
    const timing = parseTiming(text);
    if (!runs || !timing) {
      expect({ timing, runs }).toEqual({ timing: undefined, runs: undefined });
      return;
    }
    let last: Date | undefined;
    const found = runs.map(() => {
      last = nextRun(timing, { since: now, start: undefined, end: undefined }, now, last);
      return last?.toISOString().slice(0, 16);
    });

    expect(found).toEqual(runs);
  });
});
