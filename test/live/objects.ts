/** Objects that are written to see what becomes of them. */
import { HeadObjectCommand, PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { type Notification, type ReportedFailure, readNotification } from '../../shared/controller/failures/notification.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { clientsAt, type Ground, until } from './ground.ts';
import type { Stage } from './stage.ts';

/** Most objects replicate within seconds, and nearly all within this: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html */
export const patience = 15;

export async function write(
  { ground, replication: { source } }: { readonly ground: Ground; readonly replication: Replication },
  key: string,
  more: Partial<PutObjectCommandInput> = {},
): Promise<void> {
  const { s3 } = clientsAt(ground, source);
  const owned = { Bucket: source.bucket, ExpectedBucketOwner: source.account };
  await s3.send(new PutObjectCommand({ ...owned, Key: key, Body: `${key}, written by a live check\n`, ...more }));
}

/** What S3 says of the object in the end: `COMPLETED`, `FAILED`, or what it said when the patience was over. */
export async function fateOf(
  { ground, replication: { source } }: { readonly ground: Ground; readonly replication: Replication },
  key: string,
): Promise<string> {
  const head = async (): Promise<string> => {
    const owned = { Bucket: source.bucket, ExpectedBucketOwner: source.account };
    const { ReplicationStatus } = await clientsAt(ground, source).s3.send(new HeadObjectCommand({ ...owned, Key: key }));
    return ReplicationStatus ?? 'not attempted';
  };
  return until(ground, patience, head, (status) => status === 'COMPLETED' || status === 'FAILED');
}

/**
 * Writes objects until one is replicated: what was just granted may not be known everywhere, and a failed object is not tried again.
 *
 * @returns its key; undefined when none of five was
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
export async function firstReplicated(
  on: { readonly ground: Ground; readonly replication: Replication },
  name: string,
  more: Partial<PutObjectCommandInput> = {},
): Promise<string | undefined> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const key = `${name}-${attempt}`;
    await write(on, key, more);
    if ((await fateOf(on, key)) === 'COMPLETED') return key;
    await on.ground.wait(60);
  }
  return undefined;
}

export const replicaOf = (
  { ground, replication: { destination } }: { readonly ground: Ground; readonly replication: Replication },
  key: string,
) =>
  clientsAt(ground, destination).s3.send(
    new HeadObjectCommand({ Bucket: destination.bucket, ExpectedBucketOwner: destination.account, Key: key }),
  );

/** What arrived in the queue of failures so far, read as the controller reads it. */
export async function arrived({ ground, failures }: Stage, heard: Notification[]): Promise<readonly Notification[]> {
  const { sqs } = clientsAt(ground, ground.source);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: failures.queueUrl, MaxNumberOfMessages: 10 }));
  for (const { Body = '', ReceiptHandle } of Messages) {
    heard.push(readNotification(Body));
    await sqs.send(new DeleteMessageCommand({ QueueUrl: failures.queueUrl, ReceiptHandle }));
  }
  return heard;
}

/** The report of a failed object; undefined when none came in time. */
export async function reportOf(stage: Stage, key: string): Promise<ReportedFailure | undefined> {
  const heard: Notification[] = [];
  const find = async (): Promise<ReportedFailure | undefined> =>
    (await arrived(stage, heard))
      .flatMap((notification) => (notification.kind === 'records' ? notification.failures : []))
      .find((failure) => failure.key === key);
  return until(stage.ground, patience, find, (found) => found !== undefined);
}
