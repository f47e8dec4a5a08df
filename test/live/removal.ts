/** How each kind of thing goes. What is not there is gone. */
import { DeleteRoleCommand, DeleteRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { DeleteAliasCommand, DescribeKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketCommand,
  DeleteBucketReplicationCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectLegalHoldCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { unfinishedKey } from '../../shared/bootstrap/unfinished-key.ts';
import { clientsAt, type End, type Ground, until } from './ground.ts';
import type { Undo } from './inventory.ts';

const gone = /^(NoSuchBucket|NoSuchEntity(Exception)?|NotFound(Exception)?|NoSuchVersion|ReplicationConfigurationNotFoundError)$/;

/** @returns undefined when it was not there */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && gone.test(error.name)) return undefined;
    throw error;
  }
}

/** With every version in it. A replica may still be on its way, so what is not empty is emptied again for a while. */
export const bucketRemoval =
  (ground: Ground, end: End, bucket: string, { locked = false } = {}): Undo =>
  async () => {
    const { s3 } = clientsAt(ground, end);
    const owned = { Bucket: bucket, ExpectedBucketOwner: end.account };
    await unlessGone(s3.send(new DeleteBucketReplicationCommand(owned)));
    const remove = async (): Promise<boolean> => {
      await emptied(s3, owned, locked);
      try {
        await unlessGone(s3.send(new DeleteBucketCommand(owned)));
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'BucketNotEmpty') return false;
        throw error;
      }
    };
    const isRemoved = await until(ground, 5, remove, (done) => done);
    if (!isRemoved) throw new Error('objects keep arriving in it');
    return undefined;
  };

interface OwnedBucket {
  readonly Bucket: string;
  readonly ExpectedBucketOwner: string;
}

async function emptied(s3: S3Client, owned: OwnedBucket, locked: boolean): Promise<void> {
  let isMore: boolean | undefined = true;
  while (isMore) {
    const page = await unlessGone(s3.send(new ListObjectVersionsCommand(owned)));
    const versions = page?.Versions ?? [];
    const all = [...versions, ...(page?.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({ ...owned, Key, VersionId }));
    if (locked)
      for (const { Key, VersionId } of versions)
        await s3.send(new PutObjectLegalHoldCommand({ ...owned, Key, VersionId, LegalHold: { Status: 'OFF' } }));
    // Retention in governance mode gives way to who may bypass it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-retention-modes
    for (const one of all) await s3.send(new DeleteObjectCommand({ ...one, ...(locked && { BypassGovernanceRetention: true }) }));
    isMore = page?.IsTruncated;
  }
}

/** A key cannot be deleted at once; seven days are the least: https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
const days = 7;

/** The key behind an alias, and the alias. Also one that was made and never got its alias. */
export const keyRemoval =
  (ground: Ground, end: End, aliasArn: string): Undo =>
  async () => {
    const { kms } = clientsAt(ground, end);
    const found = await unlessGone(kms.send(new DescribeKeyCommand({ KeyId: aliasArn })));
    const key = found?.KeyMetadata?.Arn ?? (await unfinishedKey({ kind: 'key', name: aliasArn, ...end }, ground.gateway));
    if (key === undefined) return undefined;
    await unlessGone(kms.send(new DeleteAliasCommand({ AliasName: aliasArn.slice(aliasArn.indexOf(':alias/') + 1) })));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: key, PendingWindowInDays: days }));
    return `remains for ${days} days, then deleted by KMS: key ${key}`;
  };

export const roleRemoval =
  (ground: Ground, end: End, RoleName: string): Undo =>
  async () => {
    const { iam } = clientsAt(ground, end);
    const policies = await unlessGone(iam.send(new ListRolePoliciesCommand({ RoleName })));
    for (const PolicyName of policies?.PolicyNames ?? []) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await unlessGone(iam.send(new DeleteRoleCommand({ RoleName })));
    return undefined;
  };
