import { record } from '../metrics.ts';
import type { HostedFunction } from '../services/lambda/state.ts';
import type { World } from '../world.ts';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
type LambdaMetric =
  | 'Invocations'
  | 'Errors'
  | 'Throttles'
  | 'Duration'
  | 'ConcurrentExecutions'
  | 'AsyncEventsReceived'
  | 'AsyncEventAge'
  | 'AsyncEventsDropped'
  | 'DeadLetterErrors'
  | 'DestinationDeliveryFailures';

const milliseconds: readonly LambdaMetric[] = ['Duration', 'AsyncEventAge'];

/** Records a value for the function, and the same for all functions of the account. */
export function measure(world: World, fn: HostedFunction, name: LambdaMetric, value = 1, time = world.clock.now()): void {
  const unit = milliseconds.includes(name) ? 'Milliseconds' : 'Count';
  const sample = { account: fn.account, region: fn.region, namespace: 'AWS/Lambda', name, unit, value, time };
  record(world, { ...sample, dimensions: { FunctionName: fn.name } });
  record(world, { ...sample, dimensions: {} });
}
