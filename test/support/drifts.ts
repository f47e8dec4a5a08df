/**
 * Drifts as data, and how one is tried on a front: anything that can plan and apply, whether the core in this process, the command line
 * over HTTP or the running controller.
 */
import type { HeldReason, ReplicationReport, ResourceRef, Verdict } from '../../shared/model/finding.ts';
import type { They } from './edits.ts';
import { allFacts, foreignContent, type Json, ownFacts, strictlyOwnFacts } from './meaning.ts';
import type { View } from './world.ts';

export interface Drift {
  /** What happened, as a sentence in the past. */
  readonly name: string;
  /** Which healthy world it happens to; default `pair`. */
  readonly to?: WorldName;
  readonly done: (they: They) => Promise<unknown>;
  /** Left out: nothing drifts and nothing is written. */
  readonly expect?: Expectation;
  readonly because?: string;
}

export type WorldName = 'pair' | 'full' | 'exclusive' | 'careful' | 'one-account' | 'announcing';

/** Settings are named `<aspect> of <bucket, role, source key or destination key>`. */
export interface Expectation {
  readonly drifted?: readonly string[];
  readonly blocked?: readonly string[];
  readonly unreadable?: readonly string[];
  /** Drift that is not repaired, and why. */
  readonly held?: Readonly<Record<string, HeldReason>>;
  /** Writes that AWS refuses. */
  readonly failed?: readonly string[];
  /** Before the repair; default `drifted` when something is, else `proven`. */
  readonly verdict?: Verdict;
  /** After the repair; default `proven`. */
  readonly after?: Verdict;
  /** Some blocker must hold this text: reason, owner, statement and remedy as JSON. */
  readonly blocker?: string;
  readonly advisory?: string;
  /** Our rule gets another priority than before. */
  readonly moved?: boolean;
  /** Content of others is taken away, as the document asks. */
  readonly takesAway?: boolean;
}

/** What is tried: it looks, and it repairs. */
export interface Front {
  plan(): Promise<readonly ReplicationReport[]>;
  apply(): Promise<readonly ReplicationReport[]>;
  view(): View;
  /** How many writes AWS has got so far. */
  writes(): number;
}

/** What was found out of step with the expectation, one line each; empty when all is as it should be. */
export interface Trial {
  readonly plan: Seen;
  readonly apply: Seen;
  /** Facts of the healthy world that are gone, and what is ours and was not there. */
  readonly lost: readonly string[];
  readonly gained: readonly string[];
  readonly foreignBefore: Readonly<Record<string, Json>>;
  readonly foreignAfter: Readonly<Record<string, Json>>;
  readonly writesWhilePlanning: number;
  readonly writes: number;
  readonly writesAgain: number;
}

/** A pass by the names of the settings. */
export interface Seen {
  readonly drifted: readonly string[];
  readonly blocked: readonly string[];
  readonly unreadable: readonly string[];
  readonly held: Readonly<Record<string, HeldReason>>;
  readonly repaired: readonly string[];
  readonly failed: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly blockers: string;
  readonly advisories: string;
}

export async function tryDrift(drift: Drift, they: They, front: Front, healthy: View): Promise<Trial> {
  await drift.done(they);
  const drifted = front.view();
  const start = front.writes();
  const plan = await front.plan();
  const planned = front.writes();
  const applied = await front.apply();
  const written = front.writes();
  const after = within(healthy, front.view());
  await front.apply();

  const options = { priorities: drift.expect?.moved !== true, settings: drift.to === 'full' };
  return {
    plan: seenIn(plan, they),
    apply: seenIn(applied, they),
    lost: [...ownFacts(healthy, options).difference(allFacts(after, options))],
    gained: [...strictlyOwnFacts(after, options).difference(allFacts(healthy, options))],
    foreignBefore: foreignContent(within(healthy, drifted)),
    foreignAfter: foreignContent(after),
    writesWhilePlanning: planned - start,
    writes: written - planned,
    writesAgain: front.writes() - written,
  };
}

/** Buckets and keys that others made meanwhile are left out. */
export const within = ({ buckets, keys }: View, view: View): View => ({
  ...view,
  buckets: new Map([...view.buckets].filter(([name]) => buckets.has(name))),
  keys: new Map([...view.keys].filter(([arn]) => keys.has(arn))),
});

function seenIn(reports: readonly ReplicationReport[], they: They): Seen {
  const named = (item: { readonly aspect: string; readonly resource: ResourceRef }): string =>
    `${item.aspect} of ${resourceName(item.resource, they)}`;
  const findings = reports.flatMap((report) => report.findings);
  const names = (verdict: string) => distinct(findings.filter((finding) => finding.verdict === verdict).map(named));
  const outcomes = reports.flatMap((report) => report.outcomes);
  const ended = (...ends: readonly string[]) => distinct(outcomes.filter(({ outcome }) => ends.includes(outcome)).map(named));
  return {
    drifted: names('drifted'),
    blocked: names('blocked'),
    unreadable: names('unreadable'),
    held: Object.fromEntries(reports.flatMap(({ held }) => held.map((item) => [named(item), item.reason]))),
    repaired: ended('repaired'),
    failed: ended('failed', 'skipped', 'written'),
    verdicts: reports.map(({ verdict }) => verdict),
    blockers: JSON.stringify(reports.flatMap(({ blockers }) => blockers)),
    advisories: JSON.stringify(reports.flatMap(({ advisories }) => advisories)),
  };
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

function resourceName(resource: ResourceRef, { source, destination }: They): string {
  if (resource.type === 'role') return 'role';
  if (resource.type === 'bucket') return resource.name;
  if (resource.arn === source.key) return 'source key';
  return resource.arn === destination.key ? 'destination key' : resource.arn;
}
