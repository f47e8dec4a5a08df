/** What became of the repairs that were announced, in this pass or in one that did not come to its end. */
import { aspects } from '../../aspects/index.ts';
import type { AwsFailure } from '../../model/aws-call.ts';
import { type StepOutcome, stepKey } from '../../model/finding.ts';
import type { Pass } from '../../reconcile.ts';
import { isBare } from '../actor.ts';
import type { Change } from '../change.ts';
import type { RepairRecord, StatusRecord } from '../ledger.ts';
import { findChange } from '../who.ts';
import type { PassContext } from './context.ts';
import type { Permission } from './permit.ts';
import { mayRecover } from './recoverable.ts';

export interface Ended {
  /** Announced, and over now. */
  readonly ended: readonly RepairRecord[];
  /** Failed for something that may pass: announced still, for the next pass to go on with. */
  readonly open: readonly RepairRecord[];
}

/**
 * In the order of the plan, those of earlier passes last.
 *
 * @param isFull false: where something failed, a look at everything follows at once, and takes it up again
 */
export function endedRepairs(
  context: PassContext,
  { outcomes, compared }: Pass,
  { started }: Permission,
  isFull: boolean,
): Ended {
  const endedAt = context.c.now().toISOString();
  const own = [...started].map(([key, record]) => ({ record, outcome: outcomes.find((outcome) => stepKey(outcome) === key) }));
  const isOpen = ({ outcome }: { readonly outcome: StepOutcome | undefined }): boolean =>
    outcome === undefined || isUnderWay(outcome, outcomes, isFull);
  const inSync = new Set(compared.flatMap(({ target, finding }) => (finding.verdict === 'in-sync' ? [target.key] : [])));
  const earlier = context.memory.unfinished.filter((record) => !started.has(stepKey(record)) && inSync.has(stepKey(record)));
  return {
    ended: [
      ...own.filter((one) => !isOpen(one)).map(({ record, outcome }) => end(record, outcome, endedAt)),
      ...earlier.map((record): RepairRecord => ({ ...record, outcome: 'repaired', endedAt })),
    ],
    open: own.filter(isOpen).map(({ record }) => record),
  };
}

/** Something else is missing, which a look at everything finds and mends: the role, when only its lost policy was looked at. */
const missesSomething = ({ code }: AwsFailure): boolean => /^(NoSuch|NotFound|MalformedPolicy|InvalidRequest)/.test(code);

const isPassing = (outcome: StepOutcome, isFull: boolean): boolean =>
  outcome.outcome === 'failed' && (mayRecover(outcome.error) || (!isFull && missesSomething(outcome.error)));

/** What waited for something that failed goes on with it, where that may pass. */
const isUnderWay = (outcome: StepOutcome, all: readonly StepOutcome[], isFull: boolean): boolean =>
  isPassing(outcome, isFull) ||
  (outcome.outcome === 'skipped' &&
    (outcome.outOfTime === true || all.every((other) => other.outcome !== 'failed' || isPassing(other, isFull))));

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
    const known = record.change ? await fuller(context, record.change) : changeOfRole(context, record, named);
    const change = known ?? (toLookUp.has(record) ? await lookUp(context, record) : undefined);
    const driftedAt = earlier(change?.time ?? leftSince(context, record), record.driftedAt);
    named.push({ ...record, ...(change && { change }), driftedAt });
  }
  return named;
}

type Told = NonNullable<RepairRecord['change']>;

/** Settings that wait for the role and for nothing else: what the role may do, and the grants to it. */
const ofRole: ReadonlySet<string> = new Set(
  aspects.filter(({ after }) => after.length > 0 && after.every(endsWithRole)).map(({ name }) => name),
);

function endsWithRole(name: string): boolean {
  return aspects.find((aspect) => aspect.name === name)?.changedBy.includes('DeleteRole') ?? false;
}

/** Grants to a role that was deleted, or made again, are dead wherever they stand, though nobody wrote there. */
function changeOfRole({ asked, group }: PassContext, record: RepairRecord, named: readonly RepairRecord[]): Told | undefined {
  if (!ofRole.has(record.aspect)) return undefined;
  const roles = group.replications.filter(({ name }) => record.replications.includes(name)).map(({ role }) => role.arn);
  const heard = asked.flatMap(({ trigger }) => (trigger.kind === 'change' ? [trigger.change] : []));
  const found = named.flatMap(({ resource, change }) => (change && roles.includes(resource.arn) ? [change] : []));
  return [...heard.filter(({ resources }) => resources.some((id) => roles.includes(id))), ...found].findLast(({ eventName }) =>
    /^(Create|Delete)Role$/.test(eventName),
  );
}

/** The owner's copy of a call from another account shows only that account; the caller's own copy says more, once it has arrived. */
async function fuller({ c }: PassContext, change: Told): Promise<Told> {
  if (!isBare(change.actor)) return change;
  const actor = await c.ledger.actorOf(change.call);
  return actor === undefined ? change : { ...change, actor };
}

async function lookUp(context: PassContext, record: RepairRecord): Promise<Change | undefined> {
  const { c, memory, startedAt } = context;
  // What was never looked at is as its document makes it necessary, not as somebody left it.
  if (!record.replications.some((name) => memory.statuses.has(name))) return undefined;
  // The pass that announced it may have left its status behind before it died.
  const inOrder = record.replications
    .flatMap((name) => lastInOrder(memory.statuses.get(name), interrupts(record)) ?? [])
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

const interrupts = ({ aspect }: RepairRecord): boolean => aspects.some(({ name, interrupts }) => name === aspect && interrupts);

const sweepsBack = 2 * 3_600_000;

/** Verdicts under which drift was seen, and left as it was. */
const mayLeaveDrift: ReadonlySet<StatusRecord['verdict']> = new Set(['drifted', 'contested', 'paused', 'orphaned']);

/**
 * When it was last seen without drift: by the last pass, unless that left it drifted, as it does with what is contested.
 *
 * @param isProven whether a proof says that it was in order
 */
function lastInOrder(status: StatusRecord | undefined, isProven: boolean): string | undefined {
  if (status === undefined) return undefined;
  if (isProven && status.lastProof !== undefined && mayLeaveDrift.has(status.verdict)) return status.lastProof;
  return mayLeaveDrift.has(status.verdict) ? new Date(Date.parse(status.since) - sweepsBack).toISOString() : status.lastPass;
}

/** Since when drift that was left as it was has kept objects from replicating, whoever made it. Otherwise when the repair began. */
function leftSince({ memory }: PassContext, record: RepairRecord): string {
  const { replications, startedAt } = record;
  if (!interrupts(record)) return startedAt;
  const statuses = replications.flatMap((name) => memory.statuses.get(name) ?? []);
  const since = statuses.flatMap(({ verdict, outage }) => (mayLeaveDrift.has(verdict) && outage !== undefined ? [outage] : []));
  return since.sort()[0] ?? startedAt;
}

const earlier = (a: string, b: string): string => (Date.parse(a) < Date.parse(b) ? new Date(a).toISOString() : b);
