/** The usual pair under a controller: in order, and broken in the usual way. */
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import type { Group } from '../../shared/model/replication.ts';
import { worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import type { TestController } from '../support/controller.ts';
import { foundationsFor } from '../support/world.ts';

/** Makes its buckets and keys, and gives it to the controller. */
export async function adoptPair(controller: TestController): Promise<Group> {
  const keys = await foundationsFor(worlds.pair.buckets, controller.someone);
  const [group] = groupsFor(worlds.pair, keys);
  if (group === undefined) throw new Error('there is no pair');
  await controller.adopt([group]);
  return group;
}

/** Has everything built and proven an hour ago, and what that led to forgotten. */
export async function settle(controller: TestController): Promise<void> {
  await controller.sweep('first');
  await controller.drain();
  await controller.clock.advance(3600);
  controller.events();
  controller.sent.length = 0;
  controller.stories.length = 0;
}

/** Of the destination, by its own account. */
export async function suspendVersioning({ someone }: TestController, { replications: [r] }: Group): Promise<void> {
  if (r === undefined) return;
  const VersioningConfiguration = { Status: 'Suspended' } as const;
  await someone.s3(r.destination).send(new PutBucketVersioningCommand({ Bucket: r.destination.bucket, VersioningConfiguration }));
}
