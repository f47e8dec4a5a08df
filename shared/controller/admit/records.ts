/** What the ledger is to remember of each document. Pure. */
import type { Document } from '../../model/desired-state.ts';
import type { Replication } from '../../model/replication.ts';
import type { Actor } from '../change.ts';
import { digestOf } from '../digest.ts';
import type { DocumentRecord } from '../ledger.ts';
import type { Edit } from '../ports.ts';
import type { InForce } from './in-force.ts';
import type { Standing } from './standing.ts';

/** What became of a document. */
export type Outcome =
  /** Its newest version is in force. */
  | { readonly kind: 'accepted'; readonly record: DocumentRecord }
  /** Its newest version is not in force. */
  | { readonly kind: 'invalid'; readonly record: DocumentRecord & Required<Pick<DocumentRecord, 'invalid'>> }
  /** Its parameter is gone. */
  | { readonly kind: 'orphaned'; readonly record: DocumentRecord }
  /** Its parameter is gone, and nothing that was in it is left. */
  | { readonly kind: 'over'; readonly record: DocumentRecord };

export interface Judged {
  readonly outcome: Outcome;
  /** The record says something else than before. */
  readonly isNews: boolean;
  /** What made the difference, when it was an edit. */
  readonly edit?: Edit;
}

/** @param replications everything in force, orphans included */
export function judge(
  standings: readonly Standing[],
  inForce: InForce,
  replications: readonly Replication[],
  now: Date,
): readonly Judged[] {
  const left = Map.groupBy(replications, ({ document }) => document);
  const nextTime = times(standings, now);
  return standings.map((standing) => {
    const { name, record: before } = standing;
    const outcome = outcomeOf(standing, inForce, { nextTime, now: now.toISOString(), left: namesOf(left.get(name) ?? []) });
    const edit = editOf(standing, outcome, now);
    const isNews = outcome.kind === 'over' || before === undefined || digestOf(outcome.record) !== digestOf(before);
    return { outcome, isNews, ...(edit && { edit }) };
  });
}

const namesOf = (replications: readonly Replication[]): readonly string[] => replications.map(({ name }) => name);

interface Circumstances {
  readonly now: string;
  readonly nextTime: () => string;
  /** Names of the replications in force that came from it. */
  readonly left: readonly string[];
}

function outcomeOf(standing: Standing, { documents, faults }: InForce, { now, nextTime, left }: Circumstances): Outcome {
  const { name, stored, record = { name, replications: [] } } = standing;
  if (stored === undefined) {
    const { invalid: _, orphanedSince = now, ...rest } = record;
    return { kind: left.length > 0 ? 'orphaned' : 'over', record: { ...rest, replications: left, orphanedSince } };
  }
  const found = faults.get(name);
  const document = documents.get(name);
  if (found === undefined && document !== undefined)
    return { kind: 'accepted', record: accepted(standing, document, record.acceptedAt ?? nextTime()) };
  const invalid = { version: stored.version, since: record.invalid?.since ?? now, faults: found ?? [] };
  return { kind: 'invalid', record: { ...record, invalid } };
}

function accepted({ name, stored, record }: Standing, { replications }: Document, acceptedAt: string): DocumentRecord {
  const isSameVersion = record?.text === stored?.text && record?.version === stored?.version;
  return {
    name,
    ...(stored && { text: stored.text, version: stored.version }),
    acceptedAt,
    replications: namesOf(replications),
    ...(isSameVersion && record?.editedBy && { editedBy: record.editedBy }),
  };
}

/** Times of acceptance that follow each other, so that their order is the order of acceptance for good. */
function times(standings: readonly Standing[], now: Date): () => string {
  let last = standings.reduce((latest, one) => Math.max(latest, lastAccepted(one)), now.getTime() - 1);
  return () => {
    last += 1;
    return new Date(last).toISOString();
  };
}

const lastAccepted = ({ record }: Standing): number => (record?.acceptedAt === undefined ? 0 : Date.parse(record.acceptedAt));

/** undefined: nobody edited it since the last admission. */
function editOf({ name, stored, record }: Standing, { kind }: Outcome, now: Date): Edit | undefined {
  if (stored === undefined)
    return record?.orphanedSince === undefined ? { parameter: name, since: sinceWhen(record, now) } : undefined;
  const known = kind === 'invalid' ? record?.invalid?.version : record?.version;
  const isKnown = known === stored.version && (kind === 'invalid' || record?.text === stored.text);
  return isKnown ? undefined : { parameter: name, version: stored.version, since: stored.modified };
}

/** Every hour a sweep would have seen it: what was deleted longer ago was deleted, and made again, before. */
const unseenMilliseconds = 2 * 3_600_000;

function sinceWhen(record: DocumentRecord | undefined, now: Date): string {
  const recently = new Date(now.getTime() - unseenMilliseconds).toISOString();
  return record?.acceptedAt !== undefined && record.acceptedAt > recently ? record.acceptedAt : recently;
}

/** The same, with the name of whoever edited it. */
export function editedBy(judged: Judged, editor: Actor | undefined): Judged {
  if (judged.edit === undefined) return judged;
  const { editedBy: _, ...record } = judged.outcome.record;
  return { ...judged, outcome: { ...judged.outcome, record: { ...record, ...(editor && { editedBy: editor }) } } as Outcome };
}
