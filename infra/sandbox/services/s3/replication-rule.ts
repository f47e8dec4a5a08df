/**
 * What S3 checks of one replication rule by itself.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ReplicationErrorCodeList
 */
import type { Destination, ReplicationRule, ReplicationRuleFilter } from '@aws-sdk/client-s3';
import { invalidArgument, invalidRequest, malformedXml, requireOneOf } from './errors.ts';

const onOff = ['Enabled', 'Disabled'] as const;
const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
] as const;

/** @throws MalformedXML, InvalidRequest, InvalidArgument */
export function requireValidRule(rule: ReplicationRule): void {
  requireOneOf(rule.Status, onOff);
  if (!rule.Destination?.Bucket) throw malformedXml();
  // No longer supported; batch jobs replicate what is there already: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-batch.html
  if (rule.ExistingObjectReplication) throw malformedXml();
  requireId(rule.ID);
  if (rule.Filter) requireVersion2(rule, rule.Filter);
  else requireVersion1(rule);
  requireSelection(rule);
  requireDestinationShape(rule.Destination);
}

function requireId(id: string | undefined): void {
  if (id === undefined) return;
  if (id.length > 255) throw invalidArgument('The maximum value is 255 characters.', 'ID', id);
  if (!/^\p{ASCII}*$/u.test(id)) throw invalidArgument('Rule ID must not contain non-ASCII characters.', 'ID', id);
}

/** A Filter makes the rule a V2 one, which must say its priority and what becomes of delete markers. */
function requireVersion2(rule: ReplicationRule, filter: ReplicationRuleFilter): void {
  if (rule.Prefix !== undefined || rule.Priority === undefined || !rule.DeleteMarkerReplication) throw malformedXml();
  requireOneOf(rule.DeleteMarkerReplication.Status, onOff);
  if (rule.Priority < 0) throw invalidRequest('Priority must be between 0 and 2147483647.');

  const kinds = [filter.Prefix, filter.Tag, filter.And].filter((kind) => kind !== undefined);
  if (kinds.length > 1) throw malformedXml();
  const tags = [...(filter.And?.Tags ?? []), ...(filter.Tag ? [filter.Tag] : [])];
  if (tags.some((tag) => !tag.Key || tag.Value === undefined)) throw malformedXml();
  if (new Set(tags.map((tag) => tag.Key)).size < tags.length) throw invalidRequest('Duplicate Tag Keys are not allowed.');
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
  if (tags.length > 0 && rule.DeleteMarkerReplication.Status === 'Enabled') {
    throw invalidRequest(
      'Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.',
    );
  }
}

/** Without a Filter the rule is a V1 one: it has a prefix, replicates delete markers anyway and knows nothing newer. */
function requireVersion1(rule: ReplicationRule): void {
  const newer = [
    rule.DeleteMarkerReplication,
    rule.Destination?.ReplicationTime,
    rule.SourceSelectionCriteria?.ReplicaModifications,
  ];
  if (rule.Prefix === undefined || newer.some((element) => element !== undefined)) throw malformedXml();
}

/** Selecting SSE-KMS objects needs a key for their replicas, and a replica key needs the selection. */
function requireSelection({ SourceSelectionCriteria: criteria, Destination: to }: ReplicationRule): void {
  const { SseKmsEncryptedObjects: sseKms, ReplicaModifications: modifications } = criteria ?? {};
  if (criteria && !sseKms && !modifications) throw malformedXml();
  if (sseKms) requireOneOf(sseKms.Status, onOff);
  if (modifications) requireOneOf(modifications.Status, onOff);
  if (sseKms && !to?.EncryptionConfiguration?.ReplicaKmsKeyID) {
    throw invalidRequest('ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.');
  }
  if (to?.EncryptionConfiguration && !sseKms) {
    throw invalidRequest('SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.');
  }
}

function requireDestinationShape(to: Destination): void {
  if (!/^arn:aws(-[a-z-]+)?:s3:::[^/]+$/.test(to.Bucket ?? '')) throw invalidArgument('Invalid bucket ARN.', 'Bucket', to.Bucket);
  if (to.StorageClass !== undefined) requireOneOf(to.StorageClass, storageClasses);
  if (to.AccessControlTranslation) {
    requireOneOf(to.AccessControlTranslation.Owner, ['Destination']);
    if (to.Account === undefined) {
      throw invalidRequest('The <Owner> in <AccessControlTranslation> has a value, so the <Account> element must be specified.');
    }
  }
  if (to.Account === '')
    throw invalidArgument('The <Account> element is empty. It must contain a valid account ID.', 'Account', '');
  requireTimeControl(to);
}

/**
 * Replication Time Control needs metrics of the same status, both with a threshold of 15 minutes; metrics alone have no threshold.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
 */
function requireTimeControl({ ReplicationTime: time, Metrics: metrics }: Destination): void {
  if (time) requireFifteen('ReplicationTime', time.Status, time.Time?.Minutes);
  if (metrics) requireStatus('ReplicationMetrics', metrics.Status);
  if (metrics?.EventThreshold) requireFifteen('ReplicationMetrics', metrics.Status, metrics.EventThreshold.Minutes);
  if (time ? !metrics : metrics?.EventThreshold) {
    throw invalidRequest('The replication destination must contain both ReplicationTime and Metrics, or neither.');
  }
  if (!time || !metrics) return;
  if (!metrics.EventThreshold) throw invalidArgument('ReplicationMetrics must contain an EventThreshold.');
  if (time.Status !== metrics.Status) throw invalidRequest('ReplicationTime and ReplicationMetrics must have the same status.');
}

function requireFifteen(element: string, status: string | undefined, minutes: number | undefined): void {
  requireStatus(element, status);
  if (minutes !== 15)
    throw invalidArgument(`${element} ReplicationTimeValue-Minutes value must be 15.`, 'Minutes', String(minutes ?? ''));
}

function requireStatus(element: string, status: string | undefined): void {
  if (!status) throw invalidArgument(`${element} must contain a Status.`);
  requireOneOf(status, onOff);
}
