/**
 * What arrives in the queue of failures: records of S3, by themselves or in an envelope of SNS, and what both send besides. Pure.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
 */
import { bucketArn, partitionOf } from '../../model/arn.ts';
import { type Fields, fieldsOf, nameOf } from '../read-change/fields.ts';

/** One object that was not replicated. Times are ISO 8601, UTC. */
export interface ReportedFailure {
  /** ARN. */
  readonly bucket: string;
  /** The rule that applied; absent: S3 did not say. */
  readonly rule?: string;
  /** ARN of the bucket it was for. */
  readonly destination?: string;
  /** Decoded. For logs alone: people name objects after other people. */
  readonly key: string;
  /** As S3 names it; `none` where it does not. */
  readonly reason: string;
  /** When S3 reported it; absent: it did not say, or not understandably. */
  readonly time?: string;
  /** When the object was to be replicated. */
  readonly requested?: string;
  /** The same for every copy of one report: S3 sends at least once. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html */
  readonly identity: string;
}

/** Why a record is no failure. Also a dimension of a metric, hence few and fixed. */
export type NoFailure = 'missed-threshold' | 'replicated-after-threshold' | 'not-tracked' | 'other-event' | 'malformed';

export type Notification =
  | { readonly kind: 'records'; readonly failures: readonly ReportedFailure[]; readonly others: readonly NoFailure[] }
  /** SNS asks whether the queue wants what a topic sends. */
  | { readonly kind: 'confirmation'; readonly topic: string; readonly token: string }
  /** A subscription was ended. */
  | { readonly kind: 'unsubscribed'; readonly topic: string }
  /** S3 tries a new notification configuration. */
  | { readonly kind: 'test' }
  | { readonly kind: 'malformed'; readonly because: string };

/** Reads the body of one message. Never throws, whatever it is given. */
export function readNotification(body: string): Notification {
  const outer = readJson(body);
  if (outer === undefined) return { kind: 'malformed', because: 'it is not JSON' };
  const { Type, TopicArn, Token, Message } = fieldsOf(outer);
  if (Type === 'SubscriptionConfirmation' && typeof TopicArn === 'string' && typeof Token === 'string')
    return { kind: 'confirmation', topic: TopicArn, token: Token };
  if (Type === 'UnsubscribeConfirmation' && typeof TopicArn === 'string') return { kind: 'unsubscribed', topic: TopicArn };
  const isEnvelope = typeof Message === 'string' && (Type === 'Notification' || TopicArn !== undefined);
  return recordsIn(fieldsOf(isEnvelope ? readJson(Message) : outer));
}

function recordsIn({ Records, Event }: Fields): Notification {
  if (Event === 's3:TestEvent') return { kind: 'test' };
  if (!Array.isArray(Records)) return { kind: 'malformed', because: 'it has no Records, as the messages of S3 have' };
  const read = Records.map(readRecord);
  const others = read.filter((one) => typeof one === 'string');
  if (read.length > 0 && others.length === read.length && others.every((one) => one === 'malformed'))
    return { kind: 'malformed', because: 'none of its Records is one of S3' };
  return { kind: 'records', failures: read.filter((one) => typeof one !== 'string'), others };
}

/** The event names of a record have no `s3:` before them, those of a configuration have. */
const noFailures: Readonly<Record<string, NoFailure>> = {
  'Replication:OperationMissedThreshold': 'missed-threshold',
  'Replication:OperationReplicatedAfterThreshold': 'replicated-after-threshold',
  'Replication:OperationNotTracked': 'not-tracked',
};

function readRecord(given: unknown): ReportedFailure | NoFailure {
  const record = fieldsOf(given);
  const { eventName } = record;
  if (typeof eventName !== 'string') return 'malformed';
  const name = eventName.replace(/^s3:/, '');
  if (name !== 'Replication:OperationFailedReplication') return noFailures[name] ?? 'other-event';
  const s3 = fieldsOf(record.s3);
  const bucket = bucketOf(fieldsOf(s3.bucket), record.awsRegion);
  if (bucket === undefined) return 'malformed';
  return failureOf(bucket, record, fieldsOf(s3.object), fieldsOf(record.replicationEventData));
}

const longestReason = 64;

function failureOf(bucket: string, { eventTime }: Fields, object: Fields, data: Fields): ReportedFailure {
  const [rule, destination] = [ruleIn(data.replicationRuleId), nameOf(data.destinationBucket)];
  const [time, requested] = [instantIn(eventTime), instantIn(data.requestTime)];
  const key = decoded(typeof object.key === 'string' ? object.key : '');
  const when = data.requestTime ?? object.sequencer ?? eventTime;
  const identity = JSON.stringify([bucket, rule, destination, key, object.versionId, data.s3Operation, when]);
  return {
    ...{ bucket, key, reason: nameOf(data.failureReason)?.slice(0, longestReason) ?? 'none', identity },
    ...(rule !== undefined && { rule }),
    ...(destination !== undefined && { destination }),
    ...(time !== undefined && { time }),
    ...(requested !== undefined && { requested }),
  };
}

// Up to 255 characters of any kind: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
const ruleIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 255) : undefined;

function bucketOf({ arn, name }: Fields, region: unknown): string | undefined {
  if (typeof arn === 'string' && /^arn:[\w-]+:s3:::[^:]+$/.test(arn)) return arn;
  const [known, place] = [nameOf(name), nameOf(region)];
  return known === undefined ? undefined : bucketArn(partitionOf(place ?? ''), known);
}

function instantIn(value: unknown): string | undefined {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

/** Keys are encoded as in a form. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
