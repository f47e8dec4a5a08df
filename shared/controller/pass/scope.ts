/** How much of a group the messages ask to look at. Pure. */
import type { Target } from '../../stages/targets.ts';
import type { Change } from '../change.ts';
import type { GroupMemory } from '../ledger.ts';
import type { Trigger } from '../message.ts';
import { idsOf } from '../resource-ids.ts';

export interface Asked {
  readonly trigger: Trigger;
  /** When the message was put into the queue. */
  readonly sentAt: Date;
}

/** All settings of a group, or some of them by their key. */
export type Scope = { readonly kind: 'full' } | { readonly kind: 'targeted'; readonly settings: ReadonlySet<string> };

/** The `looked` entry of a pass that looked at everything. */
export const everything = '*';

/** More settings than this at once, and one look at everything is cheaper than several at parts. */
const manySettings = 4;
const manyMessages = 5;

/** Whether a change can have changed this setting. */
export function touches({ eventName, resources, details }: Change, { aspect, on }: Target): boolean {
  const isHere = idsOf(on).some((id) => resources.includes(id)) || followsOnly(details, on, resources);
  return isHere && aspect.changedBy.includes(eventName) && (aspect.concernedBy?.(details) ?? true);
}

/** Events about a managed policy name no role: each role of the group may have it. */
const followsOnly = ({ policyArn }: Change['details'], on: Target['on'], resources: readonly string[]): boolean =>
  on.type === 'role' && policyArn !== undefined && resources.every((resource) => resource === policyArn);

/** The settings to look at after a change. Those that are only reported can wait for the proof that follows when something else is there to look at. */
export function settingsOf(change: Change, targets: readonly Target[]): readonly string[] {
  const touched = targets.filter((target) => touches(change, target));
  const repairable = touched.filter(({ aspect }) => aspect.permissions.write.length > 0);
  return (repairable.length > 0 ? repairable : touched).map(({ key }) => key);
}

/** What comes or goes as a whole takes more than one setting with it: grants to a role that was deleted are dead everywhere. */
const isExistence = ({ eventName }: Change): boolean => /^(Create|Delete)(Bucket|Role|Key)$/.test(eventName);

/** An alias that points elsewhere makes another key ours: that is for admission to sort out. */
export const concernsAlias = ({ trigger }: Asked): boolean =>
  trigger.kind === 'change' && trigger.change.resources.some((resource) => resource.includes(':alias/'));

/** Whether everything a message asks for was looked at after it was sent; the change itself happened before that. */
export function isCovered({ trigger, sentAt }: Asked, looked: GroupMemory['looked'], targets: readonly Target[]): boolean {
  const since = (setting: string): number => Date.parse(looked.get(setting) ?? '') || 0;
  const isSeen = (setting: string): boolean => Math.max(since(everything), since(setting)) > sentAt.getTime();
  if (trigger.kind !== 'change') return isSeen(everything);
  return settingsOf(trigger.change, targets).every(isSeen);
}

/** @param asked what is not covered yet */
export function scopeOf(asked: readonly Asked[], memory: GroupMemory, targets: readonly Target[]): Scope {
  const changes = asked.flatMap(({ trigger }) => (trigger.kind === 'change' ? [trigger.change] : []));
  const settings = new Set(changes.flatMap((change) => settingsOf(change, targets)));
  const contested = new Set(
    [...memory.contests.values()].flatMap(({ heldUntil, setting }) => (heldUntil ? [setting.split(' ')[0]] : [])),
  );
  const isFull =
    changes.length < asked.length ||
    memory.unfinished.length > 0 ||
    settings.size > manySettings ||
    asked.length >= manyMessages ||
    asked.some(concernsAlias) ||
    changes.some(isExistence) ||
    targets.some(({ key, aspect }) => settings.has(key) && aspect.after.some((name) => contested.has(name))) ||
    // What is to be written may wait for something that is known to be missing.
    [...memory.statuses.values()].some(
      ({ verdict }) => verdict === 'drifted' || verdict === 'blocked' || verdict === 'unreadable',
    );
  return isFull ? { kind: 'full' } : { kind: 'targeted', settings };
}
