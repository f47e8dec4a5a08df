/** The functions as they are deployed, run one invocation at a time against a local AWS over HTTP. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');

export type FunctionName = 'admit' | 'failures' | 'reconcile' | 'route' | 'sweep';

export const functionNames: readonly FunctionName[] = ['admit', 'failures', 'reconcile', 'route', 'sweep'];

export const folderOf = (name: FunctionName): string => join(root, 'dist', 'functions', name);

/** Builds what is not built, or no longer as its sources are. */
export const buildFunctions = (): void =>
  void execFileSync(process.execPath, [join(root, 'infra', 'build.mjs'), '--if-stale'], { stdio: 'pipe' });

/** The JavaScript of a function, path by path from its folder. */
export function filesOf(name: FunctionName): ReadonlyMap<string, string> {
  const chunks = existsSync(join(folderOf(name), 'chunks')) ? readdirSync(join(folderOf(name), 'chunks')) : [];
  const files = ['index.mjs', ...chunks.filter((file) => file.endsWith('.mjs')).map((file) => `chunks/${file}`)];
  return new Map(files.map((file) => [file, readFileSync(join(folderOf(name), file), 'utf8')]));
}

/** What is loaded before the handler is called: `index.mjs` and what it imports, and so on. */
export function eagerFilesOf(name: FunctionName): ReadonlyMap<string, string> {
  const files = filesOf(name);
  const eager = new Map<string, string>();
  const load = (file: string): void => {
    const text = files.get(file);
    if (text === undefined || eager.has(file)) return;
    eager.set(file, text);
    for (const [, path = ''] of text.matchAll(/(?:from|import)\s*"(\.[^"]+\.mjs)"/g)) load(join(dirname(file), path));
  };
  load('index.mjs');
  return eager;
}

export interface Invoked {
  /** What the handler returned; undefined: it threw. */
  readonly result?: unknown;
  /** Name and message of what it threw. */
  readonly error?: string;
  /** Lines on standard output that are JSON: logs and metrics. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** Loads a function in a process of its own and invokes it once. */
export function invoke(name: FunctionName, event: unknown, environment: Readonly<Record<string, string>>): Promise<Invoked> {
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(join(folderOf(name), 'index.mjs')).href)});
    const until = Date.now() + 60_000;
    const context = { awsRequestId: crypto.randomUUID(), functionName: ${JSON.stringify(name)}, getRemainingTimeInMillis: () => until - Date.now() };
    const outcome = await handler(${JSON.stringify(event)}, context).then(
      (result) => ({ result }),
      (error) => ({ error: error.name + ': ' + error.message }),
    );
    console.log('\\n=>' + JSON.stringify(outcome));`;
  const env = { PATH: process.env.PATH ?? '', ...environment };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '--eval', script], { env, maxBuffer: 64e6 }, (failure, stdout, stderr) => {
      const outcome = stdout.split('\n').find((line) => line.startsWith('=>'));
      if (outcome === undefined) return reject(new Error(`${failure?.message}\n${stdout}\n${stderr}`));
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      resolve({ ...(JSON.parse(outcome.slice(2)) as object), lines: lines.map((line) => JSON.parse(line)) });
    });
  });
}
