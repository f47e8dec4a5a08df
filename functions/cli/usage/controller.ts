/** The commands that look at the deployed controller, and steer it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cli } from '../cli.ts';
import { defaultPath } from '../parameters.ts';
import { examples, type Flags, type Run, regionOption, repeatable, withAccess, withJson } from './options.ts';

export const withLedger = (command: Command, isRegionGiven = false): Command => {
  command
    .optionsGroup('The controller:')
    .option('--ledger <table>', 'its table in DynamoDB (default: LOCKSTEP_LEDGER_TABLE, else lockstep-ledger)');
  return isRegionGiven ? command : command.addOption(regionOption('region of the controller'));
};

const withQueue = (command: Command): Command =>
  command.option(
    '--queue <url>',
    'its queue, to ask for a pass at once (default: LOCKSTEP_QUEUE_URL, else the next sweep looks)',
  );

interface LedgerFlags {
  readonly ledger?: string;
  readonly region?: string;
  readonly json: boolean;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1000) return limit;
  throw new InvalidArgumentError('A limit is a whole number from 1 to 1000.');
}

export function addStatus(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('status [name...]')
    .summary('show how the controller found everything')
    .description(
      'Shows every replication as the controller found it last: its verdict and since when, the last proof, an open outage, what is wrong; and what concerns the whole fleet: a freeze, repairs that stopped, the last sweep, invalid documents. Reads the ledger, not the accounts; writes nothing.',
    );
  withJson(withLedger(command))
    .addHelpText(
      'after',
      `\nExit codes:\n  0  every replication is proven, or paused\n  2  something needs somebody\n  1  the ledger could not be read\n${examples(['lockstep status', 'all of them'], ['lockstep status orders-dr --json', 'one, for a script'])}`,
    )
    .action((names: string[], flags: LedgerFlags) =>
      run(import('../commands/status.ts').then(({ status }) => status(cli, names, flags))),
    );
}

export function addHistory(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('history <name>')
    .summary('show what was repaired, and who broke it')
    .description(
      'Shows the repairs of one replication, newest first: what was wrong, field by field, whose call it was, how it ended; and its outages, each with the time in which objects may have stayed behind. Writes nothing.',
    );
  withJson(
    withLedger(command)
      .optionsGroup('How much:')
      .addOption(new Option('--limit <number>', 'at most so many repairs, and outages').default(20).argParser(parseLimit)),
  )
    .addHelpText(
      'after',
      examples(
        ['lockstep history orders-dr', 'the last 20 repairs'],
        ['lockstep history orders-dr --limit 100 --json', 'more, for a script'],
      ),
    )
    .action((name: string, flags: LedgerFlags & { limit: number }) =>
      run(import('../commands/history.ts').then(({ history }) => history(cli, name, flags))),
    );
}

interface PauseFlags extends LedgerFlags {
  readonly until?: string;
  readonly for?: string;
  readonly reason?: string;
  readonly all: boolean;
}

export function addPause(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('pause [name...]')
    .summary('stop repairs for a while')
    .description(
      'Stops the repair of some replications, or of all, until an instant. They go on being watched; drift is reported. An end and a reason are required. --all writes the freeze parameter, which stops every write at once.',
    )
    .optionsGroup('How long, and why:')
    .option('--for <duration>', 'for example 30min, 4h, 2d or 1d12h (required, or --until)')
    .option('--until <instant>', 'for example 2026-05-01T18:00:00Z (required, or --for)')
    .option('--reason <text>', 'shown wherever the pause is (required)')
    .option('--all', 'everything, by the freeze parameter LOCKSTEP_FREEZE_PARAMETER (default: /lockstep/freeze)', false);
  withJson(withLedger(command))
    .addHelpText(
      'after',
      examples(
        ['lockstep pause orders-dr --for 4h --reason "moving the keys"', 'one replication'],
        ['lockstep pause --all --until 2026-05-01T18:00:00Z --reason "change freeze"', 'the whole fleet'],
      ),
    )
    .action((names: string[], flags: PauseFlags) =>
      run(import('../commands/pause.ts').then(({ pause }) => pause(cli, names, flags))),
    );
}

interface ResumeFlags extends LedgerFlags {
  readonly queue?: string;
  readonly all: boolean;
}

export function addResume(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('resume [name...]')
    .summary('let repairs go on, and look at once')
    .description(
      'Ends the pause of replications, and the holds of their contested settings, and asks the controller to look at them at once. --all removes the freeze parameter and lets repairs go on that stopped because a sweep found too much drift.',
    )
    .optionsGroup('What:')
    .option('--all', 'the whole fleet (default: the replications named)', false);
  withJson(withQueue(withLedger(command)))
    .addHelpText(
      'after',
      examples(
        ['lockstep resume orders-dr', 'one replication'],
        ['lockstep resume --all', 'after a freeze, or after too much drift was found and looked at'],
      ),
    )
    .action((names: string[], flags: ResumeFlags) =>
      run(import('../commands/resume.ts').then(({ resume }) => resume(cli, names, flags))),
    );
}

export function addRetire(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('retire <name...>')
    .summary('remove what Lockstep made for an orphaned replication')
    .description(
      'For replications that no document names any more: shows what Lockstep made for them, asks, and removes it, rules first, then grants at the destination, then the role. Only what is ours and what no other replication wants; never buckets, keys or objects. Then the controller forgets them. Without a terminal it only shows, unless --yes is given.',
    );
  withJson(
    withLedger(
      withAccess(
        command
          .optionsGroup('Which documents:')
          .addOption(
            repeatable(
              '--document <file>',
              'a document in force that is not in Parameter Store; can be repeated (default: none)',
            ),
          )
          .option('--path <path>', 'where documents are in Parameter Store, in the account of your own credentials', defaultPath),
      ),
      true,
    )
      .optionsGroup('Removing:')
      .option('-y, --yes', 'do not ask', false),
  )
    .addHelpText(
      'after',
      `\nExit codes:\n  0  retired\n  2  shown only\n  1  something could not be read or removed\n${examples(['lockstep retire orders-dr', 'show, ask, remove'], ['lockstep retire orders-dr --yes --no-assume', 'at once, with your own profiles'])}`,
    )
    .action((names: string[], flags: Flags & { ledger?: string; yes: boolean }) =>
      run(
        import('../commands/retire.ts').then(({ retire }) =>
          retire(cli, names, { ...flags, document: flags.document ?? [], profile: flags.profile ?? [] }),
        ),
      ),
    );
}
