import type { InProcessHandler, Instance, Outcome } from '../../hosting/instance.ts';

/** Where a function's code is. */
export type Code =
  /** Path of an ES module that exports the handler; it runs in a worker thread of its own. */
  | { readonly kind: 'bundle'; readonly path: string }
  /** Runs in this thread: for tests, and on a virtual clock. */
  | { readonly kind: 'in-process'; readonly run: InProcessHandler };

export interface Settings {
  readonly code: Code;
  /** `file.export`; of a bundle only the export counts. */
  readonly handler: string;
  readonly runtime: string;
  /** ARN of the execution role. */
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly description: string;
  readonly architectures: readonly string[];
  /** ARN of the queue or topic that gets the events that were given up. */
  readonly deadLetterArn: string | undefined;
}

/** How events that nobody waits for are treated. */
export interface Asynchronous {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** ARNs. */
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
}

export interface HostedFunction {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  settings: Settings;
  /** undefined: it shares what its account has left. */
  reservedConcurrency: number | undefined;
  asynchronous: Asynchronous;
  /** Statements of its own policy by their Sid. */
  readonly policy: Map<string, Readonly<Record<string, unknown>>>;
  readonly tags: Map<string, string>;
  modifiedAt: Date;
  revisionId: string;
  /** Execution environments that wait for work, the one used last at the end. */
  readonly idle: Instance[];
  /** Every execution environment that lives. */
  readonly instances: Set<Instance>;
  /** Invocations under way. */
  running: number;
  readonly log: LogLine[];
}

export interface LogLine {
  readonly time: Date;
  readonly functionArn: string;
  readonly text: string;
}

/** Who asked: a caller that waits, a sender that does not, or the poller of a queue. */
export type Trigger = 'request' | 'event' | 'queue';

/** An invocation that is over. */
export interface Invocation {
  readonly functionArn: string;
  readonly requestId: string;
  readonly trigger: Trigger;
  readonly startedAt: Date;
  readonly milliseconds: number;
  readonly coldStart: boolean;
  /** JSON. */
  readonly payload: string;
  readonly outcome: Exclude<Outcome, { status: 'throttled' }>;
}

/** A queue that a function works off. */
export interface Mapping {
  readonly uuid: string;
  readonly account: string;
  readonly region: string;
  readonly functionArn: string;
  readonly queueArn: string;
  settings: MappingSettings;
  modifiedAt: Date;
  /** As AWS words it: `No records processed`, `OK`, `PROBLEM: …`. */
  lastResult: string;
  /** Ends polling; what is under way is finished. */
  stop: () => void;
}

export interface MappingSettings {
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  /** undefined: as many as the function may have. */
  readonly maximumConcurrency: number | undefined;
  /** JSON patterns; a message has to match one of them. None: all do. */
  readonly filters: readonly string[];
}

export interface LambdaState {
  /** By ARN. */
  readonly functions: Map<string, HostedFunction>;
  /** By UUID. */
  readonly mappings: Map<string, Mapping>;
  readonly listeners: {
    readonly log: Set<(line: LogLine) => void>;
    readonly invocation: Set<(invocation: Invocation) => void>;
  };
  /** Where functions in worker threads reach the local AWS. */
  endpoint: string | undefined;
  /** Makes `endpoint`, when nobody serves the local AWS over HTTP. */
  serve: (() => Promise<string>) | undefined;
  /** Invocations at one time of an account in a region. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  accountConcurrency: number;
  /** Events that wait for another attempt are then let go. */
  isClosed: boolean;
  /** Whether execution roles need permissions. */
  authorise: boolean;
}

export const newLambdaState = (): LambdaState => ({
  functions: new Map(),
  mappings: new Map(),
  listeners: { log: new Set(), invocation: new Set() },
  endpoint: undefined,
  serve: undefined,
  accountConcurrency: 1000,
  isClosed: false,
  authorise: true,
});
