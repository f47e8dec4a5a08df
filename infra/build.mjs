// Bundles every program into dist/. Plain JavaScript for Node 20 or later, like install.mjs.
// Programs are found by convention; one whose entry file is missing is left out.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { fail, isMain, readText, root, say, withLock } from './install.mjs';
import { leanSdk, withoutStrays } from './lambda-bundle.mjs';

const dist = join(root, 'dist');
const record = join(dist, '.built.json');

/** What changes every bundle, besides the sources that went into it. */
const SETTINGS = ['package-lock.json', 'tsconfig.json', 'infra/build.mjs', 'infra/lambda-bundle.mjs'];

/** Programs a person starts: name in dist/ and entry file. */
const PROGRAMS = {
  lockstep: 'functions/cli/main.ts',
  'guided-run': 'infra/sandbox/guided-run.ts',
  bench: 'test/bench/bench.ts',
  // Nobody starts it: the local AWS runs functions in it.
  'lambda-runtime': 'infra/sandbox/hosting/runtime.ts',
};

/** Synthesizes the stacks that the local AWS runs, into dist/stacks. */
const STACKS = 'infra/sandbox/hub-app.ts';

/**
 * Bundles all programs, and synthesizes the stacks that they are deployed in to the local AWS, unless `ifStale` and nothing changed since the last time.
 *
 * @returns whether anything was built
 * @throws esbuild's own error, which names file and line
 */
export async function build({ ifStale = false } = {}) {
  if (ifStale && !isStale()) return false;
  return await withLock('build', async () => {
    if (ifStale && !isStale()) return false;
    const started = Date.now();
    const outputs = await bundleAll();
    say(`built ${entries().length} programs in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return outputs.length > 0;
  });
}

/** Output path in dist/, without extension, and entry file, in a fixed order. */
function entries() {
  const functions = existsSync(join(root, 'functions')) ? readdirSync(join(root, 'functions')).sort() : [];
  const handlers = functions.map((name) => ({ out: `functions/${name}/index`, in: `functions/${name}/handler.ts` }));
  const programs = Object.entries(PROGRAMS).map(([out, file]) => ({ out, in: file }));
  return [...programs, ...handlers].filter((entry) => existsSync(join(root, entry.in)));
}

/** A program was added or removed, or a file that went into the last build is not what it was. */
export function isStale() {
  const text = readText(record);
  if (text === '') return true;
  const last = JSON.parse(text);
  if (last.outputs.some((file) => !existsSync(join(dist, file)))) return true;
  if (
    last.entries.join() !==
    entries()
      .map((entry) => entry.in)
      .join()
  )
    return true;
  return Object.entries(last.inputs).some(([file, fingerprint]) => fingerprintOf(file) !== fingerprint);
}

function fingerprintOf(file) {
  const stats = statSync(join(root, file), { throwIfNoEntry: false });
  return stats && `${stats.mtimeMs} ${stats.size}`;
}

async function bundleAll() {
  // Taken before the files are read: an edit during the build makes the result stale, as it should.
  const asOf = new Map(sourceFiles().map((file) => [file, fingerprintOf(file)]));
  const all = entries();
  const alone = all.filter((entry) => entry.out.startsWith('functions/'));
  const cli = all.filter((entry) => entry.out === 'lockstep');
  const local = all.filter((entry) => !alone.includes(entry) && !cli.includes(entry));
  const results = await Promise.all([bundle(cli), bundle(local), ...alone.map(bundleFunction)]);
  const outputs = results.flatMap((result) => result.outputFiles);
  // The record goes first and comes back last: an interrupted build is a stale one.
  rmSync(record, { force: true });
  const names = writeBundles(outputs);
  const stacks = existsSync(join(root, STACKS)) ? [await synthesize()] : [];
  const inputs = inputsOf([...results, ...stacks], asOf);
  replace(
    record,
    JSON.stringify(
      { entries: all.map((entry) => entry.in), outputs: [...names, ...stacks.map(() => 'stacks/manifest.json')], inputs },
      null,
      1,
    ),
  );
  return outputs;
}

/** @returns what went into it, as a build tells */
async function synthesize() {
  const [made, unfinished, folder] = [
    `dist/stacks.${process.pid}.mjs`,
    join(dist, `stacks.${process.pid}`),
    join(dist, 'stacks'),
  ];
  const result = await bundle([{ in: STACKS, out: 'stacks' }], {
    packages: 'external',
    splitting: false,
    sourcemap: false,
    minify: false,
  });
  try {
    writeFileSync(join(root, made), result.outputFiles[0].text);
    await promisify(execFile)(process.execPath, [made], { cwd: root, env: { ...process.env, CDK_OUTDIR: unfinished } });
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } finally {
    rmSync(join(root, made), { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
  return result;
}

/** A function is deployed as its folder, so its chunks are in it. What an invocation may not need is a chunk of its own, loaded when it does. */
async function bundleFunction(entry) {
  const outdir = join('dist', dirname(entry.out));
  const result = await bundle([{ ...entry, out: 'index' }], { outdir, plugins: [leanSdk, builtinsOnDemand] });
  return withoutStrays(result, root);
}

async function bundle(entryPoints, more = {}) {
  if (entryPoints.length === 0) return { outputFiles: [], metafile: { inputs: {} } };
  const esbuild = await import('esbuild');
  return await esbuild.build({
    absWorkingDir: root,
    entryPoints,
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Not esbuild's default for Node: the SDK's `main` is CommonJS, which keeps all of it.
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    write: false,
    plugins: [builtinsOnDemand],
    ...more,
  });
}

/**
 * An `import` of node:http evaluates every getter of it, which loads the whole of undici: some 15 ms of a cold start.
 * Asking for the module object does not. https://nodejs.org/docs/latest-v24.x/api/process.html#processgetbuiltinmoduleid
 */
const builtinsOnDemand = {
  name: 'builtins-on-demand',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_0-9/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'builtin', sideEffects: false } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** Every source in the tree; those that went into a bundle are remembered. */
function sourceFiles() {
  const folders = ['functions', 'shared', 'infra', 'test']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder));
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, String(file))));
  return [...SETTINGS, ...files.map((file) => relative(root, file))];
}

function inputsOf(results, asOf) {
  const bundled = results
    .flatMap((result) => Object.keys(result.metafile.inputs))
    .filter((file) => !file.includes('node_modules/'));
  const known = [...new Set([...SETTINGS, ...bundled])].filter((file) => asOf.has(file));
  return Object.fromEntries(known.map((file) => [file, asOf.get(file)]));
}

/** Files are replaced whole, for those who run them meanwhile. @returns their paths in dist/ */
function writeBundles(outputs) {
  const files = outputs.filter((file) => !file.path.endsWith('.map'));
  const maps = new Map(outputs.filter((file) => file.path.endsWith('.map')).map((file) => [file.path, file.text]));
  for (const file of files) {
    const head = headOf(file);
    const map = maps.get(`${file.path}.map`);
    if (map !== undefined) replace(`${file.path}.map`, shiftedBy(head.length, map));
    replace(
      file.path,
      head.map((line) => `${line}\n`).join('') + file.text,
      file.path === join(dist, 'lockstep.mjs') ? 0o755 : 0o644,
    );
  }
  const names = files.map((file) => relative(dist, file.path));
  dropOldChunks(names);
  return names;
}

/** Lines before the bundle: how to run it, and a `require` for the CommonJS in it that computes what it requires. */
function headOf(file) {
  const lines = file.path === join(dist, 'lockstep.mjs') && !file.text.startsWith('#!') ? ['#!/usr/bin/env node'] : [];
  if (!file.text.includes('Dynamic require of')) return lines;
  return [...lines, `const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);`];
}

// In a source map each line of output is one `;`.
function shiftedBy(lines, text) {
  const map = JSON.parse(text);
  return JSON.stringify({ ...map, mappings: ';'.repeat(lines) + map.mappings });
}

function replace(path, text, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, text, { mode });
  renameSync(unfinished, path);
}

function dropOldChunks(names) {
  const functions = existsSync(join(dist, 'functions')) ? readdirSync(join(dist, 'functions')) : [];
  for (const folder of ['chunks', ...functions.map((name) => `functions/${name}/chunks`)]) {
    const files = existsSync(join(dist, folder)) ? readdirSync(join(dist, folder)) : [];
    const old = files.filter((file) => !names.includes(`${folder}/${file.replace(/\.map$/, '')}`));
    for (const file of old) rmSync(join(dist, folder, file));
  }
}

if (isMain(import.meta.url)) await build({ ifStale: process.argv.includes('--if-stale') }).catch(fail);
