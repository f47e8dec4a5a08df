/** Whether objects replicate with what Lockstep grants, and nothing more. */
import { GetObjectAclCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import { clientsAt, until } from '../ground.ts';
import { fateOf, firstReplicated, replicaOf, reportOf, write } from '../objects.ts';
import { documentFor, leftIn, look, made, type Stage } from '../stage.ts';
import { editRolePolicy, sync } from '../trouble.ts';

export const replicates: readonly Check[] = [
  {
    number: 1,
    fact: 'What Lockstep just wrote reads back as it wants it: nothing is left to repair',
    async holds({ ground, document }) {
      const left = await until(
        ground,
        5,
        async () => leftIn(await look(ground, document, false)),
        (some) => some.length === 0,
      );

      expect(left).toEqual([]);
    },
  },
  {
    number: 2,
    fact: 'Objects replicate, within a quarter of an hour, by a role without `s3:PutBucketVersioning` at the destination',
    async holds(stage) {
      const key = await firstReplicated(stage, 'plain');

      expect(key).toBeDefined();
      expect(await replicaOf(stage, key ?? '')).toMatchObject({ ReplicationStatus: 'REPLICA', ServerSideEncryption: 'aws:kms' });
    },
  },
  {
    number: 3,
    fact: 'S3 takes an owner override for a bucket that owns all its objects anyway, and the replica is the destination’s',
    async holds(stage) {
      const { destination } = stage.replication;
      const { s3 } = clientsAt(stage.ground, destination);
      const Key = await firstReplicated(stage, 'owned');

      expect(Key).toBeDefined();
      const { Owner } = await s3.send(new GetObjectAclCommand({ Bucket: destination.bucket, Key }));

      expect(Owner?.ID).toBe((await s3.send(new ListBucketsCommand({}))).Owner?.ID);
    },
  },
  {
    number: 4,
    fact: 'Objects under an S3 Bucket Key and objects without one replicate by the same grants',
    async holds(stage) {
      const under = await firstReplicated(stage, 'bucket-key', { ...sseKms(stage), BucketKeyEnabled: true });
      const without = await firstReplicated(stage, 'no-bucket-key', { ...sseKms(stage), BucketKeyEnabled: false });

      expect({ under, without }).toEqual({ under: expect.any(String), without: expect.any(String) });
    },
  },
  {
    number: 5,
    fact: 'Without a Bucket Key the encryption context is the ARN of the object: a grant for that of the bucket is not enough, and S3 reports `DstPutObjectNotPermitted`',
    async holds(stage) {
      await editRolePolicy(stage, (text) =>
        text.replaceAll(`"arn:${stage.replication.partition}:s3:::${stage.replication.destination.bucket}/*"`, notAnObject),
      );
      const key = await firstFailing(stage, { ...sseKms(stage), BucketKeyEnabled: false });
      const report = await reportOf(stage, key);
      await sync(stage);

      expect(report).toMatchObject({ key, reason: 'DstPutObjectNotPermitted' });
    },
  },
  {
    number: 6,
    fact: 'S3 reports a failed object to the topic that Lockstep asked for, and the report names bucket, rule, destination and time',
    async holds(stage) {
      await editRolePolicy(stage, (text) => text.replaceAll('s3:ReplicateObject', 's3:ReplicateTags'));
      const key = await firstFailing(stage);
      const report = await reportOf(stage, key);
      await sync(stage);

      const { source, destination, rules, partition } = stage.replication;
      expect(report).toMatchObject({
        bucket: `arn:${partition}:s3:::${source.bucket}`,
        destination: `arn:${partition}:s3:::${destination.bucket}`,
        rule: rules[0]?.id,
        time: expect.any(String),
      });
    },
  },
  {
    number: 7,
    fact: 'A locked destination takes retention and legal hold from a role without `s3:PutObjectRetention` and `s3:PutObjectLegalHold`',
    async holds({ ground, inventory }) {
      const document = documentFor(ground, `${ground.name}-lock`, { failureEvents: false, destination: { objectLock: false } });
      const replication = await made(ground, inventory, document, true);
      const day = 24 * 3_600_000;
      const key = await firstReplicated({ ground, replication }, 'held', {
        ...{ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(ground.now().getTime() + day) },
        ...{ ObjectLockLegalHoldStatus: 'ON', ChecksumAlgorithm: 'SHA256' },
      });

      expect(key).toBeDefined();
      expect(await replicaOf({ ground, replication }, key ?? '')).toMatchObject({
        ...{ ObjectLockMode: 'GOVERNANCE', ObjectLockLegalHoldStatus: 'ON' },
      });
    },
  },
];

const sseKms = ({ replication: { source } }: Stage) =>
  ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: source.key.named }) as const;

/** In place of the grant for objects: a context that no object has. */
const notAnObject = '"arn:aws:s3:::no-such-bucket/*"';

/** IAM takes a while to know a policy, so objects are written until one fails. @returns its key, or that of the last one written */
async function firstFailing(stage: Stage, more: Parameters<typeof write>[2] = {}): Promise<string> {
  let key = '';
  for (let attempt = 1; attempt <= 10; attempt++) {
    key = `broken-${stage.ground.now().getTime()}`;
    await write(stage, key, more);
    if ((await fateOf(stage, key)) === 'FAILED') return key;
    await stage.ground.wait(30);
  }
  return key;
}
