/** What became of the repairs that were announced, in this pass or in one that did not come to its end. */
import { aspects } from '../../aspects/index.ts';
import type { StepOutcome } from '../../model/finding.ts';
import type { Pass } from '../../reconcile.ts';
import { isBare } from '../actor.ts';
import type { Change } from '../change.ts';
import type { RepairRecord, StatusRecord } from '../ledger.ts';
import { findChange } from '../who.ts';
import { type PassContext, settingOf } from './context.ts';
import type { Permission } from './permit.ts';
import { mayRecover } from './recoverable.ts';

export interface Ended {
  /** Announced, and over now. */
  readonly ended: readonly RepairRecord[];
  /** Failed for something that may pass: announced still, for the next pass to go on with. */
  readonly open: readonly RepairRecord[];
}

/** In the order of the plan, those of earlier passes last. */
export function endedRepairs(context: PassContext, { outcomes, compared }: Pass, { started }: Permission): Ended {
  const endedAt = context.c.now().toISOString();
  const own = [...started].map(([key, record]) => ({ record, outcome: outcomes.find((outcome) => settingOf(outcome) === key) }));
  const isOpen = ({ outcome }: { readonly outcome: StepOutcome | undefined }): boolean =>
    outcome === undefined || isUnderWay(outcome, outcomes);
  const inSync = new Set(compared.flatMap(({ target, finding }) => (finding.verdict === 'in-sync' ? [target.key] : [])));
  const earlier = context.memory.unfinished.filter((record) => !started.has(settingOf(record)) && inSync.has(settingOf(record)));
  return {
    ended: [
      ...own.filter((one) => !isOpen(one)).map(({ record, outcome }) => end(record, outcome, endedAt)),
      ...earlier.map((record): RepairRecord => ({ ...record, outcome: 'repaired', endedAt })),
    ],
    open: own.filter(isOpen).map(({ record }) => record),
  };
}

const isPassing = (outcome: StepOutcome): boolean => outcome.outcome === 'failed' && mayRecover(outcome.error);

/** What waited for something that failed goes on with it, where that may pass. */
const isUnderWay = (outcome: StepOutcome, all: readonly StepOutcome[]): boolean =>
  isPassing(outcome) ||
  (outcome.outcome === 'skipped' &&
    (outcome.outOfTime === true || all.every((other) => other.outcome !== 'failed' || isPassing(other))));

function end(record: RepairRecord, outcome: StepOutcome | undefined, endedAt: string): RepairRecord {
  if (outcome?.outcome === 'failed') return { ...record, endedAt, outcome: 'failed', detail: outcome.detail };
  if (outcome?.outcome === 'skipped') return { ...record, endedAt, outcome: 'skipped', detail: outcome.because };
  return { ...record, endedAt, outcome: outcome?.outcome ?? 'written' };
}

/** Lookups of CloudTrail's history in one pass: it answers two a second in an account and region. */
const lookups = 5;

/** The same repairs, each with who made it necessary, as far as that can be found out. Best effort. */
export async function withActors(context: PassContext, records: readonly RepairRecord[]): Promise<readonly RepairRecord[]> {
  const toLookUp = new Set(records.filter(({ change }) => change === undefined).slice(0, lookups));
  const named: RepairRecord[] = [];
  for (const record of records) {
    const change = toLookUp.has(record) ? await lookUp(context, record) : record.change && (await fuller(context, record.change));
    named.push(change === undefined ? record : { ...record, change, driftedAt: earlier(change.time, record.driftedAt) });
  }
  return named;
}

type Told = NonNullable<RepairRecord['change']>;

/** The owner's copy of a call from another account shows only that account; the caller's own copy says more, once it has arrived. */
async function fuller({ c }: PassContext, change: Told): Promise<Told> {
  if (!isBare(change.actor)) return change;
  const actor = await c.ledger.actorOf(change.call);
  return actor === undefined ? change : { ...change, actor };
}

async function lookUp(context: PassContext, record: RepairRecord): Promise<Change | undefined> {
  const { c, memory, startedAt } = context;
  // The pass that announced it may have left its status behind before it died.
  const inOrder = record.replications
    .flatMap((name) => lastInOrder(memory.statuses.get(name)) ?? [])
    .filter((at) => at < record.startedAt)
    .sort();
  const until = new Date(record.startedAt);
  const since = new Date(inOrder[0] ?? until.getTime() - sweepsBack);
  const changedBy = aspects.find(({ name }) => name === record.aspect)?.changedBy ?? [];
  const search = {
    changedBy,
    resource: record.resource,
    since,
    until: new Date(Math.max(until.getTime(), Date.parse(startedAt))),
  };
  return findChange(search, { aws: c.observer, log: c.log, ours: c.ours });
}

const sweepsBack = 2 * 3_600_000;

/** When it was last seen without drift: by the last pass, unless that left it drifted, as it does with what is contested. */
function lastInOrder(status: StatusRecord | undefined): string | undefined {
  if (status === undefined) return undefined;
  const isDrifted = status.verdict === 'drifted' || status.verdict === 'contested' || status.verdict === 'paused';
  return isDrifted ? new Date(Date.parse(status.since) - sweepsBack).toISOString() : status.lastPass;
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? new Date(a).toISOString() : b);
