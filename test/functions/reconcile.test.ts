import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { reconcileHandler } from '../../functions/reconcile/handler.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import type { Message } from '../../shared/controller/message.ts';
import type { Controller } from '../../shared/controller/ports.ts';

const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 } as Context;

let serial = 0;
const record = (body: string): SQSRecord =>
  ({
    messageId: `m-${++serial}`,
    body,
    attributes: { SentTimestamp: '1767225600000' },
    eventSource: 'aws:sqs',
  }) as unknown as SQSRecord;

const messageFor = (group: string): SQSRecord =>
  record(JSON.stringify({ version: 1, group, trigger: { kind: 'request', reason: 'person' } } satisfies Message));

/** A controller whose passes end at the ledger's first answer. */
function newHandler(read: (group: string) => Promise<undefined>) {
  const passes: string[] = [];
  const lines: [string, object][] = [];
  let flushes = 0;
  const say = (message: string, keys: object = {}) => void lines.push([message, keys]);
  const group: Ledger['group'] = (id) => {
    passes.push(id);
    return read(id);
  };
  const controller = {
    ledger: { group },
    log: { debug: say, info: say, warn: say, error: say },
    metrics: { add: () => undefined, flush: () => void flushes++ },
    settings: { reserveSeconds: 10 },
    now: () => new Date('2026-01-01T00:00:00Z'),
  } as unknown as Controller;
  const handler = reconcileHandler(() => controller);
  return { passes, lines, flushes: () => flushes, run: (Records: SQSRecord[]) => handler({ Records }, context) };
}

describe('a batch of messages', () => {
  it('is one pass a group', async () => {
    const { run, passes } = newHandler(async () => undefined);

    const answer = await run([messageFor('a'), messageFor('b'), messageFor('a'), messageFor('a')]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(passes).toEqual(['a', 'b']);
  });

  it('gives back what is not understood, alone', async () => {
    const { run, passes, lines } = newHandler(async () => undefined);
    const bad = ['not JSON', '{}', '{"version":2}', 'null'].map(record);

    const answer = await run([messageFor('a'), ...bad, messageFor('a')]);

    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(bad.map(({ messageId }) => messageId));
    expect(passes).toEqual(['a']);
    expect(lines.filter(([message]) => message === 'message not understood')).toHaveLength(4);
  });

  it('gives back the messages of a group whose pass is not finished, and of no other', async () => {
    const { run, lines } = newHandler(async (group) => {
      if (group === 'a') throw new Error('throttled');
      return undefined;
    });
    const [first, second] = [messageFor('a'), messageFor('a')];

    const answer = await run([first, messageFor('b'), second]);

    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: first.messageId }, { itemIdentifier: second.messageId }]);
    expect(lines).toContainEqual([
      'pass not finished',
      expect.objectContaining({ group: 'a', requestId: 'request-1', messages: 2 }),
    ]);
  });

  it('is answered message by message even if all fail', async () => {
    const { run } = newHandler(() => Promise.reject(new Error('throttled')));

    expect((await run([messageFor('a'), messageFor('b')])).batchItemFailures).toHaveLength(2);
  });

  it('has a few passes at a time', async () => {
    let atOnce = 0;
    let most = 0;
    const { run, passes } = newHandler(async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce -= 1;
      return undefined;
    });

    await run(Array.from({ length: 10 }, (_, i) => messageFor(`g-${i}`)));

    expect(passes).toHaveLength(10);
    expect(most).toBe(4);
  });

  it('writes its metrics out however it ends', async () => {
    const { run, flushes } = newHandler(() => Promise.reject(new Error('throttled')));

    await run([messageFor('a')]);
    await expect(run(undefined as unknown as SQSRecord[])).rejects.toThrow();

    expect(flushes()).toBe(2);
  });

  it('fails as a whole when the environment is not right', async () => {
    const handler = reconcileHandler(() => {
      throw new Error('LOCKSTEP_QUEUE_URL is missing');
    });

    await expect(handler({ Records: [] } as SQSEvent, context)).rejects.toThrow('LOCKSTEP_QUEUE_URL is missing');
  });
});
