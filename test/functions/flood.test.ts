import { describe, expect, it } from 'vitest';
import { flood } from '../bench/flood.ts';

describe('a flood of events', () => {
  it('is answered by a handful of passes per group, which repair what is broken', async () => {
    const { passes, calls, writes, messages, broken } = await flood({ events: 1000, groups: 10 });

    expect(messages).toBeGreaterThanOrEqual(1000);
    expect(passes.most).toBeLessThanOrEqual(6);
    expect({ broken, writes }).toEqual({ broken: 0, writes: 5 });
    expect(calls / 1000).toBeLessThan(1);
  }, 120_000);
});
