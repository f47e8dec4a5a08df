import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { FunctionDefinition, InProcessHandler, Surroundings } from '../../infra/sandbox/hosting/function-host.ts';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import type { Asynchronous } from '../../infra/sandbox/services/lambda/state.ts';
import { aFunction, aHost, aQueue, aRole, configOf, pause, policy, region, source, total, trustOf } from './hosting-support.ts';

const ruleArn = `arn:aws:events:${region}:${source}:rule/sales`;

/** Has a rule send one event to a function. */
async function sold(aws: LocalAws, functionArn: string): Promise<void> {
  const events = new EventBridgeClient(configOf(aws));
  await events.send(new PutRuleCommand({ Name: 'sales', EventPattern: '{"source":["shop"]}' }));
  await events.send(new PutTargetsCommand({ Rule: 'sales', Targets: [{ Id: 'f', Arn: functionArn }] }));
  await events.send(new PutEventsCommand({ Entries: [{ Source: 'shop', DetailType: 'Sale', Detail: '{"item":"book"}' }] }));
}

/** What a handler in this process needs to call the local AWS in its execution role. */
const inRole = (aws: LocalAws, { env }: Surroundings) => ({
  ...configOf(aws),
  region: env.AWS_REGION ?? '',
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: env.AWS_SESSION_TOKEN ?? '',
  },
});

describe('a function', () => {
  it('acts in its execution role, in a session named after it', async () => {
    const scene = await aHost();
    const arn = aFunction(scene, async (_event, _context, around) => {
      const { Arn } = await new STSClient(inRole(scene.aws, around)).send(new GetCallerIdentityCommand({}));
      return Arn;
    });

    expect(await scene.host.invoke(arn, {})).toEqual({
      status: 'returned',
      payload: `"arn:aws:sts::${source}:assumed-role/worker/work"`,
    });
  });

  it('may do what its execution role may do, and CloudTrail names the role and the function', async () => {
    const scene = await aHost();
    const put = { Effect: 'Allow', Action: 'ssm:PutParameter', Resource: '*' };
    const role = await aRole(scene.aws, 'writer', [put]);
    const arn = aFunction(
      scene,
      async (_event, _context, around) => {
        const ssm = new SSMClient(inRole(scene.aws, around));
        await ssm.send(new PutParameterCommand({ Name: '/a', Value: '1', Type: 'String' }));
        await ssm.send(new GetParameterCommand({ Name: '/a' }));
      },
      { role },
    );

    expect(await scene.host.invoke(arn, {})).toMatchObject({ status: 'failed', error: { errorType: 'AccessDeniedException' } });
    await scene.clock.advance(900);
    const lookup = { LookupAttributes: [{ AttributeKey: 'EventName' as const, AttributeValue: 'PutParameter' }] };
    const { Events = [] } = await new CloudTrailClient(configOf(scene.aws)).send(new LookupEventsCommand(lookup));
    expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '{}')).toMatchObject({
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${source}:assumed-role/writer/work`,
        sessionContext: { sessionIssuer: { arn: role } },
      },
    });
  });

  const roles = [
    { because: 'it does not exist', role: `arn:aws:iam::${source}:role/missing`, trusts: undefined },
    { because: 'it trusts another service', role: `arn:aws:iam::${source}:role/other`, trusts: 'ec2.amazonaws.com' },
    { because: 'it belongs to another account', role: 'arn:aws:iam::222222222222:role/other', trusts: 'lambda.amazonaws.com' },
  ];

  it.each(roles)('is refused a role because $because', async ({ role, trusts }) => {
    const scene = await aHost();
    const credentials = { accessKeyId: role.split(':')[4] ?? '', secretAccessKey: 'any' };
    const iam = new IAMClient({ ...configOf(scene.aws), credentials });
    if (trusts) await iam.send(new CreateRoleCommand({ RoleName: 'other', AssumeRolePolicyDocument: trustOf(trusts) }));

    expect(() => aFunction(scene, () => undefined, { role })).toThrow(
      expect.objectContaining({
        code: 'InvalidParameterValueException',
        message: 'The role defined for the function cannot be assumed by Lambda.',
      }),
    );
  });

  it('gets keys of the new role when its role was deleted and made again', async () => {
    const scene = await aHost();
    const iam = new IAMClient(configOf(scene.aws));
    const arn = aFunction(scene, async (_event, _context, around) => {
      const { UserId = '' } = await new STSClient(inRole(scene.aws, around)).send(new GetCallerIdentityCommand({}));
      return UserId;
    });
    const before = await scene.host.invoke(arn, {});
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'worker', PolicyName: 'work' }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'worker' }));
    expect(await scene.host.invoke(arn, {})).toMatchObject({ status: 'failed' });
    await aRole(scene.aws);
    const after = await scene.host.invoke(arn, {});

    expect([before.status, after.status]).toEqual(['returned', 'returned']);
    expect(after).not.toEqual(before);
  });

  it('that is not done in time has failed, by the clock of the local AWS', async () => {
    const scene = await aHost();
    const arn = aFunction(scene, (_event, context) => pause(scene, 10).then(() => context.getRemainingTimeInMillis()), {
      timeoutSeconds: 10,
    });
    scene.host.change(arn, { timeoutSeconds: 4 });
    const outcome = scene.host.invoke(arn, {});
    await scene.clock.advance(20);

    expect(await outcome).toMatchObject({
      status: 'failed',
      error: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/Task timed out after 4.00 seconds$/) },
    });
    expect(scene.host.logs(arn).map(({ text }) => text)).toEqual([expect.stringMatching(/Task timed out after 4.00 seconds$/)]);
    expect(total(scene, 'Duration')).toBe(4000);
  });

  it('is not given the environment of a run that began before its settings changed', async () => {
    const scene = await aHost();
    const cold: boolean[] = [];
    scene.host.onInvocation(({ coldStart }) => cold.push(coldStart));
    const arn = aFunction(scene, () => pause(scene, 2));
    scene.host.send(arn, 1);
    await scene.clock.advance(1);
    scene.host.change(arn, { description: 'new' });
    await scene.clock.advance(2);
    for (const event of [2, 3]) {
      scene.host.send(arn, event);
      await scene.clock.advance(3);
    }

    expect(cold).toEqual([true, true, false]);
  });

  it('knows how much time is left', async () => {
    const scene = await aHost();
    const left: number[] = [];
    const arn = aFunction(
      scene,
      async (_event, context) => {
        left.push(context.getRemainingTimeInMillis());
        await pause(scene, 3);
        left.push(context.getRemainingTimeInMillis());
      },
      { timeoutSeconds: 10 },
    );
    scene.host.send(arn, {});
    await scene.clock.advance(5);

    expect(left).toEqual([10_000, 7_000]);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  it('is measured: for itself and for its account', async () => {
    const scene = await aHost();
    const arn = aFunction(
      scene,
      async (event) => {
        await pause(scene, 2);
        if (event === 'bad') throw new Error('no');
      },
      { reservedConcurrency: 1 },
    );
    const all = [scene.host.invoke(arn, 'good'), scene.host.invoke(arn, 'throttled')];
    await scene.clock.advance(5);
    all.push(scene.host.invoke(arn, 'bad'));
    await scene.clock.advance(5);
    await Promise.all(all);

    const names = ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'];
    expect(names.map((name) => total(scene, name))).toEqual([2, 1, 1, 4000, 2]);
    expect(names.map((name) => total(scene, name, {}))).toEqual([2, 1, 1, 4000, 2]);
  });

  it('shares what its account has left by others that reserve', async () => {
    const scene = await aHost({ accountConcurrency: 103 });
    const slow: InProcessHandler = () => pause(scene, 1);
    const greedy = aFunction(scene, slow, { name: 'greedy', reservedConcurrency: 3 });
    const modest = aFunction(scene, slow, { name: 'modest' });
    expect(() => aFunction(scene, slow, { name: 'late', reservedConcurrency: 1 })).toThrow('below its minimum value of [100]');

    const outcomes = [...Array<string>(4).fill(greedy), ...Array<string>(101).fill(modest)].map((arn) =>
      scene.host.invoke(arn, {}),
    );
    await scene.clock.advance(2);

    const throttled = (await Promise.all(outcomes)).map(({ status }, index) => [status, index] as const);
    expect(throttled.filter(([status]) => status === 'throttled').map(([, index]) => index)).toEqual([3, 104]);
  });
});

describe('a function that a rule sends to', () => {
  it('runs when its policy lets the rule in', async () => {
    const scene = await aHost();
    const heard: unknown[] = [];
    const arn = aFunction(scene, (event) => heard.push(event));
    scene.host.permit(arn, {
      id: 'rule',
      action: 'lambda:InvokeFunction',
      principal: 'events.amazonaws.com',
      sourceArn: ruleArn,
    });
    await sold(scene.aws, arn);
    await scene.clock.advance(1);

    expect(heard).toMatchObject([{ source: 'shop', detail: { item: 'book' } }]);
  });

  const strangers = [
    { because: 'nobody was let in', permission: undefined },
    { because: 'another rule was let in', permission: { principal: 'events.amazonaws.com', sourceArn: `${ruleArn}-other` } },
    { because: 'another service was let in', permission: { principal: 's3.amazonaws.com' } },
    { because: 'another account was let in', permission: { principal: 'events.amazonaws.com', sourceAccount: '222222222222' } },
    {
      because: 'the permission is for something else',
      permission: { principal: 'events.amazonaws.com', action: 'lambda:GetFunction' },
    },
  ];

  it.each(strangers)('does not run when $because', async ({ permission }) => {
    const scene = await aHost();
    const heard: unknown[] = [];
    const arn = aFunction(scene, (event) => heard.push(event));
    if (permission) scene.host.permit(arn, { id: 'rule', action: 'lambda:InvokeFunction', ...permission });
    await sold(scene.aws, arn);
    await scene.clock.settle();

    expect(heard).toEqual([]);
    expect(scene.aws.world.undelivered).toMatchObject([{ code: 'NO_PERMISSIONS' }]);
  });
});

describe('a function that a topic sends to', () => {
  it.each([
    { permitted: true, heard: ['news'] },
    { permitted: false, heard: [] },
  ])('runs only when its policy lets the topic in: $permitted', async ({ permitted, heard }) => {
    const scene = await aHost();
    const seen: string[] = [];
    const arn = aFunction(scene, (event) => {
      for (const { Sns } of (event as { Records: { Sns: { Message: string } }[] }).Records) seen.push(Sns.Message);
    });
    const sns = new SNSClient(configOf(scene.aws));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const permission = { id: 'topic', action: 'lambda:InvokeFunction', principal: 'sns.amazonaws.com', sourceArn: TopicArn };
    if (permitted) scene.host.permit(arn, permission);
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: arn }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'news' }));
    await scene.clock.advance(1);

    expect(seen).toEqual(heard);
  });
});

describe('a function that a schedule starts', () => {
  it('runs every time, when the role of the schedule may invoke it', async () => {
    const scene = await aHost();
    const heard: string[] = [];
    const arn = aFunction(scene, () => heard.push(scene.clock.now().toISOString()));
    const iam = new IAMClient(configOf(scene.aws));
    await iam.send(
      new CreateRoleCommand({ RoleName: 'clockwork', AssumeRolePolicyDocument: trustOf('scheduler.amazonaws.com') }),
    );
    const PolicyDocument = policy({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'clockwork', PolicyName: 'p', PolicyDocument }));
    await new SchedulerClient(configOf(scene.aws)).send(
      new CreateScheduleCommand({
        Name: 'hourly',
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: arn, RoleArn: `arn:aws:iam::${source}:role/clockwork`, Input: '{}' },
      }),
    );
    await scene.clock.advance(2.5 * 3600);

    expect(heard).toHaveLength(3);
  });
});

describe('an event that nobody waits for', () => {
  /** Runs a function that always fails, and says when it ran, in seconds. */
  async function failures(asynchronous: Partial<Asynchronous> = {}, settle = 86_400) {
    const scene = await aHost();
    const dead = await aQueue(scene, 'dead');
    const times: number[] = [];
    const start = scene.clock.now().getTime();
    const arn = aFunction(
      scene,
      () => {
        times.push((scene.clock.now().getTime() - start) / 1000);
        throw new Error('no');
      },
      { asynchronous },
    );
    const requestId = scene.host.send(arn, { a: 1 });
    await scene.clock.settle(settle);
    return { scene, dead, arn, times, requestId };
  }

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  it('is tried three times: after one minute, and after two more', async () => {
    const { scene, times } = await failures();

    expect(times).toEqual([0, 60, 180]);
    expect(scene.aws.world.undelivered).toMatchObject([{ code: 'FUNCTION_FAILED', body: '{"a":1}', reason: 'no' }]);
    expect(total(scene, 'AsyncEventsDropped')).toBe(1);
  });

  it('is tried as often as its function asks for', async () => {
    expect((await failures({ maximumRetryAttempts: 0 })).times).toEqual([0]);
    expect((await failures({ maximumRetryAttempts: 1 })).times).toEqual([0, 60]);
  });

  it('is not tried when it has become too old', async () => {
    expect((await failures({ maximumEventAgeSeconds: 100 })).times).toEqual([0, 60]);
  });

  const queueArn = `arn:aws:sqs:${region}:${source}:dead`;

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
  it('that was given up is told to the destination for failures, with its request and its answer', async () => {
    const { dead, arn, requestId } = await failures({ onFailure: queueArn });

    expect(dead.left().map((text) => JSON.parse(text) as unknown)).toEqual([
      {
        version: '1.0',
        timestamp: '2026-01-01T00:03:00.000Z',
        requestContext: { requestId, functionArn: `${arn}:$LATEST`, condition: 'RetriesExhausted', approximateInvokeCount: 3 },
        requestPayload: { a: 1 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'Error', errorMessage: 'no', trace: expect.any(Array) },
      },
    ]);
  });

  it('that is too old is told as such', async () => {
    const { dead } = await failures({ onFailure: queueArn, maximumEventAgeSeconds: 100 });

    expect(JSON.parse(dead.left()[0] ?? '{}')).toMatchObject({
      requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 2 },
    });
  });

  it('that succeeded is told to the destination for successes', async () => {
    const scene = await aHost();
    const done = await aQueue(scene, 'done');
    const arn = aFunction(scene, () => ({ b: 2 }), { asynchronous: { onSuccess: done.arn } });
    scene.host.send(arn, { a: 1 });
    await scene.clock.settle();

    expect(JSON.parse(done.left()[0] ?? '{}')).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      requestPayload: { a: 1 },
      responsePayload: { b: 2 },
    });
  });

  it('goes to the dead-letter queue as it was', async () => {
    const scene = await aHost();
    const dead = await aQueue(scene, 'dead');
    const arn = aFunction(
      scene,
      () => {
        throw new Error('no');
      },
      { deadLetterArn: dead.arn },
    );
    const requestId = scene.host.send(arn, { a: 1 });
    await scene.clock.settle();

    expect(dead.left()).toEqual(['{"a":1}']);
    expect(scene.aws.world.sqs.queues.get(dead.arn)?.messages[0]?.attributes).toEqual({
      RequestID: { DataType: 'String', StringValue: requestId },
      ErrorCode: { DataType: 'String', StringValue: '200' },
      ErrorMessage: { DataType: 'String', StringValue: 'no' },
    });
  });

  it('is lost when the execution role may not send to the destination', async () => {
    const scene = await aHost();
    const dead = await aQueue(scene, 'dead');
    const role = await aRole(scene.aws, 'mute', []);
    const arn = aFunction(
      scene,
      () => {
        throw new Error('no');
      },
      { role, asynchronous: { onFailure: dead.arn } },
    );
    scene.host.send(arn, {});
    await scene.clock.settle();

    expect(dead.left()).toEqual([]);
    expect(total(scene, 'DestinationDeliveryFailures')).toBe(1);
    expect(scene.aws.world.undelivered).toMatchObject([{ targetArn: dead.arn, code: 'NO_PERMISSIONS' }]);
  });

  it('waits while the function is throttled, and that does not count as a try', async () => {
    const scene = await aHost();
    const seen: unknown[] = [];
    const arn = aFunction(
      scene,
      async (event) => {
        seen.push(event);
        await pause(scene, 2.5);
      },
      { reservedConcurrency: 1 },
    );
    for (const event of ['a', 'b', 'c', 'd', 'e']) scene.host.send(arn, event);
    await scene.clock.settle();

    expect([...seen].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(total(scene, 'Throttles')).toBeGreaterThan(0);
    expect(scene.aws.world.undelivered).toEqual([]);
  });

  it('goes to the destination at once when the function may not run at all', async () => {
    const scene = await aHost();
    const dead = await aQueue(scene, 'dead');
    const arn = aFunction(scene, () => undefined, { reservedConcurrency: 0, asynchronous: { onFailure: dead.arn } });
    scene.host.send(arn, {});
    await scene.clock.advance(0);

    expect(dead.left()).toHaveLength(1);
  });

  it('is as good as gone with its function', async () => {
    const scene = await aHost();
    const seen: unknown[] = [];
    const arn = aFunction(scene, (event) => {
      seen.push(event);
      throw new Error('no');
    });
    scene.host.send(arn, 1);
    await scene.clock.advance(1);
    await scene.host.remove(arn);
    await scene.clock.settle();

    expect(seen).toEqual([1]);
  });
});

describe('settings', () => {
  const refused: readonly { because: string; settings: Partial<FunctionDefinition>; code: string }[] = [
    { because: 'there is no such time-out', settings: { timeoutSeconds: 901 }, code: 'ValidationException' },
    { because: 'there is no such memory', settings: { memoryMb: 64 }, code: 'ValidationException' },
    {
      because: 'Lambda sets that variable',
      settings: { environment: { AWS_REGION: 'x' } },
      code: 'InvalidParameterValueException',
    },
    {
      because: 'variables have 4 KB',
      settings: { environment: { A: 'x'.repeat(4096) } },
      code: 'InvalidParameterValueException',
    },
    {
      because: 'there are two retries at most',
      settings: { asynchronous: { maximumRetryAttempts: 3 } },
      code: 'ValidationException',
    },
    { because: 'the name is none', settings: { name: 'a b' }, code: 'InvalidParameterValueException' },
  ];

  it.each(refused)('are refused because $because', async ({ settings, code }) => {
    const scene = await aHost();

    expect(() => aFunction(scene, () => undefined, settings)).toThrow(expect.objectContaining({ code }));
  });

  it('belong to one function of a name', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);

    expect(() => aFunction(scene, () => undefined)).toThrow(expect.objectContaining({ code: 'ResourceConflictException' }));
  });
});
