/** What runs inside a worker thread: loads the function's bundle, and has its handler handle one event after the other. */
import { pathToFileURL } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type ContextData, type FunctionError, functionError } from './instance.ts';

/** What a worker is started with. */
export interface Boot {
  /** Path of the bundle. */
  readonly path: string;
  /** Name of the export that is the handler. */
  readonly handler: string;
}

/** What a worker is told. */
export interface Order {
  readonly payload: string;
  readonly context: ContextData;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly traceId: string;
}

/** What a worker tells. */
export type Word =
  | { readonly kind: 'ready' }
  /** It takes no more orders. */
  | { readonly kind: 'broken'; readonly error: FunctionError }
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'threw'; readonly error: FunctionError };

type Handler = (event: unknown, context: object) => unknown;

if (parentPort) await start(parentPort, workerData as Boot);

async function start(port: MessagePort, boot: Boot): Promise<void> {
  const say = (word: Word): void => port.postMessage(word);
  // Through the same channel as the results, so that no line comes later than the result it belongs to.
  for (const stream of [process.stdout, process.stderr]) stream.write = printing((text) => say({ kind: 'printed', text }));
  const breakDown = (error: FunctionError): void => {
    say({ kind: 'broken', error });
    // What the runtime for Node.js itself exits with.
    process.exit(129);
  };
  process.on('uncaughtException', (thrown) => breakDown(functionError(thrown)));
  process.on('unhandledRejection', (reason) =>
    breakDown({ ...functionError(reason), errorType: 'Runtime.UnhandledPromiseRejection' }),
  );
  try {
    const handler = await load(boot);
    port.on('message', (order: Order) => void obey(handler, order).then(say));
    say({ kind: 'ready' });
  } catch (thrown) {
    breakDown(asLoadError(thrown));
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html */
function asLoadError(thrown: unknown): FunctionError {
  const error = functionError(thrown);
  const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND';
  if (isMissing) return { ...error, errorType: 'Runtime.ImportModuleError' };
  return thrown instanceof SyntaxError ? { ...error, errorType: 'Runtime.UserCodeSyntaxError' } : error;
}

async function load({ path, handler: name }: Boot): Promise<Handler> {
  const bundle = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const handler = bundle[name];
  if (typeof handler === 'function') return handler as Handler;
  throw Object.assign(new Error(`${name} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
}

async function obey(handler: Handler, { payload, context, deadline, traceId }: Order): Promise<Word> {
  process.env._X_AMZN_TRACE_ID = traceId;
  try {
    const getRemainingTimeInMillis = (): number => Math.max(0, deadline - Date.now());
    const answer = await handler(JSON.parse(payload), { ...context, getRemainingTimeInMillis });
    return { kind: 'returned', payload: JSON.stringify(answer) ?? 'null' };
  } catch (thrown) {
    return { kind: 'threw', error: functionError(thrown) };
  }
}

function printing(print: (text: string) => void): typeof process.stdout.write {
  return (chunk: string | Uint8Array, ...more: readonly unknown[]) => {
    print(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = more.find((one) => typeof one === 'function');
    if (done) queueMicrotask(done as () => void);
    return true;
  };
}
