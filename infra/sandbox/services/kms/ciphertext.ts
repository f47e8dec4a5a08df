/** What KMS makes of a plaintext: it names the key, and opens under that key and the same encryption context only. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Key } from './key.ts';

type Context = Readonly<Record<string, string>>;

const materials = new WeakMap<Key, Buffer>();

function materialOf(key: Key): Buffer {
  const known = materials.get(key) ?? randomBytes(32);
  materials.set(key, known);
  return known;
}

/** The order of the pairs does not count: https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html */
const bound = (context: Context): Buffer => Buffer.from(JSON.stringify(Object.entries(context).sort()));

const [ivBytes, tagBytes, headBytes] = [12, 16, 2];

export function seal(key: Key, plaintext: Uint8Array, context: Context): Uint8Array {
  const name = Buffer.from(key.arn);
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(name.length);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', materialOf(key), iv).setAAD(bound(context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, name, iv, cipher.getAuthTag(), sealed]);
}

/** undefined: it was not made under this key, or under another context, or was changed. */
export function open(key: Key, ciphertext: Uint8Array, context: Context): Uint8Array | undefined {
  const rest = Buffer.from(ciphertext).subarray(headBytes + Buffer.byteLength(key.arn));
  try {
    const opener = createDecipheriv('aes-256-gcm', materialOf(key), rest.subarray(0, ivBytes)).setAAD(bound(context));
    opener.setAuthTag(rest.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([opener.update(rest.subarray(ivBytes + tagBytes)), opener.final()]);
  } catch {
    return undefined;
  }
}

/** The key a ciphertext says it was made under; undefined: it is none of KMS. */
export function keyArnIn(ciphertext: Uint8Array | undefined): string | undefined {
  const bytes = Buffer.from(ciphertext ?? []);
  if (bytes.length < headBytes) return undefined;
  const arn = bytes.subarray(headBytes, headBytes + bytes.readUInt16BE()).toString();
  return /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(arn) ? arn : undefined;
}
