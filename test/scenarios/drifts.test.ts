import { beforeAll, describe, expect, it } from 'vitest';
import { type Drift, type Trial, tryDrift, type WorldName } from '../support/drifts.ts';
import { catalogue, worlds } from './catalogue.ts';
import { coreFront, expectPlan, expectRepair, type Healthy, makeHealthy } from './trials.ts';

const healthy = new Map<WorldName, Healthy>();

async function tried(drift: Drift): Promise<Trial & { readonly breaches: readonly string[] }> {
  const start = healthy.get(drift.to ?? 'pair') as Healthy;
  start.world.restore(start.saved);
  const front = coreFront(start, drift.to === 'exclusive');
  const they = { ...start.subject, someone: start.world.someone };
  return { ...(await tryDrift(drift, they, front, start.view)), breaches: front.breaches };
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
      expect(trial.breaches).toEqual([]);
    });
  });
});
