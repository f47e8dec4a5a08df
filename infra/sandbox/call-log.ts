/** The record of calls: the newest of them, numbered from 1. */
import type { CallRecord } from './wire/dispatch.ts';

export interface CallPage {
  /** Oldest first. */
  readonly calls: readonly (CallRecord & { readonly number: number })[];
  /** Ask for what comes after this number next. */
  readonly next: number;
  /** How many there were in all; the oldest may be gone. */
  readonly total: number;
}

export interface CallLog {
  /** Grows in place, and loses its oldest once it is full. */
  readonly calls: readonly CallRecord[];
  record(call: CallRecord): void;
  /** @param after a number; 0: from the oldest that is left */
  page(after: number, limit: number): CallPage;
}

export function newCallLog(most = 100_000): CallLog {
  const calls: CallRecord[] = [];
  let gone = 0;
  return {
    calls,
    record(call) {
      calls.push(call);
      if (calls.length <= most) return;
      calls.shift();
      gone += 1;
    },
    page(after, limit) {
      const from = Math.max(0, after - gone);
      const found = calls.slice(from, from + limit).map((call, index) => ({ ...call, number: gone + from + index + 1 }));
      return { calls: found, next: found.at(-1)?.number ?? Math.max(after, gone), total: gone + calls.length };
    },
  };
}
