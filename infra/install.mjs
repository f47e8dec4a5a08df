// Installs what package-lock.json asks for, when it is not there yet. Runs before anything is installed,
// under whatever Node the machine has: plain JavaScript, Node 20 or later, nothing but Node's own modules.
// The command line passes through here on every start: what only an installation needs is loaded when one is needed.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The oldest Node that can run the installation, and the one everything else runs on: the Lambda runtime's. */
const OLDEST = 20;
const WANTED = 24;

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.lockstep-installed');

/** The Node that came with the packages; there is none where those of the packages do not run. */
export const packagedNode = join(modules, '.bin', 'node');

/** Something the person at the keyboard can put right; printed without a stack. */
export class Trouble extends Error {}

/** @param {string} version `v24.21.0` or `24.21.0` */
export function majorOf(version) {
  return Number(/^v?(\d+)/.exec(version)?.[1]);
}

/**
 * Makes node_modules what package-lock.json says, and does nothing at all when it already is.
 *
 * @returns whether anything was installed
 * @throws Trouble when this Node is too old, npm fails, or no Node 24 can be had
 */
export async function install() {
  if (majorOf(process.version) < OLDEST)
    throw new Trouble(`needs Node ${OLDEST} or later to start; this is Node ${process.version.slice(1)}`);
  if (isInstalled()) return false;
  return await withLock('install', async () => {
    if (isInstalled()) return false;
    const before = matchesLockfile();
    if (!before) await runNpm();
    if (process.platform !== 'win32') await useNode24();
    writeFileSync(stamp, wanted());
    return !before;
  });
}

/** What the last installation was of: the machine, and the whole lockfile (comparing it costs less than loading a hash function). */
function wanted() {
  return `${process.platform}-${process.arch}\n${readText(join(root, 'package-lock.json'))}`;
}

function isInstalled() {
  return readText(stamp) === wanted();
}

/**
 * Whether a person's own `npm ci` or `npm install` has already done the work: npm leaves the tree it installed in
 * node_modules/.package-lock.json, and leaves that out when it was interrupted.
 */
function matchesLockfile() {
  const hidden = readText(join(modules, '.package-lock.json'));
  if (hidden === '') return false;
  const installed = JSON.parse(hidden).packages ?? {};
  const asked = JSON.parse(readText(join(root, 'package-lock.json'))).packages ?? {};
  return Object.entries(asked).every(([path, entry]) => path === '' || !belongsHere(entry) || isSame(installed[path], entry));
}

// An optional package for one C library is left to npm, which knows which one this machine has.
function belongsHere(entry) {
  if (!entry.optional && !entry.devOptional && !entry.peer) return true;
  if (entry.libc || !entry.os || !entry.cpu) return false;
  return entry.os.includes(process.platform) && entry.cpu.includes(process.arch);
}

function isSame(installed, entry) {
  return installed !== undefined && installed.version === entry.version && installed.integrity === entry.integrity;
}

async function runNpm() {
  say('installing packages (npm ci) …');
  const { command, args } = npm();
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-progress'];
  const complete = ['--ignore-scripts', '--include=dev', '--include=optional', '--no-engine-strict'];
  const { code, output } = await run(command, [...args, 'ci', ...quiet, ...complete]);
  if (code === 0) return;
  rmSync(join(modules, '.package-lock.json'), { force: true });
  throw new Trouble(
    `could not install its packages: npm ci ended with ${code}. Is the package registry within reach?\n${output.trim()}`,
  );
}

// Inside an npm script, the npm that runs it; elsewhere the one on the PATH.
function npm() {
  const running = process.env.npm_execpath ?? '';
  if (basename(running) === 'npm-cli.js' && existsSync(running))
    return { command: process.env.npm_node_execpath ?? process.execPath, args: [running] };
  return { command: 'npm', args: [] };
}

/** Runs to the end and keeps what was printed, so that it can be shown if it failed. */
async function run(command, args) {
  const { spawn } = await import('node:child_process');
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (cause) => reject(new Trouble(`could not start ${command}: ${cause.message}`, { cause })));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

/**
 * Puts the Node that came with the packages first on the PATH of every npm script. npm 10 does not: it lets the package of
 * another platform claim the link. Where that Node does not run (it needs glibc on Linux), this one must be new enough.
 */
async function useNode24() {
  const { spawnSync } = await import('node:child_process');
  const runs = (node) => spawnSync(node, ['--version']).status === 0;
  if (runs(packagedNode)) return;
  const packages = Object.keys(JSON.parse(readText(join(root, 'package.json'))).optionalDependencies ?? {});
  const node = packages.map((name) => join(modules, name, 'bin', 'node')).find((path) => existsSync(path));
  rmSync(packagedNode, { force: true });
  if (node !== undefined && runs(node)) {
    mkdirSync(dirname(packagedNode), { recursive: true });
    symlinkSync(relative(dirname(packagedNode), node), packagedNode);
  } else if (majorOf(process.version) < WANTED) {
    const here = `${process.platform}-${process.arch}`;
    throw new Trouble(
      `runs on Node ${WANTED}, and there is no packaged one for ${here}: install it (https://nodejs.org) and start again`,
    );
  }
}

/**
 * Runs `work` while no other process of this clone holds the same lock; waits for the other one first.
 * A lock whose process has died is taken over.
 */
export async function withLock(name, work) {
  const lock = join(root, 'dist', `.${name}.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  while (!take(lock)) await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    const file = openSync(lock, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    dropIfDead(lock);
    return false;
  }
}

// Renaming is the claim: of several that see a dead owner, one succeeds.
function dropIfDead(lock) {
  const owner = Number(readText(lock));
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (owner > 0 ? isAlive(owner) : age < 5_000) return;
  const claimed = `${lock}.${process.pid}`;
  try {
    renameSync(lock, claimed);
    rmSync(claimed, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The file's text; empty when there is no such file. */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

/** One line for people. Standard output belongs to the command that was asked for. */
export function say(line) {
  process.stderr.write(`lockstep: ${line}\n`);
}

/** Whether a module is the program that was started, not one that was imported. */
export function isMain(url) {
  return process.argv[1] !== undefined && pathToFileURL(realpathSync(process.argv[1])).href === url;
}

/** Ends the process with the trouble in a few words; anything else is a fault of ours and keeps its stack. */
export function fail(error) {
  if (!(error instanceof Trouble)) throw error;
  say(error.message);
  process.exit(1);
}

if (isMain(import.meta.url)) await install().catch(fail);
