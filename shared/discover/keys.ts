/** The KMS keys of a pair, as a document names them. */
import type { ReplicationRule as S3Rule, ServerSideEncryptionRule } from '@aws-sdk/client-s3';
import type { Get } from '../aspects/aspect.ts';
import { callOn } from '../aspects/read-call.ts';
import type { BucketRef } from '../aspects/resources.ts';
import { isAliasArn, parseArn, partitionOf } from '../model/arn.ts';
import { CannotDiscover } from './failure.ts';

/** A key: how the document names it, and its own ARN. */
export interface FoundKey {
  readonly named: string;
  readonly arn: string;
}

/** The key of a bucket's default encryption; undefined: the bucket encrypts without KMS (SSE-S3). @throws CannotDiscover */
export async function defaultKey(
  on: BucketRef,
  rule: ServerSideEncryptionRule | undefined,
  get: Get,
): Promise<FoundKey | undefined> {
  const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
  if (SSEAlgorithm === undefined || SSEAlgorithm === 'AES256') return undefined;
  // Without a key it is the AWS managed one: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html
  return keyOf(on, KMSMasterKeyID ?? 'alias/aws/s3', get);
}

/** @throws CannotDiscover when there is no key that another account could be let use */
export async function keyOf(on: BucketRef, named: string, get: Get): Promise<FoundKey> {
  if (/(^|:)alias\/aws\//.test(named)) throw awsManaged(on, named);
  const seen = await get(callOn(on, 'kms:DescribeKey', { KeyId: named }));
  if (seen.status === 'present') {
    const { Arn = named, KeyManager } = seen.value.KeyMetadata ?? {};
    if (KeyManager === 'AWS') throw awsManaged(on, Arn);
    // Compared by its name as well, so an alias in the bucket's encryption stays what the document says.
    return { named: isAliasArn(named) ? named : Arn, arn: Arn };
  }
  const arn = asArn(on, named);
  if (!isAliasArn(arn)) return { named: arn, arn };
  const reason = seen.status === 'absent' ? 'it is not there' : seen.reason;
  throw new CannotDiscover(`Bucket ${on.name} uses the key ${named}, and which key that is could not be found out: ${reason}`);
}

/** A key id, alias name or ARN as an ARN. */
export function asArn(on: BucketRef, named: string): string {
  if (parseArn(named) !== undefined) return named;
  const resource = named.startsWith('alias/') ? named : `key/${named}`;
  return `arn:${partitionOf(on.region)}:kms:${on.region}:${on.account}:${resource}`;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
const awsManaged = (on: BucketRef, key: string): CannotDiscover =>
  new CannotDiscover(
    `Bucket ${on.name} uses the AWS managed key ${key}. Nobody can change its policy, so no other account can be let use it. ${chooseKey(on)}`,
  );

/** What to do about a bucket without a key that a document could name. */
export const withoutKey = (on: BucketRef): CannotDiscover =>
  new CannotDiscover(
    `Bucket ${on.name} encrypts with SSE-S3 (AES256), so there is no KMS key to write down, and Lockstep keeps replication with SSE-KMS. ${chooseKey(on)}`,
  );

const chooseKey = ({ account, region }: BucketRef): string =>
  `Create a customer managed key in account ${account}, ${region}, make it the default of the bucket (aws s3api put-bucket-encryption) and import again; or write the document by hand with that key, and plan shows what would change.`;

/** The keys the rules put replicas under, each once. */
export const replicaKeyIds = (rules: readonly S3Rule[]): readonly string[] => [
  ...new Set(rules.flatMap(({ Destination }) => Destination?.EncryptionConfiguration?.ReplicaKmsKeyID ?? [])),
];
