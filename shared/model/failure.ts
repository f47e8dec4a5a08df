import type { AwsCall, AwsFailure } from './aws-call.ts';
import { operations } from './operations.ts';

const denied = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden', '403']);
const missingBucket = new Set(['NoSuchBucket']);
const missingKey = new Set(['NotFoundException']);

/** Failures on the way to AWS whose message already says what to do. */
const ownSentences = new Set(['SpokeNotAssumable', 'NoCredentials']);

export const isDenied = (failure: AwsFailure): boolean => denied.has(failure.code);

/** Whether the refusal says that the bucket or key itself does not exist. */
export const isGone = (call: AwsCall, failure: AwsFailure): boolean =>
  (call.operation.startsWith('s3:') && missingBucket.has(failure.code)) ||
  (call.operation.startsWith('kms:') && missingKey.has(failure.code));

/** What a call is about, for people: the bucket's ARN, the key, the role, the parameter. */
export function subjectOf(call: AwsCall): string {
  const input = call.input as Record<string, unknown>;
  const bucket = input.Bucket === undefined ? undefined : `bucket ${input.Bucket}`;
  const role = input.RoleName === undefined ? undefined : `role ${input.RoleName}`;
  return String(bucket ?? input.KeyId ?? role ?? input.PolicyArn ?? input.Name ?? input.Path ?? 'the account');
}

/** One sentence for people: what was refused to whom, and what to do about it. */
export function explainFailure(call: AwsCall, failure: AwsFailure): string {
  const what = `${call.operation} on ${subjectOf(call)} in account ${call.account} (${call.region})`;
  if (failure.bucketRegion !== undefined && failure.bucketRegion !== call.region)
    return `${what} was refused: the bucket is in ${failure.bucketRegion}. Correct its region in the document.`;
  if (ownSentences.has(failure.code)) return failure.message;
  if (isDenied(failure))
    return `${what} was refused (${failure.code}). ${explainDenial(call, failure)} AWS says: ${failure.message}`;
  return `${what} failed: ${failure.code}: ${failure.message}`;
}

function explainDenial(call: AwsCall, failure: AwsFailure): string {
  const { action } = operations[call.operation];
  const grant = `Either ${failure.caller} is not allowed ${action} there`;
  const guarded = call.operation.startsWith('s3:') && 'ExpectedBucketOwner' in (call.input as object);
  return guarded && !failure.message.includes('not authorized to perform')
    ? `${grant}, or the bucket does not belong to account ${call.account}: a stranger may own a bucket of this name.`
    : `${failure.caller} needs ${action}, and no Deny may stand against it.`;
}
