import type { FleetChange, Ledger, ReplicationRecord } from '../../../shared/controller/ledger.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import type { Retirement } from '../../../shared/retire.ts';
import { type AccessOptions, openAccess } from '../access.ts';
import { type Cli, printJson } from '../cli.ts';
import { callerOf, hubOf, type LedgerOptions, recordsNamed, withLedger } from '../controller.ts';
import { loadDocuments, replicationsOf } from '../documents.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { defaultPath, readParameters } from '../parameters.ts';
import { progressOn } from '../progress.ts';
import { canAsk, confirmed } from '../terminal.ts';
import { outcomeOf, retiredText, retirementText, type Titles } from '../view/retirement.ts';
import { styleOf, titlesOf } from './show.ts';

export interface RetireOptions extends AccessOptions, LedgerOptions {
  /** Documents in force beside those in Parameter Store. */
  readonly document: readonly string[];
  readonly path?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

interface Work {
  readonly ledger: Ledger;
  readonly gone: readonly Replication[];
  /** All others: what they want stays. */
  readonly staying: readonly Replication[];
}

const namedIn = (document: string, names: readonly string[]): CommandFailure =>
  new CommandFailure(`${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} still in the document ${document}.`, {
    hint: 'Remove it from the document first, and push that: a replication that a document names is repaired, not retired.',
  });

/** Names of the replications in a text, as far as it can be told: one that cannot be read may name any of them. */
function namesIn(text: string, names: readonly string[]): readonly string[] {
  try {
    const { replications } = JSON.parse(text) as { replications?: object };
    return names.filter((name) => Object.hasOwn(replications ?? {}, name));
  } catch {
    return names.filter((name) => new RegExp(`(^|[^\\w.-])${name}([^\\w.-]|$)`).test(text));
  }
}

/** Parameter Store may know more than the ledger: a document put back a moment ago. */
async function insistOnNoDocument(
  cli: Cli,
  names: readonly string[],
  { path = defaultPath, region }: RetireOptions,
): Promise<void> {
  const hub = await hubOf(cli, region === undefined ? {} : { region });
  for (const { name, text } of await readParameters(hub, path)) {
    const found = namesIn(text, names);
    if (found.length > 0) throw namedIn(name, found);
  }
}

/** What the files given want, which must not be anything that is to be retired. */
async function furtherReplications(cli: Cli, names: readonly string[], options: RetireOptions): Promise<readonly Replication[]> {
  if (options.document.length === 0) return [];
  const loaded = await loadDocuments(cli, { document: options.document });
  const [invalid] = loaded.rejected;
  if (invalid)
    throw new CommandFailure(`${invalid.document} is not valid, so what it wants to keep is not known.`, {
      faults: invalid.faults,
    });
  const named = replicationsOf(loaded).filter(({ name }) => names.includes(name));
  if (named[0])
    throw namedIn(
      named[0].document,
      named.map(({ name }) => name),
    );
  return replicationsOf(loaded);
}

function insistOnOrphans(records: readonly ReplicationRecord[]): void {
  const live = records.find(({ replication }) => replication.orphanedSince === undefined);
  if (live !== undefined) throw namedIn(live.replication.document, [live.replication.name]);
}

async function prepare(cli: Cli, ledger: Ledger, names: readonly string[], options: RetireOptions): Promise<Work> {
  const all = await ledger.replications();
  const records = recordsNamed(all, names);
  insistOnOrphans(records);
  await insistOnNoDocument(cli, names, options);
  const further = await furtherReplications(cli, names, options);
  const others = all.map(({ replication }) => replication).filter(({ name }) => !names.includes(name));
  return { ledger, gone: records.map(({ replication }) => replication), staying: [...others, ...further] };
}

async function run(cli: Cli, work: Work, options: RetireOptions, write: boolean, titles: Titles): Promise<Retirement> {
  const [{ retire: retireAll }, { observer, healer }] = await Promise.all([cli.core.retire(), openAccess(cli, options, write)]);
  const progress = progressOn(cli.terminal, options.json);
  const onStep = (title: string, done: number, total: number) =>
    progress.show(`removing ${done + 1} of ${total}: ${titles.get(title)?.title ?? title}`);
  try {
    return await retireAll(work.gone, work.staying, { observer, healer, write, wait: cli.wait, onStep });
  } finally {
    progress.clear();
  }
}

/** Takes them out of the fleet as it is now, in turn with admission. What was done to them stays in the history. */
async function forget(cli: Cli, { ledger, gone }: Work, by: string): Promise<void> {
  const [{ fleetOf, changeBetween }, { inTurn }] = await Promise.all([cli.core.fleet(), cli.core.turn()]);
  const names = new Set(gone.map(({ name }) => name));
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const owner = `retire ${by} ${cli.now().toISOString()}`;
  const done = await inTurn({ ledger, now: cli.now, wait: cli.wait, log }, owner, true, async () => {
    const [replications, groups, index] = await Promise.all([ledger.replications(), ledger.groups(), ledger.index()]);
    const left = replications.map(({ replication }) => replication).filter(({ name }) => !names.has(name));
    const change: FleetChange = changeBetween(
      { replications, groups, index },
      fleetOf(left, replications, cli.now().toISOString()),
    );
    for (const name of names) {
      await ledger.removePause(name);
      await ledger.removeStatus(name);
    }
    const removed = new Set(change.removedGroups);
    for (const { group, setting } of await ledger.contests()) if (removed.has(group)) await ledger.removeContest(group, setting);
    await ledger.changeFleet(change);
    return true;
  });
  if (done === undefined)
    throw new CommandFailure('AWS is done, but the ledger is being written by an admission right now.', {
      hint: 'Run the same command again in a minute.',
    });
}

function retireJson(work: Work, retirement: Retirement, isRetired: boolean) {
  return {
    version: 1,
    command: 'retire',
    replications: work.gone.map(({ name }) => name),
    retired: isRetired,
    steps: retirement.steps.map((step) => {
      const { aspect, resource, differences, calls } = step;
      const outcome = outcomeOf(retirement, step);
      return { aspect, resource, differences, calls, ...(outcome !== undefined && { outcome }) };
    }),
    held: retirement.held,
    kept: retirement.kept,
    troubles: retirement.troubles,
  };
}

async function carryOut(cli: Cli, work: Work, options: RetireOptions, titles: Titles): Promise<ExitCode> {
  const retirement = await run(cli, work, options, true, titles);
  if (retirement.isDone) await forget(cli, work, await callerOf(await hubOf(cli, options)));
  const names = work.gone.map(({ name }) => name);
  if (options.json) printJson(cli, retireJson(work, retirement, retirement.isDone));
  else cli.terminal.stdout.write(retiredText(styleOf(cli), retirement, titles, names));
  return retirement.isDone ? exitCode.inSync : exitCode.error;
}

/** Nothing can be removed, and something is not known. */
function stuck(cli: Cli, work: Work, planned: Retirement, { json }: RetireOptions): ExitCode {
  if (json) printJson(cli, retireJson(work, planned, false));
  else cli.terminal.stderr.write('Nothing was changed: what is said above is in the way.\n');
  return exitCode.error;
}

async function agreed(cli: Cli, planned: Retirement, { json }: RetireOptions): Promise<boolean> {
  if (json) return false;
  const question = planned.steps.length > 0 ? '\nRemove this?' : '\nForget it?';
  if (canAsk(cli.terminal) && (await confirmed(cli.terminal, question))) return true;
  cli.terminal.stderr.write(canAsk(cli.terminal) ? 'Nothing was changed.\n' : 'Nothing was changed: add --yes to do it.\n');
  return false;
}

/** Shows what would be removed for orphaned replications, asks, removes it and forgets them. */
export async function retire(cli: Cli, names: readonly string[], options: RetireOptions): Promise<ExitCode> {
  const titles = await titlesOf(cli);
  return withLedger(cli, options, async (ledger) => {
    const work = await prepare(cli, ledger, names, options);
    const planned = await run(cli, work, options, false, titles);
    if (!options.json) cli.terminal.stdout.write(retirementText(styleOf(cli), work.gone, planned, titles));
    if (planned.steps.length === 0 && !planned.isDone) return stuck(cli, work, planned, options);
    if (options.yes || (await agreed(cli, planned, options))) return carryOut(cli, work, options, titles);
    if (options.json) printJson(cli, retireJson(work, planned, false));
    return exitCode.drift;
  });
}
