/** Several things at once. */
import { DeleteBucketEncryptionCommand, DeletePublicAccessBlockCommand, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import type { Drift } from '../../support/drifts.ts';
import {
  allow,
  beside,
  createRole,
  deleteInline,
  deleteRole,
  deny,
  editBucketPolicy,
  editKeyPolicy,
  editRule,
  editRules,
  editTrust,
  foreignRule,
  on,
  ownPolicy,
  set,
  type They,
  without,
} from '../../support/edits.ts';
import { deleteBucket, suspend } from './buckets.ts';
import { disable, scheduleDeletion } from './keys.ts';
import { deleteReplication } from './replication.ts';

const stranger = { AWS: 'arn:aws:iam::333333333333:root' };

async function everything(they: They): Promise<void> {
  const { someone, source, destination } = they;
  await deleteReplication(they);
  for (const end of [source, destination]) {
    await suspend(they, end);
    await someone.s3(end).send(new DeleteBucketEncryptionCommand({ Bucket: end.bucket }));
    await editKeyPolicy(they, end, () => [allow({ AWS: `arn:aws:iam::${end.account}:root` }, 'kms:*', '*')]);
    await scheduleDeletion(they, end);
  }
  await editBucketPolicy(they, destination, () => []);
  await deleteRole(they);
}

const all = [
  ...['bucket-encryption of orders', 'bucket-encryption of orders-dr', 'bucket-policy of orders-dr'],
  ...['bucket-versioning of orders', 'bucket-versioning of orders-dr'],
  ...['key-policy of destination key', 'key-policy of source key', 'key-state of destination key', 'key-state of source key'],
  ...['replication-configuration of orders', 'role-policy of role', 'role-trust of role'],
];

export const compoundDrifts: readonly Drift[] = [
  { name: 'everything was undone', done: everything, expect: { drifted: all } },
  {
    name: 'everything was undone and foreign content put in its place',
    done: async (they) => {
      await everything(they);
      await createRole(they, they.role.name, 'ec2.amazonaws.com');
      await editBucketPolicy(they, they.destination, () => [
        { Sid: 'Odd', Effect: 'Deny', NotPrincipal: stranger, NotAction: 's3:*', NotResource: ['arn:aws:s3:::orders-dr/x'] },
        allow(stranger, 's3:GetObject', 'arn:aws:s3:::orders-dr/*'),
      ]);
      await editKeyPolicy(they, they.destination, beside(allow(stranger, 'kms:DescribeKey', '*', { Sid: 'Audit' })));
    },
    expect: { drifted: all },
  },
  {
    name: 'role policy, bucket policy and rule were broken together',
    done: async (they) => {
      await deleteInline(they, ownPolicy);
      await editBucketPolicy(they, they.destination, () => []);
      await editRule(they, (rule) => ({ ...rule, Status: 'Disabled' }));
    },
    expect: { drifted: ['bucket-policy of orders-dr', 'replication-configuration of orders', 'role-policy of role'] },
  },
  {
    name: 'the role was deleted while a Deny of others stands in the bucket policy',
    done: async (they) => {
      await editBucketPolicy(
        they,
        they.destination,
        beside(deny('*', 's3:ReplicateObject', 'arn:aws:s3:::orders-dr/*', { Sid: 'Freeze' })),
      );
      await deleteRole(they);
    },
    expect: {
      drifted: [
        ...['bucket-policy of orders-dr', 'key-policy of destination key', 'key-policy of source key'],
        ...['role-policy of role', 'role-trust of role'],
      ],
      after: 'blocked',
      blocker: 'Freeze',
    },
  },
  {
    name: 'the role was deleted while a statement of others names it',
    done: async (they) => {
      await editBucketPolicy(
        they,
        they.destination,
        beside(allow({ AWS: they.role.arn }, 's3:GetObject', 'arn:aws:s3:::orders-dr/*', { Sid: 'AlsoReads' })),
      );
      await deleteRole(they);
    },
    expect: {
      drifted: [
        ...['bucket-policy of orders-dr', 'key-policy of destination key', 'key-policy of source key'],
        ...['role-policy of role', 'role-trust of role'],
      ],
      failed: ['bucket-policy of orders-dr'],
      after: 'drifted',
    },
    because: 'AWS takes no policy that holds a dead principal, and that statement is not ours to change',
  },
  {
    name: 'our objects statement was removed beside a public one in a bucket that is closed to the public',
    done: async (they) => {
      const { someone, destination } = they;
      const Bucket = destination.bucket;
      await someone.s3(destination).send(new DeletePublicAccessBlockCommand({ Bucket }));
      const Website = allow('*', 's3:GetObject', 'arn:aws:s3:::orders-dr/public/*', { Sid: 'Website' });
      await editBucketPolicy(they, destination, (statements) => [...without('LockstepReplicaObjects')(statements), Website]);
      const PublicAccessBlockConfiguration = { BlockPublicPolicy: true };
      await someone.s3(destination).send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    },
    expect: { drifted: ['bucket-policy of orders-dr'], failed: ['bucket-policy of orders-dr'], after: 'drifted' },
    because: 'BlockPublicPolicy refuses any policy with a public statement, and that one is not ours',
  },
  {
    name: 'a key was disabled and the destination bucket deleted',
    done: async (they) => {
      await disable(they, they.source);
      await deleteBucket(they, they.destination);
    },
    expect: {
      drifted: ['key-state of source key'],
      blocked: [
        ...['bucket-encryption of orders-dr', 'bucket-policy of orders-dr', 'bucket-versioning of orders-dr'],
        'object-lock of orders-dr',
      ],
      verdict: 'blocked',
      after: 'blocked',
      blocker: 'orders-dr does not exist',
    },
    because: 'what can be repaired is repaired all the same',
  },
  {
    name: 'trust, key policies and rule were changed while rules of others stand beside ours',
    done: async (they) => {
      await editTrust(they, on('LockstepAssumeRole', set({ Effect: 'Deny' })));
      await editKeyPolicy(they, they.source, on('LockstepSourceKey', set({ Principal: stranger })));
      await editKeyPolicy(they, they.destination, on('LockstepReplicationKey', set({ Action: 'kms:Encrypt' })));
      await editRules(they, (rules) => [foreignRule(they, { Priority: 0 }), ...rules]);
      await editRule(they, (rule) => ({ ...rule, Priority: 3 }));
    },
    expect: {
      drifted: [
        ...['key-policy of destination key', 'key-policy of source key'],
        ...['replication-configuration of orders', 'role-trust of role'],
      ],
    },
  },
];
