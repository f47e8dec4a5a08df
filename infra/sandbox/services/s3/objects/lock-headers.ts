/**
 * Object Lock as uploads ask for it, and as the bucket gives it by default.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
import type { ObjectLockLegalHoldStatus, ObjectLockMode, ObjectLockRetention } from '@aws-sdk/client-s3';
import type { Bucket } from '../bucket.ts';
import { invalidArgument, invalidRequest, requireOneOf } from '../errors.ts';

export interface LockHeaders {
  readonly ObjectLockMode?: ObjectLockMode | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: ObjectLockLegalHoldStatus | undefined;
}

export interface Lock {
  readonly retention: ObjectLockRetention | undefined;
  readonly legalHold: ObjectLockLegalHoldStatus | undefined;
}

/** @throws InvalidRequest when the bucket has no Object Lock, InvalidArgument */
export function lockOf(headers: LockHeaders, bucket: Bucket, now: Date): Lock {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: legalHold } = headers;
  if (mode === undefined && until === undefined && legalHold === undefined) return { retention: undefined, legalHold };
  requireLockable(bucket);
  if (legalHold !== undefined && legalHold !== 'ON' && legalHold !== 'OFF') {
    throw invalidArgument('Legal Hold must be either of "ON" or "OFF"', 'x-amz-object-lock-legal-hold', legalHold);
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument('x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied');
  }
  const retention = mode === undefined ? undefined : checkedRetention({ Mode: mode, RetainUntilDate: until }, now);
  return { retention, legalHold };
}

/** @throws MalformedXML, InvalidArgument */
export function checkedRetention(retention: ObjectLockRetention, now: Date): ObjectLockRetention {
  requireOneOf(retention.Mode, ['GOVERNANCE', 'COMPLIANCE']);
  if (!retention.RetainUntilDate || retention.RetainUntilDate <= now) {
    throw invalidArgument('The retain until date must be in the future!', 'RetainUntilDate');
  }
  return { Mode: retention.Mode, RetainUntilDate: retention.RetainUntilDate };
}

export function requireLockable(bucket: Bucket): void {
  if (!bucket.objectLock) throw invalidRequest('Bucket is missing Object Lock Configuration');
}

/** What a bucket with Object Lock puts on every new object that brings no retention of its own. */
export function defaultRetention(bucket: Bucket, now: Date): ObjectLockRetention | undefined {
  const rule = bucket.objectLock?.Rule?.DefaultRetention;
  if (!rule) return undefined;
  const until = new Date(now);
  if (rule.Years !== undefined) until.setUTCFullYear(until.getUTCFullYear() + rule.Years);
  else until.setUTCDate(until.getUTCDate() + (rule.Days ?? 0));
  return { Mode: rule.Mode, RetainUntilDate: until };
}
