/**
 * The events of a bucket, sent to where its notification configuration says.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
import { randomUUID } from 'node:crypto';
import type { Event, NotificationConfigurationFilter } from '@aws-sdk/client-s3';
import { deliver, type NotificationTarget } from '../../../notify.ts';
import type { CallContext } from '../../../service.ts';
import type { World } from '../../../world.ts';
import { type Bucket, bucketArn, canonicalUserId } from '../bucket.ts';
import type { Version } from './version.ts';

/** Who made the event, as its record names them. */
interface Maker {
  /** e.g. `AWS:AROA…:session`. */
  readonly principalId: string;
  readonly address: string;
  readonly requestId: string;
}

export interface BucketEvent {
  /** Without `s3:`, e.g. `ObjectCreated:Put`. */
  readonly name: string;
  /** Of the record: 2.1, and 2.2 for replication. */
  readonly version: '2.1' | '2.2';
  readonly maker: Maker;
  readonly object: Version;
  /** Further members of the record. */
  readonly more?: object;
}

/** Sends one event to every target that asks for it. */
export function announce(world: World, bucket: Bucket, event: BucketEvent): void {
  for (const { asks, target } of targetsOf(bucket, event)) {
    deliver(world, target, { Records: [recordOf(world, bucket, event, asks.Id ?? '')] });
  }
}

/** S3 itself, for what it does on its own. */
export const byS3 = (): Maker => ({ principalId: 's3.amazonaws.com', address: 's3.amazonaws.com', requestId: requestId() });

const requestId = (): string => randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();

const byCaller = ({ caller }: CallContext): Maker => ({
  principalId: `AWS:${caller.userId}`,
  address: '127.0.0.1',
  requestId: requestId(),
});

/** What a caller did to an object. @param name e.g. `ObjectCreated:Put` */
export const announceCall = (version: Version, bucket: Bucket, call: CallContext, name: string): void =>
  announce(call.world, bucket, { name, version: '2.1', maker: byCaller(call), object: version });

interface Configuration {
  readonly Id?: string | undefined;
  readonly Events?: readonly Event[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

interface Configured {
  readonly target: NotificationTarget;
  readonly asks: Configuration;
}

function allTargets({ name, account, notifications }: Pick<Bucket, 'name' | 'account' | 'notifications'>): readonly Configured[] {
  const { QueueConfigurations: queues = [], TopicConfigurations: topics = [] } = notifications;
  const { LambdaFunctionConfigurations: functions = [] } = notifications;
  const of = (asks: Configuration, arn = ''): Configured => ({ asks, target: { arn, bucketArn: bucketArn(name), account } });
  return [
    ...queues.map((asks) => of(asks, asks.QueueArn)),
    ...topics.map((asks) => of(asks, asks.TopicArn)),
    ...functions.map((asks) => of(asks, asks.LambdaFunctionArn)),
  ];
}

const targetsOf = (bucket: Bucket, { name, object }: BucketEvent): readonly Configured[] =>
  allTargets(bucket).filter(
    ({ asks }) => (asks.Events ?? []).some((event) => covers(event, name)) && passes(asks.Filter, object.key),
  );

const covers = (asked: string, name: string): boolean =>
  asked.endsWith('*') ? `s3:${name}`.startsWith(asked.slice(0, -1)) : asked === `s3:${name}`;

/** Filters are held against the URL-encoded key. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
function passes(filter: NotificationConfigurationFilter | undefined, key: string): boolean {
  return (filter?.Key?.FilterRules ?? []).every(({ Name: name, Value: value = '' }) =>
    name?.toLowerCase() === 'prefix' ? encodedKey(key).startsWith(value) : encodedKey(key).endsWith(value),
  );
}

/** As in a form: blanks become `+`. */
const encodedKey = (key: string): string => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

function recordOf(world: World, bucket: Bucket, { name, version, maker, object, more }: BucketEvent, configurationId: string) {
  const { body, etag } = object.kind === 'object' ? object : { body: new Uint8Array(), etag: undefined };
  return {
    eventVersion: version,
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: world.clock.now().toISOString(),
    eventName: name,
    userIdentity: { principalId: maker.principalId },
    requestParameters: { sourceIPAddress: maker.address },
    responseElements: { 'x-amz-request-id': maker.requestId, 'x-amz-id-2': 'local' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket.name, ownerIdentity: { principalId: ownerId(bucket.account) }, arn: bucketArn(bucket.name) },
      object: {
        key: encodedKey(object.key),
        ...(etag !== undefined && !name.startsWith('ObjectRemoved') && { size: body.length, eTag: etag }),
        ...(object.versionId !== 'null' && { versionId: object.versionId }),
        sequencer: object.sequencer,
      },
    },
    ...more,
  };
}

/** Events name owners by a short id of their own. */
const ownerId = (account: string): string => `A${canonicalUserId(account).slice(0, 12).toUpperCase()}`;

/** Every target of a bucket, once. */
export const destinationsOf = (bucket: Pick<Bucket, 'name' | 'account' | 'notifications'>): readonly NotificationTarget[] => [
  ...new Map(allTargets(bucket).map(({ target }) => [target.arn, target])).values(),
];

/** Tells a target that it is one. https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html */
export const testMessage = (world: World, bucket: Pick<Bucket, 'name'>): object => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: world.clock.now().toISOString(),
  Bucket: bucket.name,
  RequestId: requestId(),
  HostId: 'local',
});
