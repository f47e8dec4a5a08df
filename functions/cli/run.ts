/** What one run of `plan` or `apply` saw and did, over all groups. Plain data, shown by `view/overview.ts` and `run-json.ts`. */
import type { ReplicationReport } from '../../shared/model/finding.ts';
import type { Replication } from '../../shared/model/replication.ts';
import type { LocatedFault } from './failure.ts';

/** A document that is not in force; the others are. */
export interface RejectedDocument {
  readonly document: string;
  readonly faults: readonly LocatedFault[];
}

/** A group that was not written to, or not even looked at, and why. */
export interface Trouble {
  readonly group: string;
  readonly replications: readonly string[];
  readonly message: string;
}

export interface Run {
  readonly command: 'plan' | 'apply';
  readonly reports: readonly ReplicationReport[];
  /** By name. */
  readonly replications: ReadonlyMap<string, Replication>;
  readonly rejected: readonly RejectedDocument[];
  /** Worth telling about the documents, nothing to correct. */
  readonly notes: readonly string[];
  readonly troubles: readonly Trouble[];
  readonly calls: { readonly reads: number; readonly writes: number };
}
