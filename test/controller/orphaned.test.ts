/** A replication whose document is gone is kept as it is, and not repaired. */
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { operations } from '../../shared/model/operations.ts';
import type { Group } from '../../shared/model/replication.ts';
import { worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import { newController, type TestController } from '../support/controller.ts';
import { foundationsFor } from '../support/world.ts';

const since = '2026-03-01T12:30:00Z';

let controller: TestController;
let group: Group;

beforeEach(async () => {
  controller = newController();
  const keys = await foundationsFor(worlds.pair.buckets, controller.someone);
  const [first] = groupsFor(worlds.pair, keys);
  if (first === undefined) throw new Error('there is no pair');
  group = first;
  await controller.adopt([group]);
  await controller.sweep('first');
  await controller.drain();
  await controller.clock.advance(3600);
  controller.events();
  controller.sent.length = 0;
  controller.stories.length = 0;
});

const isWrite = ({ operation }: AwsCall): boolean => operations[operation].kind === 'write';

const orphaned = () => ({ ...group, replications: group.replications.map((r) => ({ ...r, orphanedSince: since })) });

async function suspendVersioning(): Promise<void> {
  const [r] = group.replications;
  const s3 = new S3Client({
    ...{ region: r?.destination.region ?? '', requestHandler: controller.aws.requestHandler(), forcePathStyle: true },
    credentials: { accessKeyId: r?.destination.account ?? '', secretAccessKey: 'local' },
  });
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: r?.destination.bucket, VersioningConfiguration: { Status: 'Suspended' } }),
  );
}

describe('a replication without a document', () => {
  it.each([
    { by: 'the event', wake: () => controller.route() },
    { by: 'the sweep', wake: () => controller.sweep('later') },
  ])('is looked at and left as it is when it drifts, woken by $by', async ({ wake }) => {
    await controller.adopt([orphaned()]);
    await suspendVersioning();
    await controller.clock.advance(5);

    await wake();
    await controller.drain();

    const [status] = await controller.ledger.statuses();
    expect(status?.verdict).toBe('orphaned');
    expect(controller.sent.length).toBeGreaterThan(0);
    expect(controller.sent.filter(isWrite)).toEqual([]);
    expect(controller.stories).toEqual([]);
  });

  it('is repaired again once a document names it', async () => {
    await controller.adopt([orphaned()]);
    await suspendVersioning();
    await controller.sweep('later');
    await controller.drain();
    await controller.clock.advance(3600);

    await controller.adopt([group]);
    await controller.sweep('last');
    await controller.drain();

    expect((await controller.ledger.statuses())[0]?.verdict).toBe('proven');
    expect(controller.sent.filter(isWrite).map(({ operation }) => operation)).toEqual(['s3:PutBucketVersioning']);
  });
});
