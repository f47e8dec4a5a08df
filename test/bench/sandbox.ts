/** What a call into the local AWS costs, beside the same SDK client with a transport that answers canned bytes. */
import { randomUUID } from 'node:crypto';
import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { HttpResponse } from '@smithy/core/protocols';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import type { Figure } from './bench.ts';

const calls = 150;
const rounds = 7;

type Transport = ReturnType<LocalAws['requestHandler']>;
type Answered = Awaited<ReturnType<Transport['handle']>>;
type Send = () => Promise<unknown>;

/** One operation, with a client on any transport. */
interface Operation {
  readonly service: 'S3' | 'KMS' | 'IAM';
  on(transport: Transport): Send;
}

interface Names {
  readonly bucket: string;
  readonly destination: string;
  readonly key: string;
  readonly role: string;
}

const config = (requestHandler: Transport) => ({
  region: 'eu-west-1',
  credentials: { accessKeyId: '111111111111', secretAccessKey: 'local' },
  maxAttempts: 1,
  requestHandler,
});

const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const trust = policy({ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' });
const owner = { AWS: 'arn:aws:iam::111111111111:root' };
const keyPolicy = policy({ Sid: 'Owner', Effect: 'Allow', Principal: owner, Action: 'kms:*', Resource: '*' });
const bucketPolicy = ({ bucket }: Names): string =>
  policy({ Effect: 'Allow', Principal: owner, Action: ['s3:ListBucket'], Resource: `arn:aws:s3:::${bucket}` });
const rolePolicy = ({ bucket }: Names): string =>
  policy({ Effect: 'Allow', Action: ['s3:GetObjectVersionForReplication'], Resource: `arn:aws:s3:::${bucket}/*` });

const replication = ({ destination, key, role }: Names) => ({
  Role: `arn:aws:iam::111111111111:role/${role}`,
  Rules: [
    {
      ID: 'orders',
      Status: 'Enabled' as const,
      Priority: 1,
      Filter: { Prefix: '' },
      DeleteMarkerReplication: { Status: 'Disabled' as const },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' as const } },
      Destination: {
        Bucket: `arn:aws:s3:::${destination}`,
        EncryptionConfiguration: { ReplicaKmsKeyID: key },
        Metrics: { Status: 'Enabled' as const },
      },
    },
  ],
});

const encryption = ({ key }: Names) => ({
  Rules: [
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: key }, BucketKeyEnabled: true },
  ],
});

function operationsOn(names: Names): readonly Operation[] {
  const [Bucket, KeyId, RoleName] = [names.bucket, names.key, names.role];
  const s3 = (make: (client: S3Client) => Send): Operation => ({ service: 'S3', on: (via) => make(new S3Client(config(via))) });
  const kms = (make: (client: KMSClient) => Send): Operation => ({
    service: 'KMS',
    on: (via) => make(new KMSClient(config(via))),
  });
  const iam = (make: (client: IAMClient) => Send): Operation => ({
    service: 'IAM',
    on: (via) => make(new IAMClient(config(via))),
  });
  const inline = { RoleName, PolicyName: 'replication' };
  return [
    s3((c) => () => c.send(new GetBucketVersioningCommand({ Bucket }))),
    s3((c) => () => c.send(new GetBucketEncryptionCommand({ Bucket }))),
    s3((c) => () => c.send(new GetBucketPolicyCommand({ Bucket }))),
    s3((c) => () => c.send(new GetBucketReplicationCommand({ Bucket }))),
    s3((c) => () => c.send(new PutBucketPolicyCommand({ Bucket, Policy: bucketPolicy(names) }))),
    s3((c) => () => c.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: replication(names) }))),
    kms((c) => () => c.send(new DescribeKeyCommand({ KeyId }))),
    kms((c) => () => c.send(new GetKeyPolicyCommand({ KeyId }))),
    kms((c) => () => c.send(new PutKeyPolicyCommand({ KeyId, Policy: keyPolicy }))),
    iam((c) => () => c.send(new GetRoleCommand({ RoleName }))),
    iam((c) => () => c.send(new GetRolePolicyCommand(inline))),
    iam((c) => () => c.send(new ListAttachedRolePoliciesCommand({ RoleName }))),
    iam((c) => () => c.send(new PutRolePolicyCommand({ ...inline, PolicyDocument: rolePolicy(names) }))),
  ];
}

/** Two buckets, a key and a role, set up as one end of a replication. */
async function prepare(aws: LocalAws): Promise<Names> {
  const via = config(aws.requestHandler());
  const [s3, kms, iam] = [new S3Client(via), new KMSClient(via), new IAMClient(via)];
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: randomUUID() }));
  const names = { bucket: 'orders', destination: 'orders-dr', key: KeyMetadata?.Arn ?? '', role: 'lockstep-orders' };
  await iam.send(new CreateRoleCommand({ RoleName: names.role, AssumeRolePolicyDocument: trust }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: names.role, PolicyName: 'replication', PolicyDocument: rolePolicy(names) }),
  );
  for (const Bucket of [names.bucket, names.destination]) {
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption(names) }));
  }
  await s3.send(new PutBucketPolicyCommand({ Bucket: names.bucket, Policy: bucketPolicy(names) }));
  await s3.send(new PutBucketReplicationCommand({ Bucket: names.bucket, ReplicationConfiguration: replication(names) }));
  return names;
}

/** A transport that answers every request with the bytes the local AWS gave to the first one. */
function canned(inner: Transport): Transport {
  let answer: Promise<Answered> | undefined;
  return {
    ...inner,
    handle: async (request) => {
      answer ??= inner.handle(request);
      const { statusCode, headers, body } = (await answer).response;
      return { response: new HttpResponse({ statusCode, headers: { ...headers }, body }) };
    },
  };
}

/** Milliseconds of CPU per call. */
async function cpuOf(send: Send): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n++) await send();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Medians of alternating rounds, so that whatever else the machine does bears on both alike. */
async function costOf(operation: Operation, aws: LocalAws): Promise<readonly [local: number, bare: number]> {
  const [local, bare] = [operation.on(aws.requestHandler()), operation.on(canned(aws.requestHandler()))];
  const [locals, bares]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const [one, other] = [await cpuOf(local), await cpuOf(bare)];
    // The first round only warms up.
    if (round > 0) {
      locals.push(one);
      bares.push(other);
    }
  }
  return [median(locals), median(bares)];
}

export async function measureSandbox(): Promise<readonly Figure[]> {
  const aws = createLocalAws();
  const costs = new Map<Operation['service'], { operations: number; local: number; bare: number }>();
  for (const operation of operationsOn(await prepare(aws))) {
    const [local, bare] = await costOf(operation, aws);
    const sum = costs.get(operation.service) ?? { operations: 0, local: 0, bare: 0 };
    costs.set(operation.service, { operations: sum.operations + 1, local: sum.local + local, bare: sum.bare + bare });
  }
  return [...costs].map(([service, { operations, local, bare }]) => ({
    what: `local AWS / stubbed transport, CPU per ${service} call (mean of ${operations} operations)`,
    measured: `${(local / operations).toFixed(3)} ms / ${(bare / operations).toFixed(3)} ms = ${(local / bare).toFixed(2)}`,
    target: '<= 3',
    met: local / bare <= 3,
  }));
}
