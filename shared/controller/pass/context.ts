import type { Group } from '../../model/replication.ts';
import type { Target } from '../../stages/targets.ts';
import { isBare } from '../actor.ts';
import type { Change } from '../change.ts';
import type { GroupMemory } from '../ledger.ts';
import type { Controller } from '../ports.ts';
import { wholeSecond } from '../read-change/fields.ts';
import { type Asked, everything, touches } from './scope.ts';

/** What all parts of one pass go by. */
export interface PassContext {
  readonly c: Controller;
  readonly memory: GroupMemory;
  /** As wanted now. */
  readonly group: Group;
  /** The messages that are not answered by an earlier pass. */
  readonly asked: readonly Asked[];
  /** ISO 8601, before the first read. */
  readonly startedAt: string;
  /** Whether the time that is left is kept for the report. */
  readonly isLate: () => boolean;
}

/**
 * The latest change among the messages that can have touched a setting; one whose caller is known before one that names only an account.
 * What happened before the setting was last looked at is no reason for what it is like now: events may come hours late.
 */
export function changeOf({ asked, memory }: PassContext, target: Target): Change | undefined {
  const looked = Math.max(0, ...[target.key, everything].map((key) => Date.parse(memory.looked.get(key) ?? '') || 0));
  const changes = asked.flatMap(({ trigger }) =>
    trigger.kind === 'change' && Date.parse(trigger.change.time) >= wholeSecond(looked) && touches(trigger.change, target)
      ? [trigger.change]
      : [],
  );
  const named = changes.filter(({ actor }) => !isBare(actor));
  return latest(named) ?? latest(changes);
}

const latest = (changes: readonly Change[]): Change | undefined =>
  changes.reduce<Change | undefined>(
    (last, change) => (last === undefined || change.time >= last.time ? change : last),
    undefined,
  );
