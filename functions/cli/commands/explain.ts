import type { ReplicationState } from '../../../shared/policy/replication-state.ts';
import { printable } from '../../../shared/text/text.ts';
import { openAccess } from '../access.ts';
import { asking, keyToRead, type ObjectOptions, objectAsked } from '../asked-object.ts';
import { type Cli, printJson } from '../cli.ts';
import { loadDocuments } from '../documents.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { readValue, tellingFaults } from '../json-file.ts';
import { accountsInFile, insistOnOneSource } from '../organization.ts';
import { insistOnWritable, writeWhole } from '../output-file.ts';
import { reconcileAll } from '../passes.ts';
import { proofJson } from '../proof-json.ts';
import type { Run } from '../run.ts';
import { reportJson } from '../run-json.ts';
import type { Explained } from '../view/explanation.ts';
import { explanationText } from '../view/explanation.ts';
import type { PlanOptions } from './plan.ts';
import { styleOf, titlesOf } from './show.ts';

export interface ExplainOptions extends PlanOptions, ObjectOptions {
  /** Explain what a file says instead of asking AWS. */
  readonly state?: string;
  /** Write what was read to this file. */
  readonly save?: string;
  readonly force: boolean;
}

function reportOn(run: Run, name: string): Run['reports'][number] {
  const report = run.reports.find((one) => one.name === name);
  if (report) return report;
  const [trouble] = run.troubles;
  throw new CommandFailure(trouble ? `${name} could not be looked at: ${trouble.message}` : `There is no report on ${name}.`);
}

/** A key that only the object asked about is under is read too. */
async function withObjectKey(cli: Cli, state: ReplicationState, options: ExplainOptions): Promise<ReplicationState> {
  const arn = keyToRead(state, objectAsked(options));
  if (arn === undefined) return state;
  const [{ readKey }, { observer }] = await Promise.all([cli.core.readKey(), openAccess(cli, options, false)]);
  const keys = [...(state.source.keys ?? []), await readKey(arn, observer)];
  return { ...state, source: { ...state.source, keys } };
}

async function fromAws(cli: Cli, name: string, options: ExplainOptions): Promise<Explained> {
  const seen = new Map<string, ReplicationState>();
  const onProof = (of: string, { state }: { readonly state: ReplicationState }) => void seen.set(of, state);
  const run = await reconcileAll(cli, await loadDocuments(cli, options), { ...options, replications: [name], onProof }, false);
  const report = reportOn(run, name);
  const state = seen.get(name);
  if (state === undefined) throw new CommandFailure(`There is no proof of ${name}.`);
  return { state: await withObjectKey(cli, state, options), report, run };
}

async function save(cli: Cli, { state }: Explained, { save: file, force }: ExplainOptions): Promise<void> {
  if (file === undefined) return;
  await writeWhole({ file, force }, `${JSON.stringify(state, null, 2)}\n`);
  cli.terminal.stderr.write(`Written to ${printable(file)}.\n`);
}

function chosen(states: readonly ReplicationState[], name: string | undefined): readonly ReplicationState[] {
  const found = name === undefined ? states : states.filter((state) => state.name === name);
  if (found.length > 0) return found;
  const names = states.flatMap((state) => state.name ?? []).join(', ');
  throw new CommandFailure(`There is no replication "${name}" in the file.`, names === '' ? {} : { hint: `It holds: ${names}.` });
}

async function fromFile(
  cli: Cli,
  file: string,
  name: string | undefined,
  options: ExplainOptions,
): Promise<readonly Explained[]> {
  const what = 'state';
  const [{ value, source }, { readStates }] = await Promise.all([readValue(cli, file, what), cli.core.states()]);
  const { states, notes } = tellingFaults(what, () => readStates(value, source));
  const given = options.organizationFile === undefined ? {} : await accountsInFile(cli, options.organizationFile);
  const only = states.length === 1 && states[0]?.name === undefined ? states : chosen(states, name);
  return only.map((state) => ({ state: { ...state, accounts: { ...state.accounts, ...given } }, notes }));
}

function insistOnSense(name: string | undefined, options: ExplainOptions): void {
  insistOnOneSource(options);
  if (options.state === undefined) {
    if (name !== undefined) return;
    throw new CommandFailure('Name the replication to explain, or give a state with --state.');
  }
  const contrary = [
    options.document.length > 0 && '--document',
    options.save !== undefined && '--save',
    options.organization && '--organization',
  ].find((option) => typeof option === 'string');
  if (contrary) throw new CommandFailure(`${contrary} cannot be combined with --state: a state is explained without AWS.`);
}

async function explained(cli: Cli, name: string | undefined, options: ExplainOptions): Promise<readonly Explained[]> {
  if (options.state !== undefined) return fromFile(cli, options.state, name, options);
  if (options.save !== undefined) await insistOnWritable({ file: options.save, force: options.force });
  const live = await fromAws(cli, name ?? '', options);
  await save(cli, live, options);
  return [live];
}

/**
 * Shows the chain of one replication: would an object be attempted, may it pass every hop, how does every setting stand. Writes nothing in
 * AWS. 0 when every hop is allowed, 2 when one is denied or cannot be told.
 */
export async function explain(cli: Cli, name: string | undefined, options: ExplainOptions): Promise<ExitCode> {
  insistOnSense(name, options);
  const object = objectAsked(options);
  const found = await explained(cli, name, options);
  const { prove } = await cli.core.proof();
  const proven = found.map((one) => {
    const state = asking(one.state, object);
    return { ...one, state, proof: prove(state, { unreadOrganizationPolicies: 'note' }) };
  });
  if (options.json) {
    const [live] = found;
    const replication = live?.report && live.run ? { replication: reportJson(live.report, live.run) } : {};
    const notes = found[0]?.notes ?? [];
    printJson(cli, { version: 1, command: 'explain', ...replication, proofs: proven.map(proofJson), notes });
  } else {
    const titles = await titlesOf(cli);
    cli.terminal.stdout.write(proven.map((one) => explanationText(styleOf(cli), one, titles)).join('\n'));
  }
  return proven.every(({ proof }) => proof.answer === 'allowed') ? exitCode.inSync : exitCode.drift;
}
