import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspects } from '../../shared/aspects/index.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { targetsOf } from '../../shared/stages/targets.ts';
import { recording } from '../support/gateways.ts';
import { allFacts, foreignContent, type Json, ownFacts } from '../support/meaning.ts';
import {
  type BuiltWorld,
  build,
  dependsOnOthers,
  foreignThings,
  happen,
  mixedModes,
  sharedDrifts,
  sharedPlan,
} from '../support/random.ts';
import { pass } from '../support/world.ts';

const subject = ({ input }: AwsCall): string => {
  const { Bucket, KeyId, RoleName } = input as { Bucket?: string; KeyId?: string; RoleName?: string };
  return Bucket ?? KeyId ?? RoleName ?? '';
};

/** Buckets, keys and roles at which some replication may be repaired. */
function repairable(world: BuiltWorld, given: readonly object[]): ReadonlySet<string> {
  const targets = world.groups(given).flatMap((group) => targetsOf(group, aspects));
  const free = targets.filter(({ sharers }) => sharers.some(({ mode }) => mode.kind === 'repair'));
  return new Set(free.map(({ on }) => (on.type === 'key' ? on.arn : on.name)));
}

const entriesOf = (content: Json): readonly Json[] => (Array.isArray(content) ? content : [content as Json]);

/** Buckets, keys and roles of which some setting is wanted by nobody but documents that want it for themselves alone. */
function exclusivePlaces(world: BuiltWorld, given: readonly object[]): readonly string[] {
  const targets = world.groups(given).flatMap((group) => targetsOf(group, aspects));
  const alone = targets.filter(({ sharers }) => sharers.every(({ exclusive }) => exclusive));
  return [...new Set(alone.map(({ on }) => (on.type === 'bucket' ? on.name : on.arn)))];
}

/** Every entry of others is still there, in the same order. */
function isKept(before: Json, after: Json = []): boolean {
  const left = entriesOf(after).map((entry) => JSON.stringify(entry));
  return entriesOf(before).every((entry) => {
    const at = left.indexOf(JSON.stringify(entry));
    if (at < 0) return false;
    left.splice(0, at + 1);
    return true;
  });
}

/** Milliseconds: a loaded machine is slower, not wrong. */
const patience = 180_000;

describe('replications that share buckets, keys and roles', () => {
  it(
    'never lose to the repair of another what they had, and what waits is not written',
    async () => {
      await fc.assert(
        fc.asyncProperty(sharedPlan, foreignThings, sharedDrifts, mixedModes, async (plan, things, events, given) => {
          const world = await build(plan);
          await happen(world, things);
          await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
          const healthyView = world.view();
          const healthy = ownFacts(healthyView, { settings: true });
          await happen(world, events);
          const before = world.view();
          const watched = recording(world.gateway);

          await pass(world.groups(given), { gateway: watched, pauses: [0] });

          const after = world.view();
          const had = healthy.intersection(allFacts(before, { settings: true }));
          expect([...had.difference(allFacts(after, { settings: true }))].filter((fact) => !fact.startsWith('rule of'))).toEqual(
            [],
          );
          expect(ruleIds(healthyView).intersection(ruleIds(before)).difference(ruleIds(after))).toEqual(new Set());
          const free = repairable(world, given);
          expect(watched.writes().filter((call) => !free.has(subject(call)))).toEqual([]);
          const mayGo = exclusivePlaces(world, given);
          const [theirs, still] = [foreignContent(before), foreignContent(after)];
          for (const [place, content] of Object.entries(theirs).filter(([name]) => !mayGo.some((on) => name.endsWith(` ${on}`))))
            expect({ place, kept: isKept(content, still[place]) }).toEqual({ place, kept: true });
        }),
        { numRuns: 40 },
      );
    },
    patience,
  );

  it(
    'are set up one by one: what is not to wait is permitted in the end, whatever waits beside it',
    async () => {
      await fc.assert(
        fc.asyncProperty(sharedPlan, mixedModes, async (plan, given) => {
          const world = await build(plan);
          if (dependsOnOthers(plan)) return;

          const reports = await pass(world.groups(given), { gateway: world.gateway, pauses: [0] });

          const active = reports.filter(({ mode }) => mode === 'repair');
          expect(active.map(({ name, held }) => [name, held])).toEqual(active.map(({ name }) => [name, []]));
          expect(active.map(({ name, verdict }) => [name, verdict])).toEqual(active.map(({ name }) => [name, 'proven']));
        }),
        { numRuns: 20 },
      );
    },
    patience,
  );
});

/** Our rules that are there at all; what a repair changes in them is another matter. */
function ruleIds({ buckets }: ReturnType<BuiltWorld['view']>): ReadonlySet<string> {
  return new Set(
    [...buckets].flatMap(([name, bucket]) =>
      [...(bucket.replication?.Rules ?? []), ...(bucket.lifecycle ?? [])]
        .filter(({ ID }) => ID?.startsWith('lockstep'))
        .map(({ ID }) => `${ID} of ${name}`),
    ),
  );
}
