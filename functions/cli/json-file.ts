/** Files of JSON or YAML that are no documents: states, and policies of an organization. */
import { readFile } from 'node:fs/promises';
import { readJson } from '../../shared/model/desired-state/json-text.ts';
import type { Fault } from '../../shared/model/desired-state.ts';
import type { InvalidState, StateSource } from '../../shared/policy/state-file.ts';
import type { Cli } from './cli.ts';
import { fileFailure } from './document-text.ts';
import { CommandFailure } from './failure.ts';

const largestMebibytes = 64;

export interface FileValue {
  readonly value: unknown;
  readonly source: StateSource;
}

async function textOf(cli: Cli, file: string): Promise<string> {
  if (file === '-') return cli.terminal.stdin.readAll();
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileFailure(file, error);
  });
  if (bytes.length > largestMebibytes * 1024 * 1024) throw new CommandFailure(`${file} is larger than ${largestMebibytes} MiB.`);
  return bytes.toString('utf8');
}

export const invalidFile = (what: string, name: string, faults: readonly Fault[]): CommandFailure =>
  new CommandFailure(`${name} is no valid ${what}: ${faults.length === 1 ? '1 fault' : `${faults.length} faults`}.`, {
    faults: faults.map((fault) => ({ document: name, ...fault })),
    hint: '`lockstep schema --state` prints what it may contain.',
  });

/** Reads a file: `.yaml` and `.yml` as YAML, all else as JSON; `-` is JSON from the standard input. @throws CommandFailure */
export async function readValue(cli: Cli, file: string, what: string): Promise<FileValue> {
  const name = file === '-' ? '(stdin)' : file;
  const text = await textOf(cli, file);
  if (text.trim() === '') throw new CommandFailure(`${name} is empty.`);
  if (/\.ya?ml$/i.test(file)) {
    const { readYaml } = await import('./yaml-text.ts');
    const yaml = readYaml(text);
    if (!yaml.ok) throw invalidFile(what, name, yaml.faults);
    return { value: yaml.value, source: { name, positions: yaml.positions } };
  }
  const json = readJson(text);
  if (!json.ok) throw invalidFile(what, name, json.faults);
  return { value: json.value, source: { name, positions: json.positions, complaints: json.complaints } };
}

const isInvalidState = (error: unknown): error is InvalidState => error instanceof Error && error.name === 'InvalidState';

/** In the words of the command line. */
export function tellingFaults<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isInvalidState(error)) throw invalidFile(what, error.file, error.faults);
    throw error;
  }
}
