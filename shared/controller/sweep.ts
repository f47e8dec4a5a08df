/** Every hour, everything: what the event path lost is found here. */
import { type AdmitResult, admit } from './admit.ts';
import { fanOut } from './fan-out.ts';
import { watchFlow } from './flow.ts';
import type { FleetRecord, ReplicationRecord } from './ledger.ts';
import type { Controller } from './ports.ts';
import { gaugesOf } from './sweep/gauges.ts';
import { tell, tellUntold } from './tell.ts';
import { watchSpokes } from './watch.ts';

export interface SweepRequest {
  /** The same for every attempt at the same hour, see `sweepIdOf`. */
  readonly id: string;
  readonly requestId: string;
  /** Why it is done out of turn; for the log. */
  readonly reason?: string;
}

export interface SweepResult {
  readonly replications: number;
  /** Groups a pass was asked for. */
  readonly groups: number;
  /** undefined: the documents could not be admitted, or somebody else was at it; the sweep goes by what the ledger has. */
  readonly admitted?: AdmitResult;
}

/**
 * Admits the documents, tells what is still to be told, counts the fleet and asks for a pass over every group; then sees whether the
 * spokes would tell of changes, and whether objects move.
 * Holds and stops are for the passes: a fleet that may not be repaired is still observed.
 *
 * @throws what the ledger or the queue throw; the invocation is then tried again
 */
export async function sweep(c: Controller, { id, requestId, reason }: SweepRequest): Promise<SweepResult> {
  const { lastSweep } = await c.ledger.fleet();
  const startedAt = lastSweep?.id === id ? lastSweep.startedAt : c.now().toISOString();
  await c.ledger.putSweep({ id, startedAt });
  const admitted = await admitOrGoOn(c, requestId);
  await unhindered(c, 'stories not told', () => tellTheRest(c));
  const replications = await c.ledger.replications();
  await unhindered(c, 'fleet not measured', () => measure(c, replications, lastSweep, admitted));
  const groups = (await c.ledger.groups()).map((group) => group.id);
  await fanOut(c.queue, groups, { sweep: id, fleet: replications.length });
  await c.ledger.putSweep({ id, startedAt, endedAt: c.now().toISOString() });
  const { watch, flow } = c;
  if (watch) await unhindered(c, 'event paths not looked at', () => watchSpokes(c, watch, replications));
  if (flow) await unhindered(c, 'replication metrics not looked at', () => watchFlow(c, flow, replications));
  c.log.info('sweep sent', { sweep: id, reason, groups: groups.length, replications: replications.length });
  return { replications: replications.length, groups: groups.length, ...(admitted && { admitted }) };
}

/** What cannot be admitted must not keep anybody from looking at what was. */
async function admitOrGoOn(c: Controller, requestId: string): Promise<AdmitResult | undefined> {
  try {
    return await admit(c, { cause: 'sweep', requestId });
  } catch (error) {
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    c.log.error('documents not admitted', { reason: detail });
    c.metrics.add('AdmitFailed', 1);
    const reasons = [`The documents could not be admitted; what was in force before stays in force. ${detail}`];
    await tell(c, { kind: 'unreadable', reasons, replications: [], at: c.now().toISOString() });
    return undefined;
  }
}

/** What is only told or counted must not keep anybody from looking at the fleet. */
async function unhindered(c: Controller, message: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    c.log.error(message, { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** A story that was claimed so long ago has nobody left to tell it. */
const abandonedAfter = 5 * 60_000;

async function tellTheRest(c: Controller): Promise<void> {
  await tellUntold(c, new Date(c.now().getTime() - abandonedAfter).toISOString());
}

async function measure(
  c: Controller,
  replications: readonly ReplicationRecord[],
  lastSweep: FleetRecord['lastSweep'],
  admitted: AdmitResult | undefined,
): Promise<void> {
  const [documents, statuses, pauses, freeze] = await Promise.all([
    c.ledger.documents(),
    c.ledger.statuses(),
    c.ledger.pauses(),
    c.desiredState.freeze(),
  ]);
  const gauges = gaugesOf({ replications, documents, statuses, pauses, freeze, lastSweep, now: c.now() });
  // Admission has counted them, and a gauge is given once.
  const counted = new Set<string>(admitted === undefined ? [] : ['Replications', 'Orphaned']);
  for (const [name, value] of gauges) if (!counted.has(name)) c.metrics.add(name, value);
}

/**
 * The id of the sweep that an event starts: the time it was scheduled for, so that a second attempt is the same sweep.
 * EventBridge Scheduler puts that time where the input says `<aws.scheduler.scheduled-time>`; rules send it as `time`.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function sweepIdOf(event: unknown, requestId: string): string {
  if (typeof event !== 'object' || event === null) return requestId;
  const { scheduledTime, time } = event as { readonly scheduledTime?: unknown; readonly time?: unknown };
  const given = [scheduledTime, time].find((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));
  return typeof given === 'string' ? new Date(given).toISOString() : requestId;
}
