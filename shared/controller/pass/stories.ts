/** What people have to be told after a pass. Facts only; the same story is not told twice, see `tell.ts`. Pure. */
import { aspects } from '../../aspects/index.ts';
import {
  type Difference,
  type Finding,
  type Held,
  type HeldReason,
  type ReplicationReport,
  type ResourceRef,
  stepKey,
} from '../../model/finding.ts';
import type { Replication } from '../../model/replication.ts';
import type { Pass } from '../../reconcile.ts';
import { settingTitle } from '../../text/setting-title.ts';
import { digestOf } from '../digest.ts';
import type { ContestRecord, OutageRecord, RepairRecord } from '../ledger.ts';
import type { DriftTold, Story, StoryChange } from '../story.ts';
import { changeOf, type PassContext } from './context.ts';
import { mayRecover } from './recoverable.ts';

export interface Told {
  readonly pass: Pass;
  readonly repairs: readonly RepairRecord[];
  /** By setting. */
  readonly contests: ReadonlyMap<string, ContestRecord>;
  readonly outages: readonly OutageRecord[];
  /** false: only some settings were looked at. */
  readonly isFull: boolean;
}

export function storiesOf(context: PassContext, told: Told): readonly Story[] {
  return [
    ...pausesEnded(context),
    ...repairStories(context, told),
    ...driftStories(context, told),
    ...contestedStories(context, told),
    ...(told.isFull
      ? [...blockedStories(context, told.pass), ...unreadableStories(context, told.pass), ...provenStories(context, told)]
      : []),
  ];
}

export const about = ({ memory, startedAt }: PassContext, replications: readonly string[]) => ({
  replications,
  group: memory.id,
  at: startedAt,
});

const namesOf = (items: readonly { readonly replications: readonly string[] }[]): readonly string[] => [
  ...new Set(items.flatMap(({ replications }) => replications)),
];

/** Once: a document may say for ever that it was paused until some day. */
const pausesEnded = (context: PassContext): readonly Story[] =>
  context.group.replications.flatMap(({ name, mode, pauseExpired }: Replication) => {
    const isNews = context.memory.pauses.has(name) || context.memory.statuses.get(name)?.mode === 'paused';
    if (pauseExpired === undefined || mode.kind === 'paused' || !isNews) return [];
    return [{ kind: 'pause-ended' as const, ...about(context, [name]), ...pauseExpired }];
  });

const aspectNamed = (name: string) => aspects.find((aspect) => aspect.name === name);

export function driftOf(context: PassContext, record: RepairRecord): DriftTold {
  const { aspect, resource, differences, change, driftedAt, endedAt, outcome } = record;
  const seconds =
    outcome === 'repaired' && endedAt !== undefined ? (Date.parse(endedAt) - Date.parse(driftedAt)) / 1000 : undefined;
  return {
    ...settingTold(context, aspect, resource, differences),
    ...(change && { change: changeTold(change) }),
    driftedAt,
    ...(seconds !== undefined && { seconds }),
  };
}

function changeTold({ eventName, eventId, time, account, region, actor }: StoryChange): StoryChange {
  return { eventName, eventId, time, account, region, actor };
}

const settingTold = ({ group }: PassContext, aspect: string, resource: ResourceRef, differences: readonly Difference[]) => ({
  setting: settingTitle(aspectNamed(aspect)?.title ?? aspect, resource, group.replications),
  ...(aspectNamed(aspect)?.interrupts === false && { interrupts: false }),
  resource,
  matters: aspectNamed(aspect)?.matters ?? '',
  differences,
});

function repairStories(context: PassContext, { repairs }: Told): readonly Story[] {
  const repaired = repairs.filter(({ outcome }) => outcome === 'repaired');
  const failed = repairs.filter(({ outcome }) => outcome !== 'repaired');
  const drift = (record: RepairRecord): DriftTold => driftOf(context, record);
  const details = failed.map(({ detail, outcome }) => detail ?? (outcome === 'written' ? notSeenYet : outcome));
  return [
    ...(repaired.length > 0
      ? [{ kind: 'repaired' as const, ...about(context, namesOf(repaired)), drifts: repaired.map(drift) }]
      : []),
    ...(failed.length > 0
      ? [
          {
            kind: 'repair-failed' as const,
            ...about(context, namesOf(failed)),
            drifts: failed.map(drift),
            detail: details.join('\n'),
          },
        ]
      : []),
  ];
}

const notSeenYet = 'AWS accepted the repair, but reading it back does not show it yet. The next pass looks again.';

/** Somebody asked for it, or another story says it. */
const untold: ReadonlySet<HeldReason> = new Set<HeldReason>([
  'paused',
  'orphaned',
  'contested',
  'budget-exceeded',
  'prerequisite-blocked',
  'prerequisite-unreadable',
]);

/** Drift that nobody repairs now, except where somebody asked for exactly that. */
function driftStories(context: PassContext, { pass }: Told): readonly Story[] {
  const held = [...pass.plan.held.filter(({ reason }) => !untold.has(reason)), ...observedOnly(context, pass)];
  return [...Map.groupBy(held, ({ detail }) => detail)].map(([detail, items]) => ({
    kind: 'drifted',
    ...about(context, namesOf(items)),
    drifts: items.map((item) => heldTold(context, pass, item)),
    held: detail,
  }));
}

/** A deployment that only observes has steps, and never takes one. */
const observedOnly = ({ c }: PassContext, { plan }: Pass): readonly Held[] =>
  c.settings.mode === 'repair'
    ? []
    : plan.steps.map(({ aspect, resource, replications, differences }) => ({
        ...{ aspect, resource, replications, differences },
        reason: 'observe-mode',
        detail: 'Lockstep is deployed to observe only: nothing is repaired.',
      }));

function heldTold(context: PassContext, pass: Pass, { aspect, resource, differences }: Held): DriftTold {
  const target = pass.compared.find((item) => item.target.key === stepKey({ aspect, resource }))?.target;
  const change = target && changeOf(context, target);
  return {
    ...settingTold(context, aspect, resource, differences),
    ...(change && { change: changeTold(change) }),
    driftedAt: change?.time ?? context.startedAt,
  };
}

function contestedStories(context: PassContext, { pass, contests }: Told): readonly Story[] {
  return pass.plan.held.flatMap((item): Story[] => {
    const record = contests.get(stepKey(item));
    if (item.reason !== 'contested' || record?.heldUntil === undefined) return [];
    const { rivals, repairs, heldUntil } = record;
    const drift = heldTold(context, pass, item);
    return [{ kind: 'contested', ...about(context, item.replications), drift, rivals, repairs: repairs.length, heldUntil }];
  });
}

/** One cause is one story, however many replications it stops. */
function blockedStories(context: PassContext, { reports }: Pass): readonly Story[] {
  const blocked = reports.filter(({ verdict }) => verdict === 'blocked');
  return [...Map.groupBy(blocked, ({ blockers }) => digestOf(blockers.map(({ reason, statement }) => [reason, statement])))].map(
    ([, some]) => {
      const names = some.map(({ name }) => name);
      return { kind: 'blocked', ...about(context, names), blockers: some[0]?.blockers ?? [], since: sinceWhen(context, some) };
    },
  );
}

function sinceWhen({ memory, startedAt }: PassContext, reports: readonly ReplicationReport[]): string {
  const since = reports.flatMap(({ name, verdict }) => {
    const former = memory.statuses.get(name);
    return former?.verdict === verdict ? [former.since] : [];
  });
  return since.sort()[0] ?? startedAt;
}

/** Trouble that may pass by itself is told only when it has lasted. */
const lastingMinutes = 30;

function unreadableStories(context: PassContext, { reports }: Pass): readonly Story[] {
  const concerned = reports.filter((report) => report.verdict === 'unreadable' && isLasting(context, report));
  const reasonsOf = ({ findings }: ReplicationReport): readonly string[] => [
    ...new Set(findings.flatMap((finding) => (finding.verdict === 'unreadable' ? [finding.reason] : []))),
  ];
  return [...Map.groupBy(concerned, (report) => digestOf(reasonsOf(report)))].map(([, some]) => ({
    kind: 'unreadable',
    ...about(
      context,
      some.map(({ name }) => name),
    ),
    reasons: some[0] ? reasonsOf(some[0]) : [],
  }));
}

function isLasting(context: PassContext, report: ReplicationReport): boolean {
  const mayPass = (finding: Finding): boolean =>
    finding.verdict === 'unreadable' && finding.error !== undefined && mayRecover(finding.error);
  const isForGood = report.findings.some((finding) => finding.verdict === 'unreadable' && !mayPass(finding));
  return isForGood || Date.parse(context.startedAt) - Date.parse(sinceWhen(context, [report])) >= lastingMinutes * 60_000;
}

/** After something that a person was told to see to. */
function provenStories(context: PassContext, { pass, outages }: Told): readonly Story[] {
  const told = new Set(['blocked', 'unreadable', 'contested', 'drifted']);
  return pass.reports.flatMap((report): Story[] => {
    const former = context.memory.statuses.get(report.name);
    const outage = outages.find(({ replication }) => replication === report.name);
    const wasFailing = context.memory.failures.has(report.name) && outage?.endedAt !== undefined;
    const isUnderWay = context.memory.unfinished.some(({ replications }) => replications.includes(report.name));
    // Drift under repair is told by how the repair ends.
    const wasTold = former !== undefined && told.has(former.verdict) && !(former.verdict === 'drifted' && isUnderWay);
    if (report.verdict !== 'proven' || former === undefined || !(wasTold || wasFailing)) return [];
    const { startedAt, reasons, window } = outage ?? {
      startedAt: former.since,
      reasons: former.troubles,
      window: { from: former.since },
    };
    return [{ kind: 'proven-again', ...about(context, [report.name]), outage: { startedAt, reasons, from: window.from } }];
  });
}
