import { count } from '../../../shared/text/text.ts';
import type { Cli } from '../cli.ts';
import { type Loaded, loadDocuments } from '../documents.ts';
import type { ExitCode } from '../failure.ts';
import { reconcileAll } from '../passes.ts';
import type { Run } from '../run.ts';
import { countsOf } from '../standing.ts';
import { canAsk, confirmed } from '../terminal.ts';
import type { PlanOptions } from './plan.ts';
import { runExitCode, showRun } from './show.ts';

export interface ApplyOptions extends PlanOptions {
  readonly yes: boolean;
}

/** Repairs that will really be made: not those of groups that are kept back. */
function repairsIn(run: Run): number {
  const keptBack = new Set(run.troubles.flatMap(({ replications }) => replications));
  return countsOf(run.reports.filter(({ name }) => !keptBack.has(name))).steps;
}

/** Shows the plan and asks. @returns the exit code when the command ends here, undefined to go on */
async function stopsAtPlan(cli: Cli, loaded: Loaded, options: ApplyOptions): Promise<ExitCode | undefined> {
  const run = await reconcileAll(cli, loaded, options, false);
  await showRun(cli, run, false, { advise: false });
  const repairs = repairsIn(run);
  if (repairs === 0) return runExitCode(run);
  if (await confirmed(cli.terminal, `\nMake ${repairs === 1 ? 'this repair' : `these ${count(repairs, 'repair')}`}?`))
    return undefined;
  cli.terminal.stderr.write('Nothing was changed.\n');
  return runExitCode(run);
}

/** Repairs what drifted and reads it back. On a terminal it shows the plan and asks first. */
export async function apply(cli: Cli, options: ApplyOptions): Promise<ExitCode> {
  const loaded = await loadDocuments(cli, options);
  const asks = !options.yes && !options.json && canAsk(cli.terminal);
  const stopped = asks ? await stopsAtPlan(cli, loaded, options) : undefined;
  if (stopped !== undefined) return stopped;
  return showRun(cli, await reconcileAll(cli, loaded, options, true), options.json, { brief: asks });
}
