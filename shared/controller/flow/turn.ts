/** Whose turn it is, and what a sweep leaves behind. Pure. */
import type { FlowRecord, ReplicationRecord, Stall, StatusRecord } from '../ledger.ts';
import type { FlowWatch } from '../ports.ts';
import type { Judgement } from './judge.ts';
import { type Series, seriesOf } from './series.ts';

/** One replication that is as desired, so that its objects should move. */
export interface Candidate {
  readonly name: string;
  readonly destination: { readonly account: string; readonly region: string };
  readonly series: readonly Series[];
}

/** What is drifted, blocked or paused is told as that, whether or not its objects move. */
export function candidatesOf(
  records: readonly ReplicationRecord[],
  statuses: readonly StatusRecord[],
  watch: Pick<FlowWatch, 'account'>,
): readonly Candidate[] {
  const sound = new Set(
    statuses.filter(({ verdict }) => verdict === 'proven' || verdict === 'unproven').map(({ replication }) => replication),
  );
  return records
    .map(({ replication }) => replication)
    .filter(({ name, orphanedSince }) => orphanedSince === undefined && sound.has(name))
    .map((replication) => ({
      name: replication.name,
      destination: { account: replication.destination.account, region: replication.destination.region },
      series: seriesOf(replication, watch),
    }))
    .filter(({ series }) => series.length > 0);
}

/** Sweeps are not to the second. In milliseconds. */
const early = 10 * 60_000;

/** What was not judged for `everyHours`; what is stalled at every sweep, so that its end is seen. */
export function dueOf(
  candidates: readonly Candidate[],
  flows: ReadonlyMap<string, FlowRecord>,
  { everyHours }: Pick<FlowWatch, 'everyHours'>,
  now: Date,
): readonly Candidate[] {
  const before = now.getTime() - everyHours * 3_600_000 + early;
  return candidates.filter(({ name }) => {
    const known = flows.get(name);
    return known === undefined || known.flow === 'stalled' || Date.parse(known.judgedAt) <= before;
  });
}

/** What is new about a replication; undefined: some of its rules could not be read. */
export function flowOf(
  { name, series }: Candidate,
  judged: ReadonlyMap<Series, Judgement>,
  former: FlowRecord | undefined,
  now: Date,
): FlowRecord | undefined {
  const own = series.map((one) => ({ rule: one.rule, judgement: judged.get(one) }));
  if (own.some(({ judgement }) => judgement === undefined)) return undefined;
  const stalls = own.flatMap(({ rule, judgement }): Stall[] => {
    if (judgement?.flow !== 'stalled') return [];
    const { flow: _, ...figures } = judgement;
    return [{ replication: name, rule, ...figures }];
  });
  const isSeen = own.some(({ judgement }) => judgement?.flow !== 'unseen');
  const flow = stalls.length > 0 ? 'stalled' : isSeen ? 'moving' : 'unseen';
  const judgedAt = now.toISOString();
  return { replication: name, judgedAt, flow, since: former?.flow === flow ? former.since : judgedAt, stalls };
}
