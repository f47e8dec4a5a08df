import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bytesOf, type WireRequest, type WireResponse } from './http.ts';

export interface Listening {
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  close(): Promise<void>;
}

type Answer = (request: WireRequest) => Promise<WireResponse>;

/**
 * Serves HTTP on the loopback interface only. Node itself answers `Expect: 100-continue`.
 *
 * @param port 0: a free one
 * @throws Error when the port is taken, saying what to do
 */
export async function listen(answer: Answer, port: number): Promise<Listening> {
  const server = createServer((request, response) => {
    serve(answer, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await bind(server, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://127.0.0.1:${bound}`, close: () => close(server) };
}

function bind(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} of 127.0.0.1 is in use. Stop the program that listens there, or choose another port (0 takes any free one).`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, headers, body } = await answer(await readRequest(request));
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  // The answer to a HEAD tells the length of what a GET would have brought.
  const length = request.method === 'HEAD' || status === 204 || status === 304 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, { ...headers, ...length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function readRequest(request: IncomingMessage): Promise<WireRequest> {
  // Taken apart by hand: `new URL` would resolve the `..` and `//` that S3 keys may hold.
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/]*/, '');
  const mark = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    host: request.headers.host ?? '',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? {} : Object.fromEntries(new URLSearchParams(target.slice(mark + 1))),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    body: await bytesOf(request),
    ...(request.socket.remoteAddress !== undefined && { sourceIp: request.socket.remoteAddress }),
  };
}
