import { count, paint, printable } from '../../../shared/text/text.ts';
import { type Cli, printJson } from '../cli.ts';
import { parameterJson } from '../document-json.ts';
import { documentTexts } from '../document-text.ts';
import { type Loaded, parseDocuments } from '../documents.ts';
import { CommandFailure, type ExitCode, errorJson, exitCode, faultLine } from '../failure.ts';
import { styleOf } from './show.ts';

interface Checked {
  readonly document: string;
  readonly valid: boolean;
  readonly replications: readonly string[];
  readonly faults: Loaded['rejected'][number]['faults'];
  /** Worth telling, nothing to correct. */
  readonly notes: readonly string[];
  /** Why the document, though valid, cannot be put into Parameter Store. */
  readonly warnings: readonly string[];
}

async function check(cli: Cli, files: readonly string[]): Promise<readonly Checked[]> {
  const { sizeFault } = await cli.core.desiredState();
  const texts = await documentTexts(files, cli.terminal);
  const { accepted, rejected } = await parseDocuments(cli, texts);
  return Promise.all(
    texts.map(async (text) => {
      const valid = accepted.find((document) => document.name === text.name);
      const faults = rejected.filter(({ document }) => document === text.name).flatMap((one) => one.faults);
      const size = valid && sizeFault(await parameterJson(text));
      return {
        document: text.name,
        valid: valid !== undefined,
        replications: valid?.replications.map(({ name }) => name) ?? [],
        faults,
        notes: valid?.notes ?? [],
        warnings: size === undefined ? [] : [size.message],
      };
    }),
  );
}

function failureOf(checked: readonly Checked[]): CommandFailure | undefined {
  const invalid = checked.filter(({ valid }) => !valid);
  if (invalid.length === 0) return undefined;
  return new CommandFailure(`${count(invalid.length, 'document')} of ${checked.length} invalid.`, {
    faults: invalid.flatMap(({ faults }) => faults),
  });
}

function checkedText(cli: Cli, { document, valid, replications, faults, notes, warnings }: Checked): string {
  const style = styleOf(cli);
  const name = printable(document);
  if (!valid)
    return [
      `${paint(style, 'red', '✗')} ${name}: ${count(faults.length, 'fault')}`,
      ...faults.map((fault) => `  ${printable(faultLine(fault))}`),
    ].join('\n');
  return [
    `${paint(style, 'green', '✓')} ${name}: ${count(replications.length, 'replication')} (${replications.join(', ')})`,
    ...notes.map((note) => `  note: ${printable(note)}`),
    ...warnings.map((warning) => `  ${paint(style, 'yellow', 'too large to push:')} ${printable(warning)}`),
  ].join('\n');
}

/** Checks each file, and all of them together, without AWS. */
export async function validate(cli: Cli, files: readonly string[], json: boolean): Promise<ExitCode> {
  const checked = await check(cli, files);
  const failure = failureOf(checked);
  if (json)
    printJson(cli, {
      version: 1,
      command: 'validate',
      valid: failure === undefined,
      documents: checked,
      ...(failure && errorJson(failure)),
    });
  else for (const one of checked) (one.valid ? cli.terminal.stdout : cli.terminal.stderr).write(`${checkedText(cli, one)}\n`);
  return failure === undefined ? exitCode.inSync : exitCode.error;
}
