/** The story of objects that S3 reported as not replicated: what fails, why, and what was done about it. */
import { aspects } from '../../aspects/index.ts';
import type { Pass } from '../../reconcile.ts';
import { explanationOf, isOver } from '../failures/reasons.ts';
import type { FailureRecord, RepairRecord } from '../ledger.ts';
import type { ReasonTold, Story, StoryOf } from '../story.ts';
import type { PassContext } from './context.ts';
import type { Health } from './health.ts';
import { about, driftOf } from './stories.ts';

/** Of each replication so many repairs are looked at. */
const repairsBack = 20;

/** @returns undefined when S3 reports nothing, or no more. Reads the ledger only when it does */
export async function failingStory(
  context: PassContext,
  { reports }: Pass,
  repairs: readonly RepairRecord[],
  health: readonly Health[],
): Promise<StoryOf<'failing'> | undefined> {
  const { memory, c } = context;
  const open = [...memory.failures.values()].filter((record) => !isOver(record, c.now()));
  if (open.length === 0) return undefined;
  const names = open.map(({ replication }) => replication).toSorted();
  const concerned = reports.filter(({ name }) => names.includes(name));
  const from = earliest(open.map((record) => record.from));
  const done = [...(await repairsSince(context, names, from)), ...repairs].filter(
    (record) => record.outcome === 'repaired' && record.replications.some((name) => names.includes(name)),
  );
  const known = [...new Map(done.map((record) => [record.id, record])).values()];
  return {
    kind: 'failing',
    ...about(context, names),
    ...{ since: earliest(open.map(({ since }) => since)), last: latest(open.map(({ last }) => last)), from },
    reasons: reasonsIn(open, context, known),
    outages: [...new Set(open.map(({ outage }) => outage))],
    drifts: known.map((record) => driftOf(context, record)),
    troubles: [...new Set(health.flatMap(({ status }) => (names.includes(status.replication) ? status.troubles : [])))],
    blockers: concerned.flatMap(({ blockers }) => blockers),
    proven: concerned.length > 0 && concerned.every(({ verdict }) => verdict === 'proven'),
  };
}

const earliest = (times: readonly string[]): string => times.toSorted()[0] ?? '';

const latest = (times: readonly string[]): string => times.toSorted().at(-1) ?? '';

/** Those that ended after the first of the objects was to be replicated. */
async function repairsSince({ c }: PassContext, names: readonly string[], from: string): Promise<readonly RepairRecord[]> {
  const all = await Promise.all(names.map((name) => c.ledger.repairs(name, repairsBack)));
  return all.flat().filter(({ endedAt }) => endedAt !== undefined && endedAt >= from);
}

/** The most frequent first. */
function reasonsIn(
  open: readonly FailureRecord[],
  context: PassContext,
  repairs: readonly RepairRecord[],
): readonly ReasonTold[] {
  const entries = open.flatMap(({ counts }) => Object.entries(counts));
  return [...Map.groupBy(entries, ([reason]) => reason)]
    .map(([reason, some]): ReasonTold => {
      const { meaning, todo } = explanationOf(reason);
      const explaining = repairs
        .filter(({ aspect }) => explains(aspect, reason))
        .map((record) => driftOf(context, record).setting);
      const count = some.reduce((sum, [, n]) => sum + n, 0);
      return { reason, count, meaning, ...(todo !== undefined && { todo }), explainedBy: [...new Set(explaining)] };
    })
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

const explains = (name: string, reason: string): boolean =>
  aspects.some((aspect) => aspect.name === name && (aspect.failureReasons ?? []).includes(reason));

const parts: readonly Story['kind'][] = ['repaired', 'repair-failed', 'drifted', 'blocked', 'unreadable'];

/** Whether the one story has said all that the other would. */
export const isPartOf = ({ replications }: StoryOf<'failing'>, story: Story): boolean =>
  parts.includes(story.kind) && story.replications.every((name) => replications.includes(name));
