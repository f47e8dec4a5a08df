import { type Cli, printJson } from '../cli.ts';
import { loadDocuments } from '../documents.ts';
import { CommandFailure, type ExitCode } from '../failure.ts';
import { reconcileAll } from '../passes.ts';
import type { Run } from '../run.ts';
import { reportJson } from '../run-json.ts';
import { exitCodeOf } from '../standing.ts';
import { explanationText } from '../view/explanation.ts';
import type { PlanOptions } from './plan.ts';
import { styleOf, titlesOf } from './show.ts';

function reportOn(run: Run, name: string): Run['reports'][number] {
  const report = run.reports.find((one) => one.name === name);
  if (report) return report;
  const [trouble] = run.troubles;
  throw new CommandFailure(trouble ? `${name} could not be looked at: ${trouble.message}` : `There is no report on ${name}.`);
}

/** Shows the chain of one replication: every hop of the permission proof, every setting. Writes nothing. */
export async function explain(cli: Cli, name: string, options: PlanOptions): Promise<ExitCode> {
  const run = await reconcileAll(cli, await loadDocuments(cli, options), { ...options, replications: [name] }, false);
  const report = reportOn(run, name);
  if (options.json) printJson(cli, { version: 1, command: 'explain', replication: reportJson(report, run) });
  else cli.terminal.stdout.write(explanationText(styleOf(cli), report, run.replications.get(name), await titlesOf(cli)));
  return exitCodeOf([report], run.troubles.length);
}
