/** A local AWS with buckets and keys as a document wants them, to be put out of step, looked at, saved and restored. */
import { randomUUID } from 'node:crypto';
import { IAMClient } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  type LifecycleRule,
  type NotificationConfiguration,
  type ReplicationConfiguration,
  S3Client,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { showPolicy } from '../../infra/sandbox/principals.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import type { ReplicationReport } from '../../shared/model/finding.ts';
import type { Group } from '../../shared/model/replication.ts';
import { type ReconcileOptions, reconcile } from '../../shared/reconcile.ts';
import type { BucketPlan, Place } from './builders.ts';
import { localGateway } from './gateways.ts';

export interface BucketView {
  readonly account: string;
  readonly region: string;
  readonly versioning: string | undefined;
  readonly encryption: ServerSideEncryptionRule;
  readonly replication: ReplicationConfiguration | undefined;
  readonly policy: unknown;
  readonly publicAccessBlock: object | undefined;
  readonly ownership: string | undefined;
  readonly lifecycle: readonly LifecycleRule[] | undefined;
  readonly notifications: NotificationConfiguration;
}

export interface RoleView {
  readonly trust: unknown;
  readonly inline: Readonly<Record<string, unknown>>;
  readonly attached: readonly string[];
  readonly boundary: string | undefined;
}

/** Everything in the world that Lockstep looks at; policies as AWS would show them. */
export interface View {
  readonly buckets: ReadonlyMap<string, BucketView>;
  readonly keys: ReadonlyMap<string, { readonly state: string; readonly policy: unknown }>;
  readonly roles: ReadonlyMap<string, RoleView>;
}

/** Real SDK clients of an administrator who is not Lockstep. */
export interface Someone {
  s3(at: Place): S3Client;
  kms(at: Place): KMSClient;
  iam(at: Pick<Place, 'account'>): IAMClient;
  sns(at: Place): SNSClient;
}

type Client = S3Client | KMSClient | IAMClient | SNSClient;

/** @param connection what reaches the local AWS: a `requestHandler`, or the `endpoint` of one that listens */
export function someoneAt(connection: object): Someone {
  const clients = new Map<string, Client>();
  function client<C extends Client>(Class: new (config: never) => C, { account, region }: Place): C {
    const key = `${Class.name} ${account} ${region}`;
    const credentials = { accessKeyId: account, secretAccessKey: 'any' };
    const made =
      clients.get(key) ?? new Class({ region, credentials, maxAttempts: 1, forcePathStyle: true, ...connection } as never);
    clients.set(key, made);
    return made as C;
  }
  return {
    s3: (at) => client(S3Client, at),
    kms: (at) => client(KMSClient, at),
    iam: ({ account }) => client(IAMClient, { account, region: 'us-east-1' }),
    sns: (at) => client(SNSClient, at),
  };
}

/** Makes the buckets and their keys, nothing else. @returns the key ARN of each bucket by name */
export async function foundationsFor(
  buckets: readonly BucketPlan[],
  someone: Someone,
): Promise<Readonly<Record<string, string>>> {
  const keyOf = new Map<string, string>();
  const named: Record<string, string> = {};
  for (const bucket of buckets) {
    const label = bucket.key === undefined ? bucket.name : `${bucket.account} ${bucket.region} ${bucket.key}`;
    const arn = keyOf.get(label) ?? (await createKey(bucket, someone));
    keyOf.set(label, arn);
    named[bucket.name] = arn;
    await createBucket(bucket, someone);
    if (bucket.failureTopic !== undefined) await createTopicForS3(bucket, bucket.failureTopic, someone);
  }
  return named;
}

/** A topic that takes what the account's buckets tell. @returns its ARN */
export async function createTopicForS3({ account, region }: Place, Name: string, someone: Someone): Promise<string> {
  const arn = `arn:aws:sns:${region}:${account}:${Name}`;
  const letsIn = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sns:Publish', Resource: arn };
  const Statement = [{ ...letsIn, Condition: { StringEquals: { 'aws:SourceAccount': account } } }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await someone.sns({ account, region }).send(new CreateTopicCommand({ Name, Attributes: { Policy } }));
  return arn;
}

async function createKey(at: Place, someone: Someone): Promise<string> {
  const { KeyMetadata } = await someone.kms(at).send(new CreateKeyCommand({ Description: randomUUID() }));
  return KeyMetadata?.Arn ?? '';
}

export async function createBucket({ name, account, region, objectLock }: BucketPlan, someone: Someone): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
  await someone
    .s3({ account, region })
    .send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration, ObjectLockEnabledForBucket: objectLock }));
}

/** What `restore` brings back. */
type Saved = Pick<LocalAws['world'], 's3' | 'kms' | 'iam'>;

export interface TestWorld {
  readonly aws: LocalAws;
  readonly gateway: AwsGateway;
  readonly someone: Someone;
  view(): View;
  save(): Saved;
  restore(saved: Saved): void;
}

export function newTestWorld(): TestWorld {
  const aws = createLocalAws();
  return {
    aws,
    gateway: localGateway(aws),
    someone: someoneAt({ requestHandler: aws.requestHandler() }),
    view: () => viewOf(aws),
    save: () => structuredClone({ s3: aws.world.s3, kms: aws.world.kms, iam: aws.world.iam }),
    restore: (saved) => restore(aws, structuredClone(saved)),
  };
}

function restore({ world }: LocalAws, { s3, kms, iam }: Saved): void {
  refill(world.s3.buckets, s3.buckets);
  refill(world.kms.keys, kms.keys);
  refill(world.kms.aliases, kms.aliases);
  refill(world.iam.accounts, iam.accounts);
  refill(world.iam.principals, iam.principals);
  refill(world.iam.accessKeys, iam.accessKeys);
  // The serial stays: a unique id is never given out twice.
}

function refill<V>(map: Map<string, V>, from: ReadonlyMap<string, V>): void {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
}

export function viewOf({ world }: LocalAws): View {
  const shown = (kept: Parameters<typeof showPolicy>[1] | undefined): unknown =>
    kept === undefined ? undefined : JSON.parse(showPolicy(world, kept));
  const roles = [...world.iam.accounts.values()].flatMap(({ roles }) => [...roles.values()]);
  return structuredClone({
    buckets: new Map(
      [...world.s3.buckets].map(([name, { account, region, versioning, encryption, replication, ...bucket }]) => [
        name,
        {
          ...{ account, region, versioning, encryption, replication },
          policy: shown(bucket.policy),
          publicAccessBlock: bucket.publicAccessBlock,
          ownership: bucket.ownership,
          lifecycle: bucket.lifecycle?.Rules,
          notifications: bucket.notifications,
        },
      ]),
    ),
    keys: new Map([...world.kms.keys].map(([arn, { state, policy }]) => [arn, { state, policy: shown(policy) }])),
    roles: new Map(
      roles.map(({ arn, trust, inline, attached, boundary }) => [
        arn,
        {
          trust: shown(trust),
          inline: Object.fromEntries([...inline].map(([name, text]) => [name, JSON.parse(text)])),
          attached: [...attached],
          boundary,
        },
      ]),
    ),
  });
}

/** Time that passes at once. */
export const noWait = async (): Promise<void> => {};
const now = (): Date => new Date('2026-03-01T12:00:00Z');

type PassOptions = Partial<ReconcileOptions> & { readonly gateway: AwsGateway };

/** One pass over every group, through one gateway. */
export async function pass(
  groups: readonly Group[],
  { gateway, ...options }: PassOptions,
): Promise<readonly ReplicationReport[]> {
  const reports: ReplicationReport[] = [];
  for (const group of groups)
    reports.push(
      ...(await reconcile(group, {
        observer: gateway,
        healer: gateway,
        write: true,
        wait: noWait,
        now,
        random: () => 0,
        ...options,
      })),
    );
  return reports;
}
