import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const installer = join(import.meta.dirname, '..', '..', 'infra', 'install.mjs');

describe('installing packages', () => {
  let tree: string;

  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), 'lockstep-install-'));
    mkdirSync(join(tree, 'infra'));
    copyFileSync(installer, join(tree, 'infra', 'install.mjs'));
    put('package.json', '{ "optionalDependencies": {} }');
    put('package-lock.json', lockfile('1.0.0'));
    npmThat('mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json');
  });
  afterEach(() => rmSync(tree, { recursive: true, force: true }));

  it('says so in one line, and nothing on standard output', async () => {
    const { code, stdout, stderr } = await install();

    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe('lockstep: installing packages (npm ci) …\n');
    expect(npmCalls()).toBe(1);
  });

  it('happens once for one lockfile', async () => {
    await install();

    const again = await install();

    expect(again).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(npmCalls()).toBe(1);
  });

  it('happens again when the lockfile asks for something else', async () => {
    await install();
    put('package-lock.json', lockfile('1.0.1'));

    await install();

    expect(npmCalls()).toBe(2);
  });

  it('happens again when node_modules is gone', async () => {
    await install();
    rmSync(join(tree, 'node_modules'), { recursive: true });

    await install();

    expect(npmCalls()).toBe(2);
  });

  const done = [
    { found: 'the packages of the lockfile', hidden: lockfile('1.0.0'), calls: 0 },
    { found: 'another version', hidden: lockfile('0.9.9'), calls: 1 },
    { found: 'nothing of it', hidden: '{ "packages": {} }', calls: 1 },
  ];

  it.each(done)('calls npm $calls times where a person’s own npm left $found', async ({ hidden, calls }) => {
    put('node_modules/.package-lock.json', hidden);

    const { code } = await install();

    expect({ code, calls: npmCalls() }).toEqual({ code: 0, calls });
  });

  const others = [
    { machine: 'another system', other: { os: ['aix'], cpu: [process.arch] } },
    { machine: 'another processor', other: { os: [process.platform], cpu: ['s390'] } },
    { machine: 'another C library', other: { os: [process.platform], cpu: [process.arch], libc: ['other'] } },
  ];

  it.each(others)('does not wait for the packages of $machine', async ({ other }) => {
    put('package-lock.json', lockfile('1.0.0', { 'node_modules/other': { ...other, optional: true, version: '2.0.0' } }));
    put('node_modules/.package-lock.json', lockfile('1.0.0'));

    await install();

    expect(npmCalls()).toBe(0);
  });

  it('happens once when two start at once', async () => {
    npmThat('sleep 0.4; mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json');

    const both = await Promise.all([install(), install()]);

    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(npmCalls()).toBe(1);
  });

  it('does not wait for one that died', async () => {
    put('dist/.install.lock', '999999999');

    const { code } = await install();

    expect(code).toBe(0);
    expect(existsSync(join(tree, 'dist/.install.lock'))).toBe(false);
  });

  it('repeats what npm said when it fails, and tries again the next time', async () => {
    npmThat('echo "npm error network request failed" >&2; exit 7');

    const first = await install();
    await install();

    expect(first.code).toBe(1);
    expect(first.stderr).toContain('could not install its packages: npm ci ended with 7');
    expect(first.stderr).toContain('npm error network request failed');
    expect(first.stderr).not.toContain('    at ');
    expect(npmCalls()).toBe(2);
  });

  const nodes = [
    { runs: 'exit 0', linked: true, because: 'every npm script then runs on it, whichever npm installed it' },
    { runs: 'exit 1', linked: false, because: 'it was made for another C library' },
  ];

  it.each(nodes)('puts the packaged Node on the PATH of npm scripts: $linked ($because)', async ({ runs, linked }) => {
    put('package.json', '{ "optionalDependencies": { "node-elsewhere": "24.0.0", "node-here": "24.0.0" } }');
    npmThat(
      `mkdir -p node_modules/node-here/bin && printf '#!/bin/sh\\n${runs}\\n' > node_modules/node-here/bin/node && chmod +x node_modules/node-here/bin/node`,
    );

    const { code } = await install();

    expect(code).toBe(0);
    expect(existsSync(join(tree, 'node_modules/.bin/node'))).toBe(linked);
  });

  function put(file: string, text: string): void {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }

  function npmThat(does: string): void {
    put('bin/npm', `#!/bin/sh\necho "$@" >> "${join(tree, 'calls')}"\n${does}\n`);
    chmodSync(join(tree, 'bin/npm'), 0o755);
  }

  function npmCalls(): number {
    const file = join(tree, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
  }

  function install(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const env = { PATH: [join(tree, 'bin'), process.env.PATH].join(delimiter) };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(tree, 'infra', 'install.mjs')], { env });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  }
});

function lockfile(version: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ packages: { '': {}, 'node_modules/one': { version, integrity: `sha512-${version}` }, ...more } });
}
