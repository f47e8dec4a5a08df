import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

const MAIN = `import { greeting } from '../../shared/greeting.ts';
console.log(greeting, ...process.argv.slice(2));
process.exitCode = 2;
`;
const HANDLER = `import { createServer } from 'node:http';
import { greeting } from '../../shared/greeting.ts';
export async function handler(): Promise<string> {
  return greeting + typeof createServer;
}
`;

describe('building', () => {
  let tree: string;

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'lockstep-build-'));
    mkdirSync(join(tree, 'infra'));
    for (const file of ['install.mjs', 'build.mjs', 'lambda-bundle.mjs', 'lockstep.mjs'])
      copyFileSync(join(root, 'infra', file), join(tree, 'infra', file));
    for (const file of ['package.json', 'tsconfig.json', 'package-lock.json']) copyFileSync(join(root, file), join(tree, file));
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    put('shared/greeting.ts', `export const greeting = 'hello';\n`);
    put('shared/unrelated.ts', 'export const unrelated = 1;\n');
    put('functions/cli/main.ts', MAIN);
    put('functions/admit/handler.ts', HANDLER);
    put('functions/route/handler.ts', HANDLER);
  });
  afterEach(() => rmSync(tree, { recursive: true, force: true }));

  it('makes each program that has its entry file', () => {
    run('build.mjs');

    expect(readdirSync(join(tree, 'dist')).filter((name) => /^[a-z-]+(\.mjs)?$/.test(name))).toEqual([
      'functions',
      'lockstep.mjs',
    ]);
    expect(readdirSync(join(tree, 'dist/functions'))).toEqual(['admit', 'route']);
  });

  it('makes a command line that the shell can start', () => {
    run('build.mjs');

    expect(read('dist/lockstep.mjs').startsWith('#!/usr/bin/env node\n')).toBe(true);
    expect(statSync(join(tree, 'dist/lockstep.mjs')).mode & 0o111).toBe(0o111);
  });

  it('makes Lambda functions that need no other file', () => {
    run('build.mjs');
    const alone = join(tree, 'elsewhere.mjs');
    copyFileSync(join(tree, 'dist/functions/admit/index.mjs'), alone);

    const script = `import { handler } from ${JSON.stringify(alone)};\nconsole.log(await handler());`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });

    expect(stdout).toBe('hellofunction\n');
    expect(read('dist/functions/admit/index.mjs')).not.toMatch(/^import\b/m);
  });

  it('points errors at the line of the source', () => {
    put('functions/cli/main.ts', `${MAIN}if (process.exitCode === 2) throw new Error('here');\n${'console.log(1);\n'.repeat(5)}`);
    run('build.mjs');

    const { stderr } = spawnSync(process.execPath, ['--enable-source-maps', join(tree, 'dist/lockstep.mjs')], {
      encoding: 'utf8',
    });

    expect(stderr).toContain('functions/cli/main.ts:4:');
    expect(read('dist/lockstep.mjs.map')).not.toContain('sourcesContent":["');
  });

  it('lets CommonJS packages require what they compute', () => {
    put('functions/cli/main.ts', `import thing from './thing.cjs';\nconsole.log(thing('node:path').sep);\n`);
    put('functions/cli/thing.cjs', 'module.exports = (name) => require(name);\n');
    run('build.mjs');

    expect(spawnSync(process.execPath, [join(tree, 'dist/lockstep.mjs')], { encoding: 'utf8' }).stdout).toBe('/\n');
  });

  const changes: readonly { what: string; change: () => void; builds: boolean }[] = [
    { what: 'nothing changed', change: () => {}, builds: false },
    {
      what: 'a file that no program uses changed',
      change: () => put('shared/unrelated.ts', 'export const unrelated = 22;\n'),
      builds: false,
    },
    { what: 'a source changed', change: () => put('shared/greeting.ts', `export const greeting = 'good day';\n`), builds: true },
    { what: 'a source is gone', change: () => rmSync(join(tree, 'shared/greeting.ts')), builds: true },
    { what: 'a program was added', change: () => put('functions/sweep/handler.ts', HANDLER), builds: true },
    { what: 'a program was removed', change: () => rmSync(join(tree, 'functions/route'), { recursive: true }), builds: true },
    { what: 'an output is gone', change: () => rmSync(join(tree, 'dist/lockstep.mjs')), builds: true },
    { what: 'the packages changed', change: () => put('package-lock.json', '{}'), builds: true },
    { what: 'the last build was interrupted', change: () => rmSync(join(tree, 'dist/.built.json')), builds: true },
  ];

  it.each(changes)('when $what and --if-stale is given, starts: $builds', ({ change, builds }) => {
    run('build.mjs');
    change();

    const { stdout, stderr } = run('build.mjs', '--if-stale');

    expect(stdout).toBe('');
    expect(stderr !== '').toBe(builds);
  });

  it('says where the source is wrong, and leaves a build that starts again', () => {
    run('build.mjs');
    put('shared/greeting.ts', 'export const greeting = ;\n');

    const broken = run('build.mjs', '--if-stale');

    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain('shared/greeting.ts:1:24');
    expect(run('build.mjs', '--if-stale').status).toBe(1);
  });

  it('drops the parts of an older build', () => {
    put('functions/cli/main.ts', `const { greeting } = await import('../../shared/greeting.ts');\nconsole.log(greeting);\n`);
    run('build.mjs');
    const before = readdirSync(join(tree, 'dist/chunks'));
    put('shared/greeting.ts', `export const greeting = 'good day';\n`);

    run('build.mjs');

    const after = readdirSync(join(tree, 'dist/chunks'));
    expect(after).toHaveLength(before.length);
    expect(after).not.toEqual(before);
  });

  describe('through the command', () => {
    it('happens when it is needed, and leaves standard output to the command', () => {
      const first = run('lockstep.mjs', 'plan', '--json');
      const second = run('lockstep.mjs', 'plan', '--json');

      expect(first).toMatchObject({ status: 2, stdout: 'hello plan --json\n' });
      expect(first.stderr).toContain('built 3 programs');
      expect(second).toMatchObject({ status: 2, stdout: 'hello plan --json\n', stderr: '' });
    });
  });

  function put(file: string, text: string): void {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }

  function read(file: string): string {
    return readFileSync(join(tree, file), 'utf8');
  }

  function run(script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [join(tree, 'infra', script), ...args], { encoding: 'utf8' });
  }
});
