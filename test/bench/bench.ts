/**
 * `npm run bench`: every figure the README claims, one table. Speeds are ratios within one run: machines are noisy.
 * `bench plan` and the others run one part; `bench bare CALLS` is the script that plan is compared with, `bench peak` what memory measures.
 */
import Table from 'cli-table3';
import { bareCalls } from './bare.ts';
import { measureCost } from './cost.ts';
import { measureFailures } from './failures.ts';
import { measureFlood } from './flood.ts';
import { measurePlan } from './plan-over-http.ts';
import { measureMemory, measurePlanning, peakOfPlanning } from './planning.ts';
import { measureProof } from './proof.ts';
import { measureSandbox } from './sandbox.ts';
import { measureStart } from './start.ts';

export interface Figure {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean;
}

const parts: Readonly<Record<string, () => Promise<readonly Figure[]> | readonly Figure[]>> = {
  plan: measurePlan,
  planning: measurePlanning,
  memory: measureMemory,
  proof: measureProof,
  sandbox: measureSandbox,
  flood: measureFlood,
  failures: measureFailures,
  start: measureStart,
  cost: measureCost,
};

async function main([part, file]: readonly string[]): Promise<void> {
  if (part === 'bare' && file !== undefined) return bareCalls(file);
  if (part === 'peak') return void process.stdout.write(JSON.stringify(peakOfPlanning()));
  const chosen = part === undefined ? Object.values(parts) : [parts[part]].filter((measure) => measure !== undefined);
  if (chosen.length === 0) throw new Error(`no part ${part}; there are ${Object.keys(parts).join(', ')}`);
  const table = new Table({ head: ['figure', 'measured', 'target', 'met'], style: { head: [], border: [] } });
  for (const measure of chosen)
    for (const { what, measured, target, met } of await measure()) table.push([what, measured, target, met ? 'yes' : 'NO']);
  process.stdout.write(`${table.toString()}\n`);
}

await main(process.argv.slice(2));
