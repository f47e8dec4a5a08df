import { type Cli, printJson } from '../cli.ts';
import { EXIT, type ExitCode } from '../failure.ts';

/** Prints the JSON Schema of documents. */
export async function schema(cli: Cli): Promise<ExitCode> {
  const { documentJsonSchema } = await cli.core.jsonSchema();
  printJson(cli, documentJsonSchema());
  return EXIT.inSync;
}
