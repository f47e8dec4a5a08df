/** What every function does around its work. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { Controller } from '../shared/controller/ports.ts';
import { withKeys } from './telemetry.ts';

/** The parts of the controller that every function has. */
export type Basics = Pick<Controller, 'log' | 'metrics'>;

export type Handler<E, R> = (event: E, context: Context) => Promise<R>;

/**
 * A handler: opens the controller, names the request in every line of the log, and writes the metrics out however the work ends.
 *
 * @param open throws when the environment is not as it must be; the invocation then fails
 */
export function handling<E, R, C extends Basics>(
  open: () => C,
  work: (event: E, controller: C, context: Context) => Promise<R>,
): Handler<E, R> {
  return async (event, given) => {
    const opened = open();
    const context = complete(given);
    const log = withKeys(opened.log, { requestId: context.awsRequestId });
    try {
      return await work(event, { ...opened, log }, context);
    } catch (error) {
      log.error('invocation failed', { error });
      throw error;
    } finally {
      opened.metrics.flush?.();
    }
  };
}

const minute = 60_000;

/** Lambda always says who asked and how much time is left; whoever runs a handler by hand may not. */
function complete(given: Partial<Context> | undefined): Context {
  const until = Date.now() + minute;
  const byHand = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => until - Date.now() };
  return Object.assign(byHand, given) as Context;
}
