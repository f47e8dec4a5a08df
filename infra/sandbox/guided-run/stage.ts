/** What every scene of the guided run has: the local AWS, the controller, the command line, and how things are shown. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Hub } from '../hub.ts';
import type { LocalAws } from '../local-aws.ts';

export interface Stage {
  readonly aws: LocalAws;
  readonly url: string;
  /** Holds the document. */
  readonly folder: string;
  /** Folder of what was built. */
  readonly dist: string;
}

/** With the controller at work. */
export interface LiveStage extends Stage {
  readonly hub: Hub;
}

export const hubAccount = '333333333333';

export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const title = (line: string): void => print(`\n${styleText(['bold', 'cyan'], `── ${line} `.padEnd(100, '─'))}\n`);
export const typed = (line: string): void => print(styleText('bold', `$ ${line}`));
export const aside = (line: string): void => print(styleText('dim', `  ${line}`));

/** The environment of an administrator of an account of the local AWS. */
export const administrator = (url: string, account: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'local',
});

interface As {
  readonly account: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Without the differences, which stand deeper. */
const outline = (said: string): string =>
  said
    .split('\n')
    .filter((line) => !/^ {4}|^ {2}[+-] |^ {2}}/.test(line))
    .join('\n')
    .trimEnd();

/** Runs the command line as a person would, and shows what it says in outline. @throws Error unless it ends with 0 */
export async function lockstep(stage: Stage, args: readonly string[], { account, environment = {} }: As): Promise<void> {
  typed(`lockstep ${args.join(' ')}`);
  const child = spawn(process.execPath, [join(stage.dist, 'lockstep.mjs'), ...args], {
    cwd: stage.folder,
    env: { ...process.env, ...administrator(stage.url, account), ...environment, LOCKSTEP_DEBUG: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = text(child.stdout);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (ended) => resolve(ended ?? 1));
  });
  print(outline(await said));
  if (code !== 0) throw new Error(`lockstep ${args[0]} ended with exit code ${code}`);
}

const patience = 30_000;

/**
 * Waits until something is there.
 *
 * @param what what it then is, for the error
 * @throws Error after half a minute
 */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const given = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > given) throw new Error(`waited ${patience / 1000} s in vain for it to be ${what}`);
    await setTimeout(50);
  }
}
