import { type Cli, printJson } from '../cli.ts';
import { type ExitCode, exitCode } from '../failure.ts';

/** Prints the JSON Schema of documents, or of states. */
export async function schema(cli: Cli, ofStates = false): Promise<ExitCode> {
  if (ofStates) printJson(cli, (await cli.core.states()).stateJsonSchema());
  else printJson(cli, (await cli.core.jsonSchema()).documentJsonSchema());
  return exitCode.inSync;
}
