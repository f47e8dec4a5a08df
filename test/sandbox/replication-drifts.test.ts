import { PutRolePermissionsBoundaryCommand } from '@aws-sdk/client-iam';
import { DisableKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketReplicationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketRequestPaymentCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import {
  allow,
  beside,
  createRole,
  deleteRole,
  deny,
  editBucketPolicy,
  editDestination,
  editKeyPolicy,
  editReplication,
  editRolePolicy,
  editRule,
  editTrust,
  minusAction,
  ownPolicy,
  putInline,
  type Statements,
  type They,
  without,
} from '../support/edits.ts';
import { aScene } from './replication-support.ts';

interface Case {
  readonly name: string;
  readonly done: (they: They) => Promise<unknown>;
  /** The failure reason; undefined: the object is not attempted at all. */
  readonly reason?: string;
  /** The product cannot repair it. */
  readonly lasting?: true;
  /** The source object is as good as before: something else shows. */
  readonly because?: string;
}

const everyStatement = (change: (statements: Statements[number]) => Statements[number]) => (statements: Statements) =>
  statements.map(change);
const minus = (action: string) =>
  everyStatement((statement) => (statement.Action === undefined ? statement : minusAction(action)(statement)));
const ofRole =
  (...actions: string[]) =>
  (they: They) =>
    editRolePolicy(they, (statements) => actions.reduce((left, action) => minus(action)(left), statements).filter(hasActions));
const ofBucket =
  (...actions: string[]) =>
  (they: They) =>
    editBucketPolicy(they, they.destination, (statements) =>
      actions.reduce((left, action) => minus(action)(left), statements).filter(hasActions),
    );
const ofKey =
  (side: 'source' | 'destination', ...actions: string[]) =>
  (they: They) =>
    editKeyPolicy(they, they[side], (statements) =>
      actions.reduce((left, action) => minus(action)(left), statements).filter(hasActions),
    );
const hasActions = ({ Action }: Statements[number]): boolean => !Array.isArray(Action) || Action.length > 0;

/** Repair needs the account's own rights on the key, so only the role's statement goes. */
const roleOutOfKey = (side: 'source' | 'destination', sid: string) => (they: They) =>
  editKeyPolicy(they, they[side], without(sid));
const roleArnOf = ({ role }: They) => ({ AWS: role.arn });

const cases: readonly Case[] = [
  { name: 'the role was deleted', done: deleteRole, reason: 'AssumeRoleNotPermitted' },
  {
    name: 'the role was deleted and made again',
    done: async (they) => {
      await deleteRole(they);
      await createRole(they, they.role.name);
    },
    reason: 'SrcGetObjectNotPermitted',
    because: 'the new role has no policy, and every grant is to the old one',
  },
  {
    name: 'the role no longer trusts S3',
    done: (they) => editTrust(they, () => [allow({ Service: 'lambda.amazonaws.com' }, 'sts:AssumeRole', undefined)]),
    reason: 'AssumeRoleNotPermitted',
  },
  {
    name: 'the trust asks for an external id',
    done: (they) =>
      editTrust(
        they,
        everyStatement((statement) => ({ ...statement, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } })),
      ),
    reason: 'AssumeRoleNotPermitted',
  },
  {
    name: 'the role policy is gone',
    done: (they) =>
      editRolePolicy(they, () => [allow(undefined, 's3:ListAllMyBuckets', '*')].map(({ Principal: _, ...rest }) => rest)),
    reason: 'SrcGetObjectNotPermitted',
  },
  {
    name: 'the role may not read objects',
    done: ofRole('s3:GetObjectVersionForReplication'),
    reason: 'SrcGetObjectNotPermitted',
  },
  { name: 'the role may not read ACLs', done: ofRole('s3:GetObjectVersionAcl'), reason: 'SrcGetAclNotPermitted' },
  { name: 'the role may not replicate', done: ofRole('s3:ReplicateObject'), reason: 'DstPutObjectNotPermitted' },
  {
    name: 'the role may not decrypt',
    done: ofRole('kms:Decrypt'),
    reason: 'DstPutObjectNotPermitted',
    because: 'the key of its own account names it, the other needs both sides',
  },
  {
    name: 'the role may not decrypt, and the source key does not name it',
    done: async (they) => {
      await roleOutOfKey('source', 'LockstepSourceKey')(they);
      await ofRole('kms:Decrypt')(they);
    },
    reason: 'SrcGetObjectNotPermitted',
  },
  { name: 'the role may not encrypt', done: ofRole('kms:Encrypt'), reason: 'DstPutObjectNotPermitted' },
  {
    name: 'the role may not make data keys',
    done: ofRole('kms:GenerateDataKey'),
    reason: 'DstPutObjectNotPermitted',
    because: 'a Bucket Key takes one',
  },
  {
    name: 'the role is denied replicating',
    done: (they) => putInline(they, 'quarantine', { Effect: 'Deny', Action: 's3:Replicate*', Resource: '*' }),
    reason: 'DstPutObjectNotPermitted',
    lasting: true,
  },
  {
    name: 'the role got a boundary',
    done: (they) =>
      they.someone.iam(they.source).send(
        new PutRolePermissionsBoundaryCommand({
          RoleName: they.role.name,
          PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonS3FullAccess',
        }),
      ),
    reason: 'SrcGetObjectNotPermitted',
    lasting: true,
    because: 'the boundary leaves S3 and takes KMS away',
  },
  {
    name: 'the destination bucket policy is gone',
    done: (they) => they.someone.s3(they.destination).send(new DeleteBucketPolicyCommand({ Bucket: they.destination.bucket })),
    reason: 'DstPutObjectNotPermitted',
  },
  {
    name: 'the destination bucket policy lets the role replicate no more',
    done: ofBucket('s3:ReplicateObject'),
    reason: 'DstPutObjectNotPermitted',
  },
  {
    name: 'the destination bucket policy lets the role override owners no more',
    done: ofBucket('s3:ObjectOwnerOverrideToBucketOwner'),
    reason: 'DstPutObjectNotPermitted',
  },
  {
    name: 'the destination bucket policy denies the role',
    done: (they) =>
      editBucketPolicy(
        they,
        they.destination,
        beside(deny(roleArnOf(they), 's3:*', `arn:aws:s3:::${they.destination.bucket}/*`, { Sid: 'Quarantine' })),
      ),
    reason: 'DstPutObjectNotPermitted',
    lasting: true,
  },
  {
    name: 'the destination bucket policy denies what does not come from a VPC endpoint',
    done: (they) =>
      editBucketPolicy(
        they,
        they.destination,
        beside(
          deny('*', 's3:Replicate*', `arn:aws:s3:::${they.destination.bucket}/*`, {
            Sid: 'Vpc',
            Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } },
          }),
        ),
      ),
    reason: 'DstPutObjectNotPermitted',
    lasting: true,
  },
  {
    name: 'the source bucket policy denies the role',
    done: (they) =>
      editBucketPolicy(
        they,
        they.source,
        beside(deny(roleArnOf(they), 's3:GetObjectVersion*', `arn:aws:s3:::${they.source.bucket}/*`, { Sid: 'Quarantine' })),
      ),
    reason: 'SrcGetObjectNotPermitted',
    lasting: true,
  },
  {
    name: 'the destination key no longer names the role',
    done: roleOutOfKey('destination', 'LockstepReplicationKey'),
    reason: 'DstPutObjectNotPermitted',
    because: 'a missing KMS permission has no code of its own',
  },
  {
    name: 'the destination key lets the role decrypt no more',
    done: ofKey('destination', 'kms:Decrypt'),
    reason: 'DstPutObjectNotPermitted',
    because: 'S3 verifies the Bucket Key before it uses it',
  },
  {
    name: 'the source key denies the role',
    done: (they) => editKeyPolicy(they, they.source, beside(deny(roleArnOf(they), 'kms:Decrypt', '*', { Sid: 'Quarantine' }))),
    reason: 'SrcGetObjectNotPermitted',
    lasting: true,
  },
  {
    name: 'the destination key is disabled',
    done: (they) => they.someone.kms(they.destination).send(new DisableKeyCommand({ KeyId: they.destination.key })),
    reason: 'DstKmsKeyInvalidState',
  },
  {
    name: 'the destination key is to be deleted',
    done: (they) =>
      they.someone
        .kms(they.destination)
        .send(new ScheduleKeyDeletionCommand({ KeyId: they.destination.key, PendingWindowInDays: 7 })),
    reason: 'DstKmsKeyInvalidState',
  },
  {
    name: 'versioning of the destination is suspended',
    done: (they) =>
      they.someone
        .s3(they.destination)
        .send(
          new PutBucketVersioningCommand({ Bucket: they.destination.bucket, VersioningConfiguration: { Status: 'Suspended' } }),
        ),
    reason: 'DstBucketUnversioned',
  },
  {
    name: 'the destination bucket is gone',
    done: (they) => they.someone.s3(they.destination).send(new DeleteBucketCommand({ Bucket: they.destination.bucket })),
    reason: 'DstBucketNotFound',
    lasting: true,
  },
  {
    name: 'the rule names a key that does not exist',
    done: (they) =>
      editDestination(they, (to) => ({
        ...to,
        EncryptionConfiguration: { ReplicaKmsKeyID: `${they.destination.key.slice(0, -4)}0000` },
      })),
    reason: 'DstKmsKeyNotFound',
  },
  {
    name: 'the rule names a key of another region',
    done: (they) => editDestination(they, (to) => ({ ...to, EncryptionConfiguration: { ReplicaKmsKeyID: they.source.key } })),
    reason: 'DstKmsKeyNotFound',
  },
  {
    name: 'the configuration names a role that does not exist',
    done: (they) => editReplication(they, (configuration) => ({ ...configuration, Role: `${they.role.arn}-old` })),
    reason: 'AssumeRoleNotPermitted',
  },
  {
    name: 'the destination makes requesters pay',
    done: (they) =>
      they.someone.s3(they.destination).send(
        new PutBucketRequestPaymentCommand({
          Bucket: they.destination.bucket,
          RequestPaymentConfiguration: { Payer: 'Requester' },
        }),
      ),
    reason: 'DstPutObjectNotPermitted',
    lasting: true,
  },
  {
    name: 'the replication configuration is gone',
    done: (they) => they.someone.s3(they.source).send(new DeleteBucketReplicationCommand({ Bucket: they.source.bucket })),
  },
  { name: 'the rule is disabled', done: (they) => editRule(they, (rule) => ({ ...rule, Status: 'Disabled' })) },
  {
    name: 'the rule is for another prefix',
    done: (they) => editRule(they, (rule) => ({ ...rule, Filter: { Prefix: 'archive/' } })),
  },
  {
    name: 'the rule leaves SSE-KMS objects out',
    done: (they) =>
      editRule(they, ({ SourceSelectionCriteria: _, Destination, ...rule }) => {
        const { EncryptionConfiguration: __, ...to } = Destination ?? { Bucket: undefined };
        return { ...rule, Destination: to };
      }),
  },
];

describe('a drift', () => {
  it.each(cases)('stops replication with the reason AWS gives: $name', async ({ done, reason, lasting, because }) => {
    const scene = await aScene();
    await scene.listen();
    await done(scene.they);

    const { written, replica } = await scene.write('broken.txt');

    expect(replica, because).toBeUndefined();
    expect(written?.ReplicationStatus, because).toBe(reason === undefined ? undefined : 'FAILED');
    expect(scene.reasons(), because).toEqual(reason === undefined ? [] : [reason]);
    if (lasting) return;
    expect(await scene.repair()).toEqual([]);
    expect(await scene.write('after.txt')).toMatchObject({
      written: { ReplicationStatus: 'COMPLETED' },
      replica: { SSEKMSKeyId: scene.destination.key },
    });
    expect(await scene.head(scene.destination, 'broken.txt'), 'what failed is not tried again').toBeUndefined();
  });

  const harmless: readonly Case[] = [
    { name: 'the role may not read tags', done: ofRole('s3:GetObjectVersionTagging') },
    {
      name: 'our statements lost their Sids',
      done: (they) =>
        editBucketPolicy(
          they,
          they.destination,
          everyStatement(({ Sid: _, ...statement }) => statement),
        ),
    },
    {
      name: 'the bucket denies writes without encryption',
      done: (they) =>
        editBucketPolicy(
          they,
          they.destination,
          beside(
            deny('*', 's3:PutObject', `arn:aws:s3:::${they.destination.bucket}/*`, {
              Condition: { Null: { 's3:x-amz-server-side-encryption': 'true' } },
            }),
          ),
        ),
      because: 'replicas come by s3:ReplicateObject',
    },
    {
      name: 'ACLs were turned on at the destination',
      done: (they) =>
        they.someone.s3(they.destination).send(
          new PutBucketOwnershipControlsCommand({
            Bucket: they.destination.bucket,
            OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
          }),
        ),
    },
    {
      name: 'another role policy was added',
      done: (they) => putInline(they, `${ownPolicy}-more`, { Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*' }),
    },
  ];

  it.each(harmless)('leaves replication alone: $name', async ({ done, because }) => {
    const scene = await aScene();
    await done(scene.they);

    const { written, replica } = await scene.write('a.txt', { Tagging: 'k=v' });

    expect(written?.ReplicationStatus, because).toBe('COMPLETED');
    expect(replica?.ReplicationStatus, because).toBe('REPLICA');
    expect(scene.world.s3.buckets.get('orders-dr')?.objects.get('a.txt')?.[0]?.owner).toBe('222222222222');
  });
});
