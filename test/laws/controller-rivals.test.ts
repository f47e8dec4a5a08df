import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thePair } from '../support/builders.ts';
import { type Chaos, edit, newChaos, outagesOf, repairsOf, routeAll, sweepNow, truth, work } from '../support/chaos.ts';
import { forget, happens, kindsOf, policyGone, replicationGone, rivalWith } from '../support/chaos-kit.ts';
import { theFork } from '../support/chaos-turns.ts';
import type { They } from '../support/edits.ts';

const hour = 3600;
const day = 24 * hour;

const contestsOf = (chaos: Chaos) => chaos.ledger.contests();
const minutes = (chaos: Chaos, count: number): Promise<void> => chaos.base.clock.advance(count * 60);

/** A sweep, answered. @returns how many writes there were */
async function swept(chaos: Chaos): Promise<number> {
  const before = chaos.written.length;
  await sweepNow(chaos);
  await work(chaos);
  return chaos.written.length - before;
}

/** Three repairs within a quarter of an hour, and the fourth drift. */
async function contested(): Promise<Chaos> {
  const chaos = await newChaos(thePair);
  const rival = rivalWith(chaos, 'terraform');
  for (const expected of [1, 1, 1, 0]) {
    expect(await happens(chaos, policyGone, rival)).toBe(expected);
    await minutes(chaos, 5);
  }
  return chaos;
}

describe('a contested setting', () => {
  it('is held for longer each time, with one repair in between', async () => {
    const chaos = await contested();

    for (const hold of [1, 2, 4, 8, 16, 24, 24]) {
      await chaos.base.clock.advance((hold - 0.2) * hour);
      expect(await swept(chaos)).toBe(0);
      await chaos.base.clock.advance(0.2 * hour);
      expect(await swept(chaos)).toBe(1);
      await minutes(chaos, 10);
      expect(await happens(chaos, policyGone)).toBe(0);
    }

    expect(chaos.breaches).toEqual([]);
  });

  it('is told with those who undo it and their tools', async () => {
    const chaos = await contested();
    await happens(chaos, policyGone, rivalWith(chaos, 'terraform'));

    const [story] = chaos.published.flatMap(({ story }) => (story.kind === 'contested' ? [story] : []));

    expect(story?.repairs).toBe(3);
    expect(story?.rivals.map(({ principal }) => principal)).toEqual(['arn:aws:iam::222222222222:root']);
    expect(story?.rivals[0]?.userAgent).toContain('terraform');
    expect(kindsOf(chaos).filter((kind) => kind === 'contested')).toHaveLength(1);
    expect((await chaos.ledger.statuses())[0]?.verdict).toBe('contested');
  });

  it.each([
    {
      by: 'another document',
      done: async (chaos: Chaos) => {
        await edit(chaos, { ownership: 'source' });
        await work(chaos);
      },
    },
    {
      by: 'a person',
      done: async (chaos: Chaos) => {
        for (const { group, setting } of await contestsOf(chaos)) await chaos.ledger.removeContest(group, setting);
        await swept(chaos);
      },
    },
    {
      by: 'itself, once the hold is over',
      done: async (chaos: Chaos) => {
        await chaos.base.clock.advance(hour);
        await swept(chaos);
      },
    },
  ])('goes on being repaired by $by', async ({ done }) => {
    const chaos = await contested();
    const before = chaos.written.length;

    await done(chaos);

    expect(chaos.written.length).toBeGreaterThan(before);
    expect((await chaos.ledger.statuses()).map(({ verdict }) => verdict)).toEqual(['proven']);
    expect((await outagesOf(chaos)).filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
    expect(kindsOf(chaos)).toContain('proven-again');
  });

  it('starts all over after a repair that lasted an hour', async () => {
    const chaos = await contested();
    await chaos.base.clock.advance(hour);
    expect(await swept(chaos)).toBe(1);
    await chaos.base.clock.advance(1.1 * hour);

    const writes = [];
    for (let drift = 0; drift < 4; drift++) writes.push(await happens(chaos, policyGone));

    expect(writes).toEqual([1, 1, 1, 0]);
  });

  it('does not hold what is not contested', async () => {
    const chaos = await contested();

    expect(await happens(chaos, replicationGone)).toBe(0);
    expect((await repairsOf(chaos)).filter(({ outcome }) => outcome === 'started')).toEqual([]);
    expect(await happens(chaos, { done: async (they) => replicationGoneElsewhere(they) })).toBeGreaterThan(0);
  });
});

/** Nothing waits for the encryption of the source bucket, and it waits for nothing contested. */
async function replicationGoneElsewhere({ someone, source }: They): Promise<void> {
  const { DeleteBucketEncryptionCommand } = await import('@aws-sdk/client-s3');
  await someone.s3(source).send(new DeleteBucketEncryptionCommand({ Bucket: source.bucket }));
}

/** So many repairs of one setting in so many hours of quarrel: those of the first hour, then one after each hold of 1, 2, 4 … hours. */
const mostRepairs = (hours: number, first: number): number => first + Math.ceil(Math.log2(hours + 1));

describe('rivals that undo repairs for a day', () => {
  it.each([{ isHeard: true }, { isHeard: false }])(
    'get few repairs, and the last word is ours once they stop ($isHeard)',
    async ({ isHeard }) => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(thePair, theFork), fc.integer({ min: 7, max: 9 }), async (plan, pace) => {
          const chaos = await newChaos(plan);
          const rivals = [rivalWith(chaos, 'terraform'), rivalWith(chaos, 'pulumi', 1 % chaos.subjects.length)];
          const from = chaos.base.clock.now().getTime();
          let sweeps = 0;
          let heard = 0;
          for (let at = 0, round = 0; at < day; at += pace * 60, round++) {
            const rival = rivals[round % 2] as They;
            await (round % 2 === 0 ? policyGone : replicationGone).done(rival).catch(() => undefined);
            await minutes(chaos, pace);
            const routed = await routeAll(chaos, isHeard ? chaos.base.events() : []);
            heard += routed.filter((one) => 'groups' in one).length;
            if (Math.floor(at / hour) > sweeps) {
              sweeps += 1;
              await sweepNow(chaos);
            }
            await work(chaos);
          }
          const early = chaos.written.filter(({ at }) => at - from <= hour * 1000);
          const settings = new Set(chaos.written.map(({ call }) => JSON.stringify([call.operation, call.account])));
          expect(chaos.breaches).toEqual([]);
          expect(early.length).toBeLessThanOrEqual(3 * settings.size);
          // Unheard, each is found by a sweep at most, and so are its repairs.
          expect(chaos.written.length).toBeLessThanOrEqual((isHeard ? mostRepairs(25, 3) : sweeps + 1) * settings.size);
          expect(chaos.sum.passes).toBeLessThanOrEqual(2 * heard + 2 * sweeps + 2);
          const contestedTold = kindsOf(chaos).filter((kind) => kind === 'contested').length;
          expect(contestedTold).toBeLessThanOrEqual(2 * 2 * settings.size);

          await chaos.base.clock.advance(25 * hour);
          await swept(chaos);
          await chaos.base.clock.advance(hour);
          await swept(chaos);
          forget(chaos);
          expect((await truth(chaos)).map(({ verdict }) => verdict)).toEqual(chaos.subjects.map(() => 'proven'));
          expect(await contestsStill(chaos)).toEqual([]);
        }),
        { numRuns: Number(process.env.LOCKSTEP_RUNS ?? 1) },
      );
    },
    600_000,
  );
});

const contestsStill = async (chaos: Chaos): Promise<readonly string[]> =>
  (await contestsOf(chaos)).flatMap(({ heldUntil, setting }) =>
    heldUntil !== undefined && Date.parse(heldUntil) > chaos.base.clock.now().getTime() ? [setting] : [],
  );
