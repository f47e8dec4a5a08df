import { type Awaited, allStill, awaited } from './work.ts';

/** The one time of the local AWS. Services ask it what time it is and have it wake them; nothing else in the sandbox may use timers. */
export interface Clock {
  now(): Date;
  /** Runs `job` once, `seconds` from now. Jobs of one instant run in the order in which they were asked for. @returns a function that calls it off */
  after(seconds: number, job: () => void | Promise<void>): () => void;
}

export interface VirtualClock extends Clock {
  /** Lets time pass; every job that falls due runs at its own instant, and is waited for, before the clock goes on. */
  advance(seconds: number): Promise<void>;
  /** Runs jobs until none is left, or `seconds` have passed. */
  settle(seconds?: number): Promise<void>;
}

// A longer one would run out at once: https://nodejs.org/docs/latest-v24.x/api/timers.html#settimeoutcallback-delay-args
const longestTimer = 2 ** 31 - 1;

/** The machine's time. Pending jobs do not keep the process alive. A job that throws is an error of the sandbox and is not caught. */
export function realClock(): Clock {
  return {
    now: () => new Date(),
    after(seconds, job) {
      let timer: NodeJS.Timeout;
      function wait(milliseconds: number): void {
        const slice = Math.min(milliseconds, longestTimer);
        timer = setTimeout(() => (slice < milliseconds ? wait(milliseconds - slice) : void job()), slice);
        timer.unref();
      }
      wait(seconds * 1000);
      return () => clearTimeout(timer);
    },
  };
}

interface Job extends Awaited {
  readonly at: number;
}

/** A time that passes only when told to, and never while work (`work.ts`) is being done. */
export function virtualClock(start: Date = new Date('2026-01-01T00:00:00Z')): VirtualClock {
  let now = start.getTime();
  const jobs = new Set<Job>();

  function next(until: number): Job | undefined {
    let first: Job | undefined;
    for (const job of jobs) if (job.at <= until && (first === undefined || job.at < first.at)) first = job;
    return first;
  }

  async function runUntil(until: number): Promise<void> {
    await allStill(clock);
    for (let job = next(until); job !== undefined; job = next(until)) {
      jobs.delete(job);
      now = Math.max(now, job.at);
      await job.run();
      await allStill(clock);
    }
  }

  const clock: VirtualClock = {
    now: () => new Date(now),
    after(seconds, run) {
      const job: Job = { at: now + seconds * 1000, ...awaited(run) };
      jobs.add(job);
      return () => {
        if (jobs.delete(job)) job.calledOff();
      };
    },
    async advance(seconds) {
      const until = now + seconds * 1000;
      await runUntil(until);
      now = until;
    },
    settle: (seconds = 24 * 3600) => runUntil(now + seconds * 1000),
  };
  return clock;
}
