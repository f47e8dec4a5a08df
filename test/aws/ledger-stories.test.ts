import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ledger, StoryRecord } from '../../shared/controller/ledger.ts';
import { localLedger } from './local-ledger.ts';

const start = Date.UTC(2026, 0, 1);
const minutes = 60_000;
const day = 24 * 60 * minutes;

const aStory = (key: string, fingerprint: string, at: number): StoryRecord => ({
  ...{ key, fingerprint, body: `{"kind":"${fingerprint}"}` },
  at: new Date(start + at).toISOString(),
  told: false,
});

describe('claiming a story', () => {
  it.each([
    { told: true, after: 1 * minutes, fingerprint: 'one', may: false, because: 'it was told just now' },
    { told: true, after: day - 1, fingerprint: 'one', may: false, because: 'it was told within a day' },
    { told: true, after: day, fingerprint: 'one', may: true, because: 'a day has passed' },
    { told: true, after: 1, fingerprint: 'two', may: true, because: 'it has changed' },
    { told: false, after: 4 * minutes, fingerprint: 'one', may: false, because: 'somebody is about to tell it' },
    { told: false, after: 5 * minutes, fingerprint: 'one', may: true, because: 'whoever claimed it did not tell it' },
    { told: false, after: 1, fingerprint: 'two', may: true, because: 'it has changed meanwhile' },
  ])('is allowed: $may, for $because', async ({ told, after, fingerprint, may }) => {
    const { ledger } = await localLedger();
    expect(await ledger.claimStory(aStory('s', 'one', 0))).toBe(true);
    if (told) await ledger.storyTold('s');

    expect(await ledger.claimStory(aStory('s', fingerprint, after))).toBe(may);
    expect(await ledger.claimStory(aStory('other', 'one', after))).toBe(true);
  });

  it('can be seen, told or not, by how its key begins', async () => {
    const { ledger } = await localLedger();
    for (const key of ['blocked orders 1', 'blocked orders-dr 1', 'repaired orders 1'])
      await ledger.claimStory(aStory(key, 'one', 0));
    await ledger.storyTold('blocked orders 1');

    expect(await ledger.stories('blocked orders ')).toEqual([{ ...aStory('blocked orders 1', 'one', 0), told: true }]);
    expect((await ledger.stories('blocked ')).map(({ key, told }) => [key, told])).toEqual([
      ['blocked orders 1', true],
      ['blocked orders-dr 1', false],
    ]);
    expect(await ledger.stories('orphaned ')).toEqual([]);
  });

  it('succeeds once, of any number at once', async () => {
    const { ledger } = await localLedger();

    const claims = await Promise.all(Array.from({ length: 20 }, () => ledger.claimStory(aStory('s', 'one', 0))));

    expect(claims.filter((claimed) => claimed)).toHaveLength(1);
  });

  it('succeeds when its answer was lost on the way', async () => {
    const { ledger, aws } = await localLedger();
    aws.trouble.add({ match: { operation: 'PutItem' }, nth: 1, fault: { kind: 'lost-answer' } });

    expect(await ledger.claimStory(aStory('s', 'one', 0))).toBe(true);
    expect(await ledger.claimStory(aStory('s', 'one', 1))).toBe(false);
  });

  it('follows these rules in any order of calls', async () => {
    const { ledger } = await localLedger();
    const call = fc.oneof(
      fc.record({
        kind: fc.constant('claim'),
        fingerprint: fc.constantFrom('one', 'two'),
        later: fc.integer({ min: 0, max: day }),
      }),
      fc.record({ kind: fc.constant('told') }),
    );
    let story = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        story += 1;
        await follows(ledger, `story-${story}`, calls as readonly Call[]);
      }),
      { numRuns: 60 },
    );
  });
});

type Call = { kind: 'claim'; fingerprint: string; later: number } | { kind: 'told' };

async function follows(ledger: Ledger, key: string, calls: readonly Call[]): Promise<void> {
  let at = 0;
  let last: { fingerprint: string; at: number; told: boolean } | undefined;
  for (const call of calls) {
    if (call.kind === 'told') {
      await ledger.storyTold(key);
      if (last) last.told = true;
      continue;
    }
    at += call.later;
    const isNews = last === undefined || last.fingerprint !== call.fingerprint || at - last.at >= day;
    const isAbandoned = last !== undefined && !last.told && at - last.at >= 5 * minutes;
    expect(await ledger.claimStory(aStory(key, call.fingerprint, at))).toBe(isNews || isAbandoned);
    if (isNews || isAbandoned) last = { fingerprint: call.fingerprint, at, told: false };
  }
}

describe('stories that were not told', () => {
  it('are those claimed long enough ago, complete', async () => {
    const { ledger } = await localLedger();
    for (const [key, at] of [
      ['old', 0],
      ['told', 0],
      ['young', 10 * minutes],
    ] as const)
      await ledger.claimStory(aStory(key, 'one', at));
    await ledger.storyTold('told');
    await ledger.storyTold('never claimed');

    expect(await ledger.untoldStories(new Date(start + 5 * minutes).toISOString())).toEqual([aStory('old', 'one', 0)]);
  });
});
