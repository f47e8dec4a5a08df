/** What every scene of the guided run has: the local AWS, the controller, the command line, and how things are shown. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Hub } from '../hub/hub.ts';
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

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const title = (text: string): void => print(`\n${styleText(['bold', 'cyan'], `── ${text} `.padEnd(100, '─'))}\n`);
export const typed = (text: string): void => print(styleText('bold', `$ ${text}`));
export const aside = (text: string): void => print(styleText('dim', `  ${text}`));

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

/** Runs the command line as a person would; its output goes straight to the terminal. @throws Error unless it ends with 0 */
export async function lockstep(stage: Stage, args: readonly string[], { account, environment = {} }: As): Promise<void> {
  typed(`lockstep ${args.join(' ')}`);
  const child = spawn(process.execPath, [join(stage.dist, 'lockstep.mjs'), ...args], {
    cwd: stage.folder,
    env: { ...process.env, ...administrator(stage.url, account), ...environment, LOCKSTEP_DEBUG: '' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (ended) => resolve(ended ?? 1));
  });
  if (code !== 0) throw new Error(`lockstep ${args[0]} ended with exit code ${code}`);
}

const patience = 30_000;

/**
 * Waits until something is there.
 *
 * @throws Error naming what was waited for, after half a minute
 */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const given = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > given) throw new Error(`after ${patience / 1000} s there was still not ${what}`);
    await setTimeout(50);
  }
}
