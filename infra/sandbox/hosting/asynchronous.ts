/**
 * Events that nobody waits for.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
import { randomUUID } from 'node:crypto';
import type { HostedFunction } from '../services/lambda/state.ts';
import { deliverTo, serviceOf, TargetError } from '../targets.ts';
import { apart, asWork } from '../work.ts';
import type { World } from '../world.ts';
import { sender } from './execution-role.ts';
import type { FunctionError, Outcome } from './instance.ts';
import { invoke } from './invoke.ts';
import { measure } from './lambda-metrics.ts';

/** An event on its way. */
interface Errand {
  readonly fn: HostedFunction;
  /** JSON. */
  readonly body: string;
  readonly requestId: string;
  readonly since: Date;
  /** Runs that failed. */
  readonly failures: number;
  /** Attempts that were throttled since the last run. */
  readonly throttles: number;
}

/** Takes an event, to run the function afterwards. @returns the id of the request */
export function takeEvent(world: World, fn: HostedFunction, body: string): string {
  const errand = { fn, body, requestId: randomUUID(), since: world.clock.now(), failures: 0, throttles: 0 };
  measure(world, fn, 'AsyncEventsReceived');
  later(world, 0, errand);
  return errand.requestId;
}

function later(world: World, seconds: number, errand: Errand): void {
  apart(() => world.clock.after(seconds, () => void asWork(world.clock, () => attempt(world, errand))));
}

async function attempt(world: World, errand: Errand): Promise<void> {
  const { fn, body, requestId, since } = errand;
  // The function may be gone by now, or its host closed.
  if (world.lambda.isClosed || world.lambda.functions.get(fn.arn) !== fn) return;
  if (isTooOld(world, errand)) return giveUp(world, errand, 'EventAgeExceeded');
  const outcome = await invoke(world, fn, body, { trigger: 'event', requestId });
  if (outcome.status === 'throttled') return throttled(world, errand);
  measure(world, fn, 'AsyncEventAge', world.clock.now().getTime() - since.getTime());
  if (outcome.status === 'returned') return succeed(world, errand, outcome.payload);
  return failed(world, errand, outcome.error);
}

const isTooOld = ({ clock }: World, { fn, since }: Errand): boolean =>
  clock.now().getTime() - since.getTime() > fn.asynchronous.maximumEventAgeSeconds * 1000;

/** Seconds before the second and the third run. */
const pauses = [60, 120];

async function failed(world: World, errand: Errand, error: FunctionError): Promise<void> {
  const { fn, failures } = errand;
  const pause = pauses[failures];
  if (pause === undefined || failures >= fn.asynchronous.maximumRetryAttempts) {
    return giveUp(world, { ...errand, failures: failures + 1 }, 'RetriesExhausted', error);
  }
  later(world, pause, { ...errand, failures: failures + 1, throttles: 0 });
}

/**
 * Throttled events go back to the queue, for seconds at first and then for up to five minutes, until they are too old. A function that may not
 * run at all gets no second attempt.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
async function throttled(world: World, errand: Errand): Promise<void> {
  if (errand.fn.reservedConcurrency === 0) return giveUp(world, errand, 'RetriesExhausted');
  later(world, Math.min(2 ** errand.throttles, 300), { ...errand, throttles: errand.throttles + 1 });
}

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

async function succeed(world: World, errand: Errand, payload: string): Promise<void> {
  const { onSuccess } = errand.fn.asynchronous;
  if (onSuccess !== undefined)
    await tell(world, errand, onSuccess, story(world, errand, 'Success', { status: 'returned', payload }));
}

async function giveUp(world: World, errand: Errand, condition: Condition, error?: FunctionError): Promise<void> {
  const { fn, body } = errand;
  const { onFailure } = fn.asynchronous;
  const { deadLetterArn } = fn.settings;
  measure(world, fn, 'AsyncEventsDropped');
  if (onFailure !== undefined) {
    await tell(world, errand, onFailure, story(world, errand, condition, error && { status: 'failed', error }));
  }
  if (deadLetterArn !== undefined) await bury(world, errand, deadLetterArn, error);
  if (onFailure !== undefined || deadLetterArn !== undefined) return;
  const reason = error?.errorMessage ?? condition;
  world.undelivered.push({ time: world.clock.now(), targetArn: fn.arn, body, code: 'FUNCTION_FAILED', reason });
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function story(
  world: World,
  { fn, body, requestId, failures }: Errand,
  condition: Condition,
  outcome: Exclude<Outcome, { status: 'throttled' }> | undefined,
): object {
  return {
    version: '1.0',
    timestamp: world.clock.now().toISOString(),
    requestContext: {
      requestId,
      functionArn: `${fn.arn}:$LATEST`,
      condition,
      approximateInvokeCount: condition === 'Success' ? failures + 1 : failures,
    },
    requestPayload: JSON.parse(body) as unknown,
    ...(outcome && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(outcome.status === 'failed' && { functionError: 'Unhandled' }),
      },
      responsePayload: outcome.status === 'failed' ? outcome.error : (JSON.parse(outcome.payload) as unknown),
    }),
  };
}

/** In the function's own role, which needs the permission to send. */
async function tell(world: World, { fn }: Errand, destination: string, record: object): Promise<void> {
  const params = { ...sender(fn), roleArn: fn.settings.role };
  // Another function gets the record as it is, a bus as an event.
  const isBus = serviceOf(destination) === 'events';
  const body = isBus ? asBusEvent(world, fn, record) : record;
  try {
    await deliverTo(world, destination, JSON.stringify(body), params);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    measure(world, fn, 'DestinationDeliveryFailures');
    world.undelivered.push(lost(world, destination, JSON.stringify(body), error));
  }
}

function asBusEvent(world: World, { account, region, arn }: HostedFunction, record: object): object {
  const { condition } = (record as { requestContext: { condition: Condition } }).requestContext;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': `Lambda Function Invocation Result - ${condition === 'Success' ? 'Success' : 'Failure'}`,
    source: 'lambda',
    account,
    time: `${world.clock.now().toISOString().slice(0, 19)}Z`,
    region,
    resources: [`${arn}:$LATEST`],
    detail: record,
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq */
async function bury(
  world: World,
  { fn, body, requestId }: Errand,
  queue: string,
  error: FunctionError | undefined,
): Promise<void> {
  const messageAttributes = {
    RequestID: requestId,
    ErrorCode: error ? '200' : '429',
    ErrorMessage: (error?.errorMessage ?? 'Rate Exceeded.').slice(0, 1024),
  };
  try {
    await deliverTo(world, queue, body, { ...sender(fn), roleArn: fn.settings.role, messageAttributes });
  } catch (refused) {
    if (!(refused instanceof TargetError)) throw refused;
    measure(world, fn, 'DeadLetterErrors');
    world.undelivered.push(lost(world, queue, body, refused));
  }
}

const lost = ({ clock }: World, targetArn: string, body: string, { code, message: reason }: TargetError) => ({
  time: clock.now(),
  targetArn,
  body,
  code,
  reason,
});
