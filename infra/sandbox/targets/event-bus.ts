import { arrive } from '../services/eventbridge/arrive.ts';
import type { BusEvent } from '../services/eventbridge/event.ts';
import { findBus } from '../services/eventbridge/state.ts';
import { type TargetDriver, TargetError } from '../targets.ts';
import { requirePermission } from './permission.ts';

/**
 * Forwards an event to another bus, envelope, account and region as they are; or puts there one that a schedule has made, which counts as new.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 */
export const toEventBus: TargetDriver = async (world, targetArn, body, params) => {
  const bus = findBus(world.events, targetArn, world.clock.now());
  if (!bus) throw new TargetError('RESOURCE_NOT_FOUND', `Event bus ${targetArn} does not exist.`);
  const abroad = bus.account !== params.sourceAccount || bus.region !== params.sourceArn.split(':')[3];
  const event = JSON.parse(body) as BusEvent;
  const isForwarded = params.service === 'events.amazonaws.com';
  if (abroad || params.roleArn !== undefined) {
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    const keys = {
      ...{ 'events:source': event.source, 'events:detail-type': event['detail-type'] },
      'events:eventBusInvocation': isForwarded,
    };
    requirePermission(world, { action: 'events:PutEvents', targetArn, policy: bus.policy, keys }, params);
  }
  await arrive(world, targetArn, event, { received: isForwarded });
};
