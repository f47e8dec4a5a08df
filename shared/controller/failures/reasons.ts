/**
 * What S3 means by each reason for an object that it did not replicate, and what is to be done about it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
 */
import type { FailureRecord } from '../ledger.ts';

/**
 * `repairable`: a setting can explain it, and a pass looks at those. `tell`: only a person can help. `informational`: the object
 * changed or went meanwhile; nothing is missing. `batch`: only jobs of S3 Batch Replication have it. `unknown`: not on AWS's page when
 * this was written; the list grows.
 */
export type ReasonKind = 'repairable' | 'tell' | 'informational' | 'batch' | 'unknown';

export interface Explanation {
  readonly kind: ReasonKind;
  readonly meaning: string;
  /** What a person can do, where it is not a setting that Lockstep holds in place. */
  readonly todo?: string;
}

const repairable = (meaning: string): Explanation => ({ kind: 'repairable', meaning });
const tell = (meaning: string, todo: string): Explanation => ({ kind: 'tell', meaning, todo });
const informational = (meaning: string): Explanation => ({ kind: 'informational', meaning });
const batch = (meaning: string): Explanation => ({ kind: 'batch', meaning });

const mayNot = (what: string): Explanation => repairable(`the replication role may not ${what}`);

export const failureReasons: Readonly<Record<string, Explanation>> = {
  AssumeRoleNotPermitted: repairable('S3 cannot assume the replication role'),

  SrcGetObjectNotPermitted: mayNot('read the object, or decrypt it with the source key'),
  SrcHeadObjectNotPermitted: mayNot('read the properties of the object'),
  SrcGetAclNotPermitted: mayNot('read the ACL of the object'),
  SrcGetTaggingNotPermitted: mayNot('read the tags of the object'),
  SrcGetLegalHoldNotPermitted: mayNot('read the legal hold of the object'),
  SrcGetRetentionNotPermitted: mayNot('read the retention of the object'),

  DstPutObjectNotPermitted: mayNot('write to the destination bucket, or encrypt with the destination key'),
  DstPutAclNotPermitted: mayNot('set the ACL or the owner of the replica'),
  DstPutTaggingNotPermitted: mayNot('write the tags of the replica'),
  DstPutLegalHoldNotPermitted: mayNot('set the legal hold of the replica'),
  DstPutRetentionNotPermitted: mayNot('set the retention of the replica'),
  DstDelObjNotPermitted: mayNot('replicate delete markers'),
  DstMultipartInitNotPermitted: mayNot('begin a multipart upload at the destination'),
  DstMultipartUploadNotPermitted: mayNot('upload a part at the destination'),
  DstMultipartPartUploadNotPermitted: mayNot('upload a part at the destination'),
  DstMultipartCompleteNotPermitted: mayNot('complete a multipart upload at the destination'),

  SrcKmsKeyInvalidState: repairable('the source key is disabled, or about to be deleted'),
  DstKmsKeyInvalidState: repairable('the destination key is disabled, or about to be deleted'),
  DstBucketUnversioned: repairable('versioning of the destination bucket is not enabled'),
  SrcBucketReplicationConfigMissing: repairable('the source bucket has no replication configuration'),

  DstBucketNotFound: tell('the destination bucket does not exist', 'Make the destination bucket again, or correct the document.'),
  SrcBucketNotFound: tell('the source bucket does not exist', 'Make the source bucket again, or retire the replication.'),
  DstKmsKeyNotFound: tell(
    'the destination key does not exist',
    'Name another key in the document; a deleted key does not come back.',
  ),
  DstBucketObjectLockConfigMissing: tell(
    'the source bucket has Object Lock, the destination bucket has not',
    'Enable Object Lock on the destination bucket (PutObjectLockConfiguration).',
  ),

  SrcKeyNotFound: informational('the object was gone before it was replicated'),
  SrcObjectNotFound: informational('the object was gone before it was replicated'),
  SrcVersionNotFound: informational('the version of the object was gone before it was replicated'),
  SrcObjectNotEligible: informational('the object does not fall under the rule any more'),
  SrcReplicationNotPending: informational('the object was replicated already'),
  DstVersionNotFound: informational('the replica whose metadata changed is gone'),

  DstBucketInvalidRegion: batch('the destination bucket is not in the region that the job names'),
  SrcBucketInvalidRegion: batch('the source bucket is not in the region that the job names'),
  InitiateReplicationNotPermitted: batch('the role of the job lacks s3:InitiateReplication'),
  DstObjectHardDeleted: batch('the replica was deleted by its version, which a job does not undo'),
};

const unknown: Explanation = {
  kind: 'unknown',
  meaning: 'a reason that Lockstep does not know',
  todo: 'Look the reason up: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html',
};

export const explanationOf = (reason: string): Explanation =>
  (Object.hasOwn(failureReasons, reason) ? failureReasons[reason] : undefined) ?? unknown;

/** Whether objects are missing for it. */
export const isHarmful = ({ kind }: Explanation): boolean => kind !== 'informational' && kind !== 'batch';

/** What an outage is explained with. */
export const reportedBy = (reason: string): string => `S3 reported objects that it did not replicate: ${reason}`;

/** Without a report for so long, failures are over. */
const quiet = 3_600_000;

export const isOver = ({ last }: Pick<FailureRecord, 'last'>, now: Date): boolean => now.getTime() - Date.parse(last) >= quiet;
