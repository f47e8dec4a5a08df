/** The command line as a whole. Commands and their options stand in `usage/`; what they do, in `commands/`, is loaded when called. */
import { Command, CommanderError } from 'commander';
import { paint } from '../../shared/text/text.ts';
import type { Cli } from './cli.ts';
import { CommandFailure, type ExitCode, exitCode, tell } from './failure.ts';
import { wantsColour } from './terminal.ts';
import { addHistory, addPause, addResume, addRetire, addStatus } from './usage/controller.ts';
import { addImport, addPush, addSandbox, addSchema, addValidate } from './usage/documents.ts';
import { addGameday } from './usage/gameday.ts';
import { examples, type Run } from './usage/options.ts';
import { addApply, addBootstrap, addExplain, addPlan, addRender } from './usage/replications.ts';

const ofDocuments = [addPlan, addApply, addExplain, addRender, addValidate, addPush, addSchema, addImport, addBootstrap];
const ofController = [addStatus, addHistory, addPause, addResume, addRetire, addGameday];
const adders = [...ofDocuments, ...ofController, addSandbox];

function createProgram(cli: Cli, run: Run): Command {
  const { stdout, stderr, env } = cli.terminal;
  const bold = (text: string): string => paint({ colour: wantsColour(stdout, env), width: stdout.columns }, 'bold', text);
  const program = new Command('lockstep')
    .description(
      'Keeps cross-account S3 replication with SSE-KMS working: compares both accounts with what documents say should replicate where, and repairs what drifted.',
    )
    .version(cli.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ styleTitle: bold, showGlobalOptions: false })
    .configureOutput({
      writeOut: stdout.write,
      writeErr: stderr.write,
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns,
      getErrHelpWidth: () => stderr.columns,
    })
    .addHelpText(
      'after',
      examples(
        ['lockstep validate orders.yaml', 'is the document right?'],
        ['lockstep plan --document orders.yaml', 'what is not as it says?'],
        ['lockstep apply --document orders.yaml', 'repair it'],
      ) +
        '\n\nEnvironment: the usual AWS_ variables, AWS_ENDPOINT_URL among them;\nNO_COLOR=1 for no colours; LOCKSTEP_DEBUG=1 for stack traces.',
    )
    .exitOverride();
  for (const add of adders) add(program, cli, run);
  for (const command of program.commands) command.copyInheritedSettings(program).helpOption('-h, --help', 'print help');
  return program;
}

/** What commander refuses, in our words. */
function argumentFailure(error: CommanderError, program: Command, argv: readonly string[]): CommandFailure {
  const called = argv.find((argument) => !argument.startsWith('-'));
  const command = program.commands.find((one) => one.name() === called);
  return new CommandFailure(error.message.replace(/^error: /, ''), {
    hint: `See \`lockstep ${command ? `${command.name()} ` : ''}--help\`.`,
  });
}

/** Runs one command line. Never throws. @param argv without node and script */
export async function main(argv: readonly string[], cli: Cli): Promise<ExitCode> {
  let code: ExitCode = exitCode.inSync;
  const program = createProgram(cli, async (result) => {
    code = await result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCode.inSync;
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCode.error;
    const failure = error instanceof CommanderError ? argumentFailure(error, program, argv) : error;
    return tell(failure, cli.terminal, argv.includes('--json'));
  }
}
