/** What happens to the bucket policies. */
import { DeletePublicAccessBlockCommand, PutPublicAccessBlockCommand } from '@aws-sdk/client-s3';
import type { Drift } from '../../support/drifts.ts';
import {
  allow,
  beside,
  deny,
  type Edit,
  editBucketPolicy,
  minusAction,
  on,
  plusAction,
  type Statements,
  set,
  type They,
  without,
} from '../../support/edits.ts';
import type { JsonObject } from '../../support/meaning.ts';

const bucket = 'arn:aws:s3:::orders-dr';
const objects = `${bucket}/*`;
const stranger = { AWS: 'arn:aws:iam::333333333333:root' };
const repaired = { drifted: ['bucket-policy of orders-dr'] };

const editing =
  (edit: Edit<Statements>) =>
  (they: They): Promise<unknown> =>
    editBucketPolicy(they, they.destination, edit);
const editingWith =
  (edit: (they: They) => Edit<Statements>) =>
  (they: They): Promise<unknown> =>
    editBucketPolicy(they, they.destination, edit(they));

/** S3 takes a public policy only where nothing blocks it. */
const unblocked =
  (then: (they: They) => Promise<unknown>) =>
  async (they: They): Promise<unknown> => {
    const { someone, destination } = they;
    await someone.s3(destination).send(new DeletePublicAccessBlockCommand({ Bucket: destination.bucket }));
    return then(they);
  };

async function blockAgain({ someone, destination }: They): Promise<void> {
  const PublicAccessBlockConfiguration = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  await someone
    .s3(destination)
    .send(new PutPublicAccessBlockCommand({ Bucket: destination.bucket, PublicAccessBlockConfiguration }));
}

const insecure = deny('*', 's3:*', [bucket, objects], {
  Sid: 'DenyInsecureTransport',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

const ours = (statements: Statements, sid: string): JsonObject =>
  statements.find(({ Sid }) => Sid === sid) ?? { Sid: 'not there' };

export const bucketPolicyDrifts: readonly Drift[] = [
  { name: 'the bucket policy was deleted', done: editing(() => []), expect: repaired },
  {
    name: 'the bucket policy was overwritten by others',
    done: editing(() => [allow(stranger, 's3:GetObject', objects, { Sid: 'Readers' }), insecure]),
    expect: repaired,
  },
  { name: 'our objects statement was removed', done: editing(without('LockstepReplicaObjects')), expect: repaired },
  { name: 'our bucket statement was removed', done: editing(without('LockstepReplicaBucket')), expect: repaired },
  { name: 'our owner statement was removed', done: editing(without('LockstepReplicaOwner')), expect: repaired },
  {
    name: 'our objects statement lost an action',
    done: editing(on('LockstepReplicaObjects', minusAction('s3:ReplicateDelete'))),
    expect: repaired,
  },
  {
    name: 'our bucket statement lost an action',
    done: editing(on('LockstepReplicaBucket', minusAction('s3:GetBucketVersioning'))),
    expect: repaired,
  },
  {
    name: 'our bucket statement was given another action',
    done: editing(on('LockstepReplicaBucket', plusAction('s3:PutBucketVersioning'))),
    expect: repaired,
    because: 'with it the source account could suspend versioning',
  },
  {
    name: 'our objects statement was given all actions',
    done: editing(on('LockstepReplicaObjects', set({ Action: 's3:*' }))),
    expect: repaired,
  },
  {
    name: 'our objects statement was opened to everybody',
    done: unblocked(editing(on('LockstepReplicaObjects', set({ Principal: '*' })))),
    expect: repaired,
  },
  {
    name: 'our objects statement was opened to everybody, spelled as AWS',
    done: unblocked(editing(on('LockstepReplicaObjects', set({ Principal: { AWS: '*' } })))),
    expect: repaired,
  },
  {
    name: 'another account was let into our objects statement',
    done: editingWith(({ role }) => on('LockstepReplicaObjects', set({ Principal: { AWS: [role.arn, stranger.AWS] } }))),
    expect: repaired,
  },
  {
    name: 'our objects statement names the whole source account',
    done: editing(on('LockstepReplicaObjects', set({ Principal: { AWS: '111111111111' } }))),
    expect: repaired,
  },
  {
    name: 'our objects statement names another role',
    done: editing(on('LockstepReplicaObjects', set({ Principal: stranger }))),
    expect: repaired,
  },
  {
    name: 'a condition was added to our objects statement',
    done: editing(
      on('LockstepReplicaObjects', set({ Condition: { StringEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } } })),
    ),
    expect: repaired,
  },
  {
    name: 'our objects statement was turned into a Deny',
    done: editing(on('LockstepReplicaObjects', set({ Effect: 'Deny' }))),
    expect: repaired,
  },
  {
    name: 'our objects statement was given NotAction',
    done: editing(on('LockstepReplicaObjects', set({ Action: undefined, NotAction: ['s3:DeleteObject'] }))),
    expect: repaired,
  },
  {
    name: 'our objects statement was narrowed to a prefix',
    done: editing(on('LockstepReplicaObjects', set({ Resource: `${bucket}/2024/*` }))),
    expect: repaired,
  },
  {
    name: 'our objects statement lost its Sid and an action',
    done: editing(
      on('LockstepReplicaObjects', (statement) => set({ Sid: undefined })(minusAction('s3:ReplicateTags')(statement))),
    ),
    expect: repaired,
    because: 'what is left of it is somebody’s; ours is missing',
  },
  {
    name: 'statements of ours were merged, and lost an action',
    done: editing((statements) => [
      set({
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ListBucket', 's3:GetBucketVersioning'],
        Resource: [bucket, objects],
      })(ours(statements, 'LockstepReplicaObjects')),
    ]),
    expect: repaired,
    because: 'repairing the one makes the others due in the same pass',
  },
  { name: 'our objects statement lost its Sid', done: editing(on('LockstepReplicaObjects', set({ Sid: undefined }))) },
  {
    name: 'our objects statement was split',
    done: editing((statements) =>
      statements.flatMap((statement) =>
        statement.Sid !== 'LockstepReplicaObjects'
          ? [statement]
          : [statement.Action].flat().map((Action, index) => set({ Action, Sid: `Part${index}` })(statement)),
      ),
    ),
  },
  {
    name: 'our statements were merged into one',
    done: editing((statements) => [
      set({
        Action: statements.flatMap(({ Action }) => Action).filter((action) => action !== undefined),
        Resource: [bucket, objects],
      })(ours(statements, 'LockstepReplicaObjects')),
    ]),
    because: 'bucket actions on objects and object actions on buckets grant nothing',
  },
  {
    name: 'our objects statement was written twice',
    done: editing((statements) => [...statements, set({ Sid: 'Again' })(ours(statements, 'LockstepReplicaObjects'))]),
  },
  { name: 'the bucket policy was put in another order', done: editing((statements) => statements.toReversed()) },
  {
    name: 'our objects statement was spelled in lower case',
    done: editing(
      on('LockstepReplicaObjects', (statement) =>
        set({ Action: [statement.Action].flat().map((action) => String(action).toLowerCase()) })(statement),
      ),
    ),
  },
  { name: 'a Deny of insecure transport was put beside ours', done: editing(beside(insecure)) },
  {
    name: 'a grant of others was put before ours',
    done: editing((statements) => [allow(stranger, ['s3:GetObject'], objects), ...statements]),
  },
  {
    name: 'a grant of others was given versioning rights',
    done: editing(beside(allow(stranger, 's3:PutBucketVersioning', bucket, { Sid: 'Partner' }))),
    expect: { advisory: '333333333333' },
    because: 'replication can be broken from outside with it',
  },
  {
    name: 'a Deny of others on everybody else was put beside ours',
    done: editing(beside({ Sid: 'OnlyUs', Effect: 'Deny', NotPrincipal: stranger, NotAction: ['s3:*'], Resource: [objects] })),
    because: 'it denies nothing of S3, and its elements must survive word for word',
  },
  {
    name: 'a Deny of others on the role was put beside ours',
    done: editingWith(({ role }) => beside(deny({ AWS: role.arn }, 's3:ReplicateObject', objects, { Sid: 'Quarantine' }))),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'Quarantine' },
  },
  {
    name: 'our statements were replaced by a Deny of others on everybody',
    done: unblocked(editing(() => [deny('*', 's3:Replicate*', objects, { Sid: 'Freeze' })])),
    expect: { ...repaired, after: 'blocked', blocker: 'Freeze' },
  },
  {
    name: 'a public grant of others stands in a bucket that is closed to the public',
    done: unblocked(async (they) => {
      await editBucketPolicy(
        they,
        they.destination,
        beside(allow('*', 's3:GetObject', `${bucket}/public/*`, { Sid: 'Website' })),
      );
      await blockAgain(they);
    }),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'RestrictPublicBuckets' },
    because: 'one public statement shuts out every other account',
  },
  {
    name: 'a Deny of others was put into the policy of the source bucket',
    done: (they) =>
      editBucketPolicy(
        they,
        they.source,
        beside(deny({ AWS: they.role.arn }, 's3:GetObjectVersionForReplication', 'arn:aws:s3:::orders/*', { Sid: 'Sealed' })),
      ),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'Sealed' },
  },
  {
    name: 'the source bucket was given a policy of others',
    done: (they) => editBucketPolicy(they, they.source, beside(allow(stranger, 's3:GetObject', 'arn:aws:s3:::orders/*'))),
  },
  {
    name: 'a statement of ours stands in the source bucket beside another',
    done: (they) =>
      editBucketPolicy(
        they,
        they.source,
        beside(
          allow(stranger, 's3:GetObject', 'arn:aws:s3:::orders/*', { Sid: 'Readers' }),
          allow(stranger, 's3:ReplicateObject', 'arn:aws:s3:::orders/*', { Sid: 'LockstepReplicaObjects' }),
        ),
      ),
    expect: { drifted: ['bucket-policy of orders'] },
    because: 'nobody replicates into it',
  },
  {
    name: 'a statement of ours stands alone in the policy of the source bucket',
    done: (they) =>
      editBucketPolicy(
        they,
        they.source,
        beside(allow(stranger, 's3:ReplicateObject', 'arn:aws:s3:::orders/*', { Sid: 'LockstepReplicaObjects' })),
      ),
    expect: {
      drifted: ['bucket-policy of orders'],
      held: { 'bucket-policy of orders': 'report-only' },
      after: 'drifted',
    },
    because: 'S3 takes no empty policy, and deleting one is not for us',
  },
];
