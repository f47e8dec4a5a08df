#!/usr/bin/env node
// What `npx lockstep` and `npm run lockstep` start: makes sure that the command line is installed and built, then runs it.
// Plain JavaScript for Node 20 or later. Prints nothing of its own on standard output.
import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, isStale } from './build.mjs';
import { fail, install, majorOf, packagedNode, root, Trouble } from './install.mjs';

const program = join(root, 'dist', 'lockstep.mjs');

async function main() {
  await install();
  if (isStale()) await build({ ifStale: true });
  if (majorOf(process.version) < 24) return await runOnPackagedNode();
  // Node's own cache of compiled code: a third off the start, from the second time on.
  module.enableCompileCache(join(root, 'node_modules', '.cache', 'lockstep'));
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
}

async function runOnPackagedNode() {
  const { spawn } = await import('node:child_process');
  const { constants } = await import('node:os');
  const child = spawn(packagedNode, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its signals to both; the child decides what they mean.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', () => fail(new Trouble('runs on Node 24, which is not here any more: delete node_modules and start again')));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

await main().catch(fail);
