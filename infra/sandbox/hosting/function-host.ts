/**
 * Runs functions on the local AWS as Lambda does: in their execution role, started by events, schedules and queues.
 *
 * ```ts
 * const host = functionHost(aws);
 * const fn = host.create({ account: '111111111111', region: 'eu-west-1', name: 'route', role: roleArn, code: bundle('dist/functions/route/index.mjs') });
 * host.permit(fn.arn, { id: 'rule', action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com', sourceArn: ruleArn });
 * host.map(fn.arn, queueArn, { batchSize: 10, reportsItemFailures: true });
 * // … rules, schedules and the queue now start it …
 * await host.close();
 * ```
 */
import { resolve } from 'node:path';
import type { LocalAws } from '../local-aws.ts';
import { AwsError } from '../service.ts';
import type {
  Asynchronous,
  Code,
  HostedFunction,
  Invocation,
  LogLine,
  Mapping,
  MappingSettings,
  Settings,
} from '../services/lambda/state.ts';
import { asWork } from '../work.ts';
import { takeEvent } from './asynchronous.ts';
import { discardAll } from './environment.ts';
import {
  changeSettings,
  configureAsynchronous,
  createFunction,
  deleteFunction,
  reserveConcurrency,
  usualSettings,
} from './functions.ts';
import type { InProcessHandler, Outcome } from './instance.ts';
import { invoke } from './invoke.ts';
import { createMapping, deleteMapping, usualMapping } from './mappings.ts';
import { addPermission, type Permission } from './permissions.ts';

export type { InProcessHandler, LambdaContext, Outcome, Surroundings } from './instance.ts';

/** A function to be hosted. What is left out is as Lambda has it: 128 MB, 3 seconds, no variables, no reserved concurrency. */
export interface FunctionDefinition extends Partial<Omit<Settings, 'code' | 'role'>> {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly code: Code;
  /** ARN of the execution role, which has to exist and to trust `lambda.amazonaws.com`. */
  readonly role: string;
  readonly reservedConcurrency?: number;
  readonly asynchronous?: Partial<Asynchronous>;
}

export interface HostOptions {
  /** Invocations at one time of an account in a region; 1,000 by default, 10 in a new account of the real AWS. */
  readonly accountConcurrency?: number;
}

export interface FunctionHost {
  /** @throws AwsError as `CreateFunction` does, e.g. `InvalidParameterValueException` when the role cannot be assumed by Lambda */
  create(definition: FunctionDefinition): HostedFunction;
  /** From the next invocation on. @throws AwsError */
  change(functionArn: string, changes: Partial<Settings>): void;
  /** Ends its environments at once. */
  remove(functionArn: string): Promise<void>;
  /** Lets a service, or another account, invoke it. */
  permit(functionArn: string, permission: Permission): void;
  /** Has the function work off a queue. Left out: batches of 10, no window, no reports of single failures. @throws AwsError as `CreateEventSourceMapping` does */
  map(functionArn: string, queueArn: string, settings?: Partial<MappingSettings>): Mapping;
  unmap(mapping: Mapping): void;
  /** Invokes, past all permissions, and waits. @param event anything that can be JSON */
  invoke(functionArn: string, event: unknown): Promise<Outcome>;
  /** Invokes as a service does that does not wait: with retries, destinations and dead letters. @returns the id of the request */
  send(functionArn: string, event: unknown): string;
  /** What the function printed so far, and what Lambda itself noted about its errors; oldest first, the newest 90,000 lines at least. */
  logs(functionArn: string): readonly LogLine[];
  /** Tells every line of every function. @returns a function that stops it */
  onLog(listener: (line: LogLine) => void): () => void;
  /** Tells every invocation when it is over. @returns a function that stops it */
  onInvocation(listener: (invocation: Invocation) => void): () => void;
  /** Stops polling, ends all environments, and the listener it may have opened. Nothing of it then keeps the process alive. */
  close(): Promise<void>;
}

/** The code of a function that is built. @param path of an ES module that exports the handler */
export const bundle = (path: string): Code => ({ kind: 'bundle', path: resolve(path) });

/** The code of a function that runs in this thread: on a virtual clock, the only kind whose time-outs go by that clock. */
export const inThisProcess = (run: InProcessHandler): Code => ({ kind: 'in-process', run });

/**
 * Bundles run in worker threads that reach the local AWS over HTTP: where it is served already, or on a port of its own.
 * Several hosts of one local AWS share its functions; closing one ends them all.
 */
export function functionHost(aws: LocalAws, { accountConcurrency }: HostOptions = {}): FunctionHost {
  const { world } = aws;
  const { lambda } = world;
  lambda.isClosed = false;
  if (accountConcurrency !== undefined) lambda.accountConcurrency = accountConcurrency;
  let closeOwn = (): Promise<void> => Promise.resolve();
  const open = async (): Promise<string> => {
    const { url, close } = await aws.listen();
    closeOwn = async () => {
      lambda.endpoint = undefined;
      world.sqs.origin = undefined;
      await close();
    };
    return url;
  };
  let opening: Promise<string> | undefined;
  lambda.serve ??= () => (opening ??= open());
  const find = (arn: string): HostedFunction => {
    const found = lambda.functions.get(arn);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
  };

  return {
    create: (definition) => create(aws, definition),
    change: (arn, changes) => changeSettings(world, find(arn), changes),
    remove: (arn) => deleteFunction(world, find(arn)),
    permit: (arn, permission) => void addPermission(find(arn), permission),
    map: (arn, queueArn, settings = {}) => createMapping(world, find(arn), queueArn, { ...usualMapping, ...settings }),
    unmap: (mapping) => deleteMapping(world, mapping),
    invoke: (arn, event) =>
      asWork(world.clock, () => invoke(world, find(arn), JSON.stringify(event) ?? 'null', { trigger: 'request' })),
    send: (arn, event) => takeEvent(world, find(arn), JSON.stringify(event) ?? 'null'),
    logs: (arn) => find(arn).log,
    onLog: (listener) => listening(lambda.listeners.log, listener),
    onInvocation: (listener) => listening(lambda.listeners.invocation, listener),
    async close() {
      lambda.isClosed = true;
      for (const mapping of lambda.mappings.values()) mapping.stop();
      await Promise.all([...lambda.functions.values()].map(discardAll));
      await closeOwn();
      lambda.serve = undefined;
    },
  };
}

function create({ world }: LocalAws, definition: FunctionDefinition): HostedFunction {
  const { account, region, name, reservedConcurrency, asynchronous, ...settings } = definition;
  const fn = createFunction(world, { account, region, name }, { ...usualSettings, ...settings });
  if (reservedConcurrency !== undefined) reserveConcurrency(world, fn, reservedConcurrency);
  if (asynchronous) configureAsynchronous(fn, asynchronous);
  return fn;
}

function listening<T>(listeners: Set<(one: T) => void>, listener: (one: T) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
