import { gunzipSync } from 'node:zlib';
import { AwsError } from '../service.ts';
import { decodeAwsChunked } from './aws-chunked.ts';

/** One HTTP request, however it came in. */
export interface WireRequest {
  readonly method: string;
  /** Host and port as the client addressed them, e.g. `orders.localhost:4566`. */
  readonly host: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  /** Decoded; a parameter without a value is an empty string. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The sender's address; undefined: the request came from within this process. */
  readonly sourceIp?: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  /** The SDK wants a stream for this body (object contents). */
  readonly streaming?: boolean;
}

const utf8 = new TextDecoder();

export const textOf = (body: Uint8Array): string => utf8.decode(body);

/** Collects a request body: nothing, text, bytes, or a stream of bytes. */
export async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Takes off what was put around the body for the journey: the signed chunks of an upload, and gzip around an API call.
 * Gzip around an object is the object's own and stays.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function unwrapBody(request: WireRequest, service: string): WireRequest {
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  if (request.headers['x-amz-content-sha256']?.startsWith('STREAMING-') || encodings.includes('aws-chunked')) {
    const { body, trailers } = decodeAwsChunked(request.body);
    const { 'content-encoding': _wrapped, ...headers } = request.headers;
    const own = encodings.filter((encoding) => encoding !== 'aws-chunked').join(',');
    return { ...request, body, headers: { ...headers, ...trailers, ...(own === '' ? {} : { 'content-encoding': own }) } };
  }
  if (service === 's3' || !encodings.includes('gzip')) return request;
  try {
    return { ...request, body: gunzipSync(request.body) };
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid gzip.');
  }
}
