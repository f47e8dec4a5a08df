/** From an event to the groups it can concern: one message each. */
import { isBare } from './actor.ts';
import type { Change } from './change.ts';
import { type Heartbeat, readHeartbeat } from './heartbeat.ts';
import type { Ledger } from './ledger.ts';
import type { Outgoing } from './message.ts';
import type { Log, Metrics, Queue } from './ports.ts';
import { type Fields, fieldsOf, nameOf, textOf } from './read-change/fields.ts';
import { type IgnoredReason, type OurRoles, readChange } from './read-change.ts';

export interface Routing {
  readonly ledger: Pick<Ledger, 'groupsOn' | 'putActor' | 'putHeartbeat'>;
  readonly queue: Queue;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly ours: OurRoles;
  readonly now: () => Date;
}

/** Where an event went. */
export type Routed = RoutedChange | { readonly heartbeat: Heartbeat };

type RoutedChange = { readonly groups: readonly string[] } | { readonly ignored: IgnoredReason };

/**
 * Sends one message to each group that depends on what the event touched; one read of the ledger, whatever the fleet's size.
 * Counts and logs every event once. A heartbeat is remembered by the time it came in at, and not counted.
 *
 * @throws what the ledger or the queue throws: the event is then delivered again. Never for what stands in the event.
 */
export async function route(event: unknown, routing: Routing): Promise<Routed> {
  const heartbeat = readHeartbeat(event);
  return heartbeat ? await remember(heartbeat, routing) : await routeChange(event, routing);
}

async function remember(heartbeat: Heartbeat, { ledger, log, now }: Routing): Promise<Routed> {
  await ledger.putHeartbeat(heartbeat, now().toISOString());
  log.debug('heartbeat heard', heartbeat);
  return { heartbeat };
}

async function routeChange(event: unknown, { ledger, queue, metrics, log, ours }: Routing): Promise<RoutedChange> {
  const reading = readChange(event, ours);
  const routed = 'change' in reading ? await send(reading.change, ledger, queue) : reading;
  if ('ignored' in routed) metrics.add('EventsIgnored', 1, { reason: routed.ignored });
  else metrics.add('EventsRouted', 1);
  tell(event, 'change' in reading ? reading.change : undefined, routed, log);
  return routed;
}

async function send(change: Change, ledger: Routing['ledger'], queue: Queue): Promise<RoutedChange> {
  const groups = change.resources.length === 0 ? [] : await ledger.groupsOn(change.resources);
  if (groups.length === 0) return { ignored: 'unrelated' };
  // First, so that a pass that another copy has woken finds it. Without a second copy there is nothing to fill in.
  if (change.call !== change.eventId && !isBare(change.actor)) await ledger.putActor(change.call, change.actor);
  await queue.send(groups.map((group) => messageFor(group, change)));
  return { groups };
}

/** The copies of one call are one message, two calls are two. */
const messageFor = (group: string, change: Change): Outgoing => ({
  message: { version: 1, group, trigger: { kind: 'change', change } },
  deduplication: `change:${group}:${change.call}`,
});

/** What every account has plenty of. */
const ordinary: readonly IgnoredReason[] = ['read-only', 'unknown-event', 'unrelated', 'other-service'];

function tell(event: unknown, change: Change | undefined, routed: RoutedChange, log: Log): void {
  const keys = change === undefined ? namesIn(event) : keysOf(change);
  if ('groups' in routed) log.info('event routed', { ...keys, groups: routed.groups });
  else log[ordinary.includes(routed.ignored) ? 'debug' : 'info']('event ignored', { ...keys, reason: routed.ignored });
}

const keysOf = ({ eventName, eventId, call, account, region, time, resources, actor }: Change) => ({
  ...{ eventName, eventId, call, account, region, time, resources },
  principal: actor.principal,
});

/** As far as they can be told of an event that was not understood. */
function namesIn(event: unknown) {
  const envelope = fieldsOf(event);
  const { eventName, eventID, eventSource, errorCode }: Fields = fieldsOf(envelope.detail);
  return {
    eventName: textOf(eventName),
    eventId: nameOf(eventID) ?? nameOf(envelope.id),
    source: textOf(eventSource) ?? textOf(envelope.source),
    account: textOf(envelope.account),
    errorCode: textOf(errorCode),
  };
}
