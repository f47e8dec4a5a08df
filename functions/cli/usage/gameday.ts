/** The command that breaks something on purpose. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cli } from '../cli.ts';
import type { GamedayOptions } from '../commands/gameday.ts';
import { withLedger } from './controller.ts';
import { examples, type Run, repeatable, withJson } from './options.ts';

/** `profile` is left out when it was never given. */
type GamedayFlags = Omit<GamedayOptions, 'profile'> & Partial<Pick<GamedayOptions, 'profile'>>;

/** A session of a role that is assumed from another one ends after an hour: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && minutes > 0 && minutes <= 30) return minutes;
  throw new InvalidArgumentError('Minutes are a number up to 30.');
}

const exitCodesText = `
Exit codes:
  0  everything came that was expected
  2  something did not come in time: it says what, and where to look
  1  nothing was broken, it was stopped, or something could not be read or undone`;

const withExperiment = (command: Command): Command =>
  command
    .optionsGroup('The experiment:')
    .option(
      '--experiment <name>',
      'deny: a Deny of others on the role; rule: the rule is disabled; policy, key-policy: a grant at the destination is gone (default: deny)',
    )
    .addOption(
      new Option('--minutes <number>', 'broken for at most so long, and its recovery waited for as long')
        .default(15)
        .argParser(parseMinutes),
    )
    .option(
      '--probe',
      'also write objects below lockstep-gameday/, to see replication fail and work (default: none is written)',
      false,
    )
    .option('--no-alarm', 'do not wait for the alarm (default: it is waited for where one is expected)')
    .option('--undo', 'only undo what a killed run may have left (default: break, watch, undo)', false)
    .option('--dry-run', 'only show what would be sent', false)
    .option('--yes-break <name>', 'the name of the replication, instead of typing it (default: it is asked for)');

const withBreaker = (command: Command): Command =>
  command
    .optionsGroup('Access to the accounts:')
    .option(
      '--role <role>',
      'role to break with, assumed in each account, never one of Lockstep’s: name, or path/name (default: none, your own profiles)',
    )
    .option('--external-id <id>', 'external id that its trust policies ask for (default: none)')
    .addOption(
      repeatable(
        '--profile <account=name>',
        'AWS profile for an account; can be repeated (default: the profile named like the account, else your default credentials)',
      ),
    );

export function addGameday(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('gameday <name>')
    .summary('break a replication on purpose, and watch')
    .description(
      'Breaks one replication in a chosen, reversible way, as a person would, and watches the controller notice, repair or name it, tell people and raise its alarm. Undoes what it did, whatever happens, and prints the timeline. Only for a replication that is proven and may be repaired. Outside the local AWS it asks for the name of the replication.',
    );
  withJson(withLedger(withBreaker(withExperiment(command))))
    .addHelpText(
      'after',
      `${exitCodesText}\n${examples(
        ['lockstep gameday orders-dr --dry-run', 'what would be done'],
        ['lockstep gameday orders-dr --probe', 'a Deny on the role; with an object that fails'],
        ['lockstep gameday orders-dr --experiment rule --role Admin --yes-break orders-dr', 'the rule is disabled; asks nothing'],
        ['lockstep gameday orders-dr --undo', 'after a run that was killed'],
      )}`,
    )
    .action((name: string, flags: GamedayFlags) =>
      run(import('../commands/gameday.ts').then(({ gameday }) => gameday(cli, name, { ...flags, profile: flags.profile ?? [] }))),
    );
}
