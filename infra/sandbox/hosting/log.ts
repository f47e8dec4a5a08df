import { intakeEmf } from '../services/cloudwatch/emf.ts';
import type { HostedFunction } from '../services/lambda/state.ts';
import type { World } from '../world.ts';

/** Lines that are kept of a function, and how many of the oldest go when there are more. */
const [kept, dropped] = [100_000, 10_000];

/** Takes a line into a function's log. Metrics inside it are CloudWatch's. */
export function takeLine(world: World, fn: HostedFunction, text: string): void {
  const line = { time: world.clock.now(), functionArn: fn.arn, text };
  fn.log.push(line);
  if (fn.log.length > kept) fn.log.splice(0, dropped);
  intakeEmf(world, fn, text);
  for (const listener of world.lambda.listeners.log) listener(line);
}
