/**
 * What is known of one replication: the input of the proof, as JSON that is written by `lockstep explain --save` and read
 * by `lockstep explain --state FILE`. It can be written by hand: apart from the few names at the top of each part every
 * field may be left out.
 *
 * One convention holds for every `Read` field:
 * - left out: not read. The proof then cannot tell where the field matters; it never assumes.
 * - `null`: read, and not set or not there.
 * - `{ "unreadable": "AccessDenied …" }`: tried, and refused.
 * - anything else: the value, in AWS's own shape. Policies are JSON objects or their text.
 *
 * @example
 * {
 *   "source":      { "account": "111111111111", "region": "eu-west-1", "bucket": "orders",
 *                    "versioning": "Enabled", "encryption": { "Rules": [ … ] }, "policy": null,
 *                    "replication": { "Role": "arn:…", "Rules": [ … ] },
 *                    "keys": [{ "arn": "arn:aws:kms:…", "state": "Enabled", "policy": { … } }] },
 *   "destination": { "account": "222222222222", "region": "eu-central-1", "bucket": "orders-dr",
 *                    "versioning": "Enabled", "policy": { … }, "keys": [ … ] },
 *   "role":        { "arn": "arn:aws:iam::111111111111:role/lockstep-orders", "trust": { … },
 *                    "inline": { "lockstep-replication": { … } }, "attached": {}, "boundary": null },
 *   "accounts":    { "111111111111": { "organization": null, "serviceControlPolicies": null, "resourceControlPolicies": null } }
 * }
 */
import type {
  PublicAccessBlockConfiguration,
  ReplicationConfiguration,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3';

export interface Unreadable {
  readonly unreadable: string;
}

export type Read<T> = T | null | Unreadable;

/** A policy document as parsed JSON, or its text. */
export type PolicyText = string | { readonly [element: string]: unknown };

export interface KeyState {
  /** The key's own ARN. */
  readonly arn: string;
  /** Alias ARNs or names that point to it. */
  readonly aliases?: readonly string[];
  /** false: no such key. */
  readonly exists?: boolean;
  /** `KeyState` of DescribeKey: `Enabled`, `Disabled`, `PendingDeletion`, … */
  readonly state?: Read<string>;
  /** `KeyManager`: `CUSTOMER` or `AWS`. */
  readonly manager?: Read<string>;
  /** `KeySpec`: `SYMMETRIC_DEFAULT`, … */
  readonly spec?: Read<string>;
  /** `KeyUsage`: `ENCRYPT_DECRYPT`, … */
  readonly usage?: Read<string>;
  readonly policy?: Read<PolicyText>;
  readonly tags?: Read<Readonly<Record<string, string>>>;
}

export interface BucketState {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  /** false: no such bucket (or it is a stranger's). */
  readonly exists?: boolean;
  /** `Enabled` or `Suspended`; null: never configured. */
  readonly versioning?: Read<string>;
  /** Default encryption. */
  readonly encryption?: Read<ServerSideEncryptionConfiguration>;
  readonly policy?: Read<PolicyText>;
  readonly publicAccessBlock?: Read<PublicAccessBlockConfiguration>;
  /** `BucketOwnerEnforced`, …; null: no ownership controls. */
  readonly objectOwnership?: Read<string>;
  /** Whether Object Lock is on; null: it is not. */
  readonly objectLock?: Read<boolean>;
  /** `Payer` of GetBucketRequestPayment: `Requester` or `BucketOwner`. */
  readonly payer?: Read<string>;
  /** Keys of this side: at the source every key that objects may be under, at the destination the replica key. */
  readonly keys?: readonly KeyState[];
}

export interface SourceState extends BucketState {
  readonly replication?: Read<ReplicationConfiguration>;
}

export interface RoleState {
  readonly arn: string;
  /** false: no such role. */
  readonly exists?: boolean;
  /** `AROA…` */
  readonly id?: string;
  readonly trust?: Read<PolicyText>;
  /** Inline policies by name. */
  readonly inline?: Read<Readonly<Record<string, PolicyText | Unreadable>>>;
  /** Attached managed policies by ARN. */
  readonly attached?: Read<Readonly<Record<string, PolicyText | Unreadable>>>;
  /** The permissions boundary; null: the role has none. */
  readonly boundary?: Read<{ readonly arn: string; readonly document: PolicyText }>;
  readonly tags?: Read<Readonly<Record<string, string>>>;
}

export interface AccountState {
  /** `o-…`; null: the account is in no organization. */
  readonly organization?: Read<string>;
  /** Where the account is in the organization: `o-…/r-…/ou-…/`. */
  readonly organizationPath?: Read<string>;
  /** true: SCPs and RCPs do not bind it. */
  readonly managementAccount?: boolean;
  /** From the root down to the account: the policies attached at each level, by name. null: none. */
  readonly serviceControlPolicies?: Read<readonly Readonly<Record<string, PolicyText>>[]>;
  readonly resourceControlPolicies?: Read<readonly Readonly<Record<string, PolicyText>>[]>;
  /** The account's own S3 public access block. */
  readonly publicAccessBlock?: Read<PublicAccessBlockConfiguration>;
}

/** The object the proof is about; left out: one that the rules to this destination would replicate. */
export interface ObjectState {
  readonly key: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** How it is encrypted; left out: by the source bucket's default. */
  readonly encryption?: {
    readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | 'SSE-C';
    /** ARN of its KMS key. */
    readonly key?: string;
    readonly bucketKey?: boolean;
  };
}

export interface ReplicationState {
  /** Name of the replication, for people. */
  readonly name?: string;
  /** `aws`, `aws-cn`, `aws-us-gov`; left out: the role's. */
  readonly partition?: string;
  /** ISO 8601: when this was read; conditions on the time are held against it. */
  readonly readAt?: string;
  readonly source: SourceState;
  readonly destination: BucketState;
  /** The role that should do the work. */
  readonly role: RoleState;
  readonly accounts?: Readonly<Record<string, AccountState>>;
  readonly object?: ObjectState;
}

export const isUnreadable = (value: unknown): value is Unreadable =>
  typeof value === 'object' && value !== null && 'unreadable' in value;

/** `unread` covers both what was not tried and what was refused. */
export type Known<T> =
  | { readonly is: 'known'; readonly value: T }
  | { readonly is: 'absent' }
  | { readonly is: 'unread'; readonly reason: string };

export function known<T>(value: Read<T> | undefined): Known<T> {
  if (value === undefined) return { is: 'unread', reason: 'not read' };
  if (value === null) return { is: 'absent' };
  return isUnreadable(value) ? { is: 'unread', reason: value.unreadable } : { is: 'known', value };
}

export const partitionOf = (state: ReplicationState): string => state.partition ?? state.role.arn.split(':')[1] ?? 'aws';

export const bucketArn = (state: ReplicationState, bucket: BucketState): string =>
  `arn:${partitionOf(state)}:s3:::${bucket.bucket}`;

export const accountOfArn = (arn: string): string => arn.split(':')[4] ?? '';
export const regionOfArn = (arn: string): string => arn.split(':')[3] ?? '';
