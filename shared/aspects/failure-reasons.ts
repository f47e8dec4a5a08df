/**
 * Reasons S3 gives for objects it did not replicate, as several settings explain them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html
 */

/** The role may not read the object at the source. */
export const readRefusals: readonly string[] = [
  'SrcGetObjectNotPermitted',
  'SrcHeadObjectNotPermitted',
  'SrcGetAclNotPermitted',
  'SrcGetTaggingNotPermitted',
  'SrcGetLegalHoldNotPermitted',
  'SrcGetRetentionNotPermitted',
];

/** The role may not write it at the destination; AWS's older pages spell the refusal of a part in another way. */
export const writeRefusals: readonly string[] = [
  'DstPutObjectNotPermitted',
  'DstPutAclNotPermitted',
  'DstPutTaggingNotPermitted',
  'DstPutLegalHoldNotPermitted',
  'DstPutRetentionNotPermitted',
  'DstDelObjNotPermitted',
  'DstMultipartInitNotPermitted',
  'DstMultipartUploadNotPermitted',
  'DstMultipartPartUploadNotPermitted',
  'DstMultipartCompleteNotPermitted',
];

/** A key that refuses looks like a bucket that does. */
export const keyRefusals: readonly string[] = [
  'SrcGetObjectNotPermitted',
  'DstPutObjectNotPermitted',
  'DstMultipartInitNotPermitted',
  'DstMultipartUploadNotPermitted',
  'DstMultipartPartUploadNotPermitted',
  'DstMultipartCompleteNotPermitted',
];
