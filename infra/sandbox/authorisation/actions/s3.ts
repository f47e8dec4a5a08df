/**
 * Amazon S3.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
import type { CreateBucketRequest, PutBucketAclRequest, PutBucketReplicationRequest } from '@aws-sdk/client-s3';
import type { AwsError, CallContext } from '../../service.ts';
import { bucketArn } from '../../services/s3/bucket.ts';
import type { Check, ChecksOf, Refused, ServiceActions } from '../check.ts';
import { organizationOf } from '../organization.ts';
import { accessDenied, refuseAsUsual } from '../refusal.ts';
import { passRole } from './pass-role.ts';
import { bucketCheck, type OnBucket, onBucket, requestKeys } from './s3-bucket.ts';
import { deletingEach, objectOperations } from './s3-objects.ts';

const bucketSettings = [
  'GetBucketVersioning',
  'PutBucketVersioning',
  'GetBucketPolicy',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'GetBucketPolicyStatus',
  'GetBucketEncryption',
  'PutBucketEncryption',
  'DeleteBucketEncryption',
  'GetBucketReplication',
  'DeleteBucketReplication',
  'GetBucketLifecycleConfiguration',
  'PutBucketLifecycleConfiguration',
  'DeleteBucketLifecycle',
  'GetBucketNotificationConfiguration',
  'PutBucketNotificationConfiguration',
  'GetBucketTagging',
  'PutBucketTagging',
  'DeleteBucketTagging',
  'GetPublicAccessBlock',
  'PutPublicAccessBlock',
  'DeletePublicAccessBlock',
  'GetBucketOwnershipControls',
  'PutBucketOwnershipControls',
  'DeleteBucketOwnershipControls',
  'GetObjectLockConfiguration',
  'PutObjectLockConfiguration',
  'GetBucketAcl',
  'GetBucketCors',
  'PutBucketCors',
  'DeleteBucketCors',
  'GetBucketWebsite',
  'PutBucketWebsite',
  'DeleteBucketWebsite',
  'GetBucketLogging',
  'PutBucketLogging',
  'GetBucketAccelerateConfiguration',
  'PutBucketAccelerateConfiguration',
  'GetBucketRequestPayment',
  'PutBucketRequestPayment',
  'HeadBucket',
  'DeleteBucket',
];

/** Nobody's resource; the caller's own buckets are listed. */
const listBuckets = (): readonly Check[] => [{ action: 's3:ListAllMyBuckets', resource: '*' }];

/** Answers in every region. */
const getBucketLocation: ChecksOf<OnBucket> = (input, call) =>
  bucketCheck('s3:GetBucketLocation', input, call, { anyRegion: true });

/**
 * Settings given at creation need the permission to make them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 */
function createBucket(input: CreateBucketRequest, call: CallContext): readonly Check[] {
  const withAcl = [input.ACL, input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWrite, input.GrantWriteACP];
  const actions = [
    's3:CreateBucket',
    ...(withAcl.some((one) => one !== undefined) ? ['s3:PutBucketAcl'] : []),
    ...(input.ObjectLockEnabledForBucket ? ['s3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'] : []),
    ...(input.ObjectOwnership !== undefined ? ['s3:PutBucketOwnershipControls'] : []),
    ...(input.CreateBucketConfiguration?.Tags?.length ? ['s3:TagResource'] : []),
  ];
  const keys = {
    ...requestKeys(call.caller.account),
    's3:LocationConstraint': input.CreateBucketConfiguration?.LocationConstraint ?? null,
    's3:x-amz-object-ownership': input.ObjectOwnership ?? null,
    's3:x-amz-acl': input.ACL ?? null,
  };
  return actions.map((action) => ({ action, resource: bucketArn(input.Bucket ?? ''), keys }));
}

const putBucketAcl: ChecksOf<PutBucketAclRequest> = (input, call) =>
  bucketCheck('s3:PutBucketAcl', input, call, { keys: { 's3:x-amz-acl': input.ACL ?? null } });

/** S3 will act as the role, so the caller must be allowed to pass it on. */
function putBucketReplication(input: PutBucketReplicationRequest, call: CallContext): readonly Check[] {
  const checks = bucketCheck('s3:PutReplicationConfiguration', input, call);
  if (checks.length === 0) return checks;
  return [...checks, ...passRole(input.ReplicationConfiguration?.Role, 's3.amazonaws.com', bucketArn(input.Bucket ?? ''))];
}

/**
 * S3 gives the reason only to callers of the bucket's account or organization, and names the ARN in quotes.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
 */
function refuse(refused: Refused): AwsError {
  const { check, call, decision } = refused;
  const bucket = call.world.s3.buckets.get(/^arn:aws[a-z-]*:s3:::([^/]+)/.exec(check.resource)?.[1] ?? '');
  const headers: Record<string, string> = bucket ? { 'x-amz-bucket-region': bucket.region } : {};
  const isStranger = check.account !== undefined && !sameOwner(call, check.account);
  if (isStranger) return accessDenied('s3', 'Access Denied', decision.because, headers);
  const { message } = refuseAsUsual({ ...refused, check: { ...check, shown: `"${check.resource}"` } });
  return accessDenied('s3', message, decision.because, headers);
}

function sameOwner({ world, caller }: CallContext, account: string): boolean {
  const organization = organizationOf(world, account)?.id;
  return account === caller.account || (organization !== undefined && organization === organizationOf(world, caller.account)?.id);
}

export const s3Actions: ServiceActions = {
  refuse,
  parts: { DeleteObjects: deletingEach },
  operations: {
    ...Object.fromEntries(bucketSettings.map((operation) => [operation, onBucket])),
    ...objectOperations,
    CreateBucket: createBucket,
    ListBuckets: listBuckets,
    GetBucketLocation: getBucketLocation,
    PutBucketAcl: putBucketAcl,
    PutBucketReplication: putBucketReplication,
  },
};
