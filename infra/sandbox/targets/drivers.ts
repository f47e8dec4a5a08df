/** How each kind of target takes what is sent to it. */
import type { TargetDriver } from '../targets.ts';
import { toEventBus } from './event-bus.ts';
import { toFunction } from './lambda.ts';
import { toQueue } from './queue.ts';
import { toTopic } from './topic.ts';

/** By the service in the target's ARN. */
export const targetDrivers: readonly (readonly [service: string, driver: TargetDriver])[] = [
  ['lambda', toFunction],
  ['events', toEventBus],
  ['sqs', toQueue],
  ['sns', toTopic],
];
