import type { BucketLocationConstraint } from '@aws-sdk/client-s3';
import { bucketArn, partitionOf } from '../model/arn.ts';
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { BootstrapFailure, type Created, refusal } from './failure.ts';
import type { Foundation } from './foundation.ts';
import { sendPatiently, type Wait } from './patience.ts';

/**
 * Creates the bucket with the defaults S3 gives every new one: encrypted, owner enforced, public access blocked.
 *
 * @throws BootstrapFailure
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
 */
export async function createBucket(foundation: Foundation, aws: AwsGateway, wait: Wait): Promise<Created> {
  const { name, account, region } = foundation;
  const call: AwsCall<'s3:CreateBucket'> = {
    operation: 's3:CreateBucket',
    account,
    region,
    input: { Bucket: name, ...placeIn(region) },
  };
  // A bucket of that name is just being deleted, or created, elsewhere.
  const reply = await sendPatiently(call, aws, wait, ({ code }) => code === 'OperationAborted');
  // Another run was faster: whether the bucket is in the right region shows when it is looked at again.
  if (!reply.ok && reply.error.code !== 'BucketAlreadyOwnedByYou') {
    const taken = {
      message: `The bucket name ${name} is taken: another AWS account has a bucket of that name. Choose another one in the document.`,
    };
    throw new BootstrapFailure([reply.error.code === 'BucketAlreadyExists' ? taken : refusal(call as AwsCall, reply.error)]);
  }
  return { ...foundation, arn: bucketArn(partitionOf(region), name) };
}

// us-east-1 is the one region that must not be named: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html
const placeIn = (region: string) =>
  region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
