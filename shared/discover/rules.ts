/** Replication rules of S3 as a document writes them. */
import type { ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import { checkReplicationName } from '../model/desired-state/formats.ts';
import type { RuleInput } from '../model/desired-state/schema.ts';

/**
 * In the order of a document: that of our own numbering where the ids have it, else by priority, since of two rules
 * without a priority the later one counts.
 */
export function inDocumentOrder(rules: readonly S3Rule[]): readonly S3Rule[] {
  const numbers = rules.map((rule) => Number(/-(\d+)$/.exec(rule.ID ?? '')?.[1]));
  const isNumbered = rules.length > 1 && numbers.toSorted((a, b) => a - b).every((number, index) => number === index + 1);
  const rank = (rule: S3Rule): number => (isNumbered ? Number(/-(\d+)$/.exec(rule.ID ?? '')?.[1]) : (rule.Priority ?? 0));
  return rules.toSorted((a, b) => rank(a) - rank(b));
}

/** The name of the replication that gives these rules their ids by default: `orders-dr` for `lockstep-orders-dr`. */
export function nameInIds(rules: readonly S3Rule[]): string | undefined {
  const [first] = rules;
  const name = /^lockstep-(.+)$/.exec(first?.ID ?? '')?.[1]?.replace(rules.length > 1 ? /-1$/ : '', '');
  const isOurs = name !== undefined && rules.every((rule, index) => rule.ID === defaultId(name, rules.length, index));
  return isOurs && checkReplicationName(name) === undefined ? name : undefined;
}

const defaultId = (name: string, rules: number, index: number): string =>
  rules === 1 ? `lockstep-${name}` : `lockstep-${name}-${index + 1}`;

/** Only what is not the default. Priorities are another matter: what is left out there depends on all rules of the bucket. */
export function draftsOf(rules: readonly S3Rule[], name: string): readonly RuleInput[] {
  return rules.map((rule, index) => {
    const { ID, Status, Filter, Destination, SourceSelectionCriteria } = rule;
    const prefix = Filter?.And?.Prefix ?? Filter?.Prefix ?? rule.Prefix ?? '';
    return {
      ...(ID !== undefined && ID !== defaultId(name, rules.length, index) && { id: ID }),
      ...(prefix !== '' && { prefix }),
      ...tagsOf(rule),
      ...(Status === 'Disabled' && { status: Status }),
      ...(Destination?.StorageClass !== undefined && { storageClass: Destination.StorageClass as RuleInput['storageClass'] }),
      ...(replicatesDeleteMarkers(rule) && { deleteMarkers: true }),
      ...(SourceSelectionCriteria?.ReplicaModifications?.Status === 'Enabled' && { replicaModifications: true }),
      ...(Destination?.ReplicationTime?.Status === 'Enabled' && { timeControl: true }),
    };
  });
}

// Rules of the first version have no Filter, and replicate delete markers without saying so:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html#replication-backward-compat-considerations
export const isFirstVersion = ({ Filter }: S3Rule): boolean => Filter === undefined;

const replicatesDeleteMarkers = (rule: S3Rule): boolean =>
  isFirstVersion(rule) || rule.DeleteMarkerReplication?.Status === 'Enabled';

/** Names that no field may have, so a tag with such a key stands in a list. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

function tagsOf({ Filter }: S3Rule): Pick<RuleInput, 'tags'> {
  const tags = [...(Filter?.And?.Tags ?? []), ...(Filter?.Tag ? [Filter.Tag] : [])];
  const pairs = tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));
  if (pairs.length === 0) return {};
  if (pairs.some(({ Key }) => reserved.has(Key))) return { tags: pairs };
  return { tags: Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value])) };
}
