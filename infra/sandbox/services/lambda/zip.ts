import { inflateRawSync } from 'node:zlib';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/**
 * The files of a zip archive, by their paths; folders are left out.
 *
 * @throws RangeError when it is no zip archive, or one in a form that deployment packages do not have (encrypted, zip64)
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function unzip(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = bytes.lastIndexOf(signature(endOfDirectory));
  if (end < 0) throw new RangeError('The end of the central directory is missing.');
  const files = new Map<string, Uint8Array>();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const entry = readEntry(bytes, at);
    if (!entry.path.endsWith('/')) files.set(entry.path, contentOf(bytes, entry));
    at = entry.next;
  }
  return files;
}

interface Entry {
  readonly path: string;
  readonly method: number;
  readonly size: number;
  /** Where its own header is. */
  readonly offset: number;
  readonly next: number;
}

function readEntry(bytes: Buffer, at: number): Entry {
  if (bytes.readUInt32LE(at) !== directoryEntry) throw new RangeError('The central directory is damaged.');
  const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [number, number, number];
  return {
    path: bytes.toString('utf8', at + 46, at + 46 + name),
    method: bytes.readUInt16LE(at + 10),
    size: bytes.readUInt32LE(at + 20),
    offset: bytes.readUInt32LE(at + 42),
    next: at + 46 + name + extra + comment,
  };
}

function contentOf(bytes: Buffer, { path, method, size, offset }: Entry): Uint8Array {
  const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const packed = bytes.subarray(start, start + size);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new RangeError(`${path} is compressed by method ${method}.`);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
