import {
  BootstrapFailure,
  type Created,
  createFoundations,
  type Foundation,
  foundationText,
  missingFoundations,
} from '../../../shared/bootstrap.ts';
import type { AwsGateway } from '../../../shared/model/aws-call.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import { count, paint, printable } from '../../../shared/text/text.ts';
import { openAccess } from '../access.ts';
import { type Cli, printJson } from '../cli.ts';
import { type Loaded, loadDocuments, replicationsOf } from '../documents.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { reconcileAll } from '../passes.ts';
import { progressOn } from '../progress.ts';
import { runJson } from '../run-json.ts';
import { groupsWith, insistOnNames } from '../selection.ts';
import { canAsk, confirmed } from '../terminal.ts';
import type { PlanOptions } from './plan.ts';
import { runExitCode, showRun, styleOf } from './show.ts';

export interface BootstrapOptions extends PlanOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
}

const byPerson =
  'Bootstrap is run by a person: the roles Lockstep runs with may create neither buckets nor keys. Use credentials that may: --no-assume with a profile for each account (--profile 111111111111=NAME), or --observer-role and --healer-role naming a role of administrators.';

const createdText = (created: readonly Created[]): string =>
  created.length === 0
    ? ''
    : `\nCreated before that, and kept: ${created.map(foundationText).join(', ')}. Run bootstrap again to go on.`;

/** In the words of the command line. */
async function tellingWhy<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof BootstrapFailure)) throw error;
    const hint = error.problems.some(({ denied }) => denied) ? { hint: byPerson } : {};
    throw new CommandFailure(`${error.message}${createdText(error.created)}`, { ...hint, cause: error });
  }
}

/** The replications of the groups that will be reconciled, without those that only want to be watched. */
async function concerned(cli: Cli, loaded: Loaded, names: readonly string[]): Promise<readonly Replication[]> {
  const all = replicationsOf(loaded);
  insistOnNames(all, names);
  const { groupsOf } = await cli.core.groups();
  const replications = groupsWith(groupsOf(all), names).flatMap((group) => group.replications);
  for (const { name, mode } of replications)
    if (mode.kind !== 'repair')
      cli.terminal.stderr.write(`${name}: nothing is created for it, its document says \`mode: ${mode.kind}\`.\n`);
  return replications.filter(({ mode }) => mode.kind === 'repair');
}

function missingText(cli: Cli, missing: readonly Foundation[]): string {
  if (missing.length === 0) return 'All buckets and keys are there.\n';
  const style = styleOf(cli);
  const lines = missing.map((foundation) => `  ${paint(style, 'green', '+')} ${printable(foundationText(foundation))}`);
  return `${['To be created:', ...lines].join('\n')}\n`;
}

function rehearse(cli: Cli, missing: readonly Foundation[], json: boolean): ExitCode {
  if (json) printJson(cli, { version: 1, command: 'bootstrap', dryRun: true, missing });
  else cli.terminal.stdout.write(`${missingText(cli, missing)}Roles and settings follow as \`lockstep apply\` makes them.\n`);
  return missing.length === 0 ? exitCode.inSync : exitCode.drift;
}

interface Work {
  readonly loaded: Loaded;
  readonly missing: readonly Foundation[];
  readonly observer: AwsGateway;
}

async function createAll(cli: Cli, { missing, observer }: Work, options: BootstrapOptions): Promise<readonly Created[]> {
  if (missing.length === 0) return [];
  const { healer } = await openAccess(cli, options, true);
  const progress = progressOn(cli.terminal, options.json);
  const onProgress = (foundation: Foundation, done: number) =>
    progress.show(`creating ${done + 1} of ${missing.length}: ${foundationText(foundation)}`);
  try {
    return await tellingWhy(createFoundations(missing, { observer, creator: healer, wait: cli.wait, onProgress }));
  } finally {
    progress.clear();
  }
}

async function perform(cli: Cli, work: Work, options: BootstrapOptions): Promise<ExitCode> {
  const created = await createAll(cli, work, options);
  if (created.length > 0 && !options.json)
    cli.terminal.stdout.write(
      `${count(created.length, 'resource')} created: ${created.map((one) => printable(foundationText(one))).join(', ')}.\n\n`,
    );
  const run = await reconcileAll(cli, work.loaded, options, true);
  if (!options.json) return showRun(cli, run, false);
  printJson(cli, { ...runJson(run), command: 'bootstrap', dryRun: false, created });
  return runExitCode(run);
}

/** Creates what only a person may create, once, and then repairs the settings as `apply` does. */
export async function bootstrap(cli: Cli, options: BootstrapOptions): Promise<ExitCode> {
  const loaded = await loadDocuments(cli, options);
  const { observer } = await openAccess(cli, options, false);
  const missing = await tellingWhy(missingFoundations(await concerned(cli, loaded, options.replications), observer));
  if (options.dryRun) return rehearse(cli, missing, options.json);
  if (!options.yes && !options.json && canAsk(cli.terminal)) {
    cli.terminal.stdout.write(missingText(cli, missing));
    if (
      !(await confirmed(cli.terminal, missing.length > 0 ? 'Create this, then repair all settings?' : 'Repair all settings?'))
    ) {
      cli.terminal.stderr.write('Nothing was changed.\n');
      return exitCode.drift;
    }
  }
  return perform(cli, { loaded, missing, observer }, options);
}
