import { randomUUID } from 'node:crypto';
import { AwsError } from '../service.ts';
import type { HostedFunction, Trigger } from '../services/lambda/state.ts';
import type { World } from '../world.ts';
import { giveBack, logGroupOf, newTraceId, takeInstance } from './environment.ts';
import type { ContextData, FunctionError, Instance, Outcome, Ran } from './instance.ts';
import { measure } from './lambda-metrics.ts';
import { takeLine } from './log.ts';

export interface Asked {
  readonly trigger: Trigger;
  /** The id that the function, its log and its errors carry; a new one, unless this is another attempt. */
  readonly requestId?: string;
}

/**
 * Runs a function once, in an idle environment or a new one, and measures and logs the run. Retries are the caller's.
 *
 * @param payload JSON
 * @returns `throttled` when the function, or its account, has no concurrency left. Never throws.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export async function invoke(world: World, fn: HostedFunction, payload: string, asked: Asked): Promise<Outcome> {
  const reason = throttling(world, fn);
  if (reason !== undefined) {
    measure(world, fn, 'Throttles');
    return { status: 'throttled', reason };
  }
  fn.running += 1;
  try {
    return await runOnce(world, fn, payload, asked);
  } finally {
    fn.running -= 1;
  }
}

/** Why a function may not run now; undefined: it may. */
function throttling({ lambda }: World, fn: HostedFunction): string | undefined {
  if (fn.reservedConcurrency !== undefined) {
    return fn.running >= fn.reservedConcurrency ? 'ReservedFunctionConcurrentInvocationLimitExceeded' : undefined;
  }
  const mates = [...lambda.functions.values()].filter(({ account, region }) => account === fn.account && region === fn.region);
  const reserved = mates.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  const running = mates.reduce((sum, mate) => sum + (mate.reservedConcurrency === undefined ? mate.running : 0), 0);
  return running >= lambda.accountConcurrency - reserved ? 'ConcurrentInvocationLimitExceeded' : undefined;
}

async function runOnce(world: World, fn: HostedFunction, payload: string, asked: Asked): Promise<Outcome> {
  const { trigger, requestId = randomUUID() } = asked;
  const startedAt = world.clock.now();
  measure(world, fn, 'ConcurrentExecutions', fn.running);
  const { ran, coldStart } = await runIn(world, fn, payload, requestId);
  const outcome = capped(ran);
  const milliseconds = world.clock.now().getTime() - startedAt.getTime();
  // With the time of the start: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  measure(world, fn, 'Invocations', 1, startedAt);
  measure(world, fn, 'Errors', outcome.status === 'failed' ? 1 : 0, startedAt);
  measure(world, fn, 'Duration', milliseconds, startedAt);
  if (outcome.status === 'failed') takeLine(world, fn, errorLine(world, requestId, outcome.error));
  const invocation = { functionArn: fn.arn, requestId, trigger, startedAt, milliseconds, coldStart, payload, outcome };
  for (const listener of world.lambda.listeners.invocation) listener(invocation);
  return outcome;
}

async function runIn(world: World, fn: HostedFunction, payload: string, requestId: string) {
  try {
    const { instance, coldStart } = await takeInstance(world, fn);
    const { timeoutSeconds } = fn.settings;
    const context = contextOf(fn, instance, requestId);
    const ran = await instance.run({ payload, context, timeoutSeconds, traceId: newTraceId() });
    await giveBack(world, fn, instance, ran.status === 'failed' && ran.isFatal);
    return { ran, coldStart };
  } catch (error) {
    // No environment without a role.
    if (!(error instanceof AwsError)) throw error;
    const ran: Ran = { status: 'failed', error: { errorType: error.code, errorMessage: error.message }, isFatal: true };
    return { ran, coldStart: true };
  }
}

const contextOf = (fn: HostedFunction, { logStreamName }: Instance, awsRequestId: string): ContextData => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: fn.name,
  functionVersion: '$LATEST',
  invokedFunctionArn: fn.arn,
  memoryLimitInMB: String(fn.settings.memoryMb),
  awsRequestId,
  logGroupName: logGroupOf(fn),
  logStreamName,
});

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxAnswerBytes = 6_291_556;

function capped(ran: Ran): Exclude<Outcome, { status: 'throttled' }> {
  if (ran.status === 'failed') return { status: 'failed', error: ran.error };
  if (Buffer.byteLength(ran.payload) <= maxAnswerBytes) return ran;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxAnswerBytes} bytes).`;
  return { status: 'failed', error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
}

function errorLine({ clock }: World, requestId: string, error: FunctionError): string {
  const time = clock.now().toISOString();
  if (error.errorType === 'Sandbox.Timedout') return `${time} ${requestId} ${error.errorMessage.replace(/^.*Error: /, '')}`;
  return [time, requestId, 'ERROR', 'Invoke Error', JSON.stringify(error)].join('\t');
}
