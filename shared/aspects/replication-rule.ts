import type { ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import { stableJson } from '../policy/statements.ts';

type Meaning = Record<string, string | number | undefined>;

/**
 * A replication rule by meaning: dotted element -> value, with AWS's defaults filled in, so that equal rules give equal
 * records however S3 spells them. Elements we do not know are kept as JSON under their own name.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
 */
export function meaningOfRule(rule: S3Rule): Meaning {
  const {
    ID: _,
    Priority,
    Status,
    Prefix,
    Filter,
    SourceSelectionCriteria,
    DeleteMarkerReplication,
    Destination,
    ...unknown
  } = rule;
  const { ExistingObjectReplication, ...others } = unknown;
  // Only the first version of the schema has no Filter, and only it replicates delete markers by default:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
  const isFirstVersion = Filter === undefined;
  return {
    Priority: Priority ?? 0,
    Status,
    Filter: filterMeaning(Filter, Prefix),
    'SourceSelectionCriteria.SseKmsEncryptedObjects': SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status ?? 'Disabled',
    'SourceSelectionCriteria.ReplicaModifications': SourceSelectionCriteria?.ReplicaModifications?.Status ?? 'Disabled',
    DeleteMarkerReplication: DeleteMarkerReplication?.Status ?? (isFirstVersion ? 'Enabled' : 'Disabled'),
    ExistingObjectReplication: ExistingObjectReplication?.Status ?? 'Disabled',
    ...destinationMeaning(Destination),
    ...asJson('', others),
  };
}

function filterMeaning(filter: S3Rule['Filter'], rulePrefix: string | undefined): string {
  const tags = [...(filter?.And?.Tags ?? []), ...(filter?.Tag ? [filter.Tag] : [])];
  const prefix = filter?.And?.Prefix ?? filter?.Prefix ?? rulePrefix ?? '';
  // Quoted, since prefixes and tags may hold commas and equals signs themselves.
  const sorted = tags.map(({ Key, Value }) => `tag ${JSON.stringify(Key)}=${JSON.stringify(Value)}`).sort();
  return [`prefix ${JSON.stringify(prefix)}`, ...sorted].join(', ');
}

function destinationMeaning(destination: S3Rule['Destination']): Meaning {
  const {
    Bucket,
    Account,
    StorageClass,
    AccessControlTranslation,
    EncryptionConfiguration,
    Metrics,
    ReplicationTime,
    ...others
  } = destination ?? ({} as NonNullable<S3Rule['Destination']>);
  const timeControl = ReplicationTime?.Status === 'Enabled';
  return {
    'Destination.Bucket': Bucket,
    'Destination.Account': Account,
    'Destination.StorageClass': StorageClass,
    'Destination.AccessControlTranslation.Owner': AccessControlTranslation?.Owner,
    'Destination.EncryptionConfiguration.ReplicaKmsKeyID': EncryptionConfiguration?.ReplicaKmsKeyID,
    'Destination.Metrics': Metrics?.Status ?? 'Disabled',
    // The threshold only means something under Replication Time Control, where 15 is the only value there is.
    'Destination.ReplicationTime': timeControl ? `${ReplicationTime?.Time?.Minutes} minutes` : 'Disabled',
    ...asJson('Destination.', others),
  };
}

const asJson = (at: string, elements: object): Meaning =>
  Object.fromEntries(
    Object.entries(elements)
      .filter(([, value]) => value !== undefined)
      .map(([element, value]) => [`${at}${element}`, stableJson(value)]),
  );
