/** What happens to what the source bucket tells of failed replications. */
import {
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  type TopicConfiguration,
} from '@aws-sdk/client-s3';
import type { Drift } from '../../support/drifts.ts';
import type { They } from '../../support/edits.ts';
import { createTopicForS3 } from '../../support/world.ts';

async function edit(
  { someone, source }: They,
  change: (now: NotificationConfiguration) => NotificationConfiguration,
): Promise<unknown> {
  const s3 = someone.s3(source);
  const Bucket = source.bucket;
  const { $metadata: _, ...now } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  return s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: change(now) }));
}

const put = (they: They, configuration: NotificationConfiguration): Promise<unknown> => edit(they, () => configuration);

const editOurs = (they: They, more: Partial<TopicConfiguration>): Promise<unknown> =>
  edit(they, ({ TopicConfigurations: [ours] = [], ...rest }) => ({
    ...rest,
    TopicConfigurations: [{ ...(ours as TopicConfiguration), ...more }],
  }));

const under = (Value: string) => ({ Key: { FilterRules: [{ Name: 'prefix' as const, Value }] } });

/** A topic of others, and a configuration that tells it. */
async function theirs(
  { someone, source }: They,
  Events: Event[],
  more: Partial<TopicConfiguration> = {},
): Promise<TopicConfiguration> {
  return { Id: 'team', TopicArn: await createTopicForS3(source, 'team', someone), Events, ...more };
}

const created: Event[] = ['s3:ObjectCreated:*'];
const missed: Event[] = ['s3:Replication:OperationMissedThreshold'];
const failed: Event[] = ['s3:Replication:OperationFailedReplication'];

const drifted = { expect: { drifted: ['bucket-notification of orders'] } };
const blocked = {
  expect: {
    blocked: ['bucket-notification of orders'],
    verdict: 'blocked',
    after: 'blocked',
    blocker: 'sends replication failures to arn:aws:sns:eu-west-1:111111111111:team',
  },
} as const;

const all: readonly Omit<Drift, 'to'>[] = [
  { name: 'all notifications of the source were deleted', done: (they) => put(they, {}), ...drifted },
  {
    name: 'the notifications of the source were replaced by those of others',
    done: async (they) => put(they, { TopicConfigurations: [await theirs(they, created)], EventBridgeConfiguration: {} }),
    ...drifted,
    because: 'whoever puts a configuration without reading it first takes away ours',
  },
  {
    name: 'our notification was removed from among those of others',
    done: async (they) =>
      put(they, {
        TopicConfigurations: [
          await theirs(they, ['s3:ObjectRemoved:Delete', 's3:ObjectCreated:*'], { Filter: under('in/') }),
          await theirs(they, created, { Id: 'more', Filter: under('out/') }),
        ],
      }),
    ...drifted,
  },
  { name: 'the events of our notification were narrowed', done: (they) => editOurs(they, { Events: failed }), ...drifted },
  {
    name: 'failures were taken out of our notification',
    done: (they) => editOurs(they, { Events: missed }),
    ...drifted,
  },
  {
    name: 'our notification was widened to events that are none of ours',
    done: (they) => editOurs(they, { Events: ['s3:Replication:*', ...created] }),
    ...drifted,
    because: 'what stands under our Id is ours, and our topic is for replication only',
  },
  {
    name: 'our notification was led to another topic',
    done: async (they) => editOurs(they, { TopicArn: (await theirs(they, created)).TopicArn }),
    ...drifted,
  },
  { name: 'our notification was given a filter', done: (they) => editOurs(they, { Filter: under('hot/') }), ...drifted },
  {
    name: 'our notification was renamed and given a filter',
    done: (they) => editOurs(they, { Id: 'renamed', Filter: under('hot/') }),
    ...drifted,
  },
  {
    name: 'replication failures were led to others instead',
    done: async (they) => put(they, { TopicConfigurations: [await theirs(they, failed)] }),
    ...blocked,
    because: 'S3 sends an event to one destination only, and theirs is not ours to take away',
  },
  {
    name: 'every replication event under a prefix was led to others instead',
    done: async (they) =>
      put(they, { TopicConfigurations: [await theirs(they, ['s3:Replication:*'], { Filter: under('hot/') })] }),
    ...blocked,
    because: 'ours is for every object, so any filter overlaps with it',
  },
  { name: 'our notification was renamed', done: (they) => editOurs(they, { Id: 'renamed' }) },
  {
    name: 'our notification was spelled with every event by name',
    done: (they) =>
      editOurs(they, {
        Events: [
          's3:Replication:OperationNotTracked',
          's3:Replication:OperationFailedReplication',
          's3:Replication:OperationReplicatedAfterThreshold',
          's3:Replication:OperationMissedThreshold',
        ],
      }),
  },
  { name: 'our notification was given a filter that filters nothing', done: (they) => editOurs(they, { Filter: under('') }) },
  {
    name: 'our notification was split in two',
    done: (they) =>
      edit(they, ({ TopicConfigurations: [ours] = [] }) => ({
        TopicConfigurations: [
          { ...(ours as TopicConfiguration), Events: failed },
          {
            ...(ours as TopicConfiguration),
            Id: 'rest',
            Events: [...missed, 's3:Replication:OperationReplicatedAfterThreshold', 's3:Replication:OperationNotTracked'],
          },
        ],
      })),
  },
  {
    name: 'notifications of others were put beside ours',
    done: async (they) => {
      const other = await theirs(they, created, { Filter: under('in/') });
      await edit(they, ({ TopicConfigurations: ours = [] }) => ({
        TopicConfigurations: [other, ...ours],
        EventBridgeConfiguration: {},
      }));
    },
  },
];

export const notificationDrifts: readonly Drift[] = all.map((drift) => ({ ...drift, to: 'announcing' }));
