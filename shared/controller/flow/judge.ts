/**
 * Whether objects move, by the metrics of one replication rule. Pure.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */

export interface Point {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

/** A stretch of time, in milliseconds since 1970; the end is not part of it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** `unseen`: nothing is published, or too little to say. */
export type Judgement =
  | { readonly flow: 'unseen' | 'moving' }
  | { readonly flow: 'stalled'; readonly pending: number; readonly waitedSeconds?: number };

const minute = 60_000;

/** Metrics come late, and not every minute's comes: "on a best-effort basis". So much may be missing at either end, and half of all. */
const missingAtAnEnd = 15 * minute;

/** Replication Time Control counts longer as missed: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
const behindSeconds = 15 * 60;

/**
 * By OperationsPendingReplication alone.
 *
 * @param points in the order of time
 * @returns `waiting`: something was pending at every minute, as in a busy bucket, or in one from which nothing moves
 */
export function judgePending(points: readonly Point[], stretch: Stretch): 'unseen' | 'moving' | 'waiting' {
  if (!tellsOf(points, stretch)) return 'unseen';
  return points.every(({ value }) => value > 0) ? 'waiting' : 'moving';
}

/**
 * Of what is `waiting`. ReplicationLatency decides where it is told: `stalled` is what was behind for a quarter of an hour all the time, and
 * is not catching up. Where it is not told, or says nothing (zero, while something waits), `stalled` is what never became less.
 *
 * @param pending OperationsPendingReplication, in the order of time; at least one point
 * @param latency ReplicationLatency, in seconds
 */
export function judgeWaiting(pending: readonly Point[], latency: readonly Point[], stretch: Stretch): Judgement {
  const last = pending.at(-1)?.value ?? 0;
  const isTold = tellsOf(latency, stretch) && latency.some(({ value }) => value > 0);
  if (!isTold) return neverFalls(pending) ? { flow: 'stalled', pending: last } : { flow: 'moving' };
  const [first, now] = [latency[0]?.value ?? 0, latency.at(-1)?.value ?? 0];
  const isBehind = latency.every(({ value }) => value >= behindSeconds) && now >= first;
  return isBehind ? { flow: 'stalled', pending: last, waitedSeconds: now } : { flow: 'moving' };
}

function tellsOf(points: readonly Point[], { from, to }: Stretch): boolean {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return false;
  const isThroughout = first.at - from <= missingAtAnEnd && to - last.at <= missingAtAnEnd;
  return isThroughout && points.length >= (to - from) / minute / 2;
}

const neverFalls = (points: readonly Point[]): boolean =>
  points.every(({ value }, index) => value >= (points[index - 1]?.value ?? value));
