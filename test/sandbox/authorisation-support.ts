/** Callers with policies, in a local AWS on a virtual clock. */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws, type LocalAwsOptions } from '../../infra/sandbox/local-aws.ts';

export const source = '111111111111';
export const destination = '222222222222';
export const region = 'eu-west-1';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const rootOf = (account: string): Credentials => ({ accessKeyId: account, secretAccessKey: 'any' });

export function world(options: LocalAwsOptions = {}) {
  const clock = virtualClock();
  return { clock, aws: createLocalAws({ clock, ...options }) };
}

const configOf = (aws: LocalAws, credentials: Credentials, at: string) => ({
  region: at,
  credentials,
  requestHandler: aws.requestHandler(),
  maxAttempts: 1,
});

export function moreClients(aws: LocalAws, credentials: Credentials, at = region) {
  const config = configOf(aws, credentials, at);
  return {
    sqs: new SQSClient(config),
    sns: new SNSClient(config),
    cloudwatch: new CloudWatchClient(config),
    dynamodb: new DynamoDBClient(config),
    scheduler: new SchedulerClient(config),
    events: new EventBridgeClient(config),
    cloudtrail: new CloudTrailClient(config),
    organizations: new OrganizationsClient(config),
  };
}

export function clients(aws: LocalAws, credentials: Credentials, at = region) {
  const config = configOf(aws, credentials, at);
  return {
    s3: new S3Client(config),
    kms: new KMSClient(config),
    iam: new IAMClient(config),
    sts: new STSClient(config),
    ssm: new SSMClient(config),
  };
}

export const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
export const allow = (Action: string | string[], Resource: string | string[] = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
export const deny = (Action: string | string[], Resource: string | string[] = '*', more: object = {}) => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});
export const trust = (AWS: string | string[], more: object = {}): string =>
  policy({ Effect: 'Allow', Principal: { AWS }, Action: ['sts:AssumeRole', 'sts:TagSession'], ...more });

export async function aUser(aws: LocalAws, text: string | undefined, account = source): Promise<Credentials> {
  const { iam } = clients(aws, rootOf(account));
  await iam.send(new CreateUserCommand({ UserName: 'ana' }));
  if (text !== undefined) await iam.send(new PutUserPolicyCommand({ UserName: 'ana', PolicyName: 'p', PolicyDocument: text }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ana' }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: 'any' };
}

export interface RolePlan {
  readonly account?: string;
  readonly name?: string;
  readonly path?: string;
  readonly inline?: string;
  /** ARN of a managed policy. */
  readonly attached?: string;
  /** Text of the policy that becomes its boundary. */
  readonly boundary?: string;
  readonly tags?: Record<string, string>;
  readonly session?: Partial<AssumeRoleCommandInput>;
}

/** A session of a new role that its own account trusts. */
export async function aSession(aws: LocalAws, { account = source, name = 'worker', ...plan }: RolePlan): Promise<Credentials> {
  const { iam, sts } = clients(aws, rootOf(account));
  const Tags = Object.entries(plan.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  const made = { RoleName: name, AssumeRolePolicyDocument: trust(account), Tags, ...(plan.path && { Path: plan.path }) };
  const { Role } = await iam.send(new CreateRoleCommand(made));
  if (plan.inline !== undefined) {
    await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: plan.inline }));
  }
  if (plan.attached) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: plan.attached }));
  if (plan.boundary !== undefined) {
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: `${name}-limit`, PolicyDocument: plan.boundary }));
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: Policy?.Arn }));
  }
  const session = { RoleArn: Role?.Arn, RoleSessionName: 'job', ...plan.session };
  return keysOf((await sts.send(new AssumeRoleCommand(session))).Credentials);
}

export const keysOf = (
  given: { AccessKeyId?: string | undefined; SessionToken?: string | undefined } | undefined,
): Credentials => ({
  accessKeyId: given?.AccessKeyId ?? '',
  secretAccessKey: 'any',
  sessionToken: given?.SessionToken ?? '',
});

export const aBucket = (aws: LocalAws, Bucket = 'orders', account = source) =>
  clients(aws, rootOf(account)).s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );

export interface Refusal {
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** undefined: the call was accepted. */
export async function refusal(call: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode, message };
  }
}
