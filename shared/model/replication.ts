/**
 * A replication as the core sees it: every default filled in, every name resolved to an ARN.
 * Made from documents by `desired-state.ts`; plain data throughout.
 */

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** A KMS key as the document names it. */
export interface KeyRef {
  /** Key ARN or alias ARN, as written in the document. */
  readonly named: string;
  /** The key's own ARN; absent while an alias has not been resolved (DescribeKey). */
  readonly arn?: string;
  /** Why an alias could not be resolved. */
  readonly unresolved?: { readonly status: 'gone' | 'unreadable'; readonly reason: string };
}

export interface BucketLifecycle {
  /** ID of the lifecycle rule that is ours. */
  readonly id: string;
  readonly prefix: string;
  readonly expireAfterDays?: number;
  readonly noncurrentExpireAfterDays?: number;
  readonly abortIncompleteUploadsAfterDays?: number;
  readonly removeExpiredDeleteMarkers?: boolean;
}

interface BucketEnd {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: KeyRef;
  /** S3 Bucket Keys on the bucket's default encryption. */
  readonly bucketKey: boolean;
  /** Whether the key policy's delegation to its own account is held in place. */
  readonly accountAdmin: boolean;
  /** undefined: left alone. */
  readonly objectOwnership?: ObjectOwnership;
  /** undefined: left alone. */
  readonly blockPublicAccess?: PublicAccessBlock;
  readonly lifecycle?: BucketLifecycle;
}

export interface SourceEnd extends BucketEnd {
  /** Further keys that source objects may be encrypted under. */
  readonly furtherKeys: readonly KeyRef[];
  /** ARN of the topic that S3 tells of failed replications. undefined: the bucket's notifications are left alone. */
  readonly failureTopic?: string;
}

export interface DestinationEnd extends BucketEnd {
  /** false: no spoke there; its side is only rendered. */
  readonly managed: boolean;
  /** Also grant s3:PutObjectRetention and s3:PutObjectLegalHold at the destination. */
  readonly objectLockGrants: boolean;
}

export interface ReplicationRole {
  readonly arn: string;
  readonly name: string;
  /** `/` or `/some/path/`. */
  readonly path: string;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface ReplicationRule {
  readonly id: string;
  readonly prefix: string;
  readonly tags: readonly Tag[];
  /** Higher wins between rules of one destination. */
  readonly priority: number;
  /** false: the priority is ours to choose, so another one is taken when a foreign rule already holds it. */
  readonly priorityFixed: boolean;
  readonly status: 'Enabled' | 'Disabled';
  /** undefined: the source object's class. */
  readonly storageClass?: string;
  readonly deleteMarkers: boolean;
  readonly replicaModifications: boolean;
  /** S3 Replication Time Control (15 minutes). */
  readonly timeControl: boolean;
}

export type Mode =
  | { readonly kind: 'repair' }
  | { readonly kind: 'observe' }
  /** `until` is an ISO 8601 instant; once it has passed the replication counts as `repair`, see `expired`. */
  | { readonly kind: 'paused'; readonly until: string; readonly reason: string };

export interface Replication {
  readonly name: string;
  /** Name of the document (SSM parameter or file) it comes from. */
  readonly document: string;
  readonly mode: Mode;
  /** A pause of this replication that has run out: it is repaired again, and that is announced. */
  readonly pauseExpired?: { readonly until: string; readonly reason: string };
  /** Its document is gone since (ISO 8601): kept as it is, and not repaired, until a person retires it. */
  readonly orphanedSince?: string;
  readonly partition: string;
  readonly source: SourceEnd;
  readonly destination: DestinationEnd;
  readonly role: ReplicationRole;
  readonly rules: readonly ReplicationRule[];
  /** Who owns the replicas; `destination` across accounts means the owner override. */
  readonly ownership: 'source' | 'destination';
  /** `report`: never re-enable a key or cancel its deletion. */
  readonly keyState: 'repair' | 'report';
  /** Rules, statements and role policies that are not ours are drift and removed. */
  readonly exclusive: boolean;
}

/** Replications that share a bucket, key or role, directly or through others: the unit that is reconciled, one at a time. */
export interface Group {
  /** Stable while the set of its replications is: the first replication's name in alphabetical order. */
  readonly id: string;
  /** In alphabetical order. */
  readonly replications: readonly Replication[];
}

export const isCrossAccount = (r: Replication): boolean => r.source.account !== r.destination.account;

/** Whether replicas change owner on the way (AccessControlTranslation); within one account there is nothing to change. */
export const overridesOwner = (r: Replication): boolean => isCrossAccount(r) && r.ownership === 'destination';
