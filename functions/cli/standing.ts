/** Where every setting of a report stands, what that means for the exit code, and the counts of a run. Pure. */
import type { AwsFailure } from '../../shared/model/aws-call.ts';
import {
  type Blocker,
  type Difference,
  type Finding,
  type Held,
  type HeldReason,
  type ReplicationReport,
  type ResourceRef,
  type Step,
  type StepOutcome,
  stepKey,
  type Verdict,
} from '../../shared/model/finding.ts';
import { type ExitCode, exitCode } from './failure.ts';

interface ItemBase {
  readonly aspect: string;
  readonly resource: ResourceRef;
  readonly replications: readonly string[];
  readonly differences: readonly Difference[];
  /** Why replication needs it. */
  readonly matters?: string;
}

/** One setting that is not, or was not, as desired. `open`: drift that Lockstep reports and nobody asked it to repair. */
export type Item = ItemBase &
  (
    | { readonly standing: 'planned' | 'repaired' | 'written' | 'open' }
    | { readonly standing: 'held'; readonly reason: HeldReason; readonly detail: string }
    | { readonly standing: 'failed'; readonly error: AwsFailure; readonly detail: string }
    | { readonly standing: 'skipped'; readonly detail: string }
    | { readonly standing: 'unreadable'; readonly detail: string; readonly error?: AwsFailure }
    | { readonly standing: 'blocked'; readonly blocker: Blocker }
  );

export type Standing = Item['standing'];

interface Parts {
  finding?: Finding;
  step?: Step;
  outcome?: StepOutcome;
  /** Parts of one setting may be held for different reasons, beside a repair of the rest. */
  readonly held: Held[];
}

function partsByKey(report: ReplicationReport): ReadonlyMap<string, Parts> {
  const parts = new Map<string, Parts>();
  const at = (on: { aspect: string; resource: ResourceRef }): Parts => {
    const found = parts.get(stepKey(on)) ?? { held: [] };
    parts.set(stepKey(on), found);
    return found;
  };
  for (const finding of report.findings) at(finding).finding = finding;
  for (const step of report.steps) at(step).step = step;
  for (const outcome of report.outcomes) at(outcome).outcome = outcome;
  for (const held of report.held) at(held).held.push(held);
  return parts;
}

function ofOutcome(base: ItemBase, outcome: StepOutcome): Item {
  switch (outcome.outcome) {
    case 'failed':
      return { ...base, standing: 'failed', error: outcome.error, detail: outcome.detail };
    case 'skipped':
      return { ...base, standing: 'skipped', detail: outcome.because };
    default:
      return { ...base, standing: outcome.outcome };
  }
}

function ofFinding(finding: Finding): Item | undefined {
  const { aspect, resource, replications } = finding;
  const base: ItemBase = { aspect, resource, replications, differences: [] };
  switch (finding.verdict) {
    case 'in-sync':
      return undefined;
    case 'drifted':
      return { ...base, differences: finding.differences, matters: finding.matters, standing: 'open' };
    case 'unreadable':
      return { ...base, standing: 'unreadable', detail: finding.reason, ...(finding.error && { error: finding.error }) };
    case 'blocked':
      return { ...base, standing: 'blocked', blocker: finding.by };
  }
}

function itemsAt({ finding, step, held, outcome }: Parts): readonly Item[] {
  const matters = finding?.verdict === 'drifted' ? { matters: finding.matters } : {};
  const base = ({ aspect, resource, replications, differences }: Step | Held | StepOutcome): ItemBase => ({
    aspect,
    resource,
    replications,
    differences,
    ...matters,
  });
  const repair: readonly Item[] = outcome
    ? [ofOutcome(base(outcome), outcome)]
    : step
      ? [{ ...base(step), standing: 'planned' }]
      : [];
  const holds = held.map((one): Item => ({ ...base(one), standing: 'held', reason: one.reason, detail: one.detail }));
  const found = finding && ofFinding(finding);
  const isTold = found?.standing === 'open' && repair.length + holds.length > 0;
  return [...(found && !isTold ? [found] : []), ...repair, ...holds];
}

/** Everything that is not, or was not, as desired: in the order of the findings. */
export const itemsOf = (report: ReplicationReport): readonly Item[] => [...partsByKey(report).values()].flatMap(itemsAt);

/** As desired now: nothing to do, or everything that was to do is done and read back. A pause without drift is in sync. */
export function isInSync(report: ReplicationReport): boolean {
  const items = itemsOf(report);
  if (items.some((item) => item.standing !== 'repaired')) return false;
  switch (report.verdict) {
    case 'proven':
    case 'unproven':
      return true;
    case 'paused':
      return report.blockers.length === 0;
    case 'drifted':
      return items.length > 0;
    default:
      return false;
  }
}

const isError = (report: ReplicationReport): boolean =>
  report.verdict === 'unreadable' || itemsOf(report).some(({ standing }) => standing === 'unreadable' || standing === 'failed');

/** Errors win over drift: an answer with a hole in it is no answer. */
export function exitCodeOf(reports: readonly ReplicationReport[], troubles: number): ExitCode {
  if (troubles > 0 || reports.some(isError)) return exitCode.error;
  return reports.every(isInSync) ? exitCode.inSync : exitCode.drift;
}

const verdicts: readonly Verdict[] = [
  'proven',
  'unproven',
  'drifted',
  'blocked',
  'contested',
  'paused',
  'orphaned',
  'unreadable',
];

export interface Counts extends Readonly<Record<Verdict, number>> {
  readonly replications: number;
  /** Repairs planned; a repair that several replications share counts once, here and below. */
  readonly steps: number;
  readonly held: number;
  readonly repaired: number;
  readonly written: number;
  readonly failed: number;
  readonly skipped: number;
}

const distinct = (things: readonly { readonly aspect: string; readonly resource: ResourceRef }[]): number =>
  new Set(things.map(stepKey)).size;

export function countsOf(reports: readonly ReplicationReport[]): Counts {
  const perVerdict = Object.fromEntries(
    verdicts.map((verdict) => [verdict, reports.filter((r) => r.verdict === verdict).length]),
  );
  const outcomes = reports.flatMap((report) => report.outcomes);
  const ended = (outcome: StepOutcome['outcome']) => distinct(outcomes.filter((o) => o.outcome === outcome));
  return {
    replications: reports.length,
    ...(perVerdict as Record<Verdict, number>),
    steps: distinct(reports.flatMap((report) => report.steps)),
    held: distinct(reports.flatMap((report) => report.held)),
    repaired: ended('repaired'),
    written: ended('written'),
    failed: ended('failed'),
    skipped: ended('skipped'),
  };
}
