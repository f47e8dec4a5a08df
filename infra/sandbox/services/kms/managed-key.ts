/**
 * Keys that AWS makes and manages in an account the first time they are asked for, like the one behind `alias/aws/s3`.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { CallContext } from '../../service.ts';
import type { Key } from './key.ts';

const descriptions: Readonly<Record<string, string>> = {
  'alias/aws/dynamodb': 'Default key that protects my DynamoDB data when no other key is defined',
  'alias/aws/s3': 'Default key that protects my S3 objects when no other key is defined',
  'alias/aws/sns': 'Default key that protects my SNS data when no other key is defined',
  'alias/aws/sqs': 'Default key that protects my SQS messages when no other key is defined',
  'alias/aws/ssm': 'Default key that protects my SSM parameters when no other key is defined',
};

/** The key behind such an alias of the caller's account and region, made now if need be; undefined: AWS has no such alias. */
export function awsManagedKey(aliasArn: string, { world, caller, region }: CallContext): Key | undefined {
  const name = aliasArn.slice(aliasArn.indexOf('alias/'));
  const description = descriptions[name];
  if (description === undefined || aliasArn.split(':')[4] !== caller.account) return undefined;
  const id = randomUUID();
  const now = world.clock.now();
  const key: Key = {
    id,
    arn: `arn:aws:kms:${region}:${caller.account}:key/${id}`,
    account: caller.account,
    region,
    createdAt: now,
    usage: 'ENCRYPT_DECRYPT',
    spec: 'SYMMETRIC_DEFAULT',
    origin: 'AWS_KMS',
    multiRegion: false,
    manager: 'AWS',
    materialId: randomBytes(32).toString('hex'),
    description,
    state: 'Enabled',
    policy: { parts: [policyText(name.slice('alias/aws/'.length), caller.account, region)] },
    tags: [],
    // AWS rotates its managed keys every year: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    rotation: { periodInDays: 365, enabledAt: now },
    grants: [],
  };
  world.kms.keys.set(key.arn, key);
  world.kms.aliases.set(aliasArn, { name, arn: aliasArn, keyArn: key.arn, createdAt: now, updatedAt: now });
  return key;
}

/** Everybody in the account, but only through the service; the account itself may only look. */
function policyText(service: string, account: string, region: string): string {
  const through = { StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com`, 'kms:CallerAccount': account } };
  return JSON.stringify({
    Version: '2012-10-17',
    Id: `auto-${service}-2`,
    Statement: [
      {
        Sid: `Allow access through ${service.toUpperCase()} for all principals in the account that are authorized to use ${service.toUpperCase()}`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
        Condition: through,
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*'],
        Resource: '*',
      },
    ],
  });
}
