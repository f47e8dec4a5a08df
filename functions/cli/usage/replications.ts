/** The commands that look at replications in AWS, or repair them. */
import { type Command, Option } from 'commander';
import type { Side } from '../../../shared/model/sides.ts';
import type { Cli } from '../cli.ts';
import {
  examples,
  exitCodesText,
  type Flags,
  named,
  type Run,
  repeatable,
  withAccess,
  withDocuments,
  withJson,
  withOrganization,
} from './options.ts';

export function addPlan(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('plan [name...]')
    .summary('show what is not as desired')
    .description(
      'Compares buckets, keys, roles and policies with the documents and shows what would be repaired. Writes nothing.',
    );
  withJson(withOrganization(withAccess(withDocuments(command))))
    .addHelpText(
      'after',
      `${exitCodesText}\n${examples(['lockstep plan', 'all documents in Parameter Store'], ['lockstep plan --document orders.yaml', 'one file, without Parameter Store'], ['lockstep plan orders-dr --json', 'one replication, for a script'], ['lockstep plan --document orders.json --no-assume --profile 111111111111=prod --profile 222222222222=backup', 'with your own profiles instead of the spoke roles'])}`,
    )
    .action((names: string[], flags: Flags) =>
      run(import('../commands/plan.ts').then(({ plan }) => plan(cli, named(names, flags)))),
    );
}

export function addApply(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('apply [name...]')
    .summary('repair what is not as desired')
    .description(
      'Repairs what drifted and reads every repair back. On a terminal it shows the plan and asks first; without one, and with --json, it repairs at once.',
    );
  withJson(withOrganization(withAccess(withDocuments(command))))
    .optionsGroup('Repairing:')
    .option('-y, --yes', 'do not ask', false)
    .addHelpText(
      'after',
      `${exitCodesText}\n${examples(['lockstep apply', 'show the plan, ask, repair'], ['lockstep apply orders-dr --yes', 'repair one replication, and what it shares with others, at once'], ['lockstep apply --document orders.yaml', 'from a file'])}`,
    )
    .action((names: string[], flags: Flags & { yes: boolean }) =>
      run(import('../commands/apply.ts').then(({ apply }) => apply(cli, named(names, flags)))),
    );
}

interface ExplainFlags extends Flags {
  readonly state?: string;
  readonly save?: string;
  readonly force: boolean;
  readonly object?: string;
  readonly objectKeyArn?: string;
  readonly tag?: readonly string[];
}

const explainExitCodesText = `
Exit codes:
  0  allowed          every hop is allowed, as far as policies were read
  2  denied           at least one hop is denied, or cannot be told
  1  error            a document, a state or an argument is wrong, or AWS could not be asked`;

const withQuestion = (command: Command): Command =>
  command
    .optionsGroup('Which object:')
    .option('--object <key>', 'ask about this object (default: one that the rules would replicate)')
    .option('--object-key-arn <arn>', 'with --object: the KMS key it is under (default: as the source bucket encrypts)')
    .addOption(
      repeatable('--tag <key=value>', 'with --object: a tag it has; can be repeated (default: none, or what the rule asks for)'),
    );

const withState = (command: Command): Command =>
  command
    .optionsGroup('Without AWS:')
    .option(
      '--save <file>',
      'write everything that was read to a file: policies, settings, key states; no secrets (default: nothing is written)',
    )
    .option('--force', 'with --save: replace the file when it is there', false)
    .option(
      '--state <file>',
      'explain what such a file says, without AWS and without a document; - is the standard input (default: ask AWS)',
    );

export function addExplain(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('explain [name]')
    .summary('show why a replication works, or does not')
    .description(
      'Shows the chain of one replication, link by link: would S3 attempt an object, may it read, decrypt, replicate and encrypt, which statement decides or is missing, and how every setting stands. Writes nothing in AWS.',
    );
  withJson(withState(withQuestion(withOrganization(withAccess(withDocuments(command))))))
    .addHelpText(
      'after',
      `${explainExitCodesText}\n${examples(['lockstep explain orders-dr', 'a replication in Parameter Store'], ['lockstep explain orders-dr --document orders.yaml', 'from a file'], ['lockstep explain orders-dr --object invoices/2026.pdf --tag team=billing', 'one object'], ['lockstep explain orders-dr --save state.json', 'keep what was read'], ['lockstep explain --state state.json', 'explain it again, or what you have written yourself'])}`,
    )
    .action((name: string | undefined, flags: ExplainFlags) =>
      run(
        import('../commands/explain.ts').then(({ explain }) => explain(cli, name, { ...named([], flags), tag: flags.tag ?? [] })),
      ),
    );
}

export function addRender(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('render [name...]')
    .summary('print the policies each side needs')
    .description(
      'Prints what each side needs, to hand to its owner: role trust, role policy, key policies, bucket policy, bucket settings and the replication configuration. Asks AWS only for keys that are named by an alias.',
    );
  withJson(withAccess(withDocuments(command)))
    .optionsGroup('What to print:')
    .addOption(new Option('--side <side>', 'only this side (default: both)').choices(['source', 'destination']))
    .addHelpText(
      'after',
      examples(
        ['lockstep render --document orders.yaml --side destination', 'what the owner of the destination has to set up'],
        ['lockstep render orders-dr --json', 'for a script'],
      ),
    )
    .action((names: string[], flags: Flags & { side?: Side }) =>
      run(import('../commands/render.ts').then(({ render }) => render(cli, named(names, flags)))),
    );
}

export function addBootstrap(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('bootstrap [name...]')
    .summary('create missing buckets and keys, then apply')
    .description(
      'Creates what is created once, by a person: missing buckets, keys named by an alias, and replication roles. Then repairs all settings as apply does. The roles Lockstep runs with may create neither buckets nor keys: use credentials that may, with --no-assume, or name a role of administrators.',
    );
  withJson(withAccess(withDocuments(command)))
    .optionsGroup('Creating:')
    .option('--dry-run', 'only list what would be created; writes nothing', false)
    .option('-y, --yes', 'do not ask', false)
    .addHelpText(
      'after',
      `${exitCodesText}\n${examples(
        ['lockstep bootstrap --document orders.yaml --dry-run', 'list what is missing'],
        [
          'lockstep bootstrap --document orders.yaml --no-assume --profile 111111111111=prod --profile 222222222222=backup',
          'create it with your own profiles',
        ],
        [
          'lockstep bootstrap --document orders.yaml --observer-role Admin --healer-role Admin',
          'create it with a role of administrators',
        ],
      )}`,
    )
    .action((names: string[], flags: Flags & { dryRun: boolean; yes: boolean }) =>
      run(import('../commands/bootstrap.ts').then(({ bootstrap }) => bootstrap(cli, named(names, flags)))),
    );
}
