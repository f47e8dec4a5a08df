/** Settings that only accompany replication, such as who hears of failures: they are told of, and proof and outages go on without them. */
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../shared/controller/ports.ts';
import { worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import { driftNamed, policyGone } from '../support/chaos-kit.ts';
import { newController } from '../support/controller.ts';
import type { They } from '../support/edits.ts';
import { foundationsFor } from '../support/world.ts';

async function aHealthyWorld(settings: Partial<Settings> = {}) {
  const controller = newController({ settings });
  const { buckets } = worlds.announcing;
  const keys = await foundationsFor(buckets, controller.someone);
  const groups = groupsFor(worlds.announcing, keys);
  await controller.adopt(groups);
  await controller.sweep();
  await controller.drain();
  const [source, destination] = buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  const role = groups[0]?.replications[0]?.role;
  const they = { source, destination, role, someone: controller.someone } as They;
  const hourLater = async () => {
    await controller.clock.advance(3600);
    controller.events();
    await controller.sweep();
    await controller.drain();
    const [status] = await controller.ledger.statuses();
    return status;
  };
  return { controller, they, hourLater };
}

const taken = driftNamed('replication failures were led to others instead');

describe('a failure notification that others stand in the way of', () => {
  it('is told as blocked, once, while the proof stays fresh and no outage opens', async () => {
    const { controller, they, hourLater } = await aHealthyWorld();
    controller.stories.length = 0;
    await taken.done(they);

    await hourLater();
    const status = await hourLater();

    expect(status).toMatchObject({ verdict: 'blocked', lastProof: status?.lastPass });
    expect(status?.outage).toBeUndefined();
    expect(controller.stories.map(({ kind }) => kind)).toEqual(['blocked']);
  });

  it('does not keep an outage open that is over', async () => {
    const { controller, they, hourLater } = await aHealthyWorld();
    await taken.done(they);
    await policyGone.done(they);

    await hourLater();
    const status = await hourLater();

    const outages = await controller.ledger.outages('orders-dr', 10);
    expect(status?.outage).toBeUndefined();
    expect(outages).toMatchObject([{ replication: 'orders-dr', endedAt: expect.any(String) }]);
  });
});
