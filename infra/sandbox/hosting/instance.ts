/** Execution environments: what the two kinds have in common. */
import type { Settings } from '../services/lambda/state.ts';

/** What a handler is told beside the event. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface LambdaContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly callbackWaitsForEmptyEventLoop: boolean;
  readonly clientContext?: undefined;
  readonly identity?: undefined;
  getRemainingTimeInMillis(): number;
}

/** The members of a context that are data. */
export type ContextData = Omit<LambdaContext, 'getRemainingTimeInMillis'>;

/** What a handler that runs in this thread has instead of `process.env` and `console`. */
export interface Surroundings {
  /** As `process.env` in Lambda: the function's own variables, region and the keys of its execution role. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes a line to the function's log. */
  log(line: string): void;
}

export type InProcessHandler = (event: unknown, context: LambdaContext, surroundings: Surroundings) => unknown;

/** As Lambda tells it: in the answer to a caller, in the log, and to destinations. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type Outcome =
  /** The payload is JSON. */
  | { readonly status: 'returned'; readonly payload: string }
  | { readonly status: 'failed'; readonly error: FunctionError }
  /** It did not run. */
  | { readonly status: 'throttled'; readonly reason: string };

/** How a run in an execution environment ended. */
export type Ran =
  | { readonly status: 'returned'; readonly payload: string }
  /** `isFatal`: the environment is gone with it. */
  | { readonly status: 'failed'; readonly error: FunctionError; readonly isFatal: boolean };

/** One event for one run. */
export interface Run {
  /** JSON. */
  readonly payload: string;
  readonly context: ContextData;
  readonly timeoutSeconds: number;
  readonly traceId: string;
}

/** An execution environment. It takes one run at a time. */
export interface Instance {
  /** Those it was started with; others make it obsolete. */
  readonly settings: Settings;
  readonly logStreamName: string;
  /** The role session it has the keys of. */
  readonly accessKeyId: string;
  /** Whether it can take another run. */
  isAlive(): boolean;
  /** Never throws. */
  run(run: Run): Promise<Ran>;
  /** Ends it, and whatever runs in it. */
  dispose(): Promise<void>;
}

/** What an execution environment is started with. */
export interface Start {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string>>;
  /** Takes one line, without its end. */
  log(line: string): void;
}

/** The part of an instance that depends on where the code runs. */
export type Engine = Pick<Instance, 'isAlive' | 'run' | 'dispose'>;

/** What was thrown, as Lambda's runtime for Node.js reports it. */
export function functionError(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
}

/** A value as the answer of a function; what is no JSON is `null`. @throws TypeError for what cannot be JSON */
export const answerText = (value: unknown): string => JSON.stringify(value) ?? 'null';

// https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
export const timedOut = (requestId: string, seconds: number): FunctionError => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
});

export const exited = (requestId: string, how: string): FunctionError => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: Runtime exited ${how}`,
});
