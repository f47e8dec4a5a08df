/** What happens to settings that a document manages only when it says so, and what `exclusive` takes away. */
import { AttachRolePolicyCommand, CreatePolicyCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketLifecycleCommand,
  DeleteBucketOwnershipControlsCommand,
  DeletePublicAccessBlockCommand,
  type LifecycleRule,
  PutBucketOwnershipControlsCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { Drift } from '../../support/drifts.ts';
import {
  allow,
  beside,
  editBucketPolicy,
  editDestination,
  editKeyPolicy,
  editRule,
  editRules,
  editTrust,
  foreignRule,
  putInline,
  putLifecycle,
} from '../../support/edits.ts';

const ours: LifecycleRule = { ID: 'lockstep-expiry', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 365 } };
const theirs: LifecycleRule = { ID: 'tidy', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } };
const stranger = { AWS: 'arn:aws:iam::333333333333:root' };

const lifecycle = { drifted: ['bucket-lifecycle of orders'] };
const replication = { drifted: ['replication-configuration of orders'] };

export const managedDrifts: readonly Drift[] = [
  {
    name: 'one setting of the public access block was switched off',
    to: 'full',
    done: ({ someone, destination }) =>
      someone.s3(destination).send(
        new PutPublicAccessBlockCommand({
          Bucket: destination.bucket,
          PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true },
        }),
      ),
    expect: { drifted: ['bucket-public-access-block of orders-dr'] },
  },
  {
    name: 'the public access block was deleted at both ends',
    to: 'full',
    done: async ({ someone, source, destination }) => {
      for (const end of [source, destination])
        await someone.s3(end).send(new DeletePublicAccessBlockCommand({ Bucket: end.bucket }));
    },
    expect: { drifted: ['bucket-public-access-block of orders', 'bucket-public-access-block of orders-dr'] },
  },
  {
    name: 'a public grant of others stands in a bucket that the document closes to the public',
    to: 'full',
    done: async (they) => {
      const { someone, destination } = they;
      await someone.s3(destination).send(new DeletePublicAccessBlockCommand({ Bucket: destination.bucket }));
      const Website = allow('*', 's3:GetObject', 'arn:aws:s3:::orders-dr/public/*', { Sid: 'Website' });
      await editBucketPolicy(they, destination, beside(Website));
    },
    expect: {
      drifted: ['bucket-public-access-block of orders-dr'],
      after: 'blocked',
      blocker: 'RestrictPublicBuckets',
    },
    because: 'closed again, one public statement shuts out every other account',
  },
  {
    name: 'object ownership was changed',
    to: 'full',
    done: ({ someone, destination }) =>
      someone.s3(destination).send(
        new PutBucketOwnershipControlsCommand({
          Bucket: destination.bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] },
        }),
      ),
    expect: { drifted: ['bucket-object-ownership of orders-dr'] },
  },
  {
    name: 'object ownership was deleted',
    to: 'full',
    done: ({ someone, destination }) =>
      someone.s3(destination).send(new DeleteBucketOwnershipControlsCommand({ Bucket: destination.bucket })),
    expect: { drifted: ['bucket-object-ownership of orders-dr'] },
  },
  {
    name: 'the lifecycle configuration was deleted',
    to: 'full',
    done: ({ someone, source }) => someone.s3(source).send(new DeleteBucketLifecycleCommand({ Bucket: source.bucket })),
    expect: lifecycle,
  },
  {
    name: 'the lifecycle configuration was replaced by others',
    to: 'full',
    done: (they) => putLifecycle(they, they.source, theirs),
    expect: lifecycle,
  },
  {
    name: 'our lifecycle rule was shortened beside one of others',
    to: 'full',
    done: (they) => putLifecycle(they, they.source, theirs, { ...ours, Expiration: { Days: 1 } }),
    expect: lifecycle,
  },
  {
    name: 'our lifecycle rule was disabled',
    to: 'full',
    done: (they) => putLifecycle(they, they.source, { ...ours, Status: 'Disabled' }),
    expect: lifecycle,
  },
  {
    name: 'our lifecycle rule was given a transition',
    to: 'full',
    done: (they) => putLifecycle(they, they.source, { ...ours, Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] }),
    expect: lifecycle,
  },
  {
    name: 'our lifecycle rule was narrowed',
    to: 'full',
    done: (they) => putLifecycle(they, they.source, { ...ours, Filter: { Prefix: 'old/' } }),
    expect: lifecycle,
  },
  {
    name: 'our lifecycle rule was spelled with the old prefix',
    to: 'full',
    done: (they) => putLifecycle(they, they.source, { ...ours, Filter: undefined, Prefix: '' }, theirs),
  },
  {
    name: 'the storage class was taken away',
    to: 'full',
    done: (they) => editDestination(they, ({ StorageClass: _, ...to }) => to),
    expect: replication,
  },
  {
    name: 'time control was taken away',
    to: 'full',
    done: (they) =>
      editRules(they, (rules) =>
        rules.map((rule) => {
          const { ReplicationTime: _, ...to } = rule.Destination ?? { Bucket: undefined };
          return { ...rule, Destination: { ...to, Metrics: { Status: 'Enabled' } } };
        }),
      ),
    expect: replication,
  },
  {
    name: 'tags of the filter were put in another order',
    to: 'full',
    done: (they) =>
      editRules(they, (rules) =>
        rules
          .map((rule) => {
            const { And } = rule.Filter ?? {};
            return And === undefined ? rule : { ...rule, Filter: { And: { ...And, Tags: And.Tags?.toReversed() } } };
          })
          .toReversed(),
      ),
  },
  {
    name: 'one of two tags was removed',
    to: 'full',
    done: (they) =>
      editRules(they, (rules) =>
        rules.map((rule) => {
          const { And } = rule.Filter ?? {};
          return And === undefined ? rule : { ...rule, Filter: { And: { ...And, Tags: And.Tags?.slice(1) } } };
        }),
      ),
    expect: replication,
  },
  {
    name: 'the priorities of our rules were swapped',
    to: 'full',
    done: (they) => editRules(they, (rules) => rules.map((rule, at) => ({ ...rule, Priority: rules.at(-1 - at)?.Priority }))),
    expect: replication,
  },
  {
    name: 'the account was left out where nobody changes owner',
    to: 'one-account',
    done: (they) => editDestination(they, ({ Account: _, ...to }) => to),
  },
  {
    name: 'an owner override was set within one account',
    to: 'one-account',
    done: (they) =>
      editDestination(they, (to) => ({
        ...to,
        Account: they.destination.account,
        AccessControlTranslation: { Owner: 'Destination' },
      })),
    expect: replication,
  },
  {
    name: 'our rule was disabled within one account',
    to: 'one-account',
    done: (they) => editRule(they, (rule) => ({ ...rule, Status: 'Disabled' })),
    expect: replication,
  },
  {
    name: 'a statement of others was put into a bucket policy that is ours alone',
    to: 'exclusive',
    done: (they) =>
      editBucketPolicy(
        they,
        they.destination,
        beside(allow(stranger, 's3:GetObject', 'arn:aws:s3:::orders-dr/*', { Sid: 'Readers' })),
      ),
    expect: { drifted: ['bucket-policy of orders-dr'], takesAway: true },
  },
  {
    name: 'a statement of others was put into a key policy that is ours alone',
    to: 'exclusive',
    done: (they) => editKeyPolicy(they, they.destination, beside(allow(stranger, 'kms:Decrypt', '*'))),
    expect: { drifted: ['key-policy of destination key'], takesAway: true },
  },
  {
    name: 'a rule of others was put into a configuration that is ours alone',
    to: 'exclusive',
    done: (they) => editRules(they, (rules) => [...rules, foreignRule(they)]),
    expect: { drifted: ['replication-configuration of orders'], takesAway: true },
  },
  {
    name: 'a trust statement of others was put beside ours alone',
    to: 'exclusive',
    done: (they) => editTrust(they, beside(allow({ Service: 'ec2.amazonaws.com' }, 'sts:AssumeRole', undefined))),
    expect: { drifted: ['role-trust of role'], takesAway: true },
  },
  {
    name: 'policies of others were given to a role that is ours alone',
    to: 'exclusive',
    done: async (they) => {
      const iam = they.someone.iam(they.source);
      const Statement = [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }];
      await putInline(they, 'logs', ...Statement);
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'logs', PolicyDocument }));
      await iam.send(new AttachRolePolicyCommand({ RoleName: they.role.name, PolicyArn: Policy?.Arn }));
    },
    expect: { drifted: ['role-other-policies of role'], takesAway: true },
  },
  {
    name: 'the source bucket that is ours alone was given a policy',
    to: 'exclusive',
    done: (they) => editBucketPolicy(they, they.source, beside(allow(stranger, 's3:GetObject', 'arn:aws:s3:::orders/*'))),
    expect: {
      drifted: ['bucket-policy of orders'],
      held: { 'bucket-policy of orders': 'report-only' },
      after: 'drifted',
    },
    because: 'nothing would be left of it, and deleting a policy is not for us',
  },
];
