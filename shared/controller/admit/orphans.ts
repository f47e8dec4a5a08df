/** Replications that no document names any more: kept as they are until a person retires them. Pure. */
import type { Document } from '../../model/desired-state.ts';
import type { Replication, ReplicationRule } from '../../model/replication.ts';
import type { ReplicationRecord } from '../ledger.ts';

export interface Orphan {
  /** As it was when a document still named it. */
  readonly replication: Replication;
}

/**
 * What was in force and is in none of these documents, by name. A replication that moved to another document is no orphan, and neither
 * is one whose place another took: the same objects between the same buckets under another name.
 */
export function orphansAmong(earlier: readonly ReplicationRecord[], documents: readonly Document[]): readonly Orphan[] {
  const live = documents.flatMap(({ replications }) => replications);
  const names = new Set(live.map(({ name }) => name));
  const missing = earlier.filter(({ replication }) => !names.has(replication.name));
  if (missing.length === 0) return [];
  const taken = new Set(live.flatMap(objectsOf));
  return missing.filter(({ replication }) => !objectsOf(replication).some((objects) => taken.has(objects)));
}

/** What the enabled rules select, from where to where: two replications cannot have the same. */
const objectsOf = ({ partition, source, destination, rules }: Replication): readonly string[] =>
  rules
    .filter(({ status }) => status === 'Enabled')
    .map((rule) => JSON.stringify([partition, source.bucket, destination.bucket, rule.prefix, tagsOf(rule)]));

const tagsOf = ({ tags }: ReplicationRule): readonly string[] =>
  tags.map(({ Key, Value }) => JSON.stringify([Key, Value])).sort();

/** For checking them beside others. */
export const asOrphanedDocuments = (orphans: readonly Orphan[]): readonly Document[] =>
  [...Map.groupBy(orphans, ({ replication }) => replication.document)].map(([name, ofOne]) => ({
    name,
    replications: keepingPriorities(ofOne.map(({ replication }) => replication)),
    notes: [],
  }));

/** Nobody rewrites their rules, so the priorities these have are taken. */
export const keepingPriorities = (replications: readonly Replication[]): readonly Replication[] =>
  replications.map((replication) => ({
    ...replication,
    rules: replication.rules.map((rule) => ({ ...rule, priorityFixed: true })),
  }));
