/** What one change costs and what becomes of it: every drift of the catalogue through the event path. */
import { describe, expect, it } from 'vitest';
import { catalogue, worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import { newController, type TestController } from '../support/controller.ts';
import type { Drift, WorldName } from '../support/drifts.ts';
import type { They } from '../support/edits.ts';
import { toldTwice } from '../support/stories.ts';
import { foundationsFor } from '../support/world.ts';

interface Healthy {
  readonly controller: TestController;
  readonly they: They;
}

/** A pair that was set up by a sweep and proven by the next one; nothing is left in the queue. */
async function aHealthyPair(world: WorldName): Promise<Healthy> {
  const plan = worlds[world];
  const controller = newController();
  const { someone, clock, sent, stories } = controller;
  const keys = await foundationsFor(plan.buckets, someone);
  const groups = groupsFor(plan, keys);
  await controller.adopt(groups);
  await controller.sweep('first');
  await controller.drain();
  await clock.advance(3600);
  controller.events();
  sent.length = 0;
  stories.length = 0;
  const [source, destination] = plan.buckets.map((bucket) => ({
    ...bucket,
    bucket: bucket.name,
    key: keys[bucket.name] ?? '',
  }));
  const role = groups[0]?.replications[0]?.role;
  if (source === undefined || destination === undefined || role === undefined) throw new Error('the pair is incomplete');
  return { controller, they: { source, destination, role, someone } };
}

/** The first pass after the drift, then all that follow. */
async function heal({ controller, they }: Healthy, drift: Drift) {
  const { clock, sent, ledger, stories, queue } = controller;
  await drift.done(they);
  await clock.advance(5);
  await controller.route();
  const isHeard = queue.length > 0;
  await controller.drain(1);
  const first = sent.length;
  await clock.advance(5);
  const further = await controller.drain(10);
  const [status] = await ledger.statuses();
  return { isHeard, first, further, status, stories };
}

const drifts: readonly Drift[] = Object.values(catalogue)
  .flat()
  .filter(({ to = 'pair' }) => to === 'pair' || to === 'announcing');

/** What one change may cost. */
const cost = [
  { of: /^deletion of the key was scheduled/, calls: 4, because: 'cancelling leaves a key disabled, so it takes two writes' },
  { of: /policy of others|managed policy|permissions boundary/, calls: 5, because: 'policies beside ours are listed, then read' },
];

/** More than one call was made, or a whole resource came or went: then everything is looked at. */
const several = /deleted|again|together|everything|both|while|moved|changed to|everybody|public|alias|delegation/;

describe('a change', () => {
  it.each(drifts)('is seen, healed and proven by events alone: $name', async (drift) => {
    const healed = await heal(await aHealthyPair(drift.to ?? 'pair'), drift);

    const { after = 'proven', drifted = [], blocked = [] } = drift.expect ?? {};
    expect(healed.status?.verdict).toBe(after);
    expect(healed.further).toBeLessThanOrEqual(2);
    if (drifted.length + blocked.length > 0) expect(healed.isHeard).toBe(true);
    expect(toldTwice(healed.stories)).toEqual([]);
    expect(healed.stories.filter(({ kind }) => kind === 'repaired').length).toBeLessThanOrEqual(1);
    // Where something stands in the way, everything is looked at.
    if (!several.test(drift.name) && blocked.length === 0)
      expect(healed.first).toBeLessThanOrEqual(cost.find(({ of }) => of.test(drift.name))?.calls ?? (drifted.length > 0 ? 3 : 1));
  });
});
