import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepOutcome } from '../../shared/model/finding.ts';
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

/** A statement of others names a role that is gone: AWS takes no policy with it, and the statement is not ours to remove. */
const waitsForOthers = (refused: readonly StepOutcome[]): boolean => {
  const failed = refused.filter((one) => one.outcome === 'failed');
  const isOfOthers = failed.every(({ detail }) =>
    /Statements of others name AROA\w+: a role or user that was deleted/.test(detail),
  );
  return failed.length > 0 && isOfOthers && refused.every(({ outcome }) => outcome === 'failed' || outcome === 'skipped');
};

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
            if (repair.refused.length > 0 && (dependsOnOthers(plan) || waitsForOthers(repair.refused))) return;
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
