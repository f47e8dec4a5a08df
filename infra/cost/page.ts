/** The tables of COST.md. Pure. */
import { costOfSecondTrail, type Line, monthlyCost, totalOf, type Use } from '../cost.ts';
import { assumptions, type Fleet, fleets } from './fleets.ts';
import { prices } from './prices.ts';

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [row(head), row(rule), ...rows.map(row)].join('\n');
}

const heading = ({ replications, accounts }: Fleet): string =>
  `${whole.format(replications)} replications, ${whole.format(accounts)} accounts`;

/** A line for each part, a column for each fleet. */
export function costTable(use: Use): string {
  const months = fleets.map((fleet) => monthlyCost(fleet, use));
  const each = (name: string, of: (lines: readonly Line[]) => number): readonly string[] => [
    name,
    ...months.map((lines) => dollars(of(lines))),
  ];
  const parts = (months[0] ?? []).map(({ what, payer }, at) =>
    each(payer === 'spokes' ? `${what} (spokes)` : what, (lines) => lines[at]?.dollars ?? 0),
  );
  return table(
    ['a month', ...fleets.map(heading)],
    [
      ...parts,
      each('**in the hub**', (lines) => totalOf(lines, 'hub')),
      each('**in the spokes, together**', (lines) => totalOf(lines, 'spokes')),
      each('**all**', (lines) => totalOf(lines)),
      ['**for each replication**', ...months.map((lines, at) => dollars(totalOf(lines) / (fleets[at]?.replications ?? 1)))],
      ['*not in it: a second trail that records reads*', ...fleets.map((fleet) => dollars(costOfSecondTrail(fleet, use)))],
    ],
  );
}

/** What was measured. */
export function useTable(use: Use): string {
  const { series: _series, alarms: _alarms, ...counted } = use;
  const named: Readonly<Record<keyof typeof counted, string>> = {
    sweep: 'a sweep, whatever the size',
    swept: 'and for each replication',
    metrics: "and when S3's metrics are asked for",
    change: 'a change that is no drift',
    drift: 'a drift, repaired and proven',
    stranger: 'a change that concerns nobody',
    heartbeat: 'a heartbeat',
  };
  return table(
    [
      '',
      'route',
      'passes',
      'sends',
      'read units',
      'write units',
      'S3 calls',
      'KMS calls',
      'all calls',
      'stories',
      'metrics',
      'log bytes',
    ],
    Object.entries(counted).map(([name, one]) =>
      [
        named[name as keyof typeof counted],
        ...[
          one.routed,
          one.passes,
          one.sends,
          one.readUnits,
          one.writeUnits,
          one.bucketCalls,
          one.keyCalls,
          one.calls,
          one.stories,
        ],
        ...[one.metricsRequested, one.logBytes],
      ].map((cell) => (typeof cell === 'number' ? fine.format(cell) : cell)),
    ),
  );
}

export const priceTable = (): string =>
  table(
    ['price', 'dollars', 'for', 'source'],
    Object.values(prices).map(({ what, dollars: price, per, unit, docs, isConfirmed }) => [
      ...[
        what,
        `$${price}`,
        per === 1 ? unit : `${whole.format(per)} ${unit}`,
        isConfirmed ? `<${docs}>` : `assumed; see <${docs}>`,
      ],
    ]),
  );

const assumed: Readonly<Record<keyof typeof assumptions, string>> = {
  hours: 'hours of a month',
  sweepsAnHour: 'sweeps an hour',
  heartbeatsAnHour: 'heartbeats an hour of each account and region',
  changes: 'changes of one replication a month that are no drift',
  drifts: 'drifts of one replication a month',
  strangers: 'changes of an account a month, to buckets, keys and roles that no replication depends on',
  failures: 'failure messages of S3 a month, of the whole fleet',
  metricHours: "hours between two looks at S3's replication metrics",
  route: 'an invocation of route',
  reconcile: 'an invocation of reconcile',
  sweep: 'an invocation of sweep',
  failure: 'an invocation of failures',
  batch: 'passes that one invocation answers after a sweep',
  idlePollsAnHour: 'requests an hour with which Lambda asks an empty queue',
  platformLog: 'bytes that Lambda logs about an invocation',
  ledgerBytes: 'bytes in the ledger of each replication, history and all',
};

export const assumptionTable = (): string =>
  table(
    ['assumed', 'value'],
    [
      ...fleets.map((fleet) => [heading(fleet), `${fleet.regions} regions each`]),
      ...Object.entries(assumptions).map(([name, value]) => [assumed[name as keyof typeof assumptions], valueText(value)]),
    ],
  );

function valueText(value: (typeof assumptions)[keyof typeof assumptions]): string {
  if (typeof value === 'number') return fine.format(value);
  const more = 'secondsEach' in value ? ` and ${value.secondsEach} s for each replication` : '';
  return `${value.seconds} s${more}, with ${value.gigabytes} GB`;
}
