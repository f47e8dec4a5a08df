import type { Core } from './core.ts';
import type { Terminal } from './terminal.ts';

/** Everything a command may touch. */
export interface Cli {
  readonly terminal: Terminal;
  readonly core: Core;
  readonly version: string;
  readonly now: () => Date;
  readonly wait: (seconds: number) => Promise<void>;
  /** Resolves when the person, or the system, asks the process to end; with `orLeft` also when the terminal is closed. */
  readonly untilStopped: (orLeft?: boolean) => Promise<void>;
}

export const userAgentOf = (cli: Cli): string => `lockstep/${cli.version}`;

export function printJson(cli: Cli, value: unknown): void {
  cli.terminal.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
