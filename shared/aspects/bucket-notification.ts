import type { NotificationConfiguration, NotificationConfigurationFilter, TopicConfiguration } from '@aws-sdk/client-s3';
import type { Blocker, Difference } from '../model/finding.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { onBucket, sourceBucket } from './resources.ts';

const ownId = 'lockstep-replication-failures';
const failed = 's3:Replication:OperationFailedReplication';
const wildcard = 's3:Replication:*';
/** What the wildcard stands for. */
const events = [
  failed,
  's3:Replication:OperationMissedThreshold',
  's3:Replication:OperationReplicatedAfterThreshold',
  's3:Replication:OperationNotTracked',
] as const;

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
const maximum = 100;

/**
 * The source bucket tells our topic of failed replications. It has one configuration for all its notifications, so ours goes beside
 * those of others, under its own Id. Whatever sends nothing but replication events to our topic counts as ours, under any Id.
 */
export const bucketNotification: Aspect<NotificationConfiguration> = {
  name: 'bucket-notification',
  title: 'failure notification',
  matters: 'S3 tells of a failed replication here and nowhere else: without it objects fail and nobody hears of it.',
  interrupts: false,
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html',
  after: [],
  // CloudTrail calls PutBucketNotificationConfiguration so: https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
  changedBy: ['PutBucketNotification', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetBucketNotification'], write: ['s3:PutBucketNotification'] },
  resources: (r) => (r.source.failureTopic === undefined ? [] : [sourceBucket(r)]),
  // All that is sent from one bucket goes to the one topic of its account and region.
  desired: ([{ source }]) => ({
    TopicConfigurations: [{ Id: ownId, TopicArn: source.failureTopic, Events: [wildcard] }],
  }),
  // A bucket without notifications answers 200 with nothing in it:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketNotificationConfiguration', onBucket(on)), {
      parse: ({ TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations, EventBridgeConfiguration }) => {
        const all = { TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations, EventBridgeConfiguration };
        const set = Object.entries(all).filter(([, part]) => part !== undefined);
        return set.length > 0 ? Object.fromEntries(set) : undefined;
      },
    }),
  diff(desired, observed) {
    const { topic, own, wanted } = sorted(desired, observed);
    if (isServed(own, topic, wanted)) return [];
    const named = own.find(({ id, kind }) => id === ownId && kind === 'TopicConfigurations');
    const others = own.filter((one) => one !== named);
    return [
      ...(wanted === undefined ? [] : differencesFrom(named, wanted)),
      ...(wanted === undefined && named ? [named, ...others] : others).map((one) => ({ path: pathOf(one), observed: one.asks })),
    ];
  },
  blockedBy: (desired, observed, on) => inTheWay(desired, observed, on.arn) ?? tooMany(desired, observed, on.arn),
  merge(desired, observed = {}) {
    const { topic, own, wanted } = sorted(desired, observed);
    return isServed(own, topic, wanted) ? observed : withOurs(without(own, observed), observed, wanted);
  },
  // Replaces everything, and tries every destination out by a test message, those of others too:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
  write: (on, next) => [
    callOn(on, 's3:PutBucketNotificationConfiguration', { ...onBucket(on), NotificationConfiguration: next }),
  ],
  retire: {
    leave: (gone, staying, observed) => (staying === undefined ? without(sorted(gone, observed).own, observed) : observed),
    differences: (left, observed) =>
      askedIn(observed)
        .filter(({ asks }) => !askedIn(left).some((kept) => kept.asks === asks))
        .map((one) => ({ path: pathOf(one), observed: one.asks })),
    // An empty configuration is written like any other; there is no call that deletes it.
    isEmpty: () => false,
    remove: () => [],
  },
};

const kinds = ['TopicConfigurations', 'QueueConfigurations', 'LambdaFunctionConfigurations'] as const;
type Kind = (typeof kinds)[number];

/** One configuration of whatever kind. */
interface Asked {
  readonly kind: Kind;
  readonly id: string | undefined;
  /** Where it sends. */
  readonly arn: string | undefined;
  readonly events: readonly string[];
  /** No filter: it is for every object. */
  readonly isWhole: boolean;
  /** Itself, word for word. */
  readonly asks: object;
}

interface AnyConfiguration {
  readonly Id?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly QueueArn?: string | undefined;
  readonly LambdaFunctionArn?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

const askedIn = (configuration: NotificationConfiguration | undefined): readonly Asked[] =>
  kinds.flatMap((kind) =>
    (configuration?.[kind] ?? []).map((asks: AnyConfiguration) => ({
      ...{ kind, asks, id: asks.Id, events: asks.Events ?? [] },
      arn: asks.TopicArn ?? asks.QueueArn ?? asks.LambdaFunctionArn,
      isWhole: (asks.Filter?.Key?.FilterRules ?? []).every(({ Value }) => !Value),
    })),
  );

const pathOf = ({ kind, id }: Asked): string => `${kind}[${id ?? ''}]`;

const isReplication = (event: string): boolean => event.startsWith('s3:Replication:');

/** The replication events that are asked for, singly. */
const eventsOf = (asked: readonly Asked[]): readonly string[] => {
  const all = new Set(asked.flatMap((one) => one.events));
  return events.filter((event) => all.has(event) || all.has(wildcard));
};

const isOurs = ({ id, arn, events: own }: Asked, topic: string): boolean =>
  id === ownId || (arn === topic && own.length > 0 && own.every(isReplication));

/** Sends to our topic, of every object. */
const reaches = ({ kind, arn, isWhole }: Asked, topic: string): boolean =>
  kind === 'TopicConfigurations' && arn === topic && isWhole;

interface Sorted {
  readonly topic: string;
  readonly own: readonly Asked[];
  readonly others: readonly Asked[];
  /** Ours as it can be beside the others; undefined: they leave nothing to ask for. */
  readonly wanted: TopicConfiguration | undefined;
}

/** S3 lets an event type be asked for once for an object, and ours is for every object: what others take is left to them. */
function sorted(desired: NotificationConfiguration, observed: NotificationConfiguration | undefined): Sorted {
  const [ours] = desired.TopicConfigurations ?? [];
  const topic = ours?.TopicArn ?? '';
  const { own = [], others = [] } = Object.groupBy(askedIn(observed), (one) => (isOurs(one, topic) ? 'own' : 'others'));
  const taken = eventsOf(others);
  const free = events.filter((event) => !taken.includes(event));
  const wanted = ours && free.length > 0 ? { ...ours, Events: taken.length === 0 ? [wildcard] : free } : undefined;
  return { topic, own, others, wanted: wanted as TopicConfiguration | undefined };
}

const isServed = (own: readonly Asked[], topic: string, wanted: TopicConfiguration | undefined): boolean =>
  own.every((one) => reaches(one, topic) && one.events.every(isReplication)) &&
  (wanted === undefined ? own.length === 0 : isSame(eventsOf(own), eventsIn(wanted)));

const eventsIn = (wanted: TopicConfiguration): readonly string[] => eventsOf(askedIn({ TopicConfigurations: [wanted] }));

const isSame = (some: readonly string[], others: readonly string[]): boolean => some.join() === others.join();

function differencesFrom(named: Asked | undefined, wanted: TopicConfiguration): readonly Difference[] {
  if (named === undefined) return [{ path: `TopicConfigurations[${ownId}]`, desired: wanted }];
  const isAsked = named.events.every(isReplication) && isSame(eventsOf([named]), eventsIn(wanted));
  const at = pathOf(named);
  return [
    ...(named.arn === wanted.TopicArn ? [] : [{ path: `${at}.TopicArn`, observed: named.arn, desired: wanted.TopicArn }]),
    ...(isAsked ? [] : [{ path: `${at}.Events`, observed: named.events, desired: wanted.Events }]),
    ...(named.isWhole ? [] : [{ path: `${at}.Filter`, observed: (named.asks as AnyConfiguration).Filter }]),
  ];
}

/** All but these; a kind of which nothing is left is left out. */
function without(some: readonly Asked[], observed: NotificationConfiguration): NotificationConfiguration {
  const going = new Set<object>(some.map(({ asks }) => asks));
  const left = kinds.flatMap((kind) => {
    const kept = (observed[kind] ?? []).filter((one) => !going.has(one));
    return kept.length > 0 ? [[kind, kept] as const] : [];
  });
  const { TopicConfigurations: _, QueueConfigurations: __, LambdaFunctionConfigurations: ___, ...more } = observed;
  return { ...more, ...Object.fromEntries(left) };
}

/** Ours in its old place among the topics, or last. */
function withOurs(
  left: NotificationConfiguration,
  observed: NotificationConfiguration,
  wanted: TopicConfiguration | undefined,
): NotificationConfiguration {
  if (wanted === undefined) return left;
  const topics = left.TopicConfigurations ?? [];
  const place = (observed.TopicConfigurations ?? []).findIndex(({ Id }) => Id === ownId);
  return { ...left, TopicConfigurations: topics.toSpliced(place < 0 ? topics.length : place, 0, wanted) };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
function inTheWay(
  desired: NotificationConfiguration,
  observed: NotificationConfiguration | undefined,
  bucket: string,
): Blocker | undefined {
  const { topic, others } = sorted(desired, observed);
  const rival = others.find((one) => eventsOf([one]).includes(failed) && !reaches(one, topic));
  if (rival === undefined) return undefined;
  const { id = '', arn = '' } = rival;
  return {
    reason: `notification "${id}" of ${bucket} sends replication failures to ${arn}, and S3 sends an event to one destination only`,
    owner: arn,
    statement: rival.asks,
    remedy: `Take the events s3:Replication:* out of "${id}" and subscribe what needs them to ${topic}; or set \`failureEvents: false\` in the document.`,
  };
}

function tooMany(
  desired: NotificationConfiguration,
  observed: NotificationConfiguration | undefined,
  bucket: string,
): Blocker | undefined {
  const { others, own, topic, wanted } = sorted(desired, observed);
  if (others.length < maximum || wanted === undefined || isServed(own, topic, wanted)) return undefined;
  return {
    reason: `${bucket} has ${others.length} notifications of others already, and S3 takes ${maximum} for a bucket`,
    owner: bucket,
    remedy: 'Remove one that is not needed any more; or set `failureEvents: false` in the document.',
  };
}
