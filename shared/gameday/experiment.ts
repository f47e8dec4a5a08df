/** One way of breaking a replication on purpose, and of putting it right again. Pure: reads and calls are values. */
import type { Read } from '../aspects/aspect.ts';
import type { AwsCall } from '../model/aws-call.ts';
import type { ResourceRef } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';

/** The replication that is broken, and all of its group: they may share the setting. */
export interface Scene {
  readonly replication: Replication;
  readonly group: readonly Replication[];
}

/** What one run leaves in AWS is known by. */
export interface Mark {
  /** Letters and digits, begins with `LockstepGameday`. */
  readonly sid: string;
  /** ISO 8601, to the second: what is left behind loses its force then. */
  readonly until: string;
}

/** The calls that do it; none: there is nothing to do. Or why it must not be done, as a sentence. */
export type Move = { readonly calls: readonly AwsCall[] } | { readonly refused: string };

/** `blocked`: the controller names it and leaves it alone. `repaired`: the controller puts it right. */
export type Ending = 'blocked' | 'repaired';

export interface Setting {
  /** Name of the aspect that looks at it. */
  readonly aspect: string;
  readonly resource: ResourceRef;
}

export interface Experiment {
  /** Kebab-case; how it is asked for. */
  readonly name: string;
  /** For people: what it does to this replication, in one sentence. */
  breaks(scene: Scene): string;
  /** For people: how it is undone, and why nobody is locked out by it. */
  readonly reversible: string;
  /** What it puts out of step; undefined: it is not for such a replication. */
  setting(scene: Scene): Setting | undefined;
  ending(scene: Scene): Ending;
  /** Name of the alarm that has to go off; undefined: none has. */
  alarm(scene: Scene): string | undefined;
  read(setting: Setting): Read<unknown>;
  /** @param observed undefined: not set */
  damage(scene: Scene, observed: unknown, mark: Mark): Move;
  /** Takes away what `damage` did and is still there; never anything else. */
  undo(scene: Scene, observed: unknown): Move;
}
