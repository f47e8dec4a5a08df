/** What the controller uses in everyday life, measured anew, and what that would cost a month. */
import { fleets } from '../../infra/cost/fleets.ts';
import { measured } from '../../infra/cost/measured.ts';
import { type Counted, monthlyCost, totalOf, type Use } from '../../infra/cost.ts';
import type { Figure } from './bench.ts';
import type { Consumption } from './cost/consumption.ts';
import { measureUse, type Raw, rounds, sizes } from './cost/measure.ts';

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, one) => total + one, 0);

/** @param passes how many groups were looked at; left out: each invocation looked at one */
function countedOf(used: Consumption, passes = used.invocations['lockstep-reconcile'] ?? 0): Counted {
  const { invocations, sends, readUnits, writeUnits, spokeCalls, stories, metricsRequested, logBytes } = used;
  return {
    ...{ passes, sends, readUnits, writeUnits, stories, metricsRequested, logBytes },
    routed: invocations['lockstep-route'] ?? 0,
    bucketCalls: spokeCalls.s3 ?? 0,
    keyCalls: spokeCalls.kms ?? 0,
    calls: sum(spokeCalls),
  };
}

/** Digits that noise does not reach. */
const rounded = (value: number): number => Math.max(0, Number(value.toFixed(2)));

function combined(a: Counted, b: Counted, of: (a: number, b: number) => number): Counted {
  const entries = Object.entries(a).map(([key, value]) => [key, rounded(of(value, b[key as keyof Counted]))]);
  return Object.fromEntries(entries) as unknown as Counted;
}

export function useOf({ sweeps, withMetrics, series, ...often }: Raw): Use {
  const [few, many] = sizes;
  const [small, large] = [countedOf(sweeps[0], few), countedOf(sweeps[1], many)];
  const swept = combined(small, large, (a, b) => (b - a) / (many - few));
  const each = (used: Consumption): Counted => combined(countedOf(used), countedOf(used), (value) => value / rounds);
  return {
    sweep: combined(small, swept, (all, one) => all - few * one),
    swept,
    metrics: combined(countedOf(withMetrics, many), large, (a, b) => (a - b) / many),
    change: each(often.changes),
    drift: each(often.drifts),
    stranger: each(often.strangers),
    heartbeat: each(often.heartbeats),
    series,
    alarms: measured.alarms,
  };
}

/** So far the recorded cost may be off: what an event uses depends a little on how it falls. */
const tolerance = 0.1;

export async function measureCost(): Promise<readonly Figure[]> {
  const use = useOf(await measureUse(import.meta.dirname));
  process.stdout.write(`measured: ${JSON.stringify(use, undefined, 2)}\n`);
  return fleets.map((fleet) => {
    const [now, recorded] = [use, measured].map((one) => totalOf(monthlyCost(fleet, one)));
    return {
      what: `cost a month of ${fleet.replications} replications in ${fleet.accounts} accounts`,
      measured: `$${now?.toFixed(2)}`,
      target: `$${recorded?.toFixed(2)} (infra/COST.md) ± ${tolerance * 100} %`,
      met: Math.abs((now ?? 0) - (recorded ?? 0)) <= tolerance * (recorded ?? 0),
    };
  });
}
