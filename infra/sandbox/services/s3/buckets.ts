/** Making, finding and removing buckets. */
import {
  BucketLocationConstraint,
  type CreateBucketOutput,
  type CreateBucketRequest,
  type DeleteBucketRequest,
  type GetBucketLocationOutput,
  type GetBucketLocationRequest,
  type HeadBucketOutput,
  type HeadBucketRequest,
  type ListBucketsOutput,
  type ListBucketsRequest,
  ObjectOwnership,
} from '@aws-sdk/client-s3';
import { publishAround } from '../../replication/signals.ts';
import { AwsError, type CallContext } from '../../service.ts';
import { bucketOf, existingBucket, requireOwner } from './access.ts';
import { grantsAtCreation } from './acl.ts';
import { type Bucket, bucketArn, canonicalUserId, newBucket } from './bucket.ts';
import { requireBucketName } from './bucket-name.ts';
import { invalidArgument } from './errors.ts';
import { checkedTags } from './tagging.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html */
function createBucket(input: CreateBucketRequest, call: CallContext): CreateBucketOutput {
  const name = requireBucketName(input.Bucket);
  const region = regionFor(input.CreateBucketConfiguration?.LocationConstraint, call.region);
  const ownership = input.ObjectOwnership;
  if (ownership !== undefined && !Object.values(ObjectOwnership).includes(ownership)) {
    throw invalidArgument(`Invalid x-amz-object-ownership header: ${ownership}`, 'x-amz-object-ownership');
  }
  const tags = checkedTags(input.CreateBucketConfiguration?.Tags ?? []);
  const output = { Location: locationOf(name, region, call.region), BucketArn: bucketArn(name) };
  if (isRepetition(name, region, tags.length, call)) return output;

  const locationConstraint = input.CreateBucketConfiguration?.LocationConstraint;
  const bucket = newBucket({
    name,
    account: call.caller.account,
    region,
    createdAt: call.world.clock.now(),
    ...(locationConstraint && { locationConstraint }),
  });
  bucket.ownership = ownership ?? 'BucketOwnerEnforced';
  bucket.grants = grantsAtCreation(input, bucket);
  bucket.tags = tags;
  if (input.ObjectLockEnabledForBucket) {
    // Object Lock works on versions, so it turns versioning on: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    bucket.objectLock = { ObjectLockEnabled: 'Enabled' };
    bucket.versioning = 'Enabled';
  }
  call.world.s3.buckets.set(name, bucket);
  publishAround(call.world, name);
  return output;
}

/** The us-east-1 endpoint creates buckets in any region; the others only in their own, which must be named. */
function regionFor(constraint: string | undefined, region: string): string {
  const named = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (region !== 'us-east-1' && named !== region) {
    const message = `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    throw new AwsError('IllegalLocationConstraintException', message);
  }
  if (named === undefined) return region;
  if (!Object.values<string>(BucketLocationConstraint).includes(named) || named === 'us-east-1') {
    // us-east-1 is meant by naming no constraint; as a constraint it is refused.
    const details = { LocationConstraint: named };
    throw new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, { details });
  }
  return named;
}

/**
 * Whether the bucket is there already and creating it again is answered with 200: only in us-east-1, by its owner, without tags.
 *
 * @throws BucketAlreadyOwnedByYou, BucketAlreadyExists when it is there otherwise
 */
function isRepetition(name: string, region: string, tagCount: number, call: CallContext): boolean {
  const existing = call.world.s3.buckets.get(name);
  if (!existing) return false;
  const details = { BucketName: name };
  if (existing.account !== call.caller.account) {
    const message =
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.';
    throw new AwsError('BucketAlreadyExists', message, 409, { details });
  }
  if (existing.region === 'us-east-1' && region === 'us-east-1' && tagCount === 0) return true;
  const message = 'Your previous request to create the named bucket succeeded and you already own it.';
  throw new AwsError('BucketAlreadyOwnedByYou', message, 409, { details });
}

const locationOf = (name: string, region: string, endpointRegion: string): string =>
  region === endpointRegion && region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
function deleteBucket(input: DeleteBucketRequest, call: CallContext): void {
  const bucket = bucketOf(input, call);
  if (bucket.objects.size > 0) {
    const hint = bucket.versioning === undefined ? '' : '. You must delete all versions in the bucket.';
    const details = { BucketName: bucket.name };
    throw new AwsError('BucketNotEmpty', `The bucket you tried to delete is not empty${hint}`, 409, { details });
  }
  call.world.s3.buckets.delete(bucket.name);
  publishAround(call.world, bucket.name);
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html */
function headBucket(input: HeadBucketRequest, call: CallContext): HeadBucketOutput {
  const bucket = bucketOf(input, call);
  return { BucketArn: bucketArn(bucket.name), BucketRegion: bucket.region, AccessPointAlias: false };
}

/**
 * Answers in every region; us-east-1 is told by an empty constraint.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
 */
function getBucketLocation(input: GetBucketLocationRequest, call: CallContext): GetBucketLocationOutput {
  const bucket = existingBucket(input, call);
  requireOwner(bucket, input);
  const constraint = bucket.locationConstraint ?? bucket.region;
  return constraint === 'us-east-1' ? {} : { LocationConstraint: constraint as BucketLocationConstraint };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
function listBuckets(input: ListBucketsRequest, call: CallContext): ListBucketsOutput {
  const after = input.ContinuationToken === undefined ? '' : Buffer.from(input.ContinuationToken, 'base64').toString();
  const found = [...call.world.s3.buckets.values()]
    .filter((bucket) => bucket.account === call.caller.account && bucket.name.startsWith(input.Prefix ?? ''))
    .filter((bucket) => input.BucketRegion === undefined || bucket.region === input.BucketRegion)
    .filter((bucket) => bucket.name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = found.slice(0, input.MaxBuckets ?? found.length);
  const last = page.at(-1);
  return {
    Owner: { ID: canonicalUserId(call.caller.account) },
    Buckets: page.map(listed),
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
    ...(last && page.length < found.length && { ContinuationToken: Buffer.from(last.name).toString('base64') }),
  };
}

const listed = ({ name, region, createdAt }: Bucket) => ({
  Name: name,
  CreationDate: createdAt,
  BucketRegion: region,
  BucketArn: bucketArn(name),
});

export const bucketHandlers = {
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  HeadBucket: headBucket,
  GetBucketLocation: getBucketLocation,
  ListBuckets: listBuckets,
};
