import type { ContestRecord, Ledger, PauseRecord, ReplicationRecord } from '../../../shared/controller/ledger.ts';
import { type AwsGateway, toHub } from '../../../shared/model/aws-call.ts';
import { sharedResources } from '../../../shared/model/group.ts';
import type { Replication } from '../../../shared/model/replication.ts';
import { count, printable } from '../../../shared/text/text.ts';
import { instantText } from '../../../shared/text/time.ts';
import { type Cli, printJson } from '../cli.ts';
import {
  askForPass,
  callerOf,
  freezeParameterOf,
  hubOf,
  type LedgerOptions,
  type QueueOptions,
  recordsNamed,
  withLedger,
} from '../controller.ts';
import { type ExitCode, exitCode, refusedBy } from '../failure.ts';
import { insistOnTargets } from './pause.ts';

export interface ResumeOptions extends LedgerOptions, QueueOptions {
  readonly all: boolean;
  readonly json: boolean;
}

interface Resumed {
  readonly replication: string;
  readonly group: string;
  readonly wasPaused: boolean;
  /** Settings whose hold ended. */
  readonly holds: readonly string[];
  /** What still keeps it from being repaired. */
  readonly still?: string;
}

/** A setting is held for all that share its resource: `bucket-policy arn:aws:s3:::orders`. */
const concerns = ({ setting }: ContestRecord, replication: Replication): boolean =>
  sharedResources(replication).includes(setting.slice(setting.indexOf(' ') + 1));

function stillHeld({ mode, orphanedSince, name }: Replication): string | undefined {
  if (orphanedSince !== undefined)
    return `no document names it any more: \`lockstep push\` its document again, or \`lockstep retire ${name}\``;
  if (mode.kind === 'paused') return `its document pauses it until ${instantText(mode.until)}: change the document`;
  return mode.kind === 'observe' ? 'its document says `mode: observe`' : undefined;
}

async function resumeOne(
  ledger: Ledger,
  { replication, group }: ReplicationRecord,
  pauses: readonly PauseRecord[],
  contests: readonly ContestRecord[],
): Promise<Resumed> {
  const { name } = replication;
  const wasPaused = pauses.some((pause) => pause.replication === name);
  if (wasPaused) await ledger.removePause(name);
  const holds = contests.filter((contest) => contest.group === group && concerns(contest, replication));
  for (const { setting } of holds) await ledger.removeContest(group, setting);
  const still = stillHeld(replication);
  return {
    replication: name,
    group,
    wasPaused,
    holds: holds.filter(({ heldUntil }) => heldUntil !== undefined).map(({ setting }) => setting),
    ...(still !== undefined && { still }),
  };
}

function resumedText({ replication, wasPaused, holds, still }: Resumed): string {
  const ended = [
    wasPaused ? 'the pause' : undefined,
    holds.length > 0 ? count(holds.length, 'contested hold') : undefined,
  ].filter(Boolean);
  const said = ended.length === 0 ? 'was neither paused nor contested' : `ended ${ended.join(' and ')}`;
  return printable(`${replication}: ${said}.${still === undefined ? '' : ` It is still not repaired: ${still}.`}`);
}

const askedText = (asked: boolean, groups: number): string =>
  asked
    ? `A pass over ${count(groups, 'group')} was asked for; \`lockstep status\` shows what it finds.`
    : 'No pass was asked for, since no queue is known (--queue, or LOCKSTEP_QUEUE_URL): the next sweep looks, within the hour.';

/** Takes the freeze parameter away. @returns false when there was none */
async function thaw(hub: AwsGateway, Name: string): Promise<boolean> {
  const reply = await hub.send({ operation: 'ssm:DeleteParameter', ...toHub, input: { Name } });
  if (reply.ok) return true;
  if (reply.error.code === 'ParameterNotFound') return false;
  throw refusedBy(`Could not remove ${Name} (ssm:DeleteParameter)`, reply.error);
}

/** Groups with something that is not proven: those that waited for repairs. */
async function waitingGroups(ledger: Ledger): Promise<readonly string[]> {
  const [records, statuses] = await Promise.all([ledger.replications(), ledger.statuses()]);
  const proven = new Set(statuses.filter(({ verdict }) => verdict === 'proven').map(({ replication }) => replication));
  return [...new Set(records.filter(({ replication }) => !proven.has(replication.name)).map(({ group }) => group))];
}

async function resumeAll(cli: Cli, options: ResumeOptions): Promise<ExitCode> {
  const hub = await hubOf(cli, options);
  const by = await callerOf(hub);
  const wasFrozen = await thaw(hub, freezeParameterOf(cli));
  const { wasStopped, groups } = await withLedger(cli, options, async (ledger) => {
    const { budget } = await ledger.fleet();
    if (budget !== undefined) await ledger.putBudget(undefined);
    return { wasStopped: budget !== undefined, groups: await waitingGroups(ledger) };
  });
  const asked = groups.length > 0 && (await askForPass(cli, options, groups, by));
  if (options.json) printJson(cli, { version: 1, command: 'resume', all: true, wasFrozen, wasStopped, asked, groups });
  else {
    const ended = [wasFrozen ? 'the freeze' : undefined, wasStopped ? 'the stop for too much drift' : undefined].filter(Boolean);
    const said = ended.length === 0 ? 'Nothing was frozen or stopped.' : `Ended ${ended.join(' and ')}.`;
    const next = groups.length === 0 ? 'Every replication is proven.' : askedText(asked, groups.length);
    cli.terminal.stdout.write(`${said} ${next}\n`);
  }
  return exitCode.inSync;
}

/** Lets repairs go on: ends pauses and contested holds, or the freeze and the budget's stop of the fleet, and asks for a pass. */
export async function resume(cli: Cli, names: readonly string[], options: ResumeOptions): Promise<ExitCode> {
  insistOnTargets(names, options.all);
  if (options.all) return resumeAll(cli, options);
  const by = await callerOf(await hubOf(cli, options));
  const resumed = await withLedger(cli, options, async (ledger) => {
    const [records, pauses, contests] = await Promise.all([ledger.replications(), ledger.pauses(), ledger.contests()]);
    const ended: Resumed[] = [];
    for (const record of recordsNamed(records, names)) ended.push(await resumeOne(ledger, record, pauses, contests));
    return ended;
  });
  const groups = [...new Set(resumed.map(({ group }) => group))];
  const asked = await askForPass(cli, options, groups, by);
  if (options.json) printJson(cli, { version: 1, command: 'resume', all: false, asked, replications: resumed });
  else cli.terminal.stdout.write(`${[...resumed.map(resumedText), askedText(asked, groups.length)].join('\n')}\n`);
  return exitCode.inSync;
}
