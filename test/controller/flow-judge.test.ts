import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Judgement, judgePending, judgeWaiting, type Point } from '../../shared/controller/flow/judge.ts';

const minute = 60_000;
const stretch = { from: 0, to: 120 * minute };

/** A value for every minute of two hours; undefined: none came. */
const every = (valueAt: (minute: number) => number | undefined): readonly Point[] =>
  Array.from({ length: 120 }, (_, index) => ({ at: index * minute, value: valueAt(index) })).filter(
    (point): point is Point => point.value !== undefined,
  );

const always = (value: number) => every(() => value);

/** As the sweep judges: latency is asked for only where something waits. */
function judge(pending: readonly Point[], latency: readonly Point[] = []): Judgement['flow'] | 'waiting' {
  const flow = judgePending(pending, stretch);
  return flow === 'waiting' ? judgeWaiting(pending, latency, stretch).flow : flow;
}

describe('whether objects move', () => {
  it.each<{ pending: readonly Point[]; latency?: readonly Point[]; flow: Judgement['flow']; because: string }>([
    { pending: [], flow: 'unseen', because: 'nothing is published' },
    {
      pending: every((m) => (m < 60 ? 1 : undefined)),
      flow: 'unseen',
      because: 'it has ended an hour ago, as with a deleted bucket',
    },
    { pending: every((m) => (m >= 60 ? 1 : undefined)), flow: 'unseen', because: 'it has begun an hour ago, as with a new rule' },
    { pending: every((m) => (m % 10 === 0 ? 1 : undefined)), flow: 'unseen', because: 'one minute in ten tells too little' },
    { pending: always(0), flow: 'moving', because: 'nothing waits' },
    { pending: every((m) => (m === 50 ? 0 : 9)), flow: 'moving', because: 'once nothing waited' },
    { pending: every((m) => m % 7), flow: 'moving', because: 'what waits is done again and again' },
    { pending: always(3), flow: 'stalled', because: 'the same wait all the time, and no latency is told' },
    { pending: every((m) => 1 + m), flow: 'stalled', because: 'more and more wait' },
    {
      pending: every((m) => (m % 3 === 0 ? undefined : 5)),
      flow: 'stalled',
      because: 'metrics come on a best-effort basis, and every third is missing',
    },
    { pending: every((m) => (m > 110 ? undefined : 5)), flow: 'stalled', because: 'the last minutes come late' },
    { pending: every((m) => 1000 - m), flow: 'moving', because: 'a backlog becomes less' },
    { pending: every((m) => 10 + (m % 5)), flow: 'moving', because: 'a busy bucket always has something on its way' },
    { pending: always(1), latency: always(5), flow: 'moving', because: 'a steady write every minute is five seconds behind' },
    { pending: always(1), latency: always(0), flow: 'stalled', because: 'no delay, while something waits, says nothing' },
    { pending: always(3), latency: every((m) => 900 + 60 * m), flow: 'stalled', because: 'the oldest waits longer and longer' },
    { pending: every((m) => 10 + (m % 5)), latency: always(5000), flow: 'stalled', because: 'it does not catch up' },
    { pending: every((m) => 10 + (m % 5)), latency: every((m) => 9000 - 10 * m), flow: 'moving', because: 'it catches up' },
    {
      pending: always(3),
      latency: every((m) => 60 * m),
      flow: 'moving',
      because: 'a quarter of an hour is no trouble yet, and that was within',
    },
    { pending: always(3), latency: every((m) => (m === 60 ? 899 : 3000)), flow: 'moving', because: 'once it was nearly there' },
    {
      pending: every((m) => 1000 - m),
      latency: every((m) => 900 + 60 * m),
      flow: 'stalled',
      because: 'others go on, and the oldest does not move',
    },
    {
      pending: always(3),
      latency: every((m) => (m < 5 ? 5 : undefined)),
      flow: 'stalled',
      because: 'a latency of long ago is none',
    },
  ])('is judged $flow when $because', ({ pending, latency = [], flow }) => {
    expect(judge(pending, latency)).toBe(flow);
  });

  it('says how much waits, and for how long', () => {
    const latency = every((m) => 900 + 60 * m);

    expect(
      judgeWaiting(
        every((m) => 1 + m),
        latency,
        stretch,
      ),
    ).toEqual({ flow: 'stalled', pending: 120, waitedSeconds: 8040 });
    expect(judgeWaiting(always(3), [], stretch)).toEqual({ flow: 'stalled', pending: 3 });
  });

  it('is never stalled once nothing waited, whatever else is told', () => {
    const values = fc.array(fc.option(fc.nat(9000), { nil: undefined }), { minLength: 120, maxLength: 120 });

    fc.assert(
      fc.property(values, values, fc.nat(119), (pending, latency, at) => {
        const points = every((m) => (m === at ? 0 : pending[m]));

        expect(
          judge(
            points,
            every((m) => latency[m]),
          ),
        ).not.toBe('stalled');
      }),
      { numRuns: 100 },
    );
  });
});
