import { describe, expect, it } from 'vitest';
import { and, every, not, or, some, type Truth, unknown } from '../../shared/policy/evaluate/truth.ts';

const first = unknown('the first');
const second = unknown('the second', 'unread');

describe('three-valued logic', () => {
  it.each<[readonly Truth[], Truth, Truth]>([
    [[], true, false],
    [[true], true, true],
    [[false], false, false],
    [[true, false], false, true],
    [[first], first, first],
    [[first, true], first, true],
    [[first, false], false, first],
    [[true, first], first, true],
    [[false, first], false, first],
    [[first, second], first, first],
    [[first, second, false], false, first],
    [[first, second, true], first, true],
  ])('%j: all of it is %j, any of it is %j', (truths, all, any) => {
    expect(and(...truths)).toBe(all);
    expect(every(truths, (truth) => truth)).toBe(all);
    expect(or(...truths)).toBe(any);
    expect(some(truths, (truth) => truth)).toBe(any);
  });

  it('turns yes and no round and leaves the unknown as it is', () => {
    expect([not(true), not(false), not(first)]).toEqual([false, true, first]);
  });

  it('says what kind of thing is not known', () => {
    expect([first, second]).toEqual([
      { unknown: 'the first', cause: 'condition' },
      { unknown: 'the second', cause: 'unread' },
    ]);
  });

  it('stops asking once the answer is known', () => {
    const asked: string[] = [];
    const ask = (answer: boolean) => (item: string) => asked.push(item) > 0 && answer;

    every(['a', 'b'], ask(false));
    some(['c', 'd'], ask(true));

    expect(asked).toEqual(['a', 'c']);
  });
});
