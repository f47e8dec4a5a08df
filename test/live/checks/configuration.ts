/** What S3 refuses of a replication configuration and around it. */
import {
  GetBucketReplicationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  type ReplicationConfiguration,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import { clientsAt, refusalOf, until } from '../ground.ts';
import type { Stage } from '../stage.ts';
import { sync } from '../trouble.ts';

export const configuration: readonly Check[] = [
  {
    number: 8,
    fact: 'S3 refuses two rules of one priority (`InvalidRequest`)',
    async holds(stage) {
      const refusal = await refusalOf(
        put(stage, ({ Rules = [], ...more }) => ({
          ...more,
          Rules: [...Rules, ...Rules.slice(0, 1).map((rule) => ({ ...rule, ID: 'twin', Filter: { Prefix: 'twin/' } }))],
        })),
      );

      expect(refusal).toBe('InvalidRequest');
    },
  },
  {
    number: 9,
    fact: 'S3 refuses a destination bucket that does not exist (`InvalidRequest`)',
    async holds(stage) {
      expect(
        await refusalOf(
          put(stage, (now) => toBucket(now, `arn:${stage.replication.partition}:s3:::${stage.ground.name}-nowhere`)),
        ),
      ).toBe('InvalidRequest');
    },
  },
  {
    number: 10,
    fact: 'S3 refuses a destination without versioning (`InvalidRequest`), though the caller cannot read that bucket',
    async holds(stage) {
      const { s3 } = clientsAt(stage.ground, stage.replication.destination);
      await s3.send(new PutBucketVersioningCommand(suspended(stage.replication.destination)));
      const refusal = await until(
        stage.ground,
        5,
        () => refusalOf(put(stage, (now) => now)),
        (seen) => seen !== 'accepted',
      );
      await sync(stage);

      expect(refusal).toBe('InvalidRequest');
    },
  },
  {
    number: 11,
    fact: 'S3 refuses to suspend the versioning of a source (`InvalidBucketState`)',
    async holds(stage) {
      const { s3 } = clientsAt(stage.ground, stage.replication.source);
      const refusal = await refusalOf(s3.send(new PutBucketVersioningCommand(suspended(stage.replication.source))));
      await sync(stage);

      expect(refusal).toBe('InvalidBucketState');
    },
  },
];

/** Puts the bucket's configuration back, edited; what S3 takes against expectation is undone. */
async function put(
  { ground, replication: { source } }: Stage,
  edit: (now: ReplicationConfiguration) => ReplicationConfiguration,
): Promise<void> {
  const { s3 } = clientsAt(ground, source);
  const owned = { Bucket: source.bucket, ExpectedBucketOwner: source.account };
  const { ReplicationConfiguration: before } = await s3.send(new GetBucketReplicationCommand(owned));
  if (before === undefined) throw new Error(`${source.bucket} has no replication configuration`);
  await s3.send(new PutBucketReplicationCommand({ ...owned, ReplicationConfiguration: edit(before) }));
  await s3.send(new PutBucketReplicationCommand({ ...owned, ReplicationConfiguration: before }));
}

const toBucket = (now: ReplicationConfiguration, bucket: string): ReplicationConfiguration => ({
  ...now,
  Rules: now.Rules?.map((rule) => ({ ...rule, Destination: { ...rule.Destination, Bucket: bucket } })),
});

const suspended = ({ bucket, account }: { readonly bucket: string; readonly account: string }) => ({
  ...{ Bucket: bucket, ExpectedBucketOwner: account },
  VersioningConfiguration: { Status: 'Suspended' as const },
});
