import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { realClock } from '../clock.ts';
import { type Engine, exited, type FunctionError, functionError, type Ran, type Run, type Start, timedOut } from './instance.ts';
import type { Boot, Order, Word } from './runtime.ts';

/** The program that runs in the thread: this one's neighbour, as source or as built. */
const runtime = new URL(import.meta.url.endsWith('.ts') ? './runtime.ts' : builtRuntime(), import.meta.url);

function builtRuntime(): string {
  return import.meta.url.includes('/chunks/') ? '../lambda-runtime.mjs' : './lambda-runtime.mjs';
}

/** A thread lives in the machine's time, whatever the clock of the local AWS. */
const clock = realClock();

/** Seconds for loading the code, before the time-out starts to count. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const initSeconds = 10;

/** Where an answer or an end goes while a run waits for it. */
type Waiting = (end: End) => void;
type End = Word | { readonly kind: 'died'; readonly error: (requestId: string) => FunctionError };

/**
 * Runs a bundle in a worker thread with an environment of its own. Time-outs go by the machine's clock and end the thread, as does
 * whatever the code does not catch, `process.exit`, and more memory than the function has.
 */
export function inWorker(path: string, start: Start): Engine {
  const worker = startWorker(path, start);
  let ended: End | undefined;
  let isReady = false;
  let waiting: Waiting | undefined;
  const lines = lineReader(start.log);

  const hear = (end: End): void => {
    if (end.kind === 'printed') lines.take(end.text);
    else if (end.kind === 'ready') isReady = true;
    else if (end.kind === 'died' || end.kind === 'broken') ended ??= end;
    waiting?.(end);
  };
  worker.on('message', hear);
  worker.on('error', (thrown: unknown) => hear({ kind: 'died', error: (requestId) => uncaught(requestId, thrown) }));
  worker.on('exit', (code) => hear({ kind: 'died', error: (requestId) => exited(requestId, howExited(code)) }));
  for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk: Buffer) => lines.take(String(chunk)));

  /** Resolves with the first end that `wanted` takes, or undefined after so many seconds. */
  const until = (wanted: (end: End) => boolean, seconds: number): Promise<End | undefined> =>
    new Promise((resolve) => {
      const settle = (end: End | undefined): void => {
        callOff();
        waiting = undefined;
        resolve(end);
      };
      const callOff = clock.after(seconds, () => settle(undefined));
      waiting = (end) => wanted(end) && settle(end);
    });

  async function run({ payload, context, timeoutSeconds, traceId }: Run): Promise<Ran> {
    const requestId = context.awsRequestId;
    const late: Ran = { status: 'failed', error: timedOut(requestId, timeoutSeconds), isFatal: true };
    if (!isReady && !ended && !(await until(({ kind }) => kind !== 'printed', initSeconds + timeoutSeconds))) return late;
    if (ended) return ranOf(ended, requestId);
    const end = until(({ kind }) => kind !== 'printed' && kind !== 'ready', timeoutSeconds);
    const order: Order = { payload, context, deadline: Date.now() + timeoutSeconds * 1000, traceId };
    worker.postMessage(order);
    const how = await end;
    lines.flush();
    return how ? ranOf(how, requestId) : late;
  }

  return {
    isAlive: () => ended === undefined,
    async run(one) {
      worker.ref();
      try {
        return await run(one);
      } finally {
        worker.unref();
      }
    },
    dispose: async () => void (await worker.terminate()),
  };
}

function startWorker(path: string, { settings, env }: Start): Worker {
  const workerData: Boot = { path, handler: settings.handler.slice(settings.handler.lastIndexOf('.') + 1) };
  const worker = new Worker(fileURLToPath(runtime), {
    workerData,
    env: { ...env },
    stdout: true,
    stderr: true,
    // None of the flags that this process was started with; and silence about running the source itself.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
  });
  worker.unref();
  return worker;
}

function ranOf(end: End, requestId: string): Ran {
  switch (end.kind) {
    case 'returned':
      return { status: 'returned', payload: end.payload };
    case 'threw':
      return { status: 'failed', error: end.error, isFatal: false };
    case 'broken':
      return { status: 'failed', error: end.error, isFatal: true };
    case 'died':
      return { status: 'failed', error: end.error(requestId), isFatal: true };
    case 'ready':
    case 'printed':
      throw new Error(`A worker's run cannot end with the word ${end.kind}.`);
  }
}

function uncaught(requestId: string, thrown: unknown): FunctionError {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return { ...exited(requestId, 'with error: signal: killed'), errorType: 'Runtime.OutOfMemory' };
  }
  return functionError(thrown);
}

const howExited = (code: number): string => (code === 0 ? 'without providing a reason' : `with error: exit status ${code}`);

/** Cuts what is printed into lines. */
function lineReader(log: (line: string) => void) {
  let rest = '';
  return {
    take(text: string): void {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log(line);
    },
    /** Ends a line that was begun. */
    flush(): void {
      if (rest !== '') log(rest);
      rest = '';
    },
  };
}
