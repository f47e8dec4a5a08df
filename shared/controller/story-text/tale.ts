/** What every notification is made of, whatever the kind of story. */
import type { Style } from '../../text/text.ts';

export interface Tale {
  /** What and where, in a few words. */
  readonly subject: string;
  /** What happened, and whether anything is left to do. */
  readonly opening: string;
  /** Blocks of lines, already wrapped. */
  readonly sections: readonly string[];
  /** What a person can do, one sentence each. */
  readonly steps: readonly string[];
}

/** Of an e-mail. */
export const mail: Style = { colour: false, width: 100, rest: 'the rest is left out here' };
