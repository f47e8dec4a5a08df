/** What happens to the replication role. */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import type { Drift } from '../../support/drifts.ts';
import {
  allow,
  beside,
  createRole,
  deleteInline,
  deleteRole,
  deny,
  editRolePolicy,
  editTrust,
  minusAction,
  on,
  ownPolicy,
  plusAction,
  putInline,
  set,
  type They,
  without,
} from '../../support/edits.ts';

const assume = 'LockstepAssumeRole';
const trustDrifts = { drifted: ['role-trust of role'] };
const policyDrifts = { drifted: ['role-policy of role'] };
const boundToTheRole = ['bucket-policy of orders-dr', 'key-policy of destination key', 'key-policy of source key'];

const plain = (Effect: string, Action: unknown, Resource: unknown, more: object = {}) =>
  ({ Effect, Action, Resource, ...more }) as Parameters<typeof putInline>[2];

async function managedPolicy({ someone, source }: They, PolicyName: string, ...Statement: object[]): Promise<string> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Policy } = await someone.iam(source).send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
  return Policy?.Arn ?? '';
}

async function attach(they: They, name: string, ...statements: object[]): Promise<void> {
  const PolicyArn = await managedPolicy(they, name, ...statements);
  await they.someone.iam(they.source).send(new AttachRolePolicyCommand({ RoleName: they.role.name, PolicyArn }));
}

async function bound(they: They, ...statements: object[]): Promise<void> {
  const PermissionsBoundary = await managedPolicy(they, 'boundary', ...statements);
  await they.someone
    .iam(they.source)
    .send(new PutRolePermissionsBoundaryCommand({ RoleName: they.role.name, PermissionsBoundary }));
}

export const roleDrifts: readonly Drift[] = [
  {
    name: 'the role was deleted',
    done: deleteRole,
    expect: { drifted: [...boundToTheRole, 'role-policy of role', 'role-trust of role'] },
    because: 'every grant of the old role is dead, though it named the same ARN',
  },
  {
    name: 'the role was deleted and created again without policies',
    done: async (they) => {
      await deleteRole(they);
      await createRole(they, they.role.name);
    },
    expect: { drifted: [...boundToTheRole, 'role-policy of role'] },
  },
  {
    name: 'the role was deleted and created again with its policy',
    done: async (they) => {
      await deleteRole(they);
      await createRole(they, they.role.name);
      await putInline(they, 'lockstep-replication', plain('Allow', 's3:GetReplicationConfiguration', 'arn:aws:s3:::orders'));
    },
    expect: { drifted: [...boundToTheRole, 'role-policy of role'] },
  },
  {
    name: 'the role was created again for another service',
    done: async (they) => {
      await deleteRole(they);
      await createRole(they, they.role.name, 'lambda.amazonaws.com');
    },
    expect: { drifted: [...boundToTheRole, 'role-policy of role', 'role-trust of role'] },
    because: 'the trust of the other service is not ours to remove',
  },
  {
    name: 'the trust policy was replaced',
    done: (they) => editTrust(they, () => [allow({ Service: 'ec2.amazonaws.com' }, 'sts:AssumeRole', undefined)]),
    expect: trustDrifts,
  },
  {
    name: 'a condition was added to the trust statement',
    done: (they) => editTrust(they, on(assume, set({ Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } }))),
    expect: trustDrifts,
    because: 'S3 is not documented to send it',
  },
  {
    name: 'the trust statement was turned into a Deny',
    done: (they) => editTrust(they, on(assume, set({ Effect: 'Deny' }))),
    expect: trustDrifts,
  },
  {
    name: 'another account was let into the trust statement',
    done: (they) =>
      editTrust(they, on(assume, set({ Principal: { Service: 's3.amazonaws.com', AWS: 'arn:aws:iam::333333333333:root' } }))),
    expect: trustDrifts,
  },
  {
    name: 'another service was let into the trust statement',
    done: (they) =>
      editTrust(they, on(assume, set({ Principal: { Service: ['s3.amazonaws.com', 'batchoperations.s3.amazonaws.com'] } }))),
    expect: trustDrifts,
  },
  {
    name: 'the trust statement was given another action',
    done: (they) => editTrust(they, on(assume, plusAction('sts:TagSession'))),
    expect: trustDrifts,
  },
  {
    name: 'the trust statement lost its Sid and got a condition',
    done: (they) =>
      editTrust(they, on(assume, set({ Sid: undefined, Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } }))),
    expect: trustDrifts,
    because: 'without its name it is somebody’s, and ours is missing',
  },
  { name: 'the trust statement lost its Sid', done: (they) => editTrust(they, on(assume, set({ Sid: undefined }))) },
  {
    name: 'a trust statement of others was put beside ours',
    done: (they) => editTrust(they, beside(allow({ Service: 'batchoperations.s3.amazonaws.com' }, 'sts:AssumeRole', undefined))),
  },
  {
    name: 'a Deny of others was put into the trust policy',
    done: (they) => editTrust(they, beside(deny('*', 'sts:AssumeRole', undefined, { Sid: 'Freeze' }))),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'Freeze' },
  },
  {
    name: 'the trust policy was replaced by a Deny of others',
    done: (they) => editTrust(they, () => [deny('*', 'sts:AssumeRole', undefined, { Sid: 'Freeze' })]),
    expect: { ...trustDrifts, after: 'blocked', blocker: 'Freeze' },
  },
  { name: 'the role policy was deleted', done: (they) => deleteInline(they, ownPolicy), expect: policyDrifts },
  {
    name: 'the role policy lost an action',
    done: (they) => editRolePolicy(they, on('LockstepDestinationObjects', minusAction('s3:ReplicateTags'))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy lost a statement',
    done: (they) => editRolePolicy(they, without('LockstepDestinationKey')),
    expect: policyDrifts,
  },
  {
    name: 'the role policy was given another action',
    done: (they) => editRolePolicy(they, on('LockstepSourceBucket', plusAction('s3:DeleteBucket'))),
    expect: policyDrifts,
  },
  {
    name: 'a statement was added to the role policy',
    done: (they) => editRolePolicy(they, beside(plain('Allow', 's3:*', '*', { Sid: 'Debug' }))),
    expect: policyDrifts,
    because: 'the policy of that name is ours, whole',
  },
  {
    name: 'the role policy was overwritten',
    done: (they) => editRolePolicy(they, () => [plain('Allow', 's3:GetObject', 'arn:aws:s3:::orders/*')]),
    expect: policyDrifts,
  },
  {
    name: 'the role policy was opened to every bucket',
    done: (they) => editRolePolicy(they, on('LockstepSourceObjects', set({ Resource: '*' }))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy was narrowed to a prefix',
    done: (they) => editRolePolicy(they, on('LockstepSourceObjects', set({ Resource: 'arn:aws:s3:::orders/2024/*' }))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy names another key',
    done: (they) =>
      editRolePolicy(they, on('LockstepDestinationKey', set({ Resource: 'arn:aws:kms:eu-central-1:222222222222:key/other' }))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy lost a condition',
    done: (they) => editRolePolicy(they, on('LockstepSourceKey', set({ Condition: undefined }))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy names another region',
    done: (they) =>
      editRolePolicy(
        they,
        on('LockstepSourceKey', (statement) => {
          const condition = statement.Condition as { readonly StringLike: object };
          return set({ Condition: { ...condition, StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } })(
            statement,
          );
        }),
      ),
    expect: policyDrifts,
  },
  {
    name: 'the role policy forgot buckets without Bucket Key',
    done: (they) =>
      editRolePolicy(
        they,
        on('LockstepDestinationKey', (statement) => {
          const condition = statement.Condition as { readonly StringEquals: object };
          const only = { 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::orders-dr' };
          return set({ Condition: { ...condition, StringLike: only } })(statement);
        }),
      ),
    expect: policyDrifts,
  },
  {
    name: 'a statement of the role policy was turned into a Deny',
    done: (they) => editRolePolicy(they, on('LockstepDestinationObjects', set({ Effect: 'Deny' }))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy was given NotAction',
    done: (they) =>
      editRolePolicy(they, on('LockstepDestinationObjects', set({ Action: undefined, NotAction: ['s3:DeleteObject'] }))),
    expect: policyDrifts,
  },
  {
    name: 'the role policy moved to another name',
    done: async (they) => {
      await putInline(they, 'replication', plain('Allow', 's3:*', ['arn:aws:s3:::orders', 'arn:aws:s3:::orders/*']));
      await deleteInline(they, ownPolicy);
    },
    expect: policyDrifts,
    because: 'what stands under another name is not ours',
  },
  {
    name: 'an inline policy of others was added',
    done: (they) => putInline(they, 'metrics', plain('Allow', 'cloudwatch:PutMetricData', '*')),
  },
  {
    name: 'an inline policy of others that forbids decryption was added',
    done: (they) => putInline(they, 'lockdown', plain('Deny', 'kms:Decrypt', '*', { Sid: 'NoDecrypt' })),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'NoDecrypt' },
  },
  { name: 'a managed policy was attached', done: (they) => attach(they, 'logs', plain('Allow', 'logs:*', '*')) },
  {
    name: 'a managed policy that forbids replication was attached',
    done: (they) => attach(they, 'guard', plain('Deny', 's3:Replicate*', '*', { Sid: 'NoCopies' })),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'NoCopies' },
  },
  {
    name: 'a permissions boundary without S3 was set',
    done: (they) => bound(they, plain('Allow', 'ec2:*', '*')),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'boundary' },
  },
  { name: 'a permissions boundary that allows everything was set', done: (they) => bound(they, plain('Allow', '*', '*')) },
  {
    name: 'the role was tagged and described',
    done: async ({ someone, source, role }) => {
      const RoleName = role.name;
      await someone.iam(source).send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'orders' }] }));
      await someone.iam(source).send(new UpdateRoleCommand({ RoleName, Description: 'Replicates', MaxSessionDuration: 7200 }));
    },
  },
];
