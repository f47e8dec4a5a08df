/**
 * What buckets tell the outside: messages to queues, topics and functions.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
import { deliverTo, TargetError, type TargetParams } from './targets.ts';
import type { World } from './world.ts';

export interface NotificationTarget {
  readonly arn: string;
  /** The bucket that sends. */
  readonly bucketArn: string;
  /** Its owner. */
  readonly account: string;
}

export interface SentNotification {
  readonly time: Date;
  readonly target: NotificationTarget;
  /** The JSON that was sent, parsed. */
  readonly message: object;
}

export interface NotificationState {
  /** Everything sent so far, whether or not it arrived, oldest first. */
  readonly sent: SentNotification[];
  /** On the way. */
  readonly underway: Set<Promise<void>>;
}

export const newNotificationState = (): NotificationState => ({ sent: [], underway: new Set() });

/** Sends a message and does not wait. As with S3, what does not exist or does not let S3 in gets nothing, and nobody is told. */
export function deliver(world: World, target: NotificationTarget, message: object): void {
  const { underway } = world.notifications;
  const arrival = arrive(world, target, message).finally(() => underway.delete(arrival));
  underway.add(arrival);
}

async function arrive(world: World, target: NotificationTarget, message: object): Promise<void> {
  try {
    await send(world, target, message);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
  }
}

/** Sends a message, and waits until it has arrived. @throws TargetError when the target is not there, or does not let S3 in */
export async function send(world: World, target: NotificationTarget, message: object): Promise<void> {
  world.notifications.sent.push({ time: world.clock.now(), target, message });
  await deliverTo(world, target.arn, JSON.stringify(message), { ...senderOf(target), messageAttributes: subjectFor(target.arn) });
}

/** S3 in the name of a bucket. */
export const senderOf = ({ bucketArn, account }: NotificationTarget): TargetParams => ({
  ...{ service: 's3.amazonaws.com', sourceArn: bucketArn, sourceAccount: account },
});

/** Mails of topics have a subject. */
const subjectFor = (arn: string): Record<string, string> =>
  arn.split(':')[2] === 'sns' ? { subject: 'Amazon S3 Notification' } : {};

/** Resolves when nothing is on the way. */
export async function delivered(world: World): Promise<void> {
  while (world.notifications.underway.size > 0) await Promise.all(world.notifications.underway);
}
