/** A replication that works, made by the product itself in a local AWS whose time passes when told to. */
import {
  HeadObjectCommand,
  type HeadObjectOutput,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type PutObjectRequest,
} from '@aws-sdk/client-s3';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import type { They } from '../support/edits.ts';
import { aDocument, leftOf, live, pass } from '../support/live-replication.ts';
import { someoneAt } from '../support/world.ts';

export interface ReplicationRecord {
  readonly eventName: string;
  readonly replicationEventData?: { readonly failureReason?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export const queueArn = 'arn:aws:sqs:eu-west-1:111111111111:failures';

export type Scene = Awaited<ReturnType<typeof aScene>>;

/** @param document a document of `live-replication.ts`: orders → orders-dr */
export async function aScene(document: unknown = aDocument()) {
  const clock = virtualClock();
  const { aws, gateway } = await live(document, createLocalAws({ clock }));
  const someone = someoneAt({ requestHandler: aws.requestHandler() });
  const { world } = aws;
  const keyOf = (alias: string): string => world.kms.aliases.get(`arn:aws:kms:${alias}`)?.keyArn ?? '';
  const source = {
    account: '111111111111',
    region: 'eu-west-1',
    bucket: 'orders',
    key: keyOf('eu-west-1:111111111111:alias/orders'),
  };
  const destination = {
    account: '222222222222',
    region: 'eu-central-1',
    bucket: 'orders-dr',
    key: keyOf('eu-central-1:222222222222:alias/orders-dr'),
  };
  const role = { name: 'lockstep-orders', arn: 'arn:aws:iam::111111111111:role/lockstep-orders' };
  const they: They = { someone, source, destination, role };

  const head = (end: typeof source, Key: string, more: object = {}): Promise<HeadObjectOutput | undefined> =>
    someone
      .s3(end)
      .send(new HeadObjectCommand({ Bucket: end.bucket, Key, ...more }))
      .catch(() => undefined);
  const put = (Key: string, more: Partial<PutObjectRequest> = {}) =>
    someone.s3(source).send(new PutObjectCommand({ Bucket: source.bucket, Key, Body: 'contents', ...more }));
  return {
    ...{ aws, world, clock, someone, source, destination, role, they, head, put },
    /** Writes an object at the source and lets its replication take place. */
    async write(key: string, more: Partial<PutObjectRequest> = {}) {
      await put(key, more);
      await clock.advance(60);
      return { written: await head(source, key), replica: await head(destination, key) };
    },
    listen: () =>
      someone.s3(source).send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: source.bucket,
          NotificationConfiguration: {
            QueueConfigurations: [{ Id: 'failures', QueueArn: queueArn, Events: ['s3:Replication:*'] }],
          },
          SkipDestinationValidation: true,
        }),
      ),
    /** Why replications failed so far, as the events say. */
    reasons: () => recordsOf(world.notifications.sent).flatMap(({ replicationEventData: data }) => data?.failureReason ?? []),
    records: () => recordsOf(world.notifications.sent),
    /** The product repairs what it can. @returns what it could not */
    repair: async () => {
      await pass(document, gateway, true);
      return leftOf(await pass(document, gateway, false));
    },
  };
}

const recordsOf = (sent: readonly { readonly message: object }[]): readonly ReplicationRecord[] =>
  sent.flatMap(({ message }) => ('Records' in message ? (message.Records as ReplicationRecord[]) : []));
