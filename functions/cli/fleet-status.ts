/** How the fleet stands, by what the ledger remembers. Pure. */
import type {
  ContestRecord,
  DocumentRecord,
  FailureRecord,
  FleetRecord,
  FlowRecord,
  PauseRecord,
  ReplicationRecord,
  StatusRecord,
} from '../../shared/controller/ledger.ts';
import type { Freeze } from '../../shared/controller/ports.ts';
import type { Blocker, Verdict } from '../../shared/model/finding.ts';
import { secondsBetween } from '../../shared/text/time.ts';
import { type ExitCode, exitCode } from './failure.ts';

export interface Remembered {
  readonly replications: readonly ReplicationRecord[];
  readonly statuses: readonly StatusRecord[];
  readonly flows: readonly FlowRecord[];
  readonly failures: readonly FailureRecord[];
  readonly pauses: readonly PauseRecord[];
  readonly contests: readonly ContestRecord[];
  readonly documents: readonly DocumentRecord[];
  readonly fleet: FleetRecord;
  readonly freeze: Freeze | undefined;
}

export interface ReplicationStatus {
  readonly name: string;
  readonly group: string;
  readonly document: string;
  readonly mode: 'repair' | 'observe' | 'paused';
  /** `waiting`: no pass has looked at it yet. */
  readonly verdict: Verdict | 'waiting';
  readonly since?: string;
  readonly lastPass?: string;
  readonly lastProof?: string;
  /** Start of the open outage. */
  readonly outage?: string;
  readonly troubles: readonly string[];
  readonly blockers: readonly Blocker[];
  /** What S3 reports as not replicated, and is not over. */
  readonly failures?: FailureRecord;
  /** Everything is as desired, and its objects do not move all the same. */
  readonly stalled?: Pick<FlowRecord, 'since' | 'judgedAt' | 'stalls'>;
  /** Set by a person, and not over yet. */
  readonly pause?: PauseRecord;
  /** Settings of its group that are contested, and held. */
  readonly holds: readonly { readonly setting: string; readonly heldUntil: string }[];
}

export interface FleetStatus {
  readonly at: string;
  readonly replications: readonly ReplicationStatus[];
  readonly freeze?: Freeze;
  readonly budget?: NonNullable<FleetRecord['budget']>;
  readonly lastSweep?: { readonly startedAt: string; readonly endedAt?: string; readonly isLate: boolean };
  readonly invalidDocuments: readonly Required<Pick<DocumentRecord, 'name' | 'invalid'>>[];
}

/** An hourly sweep that is two hours old has been missed. In seconds. */
const lateSeconds = 2 * 3600;

/** @param names only these; empty: all */
export function fleetStatus(remembered: Remembered, names: readonly string[], now: Date): FleetStatus {
  const { replications, documents, fleet, freeze } = remembered;
  const at = now.toISOString();
  const { lastSweep, budget } = fleet;
  const chosen = names.length === 0 ? replications : replications.filter(({ replication }) => names.includes(replication.name));
  const memory = memoryOf(remembered);
  const started = lastSweep?.startedAt;
  return {
    at,
    replications: chosen.map((record) => statusOf(record, memory, at)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(freeze && { freeze }),
    ...(budget && { budget }),
    ...(lastSweep &&
      started !== undefined && {
        lastSweep: {
          startedAt: started,
          ...(lastSweep.endedAt !== undefined && { endedAt: lastSweep.endedAt }),
          isLate: (secondsBetween(started, at) ?? 0) > lateSeconds,
        },
      }),
    invalidDocuments: documents.flatMap(({ name, invalid }) => (invalid === undefined ? [] : [{ name, invalid }])),
  };
}

interface Memory {
  readonly statuses: ReadonlyMap<string, StatusRecord>;
  readonly flows: ReadonlyMap<string, FlowRecord>;
  readonly failures: ReadonlyMap<string, FailureRecord>;
  readonly pauses: ReadonlyMap<string, PauseRecord>;
  /** By group. */
  readonly contests: ReadonlyMap<string, readonly ContestRecord[]>;
}

const memoryOf = ({ statuses, flows, failures, pauses, contests }: Remembered): Memory => ({
  statuses: new Map(statuses.map((one) => [one.replication, one])),
  flows: new Map(flows.map((one) => [one.replication, one])),
  failures: new Map(failures.map((one) => [one.replication, one])),
  pauses: new Map(pauses.map((one) => [one.replication, one])),
  contests: Map.groupBy(contests, ({ group }) => group),
});

function statusOf({ replication, group }: ReplicationRecord, memory: Memory, now: string): ReplicationStatus {
  const { name, document, orphanedSince, mode } = replication;
  const status = memory.statuses.get(name);
  const set = memory.pauses.get(name);
  const pause = set !== undefined && set.until > now ? set : undefined;
  const verdict = verdictOf(orphanedSince, pause, status);
  const failures = memory.failures.get(name);
  return {
    name,
    group,
    document,
    mode: pause === undefined ? mode.kind : 'paused',
    verdict,
    ...(status && { since: status.since, lastPass: status.lastPass }),
    ...(status?.lastProof !== undefined && { lastProof: status.lastProof }),
    ...(status?.outage !== undefined && { outage: status.outage }),
    troubles: status?.troubles ?? [],
    blockers: status?.blockers ?? [],
    ...stallOf(verdict, memory.flows.get(name)),
    ...(failures && { failures }),
    ...(pause && { pause }),
    holds: (memory.contests.get(group) ?? []).flatMap(({ setting, heldUntil }) =>
      heldUntil !== undefined && heldUntil > now ? [{ setting, heldUntil }] : [],
    ),
  };
}

/** Of what drifted, is blocked or paused that is said already. */
function stallOf(verdict: ReplicationStatus['verdict'], flow: FlowRecord | undefined): Pick<ReplicationStatus, 'stalled'> {
  if (flow?.flow !== 'stalled' || (verdict !== 'proven' && verdict !== 'unproven')) return {};
  const { since, judgedAt, stalls } = flow;
  return { stalled: { since, judgedAt, stalls } };
}

function verdictOf(
  orphanedSince: string | undefined,
  pause: PauseRecord | undefined,
  status: StatusRecord | undefined,
): ReplicationStatus['verdict'] {
  if (orphanedSince !== undefined) return 'orphaned';
  if (pause !== undefined) return 'paused';
  return status?.verdict ?? 'waiting';
}

export const isFine = ({ verdict, stalled, failures }: ReplicationStatus): boolean =>
  (verdict === 'proven' || verdict === 'paused') && stalled === undefined && failures === undefined;

/** 2 as soon as one replication is neither proven nor paused, or is stalled or failing, or the controller itself needs somebody. */
export function statusExitCode({ replications, budget, lastSweep, invalidDocuments }: FleetStatus): ExitCode {
  const needsSomebody = budget !== undefined || lastSweep?.isLate === true || invalidDocuments.length > 0;
  return needsSomebody || !replications.every(isFine) ? exitCode.drift : exitCode.inSync;
}
