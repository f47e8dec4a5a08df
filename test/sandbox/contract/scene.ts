/** What a contract case has at hand: both accounts through the SDK, against whichever AWS is under test. */
import { randomUUID } from 'node:crypto';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { BuildHandler, MiddlewareStack } from '@smithy/types';

export const source = '111111111111';
export const destination = '222222222222';
export const region = 'eu-west-1';

export interface Account {
  readonly id: string;
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly ssm: SSMClient;
}

export interface Scene {
  readonly source: Account;
  readonly destination: Account;
  /** A name nobody else uses: for buckets, roles and parameters. */
  readonly name: string;
}

/** One call, or a few that lead up to one, and what AWS answers to the last of them. */
export interface Case {
  readonly because: string;
  readonly call: (at: Scene) => Promise<unknown>;
  /** What is in the answer. */
  readonly answer?: object;
  /** Error code as the SDK names it, and the HTTP status where it is documented. */
  readonly error?: readonly [code: string, status?: number];
  /** true: moto answers the same. Otherwise what it does instead. */
  readonly moto: true | string;
}

/** Clients of an account's administrator at an endpoint; moto tells accounts apart by a header of its own. */
export function accountAt(endpoint: string, id: string): Account {
  const config = { endpoint, region, credentials: { accessKeyId: id, secretAccessKey: 'any' }, maxAttempts: 1 };
  const account: Account = {
    id,
    s3: new S3Client({ ...config, forcePathStyle: true }),
    kms: new KMSClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    ssm: new SSMClient(config),
  };
  for (const client of [account.s3, account.kms, account.iam, account.sts, account.ssm]) nameAccount(client, id);
  return account;
}

function nameAccount(client: { readonly middlewareStack: unknown }, id: string): void {
  const stack = client.middlewareStack as MiddlewareStack<object, object>;
  const headerOf =
    (next: BuildHandler<object, object>): BuildHandler<object, object> =>
    (args) => {
      Object.assign((args.request as { headers: object }).headers, { 'x-moto-account-id': id });
      return next(args);
    };
  stack.add(headerOf, { step: 'build', name: 'nameAccount' });
}

export const sceneAt = (endpoint: string): Scene => ({
  source: accountAt(endpoint, source),
  destination: accountAt(endpoint, destination),
  name: `c-${randomUUID().slice(0, 13)}`,
});

export const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/** Who may assume a role: S3, unless said otherwise. */
export const trust = (Principal: object = { Service: 's3.amazonaws.com' }): string =>
  policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });

export const roleArn = ({ name }: Scene, account: string = source): string => `arn:aws:iam::${account}:role/${name}`;

/** A bucket of the scene's name. @returns that name */
export async function bucket(at: Scene, owner: Account = at.source, suffix = ''): Promise<string> {
  const Bucket = at.name + suffix;
  await owner.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
  return Bucket;
}

export async function versioned(at: Scene, owner: Account = at.source, suffix = ''): Promise<string> {
  const Bucket = await bucket(at, owner, suffix);
  await owner.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  return Bucket;
}

/** @returns id of a new customer managed key of the source account */
export async function key({ source: { kms } }: Scene): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.KeyId ?? '';
}

/** A role of the scene's name that S3 may assume. @returns that name */
export async function role(at: Scene, document: string = trust(), owner: Account = at.source): Promise<string> {
  await owner.iam.send(new CreateRoleCommand({ RoleName: at.name, AssumeRolePolicyDocument: document }));
  return at.name;
}
