/** Repairs that do not last: after several within an hour the setting is left alone for a while, and longer each time. Pure. */
import type { Actor } from '../change.ts';
import type { ContestRecord } from '../ledger.ts';

const hour = 3_600_000;
const longestHold = 24 * hour;

export interface ContestRules {
  /** So many repairs within an hour, and the next drift is contested. */
  readonly contestedRepairs: number;
}

/** A setting that drifted, and what is remembered of it. */
export interface Drift {
  readonly group: string;
  /** See `stepKey`. */
  readonly setting: string;
  /** Of the wishes that hold for it now. */
  readonly digest: string;
  readonly now: Date;
  /** Who made it drift, when that is known. */
  readonly actor?: Actor;
}

/** What to do about a drift: repair it (`heldUntil` undefined) or leave it until then. `record` is to be remembered. */
export interface Judgement {
  readonly heldUntil?: string;
  readonly record: ContestRecord;
}

/** What there is to remember of a setting before its first repair. */
export const uncontested = ({ group, setting, digest }: Pick<ContestRecord, 'group' | 'setting' | 'digest'>): ContestRecord => ({
  ...{ group, setting, digest, repairs: [], holds: 0, rivals: [] },
});

/** Another document is another wish: what was contested is over. */
const remembered = (record: ContestRecord | undefined, drift: Drift): ContestRecord =>
  record !== undefined && record.digest === drift.digest ? record : uncontested(drift);

/**
 * Judges one drift. A hold that is over lets one repair through; if that does not last an hour either, the next hold is twice as long,
 * up to a day. A repair that lasted an hour starts all over.
 */
export function judge(former: ContestRecord | undefined, drift: Drift, { contestedRepairs }: ContestRules): Judgement {
  const record = withRival(remembered(former, drift), drift.actor);
  const now = drift.now.getTime();
  if (record.heldUntil !== undefined && now < Date.parse(record.heldUntil)) return { heldUntil: record.heldUntil, record };
  const recent = record.repairs.filter((at) => now - Date.parse(at) < hour);
  const isLost = recent.length >= contestedRepairs || (record.holds > 0 && recent.length > 0);
  const { heldUntil: _, ...free } = record;
  if (!isLost) return { record: { ...free, repairs: recent, holds: recent.length > 0 ? record.holds : holdsKept(record, now) } };
  const holds = record.holds + 1;
  const heldUntil = new Date(now + Math.min(longestHold, hour * 2 ** (holds - 1))).toISOString();
  return { heldUntil, record: { ...free, repairs: recent, holds, heldUntil } };
}

/** Right after a hold there was no chance to repair yet, so the count goes on; once a repair has lasted it is forgotten. */
const holdsKept = ({ holds, heldUntil, repairs }: ContestRecord, now: number): number => {
  const last = Math.max(0, ...repairs.map((at) => Date.parse(at)));
  const isFirstSinceHold = heldUntil !== undefined && last < Date.parse(heldUntil) && now >= Date.parse(heldUntil);
  return isFirstSinceHold ? holds : 0;
};

/** Remembers a repair that was read back. The same instant twice is the same repair. */
export function repaired(record: ContestRecord, at: string): ContestRecord {
  return { ...record, repairs: [...new Set([...record.repairs, at])].sort().slice(-20) };
}

function withRival(record: ContestRecord, actor: Actor | undefined): ContestRecord {
  if (actor === undefined) return record;
  const others = record.rivals.filter((rival) => !isSame(rival, actor));
  return { ...record, rivals: [...others, actor].slice(-5) };
}

const isSame = (a: Actor, b: Actor): boolean => a.principal === b.principal && a.userAgent === b.userAgent;
