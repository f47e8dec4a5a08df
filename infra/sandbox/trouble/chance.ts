import { createHash } from 'node:crypto';

/** A number from 0 up to 1 that depends on nothing but the seed and what it is drawn for. */
export function chance(seed: number, ...what: readonly (string | number)[]): number {
  const hash = createHash('sha256')
    .update([seed, ...what].join('\n'))
    .digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}
