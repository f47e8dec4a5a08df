/** What every command that shows a run does with it. */
import type { Style } from '../../../shared/text/text.ts';
import { type Cli, printJson } from '../cli.ts';
import type { ExitCode } from '../failure.ts';
import type { Run } from '../run.ts';
import { exitCodeOf } from '../standing.ts';
import { wantsColour } from '../terminal.ts';
import type { Titles } from '../view/item.ts';
import type { Shape } from '../view/overview.ts';

const widest = 160;

export const styleOf = ({ terminal: { stdout, env } }: Cli): Style => ({
  colour: wantsColour(stdout, env),
  width: Math.min(stdout.columns, widest),
});

export async function titlesOf(cli: Cli): Promise<Titles> {
  const { aspects } = await cli.core.aspects();
  return new Map(aspects.map(({ name, title, matters }) => [name, { title, matters }]));
}

export const runExitCode = (run: Run): ExitCode => exitCodeOf(run.reports, run.rejected.length + run.troubles.length);

/** Prints the run. */
export async function showRun(cli: Cli, run: Run, json: boolean, shape: Shape = {}): Promise<ExitCode> {
  if (json) {
    const { runJson } = await import('../run-json.ts');
    printJson(cli, runJson(run));
  } else {
    const { overviewText } = await import('../view/overview.ts');
    cli.terminal.stdout.write(overviewText(styleOf(cli), run, await titlesOf(cli), shape));
  }
  return runExitCode(run);
}
