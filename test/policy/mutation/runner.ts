/**
 * Runs the tests of this folder for Stryker within one process. They are bundled once; for every mutant the bundle is evaluated anew, so
 * that nothing is remembered from the one before, and the tests that reach the mutant run until one fails. Vitest starts a worker for
 * every mutant, which takes several times as long.
 *
 * @see https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import * as vitest from 'vitest';
import type { Test } from './suite.ts';

/** Stryker's side of the instrumented code. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: unknown;
}

interface MutantRun {
  readonly activeMutant: { readonly id: string };
  /** Names of the tests that reach the mutant; undefined: all. */
  readonly testFilter?: readonly string[];
  /** `static`: the mutant is reached while modules are loaded. */
  readonly mutantActivation: 'static' | 'runtime';
  readonly hitLimit?: number;
}

type Outcome =
  | {
      readonly status: 'killed';
      readonly killedBy: readonly string[];
      readonly failureMessage: string;
      readonly nrOfTests: number;
    }
  | { readonly status: 'survived'; readonly nrOfTests: number }
  | { readonly status: 'timeout'; readonly reason: string }
  | { readonly status: 'error'; readonly errorMessage: string };

const instrumented: Instrumented = {};
Object.assign(globalThis, { __stryker__: instrumented });

const besides = ['test/explain-state.test.ts'];

/** Tables first, properties last: a mutant that a table finds costs no random runs. */
function testFiles(): readonly string[] {
  const own = readdirSync('test/policy').filter((name) => name.endsWith('.test.ts'));
  const isLaw = (name: string): number => (name.includes('laws') ? 1 : 0);
  return [...besides, ...own.sort((a, b) => isLaw(a) - isLaw(b)).map((name) => `test/policy/${name}`)];
}

const suite = resolve(import.meta.dirname, 'suite.ts');

/** What test files get in place of vitest. */
const inPlaceOfVitest = `export { describe, it, standsIn } from ${JSON.stringify(suite)}; export { expect } from 'vitest';`;

/** Gives test files `suite.ts` and, as there is one module only in a bundle, tells each its own address. */
const asTests: Plugin = {
  name: 'tests',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^vitest$/ }, ({ namespace }) =>
      namespace === 'tests' ? { path: 'vitest', external: true } : { path: 'vitest', namespace: 'tests' },
    );
    onLoad({ filter: /.*/, namespace: 'tests' }, () => ({ contents: inPlaceOfVitest, resolveDir: import.meta.dirname }));
    onLoad({ filter: /\/test\/.*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: told(path, readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))),
    }));
  },
};

/** A file of tests says which one it is before it declares any. */
const told = (path: string, text: string): string =>
  path.endsWith('.test.ts') ? `import { standsIn } from 'vitest'; standsIn(${JSON.stringify(path)}); ${text}` : text;

/** A function that loads all modules anew and tells the tests. */
async function bundled(): Promise<() => readonly Test[]> {
  const entry = [
    // The same random values for every mutant: a score that two runs agree on.
    `import fc from 'fast-check'; fc.configureGlobal({ seed: 20261123 });`,
    ...testFiles().map((file) => `import './${file}';`),
    `export { collected } from ${JSON.stringify(suite)};`,
  ];
  const { outputFiles } = await build({
    stdin: { contents: entry.join('\n'), resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    plugins: [asTests],
    logLevel: 'error',
  });
  const load = runInThisContext(`(require, module) => { ${outputFiles[0]?.text ?? ''} }`) as (
    require: (name: string) => unknown,
    module: { exports: { collected(): readonly Test[] } },
  ) => void;
  const packages = createRequire(pathToFileURL(resolve('package.json')));
  return () => {
    const module = { exports: { collected: (): readonly Test[] => [] } };
    load((name) => (name === 'vitest' ? vitest : packages(name)), module);
    return module.exports.collected();
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

class InProcess {
  #load: () => readonly Test[] = () => [];

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    process.env.LOCKSTEP_RUNS_DIVISOR = '10';
    this.#load = await bundled();
  }

  async dryRun() {
    instrumented.activeMutant = undefined;
    const tests = [];
    for (const { file, name, body } of this.#load()) {
      const started = performance.now();
      instrumented.currentTestId = name;
      await body();
      instrumented.currentTestId = undefined;
      tests.push({ id: name, name, fileName: file, status: 0, timeSpentMs: performance.now() - started });
    }
    return { status: 'complete', tests, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, mutantActivation, hitLimit }: MutantRun): Promise<Outcome> {
    Object.assign(instrumented, { hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    instrumented.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    const reaching = testFilter && new Set(testFilter);
    let nrOfTests = 0;
    try {
      const tests = this.#load().filter(({ name }) => reaching?.has(name) ?? true);
      instrumented.activeMutant = activeMutant.id;
      for (const { name, body } of tests) {
        nrOfTests += 1;
        const failureMessage = await failureOf(body);
        if (failureMessage?.startsWith('Stryker: Hit count limit')) return { status: 'timeout', reason: failureMessage };
        if (failureMessage !== undefined) return { status: 'killed', killedBy: [name], failureMessage, nrOfTests };
      }
    } catch (error) {
      return { status: 'error', errorMessage: messageOf(error) };
    }
    return { status: 'survived', nrOfTests };
  }
}

async function failureOf(body: () => unknown): Promise<string | undefined> {
  try {
    await body();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcess }];
