import { isAliasArn } from '../model/arn.ts';
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { isDenied, isGone } from '../model/failure.ts';
import { type Problem, refusal } from './failure.ts';
import type { Foundation } from './foundation.ts';

/** `there` carries the ARN: the key's own for an alias. */
export type Sight =
  | { readonly status: 'there'; readonly arn: string }
  | { readonly status: 'missing' }
  | { readonly status: 'unclear'; readonly problem: Problem };

/** Whether the foundation exists, in its account and region. Never throws. */
export async function lookAt(foundation: Foundation, aws: AwsGateway): Promise<Sight> {
  return foundation.kind === 'bucket' ? lookAtBucket(foundation, aws) : lookAtKey(foundation, aws);
}

async function lookAtBucket({ name, account, region }: Foundation, aws: AwsGateway): Promise<Sight> {
  const call: AwsCall<'s3:HeadBucket'> = {
    operation: 's3:HeadBucket',
    account,
    region,
    input: { Bucket: name, ExpectedBucketOwner: account },
  };
  const reply = await aws.send(call);
  if (reply.ok) return { status: 'there', arn: reply.output.BucketArn ?? name };
  if (isGone(call as AwsCall, reply.error)) return { status: 'missing' };
  const { message, denied } = refusal(call as AwsCall, reply.error);
  // S3 says 403 alike to those who may not look and about buckets of others:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
  const isTaken = isDenied(reply.error) && ' If another account has the name, choose another one in the document.';
  return { status: 'unclear', problem: { message: `${message}${isTaken || ''}`, denied } };
}

async function lookAtKey({ name, account, region }: Foundation, aws: AwsGateway): Promise<Sight> {
  const call: AwsCall<'kms:DescribeKey'> = { operation: 'kms:DescribeKey', account, region, input: { KeyId: name } };
  const reply = await aws.send(call);
  if (reply.ok) return { status: 'there', arn: reply.output.KeyMetadata?.Arn ?? name };
  if (!isGone(call as AwsCall, reply.error)) return { status: 'unclear', problem: refusal(call as AwsCall, reply.error) };
  return isAliasArn(name) ? { status: 'missing' } : { status: 'unclear', problem: namelessKey(name, account, region) };
}

// KMS chooses the id of a key: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
const namelessKey = (arn: string, account: string, region: string): Problem => ({
  message: `The key ${arn} does not exist, and no key can be created under an ARN that is given: KMS chooses the id. Name the key by an alias instead, for example arn:${arn.split(':')[1]}:kms:${region}:${account}:alias/orders, and bootstrap creates both; or give the ARN of a key that exists.`,
});
