import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newCallLog } from '../../infra/sandbox/call-log.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { clients, refusal, rootOf, source, world } from './authorisation-support.ts';
import { rawRequest } from './front-clients.ts';

interface Refused {
  readonly because: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
}

let aws: LocalAws;
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  aws = world().aws;
  ({ url, close } = await aws.listen());
});
afterEach(() => close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
  const answer = await rawRequest(url, { method, path: `/_local${path}`, account: '', headers, ...json });
  return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
}

const list = () => refusal(clients(aws, rootOf(source)).s3.send(new ListBucketsCommand({})));

describe('the controls over HTTP', () => {
  it('tell how things stand', async () => {
    await list();

    expect(await send('GET', '/health')).toEqual({
      status: 200,
      body: {
        ...{ status: 'ok', time: '2026-01-01T00:00:00.000Z', virtual: true, calls: 1, faults: 0 },
        services: expect.arrayContaining(['s3', 'kms', 'iam', 'sts', 'ssm']),
      },
    });
  });

  it('show the calls page by page, and are none themselves', async () => {
    for (let n = 0; n < 5; n += 1) await list();

    const first = await send('GET', '/calls?limit=3');
    const second = await send('GET', '/calls?after=3');
    const third = await send('GET', '/calls?after=5');

    const numbers = ({ body }: Answer) => (body.calls as { number: number }[]).map(({ number }) => number);
    expect([first, second, third].map(numbers)).toEqual([[1, 2, 3], [4, 5], []]);
    expect([first, second, third].map(({ body }) => [body.next, body.total])).toEqual([
      [3, 5],
      [5, 5],
      [5, 5],
    ]);
    expect(first.body.calls).toMatchObject([{ service: 's3', operation: 'ListBuckets', account: source }, {}, {}]);
  });

  it('add faults and take them away', async () => {
    const added = await send('POST', '/faults', { id: 'slow', fault: { kind: 'throttle' } });
    expect(added).toEqual({ status: 200, body: { id: 'slow' } });
    expect(await list()).toMatchObject({ code: 'SlowDown' });
    expect(await send('GET', '/faults')).toMatchObject({ body: { faults: [{ id: 'slow', matched: 1, struck: 1 }] } });

    expect(await send('DELETE', '/faults/slow')).toEqual({ status: 200, body: {} });
    expect(await send('DELETE', '/faults/slow')).toMatchObject({ status: 404 });
    expect(await list()).toBeUndefined();
    await send('POST', '/faults', { fault: { kind: 'throttle' } });
    await send('DELETE', '/faults');
    expect(await list()).toBeUndefined();
  });

  it('move a virtual clock', async () => {
    expect(await send('POST', '/clock/advance', { seconds: 90 })).toEqual({
      status: 200,
      body: { time: '2026-01-01T00:01:30.000Z' },
    });
    expect(aws.world.clock.now()).toEqual(new Date('2026-01-01T00:01:30Z'));
  });

  it('cannot move a real one', async () => {
    const real = await createLocalAws().listen();
    const headers = { 'content-type': 'application/json' };
    const answer = await rawRequest(real.url, {
      method: 'POST',
      path: '/_local/clock/advance',
      account: '',
      headers,
      body: '{"seconds":1}',
    });
    await real.close();

    expect(answer.status).toBe(409);
  });

  it.each<Refused>([
    { because: 'there is no such control', method: 'GET', path: '/none', status: 404 },
    { because: 'that cannot be done with it', method: 'POST', path: '/health', body: {}, status: 404 },
    { because: 'it is no rule', method: 'POST', path: '/faults', body: { fault: { kind: 'flood' } }, status: 400 },
    { because: 'time does not go back', method: 'POST', path: '/clock/advance', body: { seconds: -1 }, status: 400 },
    { because: 'a page has no more than 10,000 calls', method: 'GET', path: '/calls?limit=10001', status: 400 },
    { because: 'a web page asks', method: 'GET', path: '/calls', headers: { origin: 'https://example.com' }, status: 403 },
    {
      because: 'a web page can send such bodies anywhere',
      method: 'POST',
      path: '/faults',
      body: { fault: { kind: 'reset' } },
      headers: { 'content-type': 'text/plain' },
      status: 415,
    },
  ])('answer $status when $because', async ({ method, path, body, headers, status }) => {
    const answer = await send(method, path, body, headers);

    expect(answer.status).toBe(status);
    expect(answer.body.error).toEqual(expect.any(String));
    expect(aws.trouble.list()).toEqual([]);
  });

  it('are at the address of the local AWS only: in a bucket the path is a key', async () => {
    const answer = await rawRequest(url, { path: '/_local/health', host: 'orders.localhost' });

    expect(answer.body).toContain('NoSuchBucket');
  });
});

describe('the record of calls', () => {
  const call = (operation: string) => ({
    ...{ time: new Date(0), caller: undefined, account: undefined, region: '', service: 's3', input: {}, error: undefined },
    operation,
  });

  it('keeps the newest, and goes on counting', () => {
    const log = newCallLog(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) log.record(call(name));

    expect(log.calls.map(({ operation }) => operation)).toEqual(['c', 'd', 'e']);
    expect(log.page(0, 2)).toMatchObject({ calls: [{ number: 3, operation: 'c' }, { number: 4 }], next: 4, total: 5 });
    expect(log.page(4, 2)).toMatchObject({ calls: [{ number: 5, operation: 'e' }], next: 5 });
  });
});
