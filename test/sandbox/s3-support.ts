/** Two accounts of a fresh local AWS, seen through real SDK clients. */
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  type CreateBucketRequest,
  PutBucketVersioningCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';

export const source = { account: '111111111111', region: 'eu-west-1' } as const;
export const destination = { account: '222222222222', region: 'eu-central-1' } as const;

interface Place {
  readonly account: string;
  readonly region: string;
}

export function twoAccounts() {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const config = ({ account, region }: Place) => ({
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'any' },
    requestHandler: aws.requestHandler(),
    maxAttempts: 1,
  });
  const s3 = (place: Place, more: S3ClientConfig = {}) => new S3Client({ ...config(place), ...more });
  return {
    s3,
    kms: (place: Place) => new KMSClient(config(place)),
    iam: (place: Place) => new IAMClient(config(place)),
    passDays: (days: number) => clock.advance(days * 86_400),
    bucket: (place: Place, name: string, more: Partial<CreateBucketRequest> = {}) => {
      const where = { LocationConstraint: place.region as 'eu-west-1' };
      return s3(place).send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration: where, ...more }));
    },
    versioned: (place: Place, name: string, status: 'Enabled' | 'Suspended' = 'Enabled') =>
      s3(place).send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: status } })),
    role: (place: Place, name: string) =>
      new IAMClient(config(place)).send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust })),
  };
}

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

export const replicationRole = 'arn:aws:iam::111111111111:role/replication';

export interface Refusal {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** What AWS answered a call that must be refused. @throws when it was not */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : {};
    return { code: error.name, status: metadata.httpStatusCode, message: error.message };
  }
  throw new Error('the call was accepted');
}
