// `npm test`: every check there is, and the totals as the last line. What follows `--` goes to vitest: `npm test -- test/policy`.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const cache = join(root, 'node_modules', '.cache', 'lockstep');
const AT_ONCE = 2;

/** Each counts as one. `proves` looks at the output of a tool that ended well: did it look at anything? */
const CHECKS = [
  {
    name: 'types',
    command: ['tsc', '--noEmit', '-p', '.', '--incremental', '--tsBuildInfoFile', join(cache, 'types.tsbuildinfo')],
  },
  {
    name: 'lint and format',
    command: ['biome', 'check', '--error-on-warnings', '--max-diagnostics=none'],
    proves: /Checked [1-9]\d* file/,
  },
  {
    name: 'dependency rules',
    command: ['depcruise', 'functions', 'infra', 'shared', 'test', '--output-type', 'err'],
    proves: /\([1-9]\d* modules, [1-9]\d* dependencies cruised\)/,
  },
  { name: 'unused code', command: ['knip', '--no-progress', '--cache', '--cache-location', join(cache, 'knip')] },
];

async function main() {
  mkdirSync(cache, { recursive: true });
  const checks = await runChecks([...CHECKS]);
  const tests = await runTests(process.argv.slice(2));
  printFailures(checks);
  return {
    passed: checks.filter((check) => check.ok).length + tests.passed,
    failed: checks.filter((check) => !check.ok).length + tests.failed,
    skipped: tests.skipped,
  };
}

async function runChecks(waiting) {
  const done = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) done.push(await runCheck(check));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

async function runCheck({ name, command, proves }) {
  const started = performance.now();
  const { code, output } = await run(command, 'pipe');
  const idle = code === 0 && proves !== undefined && !proves.test(output);
  const ok = code === 0 && !idle;
  print(`${ok ? '✔' : '✘'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return { name, ok, output: idle ? `${output}\n${command[0]} looked at nothing.` : output };
}

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-test-'));
  try {
    const file = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await run(['vitest', 'run', '--config', 'test/vitest.config.ts', ...reporters, ...args], 'inherit');
    return countTests(JSON.parse(readFileSync(file, 'utf8')), code);
  } catch (error) {
    print(`✘ tests: no report (${error.message})`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that fails outside its tests counts as one; so does a run that fails outside all files. */
function countTests(report, code) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (...statuses) => tests.filter((test) => statuses.includes(test.status)).length;
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const failed = count('failed') + brokenFiles;
  return {
    passed: count('passed'),
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: count('skipped', 'pending', 'todo', 'disabled'),
  };
}

/** Runs a tool of node_modules to its end. */
function run([tool, ...args], output) {
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  if (output === 'pipe' && process.stdout.isTTY && process.env.NO_COLOR === undefined) env.FORCE_COLOR ??= '1';
  return new Promise((resolve) => {
    const child = spawn(join(bin, tool), args, { cwd: root, env, stdio: ['ignore', output, output] });
    let text = '';
    const keep = (chunk) => {
      text += chunk;
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: text }));
  });
}

function printFailures(checks) {
  for (const { name, output } of checks.filter((check) => !check.ok)) print(`\n✘ ${name}\n\n${output.trim()}\n`);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}

const { passed, failed, skipped } = await main().catch((error) => {
  print(error.stack);
  return { passed: 0, failed: 1, skipped: 0 };
});
print(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
