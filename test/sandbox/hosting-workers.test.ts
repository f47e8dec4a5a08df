import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { bundle, type FunctionDefinition, functionHost, type Outcome } from '../../infra/sandbox/hosting/function-host.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { aQueue, aRole, region, source, total } from './hosting-support.ts';

const folder = mkdtempSync(join(tmpdir(), 'lockstep-functions-'));
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The SDK as a bundle outside of this tree finds it. */
const sdk = `file://${resolve(import.meta.dirname, '../../node_modules/@aws-sdk')}`;
let bundles = 0;

/** A function of the local AWS in real time. @param text of its bundle */
async function hosting(text: string, more: Partial<FunctionDefinition> = {}) {
  const aws = createLocalAws();
  const role = await aRole(aws);
  const host = functionHost(aws);
  closing.push(() => host.close());
  bundles += 1;
  const path = join(folder, `index-${bundles}.mjs`);
  writeFileSync(path, text);
  const { arn } = host.create({ account: source, region, name: 'work', role, code: bundle(path), timeoutSeconds: 20, ...more });
  return { aws, host, arn };
}

function answerOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.payload) as Record<string, unknown>;
}

describe('a bundle in a worker thread', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  it('finds the environment of Lambda, and nothing of this process', async () => {
    process.env.LOCKSTEP_SECRET = 'mine';
    closing.push(() => Promise.resolve(void delete process.env.LOCKSTEP_SECRET));
    const { host, arn, aws } = await hosting('export const handler = () => process.env;', { environment: { STAGE: 'test' } });

    const env = answerOf(await host.invoke(arn, {}));

    expect(env).toMatchObject({
      STAGE: 'test',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_LAMBDA_FUNCTION_NAME: 'work',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/work',
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/),
      _HANDLER: 'index.handler',
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_SESSION_TOKEN: expect.any(String),
      AWS_ENDPOINT_URL: aws.world.lambda.endpoint,
    });
    expect(env).not.toHaveProperty('LOCKSTEP_SECRET');
    expect(env).not.toHaveProperty('HOME');
  });

  it('is told what Lambda tells beside the event', async () => {
    const { host, arn } = await hosting(
      'export const handler = (event, context) => ({ event, ...context, left: context.getRemainingTimeInMillis() });',
    );

    const answer = answerOf(await host.invoke(arn, { a: 1 }));

    expect(answer).toMatchObject({
      event: { a: 1 },
      functionName: 'work',
      functionVersion: '$LATEST',
      invokedFunctionArn: arn,
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: '/aws/lambda/work',
    });
    expect(answer.left).toBeGreaterThan(15_000);
    expect(answer.left).toBeLessThanOrEqual(20_000);
  });

  it('calls the local AWS in its execution role, in a session named after the function', async () => {
    const { aws, host, arn } = await hosting(`
      import { STSClient, GetCallerIdentityCommand } from '${sdk}/client-sts/dist-cjs/index.js';
      import { S3Client, CreateBucketCommand } from '${sdk}/client-s3/dist-cjs/index.js';
      const s3 = new S3Client({ maxAttempts: 1 });
      export const handler = async () => {
        const { Arn, Account } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
        const refused = await s3.send(new CreateBucketCommand({ Bucket: 'orders' })).catch((error) => error.name);
        return { Arn, Account, refused };
      };`);

    const answer = answerOf(await host.invoke(arn, {}));

    expect(answer).toEqual({
      Arn: `arn:aws:sts::${source}:assumed-role/worker/work`,
      Account: source,
      // The role may do things with queues only.
      refused: 'AccessDenied',
    });
    expect(aws.calls.map(({ operation, caller }) => [operation, caller])).toContainEqual(['CreateBucket', answer.Arn]);
  });

  it('keeps its environment warm for the next event, and works on one at a time', async () => {
    const { host, arn, aws } = await hosting(`
      let count = 0;
      export const handler = async () => { count += 1; await new Promise((done) => setTimeout(done, 300)); return count; };`);

    const together = await Promise.all([host.invoke(arn, 1), host.invoke(arn, 2)]);
    const after = await host.invoke(arn, 3);

    expect(together.map((outcome) => 'payload' in outcome && outcome.payload)).toEqual(['1', '1']);
    expect(after).toEqual({ status: 'returned', payload: '2' });
    expect(aws.world.lambda.functions.get(arn)?.instances.size).toBe(2);
  });

  it('has its lines logged in order, before its answer is told, and its metrics recorded', async () => {
    const emf = {
      _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Shop', Dimensions: [[]], Metrics: [{ Name: 'Sales' }] }] },
      Sales: 3,
    };
    const { host, arn, aws } = await hosting(`export const handler = () => {
      console.log('one\\ntwo'); console.error('three'); console.log('${JSON.stringify(emf)}'); process.stdout.write('four');
    };`);
    const heard: string[] = [];
    host.onLog(({ text }) => heard.push(text));

    await host.invoke(arn, {});

    expect(heard).toEqual(['one', 'two', 'three', JSON.stringify(emf), 'four']);
    expect(host.logs(arn).map(({ text }) => text)).toEqual(heard);
    expect(aws.world.metrics.samples.filter(({ namespace }) => namespace === 'Shop')).toMatchObject([
      { name: 'Sales', value: 3, account: source, region },
    ]);
  });

  it('works off a queue in real time', async () => {
    const { aws, host, arn } = await hosting(`export const handler = ({ Records }) => {
      for (const { body } of Records) console.log(body);
      return { batchItemFailures: [] };
    };`);
    const queue = await aQueue({ aws }, 'jobs.fifo');
    const done = new Promise((heard) => host.onInvocation(heard));
    host.map(arn, queue.arn, { reportsItemFailures: true });
    await queue.send('A:1');

    expect(await done).toMatchObject({ trigger: 'queue', coldStart: true, outcome: { status: 'returned' } });
    await expect.poll(queue.left).toEqual([]);
    expect(host.logs(arn).map(({ text }) => text)).toEqual(['A:1']);
    expect(total({ aws }, 'Duration')).toBeGreaterThan(0);
  });

  it('is loaded anew when its settings change', async () => {
    const { host, arn } = await hosting('export const handler = () => process.env.STAGE;', { environment: { STAGE: 'one' } });
    const before = await host.invoke(arn, {});
    host.change(arn, { environment: { STAGE: 'two' } });

    expect([before, await host.invoke(arn, {})]).toMatchObject([{ payload: '"one"' }, { payload: '"two"' }]);
  });
});

describe('a bundle that fails', () => {
  const failures = [
    {
      because: 'it throws',
      text: 'export const handler = () => { throw new TypeError("no"); }',
      type: 'TypeError',
      says: /^no$/,
      survives: true,
    },
    {
      because: 'what it throws is no error',
      text: 'export const handler = () => { throw "no"; }',
      type: 'string',
      says: /^no$/,
      survives: true,
    },
    {
      because: 'its answer is no JSON',
      text: 'export const handler = () => 1n;',
      type: 'TypeError',
      says: /BigInt/,
      survives: true,
    },
    {
      because: 'it is not done in time',
      text: 'export const handler = () => new Promise(() => {});',
      type: 'Sandbox.Timedout',
      says: /^RequestId: \S{36} Error: Task timed out after 1.00 seconds$/,
    },
    {
      because: 'it never gives way',
      text: 'export const handler = () => { for (;;); };',
      type: 'Sandbox.Timedout',
      says: /timed out after 1.00 seconds$/,
    },
    {
      because: 'nobody catches what it throws later',
      text: 'export const handler = () => { setTimeout(() => { throw new RangeError("late"); }, 5); return new Promise(() => {}); };',
      type: 'RangeError',
      says: /^late$/,
    },
    {
      because: 'nobody handles a rejection',
      text: 'export const handler = () => { Promise.reject(new Error("late")); return new Promise(() => {}); };',
      type: 'Runtime.UnhandledPromiseRejection',
      says: /late/,
    },
    {
      because: 'it ends its process',
      text: 'export const handler = () => process.exit(3);',
      type: 'Runtime.ExitError',
      says: /Runtime exited with error: exit status 3$/,
    },
    {
      because: 'it takes more memory than it has',
      text: 'export const handler = () => { const all = []; for (;;) all.push(new Array(1e5).fill(Math.random())); };',
      type: 'Runtime.OutOfMemory',
      says: /signal: killed$/,
      seconds: 20,
    },
    {
      because: 'it has no handler',
      text: 'export const other = 1;',
      type: 'Runtime.HandlerNotFound',
      says: /handler is undefined or not exported/,
    },
    {
      because: 'it imports what is not there',
      text: 'import "./nowhere.mjs";',
      type: 'Runtime.ImportModuleError',
      says: /nowhere/,
    },
    { because: 'it is not JavaScript', text: 'export const handler = {', type: 'Runtime.UserCodeSyntaxError', says: /./ },
    { because: 'it throws while it is loaded', text: 'throw new EvalError("early");', type: 'EvalError', says: /^early$/ },
  ];

  it.each(failures)(
    'because $because is told as Lambda tells it',
    async ({ text, type, says, survives = false, seconds = 1 }) => {
      const { aws, host, arn } = await hosting(text, { timeoutSeconds: seconds });

      const outcome = await host.invoke(arn, {});

      expect(outcome).toMatchObject({ status: 'failed', error: { errorType: type, errorMessage: expect.stringMatching(says) } });
      expect(host.logs(arn).at(-1)?.text).toMatch(/\tERROR\tInvoke Error\t|Task timed out after 1.00 seconds$/);
      expect([total({ aws }, 'Errors'), total({ aws }, 'Invocations')]).toEqual([1, 1]);
      // An environment that broke is not used again.
      expect(aws.world.lambda.functions.get(arn)?.idle.length).toBe(survives ? 1 : 0);
    },
  );

  it('runs again in an environment of its own', async () => {
    const { host, arn } = await hosting(`
      let count = 0;
      export const handler = (event) => { count += 1; if (event.dies) process.exit(1); return count; };`);
    await host.invoke(arn, {});
    await host.invoke(arn, { dies: true });

    expect(await host.invoke(arn, {})).toEqual({ status: 'returned', payload: '1' });
  });
});

describe('a host', () => {
  it('opens one port for all its bundles, and closes it', async () => {
    const { aws, host, arn } = await hosting('export const handler = () => process.env.AWS_ENDPOINT_URL;');
    const urls = (await Promise.all([host.invoke(arn, {}), host.invoke(arn, {})])).map((outcome) => answerOf(outcome) as unknown);
    expect(new Set(urls).size).toBe(1);
    const instances = aws.world.lambda.functions.get(arn)?.instances;
    expect(instances?.size).toBe(2);
    await host.close();

    await expect(fetch(String(urls[0]))).rejects.toThrow();
    expect(instances?.size).toBe(0);
  });

  it('uses the port that the local AWS is served on', async () => {
    const { aws, host, arn } = await hosting('export const handler = () => process.env.AWS_ENDPOINT_URL;');
    const listening = await aws.listen();
    closing.push(listening.close);

    expect(answerOf(await host.invoke(arn, {}))).toBe(listening.url);
  });

  it('finds bundles by paths relative to where it was started', () => {
    expect(bundle('infra/build.mjs')).toMatchObject({ kind: 'bundle', path: resolve('infra/build.mjs') });
    expect(existsSync(resolve('infra/build.mjs'))).toBe(true);
  });
});
