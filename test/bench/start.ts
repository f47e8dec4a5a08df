/** What a cold start loads: each function, beside a bundle that holds one bare client of S3. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Figure } from './bench.ts';

const rounds = 15;
const functions = ['route', 'admit', 'sweep', 'reconcile', 'failures'] as const;

/** Kilobytes that a function may have. */
const most: Readonly<Record<(typeof functions)[number], number>> = {
  route: 450,
  admit: 900,
  sweep: 900,
  reconcile: 900,
  failures: 550,
};

const root = join(import.meta.dirname, '..');
const indexOf = (name: string): string => join(import.meta.dirname, 'functions', name, 'index.mjs');

/** As esbuild makes it without further ado. */
function bareClient(folder: string): string {
  const outfile = join(folder, 'bare.mjs');
  const shape = ['--platform=node', '--target=node24', '--format=esm', '--main-fields=module,main'];
  const args = ['--bundle', '--minify', '--log-level=error', ...shape];
  const banner = `--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
  execFileSync(join(root, 'node_modules/.bin/esbuild'), [...args, banner, `--outfile=${outfile}`], {
    cwd: root,
    input: `import { GetBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
      const client = new S3Client({});
      export const handler = ({ Bucket }) => client.send(new GetBucketVersioningCommand({ Bucket }));`,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return outfile;
}

/** Milliseconds that a fresh process takes to load a module. */
function loadTime(path: string): number {
  const script = `const started = performance.now(); await import(${JSON.stringify(pathToFileURL(path).href)}); console.log(performance.now() - started);`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { AWS_REGION: 'eu-west-1', PATH: process.env.PATH ?? '' },
    encoding: 'utf8',
  });
  return Number(said.trim());
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Bytes of the JavaScript in a folder: what is deployed. */
const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.mjs'))
    .reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

/** In turns, so that whatever else the machine does bears on all alike. */
function loadTimes(paths: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const times = new Map([...paths.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) for (const [name, path] of paths) times.get(name)?.push(loadTime(path));
  return new Map([...times].map(([name, all]) => [name, median(all)]));
}

export function measureStart(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-start-'));
  try {
    const bare = bareClient(folder);
    const times = loadTimes(new Map([['bare', bare], ...functions.map((name) => [name, indexOf(name)] as const)]));
    const bareTime = times.get('bare') ?? Number.NaN;
    const bareText = `${bareTime.toFixed(0)} ms, ${(statSync(bare).size / 1000).toFixed(0)} kB`;
    return functions.map((name) => {
      const kilobytes = bytesIn(dirname(indexOf(name))) / 1000;
      const time = times.get(name) ?? Number.NaN;
      return {
        what: `loading ${name} / a bundle of one bare S3 client (${bareText}); median of ${rounds} processes`,
        measured: `${time.toFixed(0)} ms = ${(time / bareTime).toFixed(2)}, ${kilobytes.toFixed(0)} kB`,
        target: `<= 1, <= ${most[name]} kB`,
        met: time / bareTime <= 1 && kilobytes <= most[name],
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
