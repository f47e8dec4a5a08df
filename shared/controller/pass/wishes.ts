/** What a group's replications want at this moment: the documents, with the pauses of people laid over them. Pure. */
import type { Group, Replication } from '../../model/replication.ts';
import type { GroupMemory, PauseRecord, ReplicationRecord } from '../ledger.ts';

export interface Wishes {
  readonly group: Group;
  /** Pauses set from the command line that have run out: to be removed. */
  readonly ended: readonly PauseRecord[];
}

/** Documents are read when they change; a pause in them ends by itself, so its end is looked for in every pass. */
export function wishesOf({ id, replications, pauses }: GroupMemory, now: Date): Wishes {
  const ended: PauseRecord[] = [];
  const wish = ({ replication }: ReplicationRecord): Replication => {
    const { mode, name } = replication;
    const own = mode.kind === 'paused' && isOver(mode.until, now) ? resumed(replication, mode) : replication;
    const pause = pauses.get(name);
    if (pause === undefined) return own;
    const { until, reason } = pause;
    if (!isOver(until, now)) return { ...own, mode: { kind: 'paused', until, reason } };
    ended.push(pause);
    return { ...own, pauseExpired: { until, reason } };
  };
  const wanted = replications.map(wish).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { group: { id, replications: wanted }, ended };
}

const isOver = (until: string, now: Date): boolean => Date.parse(until) <= now.getTime();

const resumed = (
  replication: Replication,
  { until, reason }: { readonly until: string; readonly reason: string },
): Replication => ({
  ...replication,
  mode: { kind: 'repair' },
  pauseExpired: { until, reason },
});
