/**
 * When a schedule runs.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { nextOf, parseCron } from './cron.ts';

export type Timing =
  | { readonly kind: 'rate'; readonly seconds: number }
  | { readonly kind: 'at'; readonly time: Date }
  | { readonly kind: 'cron'; next(after: Date): Date | undefined };

const units: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** @returns undefined when it is none */
export function parseTiming(expression: string): Timing | undefined {
  const [, kind, inner = ''] = /^(rate|at|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') {
    const [, count = '', unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(inner.trim()) ?? [];
    const seconds = Number(count) * (units[unit] ?? 0);
    return seconds > 0 ? { kind, seconds } : undefined;
  }
  if (kind === 'at') {
    const time = new Date(`${inner.trim()}Z`);
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inner.trim()) && !Number.isNaN(time.getTime()) ? { kind, time } : undefined;
  }
  const cron = kind === 'cron' ? parseCron(inner) : undefined;
  return cron && { kind: 'cron', next: (after) => nextOf(cron, after) };
}

interface Span {
  /** When the schedule was made or changed. */
  readonly since: Date;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
}

/**
 * The next run.
 *
 * @param last when it last ran; a rate without one starts at once
 * @returns undefined: it never runs again
 */
export function nextRun(timing: Timing, { since, start, end }: Span, now: Date, last?: Date): Date | undefined {
  const from = start && start > since ? start : since;
  const next = following(timing, from, now, last);
  return next && (!end || next <= end) ? next : undefined;
}

function following(timing: Timing, from: Date, now: Date, last: Date | undefined): Date | undefined {
  switch (timing.kind) {
    case 'rate':
      return last ? new Date(last.getTime() + timing.seconds * 1000) : from > now ? from : now;
    case 'at':
      // A time that has passed already never comes.
      return last || timing.time < now ? undefined : timing.time;
    case 'cron':
      return timing.next(last ?? (from > now ? new Date(from.getTime() - 1) : now));
  }
}
