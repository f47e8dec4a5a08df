import { type Cli, printJson } from '../cli.ts';
import { type LedgerOptions, recordsNamed, withLedger } from '../controller.ts';
import { type ExitCode, exitCode } from '../failure.ts';
import { historyText } from '../view/history.ts';
import { styleOf, titlesOf } from './show.ts';

export interface HistoryOptions extends LedgerOptions {
  readonly limit: number;
  readonly json: boolean;
}

/** Shows what was repaired, from what to what and because of whom, and when objects may have stayed behind. Writes nothing. */
export async function history(cli: Cli, name: string, { limit, json, ...options }: HistoryOptions): Promise<ExitCode> {
  const found = await withLedger(cli, options, async (ledger) => {
    const [repairs, outages, all] = await Promise.all([
      ledger.repairs(name, limit),
      ledger.outages(name, limit),
      ledger.failures(),
    ]);
    const failures = all.find(({ replication }) => replication === name);
    // One that was retired still has a past.
    if (repairs.length + outages.length === 0) recordsNamed(await ledger.replications(), [name]);
    return { name, repairs, outages, ...(failures && { failures }) };
  });
  const { name: replication, ...past } = found;
  if (json) printJson(cli, { version: 1, command: 'history', replication, ...past });
  else cli.terminal.stdout.write(historyText(styleOf(cli), found, await titlesOf(cli)));
  return exitCode.inSync;
}
