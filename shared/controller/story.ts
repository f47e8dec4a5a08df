/** What people are told: one notification per story. Facts only; `story-text.ts` makes it readable. */
import type { Fault } from '../model/desired-state.ts';
import type { Blocker, Difference, ResourceRef } from '../model/finding.ts';
import type { Actor, Change } from './change.ts';
import type { Stall } from './ledger.ts';

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
    /** S3 reports objects that it did not replicate; and all that one pass found and did about it. */
    | {
        readonly kind: 'failing';
        readonly since: string;
        readonly last: string;
        /** Objects written from then on may be missing. */
        readonly from: string;
        readonly reasons: readonly ReasonTold[];
        /** Incidents: others make another story. */
        readonly outages: readonly string[];
        /** Repaired since, by this pass or one before it. */
        readonly drifts: readonly DriftTold[];
        /** Sentences: what is still wrong. */
        readonly troubles: readonly string[];
        readonly blockers: readonly Blocker[];
        /** Every setting is as desired, and the policies permit every hop. */
        readonly proven: boolean;
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
        /** Nothing is heard from any account: the fault is with the hub, whose account and region these are. */
        readonly everywhere?: true;
        readonly account: string;
        readonly regions: readonly string[];
        readonly reasons: readonly string[];
      }
    /** Settings are as desired, and yet objects on the way to this account and region do not move. */
    | {
        readonly kind: 'stalled';
        readonly account: string;
        readonly region: string;
        /** When the latest of them was found. */
        readonly since: string;
        /** So long nothing had moved by then. */
        readonly minutes: number;
        readonly stalls: readonly Stall[];
      }
  );

/** A story of one kind. */
export type StoryOf<K extends Story['kind']> = Extract<Story, { kind: K }>;

/** A reason that S3 gave for objects it did not replicate. */
export interface ReasonTold {
  readonly reason: string;
  readonly count: number;
  readonly meaning: string;
  /** What a person can do, where no setting is to blame. */
  readonly todo?: string;
  /** Settings among `drifts` that explain it. */
  readonly explainedBy: readonly string[];
}

/** What the story is about: the same key and the same fingerprint within a day is the same story. */
export interface Telling {
  readonly key: string;
  readonly fingerprint: string;
}
