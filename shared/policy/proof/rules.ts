/**
 * Which replication rule takes an object to the destination.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 */
import type { ReplicationConfiguration, ReplicationRule } from '@aws-sdk/client-s3';
import { bucketArn, known, type ObjectState, type ReplicationState } from '../replication-state.ts';

export interface RuleFilter {
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function filterOf(rule: ReplicationRule): RuleFilter {
  const { Filter } = rule;
  const tags = [...(Filter?.And?.Tags ?? []), ...(Filter?.Tag ? [Filter.Tag] : [])];
  return {
    prefix: Filter?.And?.Prefix ?? Filter?.Prefix ?? rule.Prefix ?? '',
    tags: Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}

export const isEnabled = (rule: ReplicationRule): boolean => rule.Status === 'Enabled';

export function takes(rule: ReplicationRule, object: Pick<ObjectState, 'key' | 'tags'>): boolean {
  const { prefix, tags } = filterOf(rule);
  return object.key.startsWith(prefix) && Object.entries(tags).every(([key, value]) => object.tags?.[key] === value);
}

export const configurationOf = (state: ReplicationState): ReplicationConfiguration | undefined => {
  const read = known(state.source.replication);
  return read.is === 'known' ? read.value : undefined;
};

/** All rules to the destination, whatever their status, in the order of the configuration. */
export const rulesToDestination = (state: ReplicationState): readonly ReplicationRule[] =>
  (configurationOf(state)?.Rules ?? []).filter((rule) => rule.Destination?.Bucket === bucketArn(state, state.destination));

/** Of several enabled rules to one destination the one with the highest priority decides. */
export function winnerFor(
  rules: readonly ReplicationRule[],
  object: Pick<ObjectState, 'key' | 'tags'>,
): ReplicationRule | undefined {
  const taking = rules.filter((rule) => isEnabled(rule) && takes(rule, object));
  return taking.reduce<ReplicationRule | undefined>(
    (best, rule) => ((rule.Priority ?? 0) > (best?.Priority ?? -1) ? rule : best),
    undefined,
  );
}

// A rule without Filter is of the first version of the schema, which replicates delete markers:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
export const replicatesDeleteMarkers = (rule: ReplicationRule | undefined): boolean =>
  rule !== undefined && (rule.Filter === undefined || rule.DeleteMarkerReplication?.Status === 'Enabled');

export const overridesOwner = (rule: ReplicationRule | undefined): boolean =>
  rule?.Destination?.AccessControlTranslation?.Owner === 'Destination';
