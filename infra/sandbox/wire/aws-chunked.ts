import { AwsError } from '../service.ts';

interface Unchunked {
  readonly body: Uint8Array;
  /** Headers sent after the body, names in lower case; checksums mostly. */
  readonly trailers: Readonly<Record<string, string>>;
}

/**
 * Decodes `aws-chunked`: `hex-size;chunk-signature=…\r\n data \r\n …`, then a chunk of size 0, then trailing headers. Signatures are not checked.
 *
 * @throws AwsError `IncompleteBody` when the framing is broken or ends early
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function decodeAwsChunked(bytes: Uint8Array): Unchunked {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', at);
    const size = lineEnd < 0 ? Number.NaN : sizeOf(buffer.toString('latin1', at, lineEnd));
    if (Number.isNaN(size) || lineEnd + 2 + size > buffer.length) throw incomplete();
    at = lineEnd + 2;
    if (size === 0) return { body: Buffer.concat(chunks), trailers: trailersOf(buffer.toString('latin1', at)) };
    chunks.push(buffer.subarray(at, at + size));
    at += size + 2;
  }
}

function sizeOf(line: string): number {
  const size = line.split(';', 1)[0]?.trim() ?? '';
  return /^[0-9a-f]+$/i.test(size) ? Number.parseInt(size, 16) : Number.NaN;
}

function trailersOf(text: string): Record<string, string> {
  const pairs = text.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const];
  });
  return Object.fromEntries(pairs);
}

const incomplete = (): AwsError => new AwsError('IncompleteBody', 'The request body terminated unexpectedly.');
