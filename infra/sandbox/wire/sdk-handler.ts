import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/protocols';
import type { HttpRequest, QueryParameterBag, RequestHandler } from '@smithy/types';
import { bytesOf, type WireRequest, type WireResponse } from './http.ts';

/** What any SDK v3 client takes as `requestHandler`. */
export type SdkRequestHandler = RequestHandler<HttpRequest, HttpResponse> & {
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

/** A request handler that answers in this process: no sockets, no HTTP. */
export function sdkHandler(answer: (request: WireRequest) => Promise<WireResponse>): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request) => {
      const { status, headers, body, streaming } = await answer(await readRequest(request));
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const content = streaming ? Readable.from(bytes.length > 0 ? [bytes] : []) : bytes;
      return { response: new HttpResponse({ statusCode: status, headers: { ...headers }, body: content }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

async function readRequest(request: HttpRequest): Promise<WireRequest> {
  return {
    method: request.method,
    host: request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`,
    path: request.path,
    query: readQuery(request.query ?? {}),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: await bytesOf(request.body),
  };
}

const readQuery = (query: QueryParameterBag): Record<string, string> =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, (Array.isArray(value) ? value[0] : value) ?? '']));
