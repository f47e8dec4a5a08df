import type { Proof } from '../../shared/policy/proof.ts';
import type { BucketState, ReplicationState } from '../../shared/policy/replication-state.ts';

const end = ({ account, region, bucket }: BucketState) => ({ account, region, bucket });

/**
 * One proof as `explain --json` prints it: fields are added, never renamed.
 *
 * - `answer`: `allowed`, `denied` or `cannot-tell`; the worst of the hops.
 * - `rule`, `replicaKey`: which rule takes the object, and the key its replica goes under.
 * - `hops[]`: `hop`, `answer`, `because` · `calls[]`, each with `action`, `resource` and its `decision` (`answer`, `by`, `because`,
 *   `deciding`, `missing`) · `deciding`: the statement that decides, word for word, with `policy`, `account`, `sid` and `index` (from 0)
 *   · `missing[]`: statements to add, each with the `policy` and `account` they belong in · `failureReason`: what S3 reports; absent
 *   where it fails in silence · `blocker`: whose it is, and the remedy.
 * - `tags`: whether tags go along · `advisories` · `notRead`: policies that were left out because nobody read them.
 */
export const proofJson = ({ state, proof }: { readonly state: ReplicationState; readonly proof: Proof }) => ({
  ...(state.name !== undefined && { name: state.name }),
  source: end(state.source),
  destination: end(state.destination),
  role: state.role.arn,
  ...(state.object && { object: state.object }),
  ...(state.readAt !== undefined && { readAt: state.readAt }),
  ...proof,
});
