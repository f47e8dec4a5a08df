import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recording } from '../support/gateways.ts';
import { lawful } from '../support/lawful.ts';
import {
  type BuiltWorld,
  build,
  dependsOnOthers,
  drifts,
  foreignThings,
  happen,
  isExclusive,
  modes,
  worldPlan,
} from '../support/random.ts';
import { pass } from '../support/world.ts';

/** One pass: what was sent, what was refused to be done, which laws were broken. */
async function onePass(world: BuiltWorld, given: readonly object[]) {
  const watched = recording(world.gateway);
  const gateway = lawful(watched, { exclusive: isExclusive(world.plan) });
  const reports = await pass(world.groups(given), { gateway, pauses: [0] });
  const outcomes = reports.flatMap((report) => report.outcomes);
  return {
    reports,
    breaches: gateway.breaches,
    writes: watched.writes(),
    refused: outcomes.filter(({ outcome }) => outcome !== 'repaired'),
  };
}

/** Milliseconds: a loaded machine is slower, not wrong. */
const patience = 180_000;

describe('law 1: in sync means silence', () => {
  it(
    'writes nothing right after a pass, whatever was there, and whatever happened since',
    async () => {
      await fc.assert(
        fc.asyncProperty(worldPlan, foreignThings, drifts, modes, async (plan, things, events, given) => {
          const world = await build(plan);
          await happen(world, things);
          for (const happening of [[], events]) {
            await happen(world, happening);
            const repair = await onePass(world, given);
            expect(repair.breaches).toEqual([]);
            if (dependsOnOthers(plan) && repair.refused.length > 0) return;
            expect(repair.refused).toEqual([]);

            const again = await onePass(world, given);
            expect(again.breaches).toEqual([]);
            expect(again.writes).toEqual([]);
            expect(again.reports.flatMap((report) => report.steps)).toEqual([]);
            // Drift that is left is held, with a reason; none is passed over in silence.
            expect(again.reports.filter(({ verdict, held }) => verdict === 'drifted' && held.length === 0)).toEqual([]);
          }
        }),
        { numRuns: 40 },
      );
    },
    patience,
  );
});
