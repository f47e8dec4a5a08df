/** What S3 still has to replicate. */
import type { ReplicationRule } from '@aws-sdk/client-s3';

/** One version, or a change of one, on its way to one destination. */
export interface Errand {
  readonly kind: 'object' | 'delete-marker' | 'metadata';
  /** Name of the source bucket. */
  readonly source: string;
  readonly key: string;
  readonly versionId: string;
  /** ARN of the destination bucket. */
  readonly destination: string;
  /** As it was when the errand was taken on. */
  readonly rule: ReplicationRule;
  /** Bytes. */
  readonly size: number;
  readonly since: Date;
  /** Calls off the watch for the 15 minutes of Replication Time Control. */
  unwatch?: () => void;
}

export interface ReplicationWork {
  /** Not yet done, oldest first. */
  readonly pending: Set<Errand>;
  /** Due, and held up by a paused worker; undefined: the worker runs. */
  held: Errand[] | undefined;
}

export const newReplicationWork = (): ReplicationWork => ({ pending: new Set(), held: undefined });
