/** What the controller needs of the world beside the ledger and the spokes. Made in `functions/wiring.ts`, on AWS or on the local one. */
import type { AwsGateway } from '../model/aws-call.ts';
import type { AccountState } from '../policy/replication-state.ts';
import type { Actor } from './change.ts';
import type { Ledger } from './ledger.ts';
import type { Outgoing } from './message.ts';
import type { OurRoles } from './read-change.ts';
import type { Story } from './story.ts';

export interface Queue {
  /** Sends all, in batches. @throws when one could not be sent after retries */
  send(messages: readonly Outgoing[]): Promise<void>;
}

/** A document as Parameter Store has it. */
export interface StoredDocument {
  readonly name: string;
  readonly text: string;
  /** A SecureString: the text is ciphertext. */
  readonly isEncrypted?: true;
  readonly version: number;
  /** ISO 8601. */
  readonly modified: string;
}

/** The parameters that people edit. */
export interface DesiredState {
  /** Every document, all pages. @throws when one page could not be read: part of the truth is not the truth */
  documents(): Promise<readonly StoredDocument[]>;
  /** The global freeze, see `Freeze`. Never throws: what cannot be read counts as frozen. */
  freeze(): Promise<Freeze | undefined>;
}

/** An edit of a document, as far as it is known. */
export interface Edit {
  /** Full parameter name. */
  readonly parameter: string;
  /** The version it made; undefined: it deleted the parameter. */
  readonly version?: number;
  /** ISO 8601: it cannot have happened before. */
  readonly since: string;
}

/** Nothing is repaired anywhere while it lasts. */
export interface Freeze {
  readonly reason: string;
  /** ISO 8601; undefined: until the parameter is removed. */
  readonly until?: string;
}

export interface Notifier {
  /** Publishes one story. @throws when SNS does not take it */
  tell(story: Story): Promise<void>;
}

/** Counts and gauges of the namespace `Lockstep`; written out at the end of an invocation. */
export interface Metrics {
  add(name: MetricName, value: number, dimensions?: Readonly<Record<string, string>>): void;
  /** Writes out what was added; for whoever ends an invocation. */
  flush?(): void;
}

export type MetricName =
  | 'Replications'
  | 'Drifted'
  | 'Repaired'
  | 'RepairFailed'
  | 'Held'
  | 'Blocked'
  | 'Contested'
  | 'Unreadable'
  | 'Stalled'
  | 'MetricsUnseen'
  | 'MetricsUnread'
  | 'SpokesUnwatched'
  | 'Orphaned'
  | 'InvalidDocuments'
  | 'AdmitFailed'
  | 'ReplicationFailures'
  | 'UnknownFailureReasons'
  | 'TimeToRepairSeconds'
  | 'DriftAgeSeconds'
  | 'OldestProofAgeSeconds'
  | 'LastSweepAgeSeconds'
  | 'EventsRouted'
  | 'EventsIgnored'
  | 'BudgetExceeded'
  | 'Frozen';

/** Constant messages, our words as keys. */
export interface Log {
  debug(message: string, keys?: object): void;
  info(message: string, keys?: object): void;
  warn(message: string, keys?: object): void;
  error(message: string, keys?: object): void;
}

/** How far the controller goes, from its deployment. */
export interface Settings {
  /** `observe`: nothing is ever written, whatever documents say. */
  readonly mode: 'repair' | 'observe';
  /** A sweep that finds more than this part of the fleet drifted stops repairing; in percent. */
  readonly budgetPercent: number;
  /** So many drifted replications are repaired in any case. */
  readonly budgetMinimum: number;
  /** So many repairs of one setting within an hour, and the next drift makes it contested. */
  readonly contestedRepairs: number;
  /** Seconds an invocation keeps for its report before Lambda's time is up. */
  readonly reserveSeconds: number;
  /** Name of the topic in each spoke for replication failures; undefined: notifications of buckets are left alone. */
  readonly failureTopic?: string;
}

/** What is needed to look at the event path of a spoke. */
export interface Watch {
  /** Name of the rule that forwards changes, the same in every account and region. */
  readonly rule: string;
  /** ARN of the hub's event bus. */
  readonly bus: string;
  /** Reads in the spokes, also of EventBridge. */
  readonly gateway: AwsGateway;
  /** Minutes from one heartbeat of a place to the next; left out, or 0: the spokes send none. */
  readonly heartbeatMinutes?: number;
}

/** What is needed to see whether objects move. */
export interface FlowWatch {
  /** Reads in the spokes, also of CloudWatch. */
  readonly gateway: AwsGateway;
  /** In which account S3 publishes the metrics of a replication. */
  readonly account: 'source' | 'destination';
  /** A replication that moves is judged again after so long. */
  readonly everyHours: number;
  /** So long nothing moves, and it is stalled. */
  readonly stalledMinutes: number;
}

export interface Controller {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly desiredState: DesiredState;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly settings: Settings;
  /** By which our own calls are known in CloudTrail. */
  readonly ours: OurRoles;
  /** Reads in the spokes. */
  readonly observer: AwsGateway;
  /** Writes in the spokes, and reads back. */
  readonly healer: AwsGateway;
  /** Who edited a document, as the hub's account tells it; best effort. Never throws. */
  readonly editorOf?: (edit: Edit) => Promise<Actor | undefined>;
  /** Reads all documents again, for what they name means something else now. `cause` tells two such requests apart. */
  readonly readmit?: (cause: string) => Promise<void>;
  /** SCPs and RCPs over these accounts; undefined: they are not read here, or could not be, and proofs leave them out. Never throws. */
  readonly organizationOf?: (accounts: readonly string[]) => Promise<Readonly<Record<string, AccountState>> | undefined>;
  /** Of the sweep alone; undefined: nobody looks at the event path. */
  readonly watch?: Watch;
  /** Of the sweep alone; undefined: nobody asks whether objects move. */
  readonly flow?: FlowWatch;
  readonly now: () => Date;
  readonly wait: (seconds: number) => Promise<void>;
  readonly random: () => number;
}
