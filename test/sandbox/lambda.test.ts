import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as lambda from '@aws-sdk/client-lambda';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { functionHost } from '../../infra/sandbox/hosting/function-host.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { lambdaActions } from '../../infra/sandbox/services/lambda/actions.ts';
import { unzip } from '../../infra/sandbox/services/lambda/zip.ts';
import { aFunction, aHost, aQueue, aRole, bodiesOf, configOf, pause, region, roleArn, source } from './hosting-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-lambda-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const clientOf = (aws: LocalAws) => new lambda.LambdaClient(configOf(aws));
const arnOf = (name: string) => `arn:aws:lambda:${region}:${source}:function:${name}`;
const textOf = (bytes: Uint8Array | undefined): unknown => JSON.parse(Buffer.from(bytes ?? '').toString());

/** A zip archive of one file. */
function zipOf(path: string, text: string, deflated = true): Buffer {
  const name = Buffer.from(path);
  const content = Buffer.from(text);
  const packed = deflated ? deflateRawSync(content) : content;
  const fields = Buffer.alloc(22);
  fields.writeUInt16LE(deflated ? 8 : 0, 4);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(content.length, 18);
  // A file's own header has the same fields as its entry in the directory, but for a few.
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields.subarray(0, 22), Buffer.alloc(4)]);
  local.writeUInt16LE(deflated ? 8 : 0, 8);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE(deflated ? 8 : 0, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, name, packed, entry, name, end]);
}

const echo =
  'export const handler = (event, context) => { console.log("heard"); return { event, name: context.functionName }; };';

/** A local AWS in real time, whose bundles run. */
async function aLambda() {
  const aws = createLocalAws();
  await aRole(aws);
  const host = functionHost(aws);
  closing.push(() => host.close());
  const client = clientOf(aws);
  const create = (more: Partial<lambda.CreateFunctionCommandInput> = {}) =>
    client.send(
      new lambda.CreateFunctionCommand({
        FunctionName: 'work',
        Role: roleArn,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: zipOf('index.mjs', echo) },
        Timeout: 20,
        ...more,
      }),
    );
  return { aws, client, create };
}

describe('CreateFunction', () => {
  it('makes a function from a zip archive, which then can be invoked', async () => {
    const { client, create } = await aLambda();

    const made = await create({ Environment: { Variables: { A: '1' } }, Tags: { team: 'shop' }, MemorySize: 256 });
    const invoked = await client.send(
      new lambda.InvokeCommand({ FunctionName: 'work', Payload: Buffer.from('{"a":1}'), LogType: 'Tail' }),
    );
    const found = await client.send(new lambda.GetFunctionCommand({ FunctionName: made.FunctionArn }));

    expect(made).toMatchObject({ FunctionArn: arnOf('work'), State: 'Active', MemorySize: 256, Timeout: 20 });
    expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(invoked.FunctionError).toBeUndefined();
    expect(textOf(invoked.Payload)).toEqual({ event: { a: 1 }, name: 'work' });
    expect(Buffer.from(invoked.LogResult ?? '', 'base64').toString()).toBe('heard\n');
    expect(found.Configuration?.Environment).toEqual({ Variables: { A: '1' } });
    expect(found.Tags).toEqual({ team: 'shop' });
  });

  it('takes a path of this machine in place of an archive, of a module or of its folder', async () => {
    const { client, create } = await aLambda();
    const path = join(folder, 'index.mjs');
    writeFileSync(path, echo);
    await create({ Code: { S3Bucket: '_local_', S3Key: path } });
    await create({ FunctionName: 'other', Code: { S3Bucket: '_local_', S3Key: folder } });

    for (const FunctionName of ['work', 'other']) {
      const { Payload } = await client.send(new lambda.InvokeCommand({ FunctionName }));
      expect(textOf(Payload)).toEqual({ event: {}, name: FunctionName });
    }
  });

  const refused = [
    {
      because: 'the role is missing',
      input: { Role: `arn:aws:iam::${source}:role/nobody` },
      error: 'cannot be assumed by Lambda',
    },
    { because: 'the archive is none', input: { Code: { ZipFile: Buffer.from('zip') } }, error: 'Could not unzip uploaded file' },
    {
      because: 'the archive leads elsewhere',
      input: { Code: { ZipFile: zipOf('../a.mjs', '') } },
      error: 'Could not unzip uploaded file',
    },
    { because: 'the code lies in a bucket', input: { Code: { S3Bucket: 'b', S3Key: 'k' } }, error: 'takes code as ZipFile' },
    {
      because: 'the path leads nowhere',
      input: { Code: { S3Bucket: '_local_', S3Key: '/no/where' } },
      error: 'There is no /no/where',
    },
    { because: 'it is no Node.js', input: { Runtime: 'python3.13' as const }, error: 'runs Node.js only' },
  ];

  it.each(refused)('is refused because $because', async ({ input, error }) => {
    const { create } = await aLambda();

    await expect(create(input)).rejects.toThrow(error);
    await expect(create(input)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('is refused for a name that is taken', async () => {
    const { create } = await aLambda();
    await create();

    await expect(create()).rejects.toMatchObject({ name: 'ResourceConflictException', $metadata: { httpStatusCode: 409 } });
  });
});

describe('Invoke', () => {
  it('tells what the function threw', async () => {
    const scene = await aHost();
    aFunction(scene, () => {
      throw new TypeError('no');
    });

    const answer = await clientOf(scene.aws).send(new lambda.InvokeCommand({ FunctionName: 'work' }));

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(textOf(answer.Payload)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
  });

  it('does not wait for an event', async () => {
    const scene = await aHost();
    const heard: unknown[] = [];
    aFunction(scene, (event) => heard.push(event));

    const input = { FunctionName: 'work', InvocationType: 'Event' as const, Payload: Buffer.from('[1]') };
    const { StatusCode } = await clientOf(scene.aws).send(new lambda.InvokeCommand(input));
    expect([StatusCode, heard]).toEqual([202, []]);
    await scene.clock.advance(0);

    expect(heard).toEqual([[1]]);
  });

  it('runs nothing when it is a dry run', async () => {
    const scene = await aHost();
    const heard: unknown[] = [];
    aFunction(scene, (event) => heard.push(event));
    const input = { FunctionName: 'work', InvocationType: 'DryRun' as const };

    expect((await clientOf(scene.aws).send(new lambda.InvokeCommand(input))).StatusCode).toBe(204);
    expect(heard).toEqual([]);
  });

  const refusals = [
    {
      because: 'the payload is no JSON',
      input: { Payload: Buffer.from('{') },
      name: 'InvalidRequestContentException',
      status: 400,
    },
    { because: 'there is no such function', input: { FunctionName: 'other' }, name: 'ResourceNotFoundException', status: 404 },
    { because: 'there is no such version', input: { Qualifier: '7' }, name: 'ResourceNotFoundException', status: 404 },
    { because: 'it has no concurrency', input: { FunctionName: 'never' }, name: 'TooManyRequestsException', status: 429 },
    {
      because: 'an event is too large',
      input: { InvocationType: 'Event' as const, Payload: Buffer.alloc(1_048_577, '1') },
      name: 'RequestTooLargeException',
      status: 413,
    },
  ];

  it.each(refusals)('is refused with $name because $because', async ({ input, name, status }) => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    aFunction(scene, () => undefined, { name: 'never', reservedConcurrency: 0 });

    const call = clientOf(scene.aws).send(new lambda.InvokeCommand({ FunctionName: 'work', ...input }));

    await expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  it.each(['work', arnOf('work'), `${source}:function:work`, `${arnOf('work')}:$LATEST`])(
    'finds the function %s',
    async (FunctionName) => {
      const scene = await aHost();
      aFunction(scene, () => 'here');

      const { Payload } = await clientOf(scene.aws).send(new lambda.InvokeCommand({ FunctionName }));

      expect(textOf(Payload)).toBe('here');
    },
  );

  it('of one function by another lets time pass while both wait', async () => {
    const scene = await aHost();
    aFunction(scene, () => pause(scene, 2).then(() => 'slept'), { name: 'inner' });
    const seen: unknown[] = [];
    const outer = aFunction(
      scene,
      async () => {
        const { Payload } = await clientOf(scene.aws).send(new lambda.InvokeCommand({ FunctionName: 'inner' }));
        seen.push(textOf(Payload));
      },
      { name: 'outer', timeoutSeconds: 10 },
    );
    scene.host.send(outer, {});
    await scene.clock.advance(3);

    expect(seen).toEqual(['slept']);
  });
});

describe('the settings of a function', () => {
  it('can be read, changed and taken away', async () => {
    const { client, create } = await aLambda();
    await create();
    await create({ FunctionName: 'also' });
    const FunctionName = 'work';
    await client.send(
      new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 7, Environment: { Variables: { B: '2' } } }),
    );
    const after = await client.send(new lambda.GetFunctionConfigurationCommand({ FunctionName }));
    expect(after).toMatchObject({ Timeout: 7, Environment: { Variables: { B: '2' } }, Handler: 'index.handler' });

    const code = { FunctionName, ZipFile: zipOf('index.mjs', 'export const handler = () => 2;') };
    await client.send(new lambda.UpdateFunctionCodeCommand(code));
    expect(textOf((await client.send(new lambda.InvokeCommand({ FunctionName }))).Payload)).toBe(2);

    await client.send(new lambda.DeleteFunctionCommand({ FunctionName }));
    const { Functions } = await client.send(new lambda.ListFunctionsCommand({}));
    expect(Functions?.map((one) => one.FunctionName)).toEqual(['also']);
  });

  it('are listed in pages', async () => {
    const scene = await aHost();
    for (const name of ['c', 'a', 'b']) aFunction(scene, () => undefined, { name });
    const names: unknown[] = [];
    for await (const { Functions } of lambda.paginateListFunctions({ client: clientOf(scene.aws), pageSize: 2 }, {})) {
      names.push(Functions?.map((one) => one.FunctionName));
    }

    expect(names).toEqual([['a', 'b'], ['c']]);
  });

  it('hold its concurrency', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    const client = clientOf(scene.aws);
    const FunctionName = 'work';
    await client.send(new lambda.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 3 }));
    const held = await client.send(new lambda.GetFunctionConcurrencyCommand({ FunctionName }));
    await client.send(new lambda.DeleteFunctionConcurrencyCommand({ FunctionName }));
    const gone = await client.send(new lambda.GetFunctionConcurrencyCommand({ FunctionName }));

    expect([held.ReservedConcurrentExecutions, gone.ReservedConcurrentExecutions]).toEqual([3, undefined]);
    await expect(
      client.send(new lambda.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 901 })),
    ).rejects.toThrow('below its minimum value of [100]');
  });

  it('hold how its events are treated', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    const client = clientOf(scene.aws);
    const FunctionName = 'work';
    const get = () => client.send(new lambda.GetFunctionEventInvokeConfigCommand({ FunctionName }));
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const OnFailure = { Destination: `arn:aws:sqs:${region}:${source}:dead` };
    await client.send(
      new lambda.PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1, DestinationConfig: { OnFailure } }),
    );
    await client.send(new lambda.UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 }));

    expect(await get()).toMatchObject({
      FunctionArn: `${arnOf('work')}:$LATEST`,
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure },
    });
    await client.send(new lambda.DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('hold its tags', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    const client = clientOf(scene.aws);
    const Resource = arnOf('work');
    await client.send(new lambda.TagResourceCommand({ Resource, Tags: { a: '1', b: '2' } }));
    await client.send(new lambda.UntagResourceCommand({ Resource, TagKeys: ['a'] }));

    expect((await client.send(new lambda.ListTagsCommand({ Resource }))).Tags).toEqual({ b: '2' });
  });
});

describe('the policy of a function', () => {
  it('is made of permissions', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    const client = clientOf(scene.aws);
    const FunctionName = 'work';
    const base = { FunctionName, Action: 'lambda:InvokeFunction' };
    const rule = {
      StatementId: 'rule',
      Principal: 'events.amazonaws.com',
      SourceArn: `arn:aws:events:${region}:${source}:rule/a`,
    };
    const added = await client.send(new lambda.AddPermissionCommand({ ...base, ...rule }));
    await client.send(new lambda.AddPermissionCommand({ ...base, StatementId: 'peer', Principal: '222222222222' }));
    const statement = {
      Sid: 'rule',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arnOf('work'),
      Condition: { ArnLike: { 'AWS:SourceArn': rule.SourceArn } },
    };

    expect(JSON.parse(added.Statement ?? '')).toEqual(statement);
    await expect(client.send(new lambda.AddPermissionCommand({ ...base, ...rule }))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    const { Policy = '' } = await client.send(new lambda.GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy)).toEqual({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [statement, expect.objectContaining({ Sid: 'peer', Principal: { AWS: 'arn:aws:iam::222222222222:root' } })],
    });
  });

  it('is gone with its last permission', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    const client = clientOf(scene.aws);
    const FunctionName = 'work';
    const StatementId = 's';
    await client.send(
      new lambda.AddPermissionCommand({
        FunctionName,
        StatementId,
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
      }),
    );
    await client.send(new lambda.RemovePermissionCommand({ FunctionName, StatementId }));

    await expect(client.send(new lambda.GetPolicyCommand({ FunctionName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(client.send(new lambda.RemovePermissionCommand({ FunctionName, StatementId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('an event source mapping', () => {
  async function mapped(more: Partial<lambda.CreateEventSourceMappingCommandInput> = {}) {
    const scene = await aHost();
    const seen: string[] = [];
    aFunction(scene, (event) => seen.push(...bodiesOf(event)));
    const queue = await aQueue(scene);
    const client = clientOf(scene.aws);
    const made = await client.send(
      new lambda.CreateEventSourceMappingCommand({ FunctionName: 'work', EventSourceArn: queue.arn, ...more }),
    );
    return { scene, seen, queue, client, UUID: made.UUID, made };
  }

  it('has the function work off the queue', async () => {
    const { scene, seen, queue, client, UUID, made } = await mapped({
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 4 },
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a","b"]}' }] },
    });
    await queue.send('a', 'x', 'b');
    await scene.clock.advance(1);

    expect(made.State).toBe('Creating');
    expect(await client.send(new lambda.GetEventSourceMappingCommand({ UUID }))).toMatchObject({
      State: 'Enabled',
      EventSourceArn: queue.arn,
      FunctionArn: arnOf('work'),
      BatchSize: 5,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 4 },
      FilterCriteria: { Filters: [{ Pattern: '{"body":["a","b"]}' }] },
    });
    // A number is no report.
    expect([seen, queue.left()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('can be disabled and enabled again', async () => {
    const { scene, seen, queue, client, UUID } = await mapped();
    const change = (Enabled: boolean) => client.send(new lambda.UpdateEventSourceMappingCommand({ UUID, Enabled }));
    expect((await change(false)).State).toBe('Disabling');
    await queue.send('a');
    await scene.clock.settle();
    expect(seen).toEqual([]);
    expect((await client.send(new lambda.GetEventSourceMappingCommand({ UUID }))).State).toBe('Disabled');

    expect((await change(true)).State).toBe('Enabling');
    await scene.clock.advance(1);
    expect(seen).toEqual(['a']);
  });

  it('is listed by queue and by function, until it is deleted', async () => {
    const { queue, client, UUID } = await mapped();
    const list = async (input: lambda.ListEventSourceMappingsCommandInput) =>
      (await client.send(new lambda.ListEventSourceMappingsCommand(input))).EventSourceMappings?.map((one) => one.UUID);

    expect(await list({ EventSourceArn: queue.arn })).toEqual([UUID]);
    expect(await list({ FunctionName: 'work' })).toEqual([UUID]);
    expect(await list({ FunctionName: 'other' })).toEqual([]);
    expect((await client.send(new lambda.DeleteEventSourceMappingCommand({ UUID }))).State).toBe('Deleting');
    expect(await list({})).toEqual([]);
    await expect(client.send(new lambda.GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('is refused when the queue shows messages again too early', async () => {
    const { client, queue, scene } = await mapped();
    aFunction(scene, () => undefined, { name: 'slow', timeoutSeconds: 31 });
    const input = { FunctionName: 'slow', EventSourceArn: queue.arn };

    await expect(client.send(new lambda.CreateEventSourceMappingCommand(input))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
    });
  });
});

describe('Lambda', () => {
  it('is recorded by CloudTrail under its own names, but for invocations', async () => {
    const scene = await aHost();
    aFunction(scene, () => undefined);
    const client = clientOf(scene.aws);
    await client.send(new lambda.InvokeCommand({ FunctionName: 'work' }));
    await client.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName: 'work', Timeout: 5 }));
    await scene.clock.advance(900);
    const lookup = { LookupAttributes: [{ AttributeKey: 'EventSource' as const, AttributeValue: 'lambda.amazonaws.com' }] };
    const { Events = [] } = await new CloudTrailClient(configOf(scene.aws)).send(new LookupEventsCommand(lookup));

    expect(Events.map(({ EventName }) => EventName)).toEqual(['UpdateFunctionConfiguration20150331v2']);
  });

  it('is served over HTTP, also under the older paths that end with a slash', async () => {
    const { aws, create } = await aLambda();
    await create();
    const listening = await aws.listen();
    closing.push(listening.close);
    const { credentials } = configOf(aws);
    const client = new lambda.LambdaClient({ region, credentials, endpoint: listening.url });
    const { Payload } = await client.send(new lambda.InvokeCommand({ FunctionName: arnOf('work'), Payload: Buffer.from('1') }));
    const scope = `${source}/20260101/${region}/lambda/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const answer = await fetch(`${listening.url}/2015-03-31/functions/`, { headers: { authorization } });

    expect(textOf(Payload)).toEqual({ event: 1, name: 'work' });
    expect(await answer.json()).toMatchObject({ Functions: [{ FunctionName: 'work' }] });
  });

  it('knows which permission each of its operations needs', () => {
    const commands = Object.keys(lambdaActions.operations);
    expect(commands).toContain('Invoke');
    const call = { world: createLocalAws().world, caller: { account: source }, region } as never;
    const check = (operation: string, input: object) => lambdaActions.operations[operation]?.(input as never, call);

    expect(check('Invoke', { FunctionName: 'work' })).toMatchObject([
      { action: 'lambda:InvokeFunction', resource: arnOf('work') },
    ]);
    expect(check('CreateFunction', { FunctionName: 'work', Role: roleArn })).toMatchObject([
      { action: 'lambda:CreateFunction', resource: arnOf('work') },
      { action: 'iam:PassRole', resource: roleArn, keys: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    ]);
    expect(check('ListFunctions', {})).toEqual([{ action: 'lambda:ListFunctions', resource: '*' }]);
  });
});

describe('a zip archive', () => {
  it.each([true, false])('is read, deflated: %s', (deflated) => {
    const files = unzip(zipOf('a/index.mjs', 'text', deflated));

    expect([...files].map(([path, content]) => [path, Buffer.from(content).toString()])).toEqual([['a/index.mjs', 'text']]);
  });

  it('that is none is refused', () => {
    expect(() => unzip(Buffer.from('PK'))).toThrow(RangeError);
  });
});
