/**
 * Retention and legal hold of single versions.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
import type {
  GetObjectLegalHoldOutput,
  GetObjectLegalHoldRequest,
  GetObjectRetentionOutput,
  GetObjectRetentionRequest,
  ObjectLockRetention,
  PutObjectLegalHoldRequest,
  PutObjectRetentionRequest,
} from '@aws-sdk/client-s3';
import { offerChange } from '../../../replication/offer.ts';
import { AwsError, type CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import { requireOneOf } from '../errors.ts';
import { protectedByLock } from './errors.ts';
import { checkedRetention, requireLockable } from './lock-headers.ts';
import { objectOf } from './store.ts';
import type { ObjectVersion } from './version.ts';

type OnObject = GetObjectRetentionRequest;

function lockable(input: OnObject, call: CallContext): { bucket: Bucket; object: ObjectVersion } {
  const bucket = bucketOf(input, call);
  const object = objectOf(bucket, input, call);
  requireLockable(bucket);
  return { bucket, object };
}

const notLocked = (): AwsError =>
  new AwsError('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration', 404);

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html */
function getObjectRetention(input: GetObjectRetentionRequest, call: CallContext): GetObjectRetentionOutput {
  const { retention } = lockable(input, call).object;
  if (!retention) throw notLocked();
  return { Retention: retention };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html */
function putObjectRetention(input: PutObjectRetentionRequest, call: CallContext): void {
  const { bucket, object } = lockable(input, call);
  const now = call.world.clock.now();
  const asked = input.Retention?.Mode === undefined ? undefined : checkedRetention(input.Retention, now);
  if (weakens(object.retention, asked, now, input.BypassGovernanceRetention === true)) throw protectedByLock();
  object.retention = asked;
  offerChange(call.world, bucket, object);
}

/** Compliance only ever gets longer; governance may be loosened by who may bypass it. */
function weakens(
  present: ObjectLockRetention | undefined,
  asked: ObjectLockRetention | undefined,
  now: Date,
  bypass: boolean,
): boolean {
  if (!present?.RetainUntilDate || present.RetainUntilDate <= now) return false;
  const shorter = !asked?.RetainUntilDate || asked.RetainUntilDate < present.RetainUntilDate;
  if (present.Mode === 'GOVERNANCE') return shorter && !bypass;
  return shorter || asked.Mode !== 'COMPLIANCE';
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html */
function getObjectLegalHold(input: GetObjectLegalHoldRequest, call: CallContext): GetObjectLegalHoldOutput {
  const { legalHold } = lockable(input, call).object;
  if (!legalHold) throw notLocked();
  return { LegalHold: { Status: legalHold } };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html */
function putObjectLegalHold(input: PutObjectLegalHoldRequest, call: CallContext): void {
  const { bucket, object } = lockable(input, call);
  const status = input.LegalHold?.Status;
  requireOneOf(status, ['ON', 'OFF']);
  object.legalHold = status;
  offerChange(call.world, bucket, object);
}

export const objectRetentionHandlers = {
  GetObjectRetention: getObjectRetention,
  PutObjectRetention: putObjectRetention,
  GetObjectLegalHold: getObjectLegalHold,
  PutObjectLegalHold: putObjectLegalHold,
};
