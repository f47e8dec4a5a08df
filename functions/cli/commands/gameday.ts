import type { GroupMemory, Ledger, ReplicationRecord } from '../../../shared/controller/ledger.ts';
import { plannedDamage, undo } from '../../../shared/gameday/act.ts';
import type { Experiment, Scene } from '../../../shared/gameday/experiment.ts';
import { markOf } from '../../../shared/gameday/experiments/deny.ts';
import { experiments } from '../../../shared/gameday/experiments.ts';
import { NotBroken, type Play, type Played, play } from '../../../shared/gameday/play.ts';
import { affectedBy, obstacles } from '../../../shared/gameday/readiness.ts';
import type { AwsGateway } from '../../../shared/model/aws-call.ts';
import { type Cli, printJson } from '../cli.ts';
import { freezeParameterOf, hubOf, type LedgerOptions, placeOf, recordsNamed, withLedger } from '../controller.ts';
import { CommandFailure, type ExitCode, exitCode } from '../failure.ts';
import { type BreakerOptions, insistOnAccounts, isHarmless, openBreaker, type Place } from '../gameday-access.ts';
import { defaultPath } from '../parameters.ts';
import { canAsk } from '../terminal.ts';
import {
  announcement,
  type CleanedUp,
  cleanedUpText,
  gamedayJson,
  momentText,
  outcomeText,
  rehearsalText,
} from '../view/gameday.ts';
import { styleOf } from './show.ts';

export interface GamedayOptions extends LedgerOptions, BreakerOptions {
  /** undefined: the first there is; with `undo`, all of them. */
  readonly experiment?: string;
  readonly minutes: number;
  readonly probe: boolean;
  /** false: `--no-alarm`. */
  readonly alarm: boolean;
  readonly undo: boolean;
  readonly dryRun: boolean;
  /** The name of the replication, instead of typing it. */
  readonly yesBreak?: string;
  readonly json: boolean;
}

const names = experiments.map(({ name }) => name);

/** @throws CommandFailure when there is none of that name */
function experimentNamed(asked: string | undefined): Experiment {
  const found = asked === undefined ? experiments[0] : experiments.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  throw new CommandFailure(`There is no experiment "${asked}".`, { hint: `There are: ${names.join(', ')}.` });
}

interface Work {
  readonly ledger: Ledger;
  readonly record: ReplicationRecord;
  readonly memory: GroupMemory | undefined;
  readonly scene: Scene;
  readonly aws: AwsGateway;
}

async function prepare(cli: Cli, ledger: Ledger, name: string, options: GamedayOptions): Promise<Work> {
  const [record] = recordsNamed(await ledger.replications(), [name]);
  if (record === undefined) throw new CommandFailure(`The controller knows no replication "${name}".`);
  const memory = await ledger.group(record.group);
  const group = memory?.replications.map(({ replication }) => replication) ?? [record.replication];
  const aws = await openBreaker(cli, options);
  return { ledger, record, memory, scene: { replication: record.replication, group }, aws };
}

/** @throws CommandFailure that names everything that stands against it */
async function insistOnReadiness(
  cli: Cli,
  { experiment }: Play,
  { memory, scene }: Work,
  options: GamedayOptions,
): Promise<void> {
  const [{ parameterStore }, hub] = await Promise.all([cli.core.parameters(), hubOf(cli, options)]);
  const store = parameterStore({ hub, path: defaultPath, freezeParameter: freezeParameterOf(cli), now: cli.now });
  const found = obstacles(experiment, { scene, memory, freeze: await store.freeze(), now: cli.now() });
  if (found.length > 0)
    throw new CommandFailure(`Nothing was broken: ${found.join('\n')}`, {
      hint: 'A game day needs a replication that is proven, and a controller that may repair it.',
    });
}

/** Where it reads and writes; an owner who keeps the destination to himself lets nobody look there. */
function placesOf({ setting, scene: { replication }, probe }: Play): readonly Place[] {
  const { source, destination } = replication;
  return [setting.resource, ...(probe ? [source, ...(destination.managed ? [destination] : [])] : [])];
}

/** @throws CommandFailure unless it is harmless, or somebody said the name */
async function insistOnConsent(cli: Cli, name: string, { yesBreak, json }: GamedayOptions): Promise<void> {
  if (yesBreak === name || (yesBreak === undefined && (await isHarmless(cli)))) return;
  if (yesBreak !== undefined)
    throw new CommandFailure(`Nothing was broken: --yes-break says "${yesBreak}", and the replication is ${name}.`);
  if (json || !canAsk(cli.terminal))
    throw new CommandFailure(`Nothing was broken: this is not the local AWS. Add --yes-break ${name} to break it for real.`);
  cli.terminal.stderr.write('\nThis breaks it for real. Type the name of the replication to go on: ');
  if ((await cli.terminal.stdin.readLine()).trim() !== name) throw new CommandFailure('Nothing was broken.');
}

async function rehearse(cli: Cli, plan: Play, { aws }: Work, { json }: GamedayOptions): Promise<ExitCode> {
  const move = await plannedDamage(plan, aws);
  if ('refused' in move) throw new CommandFailure(`Nothing can be broken: ${move.refused}`);
  const shown = {
    version: 1,
    command: 'gameday',
    dryRun: true,
    replication: plan.scene.replication.name,
    experiment: plan.experiment.name,
  };
  if (json) printJson(cli, { ...shown, calls: move.calls });
  else cli.terminal.stdout.write(rehearsalText(styleOf(cli), move.calls));
  return exitCode.inSync;
}

async function perform(cli: Cli, plan: Play, { ledger, aws }: Work, options: GamedayOptions): Promise<ExitCode> {
  const style = styleOf(cli);
  const alarms = options.alarm ? await cli.core.alarms(placeOf(cli, options)) : undefined;
  const played = await play(plan, {
    ...{ ledger, aws, now: cli.now, wait: cli.wait, stopped: cli.untilStopped(true) },
    ...(alarms && { alarms }),
    onMoment: (moment) => options.json || cli.terminal.stdout.write(momentText(style, moment)),
  });
  insistOnUndone(plan, played);
  if (played.trouble instanceof NotBroken) throw new CommandFailure(`Nothing is broken: ${played.trouble.message}`);
  if (options.json) printJson(cli, gamedayJson(plan, played));
  else cli.terminal.stdout.write(outcomeText(style, plan, played));
  if (played.trouble !== undefined) throw played.trouble;
  if (played.wasStopped) return exitCode.error;
  return played.missing.length === 0 ? exitCode.inSync : exitCode.drift;
}

function insistOnUndone({ experiment, scene }: Play, { undone, trouble }: Played): void {
  if (!('failed' in undone)) return;
  const { name } = scene.replication;
  const before = trouble instanceof Error ? ` Before that: ${trouble.message}` : '';
  throw new CommandFailure(`It may still be broken, for it could not be undone: ${undone.failed}${before}`, {
    hint: `Run \`lockstep gameday ${name} --undo\` with credentials that may; ${experiment.reversible}`,
  });
}

/** What the controller may put right may be put right by anybody; else it stays for its owner. The Deny says itself whose it is. */
function isMeant(experiment: Experiment, { scene, memory }: Work, asked: string | undefined): boolean {
  const { name, mode, orphanedSince } = scene.replication;
  const isRepaired = mode.kind === 'repair' && orphanedSince === undefined && memory?.pauses.has(name) !== true;
  return asked === undefined ? experiment === experiments[0] || isRepaired : experiment.name === asked;
}

/** After a run that was killed: what it did is known by its name, or by what the document wants. */
async function cleanUp(cli: Cli, work: Work, { experiment: asked, json }: GamedayOptions): Promise<ExitCode> {
  const { scene, aws } = work;
  const meant = experiments.filter((one) => isMeant(one, work, asked));
  await insistOnAccounts(
    aws,
    meant.flatMap((one) => one.setting(scene)?.resource ?? []),
  );
  const cleaned: CleanedUp[] = [];
  for (const experiment of meant)
    cleaned.push({ experiment: experiment.name, ...(await undo(experiment, scene, aws, cli.wait)) });
  const replication = scene.replication.name;
  if (json) printJson(cli, { version: 1, command: 'gameday', replication, undo: true, experiments: cleaned });
  else cli.terminal.stdout.write(cleanedUpText(styleOf(cli), replication, cleaned));
  return cleaned.some((one) => 'failed' in one) ? exitCode.error : exitCode.inSync;
}

/** @throws CommandFailure when the experiment is not for such a replication */
function planOf({ record, scene }: Work, { experiment: asked, probe, minutes }: GamedayOptions, now: Date): Play {
  const experiment = experimentNamed(asked);
  const setting = experiment.setting(scene);
  if (setting !== undefined) return { experiment, setting, record, scene, mark: markOf(now, minutes), probe, minutes };
  throw new CommandFailure(
    `The experiment ${experiment.name} is not for ${scene.replication.name}: its destination is not managed.`,
  );
}

async function run(cli: Cli, name: string, work: Work, options: GamedayOptions): Promise<ExitCode> {
  const plan = planOf(work, options, cli.now());
  await insistOnReadiness(cli, plan, work, options);
  const callers = await insistOnAccounts(work.aws, placesOf(plan));
  const others = affectedBy(plan.experiment, work.scene).filter((r) => r.name !== name);
  if (!options.json) cli.terminal.stdout.write(announcement(styleOf(cli), plan, callers, others));
  if (options.dryRun) return rehearse(cli, plan, work, options);
  await insistOnConsent(cli, name, options);
  return perform(cli, plan, work, options);
}

/** Breaks one replication on purpose, watches what follows, undoes it whatever happens, and says what came and what did not. */
export async function gameday(cli: Cli, name: string, options: GamedayOptions): Promise<ExitCode> {
  if (options.undo && options.dryRun) throw new CommandFailure('--undo and --dry-run do not go together.');
  experimentNamed(options.experiment);
  return withLedger(cli, options, async (ledger) => {
    const work = await prepare(cli, ledger, name, options);
    return options.undo ? cleanUp(cli, work, options) : run(cli, name, work, options);
  });
}
