import { arrive } from '../services/eventbridge/arrive.ts';
import type { BusEvent } from '../services/eventbridge/event.ts';
import { findBus } from '../services/eventbridge/state.ts';
import { type TargetDriver, TargetError } from '../targets.ts';
import { requirePermission } from './permission.ts';

/**
 * Forwards an event to another bus: envelope, account and region stay as they are.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 */
export const toEventBus: TargetDriver = async (world, targetArn, body, params) => {
  const bus = findBus(world.events, targetArn, world.clock.now());
  if (!bus) throw new TargetError('RESOURCE_NOT_FOUND', `Event bus ${targetArn} does not exist.`);
  const abroad = bus.account !== params.sourceAccount || bus.region !== params.sourceArn.split(':')[3];
  if (abroad || params.roleArn !== undefined) {
    requirePermission(world, { action: 'events:PutEvents', targetArn, policy: bus.policy }, params);
  }
  await arrive(world, targetArn, JSON.parse(body) as BusEvent, { received: true });
};
