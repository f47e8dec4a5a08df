/** What happens to the replication configuration. */
import {
  CreateBucketCommand,
  DeleteBucketReplicationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  type ReplicationRule,
} from '@aws-sdk/client-s3';
import type { Drift } from '../../support/drifts.ts';
import {
  createRole,
  deleteRole,
  editDestination,
  editReplication,
  editRule,
  editRules,
  foreignRule,
  type They,
} from '../../support/edits.ts';

const repaired = { drifted: ['replication-configuration of orders'] };

export const deleteReplication = ({ someone, source }: They): Promise<unknown> =>
  someone.s3(source).send(new DeleteBucketReplicationCommand({ Bucket: source.bucket }));

/** Another versioned bucket of the destination account. */
async function elsewhere({ someone, destination }: They): Promise<string> {
  const s3 = someone.s3(destination);
  await s3.send(
    new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
  );
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'elsewhere', VersioningConfiguration: { Status: 'Enabled' } }));
  return 'arn:aws:s3:::elsewhere';
}

const put = ({ someone, source, role }: They, ...Rules: ReplicationRule[]): Promise<unknown> =>
  someone
    .s3(source)
    .send(new PutBucketReplicationCommand({ Bucket: source.bucket, ReplicationConfiguration: { Role: role.arn, Rules } }));

export const replicationDrifts: readonly Drift[] = [
  { name: 'the replication configuration was deleted', done: deleteReplication, expect: repaired },
  {
    name: 'our rule was disabled',
    done: (they) => editRule(they, (rule) => ({ ...rule, Status: 'Disabled' })),
    expect: repaired,
  },
  {
    name: 'our rule was replaced by one of others',
    done: (they) => put(they, foreignRule(they)),
    expect: { ...repaired, after: 'blocked', blocker: 'team-archive' },
    because: 'with its higher priority it still takes archive/ away, and leaves KMS objects out',
  },
  {
    name: 'our rule was replaced by one of others with its priority',
    done: (they) => put(they, foreignRule(they, { Priority: 1 })),
    expect: { ...repaired, moved: true },
    because: 'S3 takes every priority once, and theirs stays',
  },
  {
    name: 'our rule was renamed',
    done: (they) => editRule(they, (rule) => ({ ...rule, ID: 'replicate-all' })),
    expect: { ...repaired, moved: true },
    because: 'under another name it is not ours',
  },
  {
    name: 'our rule was narrowed to a prefix',
    done: (they) => editRule(they, (rule) => ({ ...rule, Filter: { Prefix: '2024/' } })),
    expect: repaired,
  },
  {
    name: 'our rule was narrowed to a tag',
    done: (they) => editRule(they, (rule) => ({ ...rule, Filter: { Tag: { Key: 'replicate', Value: 'yes' } } })),
    expect: repaired,
  },
  {
    name: 'our rule was narrowed to a prefix and tags',
    done: (they) =>
      editRule(they, (rule) => ({ ...rule, Filter: { And: { Prefix: 'a/', Tags: [{ Key: 'replicate', Value: 'yes' }] } } })),
    expect: repaired,
  },
  {
    name: 'the opt-in for KMS objects was switched off',
    done: (they) =>
      editRule(they, (rule) => ({ ...rule, SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Disabled' } } })),
    expect: repaired,
    because: 'objects are then left out without a word',
  },
  {
    name: 'the opt-in for KMS objects was removed together with the replica key',
    done: (they) =>
      editRule(they, ({ SourceSelectionCriteria: _, ...rule }) => {
        const { EncryptionConfiguration: __, ...Destination } = rule.Destination ?? { Bucket: undefined };
        return { ...rule, Destination };
      }),
    expect: repaired,
  },
  {
    name: 'the replica key was changed',
    done: (they) =>
      editDestination(they, (to) => ({
        ...to,
        EncryptionConfiguration: {
          ReplicaKmsKeyID: 'arn:aws:kms:eu-central-1:222222222222:key/99999999-aaaa-4aaa-8aaa-999999999999',
        },
      })),
    expect: repaired,
    because: 'S3 takes a key that does not exist',
  },
  {
    name: 'the replica key was changed to the source key',
    done: (they) => editDestination(they, (to) => ({ ...to, EncryptionConfiguration: { ReplicaKmsKeyID: they.source.key } })),
    expect: repaired,
  },
  {
    name: 'the destination was changed',
    done: async (they) => {
      const Bucket = await elsewhere(they);
      await editDestination(they, (to) => ({ ...to, Bucket }));
    },
    expect: repaired,
  },
  {
    name: 'the role of the configuration was changed',
    done: async (they) => {
      await createRole(they, 'other');
      await editReplication(they, (configuration) => ({ ...configuration, Role: 'arn:aws:iam::111111111111:role/other' }));
    },
    expect: repaired,
  },
  {
    name: 'the owner override was removed',
    done: (they) => editDestination(they, ({ AccessControlTranslation: _, ...to }) => to),
    expect: repaired,
  },
  {
    name: 'the owner override and the account were removed',
    done: (they) => editDestination(they, ({ AccessControlTranslation: _, Account: __, ...to }) => to),
    expect: repaired,
  },
  {
    name: 'a storage class was set',
    done: (they) => editDestination(they, (to) => ({ ...to, StorageClass: 'GLACIER' })),
    expect: repaired,
  },
  {
    name: 'the priority was changed',
    done: (they) => editRule(they, (rule) => ({ ...rule, Priority: 7 })),
    expect: repaired,
  },
  {
    name: 'delete markers were switched on',
    done: (they) => editRule(they, (rule) => ({ ...rule, DeleteMarkerReplication: { Status: 'Enabled' } })),
    expect: repaired,
  },
  {
    name: 'replica modifications were switched on',
    done: (they) =>
      editRule(they, (rule) => ({
        ...rule,
        SourceSelectionCriteria: { ...rule.SourceSelectionCriteria, ReplicaModifications: { Status: 'Enabled' } },
      })),
    expect: repaired,
  },
  {
    name: 'metrics were removed',
    done: (they) => editDestination(they, ({ Metrics: _, ...to }) => to),
    expect: repaired,
    because: 'without them failures raise no event',
  },
  {
    name: 'metrics were switched off',
    done: (they) => editDestination(they, (to) => ({ ...to, Metrics: { Status: 'Disabled' } })),
    expect: repaired,
  },
  {
    name: 'time control was switched on',
    done: (they) =>
      editDestination(they, (to) => ({
        ...to,
        Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
        ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
      })),
    expect: repaired,
    because: 'it costs money nobody asked for',
  },
  {
    name: 'the rule was written in the first version of the schema',
    done: (they) =>
      put(they, {
        ID: 'lockstep-orders-dr',
        Prefix: '',
        Status: 'Enabled',
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: {
          Bucket: 'arn:aws:s3:::orders-dr',
          Account: '222222222222',
          AccessControlTranslation: { Owner: 'Destination' },
          EncryptionConfiguration: { ReplicaKmsKeyID: they.destination.key },
          Metrics: { Status: 'Enabled' },
        },
      }),
    expect: repaired,
    because: 'that version replicates delete markers and has no priority',
  },
  {
    name: 'everything about our rule was changed',
    done: async (they) => {
      const Bucket = await elsewhere(they);
      await createRole(they, 'other');
      await editReplication(they, () => ({
        Role: 'arn:aws:iam::111111111111:role/other',
        Rules: [
          {
            ID: 'lockstep-orders-dr',
            Priority: 99,
            Status: 'Disabled',
            Filter: { Prefix: 'nothing/' },
            DeleteMarkerReplication: { Status: 'Enabled' },
            Destination: { Bucket, StorageClass: 'STANDARD_IA' },
          },
        ],
      }));
    },
    expect: repaired,
  },
  {
    name: 'the empty filter was spelled out',
    done: (they) => editRule(they, (rule) => ({ ...rule, Filter: {} })),
  },
  {
    name: 'the empty filter was spelled as a list of conditions',
    done: (they) => editRule(they, (rule) => ({ ...rule, Filter: { And: { Prefix: '' } } })),
  },
  {
    name: 'defaults of the rule were spelled out',
    done: (they) =>
      editRule(they, (rule) => ({
        ...rule,
        SourceSelectionCriteria: { ...rule.SourceSelectionCriteria, ReplicaModifications: { Status: 'Disabled' } },
      })),
  },
  {
    name: 'a rule of others was put beside ours',
    done: (they) => editRules(they, (rules) => [foreignRule(they, { Priority: 0 }), ...rules]),
    because: 'it is lower, so ours counts where both match',
  },
  {
    name: 'a rule of others to another bucket was put beside ours',
    done: async (they) => {
      const Bucket = await elsewhere(they);
      await editRules(they, (rules) => [...rules, foreignRule(they, { Destination: { Bucket } })]);
    },
  },
  {
    name: 'a rule of others that overrides ours was put beside it',
    done: (they) => editRules(they, (rules) => [...rules, foreignRule(they, { Filter: { Prefix: '' } })]),
    expect: { verdict: 'blocked', after: 'blocked', blocker: 'team-archive' },
    because: 'where both match the higher priority counts, and theirs leaves KMS objects out',
  },
  {
    name: 'our rule was changed while a rule of others stands beside it',
    done: async (they) => {
      await editRules(they, (rules) => [foreignRule(they, { Priority: 0 }), ...rules]);
      await editRule(they, (rule) => ({ ...rule, Status: 'Disabled' }));
    },
    expect: repaired,
  },
  {
    name: 'the role was deleted and the configuration changed to another',
    done: async (they) => {
      await createRole(they, 'other');
      await editReplication(they, (configuration) => ({ ...configuration, Role: 'arn:aws:iam::111111111111:role/other' }));
      await deleteRole(they);
    },
    expect: {
      drifted: [
        ...['bucket-policy of orders-dr', 'key-policy of destination key', 'key-policy of source key'],
        ...['replication-configuration of orders', 'role-policy of role', 'role-trust of role'],
      ],
    },
  },
];
