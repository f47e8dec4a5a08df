/** Writing a result to a file: whole, or not at all. */
import { randomUUID } from 'node:crypto';
import { link, lstat, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandFailure } from './failure.ts';

interface Target {
  readonly file: string;
  /** May an existing file be replaced? */
  readonly force: boolean;
}

const alreadyThere = (file: string, cause?: unknown): CommandFailure =>
  new CommandFailure(`${file} exists already.`, { hint: 'Choose another name, or add --force to replace it.', cause });

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function writeFailure(file: string, cause: unknown): CommandFailure {
  if (cause instanceof CommandFailure) return cause;
  const folder = dirname(file);
  switch (codeOf(cause)) {
    case 'EEXIST':
      return alreadyThere(file, cause);
    case 'ENOENT':
      return new CommandFailure(`There is no folder ${folder}, so ${file} was not written.`, { hint: 'Make it first.', cause });
    case 'ENOTDIR':
      return new CommandFailure(`${folder} is not a folder, so ${file} was not written.`, { cause });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CommandFailure(`No permission to write ${file}.`, { hint: `See who may with \`ls -ld ${folder}\`.`, cause });
    case 'ENOSPC':
    case 'EDQUOT':
      return new CommandFailure(`There is no space left for ${file}: nothing was left half-written.`, {
        hint: 'Make room, or choose another place.',
        cause,
      });
    default:
      return new CommandFailure(`Could not write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** undefined: there is nothing, not even behind a link. */
async function kindOf(file: string) {
  try {
    return await stat(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Says early what would go wrong in the end. @throws CommandFailure */
export async function insistOnWritable(target: Target): Promise<void> {
  try {
    await check(target);
  } catch (error) {
    throw writeFailure(target.file, error);
  }
}

async function check({ file, force }: Target): Promise<void> {
  await stat(dirname(file));
  const there = await kindOf(file);
  if (there?.isDirectory()) throw new CommandFailure(`${file} is a folder: name a file in it.`);
  if (force) return;
  const isLinkToNowhere = there === undefined && (await lstat(file).catch(() => undefined)) !== undefined;
  if (there?.isFile() || isLinkToNowhere) throw alreadyThere(file);
}

/**
 * Writes beside the file first and puts it in place in one go, so that nobody ever sees half of it. A device or a pipe is written to directly.
 *
 * @throws CommandFailure, with nothing changed
 */
export async function writeWhole({ file, force }: Target, text: string): Promise<void> {
  try {
    await check({ file, force });
    const there = await kindOf(file);
    if (there !== undefined && !there.isFile()) return await writeFile(file, text);
    await writeBeside(there === undefined ? file : await realpath(file), text, force);
  } catch (error) {
    throw writeFailure(file, error);
  }
}

async function writeBeside(file: string, text: string, force: boolean): Promise<void> {
  const beside = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(beside, 'wx', 0o666);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await (force ? rename(beside, file) : putNew(beside, file));
  } finally {
    await rm(beside, { force: true });
  }
}

/** A link fails where a file has appeared meanwhile; not every file system has links. */
async function putNew(beside: string, file: string): Promise<void> {
  try {
    await link(beside, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    await check({ file, force: false });
    await rename(beside, file);
  }
}
