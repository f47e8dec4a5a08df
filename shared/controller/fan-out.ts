import type { Outgoing } from './message.ts';
import type { Queue } from './ports.ts';

/** What a message of a sweep is told by. */
export interface SweepMark {
  readonly sweep: string;
  /** How many replications the sweep covers. */
  readonly fleet: number;
}

/** Asks for a pass over every group; a sweep that is tried again asks once. @throws what the queue throws */
export async function fanOut(queue: Queue, groups: readonly string[], mark: SweepMark): Promise<void> {
  if (groups.length > 0) await queue.send(groups.map((group) => messageFor(group, mark)));
}

const messageFor = (group: string, { sweep, fleet }: SweepMark): Outgoing => ({
  message: { version: 1, group, trigger: { kind: 'sweep', sweep, fleet } },
  deduplication: `sweep:${group}:${sweep}`,
});
