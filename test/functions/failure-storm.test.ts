import { expect, it } from 'vitest';
import { weather } from '../bench/failures.ts';

it('a storm of failure reports is one story, a few passes, and ten calls a batch at most', async () => {
  const { invocations, calls, stories, passes, counted } = await weather({ reports: 4000, batch: 200 });

  expect(stories).toEqual(['failing']);
  expect(counted).toBe(4000);
  expect(calls).toBeLessThanOrEqual(10 * invocations);
  expect(passes).toBeLessThanOrEqual(5);
}, 60_000);
