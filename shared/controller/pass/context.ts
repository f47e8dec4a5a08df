import type { Group } from '../../model/replication.ts';
import type { Target } from '../../stages/targets.ts';
import { isBare } from '../actor.ts';
import type { Change } from '../change.ts';
import type { GroupMemory, RepairRecord } from '../ledger.ts';
import type { Controller } from '../ports.ts';
import { type Asked, touches } from './scope.ts';

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

/** The latest change among the messages that can have touched a setting; one whose caller is known before one that names only an account. */
export function changeOf({ asked }: PassContext, target: Target): Change | undefined {
  const changes = asked.flatMap(({ trigger }) =>
    trigger.kind === 'change' && touches(trigger.change, target) ? [trigger.change] : [],
  );
  const named = changes.filter(({ actor }) => !isBare(actor));
  return latest(named) ?? latest(changes);
}

const latest = (changes: readonly Change[]): Change | undefined =>
  changes.reduce<Change | undefined>(
    (last, change) => (last === undefined || change.time >= last.time ? change : last),
    undefined,
  );

export const settingOf = ({ aspect, resource }: Pick<RepairRecord, 'aspect' | 'resource'>): string => `${aspect} ${resource.arn}`;
