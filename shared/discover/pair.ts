/** The two buckets, and where they are. */
import type { BucketRef } from '../aspects/resources.ts';
import { bucketArn, partitionOf } from '../model/arn.ts';
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { explainFailure, isDenied, isGone } from '../model/failure.ts';
import { CannotDiscover } from './failure.ts';

export interface LiveBucket {
  readonly bucket: string;
  readonly account: string;
  /** undefined: asked of S3. */
  readonly region?: string;
}

export interface Pair {
  readonly source: BucketRef;
  readonly destination: BucketRef;
  /** false: nothing is read of the destination. */
  readonly managed: boolean;
}

export const refTo = ({ bucket, account }: LiveBucket, region: string): BucketRef => ({
  type: 'bucket',
  account,
  region,
  name: bucket,
  arn: bucketArn(partitionOf(region), bucket),
});

/**
 * Finds the bucket. Whatever region is asked, S3 tells where the bucket really is.
 *
 * @param asked the region to ask when none is given
 * @throws CannotDiscover when it does not exist, is a stranger's, is elsewhere than said, or cannot be looked at
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
export async function locate(live: LiveBucket, asked: string, aws: AwsGateway): Promise<BucketRef> {
  const first = live.region ?? asked;
  const answer = await head(live, first, aws);
  if (answer === first) return refTo(live, first);
  if (live.region !== undefined)
    throw new CannotDiscover(
      `Bucket ${live.bucket} is in ${answer}, not in ${live.region}. Correct the region, or leave it out.`,
    );
  const second = await head(live, answer, aws);
  if (second === answer) return refTo(live, answer);
  throw new CannotDiscover(`S3 does not tell clearly where bucket ${live.bucket} is: ${answer}, or ${second}. Give its region.`);
}

/** The region S3 says the bucket is in. */
async function head({ bucket, account }: LiveBucket, region: string, aws: AwsGateway): Promise<string> {
  const call: AwsCall<'s3:HeadBucket'> = {
    operation: 's3:HeadBucket',
    account,
    region,
    input: { Bucket: bucket, ExpectedBucketOwner: account },
  };
  const reply = await aws.send(call);
  if (reply.ok) return reply.output.BucketRegion ?? region;
  const { error } = reply;
  if (error.bucketRegion !== undefined && error.bucketRegion !== region) return error.bucketRegion;
  if (isGone(call as AwsCall, error)) throw new CannotDiscover(`There is no bucket ${bucket}: check its name.`);
  const hint = isDenied(error) ? ' Check the account that was given, and whose credentials are used.' : '';
  const isClosed = isDenied(error) || error.code === 'SpokeNotAssumable';
  throw new CannotDiscover(`${explainFailure(call as AwsCall, error)}${hint}`, { isClosed });
}
