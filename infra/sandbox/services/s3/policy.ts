/** The bucket policy. */
import type {
  DeleteBucketPolicyRequest,
  GetBucketPolicyOutput,
  GetBucketPolicyRequest,
  GetBucketPolicyStatusOutput,
  GetBucketPolicyStatusRequest,
  PutBucketPolicyRequest,
} from '@aws-sdk/client-s3';
import { resourcePolicy } from '../../authorisation/documents.ts';
import { judge } from '../../authorisation/judge.ts';
import { alterSpelling, type KeptPolicy, keepPolicy, showPolicy } from '../../principals.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf, type OnBucket } from './access.ts';
import { type Bucket, bucketArn } from './bucket.ts';
import { accessDenied, notSet } from './errors.ts';
import { malformedPolicy, requireValidPolicy } from './policy-document.ts';
import { isPublicPolicy } from './public-policy.ts';

/**
 * A policy reads back in S3's own spelling, and principals deleted since as their unique ids.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
 */
function getBucketPolicy(input: GetBucketPolicyRequest, call: CallContext): GetBucketPolicyOutput {
  return { Policy: alterSpelling(policyOf(ownBucketOf(input, call), call)) };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
function putBucketPolicy(input: PutBucketPolicyRequest, call: CallContext): void {
  const bucket = ownBucketOf(input, call);
  const policy = input.Policy ?? '';
  requireValidPolicy(policy, bucket.name);
  const kept = keepPolicy(call.world, policy);
  if ('invalid' in kept) throw malformedPolicy('Invalid principal in policy', `"AWS" : "${kept.invalid[0] ?? ''}"`);
  if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(policy)) throw publicPolicyBlocked(bucket, call);
  if (!input.ConfirmRemoveSelfBucketAccess && locksOut(kept, bucket, call)) throw selfLockout(bucket, call);

  bucket.policy = kept;
}

/**
 * Whether a policy would deny the one who puts it to put another one.
 *
 * AWS tells of the confirmation, not of the answer without it: the code is not confirmed.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
 */
function locksOut(kept: KeptPolicy, bucket: Bucket, call: CallContext): boolean {
  const { account } = bucket;
  const policy = resourcePolicy(call.world, 'resource', { label: 'new bucket policy', account }, kept);
  const resource = bucketArn(bucket.name);
  return judge(call, { action: 's3:PutBucketPolicy', resource, account, policy }).by === 'explicit-deny';
}

const selfLockout = (bucket: Bucket, { caller }: CallContext): AwsError =>
  accessDenied(
    `The new bucket policy will not allow ${caller.arn} to update the policy of ${bucket.name} in the future. Set x-amz-confirm-remove-self-bucket-access to put it all the same.`,
  );

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html */
function deleteBucketPolicy(input: DeleteBucketPolicyRequest, call: CallContext): void {
  ownBucketOf(input, call).policy = undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html */
function getBucketPolicyStatus(input: GetBucketPolicyStatusRequest, call: CallContext): GetBucketPolicyStatusOutput {
  return { PolicyStatus: { IsPublic: isPublicPolicy(policyOf(bucketOf(input, call), call)) } };
}

function policyOf(bucket: Bucket, call: CallContext): string {
  if (!bucket.policy) throw notSet('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket.name);
  return showPolicy(call.world, bucket.policy);
}

/** Another account's identities may not handle the policy even where it allows them to: 405, and 403 where it does not. */
function ownBucketOf(input: OnBucket, call: CallContext): Bucket {
  const bucket = bucketOf(input, call);
  if (bucket.account === call.caller.account) return bucket;
  throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    details: { ResourceType: 'BUCKETPOLICY' },
  });
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html */
const publicPolicyBlocked = (bucket: Bucket, { caller }: CallContext): AwsError =>
  accessDenied(
    `User: ${caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "${bucketArn(bucket.name)}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
  );

export const policyHandlers = {
  GetBucketPolicy: getBucketPolicy,
  PutBucketPolicy: putBucketPolicy,
  DeleteBucketPolicy: deleteBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
};
