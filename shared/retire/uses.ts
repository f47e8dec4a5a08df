/** What rules of others still need of ours: a bucket has one replication configuration, and one role for all rules in it. */
import type { Get } from '../aspects/aspect.ts';
import { type ReplicationSetting, replicationConfiguration } from '../aspects/replication-configuration.ts';
import { bucketArn, sourceBucket } from '../aspects/resources.ts';
import type { Replication } from '../model/replication.ts';
import type { Uses } from './ending.ts';

/** Rules that are neither of those that end nor of those that stay. */
function foreignRules({ Rules }: ReplicationSetting, ours: readonly Replication[], bucket: string) {
  const ids = new Set(ours.filter((r) => r.source.bucket === bucket).flatMap((r) => r.rules.map(({ id }) => id)));
  return Rules.filter(({ ID }) => ID === undefined || !ids.has(ID));
}

/** Roles, buckets and keys that must keep what they have, by ARN, each with the reason. What cannot be read is held back later on. */
export async function foreignUses(gone: readonly Replication[], staying: readonly Replication[], get: Get): Promise<Uses> {
  const uses = await Promise.all(
    gone.map(async (r): Promise<readonly (readonly [string, string])[]> => {
      const observed = await replicationConfiguration.read(sourceBucket(r))(get);
      if (observed.status !== 'present' || observed.value.Role !== r.role.arn) return [];
      const rules = foreignRules(observed.value, [...gone, ...staying], r.source.bucket);
      if (rules.length === 0) return [];
      const because = `rules of others in the replication configuration of ${r.source.bucket} still use it`;
      const needed = [
        r.role.arn,
        ...[r.source.key, ...r.source.furtherKeys].map(({ arn, named }) => arn ?? named),
        ...rules.flatMap(({ Destination }) => [Destination?.Bucket, Destination?.EncryptionConfiguration?.ReplicaKmsKeyID]),
        // A rule without a key of its own leaves it to the bucket's default encryption, which is under this key.
        ...(rules.some(({ Destination }) => Destination?.Bucket === bucketArn(r, r.destination.bucket))
          ? [r.destination.key.arn ?? r.destination.key.named]
          : []),
      ];
      return needed.flatMap((arn) => (arn === undefined ? [] : [[arn, because] as const]));
    }),
  );
  return new Map(uses.flat());
}
