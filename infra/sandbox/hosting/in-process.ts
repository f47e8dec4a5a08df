import type { Clock } from '../clock.ts';
import { aside } from '../work.ts';
import {
  answerText,
  type Engine,
  functionError,
  type InProcessHandler,
  type LambdaContext,
  type Ran,
  type Run,
  type Start,
  timedOut,
} from './instance.ts';

/**
 * Runs a handler in this thread. Its time-out goes by the clock of the local AWS, and cannot stop it: a handler that is timed out goes on, unheard.
 * On a virtual clock time passes for a handler while it waits for that clock, or for a delayed call, and never otherwise.
 */
export function inProcess(clock: Clock, handler: InProcessHandler, { env, log }: Start): Engine {
  return {
    isAlive: () => true,
    run: (run) => firstOf(clock, run, () => handle(clock, handler, run, { env, log })),
    dispose: () => Promise.resolve(),
  };
}

function firstOf(clock: Clock, { timeoutSeconds, context }: Run, handle: () => Promise<Ran>): Promise<Ran> {
  return new Promise((resolve) => {
    const error = timedOut(context.awsRequestId, timeoutSeconds);
    const callOff = aside(() => clock.after(timeoutSeconds, () => resolve({ status: 'failed', error, isFatal: true })));
    handle()
      .finally(callOff)
      .then(resolve, (thrown: unknown) => resolve({ status: 'failed', error: functionError(thrown), isFatal: false }));
  });
}

async function handle(
  clock: Clock,
  handler: InProcessHandler,
  run: Run,
  surroundings: Parameters<InProcessHandler>[2],
): Promise<Ran> {
  const deadline = clock.now().getTime() + run.timeoutSeconds * 1000;
  const context: LambdaContext = {
    ...run.context,
    getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now().getTime()),
  };
  const answer = await handler(JSON.parse(run.payload), context, surroundings);
  return { status: 'returned', payload: answerText(answer) };
}
