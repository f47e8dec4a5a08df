/** What people do to a replication in the guided run: the command they would type, and the same through the SDK. */
import { CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, type KMSClient, PutKeyPolicyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketReplicationCommand,
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { clientsOf, destinationAccount, type Person, sourceAccount } from './someone.ts';

export interface Breakage {
  readonly title: string;
  readonly account: string;
  /** The command that does it. */
  readonly shown: string;
  readonly run: (by: Person) => Promise<unknown>;
}

async function keyOf(kms: KMSClient, alias: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
  return KeyMetadata?.Arn ?? '';
}

const onlyRoot = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${destinationAccount}:root` }, Action: 'kms:*', Resource: '*' }],
});

const auditStatement = {
  Sid: 'AuditTeamMayList',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::444444444444:root' },
  NotAction: ['s3:Put*', 's3:Delete*'],
  Resource: 'arn:aws:s3:::orders-dr',
};

async function addForeignStatement(by: Person): Promise<void> {
  const { s3 } = clientsOf(by);
  const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' }));
  const policy = JSON.parse(Policy) as { Statement: unknown[] };
  const added = { ...policy, Statement: [auditStatement, ...policy.Statement] };
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'orders-dr', Policy: JSON.stringify(added) }));
}

/** The foreign statement as it stands now. @throws Error when a single word of it has changed */
export async function foreignStatement(by: Person): Promise<unknown> {
  const { Policy = '{}' } = await clientsOf(by).s3.send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' }));
  const { Statement } = JSON.parse(Policy) as { Statement: readonly { readonly Sid?: string }[] };
  const found = Statement.find(({ Sid }) => Sid === auditStatement.Sid);
  // S3 may hand lists back in another order.
  const sorted = (statement: unknown) =>
    JSON.stringify(statement, (_, value) => (Array.isArray(value) ? [...value].sort() : value));
  if (sorted(found) !== sorted(auditStatement)) throw new Error(`the foreign statement was changed: ${JSON.stringify(found)}`);
  return found;
}

async function recreateRole(by: Person): Promise<void> {
  const { iam } = clientsOf(by);
  const RoleName = 'lockstep-orders';
  const Statement = [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'lockstep-replication' }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })).catch((error: Error) => {
    // On a slow machine the controller has made it again before.
    if (error.name !== 'EntityAlreadyExistsException') throw error;
  });
}

/** Not ours, and no harm. */
export const harmless: Breakage = {
  title: 'A statement of others beside ours: not drift, and left word for word',
  account: destinationAccount,
  shown: 'aws s3api put-bucket-policy --bucket orders-dr --policy file://with-audit-team.json',
  run: addForeignStatement,
};

export const breakages: readonly Breakage[] = [
  {
    title: 'The replication configuration is deleted: nothing replicates, and nothing says so',
    account: sourceAccount,
    shown: 'aws s3api delete-bucket-replication --bucket orders',
    run: (by) => clientsOf(by).s3.send(new DeleteBucketReplicationCommand({ Bucket: 'orders' })),
  },
  {
    title: 'Versioning is suspended at the destination: every object ends as FAILED',
    account: destinationAccount,
    shown: 'aws s3api put-bucket-versioning --bucket orders-dr --versioning-configuration Status=Suspended',
    run: (by) => {
      const VersioningConfiguration = { Status: 'Suspended' } as const;
      return clientsOf(by).s3.send(new PutBucketVersioningCommand({ Bucket: 'orders-dr', VersioningConfiguration }));
    },
  },
  {
    title: 'The destination key’s policy is overwritten: AWS would report DstPutObjectNotPermitted and name no key',
    account: destinationAccount,
    shown: 'aws kms put-key-policy --key-id … --policy-name default --policy file://only-root.json',
    run: async (by) => {
      const { kms } = clientsOf(by);
      const KeyId = await keyOf(kms, 'alias/orders-dr');
      return kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: onlyRoot }));
    },
  },
  {
    title: 'The source key is scheduled for deletion: in seven days every object would be unreadable for ever',
    account: sourceAccount,
    shown: 'aws kms schedule-key-deletion --key-id … --pending-window-in-days 7',
    run: async (by) => {
      const { kms } = clientsOf(by);
      return kms.send(new ScheduleKeyDeletionCommand({ KeyId: await keyOf(kms, 'alias/orders'), PendingWindowInDays: 7 }));
    },
  },
  {
    title: 'The role is deleted and made again: same name, but every policy that names it holds a dead id',
    account: sourceAccount,
    shown: 'aws iam delete-role --role-name lockstep-orders && aws iam create-role --role-name lockstep-orders …',
    run: recreateRole,
  },
];

/** Done while nobody hears of it. */
export const unheard: Breakage = {
  title: 'No event arrives: CloudTrail tells EventBridge at best effort, and the sweep is the guarantee',
  account: sourceAccount,
  shown: 'aws s3api put-bucket-replication --bucket orders --replication-configuration file://rule-disabled.json',
  run: async (by) => {
    const { s3 } = clientsOf(by);
    const { ReplicationConfiguration: found } = await s3.send(new GetBucketReplicationCommand({ Bucket: 'orders' }));
    const Rules = found?.Rules?.map((rule) => ({ ...rule, Status: 'Disabled' as const }));
    const ReplicationConfiguration = { Role: found?.Role, Rules };
    return s3.send(new PutBucketReplicationCommand({ Bucket: 'orders', ReplicationConfiguration }));
  },
};

/** What a program with other ideas does, again and again. */
export const rivalry: Breakage = {
  title: 'A pipeline keeps undoing the repair: Lockstep stops, and says who it is',
  account: sourceAccount,
  shown: 'terraform apply     # sets the default encryption of bucket orders back to SSE-S3, at every run',
  run: (by) => {
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }];
    const Encryption = new PutBucketEncryptionCommand({ Bucket: 'orders', ServerSideEncryptionConfiguration: { Rules } });
    return clientsOf(by).s3.send(Encryption);
  },
};

/** Whether objects are encrypted under a KMS key by default. */
export async function isUnderKey(by: Person): Promise<boolean> {
  const { ServerSideEncryptionConfiguration: found } = await clientsOf(by).s3.send(
    new GetBucketEncryptionCommand({ Bucket: 'orders' }),
  );
  return found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm === 'aws:kms';
}
