/** What people do to a replication in the guided run: the command they would type, and the same through the SDK. */
import { CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient, PutKeyPolicyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketReplicationCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';

export interface Breakage {
  readonly title: string;
  readonly account: string;
  /** The command that does it. */
  readonly shown: string;
  /** false: it hurts nobody, and must be left alone. */
  readonly isDrift: boolean;
  readonly run: (url: string) => Promise<void>;
}

/** The environment of an administrator of account 111111111111 of the local AWS. */
export const people = (url: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: '111111111111',
  AWS_SECRET_ACCESS_KEY: 'local',
});

const administrator = (account: string, region: string, endpoint: string) => ({
  endpoint,
  region,
  credentials: { accessKeyId: account, secretAccessKey: 'local' },
});

const source = (url: string) => administrator('111111111111', 'eu-west-1', url);
const destination = (url: string) => administrator('222222222222', 'eu-central-1', url);
const s3 = (config: ReturnType<typeof administrator>) => new S3Client({ ...config, forcePathStyle: true });

async function keyOf(kms: KMSClient, alias: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
  return KeyMetadata?.Arn ?? '';
}

const onlyRoot = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:root' }, Action: 'kms:*', Resource: '*' }],
});

const auditStatement = {
  Sid: 'AuditTeamMayList',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::333333333333:root' },
  NotAction: ['s3:Put*', 's3:Delete*'],
  Resource: 'arn:aws:s3:::orders-dr',
};

async function addForeignStatement(url: string): Promise<void> {
  const client = s3(destination(url));
  const { Policy = '{}' } = await client.send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' }));
  const policy = JSON.parse(Policy) as { Statement: unknown[] };
  const added = { ...policy, Statement: [auditStatement, ...policy.Statement] };
  await client.send(new PutBucketPolicyCommand({ Bucket: 'orders-dr', Policy: JSON.stringify(added) }));
}

/** The foreign statement as it stands now. @throws when a single word of it has changed */
export async function foreignStatement(url: string): Promise<unknown> {
  const { Policy = '{}' } = await s3(destination(url)).send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' }));
  const { Statement } = JSON.parse(Policy) as { Statement: readonly { readonly Sid?: string }[] };
  const found = Statement.find(({ Sid }) => Sid === auditStatement.Sid);
  // S3 may hand lists back in another order.
  const sorted = (statement: unknown) =>
    JSON.stringify(statement, (_, value) => (Array.isArray(value) ? [...value].sort() : value));
  if (sorted(found) !== sorted(auditStatement)) throw new Error(`the foreign statement was changed: ${JSON.stringify(found)}`);
  return found;
}

async function recreateRole(url: string): Promise<void> {
  const iam = new IAMClient(source(url));
  const RoleName = 'lockstep-orders';
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'lockstep-replication' }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  const Statement = [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
}

export const breakages: readonly Breakage[] = [
  {
    title: 'A foreign statement beside ours: not drift, left word for word',
    account: '222222222222',
    shown: 'aws s3api put-bucket-policy --bucket orders-dr --policy file://with-audit-team.json',
    isDrift: false,
    run: addForeignStatement,
  },
  {
    title: 'The replication configuration is deleted: nothing replicates, and nothing says so',
    account: '111111111111',
    shown: 'aws s3api delete-bucket-replication --bucket orders',
    isDrift: true,
    run: async (url) => void (await s3(source(url)).send(new DeleteBucketReplicationCommand({ Bucket: 'orders' }))),
  },
  {
    title: 'Versioning is suspended at the destination: every object ends as FAILED',
    account: '222222222222',
    shown: 'aws s3api put-bucket-versioning --bucket orders-dr --versioning-configuration Status=Suspended',
    isDrift: true,
    run: async (url) => {
      const VersioningConfiguration = { Status: 'Suspended' } as const;
      await s3(destination(url)).send(new PutBucketVersioningCommand({ Bucket: 'orders-dr', VersioningConfiguration }));
    },
  },
  {
    title: 'The destination key’s policy is overwritten: AWS would report DstPutObjectNotPermitted and name no key',
    account: '222222222222',
    shown: 'aws kms put-key-policy --key-id … --policy-name default --policy file://only-root.json',
    isDrift: true,
    run: async (url) => {
      const kms = new KMSClient(destination(url));
      const KeyId = await keyOf(kms, 'alias/orders-dr');
      await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: onlyRoot }));
    },
  },
  {
    title: 'The source key is scheduled for deletion: in seven days every object would be unreadable for ever',
    account: '111111111111',
    shown: 'aws kms schedule-key-deletion --key-id … --pending-window-in-days 7',
    isDrift: true,
    run: async (url) => {
      const kms = new KMSClient(source(url));
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId: await keyOf(kms, 'alias/orders'), PendingWindowInDays: 7 }));
    },
  },
  {
    title: 'The role is deleted and made again: same name, but every policy that names it holds a dead id',
    account: '111111111111',
    shown: 'aws iam delete-role --role-name lockstep-orders && aws iam create-role --role-name lockstep-orders …',
    isDrift: true,
    run: recreateRole,
  },
];
