/** What waits in the queue: why to look at a group again. The message group is the group's id, so that one pass runs at a time. */
import type { Change } from './change.ts';

/** Why we woke up. */
export type Trigger =
  /** Something that the group depends on was touched. */
  | { readonly kind: 'change'; readonly change: Change }
  /** The sweep; `sweep` is its id, `fleet` how many replications it covers. */
  | { readonly kind: 'sweep'; readonly sweep: string; readonly fleet: number }
  /** Somebody or something asked for a full pass; `edit`: the admission that did. */
  | { readonly kind: 'request'; readonly reason: RequestReason; readonly by?: string; readonly edit?: EditedFleet };

/** One admission of edited documents, and how many replications are in force with it. */
export interface EditedFleet {
  readonly id: string;
  readonly fleet: number;
}

/**
 * `document`: its documents changed. `proof`: something was repaired or touched, prove again. `continue`: the last pass ran out of time.
 * `failure`: S3 reported replication failures. `person`: asked for from the command line.
 */
export type RequestReason = 'document' | 'proof' | 'continue' | 'failure' | 'person';

export interface Message {
  readonly version: 1;
  /** Id of the group to look at. */
  readonly group: string;
  readonly trigger: Trigger;
}

export interface Outgoing {
  readonly message: Message;
  /** Two messages of one id within five minutes are one. Any text, the queue hashes it; never the content: a second real change must count. */
  readonly deduplication: string;
}

/** Thrown for a message that cannot be understood; it goes back to the queue and ends in the dead-letter queue. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** @throws MalformedMessage */
export function parseMessage(body: string): Message {
  const message = readJson(body) as Partial<Message> | null;
  const isSound =
    message?.version === 1 && typeof message.group === 'string' && message.group !== '' && isTrigger(message.trigger);
  if (!isSound) throw new MalformedMessage(`not a message of Lockstep: ${body.slice(0, 200)}`);
  return message as Message;
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new MalformedMessage('the message is not JSON', { cause });
  }
}

const reasons: readonly RequestReason[] = ['document', 'proof', 'continue', 'failure', 'person'];

function isTrigger(trigger: Partial<Trigger> | undefined): trigger is Trigger {
  if (typeof trigger !== 'object' || trigger === null) return false;
  if (trigger.kind === 'sweep') return typeof trigger.sweep === 'string' && isCount(trigger.fleet);
  if (trigger.kind === 'request')
    return reasons.includes(trigger.reason as RequestReason) && (trigger.edit === undefined || isEdit(trigger.edit));
  return trigger.kind === 'change' && isChange(trigger.change);
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;

const isEdit = (edit: EditedFleet | null): boolean => typeof edit?.id === 'string' && isCount(edit.fleet);

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isChange = (change: Change | undefined): boolean =>
  [change?.call, change?.eventId, change?.eventName, change?.time].every((text) => typeof text === 'string') &&
  !Number.isNaN(Date.parse(change?.time ?? '')) &&
  Array.isArray(change?.resources) &&
  change.resources.every((resource) => typeof resource === 'string') &&
  isObject(change.details) &&
  isObject(change.actor) &&
  typeof change.actor.principal === 'string';
