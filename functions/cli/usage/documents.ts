/** The commands that make, check and keep documents, and the local AWS. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';
import { defaultPath } from '../parameters.ts';
import { examples, exitCodesText, type Flags, type Run, regionOption, withAccess, withJson } from './options.ts';

export function addValidate(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('validate <file...>')
    .summary('check documents')
    .description('Checks each document, and all of them together, without AWS. A file named - is JSON from the standard input.');
  withJson(command)
    .addHelpText(
      'after',
      `\nExit codes:\n  0  all valid\n  1  at least one is not\n${examples(['lockstep validate orders.yaml', 'one document'], ['lockstep validate documents/*.json', 'several, as they would be in force together'])}`,
    )
    .action((files: string[], { json }: { json: boolean }) =>
      run(import('../commands/validate.ts').then(({ validate }) => validate(cli, files, json))),
    );
}

export function addSchema(program: Command, cli: Cli, run: Run): void {
  program
    .command('schema')
    .summary('print the JSON Schema of documents')
    .description('Prints the JSON Schema of documents, for editors: completion, descriptions and checks while you write.')
    .option('--state', 'of states instead: what `lockstep explain --state` takes', false)
    .addHelpText(
      'after',
      examples(['lockstep schema > lockstep.schema.json', 'then begin a document with "$schema": "./lockstep.schema.json"']),
    )
    .action(({ state }: { state: boolean }) => run(import('../commands/schema.ts').then(({ schema }) => schema(cli, state))));
}

interface PushFlags {
  readonly name?: string;
  readonly path: string;
  readonly region?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export function addPush(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('push <file>')
    .summary('put a document into Parameter Store')
    .description(
      'Checks a document, alone and beside those in Parameter Store, shows what it changes, and puts it there: as a standard parameter up to 4,096 bytes, as an advanced one (which AWS charges for) up to 8,192.',
    );
  withJson(
    command
      .optionsGroup('Where to:')
      .option('--name <name>', 'last part of the name of the parameter (default: the name of the file without its ending)')
      .option('--path <path>', 'first part of the name of the parameter', defaultPath)
      .addOption(regionOption()),
  )
    .option('-y, --yes', 'do not ask', false)
    .addHelpText(
      'after',
      examples(
        ['lockstep push orders.yaml', `puts ${defaultPath}orders`],
        ['lockstep push orders.json --name orders-eu --yes', 'under another name, without a question'],
      ),
    )
    .action((file: string, flags: PushFlags) => run(import('../commands/push.ts').then(({ push }) => push(cli, file, flags))));
}

interface ImportFlags extends Omit<Flags, 'document' | 'path' | 'replication'> {
  readonly sourceBucket: string;
  readonly sourceAccount: string;
  readonly sourceRegion?: string;
  readonly destinationBucket: string;
  readonly destinationAccount: string;
  readonly destinationRegion?: string;
  readonly unmanagedDestination: boolean;
  readonly name?: string;
  readonly output?: string;
  readonly force: boolean;
  readonly yaml: boolean;
}

function importOptions({ profile = [], ...flags }: ImportFlags) {
  const region = (given: string | undefined) => (given === undefined ? {} : { region: given });
  return {
    ...flags,
    profile,
    source: { bucket: flags.sourceBucket, account: flags.sourceAccount, ...region(flags.sourceRegion) },
    destination: { bucket: flags.destinationBucket, account: flags.destinationAccount, ...region(flags.destinationRegion) },
  };
}

function parseAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError('An account is 12 digits.');
}

export function addImport(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('import')
    .summary('write a document for two buckets that replicate')
    .description(
      'Reads two live buckets and writes the smallest document that says what was found. Shows what plan would do for it, should something be left. Writes nothing in AWS.',
    );
  withJson(
    withAccess(
      command
        .optionsGroup('Which buckets:')
        .requiredOption('--source-bucket <name>', 'bucket that is replicated (required)')
        .requiredOption('--source-account <id>', 'its account, 12 digits (required)', parseAccount)
        .option('--source-region <region>', 'its region (default: asked of S3)')
        .requiredOption('--destination-bucket <name>', 'bucket it is replicated to (required)')
        .requiredOption('--destination-account <id>', 'its account, 12 digits (required)', parseAccount)
        .option('--destination-region <region>', 'its region (default: asked of S3)')
        .option('--unmanaged-destination', 'read nothing at the destination: its owner lets nobody in', false),
    ),
  )
    .option('--name <name>', 'name of the replication (default: what the rule ids say, else made of the destination bucket)')
    .option('--output <file>', 'file to write the document to, .yaml or .yml for YAML (default: standard output)')
    .option('--force', 'replace the file when it is there', false)
    .option('--yaml', 'write YAML instead of JSON', false)
    .addHelpText(
      'after',
      `${exitCodesText}\n${examples(['lockstep import --source-bucket orders --source-account 111111111111 --destination-bucket orders-dr --destination-account 222222222222 --output orders.yaml', 'then `lockstep plan --document orders.yaml` finds nothing'])}`,
    )
    .action((flags: ImportFlags) =>
      run(import('../commands/import.ts').then(({ importPair }) => importPair(cli, importOptions(flags)))),
    );
}

export function addSandbox(program: Command, cli: Cli, run: Run): void {
  const command = program
    .command('sandbox')
    .summary('run a local AWS')
    .description(
      'Runs a local AWS on this machine: as many accounts as you like, without an AWS account. The AWS CLI, SDKs and Lockstep work against it. It ends, and forgets everything, with Ctrl-C.',
    );
  withJson(
    command
      .optionsGroup('Where and when:')
      .option('--port <number>', 'port on 127.0.0.1; 0: a free one', '4566')
      .option(
        '--clock <kind>',
        "real: the machine's time; virtual: time passes only when told to, by POST /_local/clock/advance",
        'real',
      )
      .option('--controller', 'with the controller installed and running, for accounts 111111111111 and 222222222222', false),
    'print the endpoint as one JSON object',
  )
    .addHelpText(
      'after',
      examples(
        ['lockstep sandbox', 'prints the endpoint and what to set in another terminal'],
        ['lockstep sandbox --port 0 --json', 'for a script'],
        ['lockstep sandbox --clock virtual', 'an hour passes when you say so'],
        ['lockstep sandbox --controller', 'a document you push is looked after'],
      ),
    )
    .action(({ port, clock, controller = false, json }: { port: string; clock: string; controller?: boolean; json: boolean }) =>
      run(
        import('../commands/sandbox.ts').then(({ parseClock, parsePort, sandbox }) =>
          sandbox(cli, { port: parsePort(port), clock: parseClock(clock), controller, json }),
        ),
      ),
    );
}
