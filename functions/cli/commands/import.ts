import { CannotDiscover, type Discovered, discover, type LiveBucket } from '../../../shared/discover.ts';
import { count, printable } from '../../../shared/text/text.ts';
import { type AccessOptions, openAccess } from '../access.ts';
import { type Cli, printJson } from '../cli.ts';
import { failureTopicOf } from '../documents.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { insistOnWritable, writeWhole } from '../output-file.ts';
import { progressOn } from '../progress.ts';
import type { Run } from '../run.ts';
import { runJson } from '../run-json.ts';
import { itemsOf } from '../standing.ts';
import { wantsColour } from '../terminal.ts';
import { titleAt } from '../view/item.ts';
import { overviewText } from '../view/overview.ts';
import { runExitCode, styleOf, titlesOf } from './show.ts';

export interface ImportOptions extends AccessOptions {
  readonly source: LiveBucket;
  readonly destination: LiveBucket;
  /** The destination's owner lets nobody in: nothing is read there. */
  readonly unmanagedDestination?: boolean;
  /** undefined: found in the rule ids, else made of the name of the destination bucket. */
  readonly name?: string;
  /** undefined or `-`: standard output. */
  readonly output?: string;
  /** Replace the file when it is there. */
  readonly force?: boolean;
  readonly yaml: boolean;
  readonly json: boolean;
}

const targetOf = ({ output, force = false }: ImportOptions) =>
  output === undefined || output === '-' ? undefined : { file: output, force };

async function find(cli: Cli, options: ImportOptions): Promise<{ readonly found: Discovered; readonly run: Run }> {
  const { source, destination, name, unmanagedDestination = false } = options;
  const access = await openAccess(cli, options, false);
  // The region in force already: no other is asked where a bucket is before it.
  const region = options.region ?? cli.terminal.env.AWS_REGION ?? cli.terminal.env.AWS_DEFAULT_REGION ?? 'us-east-1';
  const failureTopic = failureTopicOf(cli);
  const request = {
    source,
    destination,
    region,
    failureTopic,
    managed: !unmanagedDestination,
    ...(name !== undefined && { name }),
  };
  const progress = progressOn(cli.terminal, options.json);
  progress.show(`reading ${source.bucket} and ${destination.bucket}`);
  try {
    const found = await discover(request, access.observer, cli.now);
    return { found, run: runOf(found, access.counts()) };
  } catch (cause) {
    if (cause instanceof CannotDiscover) throw new CommandFailure(cause.message, { cause });
    throw cause;
  } finally {
    progress.clear();
  }
}

const runOf = ({ report, replication, notes }: Discovered, calls: Run['calls']): Run => ({
  command: 'plan',
  reports: [report],
  replications: new Map([[replication.name, replication]]),
  rejected: [],
  notes,
  troubles: [],
  calls,
});

async function textOf(document: unknown, options: ImportOptions): Promise<string> {
  if (!options.yaml && !/\.ya?ml$/i.test(options.output ?? '')) return `${JSON.stringify(document, null, 2)}\n`;
  const { stringify } = await import('yaml');
  return stringify(document);
}

/** What plan says of the document: one line, then what is left in full. */
async function tellPlan(cli: Cli, { report, replication, notes }: Discovered, run: Run): Promise<void> {
  const { stderr, env } = cli.terminal;
  const style = { ...styleOf(cli), colour: wantsColour(stderr, env) };
  const titles = await titlesOf(cli);
  for (const note of notes) stderr.write(`note: ${printable(note)}\n`);
  const repairs = itemsOf(report).filter(({ standing }) => standing === 'planned');
  const names = repairs.map((item) => titleAt(titles, item, replication)).join(', ');
  if (repairs.length > 0) stderr.write(`plan would make ${count(repairs.length, 'repair')}: ${printable(names)}.\n`);
  if (runExitCode(run) === exitCode.inSync) stderr.write('plan finds nothing to repair.\n');
  else stderr.write(`\n${overviewText(style, run, titles, { advise: false })}`);
}

/** Reads two live buckets and writes the smallest document that says what was found. 0 when plan finds nothing to do for it, else 2. */
export async function importPair(cli: Cli, options: ImportOptions): Promise<ExitCode> {
  const target = targetOf(options);
  if (target !== undefined) await insistOnWritable(target);
  const { found, run } = await find(cli, options);
  const text = await textOf(found.document, options);
  if (target !== undefined) {
    await writeWhole(target, text);
    cli.terminal.stderr.write(`Written to ${printable(target.file)}.\n`);
  }
  if (options.json) printJson(cli, { version: 1, command: 'import', document: found.document, plan: runJson(run) });
  else {
    if (target === undefined) cli.terminal.stdout.write(text);
    await tellPlan(cli, found, run);
  }
  return runExitCode(run) === exitCode.inSync ? exitCode.inSync : exitCode.drift;
}
