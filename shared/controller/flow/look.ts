/** Asks CloudWatch about a batch of series, and judges the answers. */
import { explainFailure } from '../../model/failure.ts';
import type { Output } from '../../model/operations.ts';
import type { FlowWatch } from '../ports.ts';
import { type Judgement, judgePending, judgeWaiting, type Point, type Stretch } from './judge.ts';
import { askFor, type Batch, type MetricName, pointsIn, type Series } from './series.ts';

export interface Looked {
  /** One for each series that could be read. */
  readonly judged: ReadonlyMap<Series, Judgement>;
  /** Sentences: why others could not. */
  readonly reasons: readonly string[];
}

interface Read {
  readonly points: ReadonlyMap<Series, readonly Point[]>;
  readonly reasons: readonly string[];
}

/** One request tells for most that they move; what waits is asked for its latency as well. AWS bills each metric asked for. Never throws. */
export async function lookAt(watch: FlowWatch, batch: Batch, stretch: Stretch): Promise<Looked> {
  const pending = await read(watch, 'OperationsPendingReplication', batch, stretch);
  const judged = new Map<Series, Judgement>();
  const waiting = [...pending.points].filter(([series, points]) => {
    const flow = judgePending(points, stretch);
    if (flow !== 'waiting') judged.set(series, { flow });
    return flow === 'waiting';
  });
  const [first, ...others] = waiting.map(([series]) => series);
  if (first === undefined) return { judged, reasons: pending.reasons };
  const latency = await read(watch, 'ReplicationLatency', [first, ...others], stretch);
  for (const [series, points] of waiting) {
    const seconds = latency.points.get(series);
    if (seconds !== undefined) judged.set(series, judgeWaiting(points, seconds, stretch));
  }
  return { judged, reasons: [...pending.reasons, ...latency.reasons] };
}

/** A request gives 100,800 values at most, and a token for the rest. */
const mostPages = 20;

async function read({ gateway }: FlowWatch, metric: MetricName, batch: Batch, stretch: Stretch): Promise<Read> {
  const pages: NonNullable<Output<'cloudwatch:GetMetricData'>['MetricDataResults']>[] = [];
  let token: string | undefined;
  do {
    const call = askFor(metric, batch, stretch, token);
    const reply = await gateway.send<'cloudwatch:GetMetricData'>(call);
    if (!reply.ok) return { points: new Map(), reasons: [explainFailure(call, reply.error)] };
    pages.push(reply.output.MetricDataResults ?? []);
    token = reply.output.NextToken;
  } while (token !== undefined && pages.length < mostPages);
  const points = pointsIn(batch, pages);
  const missing = batch.length - points.size;
  const { account, region } = batch[0];
  return { points, reasons: missing > 0 ? [`CloudWatch in account ${account} (${region}) gave part of ${metric} only.`] : [] };
}
