/** Healthy worlds for the catalogue, the core as a front, and what a trial must have shown; for any front. */
import { expect } from 'vitest';
import type { Group } from '../../shared/model/replication.ts';
import { groupsFor } from '../support/builders.ts';
import type { Drift, Front, Trial, WorldName } from '../support/drifts.ts';
import type { Subject } from '../support/edits.ts';
import { recording } from '../support/gateways.ts';
import { lawful } from '../support/lawful.ts';
import { foundationsFor, newTestWorld, pass, type TestWorld, type View } from '../support/world.ts';
import { worlds } from './catalogue.ts';

export interface Healthy {
  readonly world: TestWorld;
  readonly groups: readonly Group[];
  readonly subject: Subject;
  readonly view: View;
  readonly saved: ReturnType<TestWorld['save']>;
}

/** A world as the core sets it up. */
export async function makeHealthy(name: WorldName): Promise<Healthy> {
  const world = newTestWorld();
  const plan = worlds[name];
  const keys = await foundationsFor(plan.buckets, world.someone);
  const groups = groupsFor(plan, keys);
  await pass(groups, { gateway: world.gateway });
  const [from, to] = plan.buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  const [replication] = groups.flatMap(({ replications }) => replications);
  if (from === undefined || to === undefined || replication === undefined) throw new Error(`world ${name} is incomplete`);
  const subject = { source: from, destination: to, role: replication.role };
  return { world, groups, subject, view: world.view(), saved: world.save() };
}

/** The core in this process. */
export function coreFront({ world, groups }: Healthy, exclusive: boolean): Front & { readonly breaches: readonly string[] } {
  const watched = recording(world.gateway);
  const gateway = lawful(watched, { exclusive });
  return {
    plan: () => pass(groups, { gateway, write: false }),
    apply: () => pass(groups, { gateway, pauses: [0] }),
    view: () => world.view(),
    writes: () => watched.writes().length,
    breaches: gateway.breaches,
  };
}

const sorted = (names: readonly string[] = []): readonly string[] => [...names].sort();

/** Before the repair: what the drift expects is seen, and, since the rest of an expectation is left out, nothing else. */
export function expectPlan({ plan, writesWhilePlanning }: Trial, { expect: expected = {} }: Drift): void {
  const verdict = expected.verdict ?? (expected.drifted ? 'drifted' : 'proven');
  expect({ ...plan, writesWhilePlanning }).toMatchObject({
    drifted: sorted(expected.drifted),
    blocked: sorted(expected.blocked),
    unreadable: sorted(expected.unreadable),
    held: expected.held ?? {},
    verdicts: [verdict],
    writesWhilePlanning: 0,
  });
  if (expected.blocker !== undefined) expect(plan.blockers).toContain(expected.blocker);
  else if (expected.blocked === undefined) expect(plan.blockers).toBe('[]');
  if (expected.advisory !== undefined) expect(plan.advisories).toContain(expected.advisory);
}

/** After it: what is ours is as in the healthy world, what is not ours is untouched, and a second pass has nothing to write. */
export function expectRepair(trial: Trial, { expect: expected = {} }: Drift): void {
  const { drifted = [], held = {}, failed = [], after = 'proven', takesAway = false } = expected;
  const repaired = drifted.filter((setting) => !(setting in held) && !failed.includes(setting));
  expect(trial.apply).toMatchObject({ repaired: sorted(repaired), failed: sorted(failed), verdicts: [after] });
  expect(trial.writes > 0).toBe(repaired.length + failed.length > 0);
  if (repaired.length === drifted.length && drifted.length > 0 && expected.blocked === undefined)
    expect({ lost: trial.lost, gained: trial.gained }).toEqual({ lost: [], gained: [] });
  if (!takesAway) expect(trial.foreignAfter).toEqual(trial.foreignBefore);
  if (failed.length === 0) expect(trial.writesAgain).toBe(0);
}
