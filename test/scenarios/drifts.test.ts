import { beforeAll, describe, expect, it } from 'vitest';
import type { Group } from '../../shared/model/replication.ts';
import { groupsFor } from '../support/builders.ts';
import { type Drift, type Front, type Trial, tryDrift, type WorldName } from '../support/drifts.ts';
import type { Subject } from '../support/edits.ts';
import { recording } from '../support/gateways.ts';
import { lawful } from '../support/lawful.ts';
import { foundationsFor, newTestWorld, pass, type TestWorld, type View } from '../support/world.ts';
import { catalogue, worlds } from './catalogue.ts';

interface Healthy {
  readonly world: TestWorld;
  readonly groups: readonly Group[];
  readonly subject: Subject;
  readonly view: View;
  readonly saved: ReturnType<TestWorld['save']>;
}

const healthy = new Map<WorldName, Healthy>();

async function makeHealthy(name: WorldName): Promise<Healthy> {
  const world = newTestWorld();
  const plan = worlds[name];
  const keys = await foundationsFor(plan.buckets, world.someone);
  const groups = groupsFor(plan, keys);
  await pass(groups, { gateway: world.gateway });
  const [from, to] = plan.buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  const [replication] = groups.flatMap(({ replications }) => replications);
  if (from === undefined || to === undefined || replication === undefined) throw new Error(`world ${name} is incomplete`);
  return {
    world,
    groups,
    subject: { source: from, destination: to, role: replication.role },
    view: world.view(),
    saved: world.save(),
  };
}

/** The core in this process. */
function coreFront({ world, groups }: Healthy, exclusive: boolean): Front & { readonly breaches: readonly string[] } {
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

async function tried(drift: Drift): Promise<Trial & { readonly breaches: readonly string[] }> {
  const start = healthy.get(drift.to ?? 'pair') as Healthy;
  start.world.restore(start.saved);
  const front = coreFront(start, drift.to === 'exclusive');
  const they = { ...start.subject, someone: start.world.someone };
  return { ...(await tryDrift(drift, they, front, start.view)), breaches: front.breaches };
}

const sorted = (names: readonly string[] = []): readonly string[] => [...names].sort();

/** What the expectation leaves out is: nothing. */
function expectPlan({ plan, writesWhilePlanning }: Trial, { expect: expected = {} }: Drift): void {
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

function expectRepair(trial: Trial & { readonly breaches: readonly string[] }, { expect: expected = {} }: Drift): void {
  const { drifted = [], held = {}, failed = [], after = 'proven', takesAway = false } = expected;
  const repaired = drifted.filter((setting) => !(setting in held) && !failed.includes(setting));
  expect(trial.apply).toMatchObject({ repaired: sorted(repaired), failed: sorted(failed), verdicts: [after] });
  expect(trial.breaches).toEqual([]);
  expect(trial.writes > 0).toBe(repaired.length + failed.length > 0);
  if (repaired.length === drifted.length && drifted.length > 0 && expected.blocked === undefined) {
    expect(trial.lost).toEqual([]);
    expect(trial.gained).toEqual([]);
  }
  if (!takesAway) expect(trial.foreignAfter).toEqual(trial.foreignBefore);
  if (failed.length === 0) expect(trial.writesAgain).toBe(0);
}

describe('the drift catalogue', () => {
  beforeAll(async () => {
    for (const name of Object.keys(worlds) as WorldName[]) healthy.set(name, await makeHealthy(name));
  });

  it('holds at least 90 drifts, each under its own name', () => {
    const names = Object.values(catalogue).flatMap((drifts) => drifts.map(({ name, to = 'pair' }) => `${name} (${to})`));

    expect(names.length).toBeGreaterThanOrEqual(90);
    expect(new Set(names).size).toBe(names.length);
  });

  describe.each(Object.entries(catalogue))('of %s', (_, drifts) => {
    it.each(drifts)('sees, repairs and reports that $name', async (drift) => {
      const trial = await tried(drift);

      expectPlan(trial, drift);
      expectRepair(trial, drift);
    });
  });
});
