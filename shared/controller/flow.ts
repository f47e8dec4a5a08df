/**
 * Silence is not health: S3 counts failures of what it tries, and counts none when nothing is tried. So the sweep asks CloudWatch whether the
 * objects of those replications that are as desired do move.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
import { type Looked, lookAt } from './flow/look.ts';
import { type Batch, batchesOf, stretchBefore } from './flow/series.ts';
import { type Candidate, candidatesOf, dueOf, flowOf } from './flow/turn.ts';
import type { FlowRecord, ReplicationRecord } from './ledger.ts';
import type { Controller, FlowWatch } from './ports.ts';
import { inRotation } from './rotation.ts';
import { tell } from './tell.ts';

/** Fifty requests a second are all that an account has in a region, for everybody: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const round = { atOnce: 4, longest: 60_000 };

/**
 * Judges those that are due, remembers it, tells one story for each account and region into which objects do not move, and counts: `Stalled`, and
 * `MetricsUnseen` where nothing is published to judge by, of the whole fleet; `MetricsUnread` of this sweep. Absent metrics are no alarm.
 *
 * @throws what the ledger throws
 */
export async function watchFlow(c: Controller, watch: FlowWatch, records: readonly ReplicationRecord[]): Promise<void> {
  const candidates = candidatesOf(records, await c.ledger.statuses(), watch);
  const flows = new Map((await c.ledger.flows()).map((flow) => [flow.replication, flow]));
  const now = c.now();
  const due = dueOf(candidates, flows, watch, now);
  const looked = await lookAtAll(c, watch, batchesOf(due.flatMap(({ series }) => series)));
  const judged = new Map(looked.flatMap((one) => [...one.judged]));
  const fresh = due.flatMap((one) => flowOf(one, judged, flows.get(one.name), now) ?? []);
  await c.ledger.putFlows(fresh);
  for (const flow of fresh) flows.set(flow.replication, flow);
  c.metrics.add('MetricsUnread', due.length - fresh.length);
  await report(c, watch, candidates, flows);
}

async function lookAtAll(c: Controller, watch: FlowWatch, batches: readonly Batch[]): Promise<readonly Looked[]> {
  const stretch = stretchBefore(c.now(), watch.stalledMinutes);
  const found = await inRotation(c, batches, round, (batch) => lookAt(watch, batch, stretch));
  if (found.length < batches.length)
    c.log.warn('replication metrics not all asked for', { requests: batches.length, made: found.length });
  const reasons = [...new Set(found.flatMap((one) => one.reasons))];
  if (reasons.length > 0) c.log.warn('replication metrics not read', { reasons: reasons.slice(0, 20), places: reasons.length });
  return found;
}

async function report(
  c: Controller,
  { account, stalledMinutes }: FlowWatch,
  candidates: readonly Candidate[],
  flows: ReadonlyMap<string, FlowRecord>,
): Promise<void> {
  const those = (flow: FlowRecord['flow']) => candidates.filter(({ name }) => flows.get(name)?.flow === flow);
  const [stalled, unseen] = [those('stalled'), those('unseen')];
  c.metrics.add('Stalled', stalled.length);
  c.metrics.add('MetricsUnseen', unseen.length);
  // AWS's pages say in which region these metrics are, and not in which account.
  if (unseen.length > 0 && stalled.length + those('moving').length === 0)
    c.log.warn('no replication metrics seen', { metricsAccount: account, replications: unseen.length });
  const places = Map.groupBy(stalled, ({ destination }) => `${destination.account} ${destination.region}`);
  for (const [first, ...others] of places.values()) {
    if (first === undefined) continue;
    const found = [first, ...others].flatMap(({ name }) => flows.get(name) ?? []);
    await tellOf(c, first.destination, found, stalledMinutes);
  }
}

/** The latest stall makes the story: another one is told at once, and one that is over is not. */
async function tellOf(
  c: Controller,
  place: Candidate['destination'],
  found: readonly FlowRecord[],
  minutes: number,
): Promise<void> {
  const replications = found.map(({ replication }) => replication).sort();
  const since = found.map((flow) => flow.since).reduce((a, b) => (a > b ? a : b));
  const stalls = found.flatMap((flow) => flow.stalls);
  c.log.error('objects do not move', { ...place, replications: replications.slice(0, 20), count: replications.length });
  await tell(c, { kind: 'stalled', ...place, since, minutes, stalls, replications, at: c.now().toISOString() });
}
