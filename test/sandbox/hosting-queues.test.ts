import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportedFailures } from '../../infra/sandbox/hosting/batch.ts';
import { enqueue } from '../../infra/sandbox/services/sqs.ts';
import {
  aFunction,
  aHost,
  aQueue,
  aRole,
  bodiesOf,
  configOf,
  consuming,
  pause,
  policy,
  region,
  type SqsEvent,
  source,
  total,
} from './hosting-support.ts';

/** Says of these messages that they failed. */
const failing = (event: unknown, isFailed: (body: string) => boolean) => ({
  batchItemFailures: (event as SqsEvent).Records.filter(({ body }) => isFailed(body)).map(({ messageId }) => ({
    itemIdentifier: messageId,
  })),
});

describe('a function that works off a queue', () => {
  it('gets what is sent, and the queue is empty afterwards', async () => {
    const scene = await aHost();
    const events: string[][] = [];
    const fn = aFunction(scene, (event) => events.push(bodiesOf(event)));
    const queue = await aQueue(scene);
    const mapping = scene.host.map(fn, queue.arn);

    await queue.send('a', 'b');
    await scene.clock.advance(0);

    expect(events).toEqual([['a', 'b']]);
    expect(queue.left()).toEqual([]);
    expect(mapping.lastResult).toBe('OK');
  });

  it('gets what was in the queue before', async () => {
    const scene = await aHost();
    const events: string[][] = [];
    const queue = await aQueue(scene);
    await queue.send('early');

    scene.host.map(
      aFunction(scene, (event) => events.push(bodiesOf(event))),
      queue.arn,
    );
    await scene.clock.advance(0);

    expect(events).toEqual([['early']]);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
  it('is shown messages in the form of Lambda', async () => {
    const scene = await aHost();
    const events: unknown[] = [];
    const fn = aFunction(scene, (event) => events.push(event));
    const queue = await aQueue(scene, 'jobs.fifo');
    scene.host.map(fn, queue.arn);
    enqueue(scene.aws.world, queue.arn, 'text', {
      groupId: 'g',
      dedupId: 'd',
      attributes: { colour: { DataType: 'String', StringValue: 'red' } },
    });
    await scene.clock.advance(0);

    expect(events).toEqual([
      {
        Records: [
          {
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            receiptHandle: expect.any(String),
            body: 'text',
            attributes: {
              ApproximateReceiveCount: '1',
              SentTimestamp: '1767225600000',
              SequenceNumber: expect.stringMatching(/^\d{20}$/),
              MessageGroupId: 'g',
              SenderId: expect.any(String),
              MessageDeduplicationId: 'd',
              ApproximateFirstReceiveTimestamp: '1767225600000',
            },
            messageAttributes: { colour: { stringValue: 'red', stringListValues: [], binaryListValues: [], dataType: 'String' } },
            md5OfBody: '1cb251ec0d568de6a929b520c4aed8d1',
            md5OfMessageAttributes: expect.any(String),
            eventSource: 'aws:sqs',
            eventSourceARN: queue.arn,
            awsRegion: region,
          },
        ],
      },
    ]);
  });

  it('gets a message again when its visibility time-out has passed, and no sooner, after it failed', async () => {
    const scene = await aHost();
    const times: number[] = [];
    const fn = aFunction(scene, () => {
      times.push(scene.clock.now().getTime() / 1000);
      if (times.length < 3) throw new Error('no');
    });
    const queue = await aQueue(scene, 'jobs', { VisibilityTimeout: '40' });
    const mapping = scene.host.map(fn, queue.arn);
    const start = scene.clock.now().getTime() / 1000;
    await queue.send('a');

    await scene.clock.advance(1);
    expect(mapping.lastResult).toBe('PROBLEM: Function call failed');
    await scene.clock.advance(100);

    expect(times.map((time) => time - start)).toEqual([0, 40, 80]);
    expect(queue.left()).toEqual([]);
  });

  // Timers of Node may run a millisecond early by the machine's time, and that goes on while the queue is looked at.
  it.each([1, 2, 3, 4, 5, 6])(
    'gets a message again although timers run %i ms early, and time passes during a look',
    async (early) => {
      const scene = await aHost();
      const { clock } = scene;
      const { now, after } = clock;
      let times = 0;
      const fn = aFunction(scene, () => {
        times += 1;
        throw new Error('no');
      });
      const queue = await aQueue(scene, 'jobs', { VisibilityTimeout: '40' });
      let reads = 0;
      clock.now = () => new Date(now().getTime() + reads++);
      clock.after = (seconds, job) => after(Math.max(0, seconds - early / 1000), job);
      scene.host.map(fn, queue.arn);
      await queue.send('a');
      await clock.advance(100);

      expect(times).toBe(3);
    },
  );

  it('gets a message no more that went to the dead-letter queue', async () => {
    const scene = await aHost();
    const dead = await aQueue(scene, 'dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
    const queue = await aQueue(scene, 'jobs', { RedrivePolicy });
    const fn = aFunction(scene, () => {
      throw new Error('no');
    });
    scene.host.map(fn, queue.arn);
    await queue.send('a');
    await scene.clock.settle();

    expect(total(scene, 'Errors')).toBe(2);
    expect([queue.left(), dead.left()]).toEqual([[], ['a']]);
  });

  it('has time pass only while it waits for the clock', async () => {
    const scene = await aHost();
    const seen: string[] = [];
    const queue = await aQueue(scene);
    const fn = aFunction(scene, async (event) => {
      await pause(scene, 2);
      seen.push(`${bodiesOf(event)} at ${scene.clock.now().toISOString().slice(14, 19)}`);
    });
    scene.host.map(fn, queue.arn, { batchSize: 1, maximumConcurrency: 2 });
    await queue.send('a', 'b', 'c');
    await scene.clock.settle();

    expect(seen).toEqual(['a at 00:02', 'b at 00:02', 'c at 00:04']);
  });
});

describe('reports of single failures', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
  const answers = [
    { answer: null, left: [], because: 'no answer is success' },
    { answer: {}, left: [], because: 'an empty answer is success' },
    { answer: { batchItemFailures: null }, left: [], because: 'no list is success' },
    { answer: { batchItemFailures: [] }, left: [], because: 'an empty list is success' },
    { answer: { batchItemFailures: [{ itemIdentifier: 'B' }] }, left: ['b'], because: 'the others succeeded' },
    { answer: { batchItemFailures: [{ itemIdentifier: '' }] }, left: ['a', 'b'], because: 'an id is empty' },
    { answer: { batchItemFailures: [{ itemIdentifier: null }] }, left: ['a', 'b'], because: 'an id is null' },
    { answer: { batchItemFailures: [{ id: 'B' }] }, left: ['a', 'b'], because: 'the key has a wrong name' },
    { answer: { batchItemFailures: [{ itemIdentifier: 'Z' }] }, left: ['a', 'b'], because: 'no message has that id' },
    { answer: { batchItemFailures: [null] }, left: ['a', 'b'], because: 'an item is nothing' },
    { answer: { batchItemFailures: 'B' }, left: ['a', 'b'], because: 'the list is none' },
    { answer: 'done', left: ['a', 'b'], because: 'a text is no report' },
    { answer: [], left: ['a', 'b'], because: 'a list is no report' },
  ];

  /** Puts real message ids where the table says A and B. */
  const withIds = (answer: unknown, event: SqsEvent): unknown => {
    const ids = Object.fromEntries(event.Records.map(({ body, messageId }) => [body.toUpperCase(), messageId]));
    return JSON.parse(JSON.stringify(answer).replace(/"([AB])"/g, (_all, name: string) => `"${ids[name]}"`));
  };

  it.each(answers)('leave $left in the queue for $answer, because $because', async ({ answer, left }) => {
    const scene = await aHost();
    const queue = await aQueue(scene);
    scene.host.map(
      aFunction(scene, (event) => withIds(answer, event as SqsEvent)),
      queue.arn,
      { reportsItemFailures: true },
    );
    await queue.send('a', 'b');
    await scene.clock.advance(1);

    expect(queue.left()).toEqual(left);
  });

  it('do not count where the mapping does not ask for them', async () => {
    const scene = await aHost();
    const queue = await aQueue(scene);
    scene.host.map(
      aFunction(scene, (event) => failing(event, () => true)),
      queue.arn,
    );
    await queue.send('a');
    await scene.clock.advance(1);

    expect(queue.left()).toEqual([]);
  });

  it('name exactly those messages that a well-formed list names', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uuid(), { minLength: 1 }).chain((ids) => fc.tuple(fc.constant(ids), fc.subarray(ids))),
        ([ids, failed]) => {
          const payload = JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) });

          expect([...reportedFailures(payload, ids)].sort()).toEqual([...failed].sort());
        },
      ),
    );
  });
});

describe('batches', () => {
  it('of a standard queue hold at most so many messages', async () => {
    const scene = await aHost();
    const sizes: number[] = [];
    const queue = await aQueue(scene);
    await queue.send('a', 'b', 'c', 'd', 'e');
    scene.host.map(
      aFunction(scene, (event) => sizes.push(bodiesOf(event).length)),
      queue.arn,
      { batchSize: 2 },
    );
    await scene.clock.advance(1);

    expect(sizes).toEqual([2, 2, 1]);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
  it('are gathered until the window is over', async () => {
    const scene = await aHost();
    const batches: string[] = [];
    const queue = await aQueue(scene);
    const fn = aFunction(scene, (event) => batches.push(`${bodiesOf(event)} at ${scene.clock.now().getUTCSeconds()}`));
    scene.host.map(fn, queue.arn, { windowSeconds: 5 });
    await queue.send('a');
    await scene.clock.advance(3);
    await queue.send('b');
    await scene.clock.advance(10);

    expect(batches).toEqual(['a,b at 5']);
  });

  it('are handed over before the window is over when they are full', async () => {
    const scene = await aHost();
    const batches: string[] = [];
    const queue = await aQueue(scene);
    const fn = aFunction(scene, (event) => batches.push(`${bodiesOf(event)} at ${scene.clock.now().getUTCSeconds()}`));
    scene.host.map(fn, queue.arn, { windowSeconds: 5, batchSize: 2 });
    await queue.send('a');
    await scene.clock.advance(1);
    await queue.send('b', 'c');
    await scene.clock.advance(10);

    expect(batches).toEqual(['a,b at 1', 'c at 6']);
  });

  it('are cut where an event would be larger than 6 MB', async () => {
    const scene = await aHost();
    const sizes: number[] = [];
    const queue = await aQueue(scene);
    const body = 'x'.repeat(1_000_000);
    await queue.send(...Array<string>(8).fill(body));
    scene.host.map(
      aFunction(scene, (event) => sizes.push(bodiesOf(event).length)),
      queue.arn,
    );
    await scene.clock.advance(1);

    expect(sizes).toEqual([6, 2]);
    expect(queue.left()).toEqual([]);
  });

  it('run five at a time, unless the mapping says otherwise', async () => {
    const most = async (maximumConcurrency?: number): Promise<number> => {
      const scene = await aHost();
      let [running, highest] = [0, 0];
      const queue = await aQueue(scene);
      await queue.send(...'abcdefghij');
      const fn = aFunction(scene, async () => {
        running += 1;
        highest = Math.max(highest, running);
        await pause(scene, 1);
        running -= 1;
      });
      scene.host.map(fn, queue.arn, { batchSize: 1, ...(maximumConcurrency !== undefined && { maximumConcurrency }) });
      await scene.clock.settle();
      expect(queue.left()).toEqual([]);
      return highest;
    };

    expect([await most(), await most(2), await most(8)]).toEqual([5, 2, 8]);
  });
});

describe('a FIFO queue', () => {
  it('gives several groups in one batch, and a group in flight gives nothing more', async () => {
    const scene = await aHost();
    const batches: string[][] = [];
    const queue = await aQueue(scene, 'jobs.fifo');
    const fn = aFunction(scene, async (event) => {
      batches.push(bodiesOf(event));
      await pause(scene, 2);
    });
    scene.host.map(fn, queue.arn, { batchSize: 3 });
    await queue.send('A:1', 'B:1', 'A:2');
    await scene.clock.advance(1);
    await queue.send('A:3', 'C:1');
    await scene.clock.advance(0);
    expect(batches).toEqual([['A:1', 'B:1', 'A:2'], ['C:1']]);
    await scene.clock.advance(5);

    expect(batches.slice(2)).toEqual([['A:3']]);
    expect(queue.left()).toEqual([]);
  });

  it('keeps back what follows a failed message in its group, and no other group', async () => {
    const scene = await aHost();
    const batches: string[] = [];
    const queue = await aQueue(scene, 'jobs.fifo', { VisibilityTimeout: '30' });
    const fn = aFunction(scene, (event) => {
      batches.push(`${bodiesOf(event)} at ${scene.clock.now().getUTCSeconds()}`);
      return failing(event, (body) => body === 'A:1' && scene.clock.now().getUTCSeconds() < 30);
    });
    scene.host.map(fn, queue.arn, { batchSize: 1, reportsItemFailures: true });
    await queue.send('A:1', 'A:2', 'B:1', 'B:2');
    await scene.clock.advance(29);
    expect(batches).toEqual(['A:1 at 0', 'B:1 at 0', 'B:2 at 0']);
    await scene.clock.advance(10);

    expect(batches.slice(3)).toEqual(['A:1 at 30', 'A:2 at 30']);
  });

  it('lets a group go on when its failed message was moved to the dead-letter queue', async () => {
    const scene = await aHost();
    const dead = await aQueue(scene, 'dead.fifo');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const queue = await aQueue(scene, 'jobs.fifo', { RedrivePolicy });
    const done: string[] = [];
    const fn = aFunction(scene, (event) => {
      const [body = ''] = bodiesOf(event);
      if (body === 'A:1') throw new Error('no');
      done.push(body);
    });
    scene.host.map(fn, queue.arn, { batchSize: 1 });
    await queue.send('A:1', 'A:2');
    await scene.clock.settle();

    expect(done).toEqual(['A:2']);
    expect(dead.left()).toEqual(['A:1']);
  });

  it('keeps the order of every group, whatever the groups, batch size and pace', async () => {
    const texts = fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 3 }),
        async (groups, batchSize, seconds) => {
          const scene = await aHost();
          const queue = await aQueue(scene, 'jobs.fifo');
          const done: string[] = [];
          const fn = aFunction(scene, async (event) => {
            await pause(scene, seconds * ((bodiesOf(event)[0] ?? '').charCodeAt(0) - 64) * 0.1);
            done.push(...bodiesOf(event));
          });
          scene.host.map(fn, queue.arn, { batchSize });
          const sent = groups.map((group, index) => `${group}:${String(index).padStart(2, '0')}`);
          await queue.send(...sent);
          await scene.clock.settle();

          const of = (all: readonly string[], group: string) => all.filter((text) => text.startsWith(group));
          for (const group of ['A', 'B', 'C']) expect(of(done, group)).toEqual(of(sent, group));
          expect(queue.left()).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('a throttled function', () => {
  it('is tried again until the messages can be received anew', async () => {
    const scene = await aHost();
    const events: string[] = [];
    const queue = await aQueue(scene, 'jobs', { VisibilityTimeout: '30' });
    const fn = aFunction(scene, (event) => events.push(...bodiesOf(event)), { reservedConcurrency: 0 });
    scene.host.map(fn, queue.arn);
    await queue.send('a');
    await scene.clock.advance(29);
    // After 0, 1, 3, 7 and 15 seconds.
    expect([events, total(scene, 'Throttles'), total(scene, 'Invocations')]).toEqual([[], 5, 0]);

    const hosted = scene.aws.world.lambda.functions.get(fn);
    if (hosted) hosted.reservedConcurrency = 1;
    await scene.clock.advance(60);

    expect(events).toEqual(['a']);
    expect(queue.left()).toEqual([]);
  });

  it('never runs more often at a time than is reserved for it', async () => {
    const scene = await aHost();
    let [running, highest] = [0, 0];
    const queue = await aQueue(scene, 'jobs', { VisibilityTimeout: '30' });
    const fn = aFunction(
      scene,
      async () => {
        running += 1;
        highest = Math.max(highest, running);
        await pause(scene, 1);
        running -= 1;
      },
      { reservedConcurrency: 2 },
    );
    scene.host.map(fn, queue.arn, { batchSize: 1 });
    await queue.send(...'abcdefgh');
    await scene.clock.settle();

    expect(highest).toBe(2);
    expect(queue.left()).toEqual([]);
    expect(total(scene, 'Throttles')).toBeGreaterThan(0);
  });
});

describe('filters', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
  const cases = [
    { filters: ['{"body":{"kind":["sale"]}}'], body: '{"kind":"sale"}', passes: true, because: 'the body is JSON and matches' },
    { filters: ['{"body":{"kind":["sale"]}}'], body: '{"kind":"loan"}', passes: false, because: 'it does not match' },
    { filters: ['{"body":{"kind":["sale"]}}'], body: 'sale', passes: false, because: 'a text has no members' },
    { filters: ['{"body":["sale"]}'], body: 'sale', passes: true, because: 'a text is matched as such' },
    { filters: ['{"body":["sale"]}'], body: '{"kind":"sale"}', passes: false, because: 'JSON is no text' },
    { filters: ['{"body":["x"]}', '{"body":["y"]}'], body: 'y', passes: true, because: 'one filter is enough' },
    { filters: [], body: 'y', passes: true, because: 'there are none' },
  ];

  it.each(cases)('$filters let $body pass: $passes, because $because', async ({ filters, body, passes }) => {
    const scene = await aHost();
    const queue = await aQueue(scene);
    const seen: string[] = [];
    scene.host.map(
      aFunction(scene, (event) => seen.push(...bodiesOf(event))),
      queue.arn,
      { filters },
    );
    await queue.send(body);
    await scene.clock.advance(1);

    expect(seen).toEqual(passes ? [body] : []);
    // What is filtered out is deleted, too.
    expect(queue.left()).toEqual([]);
  });
});

describe('a mapping', () => {
  const refused = [
    { because: 'a FIFO queue takes batches of 10', queue: 'jobs.fifo', settings: { batchSize: 11 }, code: 'Maximum batch size' },
    { because: 'a FIFO queue has no window', queue: 'jobs.fifo', settings: { windowSeconds: 1 }, code: 'not supported for FIFO' },
    { because: 'large batches need a window', queue: 'jobs', settings: { batchSize: 11 }, code: 'must be greater than 0' },
    {
      because: 'there are no larger batches',
      queue: 'jobs',
      settings: { batchSize: 10_001, windowSeconds: 1 },
      code: 'less than or equal to 10000',
    },
    { because: 'the window has an end', queue: 'jobs', settings: { windowSeconds: 301 }, code: 'less than or equal to 300' },
    {
      because: 'one at a time is too few',
      queue: 'jobs',
      settings: { maximumConcurrency: 1 },
      code: 'greater than or equal to 2',
    },
    {
      because: 'the filter is no pattern',
      queue: 'jobs',
      settings: { filters: ['{"body":"x"}'] },
      code: 'Invalid filter pattern',
    },
    { because: 'there is no such queue', queue: 'other', settings: {}, code: 'The specified queue does not exist' },
  ];

  it.each(refused)('is refused because $because', async ({ queue, settings, code }) => {
    const scene = await aHost();
    await aQueue(scene, 'jobs');
    await aQueue(scene, 'jobs.fifo');
    const fn = aFunction(scene, () => undefined);

    expect(() => scene.host.map(fn, `arn:aws:sqs:${region}:${source}:${queue}`, settings)).toThrow(code);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
  it('is refused when messages become visible before the function is timed out', async () => {
    const scene = await aHost();
    const queue = await aQueue(scene, 'jobs', { VisibilityTimeout: '30' });
    const fn = aFunction(scene, () => undefined, { timeoutSeconds: 31 });

    expect(() => scene.host.map(fn, queue.arn)).toThrow(
      expect.objectContaining({
        code: 'InvalidParameterValueException',
        message: 'Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds',
      }),
    );
  });

  it('is refused when there is one already', async () => {
    const scene = await aHost();
    const queue = await aQueue(scene);
    const fn = aFunction(scene, () => undefined);
    scene.host.map(fn, queue.arn);

    expect(() => scene.host.map(fn, queue.arn)).toThrow(expect.objectContaining({ code: 'ResourceConflictException' }));
  });

  it.each(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])(
    'is refused when the execution role has no permission for %s',
    async (missing) => {
      const scene = await aHost();
      const role = await aRole(scene.aws, 'weak', [consuming, { Effect: 'Deny', Action: missing, Resource: '*' }]);
      const queue = await aQueue(scene);
      const fn = aFunction(scene, () => undefined, { role });

      expect(() => scene.host.map(fn, queue.arn)).toThrow(missing.slice(4));
    },
  );

  it('says so when the permission to receive is lost, and goes on when it is back', async () => {
    const scene = await aHost();
    const iam = new IAMClient(configOf(scene.aws));
    const queue = await aQueue(scene);
    const seen: string[] = [];
    const mapping = scene.host.map(
      aFunction(scene, (event) => seen.push(...bodiesOf(event))),
      queue.arn,
    );
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'worker', PolicyName: 'work' }));
    await queue.send('a');
    await scene.clock.advance(1);
    expect(seen).toEqual([]);
    expect(mapping.lastResult).toMatch(/^PROBLEM: .*not authorized.*sqs:receivemessage/);

    const PolicyDocument = policy(consuming);
    await iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'work', PolicyDocument }));
    await scene.clock.advance(300);

    expect(seen).toEqual(['a']);
    expect(mapping.lastResult).toBe('OK');
  });

  it('has messages come back when the role may not delete them', async () => {
    const scene = await aHost();
    const iam = new IAMClient(configOf(scene.aws));
    const queue = await aQueue(scene, 'jobs', { VisibilityTimeout: '30' });
    const seen: string[] = [];
    const mapping = scene.host.map(
      aFunction(scene, (event) => seen.push(...bodiesOf(event))),
      queue.arn,
    );
    const PolicyDocument = policy(consuming, { Effect: 'Deny', Action: 'sqs:DeleteMessage', Resource: '*' });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'work', PolicyDocument }));
    await queue.send('a');
    await scene.clock.advance(31);

    expect(seen).toEqual(['a', 'a']);
    expect(mapping.lastResult).toMatch(/^PROBLEM: .*sqs:deletemessage/);
  });

  it('stops when it is taken away', async () => {
    const scene = await aHost();
    const queue = await aQueue(scene);
    const seen: string[] = [];
    const mapping = scene.host.map(
      aFunction(scene, (event) => seen.push(...bodiesOf(event))),
      queue.arn,
    );
    scene.host.unmap(mapping);
    await queue.send('a');
    await scene.clock.settle();

    expect(seen).toEqual([]);
    expect(queue.left()).toEqual(['a']);
  });

  it('leaves nothing for the clock to do while the queue is empty', async () => {
    const scene = await aHost();
    const queue = await aQueue(scene);
    scene.host.map(
      aFunction(scene, () => undefined),
      queue.arn,
    );
    await queue.send('a');
    const before = scene.clock.now().getTime();
    await scene.clock.settle();

    expect(scene.clock.now().getTime()).toBe(before);
  });
});
