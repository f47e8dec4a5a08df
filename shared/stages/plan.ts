import type { Aspect, NonEmpty } from '../aspects/aspect.ts';
import type { Difference, Held, HeldReason, Plan, Step } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';
import type { Compared } from './compare.ts';
import { type Target, targetKey } from './targets.ts';

/** A step with what `confirm` and the proof need. */
export interface PlannedStep extends Step {
  readonly key: string;
  readonly target: Target;
  /** What the read back is compared with. */
  readonly desired: unknown;
  /** What will be there. */
  readonly next: unknown;
}

export interface RepairPlan extends Plan {
  readonly steps: readonly PlannedStep[];
}

/** Why a step is not taken now. */
export interface Hold {
  readonly reason: HeldReason;
  readonly detail: string;
}

/**
 * The repairs, each after those it waits for, and the drift that is held back, with the reason. Pure and deterministic.
 *
 * @param holds by key, steps that must not be taken; what waits for one is held for the replications that need it, and repaired for others
 */
export function planRepairs(compared: readonly Compared[], holds: ReadonlyMap<string, Hold> = new Map()): RepairPlan {
  const world = indexOf(compared);
  const steps = new Map<string, PlannedStep>();
  const held: Held[] = [];
  for (const item of inOrder(compared, world)) {
    if (item.finding.verdict !== 'drifted') continue;
    const withheld = holdsOn(item, world, steps, holds.get(item.target.key));
    const repairable = item.target.sharers.filter((r) => !withheld.has(r.name));
    const step = repairable.length > 0 ? stepFor(item, repairable as unknown as NonEmpty<Replication>, steps) : undefined;
    if (step !== undefined && 'calls' in step) steps.set(item.target.key, step);
    else if (step !== undefined) held.push(heldFor(item, names(repairable), step));
    held.push(...groupHolds(item, withheld));
  }
  return { steps: [...steps.values()], held };
}

interface Index {
  readonly byKey: ReadonlyMap<string, Compared>;
  readonly aspects: ReadonlyMap<string, Aspect<unknown>>;
}

const indexOf = (compared: readonly Compared[]): Index => ({
  byKey: new Map(compared.map((item) => [item.target.key, item])),
  aspects: new Map(compared.map(({ target }) => [target.aspect.name, target.aspect])),
});

const names = (replications: readonly Replication[]): readonly string[] => replications.map((r) => r.name);

/** The targets of the aspects this one waits for, on the resources of one replication. */
function prerequisitesOf({ target }: Compared, r: Replication, { byKey, aspects }: Index): readonly Compared[] {
  return target.aspect.after.flatMap((name) =>
    (aspects.get(name)?.resources(r) ?? []).flatMap((on) => byKey.get(targetKey(name, on)) ?? []),
  );
}

/** Prerequisites first; otherwise the order given. */
function inOrder(compared: readonly Compared[], world: Index): readonly Compared[] {
  const placed = new Set<Compared>();
  function place(item: Compared): void {
    if (placed.has(item)) return;
    for (const r of item.target.sharers) for (const before of prerequisitesOf(item, r, world)) place(before);
    placed.add(item);
  }
  for (const item of compared) if (item.finding.verdict === 'drifted') place(item);
  return [...placed];
}

/** By replication. What only waits for something held is held for its own reason, where it has one. */
function holdsOn(
  item: Compared,
  world: Index,
  steps: ReadonlyMap<string, Step>,
  own: Hold | undefined,
): ReadonlyMap<string, Hold> {
  const holds = item.target.sharers.flatMap((r) => {
    const waiting = prerequisiteHold(item, r, world, steps);
    const hold = modeHold(r) ?? (waiting?.reason === 'prerequisite-held' ? (own ?? waiting) : (waiting ?? own));
    return hold === undefined ? [] : [[r.name, hold] as const];
  });
  return new Map(holds);
}

function modeHold({ mode, orphanedSince }: Replication): Hold | undefined {
  if (orphanedSince !== undefined)
    return {
      reason: 'orphaned',
      detail: `Its document is gone since ${orphanedSince}: kept as it is until \`lockstep retire\`.`,
    };
  if (mode.kind === 'observe') return { reason: 'observe-mode', detail: 'The document says `mode: observe`: report only.' };
  if (mode.kind === 'paused') return { reason: 'paused', detail: `Paused until ${mode.until}: ${mode.reason}` };
  return undefined;
}

function prerequisiteHold(item: Compared, r: Replication, world: Index, steps: ReadonlyMap<string, Step>): Hold | undefined {
  for (const { target, finding } of prerequisitesOf(item, r, world)) {
    const waitsFor = `It waits for ${target.aspect.title} on ${target.on.arn}`;
    if (finding.verdict === 'unreadable')
      return { reason: 'prerequisite-unreadable', detail: `${waitsFor}, which could not be read: ${finding.reason}` };
    if (finding.verdict === 'blocked')
      return { reason: 'prerequisite-blocked', detail: `${waitsFor}, which is blocked: ${finding.by.reason}.` };
    const isRepaired = steps.get(target.key)?.replications.includes(r.name) ?? false;
    if (finding.verdict === 'drifted' && !isRepaired && finding.replications.includes(r.name))
      return { reason: 'prerequisite-held', detail: `${waitsFor}, which is held itself.` };
  }
  return undefined;
}

/** The step for those sharers that may be repaired; undefined when nothing of theirs is wrong; a hold when it must not be sent. */
function stepFor(
  { target, observed }: Compared,
  repairable: NonEmpty<Replication>,
  steps: ReadonlyMap<string, PlannedStep>,
): PlannedStep | Hold | undefined {
  const { aspect, on, sharers, key } = target;
  const value = observed.status === 'present' ? observed.value : undefined;
  const desired = aimFor(target, repairable, value);
  const differences = aspect.diff(desired, value, on);
  if (differences.length === 0) return undefined;
  const next = aspect.merge(desired, value, on);
  const tooLarge = aspect.refuse?.(next);
  if (tooLarge !== undefined)
    return { reason: 'policy-too-large', detail: `${tooLarge}. Split the document over more roles or buckets.` };
  const calls = aspect.write(on, next, value);
  if (calls.length === 0)
    return {
      reason: 'report-only',
      detail:
        'Lockstep does not repair this by itself, by the document or because nothing of the setting would be left: see to it yourself.',
    };
  const after = prerequisiteKeys(target, repairable, steps);
  const told = repairable.length === sharers.length ? undefined : names(repairable);
  return {
    aspect: aspect.name,
    resource: on,
    replications: told ?? names(sharers),
    differences,
    calls,
    after,
    key,
    target,
    desired,
    next,
  };
}

function aimFor({ aspect, on, sharers }: Target, repairable: NonEmpty<Replication>, observed: unknown): unknown {
  const desired = aspect.desired(repairable, on);
  if (repairable.length === sharers.length || aspect.narrow === undefined) return desired;
  return aspect.narrow(desired, aspect.desired(sharers, on), observed, on);
}

function prerequisiteKeys(
  { aspect }: Target,
  repairable: readonly Replication[],
  steps: ReadonlyMap<string, PlannedStep>,
): string[] {
  const waitsFor = [...steps.values()].filter(
    (step) =>
      aspect.after.includes(step.aspect) &&
      repairable.some((r) => step.target.aspect.resources(r).some((on) => on.arn === step.resource.arn)),
  );
  return waitsFor.map((step) => step.key);
}

const differencesOf = ({ finding }: Compared): readonly Difference[] =>
  finding.verdict === 'drifted' ? finding.differences : [];

const heldFor = (item: Compared, replications: readonly string[], hold: Hold): Held => ({
  aspect: item.target.aspect.name,
  resource: item.target.on,
  replications,
  differences: differencesOf(item),
  ...hold,
});

/** One held entry a reason, for those replications that drifted. */
function groupHolds(item: Compared, holds: ReadonlyMap<string, Hold>): readonly Held[] {
  const byText = new Map<string, { hold: Hold; replications: string[] }>();
  for (const [name, hold] of holds) {
    if (!item.finding.replications.includes(name)) continue;
    const text = `${hold.reason} ${hold.detail}`;
    const group = byText.get(text) ?? { hold, replications: [] };
    group.replications.push(name);
    byText.set(text, group);
  }
  return [...byText.values()].map(({ hold, replications }) => heldFor(item, replications, hold));
}
