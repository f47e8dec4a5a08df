/** What admission has to tell. Pure. */
import type { Replication } from '../../model/replication.ts';
import type { ReplicationRecord } from '../ledger.ts';
import type { Story } from '../story.ts';
import type { Judged } from './records.ts';

/** Replications that no document names since now, by the document that named them last. */
export function orphanStories(
  replications: readonly Replication[],
  earlier: readonly ReplicationRecord[],
  judged: readonly Judged[],
  at: string,
): readonly Story[] {
  const known = new Set(
    earlier.flatMap(({ replication }) => (replication.orphanedSince === undefined ? [] : [replication.name])),
  );
  const orphaned = replications.filter(({ name, orphanedSince }) => orphanedSince !== undefined && !known.has(name));
  const records = new Map(judged.map(({ outcome }) => [outcome.record.name, outcome.record]));
  return [...Map.groupBy(orphaned, ({ document }) => document)].map(([document, members]): Story => {
    const editor = records.get(document)?.editedBy;
    return { kind: 'orphaned', document, replications: members.map(({ name }) => name), at, ...(editor && { editedBy: editor }) };
  });
}

/** Documents whose newest version is not in force, where that is news. */
export function invalidStories(judged: readonly Judged[], at: string): readonly Story[] {
  return judged.flatMap(({ outcome, isNews }): Story[] => {
    if (outcome.kind !== 'invalid' || !isNews) return [];
    const { name, invalid, editedBy, orphanedSince, text, replications } = outcome.record;
    const inForce = text !== undefined && orphanedSince === undefined;
    const about = { document: name, faults: invalid.faults, inForce, replications: inForce ? replications : [], at };
    return [{ kind: 'invalid-document', ...about, ...(editedBy && { editedBy }) }];
  });
}
