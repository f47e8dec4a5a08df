/** Where the code of a function comes from, as the API is given it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { FunctionCode } from '@aws-sdk/client-lambda';
import { invalid } from '../../hosting/functions.ts';
import type { Code, Settings } from './state.ts';
import { unzip } from './zip.ts';

/** The name of a bucket that no account can have: the key is then a path of this machine. */
export const localBucket = '_local_';

/**
 * A zip archive in `ZipFile`, as AWS takes it; or, here only, `S3Bucket: '_local_'` with an absolute path as `S3Key`: of a module, or of a
 * folder. A path is read anew by every execution environment.
 *
 * @throws AwsError `InvalidParameterValueException`
 */
export function codeOf({ ZipFile, S3Bucket, S3Key = '' }: FunctionCode, handler: string): Code {
  if (ZipFile) return { kind: 'bundle', path: moduleIn(unpacked(ZipFile), handler) };
  if (S3Bucket !== localBucket) {
    throw invalid(
      `The local AWS takes code as ZipFile, or with S3Bucket ${localBucket} and an absolute path of this machine as S3Key.`,
    );
  }
  if (!isAbsolute(S3Key) || !existsSync(S3Key))
    throw invalid(`There is no ${S3Key} on this machine, or the path is not absolute.`);
  return { kind: 'bundle', path: statSync(S3Key).isDirectory() ? moduleIn(S3Key, handler) : S3Key };
}

/** Folders of archives, which go when this process ends. */
const folders = new Set<string>();

function newFolder(): string {
  if (folders.size === 0) {
    process.once('exit', () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'lambda-'));
  folders.add(folder);
  return folder;
}

function unpacked(archive: Uint8Array): string {
  const folder = newFolder();
  try {
    for (const [path, content] of unzip(archive)) {
      if (path.split('/').includes('..') || isAbsolute(path)) throw new RangeError(`${path} leads out of the archive.`);
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  } catch (error) {
    throw error instanceof RangeError
      ? invalid('Could not unzip uploaded file. Please check your file, then try to upload again.')
      : error;
  }
}

/** `index.handler` is in `index.mjs` or `index.js`; that it is missing shows only when the function runs, as in AWS. */
function moduleIn(folder: string, handler: string): string {
  const name = handler.slice(0, handler.lastIndexOf('.'));
  const found = ['.mjs', '.js'].map((ending) => join(folder, name + ending)).find(existsSync);
  return found ?? join(folder, `${name}.mjs`);
}

/** What `GetFunction` tells of the code. */
export function digestOf({ code }: Settings): { readonly CodeSize: number; readonly CodeSha256: string } {
  const bytes = code.kind === 'bundle' && existsSync(code.path) ? readFileSync(code.path) : Buffer.from('');
  return { CodeSize: bytes.length, CodeSha256: createHash('sha256').update(bytes).digest('base64') };
}
