/** Whether repairs may be made now, asked once a pass, before anything is written. */
import { type HeldReason, stepKey } from '../../model/finding.ts';
import type { Hold, PlannedStep } from '../../stages/plan.ts';
import { digestOf } from '../digest.ts';
import type { ContestRecord, RepairRecord } from '../ledger.ts';
import { tell } from '../tell.ts';
import { type Judgement, judge } from './contest.ts';
import { changeOf, type PassContext } from './context.ts';

/** What was allowed and announced. */
export interface Permission {
  /** By step key. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** Announced in the ledger, by step key. */
  readonly started: ReadonlyMap<string, RepairRecord>;
  /** As judged, by step key. */
  readonly contests: ReadonlyMap<string, ContestRecord>;
}

/**
 * Asks the freeze, the budget and the memory of contested settings, in this order; announces what is left.
 *
 * @param left the steps that remain under these holds: what waits for a contested setting is held with it
 */
export async function permit(
  context: PassContext,
  steps: readonly PlannedStep[],
  left: (holds: ReadonlyMap<string, Hold>) => readonly PlannedStep[],
): Promise<Permission> {
  const stop = (await frozen(context)) ?? (await overBudget(context, steps));
  if (stop !== undefined) return { holds: new Map(steps.map(({ key }) => [key, stop])), started: new Map(), contests: new Map() };
  const judged = new Map(steps.map((step) => [step.key, judgeStep(context, step)]));
  const holds = new Map(
    [...judged].flatMap(([key, { heldUntil }]) => (heldUntil === undefined ? [] : [[key, contested(heldUntil)] as const])),
  );
  const started = new Map(left(holds).map((step) => [step.key, announcement(context, step)]));
  await context.c.ledger.startRepairs(context.memory.id, [...started.values()]);
  return { holds, started, contests: new Map([...judged].map(([key, { record }]) => [key, record])) };
}

async function frozen({ c }: PassContext): Promise<Hold | undefined> {
  const freeze = await c.desiredState.freeze();
  if (freeze === undefined) return undefined;
  c.metrics.add('Frozen', 1);
  const until = freeze.until === undefined ? 'until the freeze parameter is removed' : `until ${freeze.until}`;
  return { reason: 'frozen', detail: `All repairs are frozen ${until}: ${freeze.reason}` };
}

const budgetHold: Hold = {
  reason: 'budget-exceeded',
  detail: 'More was to be repaired at once than may be without a person. See what changed, then `lockstep resume --all`.',
};

/** What many groups are looked at for at one time: a sweep, or one admission of edited documents. */
interface Wave {
  readonly id: string;
  readonly fleet: number;
  /** Whether a replication that is to be written to counts. */
  readonly counts: (replication: string) => boolean;
}

/** Of both the sweep, which counts more. */
function waveOf({ asked, memory }: PassContext): Wave | undefined {
  const sweep = asked.flatMap(({ trigger }) => (trigger.kind === 'sweep' ? [trigger] : [])).at(-1);
  if (sweep !== undefined) return { id: sweep.sweep, fleet: sweep.fleet, counts: () => true };
  const edit = asked.flatMap(({ trigger }) => (trigger.kind === 'request' && trigger.edit ? [trigger.edit] : [])).at(-1);
  // What never worked is built, not changed: a new fleet needs no leave.
  return edit && { ...edit, counts: (name) => memory.statuses.get(name)?.lastProof !== undefined };
}

async function overBudget(context: PassContext, steps: readonly PlannedStep[]): Promise<Hold | undefined> {
  const { c, memory, startedAt } = context;
  if (memory.fleet.budget !== undefined) return budgetHold;
  const wave = waveOf(context);
  if (wave === undefined) return undefined;
  const { budgetPercent, budgetMinimum } = c.settings;
  const names = new Set(steps.flatMap((step) => step.replications).filter(wave.counts));
  const drifted = await c.ledger.countDrift(wave.id, memory.id, names.size);
  if (drifted <= Math.max(budgetMinimum, Math.floor((budgetPercent / 100) * wave.fleet))) return undefined;
  c.metrics.add('BudgetExceeded', 1);
  const about = { replications: [], at: startedAt };
  // Told first: once the ledger says so, no pass counts again.
  await tell(c, { kind: 'budget-exceeded', ...about, sweep: wave.id, drifted, of: wave.fleet, percent: budgetPercent });
  await c.ledger.putBudget({ sweep: wave.id, since: startedAt, drifted, of: wave.fleet });
  return budgetHold;
}

function judgeStep(context: PassContext, step: PlannedStep): Judgement {
  const { c, memory } = context;
  const actor = changeOf(context, step.target)?.actor;
  const drift = { group: memory.id, setting: step.key, digest: digestOf(step.desired), now: c.now(), ...(actor && { actor }) };
  return judge(memory.contests.get(step.key), drift, c.settings);
}

const contested = (heldUntil: string): { readonly reason: HeldReason; readonly detail: string } => ({
  reason: 'contested',
  detail: `Repairs of it do not last: it is left alone until ${heldUntil}, or until \`lockstep resume\`.`,
});

/** A repair that an earlier pass announced and did not end goes on under its own name and time. */
function announcement(context: PassContext, step: PlannedStep): RepairRecord {
  const { memory, startedAt } = context;
  const former = memory.unfinished.find((record) => stepKey(record) === step.key);
  const change = former?.change ?? changeOf(context, step.target);
  return {
    id: former?.id ?? `${startedAt}-${digestOf(step.key)}`,
    group: memory.id,
    aspect: step.aspect,
    resource: step.resource,
    replications: step.replications,
    differences: step.differences,
    ...(change && { change }),
    driftedAt: former?.driftedAt ?? sane(change?.time, startedAt),
    startedAt: former?.startedAt ?? startedAt,
    outcome: 'started',
  };
}

/** A change cannot have happened later than it was seen; clocks may say so. */
export const sane = (time: string | undefined, seen: string): string =>
  time !== undefined && Date.parse(time) <= Date.parse(seen) ? new Date(time).toISOString() : seen;
