/** One thing that no AWS page says, and that something in Lockstep rests on. */
import type { Stage } from './stage.ts';

export interface Check {
  /** As in the README; never given to another one. */
  readonly number: number;
  /** What is claimed, as in the README. */
  readonly fact: string;
  /** Fails, as tests do, where the fact is none. Leaves the replication in sync. */
  readonly holds: (stage: Stage) => Promise<void>;
}
