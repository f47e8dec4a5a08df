import type { PauseRecord } from '../../../shared/controller/ledger.ts';
import { printable } from '../../../shared/text/text.ts';
import { instantText } from '../../../shared/text/time.ts';
import { type Cli, printJson } from '../cli.ts';
import { callerOf, freezeParameterOf, hubOf, type LedgerOptions, recordsNamed, withLedger } from '../controller.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { type EndOptions, endOf } from '../moment.ts';
import { putParameter } from '../parameters.ts';

export interface PauseOptions extends LedgerOptions, EndOptions {
  readonly reason?: string;
  /** The whole fleet, by the freeze parameter. */
  readonly all: boolean;
  readonly json: boolean;
}

function reasonOf({ reason }: PauseOptions): string {
  const text = reason?.trim() ?? '';
  if (text !== '') return text;
  throw new CommandFailure('Say why, for those who find it paused: --reason "…".');
}

/** @throws CommandFailure unless either names or `--all` were given */
export function insistOnTargets(names: readonly string[], all: boolean): void {
  if (all === names.length > 0)
    throw new CommandFailure(
      all
        ? '--all is for the whole fleet: name no replication beside it.'
        : 'Name a replication, or give --all for the whole fleet.',
    );
}

async function pauseAll(cli: Cli, options: PauseOptions, until: string, reason: string): Promise<ExitCode> {
  const parameter = freezeParameterOf(cli);
  const hub = await hubOf(cli, options);
  const by = await callerOf(hub);
  const Value = JSON.stringify({ until, reason, by });
  await putParameter(hub, { Name: parameter, Value, Type: 'String', Overwrite: true });
  if (options.json) printJson(cli, { version: 1, command: 'pause', all: true, parameter, until, reason, by });
  else
    cli.terminal.stdout.write(
      `Nothing is repaired anywhere until ${instantText(until)} (${parameter}). It goes on being watched. \`lockstep resume --all\` ends it earlier.\n`,
    );
  return exitCode.inSync;
}

/** Stops repairs of some replications, or of all, until an instant. They go on being watched. */
export async function pause(cli: Cli, names: readonly string[], options: PauseOptions): Promise<ExitCode> {
  insistOnTargets(names, options.all);
  const until = endOf(options, cli.now());
  const reason = reasonOf(options);
  if (options.all) return pauseAll(cli, options, until, reason);
  const by = await callerOf(await hubOf(cli, options));
  const paused = await withLedger(cli, options, async (ledger) => {
    const records = recordsNamed(await ledger.replications(), names);
    const pauses = records.map(({ replication }): PauseRecord => ({ replication: replication.name, until, reason, by }));
    for (const record of pauses) await ledger.putPause(record);
    return pauses;
  });
  if (options.json) printJson(cli, { version: 1, command: 'pause', all: false, pauses: paused });
  else
    for (const { replication } of paused)
      cli.terminal.stdout.write(
        printable(
          `${replication} is not repaired until ${instantText(until)}. \`lockstep resume ${replication}\` ends it earlier.\n`,
        ),
      );
  return exitCode.inSync;
}
