import type { Event, NotificationConfiguration, QueueConfiguration, TopicConfiguration } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireUnambiguous } from '../../infra/sandbox/services/s3/notification-overlap.ts';
import { bucketNotification } from '../../shared/aspects/bucket-notification.ts';
import { aGroup, aReplication, failureTopic } from '../support/builders.ts';
import { readFrom } from '../support/observations.ts';
import { settingOf } from './setting.ts';

const topic = `arn:aws:sns:eu-west-1:111111111111:${failureTopic}`;
const teamTopic = 'arn:aws:sns:eu-west-1:111111111111:team';
const teamQueue = 'arn:aws:sqs:eu-west-1:111111111111:team';
const ownId = 'lockstep-replication-failures';

const [failed, missed, after, untracked] = (
  ['OperationFailedReplication', 'OperationMissedThreshold', 'OperationReplicatedAfterThreshold', 'OperationNotTracked'] as const
).map((name) => `s3:Replication:${name}` as Event) as [Event, Event, Event, Event];

const ours: TopicConfiguration = { Id: ownId, TopicArn: topic, Events: ['s3:Replication:*'] };
const theirs: TopicConfiguration = { Id: 'team', TopicArn: teamTopic, Events: ['s3:ObjectCreated:*'] };
const theirQueue: QueueConfiguration = { Id: 'queue', QueueArn: teamQueue, Events: ['s3:ObjectRemoved:*'] };
const under = (Value: string, Name: 'prefix' | 'suffix' = 'prefix') => ({ Key: { FilterRules: [{ Name, Value }] } });
const topics = (...TopicConfigurations: TopicConfiguration[]): NotificationConfiguration => ({ TopicConfigurations });

const told = aReplication({}, 'orders-dr', { failureTopic });
const setting = settingOf(bucketNotification, [told]);
const blockerIn = (observed: NotificationConfiguration) => bucketNotification.blockedBy?.(setting.desired, observed, setting.on);

describe('the failure notification', () => {
  it('is wanted at the source where there is a topic, and the document does not say otherwise', () => {
    const arns = (replication: Parameters<typeof bucketNotification.resources>[0]) =>
      bucketNotification.resources(replication).map(({ arn }) => arn);

    expect(arns(aReplication())).toEqual([]);
    expect(arns(told)).toEqual(['arn:aws:s3:::orders']);
    expect(arns(aReplication({ failureEvents: false }, 'orders-dr', { failureTopic }))).toEqual([]);
  });

  it.each([
    { region: 'eu-west-1', arn: topic },
    { region: 'cn-north-1', arn: `arn:aws-cn:sns:cn-north-1:111111111111:${failureTopic}` },
  ])('goes to the topic of the source account in $region', ({ region, arn }) => {
    const key = `arn:aws${region.startsWith('cn') ? '-cn' : ''}:kms:${region}:111111111111:key/11111111-aaaa-4aaa-8aaa-111111111111`;
    const destination = region.startsWith('cn') ? { region, key: key.replace('111111111111', '222222222222') } : {};

    expect(aReplication({ source: { region, key }, destination }, 'orders-dr', { failureTopic }).source.failureTopic).toBe(arn);
  });

  it('is there for all replications of a bucket as soon as one wants it', () => {
    const quiet = aReplication({ failureEvents: false, destination: { bucket: 'orders-too' } }, 'orders-too', { failureTopic });
    const { desired } = settingOf(bucketNotification, aGroup([quiet, told]).replications);

    expect(desired).toEqual(topics(ours));
  });

  it.each<{ name: string; observed: NotificationConfiguration; because?: string }>([
    { name: 'itself', observed: topics(ours) },
    {
      name: 'itself among others',
      observed: { ...topics(theirs, ours), QueueConfigurations: [theirQueue], EventBridgeConfiguration: {} },
    },
    { name: 'every event by its name, in any order', observed: topics({ ...ours, Events: [untracked, failed, after, missed] }) },
    { name: 'an event twice', observed: topics({ ...ours, Events: ['s3:Replication:*', failed] }) },
    { name: 'another Id', observed: topics({ ...ours, Id: 'by-hand' }) },
    {
      name: 'two halves',
      observed: topics({ ...ours, Events: [failed] }, { ...ours, Id: 'b', Events: [missed, after, untracked] }),
    },
    { name: 'an empty prefix', observed: topics({ ...ours, Filter: under('') }) },
    { name: 'an empty filter', observed: topics({ ...ours, Filter: { Key: { FilterRules: [] } } }) },
    {
      name: 'a configuration of others that tells our topic of all of it, and of more',
      observed: topics({ ...ours, Id: 'by-hand', Events: ['s3:Replication:*', 's3:ObjectCreated:*'] }),
    },
    {
      name: 'all but what others take',
      observed: topics({ ...theirs, Events: [missed], Filter: under('a/') }, { ...ours, Events: [failed, after, untracked] }),
      because: 'S3 takes an event type once for an object',
    },
  ])('finds nothing wrong with $name', ({ observed }) => {
    expect(setting.diff(observed)).toEqual([]);
    expect(setting.merge(observed)).toEqual(observed);
    expect(blockerIn(observed)).toBeUndefined();
  });

  const at = `TopicConfigurations[${ownId}]`;

  it.each<{ name: string; observed: NotificationConfiguration | undefined; paths: string[]; next: NotificationConfiguration }>([
    { name: 'nothing', observed: undefined, paths: [at], next: topics(ours) },
    { name: 'others only', observed: topics(theirs), paths: [at], next: topics(theirs, ours) },
    {
      name: 'the bus only',
      observed: { EventBridgeConfiguration: {} },
      paths: [at],
      next: { EventBridgeConfiguration: {}, ...topics(ours) },
    },
    { name: 'fewer events', observed: topics({ ...ours, Events: [failed] }), paths: [`${at}.Events`], next: topics(ours) },
    {
      name: 'more events than are ours',
      observed: topics({ ...ours, Events: ['s3:Replication:*', 's3:ObjectCreated:*'] }),
      paths: [`${at}.Events`],
      next: topics(ours),
    },
    { name: 'a prefix', observed: topics({ ...ours, Filter: under('a/') }), paths: [`${at}.Filter`], next: topics(ours) },
    {
      name: 'a suffix',
      observed: topics({ ...ours, Filter: under('z', 'suffix') }),
      paths: [`${at}.Filter`],
      next: topics(ours),
    },
    {
      name: 'another topic',
      observed: topics({ ...ours, TopicArn: teamTopic }, theirs),
      paths: [`${at}.TopicArn`],
      next: topics(ours, theirs),
    },
    {
      name: 'a filter under another Id',
      observed: topics({ ...ours, Id: 'by-hand', Filter: under('a/') }, theirs),
      paths: [at, 'TopicConfigurations[by-hand]'],
      next: topics(theirs, ours),
    },
    {
      name: 'our Id on a queue',
      observed: { QueueConfigurations: [{ Id: ownId, QueueArn: teamQueue, Events: ['s3:Replication:*'] }] },
      paths: [at, `QueueConfigurations[${ownId}]`],
      next: topics(ours),
    },
    {
      name: 'nothing, where others take some events',
      observed: topics({ ...theirs, Events: [missed] }),
      paths: [at],
      next: topics({ ...theirs, Events: [missed] }, { ...ours, Events: [failed, after, untracked] }),
    },
    {
      name: 'fewer events than others leave',
      observed: topics({ ...theirs, Events: [missed] }, { ...ours, Events: [failed] }),
      paths: [`${at}.Events`],
      next: topics({ ...theirs, Events: [missed] }, { ...ours, Events: [failed, after, untracked] }),
    },
  ])('mends $name', ({ observed, paths, next }) => {
    expect(setting.paths(observed)).toEqual(paths);
    expect(setting.inputs(observed)).toEqual([
      { Bucket: 'orders', ExpectedBucketOwner: '111111111111', NotificationConfiguration: next },
    ]);
    expect(setting.diff(setting.merge(observed))).toEqual([]);
  });

  it.each<{ name: string; observed: NotificationConfiguration; owner: string }>([
    { name: 'failures to another topic', observed: topics({ ...theirs, Events: [failed] }), owner: teamTopic },
    {
      name: 'every replication event to another topic',
      observed: topics({ ...theirs, Events: ['s3:Replication:*'] }),
      owner: teamTopic,
    },
    {
      name: 'failures under a prefix to a queue',
      observed: { QueueConfigurations: [{ ...theirQueue, Events: [failed], Filter: under('a/') }] },
      owner: teamQueue,
    },
    {
      name: 'failures to a function',
      observed: {
        LambdaFunctionConfigurations: [
          { Id: 'f', LambdaFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:f', Events: [failed] },
        ],
      },
      owner: 'arn:aws:lambda:eu-west-1:111111111111:function:f',
    },
    {
      name: 'failures under a prefix to our topic beside other things',
      observed: topics({ ...ours, Id: 'by-hand', Events: [failed, 's3:ObjectCreated:*'], Filter: under('a/') }),
      owner: topic,
    },
  ])('is blocked by a configuration of others that sends $name', ({ observed, owner }) => {
    expect(blockerIn(observed)).toMatchObject({
      owner,
      reason: expect.stringContaining(owner),
      statement: Object.values(observed)[0]?.[0],
      remedy: expect.stringContaining(topic),
    });
  });

  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ ...theirs, Id: `team-${at}`, Filter: under(`${at}/`) }));

  it('is blocked where others have as many as S3 takes', () => {
    expect(blockerIn(topics(...many(99)))).toBeUndefined();
    expect(blockerIn(topics(...many(99), { ...ours, Events: [failed] }))).toBeUndefined();
    expect(blockerIn(topics(...many(100)))?.reason).toContain('100');
  });

  it.each<{ name: string; answer: object; observed: object }>([
    { name: 'absent where nothing is set', answer: { $metadata: {} }, observed: { status: 'absent' } },
    {
      name: 'whatever is set',
      answer: { $metadata: {}, ...topics(theirs), EventBridgeConfiguration: {} },
      observed: { status: 'present', value: { ...topics(theirs), EventBridgeConfiguration: {} } },
    },
  ])('reads $name', async ({ answer, observed }) => {
    expect(await readFrom(bucketNotification, setting.on, { 's3:GetBucketNotificationConfiguration': answer })).toEqual(observed);
  });

  it('goes with the last replication that wants it, and nothing of others with it', () => {
    const { retire } = bucketNotification;
    const observed = { ...topics(theirs, ours), QueueConfigurations: [theirQueue], EventBridgeConfiguration: {} };
    const left = retire?.leave(setting.desired, undefined, observed, setting.on) ?? {};

    expect(left).toEqual({ ...topics(theirs), QueueConfigurations: [theirQueue], EventBridgeConfiguration: {} });
    expect(retire?.differences(left, observed)).toEqual([{ path: at, observed: ours }]);
    expect(retire?.leave(setting.desired, setting.desired, observed, setting.on)).toBe(observed);
    expect(bucketNotification.write(setting.on, left, observed)).toMatchObject([{ input: { NotificationConfiguration: left } }]);
  });

  it('leaves an empty configuration where it was all there is', () => {
    expect(bucketNotification.retire?.leave(setting.desired, undefined, topics(ours), setting.on)).toEqual({});
  });
});

const anyEvents = fc.uniqueArray(
  fc.constantFrom<Event>(failed, missed, after, untracked, 's3:Replication:*', 's3:ObjectCreated:*', 's3:ObjectRemoved:*'),
  { minLength: 1, maxLength: 3 },
);
const anyTopic = fc.record(
  {
    Id: fc.constantFrom('a', 'b', 'c', ownId),
    TopicArn: fc.constantFrom(topic, teamTopic),
    Events: anyEvents,
    Filter: fc.constantFrom(undefined, under(''), under('a/'), under('b/')),
  },
  { requiredKeys: ['Id', 'TopicArn', 'Events'] },
);

const isValid = (configuration: NotificationConfiguration): boolean => {
  try {
    requireUnambiguous(configuration.TopicConfigurations ?? []);
    return true;
  } catch {
    return false;
  }
};

const anyConfiguration = fc
  .uniqueArray(anyTopic, { maxLength: 4, selector: ({ Id }) => Id })
  .map((some): NotificationConfiguration => ({ TopicConfigurations: some as TopicConfiguration[] }))
  .filter(isValid);

describe('whatever a bucket tells', () => {
  it('can be made to tell us of failures too in one write that S3 takes, or is blocked', () => {
    fc.assert(
      fc.property(anyConfiguration, (observed) => {
        if (blockerIn(observed) !== undefined) return;
        const next = setting.merge(observed);

        expect(isValid(next)).toBe(true);
        expect(setting.diff(next)).toEqual([]);
        expect(setting.merge(next)).toBe(next);
        expect(setting.diff(observed).length === 0).toBe(next === observed);
        const heard = (next.TopicConfigurations ?? []).some(
          ({ TopicArn, Events = [], Filter }) =>
            TopicArn === topic &&
            (Events.includes(failed) || Events.includes('s3:Replication:*')) &&
            !Filter?.Key?.FilterRules?.some(({ Value }) => Value),
        );
        expect(heard).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps all that is of others, word for word and in order', () => {
    const isOfOthers = ({ Id, TopicArn, Events = [] }: TopicConfiguration): boolean =>
      Id !== ownId && !(TopicArn === topic && Events.every((event) => event.startsWith('s3:Replication:')));
    fc.assert(
      fc.property(anyConfiguration, (observed) => {
        const next = setting.merge(observed);

        expect((next.TopicConfigurations ?? []).filter(isOfOthers)).toEqual(
          (observed.TopicConfigurations ?? []).filter(isOfOthers),
        );
      }),
      { numRuns: 300 },
    );
  });
});
