/** Each document by itself: what it says now, and what of it is in force. Pure. */
import type { Surroundings } from '../../model/desired-state/defaults.ts';
import { type Document, type Fault, InvalidDocument, parseDocument } from '../../model/desired-state.ts';
import type { Replication } from '../../model/replication.ts';
import type { DocumentRecord, ReplicationRecord } from '../ledger.ts';
import type { StoredDocument } from '../ports.ts';

export interface Standing {
  readonly name: string;
  /** undefined: the parameter is gone. */
  readonly stored?: StoredDocument;
  readonly record?: DocumentRecord;
  /** What it says now, if that is valid in itself. */
  readonly next?: Document;
  /** Why it is not. */
  readonly faults: readonly Fault[];
  /** The version in force, the same as `next` unless it was edited. undefined: none was ever valid, or it is orphaned. */
  readonly last?: Document;
}

/**
 * @param records as the last admission left them
 * @returns every document that is or was there, in the order of acceptance; those that never were in force come last, the one
 *   changed longest ago first
 */
export function standingsOf(
  stored: readonly StoredDocument[],
  records: readonly DocumentRecord[],
  replications: readonly ReplicationRecord[],
  surroundings: Surroundings,
): readonly Standing[] {
  const texts = new Map(stored.map((one) => [one.name, one]));
  const known = new Map(records.map((one) => [one.name, one]));
  const live = liveByDocument(replications);
  return [...new Set([...known.keys(), ...texts.keys()])]
    .map((name) => standingOf(name, texts.get(name), known.get(name), { live: live.get(name) ?? [], surroundings }))
    .sort(byAcceptance);
}

function liveByDocument(records: readonly ReplicationRecord[]): ReadonlyMap<string, readonly Replication[]> {
  const live = records.map(({ replication }) => replication).filter(({ orphanedSince }) => orphanedSince === undefined);
  return Map.groupBy(live, ({ document }) => document);
}

interface Known {
  /** Its replications as the last admission left them. */
  readonly live: readonly Replication[];
  readonly surroundings: Surroundings;
}

function standingOf(
  name: string,
  stored: StoredDocument | undefined,
  record: DocumentRecord | undefined,
  known: Known,
): Standing {
  const base = { name, ...(stored && { stored }), ...(record && { record }) };
  if (stored === undefined) return { ...base, faults: [] };
  const read = stored.isEncrypted ? encrypted : parse(name, stored.text, known.surroundings);
  const isOrphaned = record?.orphanedSince !== undefined;
  const last = record?.text === undefined || isOrphaned ? undefined : inForce(name, record.text, stored.text, read, known);
  return { ...base, ...read, ...(last && { last }) };
}

interface Read {
  readonly next?: Document;
  readonly faults: readonly Fault[];
}

const encrypted: Read = {
  faults: [
    { path: '', message: 'is a SecureString, which is not decrypted: put it as type String; a document holds no secrets' },
  ],
};

function inForce(name: string, text: string, newest: string, read: Read, { live, surroundings }: Known): Document | undefined {
  const accepted = text === newest ? read.next : parse(name, text, surroundings).next;
  if (accepted !== undefined) return accepted;
  // What was valid when it was accepted, and is no longer understood: the replications it meant then.
  return live.length === 0 ? undefined : { name, replications: live, notes: [] };
}

/** Whatever goes wrong is a fault of this document, and of no other. */
function parse(name: string, text: string, surroundings: Surroundings): Read {
  try {
    return { next: parseDocument(text, { name, ...surroundings }), faults: [] };
  } catch (error) {
    if (error instanceof InvalidDocument) return { faults: shortened(error.faults) };
    return {
      faults: [{ path: '', message: `could not be understood: ${error instanceof Error ? error.message : String(error)}` }],
    };
  }
}

const faultsKept = 25;
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 3)}...` : text);

/**
 * As many faults as people read: 8 KB of text can have a megabyte of them.
 * An item takes 400 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
export function shortened(faults: readonly Fault[]): readonly Fault[] {
  const kept = faults
    .slice(0, faultsKept)
    .map((fault) => ({ ...fault, path: cut(fault.path, 200), message: cut(fault.message, 600) }));
  const more = faults.length - kept.length;
  return more === 0 ? kept : [...kept, { path: '', message: `has ${more} more faults: \`lockstep validate\` lists them all` }];
}

function byAcceptance(a: Standing, b: Standing): number {
  const [first, second] = [a.record?.acceptedAt, b.record?.acceptedAt];
  if (first !== undefined && second !== undefined) return byText(first, second) || byText(a.name, b.name);
  if (first !== undefined || second !== undefined) return first === undefined ? 1 : -1;
  return byText(a.stored?.modified ?? '', b.stored?.modified ?? '') || byText(a.name, b.name);
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
