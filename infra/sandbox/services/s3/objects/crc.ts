/** The cyclic redundancy checks that S3 takes and Node does not have. Both are reflected and start and end inverted. */

const crc32cTable = tableOf32(0x82f63b78);

function tableOf32(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

/** Castagnoli. @returns 4 bytes, the most significant first */
export function crc32c(bytes: Uint8Array): Buffer {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc32cTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const out = Buffer.alloc(4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return out;
}

// Halves of 32 bits: numbers are many times faster than big integers.
const nvme = tableOf64(0x9a6c9329, 0xac4bc9b5);

function tableOf64(highPolynomial: number, lowPolynomial: number): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let [upper, lower] = [0, index];
    for (let bit = 0; bit < 8; bit++) {
      const odd = lower & 1;
      lower = ((lower >>> 1) | (upper << 31)) >>> 0;
      upper >>>= 1;
      if (odd) [upper, lower] = [(upper ^ highPolynomial) >>> 0, (lower ^ lowPolynomial) >>> 0];
    }
    high[index] = upper;
    low[index] = lower;
  }
  return { high, low };
}

/** CRC-64/NVME. @returns 8 bytes, the most significant first */
export function crc64nvme(bytes: Uint8Array): Buffer {
  let [upper, lower] = [0xffffffff, 0xffffffff];
  for (const byte of bytes) {
    const index = (lower ^ byte) & 0xff;
    lower = ((lower >>> 8) | (upper << 24)) ^ (nvme.low[index] ?? 0);
    upper = (upper >>> 8) ^ (nvme.high[index] ?? 0);
  }
  const out = Buffer.alloc(8);
  out.writeUInt32BE((upper ^ 0xffffffff) >>> 0, 0);
  out.writeUInt32BE((lower ^ 0xffffffff) >>> 0, 4);
  return out;
}
