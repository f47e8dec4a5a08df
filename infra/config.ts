/** How Lockstep is deployed, checked as a whole before anything is synthesized. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ParseError, parse, printParseErrorCode, visit } from 'jsonc-parser';
import { faultsOf } from './config/faults.ts';
import { meaningFaults } from './config/meaning.ts';
import { type Config, configSchema } from './config/schema.ts';

export type { Config } from './config/schema.ts';

/** A configuration that cannot be deployed; one line a fault. */
export class InvalidConfiguration extends Error {
  override readonly name = 'InvalidConfiguration';
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    super([`The configuration ${file} cannot be used:`, ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.faults = faults;
  }
}

/** @throws InvalidConfiguration, also when there is no such file */
export function loadConfig(file: string): Config {
  return parseConfig(textOf(file), basename(file));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidConfiguration(file, [`it cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`]);
  }
}

/**
 * @param text JSON; comments and trailing commas are allowed
 * @throws InvalidConfiguration naming every fault
 */
export function parseConfig(text: string, file = 'given'): Config {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) throw new InvalidConfiguration(file, [`line ${lineAt(text, error.offset)}: is not JSON: ${inWords(error)}`]);
  const again = repeatedFields(text);
  if (again.length > 0) throw new InvalidConfiguration(file, again);
  const result = configSchema.safeParse(value);
  const faults = result.success ? meaningFaults(result.data) : faultsOf(result.error, value);
  if (!result.success || faults.length > 0) throw new InvalidConfiguration(file, faults);
  return result.data;
}

/** A parser takes the last of them, and says nothing. */
function repeatedFields(text: string): readonly string[] {
  const open: Set<string>[] = [];
  const faults: string[] = [];
  visit(
    text,
    {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (name, offset) => {
        if (open.at(-1)?.has(name)) faults.push(`line ${lineAt(text, offset)}: "${name}" is there twice`);
        open.at(-1)?.add(name);
      },
    },
    { allowTrailingComma: true },
  );
  return faults;
}

/** `value expected` of `ValueExpected`. */
const inWords = ({ error }: ParseError): string =>
  printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
