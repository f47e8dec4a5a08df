/** What people are told: one notification per story. Facts only; `story-text.ts` makes it readable. */

import type { Fault } from '../model/desired-state.ts';
import type { Blocker, Difference, ResourceRef } from '../model/finding.ts';
import type { Actor, Change } from './change.ts';

export type StoryChange = Pick<Change, 'eventName' | 'eventId' | 'time' | 'account' | 'region' | 'actor'>;

/** One setting that drifted. */
export interface DriftTold {
  /** The aspect's title, e.g. `destination bucket policy`. */
  readonly setting: string;
  readonly resource: ResourceRef;
  /** Why replication suffers when it is wrong. */
  readonly matters: string;
  /** Whether objects may stay behind while it is wrong; left out: they may. */
  readonly interrupts?: boolean;
  readonly differences: readonly Difference[];
  readonly change?: StoryChange;
  readonly driftedAt: string;
  /** Seconds from the drift to the repair read back. */
  readonly seconds?: number;
}

interface About {
  /** Names of the replications concerned. */
  readonly replications: readonly string[];
  readonly group?: string;
  /** ISO 8601. */
  readonly at: string;
}

export type Story = About &
  (
    | { readonly kind: 'repaired'; readonly drifts: readonly DriftTold[] }
    | { readonly kind: 'repair-failed'; readonly drifts: readonly DriftTold[]; readonly detail: string }
    /** Drift that is only reported: observe mode, a hold. */
    | { readonly kind: 'drifted'; readonly drifts: readonly DriftTold[]; readonly held: string }
    | { readonly kind: 'blocked'; readonly blockers: readonly Blocker[]; readonly since: string }
    | { readonly kind: 'unreadable'; readonly reasons: readonly string[] }
    | {
        readonly kind: 'contested';
        readonly drift: DriftTold;
        readonly rivals: readonly Actor[];
        readonly repairs: number;
        readonly heldUntil: string;
      }
    | {
        readonly kind: 'proven-again';
        readonly outage: { readonly startedAt: string; readonly reasons: readonly string[]; readonly from: string };
      }
    | {
        readonly kind: 'invalid-document';
        readonly document: string;
        readonly faults: readonly Fault[];
        readonly editedBy?: Actor;
        readonly inForce: boolean;
      }
    | { readonly kind: 'orphaned'; readonly document: string; readonly editedBy?: Actor }
    | { readonly kind: 'pause-ended'; readonly until: string; readonly reason: string }
    | {
        readonly kind: 'budget-exceeded';
        readonly sweep: string;
        readonly drifted: number;
        readonly of: number;
        readonly percent: number;
      }
    /** The event path of an account is broken in these regions: changes there are found by the sweep only. */
    | {
        readonly kind: 'spoke-silent';
        readonly account: string;
        readonly regions: readonly string[];
        readonly reasons: readonly string[];
      }
  );

/** What the story is about: the same key and the same fingerprint within a day is the same story. */
export interface Telling {
  readonly key: string;
  readonly fingerprint: string;
}
