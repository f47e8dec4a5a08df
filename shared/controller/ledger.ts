/**
 * What the controller remembers between invocations. Everything in it can be lost without harm to replication:
 * state decides, the ledger only says what was promised, told and done.
 */
import type { Fault } from '../model/desired-state.ts';
import type { Blocker, Difference, ResourceRef, Verdict } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';
import type { Actor, Change } from './change.ts';
import type { Heartbeat } from './heartbeat.ts';

/** One document: the version in force, and what is wrong with a newer one. Times are ISO 8601, UTC. */
export interface DocumentRecord {
  /** Full parameter name. */
  readonly name: string;
  /** The text in force: the last one that was valid. Absent: none ever was. */
  readonly text?: string;
  /** Parameter version of `text`. */
  readonly version?: number;
  /** When the document was first accepted: in a conflict the earlier one stays in force. */
  readonly acceptedAt?: string;
  /** Names of the replications in `text`. */
  readonly replications: readonly string[];
  /** A newer version that is not valid, and why. */
  readonly invalid?: { readonly version?: number; readonly since: string; readonly faults: readonly Fault[] };
  /** The parameter is gone since; its replications are orphaned. */
  readonly orphanedSince?: string;
  /** Who last edited it, where CloudTrail said so. */
  readonly editedBy?: Actor;
}

/** One replication in force. */
export interface ReplicationRecord {
  readonly replication: Replication;
  readonly group: string;
  /** Of the replication's own wishes; another one means that the document changed. */
  readonly digest: string;
  /** When it was first admitted. */
  readonly since?: string;
}

export interface GroupRecord {
  readonly id: string;
  /** Names of its replications, in alphabetical order. */
  readonly replications: readonly string[];
  /** Digest of the members and wishes that a pass was last asked for. Another one, or none: the message has yet to be sent. */
  readonly asked?: string;
}

/** Set by a person from the command line; beside what the document says. */
export interface PauseRecord {
  readonly replication: string;
  readonly until: string;
  readonly reason: string;
  readonly by: string;
}

/** What the last pass left behind about one replication. */
export interface StatusRecord {
  readonly replication: string;
  readonly group: string;
  readonly document: string;
  readonly mode: 'repair' | 'observe' | 'paused';
  readonly verdict: Verdict;
  /** Since when the verdict is this. */
  readonly since: string;
  readonly lastPass: string;
  /** Of the last pass that ended `proven`. Absent: never yet. */
  readonly lastProof?: string;
  /** When it came under control: what `lastProof` counts from until there is one. */
  readonly acceptedAt: string;
  /** Sentences: what is wrong now. */
  readonly troubles: readonly string[];
  readonly blockers: readonly Blocker[];
  /** Start of the open outage. */
  readonly outage?: string;
  /** Digest of the wishes that the pass went by. */
  readonly digest: string;
}

/** One repair, from its announcement to its end. Written before the first call, so that none is lost. */
export interface RepairRecord {
  /** Unique and sortable by time. */
  readonly id: string;
  readonly group: string;
  readonly aspect: string;
  readonly resource: ResourceRef;
  readonly replications: readonly string[];
  /** Before and after, leaf by leaf. */
  readonly differences: readonly Difference[];
  /** What the drift came from, when that is known. */
  readonly change?: Pick<Change, 'call' | 'eventId' | 'eventName' | 'time' | 'account' | 'region' | 'actor'>;
  /** When the drift began: the time of the change, else when it was first seen. */
  readonly driftedAt: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly outcome: 'started' | 'repaired' | 'written' | 'failed' | 'skipped';
  readonly detail?: string;
}

/** Replication did not work, or may not have. */
export interface OutageRecord {
  readonly replication: string;
  readonly startedAt: string;
  /** Proven again. */
  readonly endedAt?: string;
  /** Sentences: what broke it. */
  readonly reasons: readonly string[];
  /** Objects written to the source in this time may be missing at the destination. `from` is the last proof before: a change that is known need not have been the first. */
  readonly window: { readonly from: string; readonly to?: string };
}

/** One replication rule by which nothing moves. */
export interface Stall {
  readonly replication: string;
  /** Id of the rule. */
  readonly rule: string;
  /** Operations that wait. */
  readonly pending: number;
  /** How long the oldest has waited; absent: not told. */
  readonly waitedSeconds?: number;
}

/** Whether the objects of a replication moved when the sweep last asked CloudWatch. */
export interface FlowRecord {
  readonly replication: string;
  readonly judgedAt: string;
  /** `unseen`: no metrics to judge by. */
  readonly flow: 'moving' | 'stalled' | 'unseen';
  /** The first judgement in a row that was this. */
  readonly since: string;
  readonly stalls: readonly Stall[];
}

/** Objects that S3 reported as not replicated, from the first report to an hour without one. Times are ISO 8601, UTC. */
export interface FailureRecord {
  readonly replication: string;
  /** The earliest report. */
  readonly since: string;
  /** The latest report. */
  readonly last: string;
  /** When the earliest of these objects was to be replicated. */
  readonly from: string;
  /** Start of the outage that they belong to. */
  readonly outage: string;
  /** How many, by S3's reason; what harms nobody is not among them. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A replication of a bucket, and how it stands. */
export interface StandingRecord extends ReplicationRecord {
  readonly status?: StatusRecord;
  readonly failures?: FailureRecord;
}

/** How often one setting had to be repaired, and whether that is stopped for now. */
export interface ContestRecord {
  readonly group: string;
  /** Aspect and resource, see `stepKey`. */
  readonly setting: string;
  /** Instants of the last repairs, oldest first. */
  readonly repairs: readonly string[];
  /** How many holds there were in a row; each is longer than the one before. */
  readonly holds: number;
  readonly heldUntil?: string;
  /** Those who undid a repair, latest last. */
  readonly rivals: readonly Actor[];
  /** Of the wishes it was held under: others end the hold. */
  readonly digest: string;
}

/** The whole fleet: what stops every repair. */
export interface FleetRecord {
  /** A sweep, or an edit, was to change more than it may; repairs wait for a person. `sweep`: its id. */
  readonly budget?: { readonly sweep: string; readonly since: string; readonly drifted: number; readonly of: number };
  readonly lastSweep?: { readonly id: string; readonly startedAt: string; readonly endedAt?: string };
}

/** When an account and region was last heard of, or since when that is waited for. */
export interface HeartbeatRecord extends Heartbeat {
  readonly at: string;
  /** false: never yet; `at` is when it was first expected. */
  readonly heard: boolean;
}

/** Something told, or about to be told, to people. */
export interface StoryRecord {
  /** What it is about; the same story is not told again within a day. */
  readonly key: string;
  /** Of its content: another one is told at once. */
  readonly fingerprint: string;
  /** Ready to be published. */
  readonly body: string;
  readonly at: string;
  readonly told: boolean;
}

/** Everything one pass needs to know, read at its beginning. */
export interface GroupMemory {
  readonly id: string;
  readonly replications: readonly ReplicationRecord[];
  /** By replication. */
  readonly statuses: ReadonlyMap<string, StatusRecord>;
  /** By replication. */
  readonly pauses: ReadonlyMap<string, PauseRecord>;
  /** By replication: what S3 reported and is not over yet. */
  readonly failures: ReadonlyMap<string, FailureRecord>;
  /** By setting. */
  readonly contests: ReadonlyMap<string, ContestRecord>;
  /** Announced by a pass that did not come to its end. */
  readonly unfinished: readonly RepairRecord[];
  /** What the last passes looked at, and when they began to: a message sent before needs no other look. By setting; `*`: everything. */
  readonly looked: ReadonlyMap<string, string>;
  readonly fleet: FleetRecord;
}

/** New and removed parts of the fleet, written in an order in which a crash loses nothing. */
export interface FleetChange {
  readonly replications: readonly ReplicationRecord[];
  readonly removedReplications: readonly string[];
  readonly groups: readonly GroupRecord[];
  readonly removedGroups: readonly string[];
  /** Groups by resource id. */
  readonly index: ReadonlyMap<string, readonly string[]>;
  readonly removedIndex: readonly string[];
}

/**
 * Every method may throw what DynamoDB answers; the invocation then fails and is tried again.
 * Reads are strongly consistent.
 */
export interface Ledger {
  documents(): Promise<readonly DocumentRecord[]>;
  putDocuments(records: readonly DocumentRecord[]): Promise<void>;
  removeDocument(name: string): Promise<void>;

  replications(): Promise<readonly ReplicationRecord[]>;
  groups(): Promise<readonly GroupRecord[]>;
  /** The whole index, groups by resource id. */
  index(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** New index entries first, then replications and groups; what is removed goes last. */
  changeFleet(change: FleetChange): Promise<void>;
  /** The groups that depend on any of these; one call, whatever the fleet's size. At most 100 ids. */
  groupsOn(resources: readonly string[]): Promise<readonly string[]>;

  /** Ties exactly these managed policies and boundaries to a group, as a pass found them attached; `changeFleet` leaves them alone, except those of removed groups. */
  linkPolicies(group: string, policyArns: readonly string[]): Promise<void>;

  /** undefined: no such group, or no longer. */
  group(id: string): Promise<GroupMemory | undefined>;

  statuses(): Promise<readonly StatusRecord[]>;
  putStatuses(records: readonly StatusRecord[]): Promise<void>;
  /** With what S3 reported. */
  removeStatus(replication: string): Promise<void>;

  /** Kept for a month after they were judged. */
  flows(): Promise<readonly FlowRecord[]>;
  putFlows(records: readonly FlowRecord[]): Promise<void>;

  pauses(): Promise<readonly PauseRecord[]>;
  putPause(record: PauseRecord): Promise<void>;
  removePause(replication: string): Promise<void>;

  contests(): Promise<readonly ContestRecord[]>;
  putContests(records: readonly ContestRecord[]): Promise<void>;
  removeContest(group: string, setting: string): Promise<void>;

  /** Announces repairs (`outcome: 'started'`): into the history and into the group's unfinished ones. */
  startRepairs(group: string, records: readonly RepairRecord[]): Promise<void>;
  /** Ends repairs that were announced. */
  endRepairs(group: string, records: readonly RepairRecord[]): Promise<void>;
  /** Newest first. */
  repairs(replication: string, limit?: number): Promise<readonly RepairRecord[]>;

  putOutage(record: OutageRecord): Promise<void>;
  /** Newest first. */
  outages(replication: string, limit?: number): Promise<readonly OutageRecord[]>;

  /** The replications whose source is one of these buckets, by ARN; three batched reads, however large the fleet. */
  replicationsFrom(buckets: readonly string[]): Promise<readonly StandingRecord[]>;
  failures(): Promise<readonly FailureRecord[]>;
  /** Adds to the counts, each addition at once and on its own; widens the times; keeps the outage of a record that is there. */
  addFailures(additions: readonly FailureRecord[]): Promise<void>;
  /** Forgets a record, unless S3 reported more since it was read. */
  removeFailures(record: FailureRecord): Promise<void>;

  /** Remembers that these settings (`*`: all) of a group were looked at from `at` on. */
  lookedAt(group: string, settings: readonly string[], at: string): Promise<void>;
  /** Digests of what was last seen at a resource, by aspect. */
  seen(resources: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>;
  putSeen(seen: ReadonlyMap<string, Readonly<Record<string, string>>>): Promise<void>;

  /** The fuller identity behind a call of which the owner's copy shows only an account; kept for a day. */
  actorOf(call: string): Promise<Actor | undefined>;
  putActor(call: string, actor: Actor): Promise<void>;

  /** Of every account and region that was ever heard of, or expected to be. */
  heartbeats(): Promise<readonly HeartbeatRecord[]>;
  putHeartbeat(heartbeat: Heartbeat, at: string): Promise<void>;
  /** Begins to wait for these; leaves alone what is known. */
  expectHeartbeats(places: readonly Heartbeat[], at: string): Promise<void>;

  fleet(): Promise<FleetRecord>;
  putSweep(sweep: FleetRecord['lastSweep']): Promise<void>;
  /** Counts drifted replications of a sweep. @returns the sum so far; a group counts once a sweep, however often it is passed */
  countDrift(sweep: string, group: string, drifted: number): Promise<number>;
  putBudget(budget: FleetRecord['budget']): Promise<void>;

  /**
   * Claims the right to tell a story.
   *
   * @returns false when the same was told, or claimed, within the last day with the same fingerprint
   */
  claimStory(story: StoryRecord): Promise<boolean>;
  storyTold(key: string): Promise<void>;
  /** What was claimed in the last days, told or not, under keys that begin so. */
  stories(keyPrefix: string): Promise<readonly StoryRecord[]>;
  /** Claimed before `before`, and never told: the invocation died in between. */
  untoldStories(before: string): Promise<readonly StoryRecord[]>;

  /** Takes a lease for one owner at a time. @returns false while somebody else holds it */
  lease(name: string, owner: string, until: string, now: string): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}
