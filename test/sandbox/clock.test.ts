import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realClock } from '../../infra/sandbox/clock.ts';

const day = 86_400;

describe('the real clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    { days: 7, because: 'the shortest time before a key is deleted' },
    { days: 30, because: 'the longest, and more than a timer of Node can hold' },
    { days: 400, because: 'a schedule may be further away than that' },
  ])('runs a job in $days days when they are over, not before: $because', ({ days }) => {
    const job = vi.fn();
    realClock().after(days * day, job);

    vi.advanceTimersByTime((days * day - 1) * 1000);
    expect(job).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(job).toHaveBeenCalledTimes(1);
  });

  it('forgets a job that was called off, however far away', () => {
    const job = vi.fn();
    const callOff = realClock().after(60 * day, job);
    vi.advanceTimersByTime(40 * day * 1000);

    callOff();
    vi.advanceTimersByTime(60 * day * 1000);
    expect(job).not.toHaveBeenCalled();
  });
});
