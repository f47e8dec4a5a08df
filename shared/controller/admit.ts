/** From the documents in Parameter Store to a fleet in the ledger. A bad document harms only itself, and a deleted one shrinks nothing. */
import type { Replication } from '../model/replication.ts';
import { withEditors } from './admit/editors.ts';
import { askedFor, changeBetween, type Fleet, fleetOf, isEmpty, unasked } from './admit/fleet.ts';
import { type InForce, settle } from './admit/in-force.ts';
import { withKeys } from './admit/keys.ts';
import { type Judged, judge } from './admit/records.ts';
import { standingsOf } from './admit/standing.ts';
import { invalidStories, orphanStories } from './admit/stories.ts';
import { AdmissionUnderWay, inTurn, type Turn } from './admit/turn.ts';
import type { DocumentRecord, GroupRecord } from './ledger.ts';
import type { EditedFleet, Outgoing } from './message.ts';
import type { Controller, StoredDocument } from './ports.ts';
import type { Story } from './story.ts';
import { tell } from './tell.ts';

export { AdmissionUnderWay } from './admit/turn.ts';

export interface AdmitRequest {
  /** `edit`: a parameter changed. `alias`: an alias may name another key now. */
  readonly cause: 'edit' | 'sweep' | 'alias';
  /** The same for every attempt of one invocation. */
  readonly requestId: string;
  /** What the event names; every document is read in any case. */
  readonly parameter?: { readonly name: string; readonly operation: string };
}

export interface AdmitResult {
  /** In force, orphans included. */
  readonly replications: number;
  readonly groups: number;
  /** Documents whose newest version is not in force. */
  readonly invalid: readonly string[];
  /** Replications that no document names. */
  readonly orphaned: readonly string[];
  /** Groups a pass was asked for. */
  readonly asked: readonly string[];
}

/**
 * Reads every document, and brings the ledger to what they say. Can be cut off anywhere: the next admission makes up for it.
 * When nothing changed it writes nothing but its lease.
 *
 * @returns undefined for a sweep while somebody else admits
 * @throws AdmissionUnderWay for others then; what the ledger, the queue or Parameter Store throw
 */
export async function admit(c: Controller, request: AdmitRequest): Promise<AdmitResult | undefined> {
  const isSweep = request.cause === 'sweep';
  const result = await inTurn(c, request.requestId, !isSweep, (turn) => admitNow(c, request, turn));
  if (result !== undefined) return result;
  if (!isSweep) throw new AdmissionUnderWay('another admission is under way');
  c.log.info('admission skipped: another one is under way', { request: request.requestId });
  return undefined;
}

async function admitNow(c: Controller, request: AdmitRequest, turn: Turn): Promise<AdmitResult> {
  const known = await recall(c);
  const wanted = await think(c, request, known, await c.desiredState.documents());
  await carryOut(c, request, turn, { known, ...wanted });
  return report(c, request, known.fleet, wanted);
}

interface Known {
  readonly documents: readonly DocumentRecord[];
  readonly fleet: Fleet;
}

async function recall({ ledger }: Controller): Promise<Known> {
  const [documents, replications, groups, index] = await Promise.all([
    ledger.documents(),
    ledger.replications(),
    ledger.groups(),
    ledger.index(),
  ]);
  return { documents, fleet: { replications, groups, index } };
}

interface Wanted {
  readonly fleet: Fleet;
  readonly replications: readonly Replication[];
  readonly judged: readonly Judged[];
}

async function think(c: Controller, { cause }: AdmitRequest, known: Known, stored: readonly StoredDocument[]): Promise<Wanted> {
  const now = c.now();
  const earlier = known.fleet.replications;
  const standings = standingsOf(stored, known.documents, earlier, { now, failureTopic: c.settings.failureTopic });
  const inForce = settle(standings, earlier);
  const marked = withOrphans(inForce, now.toISOString());
  const replications = await withKeys(marked, earlier, c.observer, cause === 'edit' ? 'new' : 'all');
  const judged = await withEditors(judge(standings, inForce, replications, now), c);
  return { fleet: fleetOf(replications, earlier, now.toISOString()), replications, judged };
}

function withOrphans({ replications, orphans }: InForce, now: string): readonly Replication[] {
  const orphaned = new Set(orphans.map(({ replication }) => replication.name));
  return replications.map((one) => (orphaned.has(one.name) ? { ...one, orphanedSince: one.orphanedSince ?? now } : one));
}

/**
 * In an order in which what is cut off is done again: the versions in force, the fleet they make, the messages, the note that they were sent.
 * What is told is told before the record that says it is no news.
 */
async function carryOut(
  c: Controller,
  request: AdmitRequest,
  turn: Turn,
  all: Wanted & { readonly known: Known },
): Promise<void> {
  const { known, fleet, replications, judged } = all;
  const change = changeBetween(known.fleet, fleet);
  const asked = unasked(known.fleet, fleet);
  const news = judged.filter(({ isNews }) => isNews);
  if (news.length === 0 && isEmpty(change) && asked.length === 0) return;
  await turn.extend();
  const at = c.now().toISOString();
  await putAll(c, recordsOf(news, 'accepted'));
  await tellAll(c, orphanStories(replications, known.fleet.replications, judged, at));
  for (const name of change.removedReplications) await c.ledger.removeStatus(name);
  if (!isEmpty(change)) await c.ledger.changeFleet(change);
  await ask(c, request, asked, fleet.replications.length);
  await tellAll(c, invalidStories(judged, at));
  await putAll(c, [...recordsOf(news, 'invalid'), ...recordsOf(news, 'orphaned')]);
  for (const { name } of recordsOf(news, 'over')) await c.ledger.removeDocument(name);
}

const recordsOf = (judged: readonly Judged[], kind: Judged['outcome']['kind']): readonly DocumentRecord[] =>
  judged.filter(({ outcome }) => outcome.kind === kind).map(({ outcome }) => outcome.record);

async function putAll({ ledger }: Controller, records: readonly DocumentRecord[]): Promise<void> {
  if (records.length > 0) await ledger.putDocuments(records);
}

const toldAtOnce = 10;

async function tellAll(c: Controller, stories: readonly Story[]): Promise<void> {
  for (let at = 0; at < stories.length; at += toldAtOnce)
    await Promise.all(stories.slice(at, at + toldAtOnce).map((story) => tell(c, story)));
}

/** The note comes after the messages: cut off in between, they are sent again. */
async function ask(c: Controller, { requestId }: AdmitRequest, groups: readonly GroupRecord[], fleet: number): Promise<void> {
  if (groups.length === 0) return;
  await c.queue.send(groups.map((group) => messageFor(group, { id: requestId, fleet })));
  await c.ledger.changeFleet(askedFor(groups));
}

/** Attempts of one request are one message, as long as they ask for the same; two edits are two. */
const messageFor = ({ id, asked }: GroupRecord, edit: EditedFleet): Outgoing => ({
  message: { version: 1, group: id, trigger: { kind: 'request', reason: 'document', edit } },
  deduplication: `document:${id}:${edit.id}:${asked}`,
});

function report(c: Controller, request: AdmitRequest, before: Fleet, { fleet, replications, judged }: Wanted): AdmitResult {
  const invalid = judged.flatMap(({ outcome }) => (outcome.kind === 'invalid' ? [outcome.record.name] : []));
  const orphaned = replications.flatMap(({ name, orphanedSince }) => (orphanedSince === undefined ? [] : [name]));
  const asked = unasked(before, fleet).map(({ id }) => id);
  c.metrics.add('Replications', replications.length);
  c.metrics.add('InvalidDocuments', invalid.length);
  c.metrics.add('Orphaned', orphaned.length);
  const counts = { replications: replications.length, groups: fleet.groups.length, asked: asked.length };
  c.log.info('documents admitted', { ...request, ...counts, invalid: invalid.slice(0, 20), orphaned: orphaned.slice(0, 20) });
  return { replications: replications.length, groups: fleet.groups.length, invalid, orphaned, asked };
}
