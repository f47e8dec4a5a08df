/** All documents together: which versions can be in force at the same time. Pure. */
import { sizeFaults } from '../../aspects/sizes.ts';
import { withPriorities } from '../../model/desired-state/priorities.ts';
import { checkTogether, type Document, type Fault } from '../../model/desired-state.ts';
import type { Replication } from '../../model/replication.ts';
import type { ReplicationRecord } from '../ledger.ts';
import { asOrphanedDocuments, keepingPriorities, type Orphan, orphansAmong } from './orphans.ts';
import { type Standing, shortened } from './standing.ts';

export interface InForce {
  /** The version in force of each document whose parameter exists, by name. */
  readonly documents: ReadonlyMap<string, Document>;
  /** Why the newest version of a document is not in force, by name. */
  readonly faults: ReadonlyMap<string, readonly Fault[]>;
  /** Replications that no document names any more. */
  readonly orphans: readonly Orphan[];
  /** Everything in force, orphans included, with the priorities that rules have now. */
  readonly replications: readonly Replication[];
}

/**
 * What is in force stays unless its own document changes it: a changed document that contradicts others is refused, and its last good
 * version stays. Of two changed ones that contradict each other the one that was accepted first, or came first, goes first.
 * The same again for the outcome.
 *
 * @param standings in the order of acceptance
 * @param earlier the replications in force so far
 */
export function settle(standings: readonly Standing[], earlier: readonly ReplicationRecord[]): InForce {
  const refused = new Map<string, readonly Fault[]>();
  let open = standings.filter(isChanged);
  const accepted = new Set<string>();
  for (;;) {
    const round = admitTogether(standings, open, accepted, earlier);
    for (const [name, faults] of round.refused) refused.set(name, faults);
    for (const name of round.accepted) accepted.add(name);
    open = open.filter(({ name }) => !accepted.has(name));
    // What was refused for the sake of a document that was refused itself gets another try.
    if (open.length === 0 || round.accepted.length === 0) break;
  }
  return inForceOf(standings, accepted, refused, earlier);
}

const isChanged = ({ next, last }: Standing): boolean => next !== undefined && next !== last;

interface Round {
  readonly accepted: readonly string[];
  readonly refused: ReadonlyMap<string, readonly Fault[]>;
}

/** Takes documents back until some are left that agree, or none: what replaces a refused version may be in the way of others. */
function admitTogether(
  standings: readonly Standing[],
  open: readonly Standing[],
  accepted: ReadonlySet<string>,
  earlier: readonly ReplicationRecord[],
): Round {
  const refused = new Map<string, readonly Fault[]>();
  let candidates = open;
  while (candidates.length > 0) {
    const { agreed, faults, hopeless } = takeBack(standings, candidates, accepted, earlier);
    for (const [name, found] of faults) refused.set(name, found);
    if (agreed.length > 0) return { accepted: agreed.map(({ name }) => name), refused };
    // These contradict what is in force; others may have been refused only for their sake.
    candidates = candidates.filter(({ name }) => !hopeless.has(name));
  }
  return { accepted: [], refused };
}

interface TakenBack {
  readonly agreed: readonly Standing[];
  readonly faults: ReadonlyMap<string, readonly Fault[]>;
  /** Refused when nothing else was left to contradict. */
  readonly hopeless: ReadonlySet<string>;
}

function takeBack(
  standings: readonly Standing[],
  candidates: readonly Standing[],
  accepted: ReadonlySet<string>,
  earlier: readonly ReplicationRecord[],
): TakenBack {
  const faults = new Map<string, readonly Fault[]>();
  let hopeless: ReadonlySet<string> = new Set();
  let trial = candidates;
  while (trial.length > 0) {
    const tried = new Set(trial);
    const settled = standings.filter((one) => !tried.has(one)).flatMap((one) => versionOf(one, accepted) ?? []);
    const found = contradictions(
      settled,
      trial.flatMap(({ next }) => next ?? []),
      earlier,
    );
    if (found.size === 0) break;
    for (const [name, some] of found) faults.set(name, some);
    hopeless = new Set(found.keys());
    trial = trial.filter(({ name }) => !found.has(name));
  }
  return { agreed: trial, faults, hopeless };
}

const versionOf = ({ name, next, last }: Standing, accepted: ReadonlySet<string>): Document | undefined =>
  accepted.has(name) ? next : last;

function contradictions(
  settled: readonly Document[],
  trial: readonly Document[],
  earlier: readonly ReplicationRecord[],
): ReadonlyMap<string, readonly Fault[]> {
  const orphans = orphansAmong(earlier, [...settled, ...trial]);
  const { rejected } = checkTogether([...asOrphanedDocuments(orphans), ...settled, ...trial], sizeFaults);
  const tried = new Set(trial);
  return new Map(
    rejected
      .filter(({ document }) => tried.has(document))
      .map(({ document, faults }) => [document.name, shortened(faults.map((fault) => hinted(fault, orphans)))]),
  );
}

/** The way out of a contradiction with something that no document names. */
function hinted(fault: Fault, orphans: readonly Orphan[]): Fault {
  const orphan = orphans.find(({ replication }) => fault.message.includes(`replication "${replication.name}"`));
  if (orphan === undefined) return fault;
  const { name } = orphan.replication;
  return { ...fault, message: `${fault.message}; no document names ${name} any more: \`lockstep retire ${name}\` ends it` };
}

function inForceOf(
  standings: readonly Standing[],
  accepted: ReadonlySet<string>,
  refused: ReadonlyMap<string, readonly Fault[]>,
  earlier: readonly ReplicationRecord[],
): InForce {
  const documents = standings.flatMap((standing) => versionOf(standing, accepted) ?? []);
  const orphans = orphansAmong(earlier, documents);
  const kept = new Map(orphans.map(({ replication }) => [replication.name, replication]));
  const numbered = withPriorities([
    ...keepingPriorities(orphans.map(({ replication }) => replication)),
    ...documents.flatMap(({ replications }) => replications),
  ]);
  return {
    documents: new Map(documents.map((document) => [document.name, document])),
    faults: faultsOf(standings, accepted, refused),
    orphans,
    replications: numbered.map((replication) => kept.get(replication.name) ?? replication),
  };
}

function faultsOf(
  standings: readonly Standing[],
  accepted: ReadonlySet<string>,
  refused: ReadonlyMap<string, readonly Fault[]>,
): ReadonlyMap<string, readonly Fault[]> {
  return new Map(
    standings.flatMap(({ name, faults }) => {
      const found = faults.length > 0 ? faults : accepted.has(name) ? [] : (refused.get(name) ?? []);
      return found.length === 0 ? [] : [[name, found] as const];
    }),
  );
}
