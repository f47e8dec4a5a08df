/** Documents as text: from files and from the standard input. */
import { readFile } from 'node:fs/promises';
import { CommandFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

export interface DocumentText {
  /** As it was asked for: a file name, `(stdin)`, or a parameter name. */
  readonly name: string;
  readonly text: string;
  readonly language: 'json' | 'yaml';
}

const largestFile = 1024 * 1024;

const isYaml = (file: string): boolean => /\.ya?ml$/i.test(file);

/** What a person can do about a file that cannot be read. */
export function fileFailure(file: string, error: unknown): CommandFailure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CommandFailure(`There is no file ${file}.`, {
        hint: 'Give the path of a document, or - for the standard input.',
        cause: error,
      });
    case 'EISDIR':
      return new CommandFailure(`${file} is a folder, not a document.`, { hint: 'Name each document in it.', cause: error });
    case 'EACCES':
    case 'EPERM':
      return new CommandFailure(`No permission to read ${file}.`, { hint: `See who may with \`ls -l ${file}\`.`, cause: error });
    default:
      return new CommandFailure(`Could not read ${file}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
  }
}

function decode(file: string, bytes: Uint8Array): string {
  if (bytes.length > largestFile)
    throw new CommandFailure(`${file} is larger than 1 MiB, which no document is: a parameter holds 8 KB.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new CommandFailure(`${file} is not text in UTF-8.`, { hint: 'Save it as UTF-8.', cause });
  }
}

async function textOf(file: string, terminal: Terminal): Promise<DocumentText> {
  if (file === '-') {
    if (terminal.stdin.isTTY) terminal.stderr.write('Reading a document from the standard input; end it with Ctrl-D.\n');
    return { name: '(stdin)', text: await terminal.stdin.readAll(), language: 'json' };
  }
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileFailure(file, error);
  });
  return { name: file, text: decode(file, bytes), language: isYaml(file) ? 'yaml' : 'json' };
}

/** @throws CommandFailure for the first that cannot be read, or that is named twice */
export async function documentTexts(files: readonly string[], terminal: Terminal): Promise<readonly DocumentText[]> {
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new CommandFailure(`${twice === '-' ? 'The standard input' : twice} is named twice.`);
  return Promise.all(files.map((file) => textOf(file, terminal)));
}
