/** Block Public Access of one bucket, and who owns the objects in it. */
import type {
  DeleteBucketOwnershipControlsRequest,
  DeletePublicAccessBlockRequest,
  GetBucketOwnershipControlsOutput,
  GetBucketOwnershipControlsRequest,
  GetPublicAccessBlockOutput,
  GetPublicAccessBlockRequest,
  PutBucketOwnershipControlsRequest,
  PutPublicAccessBlockRequest,
} from '@aws-sdk/client-s3';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import { malformedXml, notSet, requireOneOf } from './errors.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html */
function getPublicAccessBlock(input: GetPublicAccessBlockRequest, call: CallContext): GetPublicAccessBlockOutput {
  const { name, publicAccessBlock } = bucketOf(input, call);
  if (!publicAccessBlock) {
    throw notSet('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', name);
  }
  return { PublicAccessBlockConfiguration: { ...publicAccessBlock } };
}

/**
 * Settings left out are off.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
 */
function putPublicAccessBlock(input: PutPublicAccessBlockRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const given = input.PublicAccessBlockConfiguration;
  if (!given) throw malformedXml();
  bucket.publicAccessBlock = {
    BlockPublicAcls: given.BlockPublicAcls ?? false,
    IgnorePublicAcls: given.IgnorePublicAcls ?? false,
    BlockPublicPolicy: given.BlockPublicPolicy ?? false,
    RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html */
function deletePublicAccessBlock(input: DeletePublicAccessBlockRequest, call: CallContext): void {
  bucketOf(input, call).publicAccessBlock = undefined;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html */
function getBucketOwnershipControls(
  input: GetBucketOwnershipControlsRequest,
  call: CallContext,
): GetBucketOwnershipControlsOutput {
  const { name, ownership } = bucketOf(input, call);
  if (!ownership) throw notSet('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', name);
  return { OwnershipControls: { Rules: [{ ObjectOwnership: ownership }] } };
}

/**
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
 */
function putBucketOwnershipControls(input: PutBucketOwnershipControlsRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  const [rule, ...more] = input.OwnershipControls?.Rules ?? [];
  if (!rule || more.length > 0) throw malformedXml();
  requireOneOf(rule.ObjectOwnership, ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']);
  if (rule.ObjectOwnership === 'BucketOwnerEnforced' && bucket.grants) {
    const message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    throw new AwsError('InvalidBucketAclWithObjectOwnership', message);
  }
  bucket.ownership = rule.ObjectOwnership;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html */
function deleteBucketOwnershipControls(input: DeleteBucketOwnershipControlsRequest, call: CallContext): void {
  bucketOf(input, call).ownership = undefined;
}

export const publicAccessHandlers = {
  GetPublicAccessBlock: getPublicAccessBlock,
  PutPublicAccessBlock: putPublicAccessBlock,
  DeletePublicAccessBlock: deletePublicAccessBlock,
  GetBucketOwnershipControls: getBucketOwnershipControls,
  PutBucketOwnershipControls: putBucketOwnershipControls,
  DeleteBucketOwnershipControls: deleteBucketOwnershipControls,
};
