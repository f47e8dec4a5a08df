import { CreateRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import {
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import type { FaultRule } from '../../infra/sandbox/trouble/trouble.ts';
import { aBucket, clients, destination, refusal, region, rootOf, source, trust, world } from './authorisation-support.ts';

const enable = new PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Enabled' } });
const versioning = new GetBucketVersioningCommand({ Bucket: 'orders' });
const list = new ListBucketsCommand({});

/** Codes of so many calls; `ok` for those that were answered. */
async function codes(aws: LocalAws, count: number, account = source): Promise<readonly string[]> {
  const { s3 } = clients(aws, rootOf(account));
  const answers: string[] = [];
  for (let n = 0; n < count; n += 1) answers.push((await refusal(s3.send(list)))?.code ?? 'ok');
  return answers;
}

const throttle = { kind: 'throttle' } as const;

describe('a fault', () => {
  it.each([
    { rule: { fault: throttle }, struck: 'xxxxxx', because: 'nothing narrows it down' },
    { rule: { nth: 3, fault: throttle }, struck: '..x...', because: 'it is for the third call' },
    { rule: { nth: [1, 4], fault: throttle }, struck: 'x..x..', because: 'it is for the first and the fourth' },
    { rule: { from: 5, fault: throttle }, struck: '....xx', because: 'it begins with the fifth' },
    { rule: { times: 2, fault: throttle }, struck: 'xx....', because: 'it strikes twice' },
    { rule: { probability: 0, fault: throttle }, struck: '......', because: 'it is impossible' },
    { rule: { probability: 1, from: 2, times: 3, fault: throttle }, struck: '.xxx..', because: 'all of that together' },
    { rule: { match: { operation: 'Put*' }, fault: throttle }, struck: '......', because: 'it is about other operations' },
    { rule: { match: { kind: 'read' }, fault: throttle }, struck: 'xxxxxx', because: 'listing is reading' },
    { rule: { match: { service: ['kms', 's3'] }, fault: throttle }, struck: 'xxxxxx', because: 'S3 is one of its services' },
    { rule: { match: { account: destination }, fault: throttle }, struck: '......', because: 'it is about another account' },
    { rule: { match: { caller: '*:root', region }, fault: throttle }, struck: 'xxxxxx', because: 'the caller is root, here' },
    { rule: { match: { on: 'orders' }, fault: throttle }, struck: '......', because: 'the input names no such thing' },
  ] satisfies readonly { rule: FaultRule; struck: string; because: string }[])(
    'strikes $struck when $because',
    async ({ rule, struck }) => {
      const { aws } = world({ trouble: { faults: [rule] } });

      expect((await codes(aws, 6)).map((code) => (code === 'ok' ? '.' : 'x')).join('')).toBe(struck);
    },
  );

  it('is about the resource that the input names', async () => {
    const { aws } = world({ trouble: { faults: [{ match: { on: 'orders' }, fault: throttle }] } });
    const { s3 } = clients(aws, rootOf(source));

    expect(await refusal(s3.send(versioning))).toMatchObject({ code: 'SlowDown' });
    expect(await refusal(s3.send(new GetBucketVersioningCommand({ Bucket: 'others' })))).toMatchObject({ code: 'NoSuchBucket' });
  });

  it('strikes by chance the same calls again with the same seed, and others with another', async () => {
    const faults: FaultRule[] = [{ probability: 0.5, fault: throttle }];
    const run = (seed: number) => codes(world({ trouble: { seed, faults } }).aws, 40);
    const first = await run(7);

    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
    expect(first.filter((code) => code === 'ok').length).toBeGreaterThan(10);
    expect(first.filter((code) => code !== 'ok').length).toBeGreaterThan(10);
  });

  it('can be added, watched and taken away while it runs', async () => {
    const { aws } = world();
    const id = aws.trouble.add({ fault: throttle });
    aws.trouble.add({ id: 'mine', match: { service: 'kms' }, fault: { kind: 'deny' } });

    expect(await codes(aws, 2)).toEqual(['SlowDown', 'SlowDown']);
    expect(aws.trouble.list()).toMatchObject([
      { id, matched: 2, struck: 2 },
      { id: 'mine', matched: 0, struck: 0 },
    ]);
    expect(aws.trouble.remove(id)).toBe(true);
    expect(aws.trouble.remove(id)).toBe(false);
    expect(await codes(aws, 1)).toEqual(['ok']);
    aws.trouble.clear();
    expect(aws.trouble.list()).toEqual([]);
  });

  it('is refused when it is none', () => {
    const { aws } = world();

    expect(() => aws.trouble.add({ fault: { kind: 'flood' } } as unknown as FaultRule)).toThrow();
    expect(() => aws.trouble.add({ probability: 2, fault: throttle })).toThrow();
    expect(() => aws.trouble.add({ nht: 3, fault: throttle } as FaultRule)).toThrow();
  });
});

describe('a throttled call', () => {
  const { aws } = world({ trouble: { faults: [{ fault: throttle }] } });
  const { s3, kms, iam, ssm } = clients(aws, rootOf(source));

  it.each([
    { service: 's3', call: () => s3.send(list), code: 'SlowDown', status: 503 },
    {
      service: 'kms',
      call: () => kms.send(new DescribeKeyCommand({ KeyId: 'alias/x' })),
      code: 'ThrottlingException',
      status: 400,
    },
    { service: 'iam', call: () => iam.send(new ListRolesCommand({})), code: 'Throttling', status: 400 },
    { service: 'ssm', call: () => ssm.send(new GetParameterCommand({ Name: 'x' })), code: 'ThrottlingException', status: 400 },
  ])('is told so in the words of $service', async ({ call, code, status }) => {
    expect(await refusal(call())).toMatchObject({ code, status });
    expect(aws.calls.at(-1)).toMatchObject({ error: code, reason: 'fault fault-1' });
  });

  it('is tried again by the SDK', async () => {
    const { aws } = world({ trouble: { faults: [{ times: 2, fault: throttle }] } });
    const config = { region, credentials: rootOf(source), requestHandler: aws.requestHandler() };
    const retryStrategy = {
      mode: 'standard',
      acquireInitialRetryToken: async () => token(0),
      refreshRetryTokenForRetry: async () => token(1),
      recordSuccess: () => undefined,
    };
    const s3 = new S3Client({ ...config, retryStrategy } as never);

    expect(await s3.send(list)).toMatchObject({ Buckets: [] });
    expect(aws.calls.map(({ error }) => error)).toEqual(['SlowDown', 'SlowDown', undefined]);
  });
});

const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

describe('what a fault does', () => {
  const isEnabled = (aws: LocalAws) => aws.world.s3.buckets.get('orders')?.versioning === 'Enabled';

  it.each([
    { fault: { kind: 'server-error' }, code: 'InternalError', status: 500, takesEffect: false },
    { fault: { kind: 'server-error', status: 503 }, code: 'ServiceUnavailable', status: 503, takesEffect: false },
    { fault: { kind: 'deny' }, code: 'AccessDenied', status: 403, takesEffect: false },
    { fault: { kind: 'timeout' }, code: 'TimeoutError', status: undefined, takesEffect: false },
    { fault: { kind: 'reset' }, code: 'TimeoutError', status: undefined, takesEffect: false },
    { fault: { kind: 'lost-answer' }, code: 'TimeoutError', status: undefined, takesEffect: true },
    { fault: { kind: 'kill' }, code: 'Killed', status: undefined, takesEffect: false },
    { fault: { kind: 'kill', when: 'after' }, code: 'Killed', status: undefined, takesEffect: true },
  ] satisfies readonly { fault: FaultRule['fault']; code: string; status: number | undefined; takesEffect: boolean }[])(
    '$fault fails the call with $code; it takes effect: $takesEffect',
    async ({ fault, code, status, takesEffect }) => {
      const { aws } = world();
      await aBucket(aws);
      aws.trouble.add({ match: { kind: 'write' }, fault });

      const refused = await refusal(clients(aws, rootOf(source)).s3.send(enable));

      expect(refused?.code).toBe(code);
      if (status !== undefined) expect(refused?.status).toBe(status);
      expect(isEnabled(aws)).toBe(takesEffect);
      expect(aws.calls.at(-1)).toMatchObject({ operation: 'PutBucketVersioning', error: code });
    },
  );

  it('a kill ends all that follows, until the rule is taken away', async () => {
    const { aws } = world();
    const id = aws.trouble.add({ match: { account: source }, nth: 3, fault: { kind: 'kill' } });

    expect(await codes(aws, 5)).toEqual(['ok', 'ok', 'Killed', 'Killed', 'Killed']);
    expect(await codes(aws, 1, destination)).toEqual(['ok']);
    aws.trouble.remove(id);
    expect(await codes(aws, 1)).toEqual(['ok']);
  });

  it('a delay keeps the answer back until its time has come', async () => {
    const { aws, clock } = world();
    await aBucket(aws);
    aws.trouble.add({ match: { operation: 'PutBucketVersioning' }, fault: { kind: 'delay', seconds: 5 } });
    const sent = clients(aws, rootOf(source)).s3.send(enable);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(4.9);
    expect(isEnabled(aws)).toBe(false);

    await clock.advance(0.2);

    await sent;
    expect(isEnabled(aws)).toBe(true);
  });
});

describe('over HTTP', () => {
  const overHttp = (url: string) =>
    new S3Client({ region, endpoint: url, forcePathStyle: true, credentials: rootOf(source), maxAttempts: 1 });

  it('a lost answer is a reset connection', async () => {
    const { aws } = world();
    await aBucket(aws);
    const { url, close } = await aws.listen();
    aws.trouble.add({ fault: { kind: 'lost-answer' } });

    await expect(overHttp(url).send(enable)).rejects.toThrow(/ECONNRESET|socket hang up/);
    await close();
    expect(aws.world.s3.buckets.get('orders')?.versioning).toBe('Enabled');
  });

  it('a time-out hangs until its time is over', async () => {
    const { aws, clock } = world();
    const { url, close } = await aws.listen();
    aws.trouble.add({ fault: { kind: 'timeout', seconds: 30 } });
    let ended = false;
    const sent = refusal(overHttp(url).send(new HeadBucketCommand({ Bucket: 'orders' }))).then((refused) => {
      ended = true;
      return refused;
    });
    while (aws.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(29);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ended).toBe(false);

    await clock.advance(1);

    expect((await sent)?.message).toMatch(/ECONNRESET|socket hang up/);
    await close();
  });
});

describe('a lost answer', () => {
  it('leaves what was done: the same call again finds it there', async () => {
    const { aws } = world({ trouble: { faults: [{ times: 1, fault: { kind: 'lost-answer' } }] } });
    const { iam } = clients(aws, rootOf(source));
    const make = new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: trust(source) });

    expect(await refusal(iam.send(make))).toMatchObject({ code: 'TimeoutError' });
    expect(await refusal(iam.send(make))).toMatchObject({ code: 'EntityAlreadyExistsException' });
  });
});
