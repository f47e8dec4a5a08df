/** Whether what a bucket is to send to can be reached: S3 tries it out before it takes a configuration. */
import { deliver, type NotificationTarget, send, senderOf } from '../../notify.ts';
import { requireFunction } from '../../targets/lambda.ts';
import { serviceOf, TargetError } from '../../targets.ts';
import type { World } from '../../world.ts';
import type { Bucket } from './bucket.ts';
import { unreachable } from './errors.ts';
import { destinationsOf, testMessage } from './objects/announce.ts';

type Sender = Pick<Bucket, 'name' | 'account' | 'notifications'>;

/** Sends each destination the test message, whether or not it arrives. */
export function announceTest(world: World, bucket: Sender): void {
  for (const target of destinationsOf(bucket)) if (!isFunction(target)) deliver(world, target, testMessage(world, bucket));
}

/**
 * Queues and topics get a test message; functions are asked whether they let S3 in, and get none.
 *
 * @throws InvalidArgument naming every destination that is not there or does not let S3 in
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
 */
export async function requireReachable(world: World, bucket: Sender): Promise<void> {
  const refusals: { readonly arn: string; readonly why: string }[] = [];
  for (const target of destinationsOf(bucket)) {
    const why = await refusalOf(world, bucket, target);
    if (why !== undefined) refusals.push({ arn: target.arn, why });
  }
  if (refusals.length > 0) throw unreachable(refusals);
}

const isFunction = ({ arn }: NotificationTarget): boolean => serviceOf(arn) === 'lambda';

async function refusalOf(world: World, bucket: Sender, target: NotificationTarget): Promise<string | undefined> {
  try {
    if (isFunction(target)) requireFunction(world, target.arn, senderOf(target));
    else await send(world, target, testMessage(world, bucket));
    return undefined;
  } catch (error) {
    if (error instanceof TargetError)
      return isFunction(target) ? `Not authorized to invoke function [${target.arn}]` : said(error, target);
    throw error;
  }
}

function said({ code }: TargetError, { arn }: NotificationTarget): string {
  const kind = serviceOf(arn) === 'sns' ? 'topic' : 'queue';
  return code === 'RESOURCE_NOT_FOUND'
    ? `The destination ${kind} does not exist`
    : `Permissions on the destination ${kind} do not allow S3 to publish notifications from this bucket`;
}
