/** Event buses. */
import type * as eb from '@aws-sdk/client-eventbridge';
import type { CallContext } from '../../service.ts';
import { alreadyExists, invalid } from './errors.ts';
import { pageOf, theBus, valid } from './lookup.ts';
import { type Bus, busArn, findBus, newBus } from './state.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
function createEventBus(input: eb.CreateEventBusCommandInput, call: CallContext) {
  const name = valid.text('name', input.Name, { min: 1, max: 256, pattern: /^[/.\-_A-Za-z0-9]+$/ });
  const { world, caller, region } = call;
  if (name.includes('/')) throw invalid('Event bus name may contain / only for partner event buses.');
  if (findBus(world.events, busArn(caller.account, region, name), world.clock.now())) {
    throw alreadyExists(`Event bus ${name} already exists.`);
  }
  const bus = newBus(caller.account, region, name, world.clock.now());
  world.events.buses.set(bus.arn, bus);
  configure(bus, input);
  bus.tags = [...(input.Tags ?? [])];
  return { EventBusArn: bus.arn, ...shown(bus) };
}

function configure(
  bus: Bus,
  input: Pick<eb.UpdateEventBusCommandInput, 'Description' | 'KmsKeyIdentifier' | 'DeadLetterConfig'>,
): void {
  bus.description = valid.optionalText('description', input.Description, { max: 512 });
  bus.kmsKey = input.KmsKeyIdentifier || undefined;
  bus.deadLetter = input.DeadLetterConfig;
}

const shown = (bus: Bus) => ({
  Description: bus.description,
  KmsKeyIdentifier: bus.kmsKey,
  DeadLetterConfig: bus.deadLetter,
});

function described(bus: Bus) {
  const { name, arn, policy, created, modified } = bus;
  return { Name: name, Arn: arn, Policy: policy, CreationTime: created, LastModifiedTime: modified };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html */
function describeEventBus(input: eb.DescribeEventBusCommandInput, call: CallContext) {
  const bus = theBus(input.Name, call);
  return { ...described(bus), ...shown(bus) };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html */
function updateEventBus(input: eb.UpdateEventBusCommandInput, call: CallContext) {
  const bus = theBus(input.Name, call);
  configure(bus, input);
  bus.modified = call.world.clock.now();
  return { Arn: bus.arn, Name: bus.name, ...shown(bus) };
}

/** Deleting one that is not there succeeds. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html */
function deleteEventBus(input: eb.DeleteEventBusCommandInput, call: CallContext): void {
  const name = valid.text('name', input.Name, { min: 1, max: 256 });
  if (name === 'default') throw invalid('Cannot delete event bus default.');
  const { world, caller, region } = call;
  const bus = world.events.buses.get(busArn(caller.account, region, name));
  if (bus && bus.rules.size > 0) throw invalid(`Cannot delete event bus ${name} since it has rules.`);
  if (bus) world.events.buses.delete(bus.arn);
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html */
function listEventBuses(input: eb.ListEventBusesCommandInput, call: CallContext) {
  theBus('default', call);
  const mine = [...call.world.events.buses.values()]
    .filter((bus) => bus.account === call.caller.account && bus.region === call.region)
    .filter((bus) => bus.name.startsWith(input.NamePrefix ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { page, ...more } = pageOf(mine, input);
  return { EventBuses: page.map((bus) => ({ ...described(bus), Description: bus.description })), ...more };
}

export const busHandlers = {
  CreateEventBus: createEventBus,
  DescribeEventBus: describeEventBus,
  UpdateEventBus: updateEventBus,
  DeleteEventBus: deleteEventBus,
  ListEventBuses: listEventBuses,
};
