/** What one pass adds to the metrics. Pure but for the counting. */
import type { Pass } from '../../reconcile.ts';
import type { RepairRecord, StatusRecord } from '../ledger.ts';
import type { Metrics } from '../ports.ts';

/** Only what is not zero: the sweep says what the whole fleet is like. */
export function countPass(
  metrics: Metrics,
  { plan }: Pass,
  repairs: readonly RepairRecord[],
  health: readonly { readonly status: StatusRecord }[],
  now: Date,
): void {
  const add = (name: Parameters<Metrics['add']>[0], value: number): void => {
    if (value > 0) metrics.add(name, value);
  };
  const verdicts = (verdict: StatusRecord['verdict']): number => health.filter(({ status }) => status.verdict === verdict).length;
  const done = repairs.filter(({ outcome }) => outcome === 'repaired');
  add('Repaired', done.length);
  add('RepairFailed', repairs.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped').length);
  add('Held', plan.held.length);
  add('Drifted', verdicts('drifted'));
  add('Blocked', verdicts('blocked'));
  add('Contested', verdicts('contested'));
  add('Unreadable', verdicts('unreadable'));
  for (const { driftedAt, endedAt } of done) metrics.add('TimeToRepairSeconds', seconds(driftedAt, endedAt ?? now.toISOString()));
  const open = health.flatMap(({ status }) => status.outage ?? []).sort()[0];
  if (open !== undefined) metrics.add('DriftAgeSeconds', seconds(open, now.toISOString()));
}

const seconds = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
