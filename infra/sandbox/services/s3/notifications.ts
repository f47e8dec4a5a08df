/** Where a bucket sends its events. */
import { randomUUID } from 'node:crypto';
import {
  Event,
  type FilterRule,
  type GetBucketNotificationConfigurationRequest,
  type NotificationConfiguration,
  type NotificationConfigurationFilter,
  type PutBucketNotificationConfigurationRequest,
} from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { bucketOf } from './access.ts';
import type { Bucket } from './bucket.ts';
import { invalidArgument, malformedXml, unreachable } from './errors.ts';
import { announceTest, requireReachable } from './notification-destinations.ts';
import { requireUnambiguous } from './notification-overlap.ts';

interface Target {
  readonly Id?: string | undefined;
  readonly Events: readonly Event[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

/**
 * 200 with nothing in it where nothing is set.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
 */
function getBucketNotificationConfiguration(
  input: GetBucketNotificationConfigurationRequest,
  call: CallContext,
): NotificationConfiguration {
  return structuredClone(bucketOf(input, call).notifications);
}

/**
 * Replaces everything, and sends each target a message to try it out.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
async function putBucketNotificationConfiguration(
  input: PutBucketNotificationConfigurationRequest,
  call: CallContext,
): Promise<void> {
  const bucket = bucketOf(input, call);
  const { TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations, EventBridgeConfiguration } = structuredClone(
    input.NotificationConfiguration ?? {},
  );
  const topics = checked(TopicConfigurations, 'sns', (target) => target.TopicArn, bucket);
  const queues = checked(QueueConfigurations, 'sqs', (target) => target.QueueArn, bucket);
  const functions = checked(LambdaFunctionConfigurations, 'lambda', (target) => target.LambdaFunctionArn, bucket);
  const all = [...topics, ...queues, ...functions];
  if (all.length > maximum) throw invalidArgument(`A bucket can have ${maximum} notification configurations at most`);
  requireUnambiguous(all);

  const notifications = {
    ...(topics.length > 0 && { TopicConfigurations: topics }),
    ...(queues.length > 0 && { QueueConfigurations: queues }),
    ...(functions.length > 0 && { LambdaFunctionConfigurations: functions }),
    ...(EventBridgeConfiguration && { EventBridgeConfiguration }),
  };
  const { name, account } = bucket;
  if (!input.SkipDestinationValidation) await requireReachable(call.world, { name, account, notifications });
  bucket.notifications = notifications;
  if (input.SkipDestinationValidation) announceTest(call.world, bucket);
}

// AWS documents the number, and no answer to more. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
const maximum = 100;

function checked<T extends Target>(
  targets: readonly T[] | undefined,
  service: string,
  arnOf: (target: T) => string | undefined,
  bucket: Bucket,
): T[] {
  return (targets ?? []).map((target) => {
    requireArn(arnOf(target), service, bucket);
    if (!target.Events || target.Events.length === 0) throw malformedXml();
    if (!target.Events.every((event) => Object.values(Event).includes(event))) {
      throw invalidArgument('A specified event is not supported for notifications.', 'Event');
    }
    return { ...target, Id: target.Id || randomUUID(), ...(target.Filter && { Filter: checkedFilter(target.Filter) }) };
  });
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
function requireArn(arn: string | undefined, service: string, bucket: Bucket): void {
  if (arn === undefined) throw malformedXml();
  const [, named, region] = /^arn:aws(?:-[a-z-]+)?:([a-z]+):([a-z0-9-]+):\d{12}:.+$/.exec(arn) ?? [];
  if (named !== service) throw invalidArgument('The ARN is not well formed', 'ARN', arn);
  if (region !== bucket.region) {
    throw invalidArgument(
      'The notification destination service region is not valid for the bucket location constraint',
      'ARN',
      arn,
    );
  }
  // FIFO queues and topics cannot receive bucket events.
  if (arn.endsWith('.fifo'))
    throw unreachable([{ arn, why: `The destination ${service === 'sns' ? 'topic' : 'queue'} is FIFO` }]);
}

/** Names read back capitalised. */
function checkedFilter(filter: NotificationConfigurationFilter): NotificationConfigurationFilter {
  return { Key: { FilterRules: (filter.Key?.FilterRules ?? []).map(checkedFilterRule) } };
}

function checkedFilterRule({ Name, Value }: FilterRule): FilterRule {
  const name: string | undefined = Name;
  if (name === undefined || Value === undefined) throw malformedXml();
  if (!/^(prefix|suffix)$/i.test(name)) {
    throw invalidArgument('filter rule name must be either prefix or suffix', 'FilterRule.Name', name);
  }
  // The API's own spelling of the name differs from the SDK's, which lists only lower case.
  return { Name: `${name.charAt(0).toUpperCase()}${name.slice(1).toLowerCase()}` as FilterRule['Name'], Value };
}

export const notificationHandlers = {
  GetBucketNotificationConfiguration: getBucketNotificationConfiguration,
  PutBucketNotificationConfiguration: putBucketNotificationConfiguration,
};
