/**
 * Which rules of a bucket take a version, one for each destination.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { replicatesDeleteMarkers, winnerFor } from '../../../shared/policy/proof/rules.ts';
import type { Bucket } from '../services/s3/bucket.ts';
import type { ObjectVersion, Version } from '../services/s3/objects/version.ts';

/** For a new version. What no rule selects has no replication status at all. */
export function rulesFor(bucket: Bucket, version: Version): readonly ReplicationRule[] {
  if (bucket.versioning !== 'Enabled') return [];
  return winners(bucket, version).filter((rule) =>
    version.kind === 'object' ? selects(rule, version) : replicatesDeleteMarkers(rule),
  );
}

/**
 * For changed tags, ACL or Object Lock settings. They follow the version where it went; of a replica they go back only
 * where ReplicaModifications asks for it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html
 */
export function rulesForChange(bucket: Bucket, version: ObjectVersion): readonly ReplicationRule[] {
  const { isReplica, destinations } = version.replication;
  if (bucket.versioning !== 'Enabled') return [];
  const rules = winners(bucket, version);
  if (isReplica) return rules.filter((rule) => rule.SourceSelectionCriteria?.ReplicaModifications?.Status === 'Enabled');
  // Nothing is tried again for what failed before: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
  return rules.filter((rule) => destinations.get(rule.Destination?.Bucket ?? '') === 'COMPLETED');
}

function winners({ replication }: Bucket, version: Version): readonly ReplicationRule[] {
  const byDestination = Map.groupBy(replication?.Rules ?? [], (rule) => rule.Destination?.Bucket);
  const tags = version.kind === 'object' ? version.tags : [];
  const object = { key: version.key, tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])) };
  return [...byDestination.values()].flatMap((rules) => winnerFor(rules, object) ?? []);
}

const archived = ['GLACIER', 'DEEP_ARCHIVE'];

function selects(rule: ReplicationRule, { encryption, storageClass }: ObjectVersion): boolean {
  if (archived.includes(storageClass)) return false;
  // SSE-KMS and DSSE-KMS need an opt-in: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
  const kms = encryption.algorithm === 'aws:kms' || encryption.algorithm === 'aws:kms:dsse';
  return !kms || rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled';
}

/** The rule that takes the version to this destination at this moment. */
export const currentRule = (bucket: Bucket, version: Version, destination: string): ReplicationRule | undefined =>
  winners(bucket, version).find((rule) => rule.Destination?.Bucket === destination);

export const hasMetrics = (rule: ReplicationRule): boolean => rule.Destination?.Metrics?.Status === 'Enabled';

export const hasTimeControl = (rule: ReplicationRule): boolean => rule.Destination?.ReplicationTime?.Status === 'Enabled';
