import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aspects } from '../../shared/aspects/index.ts';
import type { RepairRecord } from '../../shared/controller/ledger.ts';
import { type Chaos, isOn, newChaos, outagesOf, repairsOf, routeAll, truth } from '../support/chaos.ts';
import { type Day, days, live, plans } from '../support/chaos-turns.ts';
import { within } from '../support/drifts.ts';
import { allFacts, ownFacts } from '../support/meaning.ts';
import { viewOf } from '../support/world.ts';

const runs = Number(process.env.LOCKSTEP_RUNS ?? 30);
/** Milliseconds: a loaded machine is slower, not wrong. */
const patience = 600_000;
const day = 86_400_000;

/** A key is the same key by its id; rules have too many spellings to be facts of a world in which others spell them. */
const plainly = (facts: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...facts].flatMap((fact) => (fact.startsWith('rule of') ? [] : fact.replaceAll(/arn:aws:kms:[^ ]*key\//g, ''))));

/** As good as the world allows: what others deny is told, not mended. */
async function expectHealthy(chaos: Chaos): Promise<ReadonlySet<string>> {
  const reports = await truth(chaos);
  const verdicts = Object.fromEntries(reports.map(({ name, verdict }) => [name, verdict]));
  const told = Object.fromEntries((await chaos.ledger.statuses()).map(({ replication, verdict }) => [replication, verdict]));
  const blocked = reports.flatMap(({ name, verdict }) => (verdict === 'blocked' ? [name] : []));
  const blamed = chaos.published.flatMap(({ story }) => (story.kind === 'blocked' ? story.replications : []));
  expect({ told, steps: reports.flatMap(({ steps }) => steps) }).toEqual({ told: verdicts, steps: [] });
  expect(Object.values(verdicts).filter((verdict) => verdict !== 'proven' && verdict !== 'blocked')).toEqual([]);
  expect(blocked.filter((name) => !blamed.includes(name))).toEqual([]);
  if (blocked.length > 0) return new Set(blocked);
  const options = { priorities: false };
  const after = within(chaos.healthy, viewOf(chaos.base.aws));
  expect([...plainly(ownFacts(chaos.healthy, options)).difference(plainly(allFacts(after, options)))]).toEqual([]);
  return new Set();
}

/** Every write has its record, and every record its end. */
async function expectNothingLost(chaos: Chaos, { broken }: Day, blocked: ReadonlySet<string>): Promise<void> {
  const repairs = await repairsOf(chaos);
  const owned = ({ call, at }: Chaos['written'][number]): boolean =>
    repairs.some(
      ({ resource, startedAt, endedAt }) =>
        isOn(call, resource.arn) && Date.parse(startedAt) <= at && endedAt !== undefined && at <= Date.parse(endedAt),
    );
  expect(chaos.written.filter((write) => !owned(write)).map(({ call }) => call.operation)).toEqual([]);
  expect(repairs.filter(({ outcome }) => outcome === 'started').map(({ id, aspect }) => `${id} ${aspect}`)).toEqual([]);
  const outages = await outagesOf(chaos);
  const open = outages.filter(({ endedAt }) => endedAt === undefined).map(({ replication }) => replication);
  expect(new Set(open)).toEqual(blocked);
  const isCovered = broken.filter(({ replication, from, to }) =>
    outages.some(
      ({ window, ...outage }) =>
        outage.replication === replication && Date.parse(window.from) <= from && Date.parse(window.to ?? '') >= to,
    ),
  );
  const told = {
    outages: outages.map(({ window }) => window),
    broken: broken.map(({ from, to }) => [from, to].map((at) => new Date(at).toISOString())),
  };
  expect({ ...told, covered: isCovered.length }).toEqual({ ...told, covered: broken.length });
}

const titleOf = (name: string): string => aspects.find((aspect) => aspect.name === name)?.title ?? name;

async function expectToldOnce(chaos: Chaos): Promise<void> {
  const { published, fate, ledger, startedAt } = chaos;
  const repeats = published.filter(({ name, at }, index) =>
    published.slice(0, index).some((other) => other.name === name && at - other.at < day),
  );
  const mayRepeat = fate.deaths.filter((at) => ['notifier.tell after', 'ledger.storyTold before'].includes(at)).length;
  expect({ repeats: repeats.map(({ name }) => name).slice(mayRepeat), deaths: fate.deaths }).toEqual({
    repeats: [],
    deaths: fate.deaths,
  });
  expect(await ledger.untoldStories('9999-01-01T00:00:00.000Z')).toEqual([]);
  const drifts = published.flatMap(({ story }) => (story.kind === 'repaired' ? story.drifts : []));
  const isTold = ({ aspect, resource, differences }: RepairRecord): boolean =>
    drifts.some(
      (drift) =>
        drift.setting.includes(titleOf(aspect)) &&
        drift.resource.arn === resource.arn &&
        JSON.stringify(drift.differences) === JSON.stringify(differences),
    );
  const repaired = (await repairsOf(chaos)).filter((record) => record.outcome === 'repaired' && record.startedAt > startedAt);
  const untold = repaired.filter((record) => !isTold(record));
  expect(untold.map(({ id, aspect }) => `${id} ${aspect}`)).toEqual([]);
}

/** A message of a change or a sweep is a pass and its proof; a death or a storm brings back what it had. */
function expectBounded({ sum, groups, fate }: Chaos, { heard, sweeps }: Day): void {
  const most = 2 * heard * groups.length + 2 * sweeps * groups.length + 3 * sum.returned + 3 * fate.deaths.length + 3;
  expect(sum.passes).toBeLessThanOrEqual(most);
  expect(sum.calls).toBeLessThanOrEqual(90 * most);
}

describe('a controller in trouble', () => {
  it(
    'ends in sync, has lost nothing, told all once and done no more than it had to',
    async () => {
      await fc.assert(
        fc.asyncProperty(plans, days, async (plan, turns) => {
          const chaos = await newChaos(plan);
          const lived = await live(chaos, turns);

          expect(chaos.breaches).toEqual([]);
          const blocked = await expectHealthy(chaos);
          await expectNothingLost(chaos, lived, blocked);
          await expectToldOnce(chaos);
          expectBounded(chaos, lived);
          // What we did ourselves wakes nobody.
          await routeAll(chaos, chaos.base.events());
          expect(chaos.fifo.waiting).toEqual([]);
        }),
        { numRuns: runs, endOnFailure: process.env.LOCKSTEP_RUNS !== undefined },
      );
    },
    patience,
  );
});
