import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmsFor } from '../../infra/alarms.ts';
import { assumptions, fleets } from '../../infra/cost/fleets.ts';
import { measured } from '../../infra/cost/measured.ts';
import { assumptionTable, costTable, priceTable, useTable } from '../../infra/cost/page.ts';
import { prices } from '../../infra/cost/prices.ts';
import { costOfSecondTrail, monthlyCost, totalOf } from '../../infra/cost.ts';
import { watched } from '../../infra/hub-stack.ts';
import { configWith } from './judging.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'COST.md'), 'utf8');
const small = { replications: 10, accounts: 2, regions: 3 };
const lineOf = (what: string, more: Partial<Parameters<typeof monthlyCost>[2]> = {}) =>
  monthlyCost(small, measured, { ...assumptions, ...more }).find((one) => one.what === what);

describe('the page about cost', () => {
  it.each([
    { part: 'cost', table: costTable(measured) },
    { part: 'use', table: useTable(measured) },
    { part: 'assumptions', table: assumptionTable() },
    { part: 'prices', table: priceTable() },
  ])('has the table of $part as the model computes it', ({ part, table }) => {
    expect(page).toContain(`<!-- ${part} -->\n${table}\n<!-- /${part} -->`);
  });

  it('counts the alarms that there are', () => {
    expect(measured.alarms).toBe(alarmsFor(configWith(), watched).length);
    expect(page).toContain(`${measured.series} metrics, ${measured.alarms} alarms.`);
  });

  it('tells of fleets of 10, 1,000 and 10,000', () => {
    expect(fleets.map(({ replications }) => replications)).toEqual([10, 1000, 10_000]);
  });
});

describe('the cost of a month', () => {
  // By hand: 730 sweeps, 3 regions of 2 accounts, 2 heartbeats an hour.
  it.each([
    { what: 'Reading and writing keys', amount: 730 * 10 * 4 + 1 * 4, because: 'each pass reads two keys, each drift too' },
    { what: 'Schedules of heartbeats', amount: 730 * 2 * 6, because: 'every region of every account beats' },
    {
      what: 'Events to the hub, and heartbeats',
      amount: 2 * 8760 + 20 * 1 + 1 * 2 + 2000,
      because: 'a heartbeat is sent and forwarded',
    },
    { what: "S3's replication metrics", amount: (730 / 6) * 10, because: 'they are looked at every six hours' },
    { what: 'Alarms', amount: measured.alarms, because: 'they are there whatever happens' },
  ])('has $amount of "$what", for $because', ({ what, amount }) => {
    const line = lineOf(what);

    expect(line?.amount).toBeCloseTo(amount, 6);
    const { dollars, per } = prices[line?.price ?? 'alarm'];
    expect(line?.dollars).toBeCloseTo((amount / per) * dollars, 9);
  });

  it('is the parts of hub and spokes together', () => {
    const lines = monthlyCost(small, measured);

    expect(totalOf(lines, 'hub') + totalOf(lines, 'spokes')).toBeCloseTo(totalOf(lines), 9);
    expect(lines.every(({ dollars }) => dollars >= 0)).toBe(true);
  });

  it('takes failure messages in, which are none in health', () => {
    const [healthy, failing] = [0, 1_000_000].map((failures) =>
      totalOf(monthlyCost(small, measured, { ...assumptions, failures })),
    );

    expect((failing ?? 0) - (healthy ?? 0)).toBeGreaterThan(1);
  });

  it('falls with the sweeps, and with it what a second trail would charge', () => {
    const rare = { ...assumptions, sweepsAnHour: 0.25 };
    const large = { replications: 10_000, accounts: 200, regions: 3 };

    expect(totalOf(monthlyCost(large, measured, rare))).toBeLessThan(totalOf(monthlyCost(large, measured)) / 2);
    expect(costOfSecondTrail(large, measured, rare)).toBeCloseTo(costOfSecondTrail(large, measured) / 4, -2);
  });

  it('never falls when a fleet grows', () => {
    const size = fc.record({ replications: fc.integer({ min: 1, max: 20_000 }), accounts: fc.integer({ min: 1, max: 300 }) });
    const costOf = (fleet: { replications: number; accounts: number }) =>
      totalOf(monthlyCost({ ...fleet, regions: 3 }, measured));

    fc.assert(
      fc.property(size, fc.nat(1000), fc.nat(10), (fleet, replications, accounts) => {
        const larger = { replications: fleet.replications + replications, accounts: fleet.accounts + accounts };
        expect(costOf(larger)).toBeGreaterThanOrEqual(costOf(fleet));
      }),
      { numRuns: 100 },
    );
  });
});
