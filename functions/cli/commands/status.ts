import type { Ledger } from '../../../shared/controller/ledger.ts';
import { type Cli, printJson } from '../cli.ts';
import { freezeParameterOf, hubOf, type LedgerOptions, recordsNamed, withLedger } from '../controller.ts';
import type { ExitCode } from '../failure.ts';
import { fleetStatus, type Remembered, statusExitCode } from '../fleet-status.ts';
import { defaultPath } from '../parameters.ts';
import { statusText } from '../view/status.ts';
import { styleOf } from './show.ts';

export interface StatusOptions extends LedgerOptions {
  readonly json: boolean;
}

async function freezeOf(cli: Cli, options: StatusOptions): Promise<Remembered['freeze']> {
  const [{ parameterStore }, hub] = await Promise.all([cli.core.parameters(), hubOf(cli, options)]);
  return parameterStore({ hub, path: defaultPath, freezeParameter: freezeParameterOf(cli), now: cli.now }).freeze();
}

async function remember(cli: Cli, ledger: Ledger, options: StatusOptions): Promise<Remembered> {
  const [replications, statuses, flows, failures, pauses, contests, documents, fleet] = await Promise.all([
    ledger.replications(),
    ledger.statuses(),
    ledger.flows(),
    ledger.failures(),
    ledger.pauses(),
    ledger.contests(),
    ledger.documents(),
    ledger.fleet(),
  ]);
  const freeze = await freezeOf(cli, options);
  return { replications, statuses, flows, failures, pauses, contests, documents, fleet, freeze };
}

/** Shows how the controller found every replication last, and what concerns the whole fleet. Writes nothing. */
export async function status(cli: Cli, names: readonly string[], options: StatusOptions): Promise<ExitCode> {
  const remembered = await withLedger(cli, options, (ledger) => remember(cli, ledger, options));
  recordsNamed(remembered.replications, names);
  const found = fleetStatus(remembered, names, cli.now());
  if (options.json) printJson(cli, { version: 1, command: 'status', ...found });
  else cli.terminal.stdout.write(statusText(styleOf(cli), found));
  return statusExitCode(found);
}
