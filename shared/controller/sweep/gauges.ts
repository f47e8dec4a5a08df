/** How the fleet stands, in numbers. Pure. */
import type { DocumentRecord, FleetRecord, PauseRecord, ReplicationRecord, StatusRecord } from '../ledger.ts';
import type { Freeze, MetricName } from '../ports.ts';

export interface Fleet {
  readonly replications: readonly ReplicationRecord[];
  readonly documents: readonly DocumentRecord[];
  readonly statuses: readonly StatusRecord[];
  readonly pauses: readonly PauseRecord[];
  readonly freeze: Freeze | undefined;
  readonly lastSweep: FleetRecord['lastSweep'];
  readonly now: Date;
}

/** Each once. `LastSweepAgeSeconds` is the age of the sweep before this one, and absent for the first. */
export function gaugesOf(fleet: Fleet): readonly (readonly [MetricName, number])[] {
  const { replications, freeze, now, lastSweep } = fleet;
  const statuses = inForce(fleet);
  const count = (verdict: StatusRecord['verdict']): number => statuses.filter((one) => one.verdict === verdict).length;
  const orphaned = replications.filter(({ replication }) => replication.orphanedSince !== undefined).length;
  const swept = lastSweep?.endedAt ?? lastSweep?.startedAt;
  return [
    ['Replications', replications.length],
    ['Orphaned', orphaned],
    ['Drifted', count('drifted')],
    ['Blocked', count('blocked')],
    ['Contested', count('contested')],
    ['Unreadable', count('unreadable')],
    ['OldestProofAgeSeconds', oldestProof(fleet, statuses)],
    ...(swept === undefined ? [] : [['LastSweepAgeSeconds', secondsSince(swept, now)] as const]),
    ['Frozen', freeze === undefined ? 0 : 1],
  ];
}

/** A status of something that was taken out of the fleet says nothing. */
function inForce({ replications, statuses }: Fleet): readonly StatusRecord[] {
  const names = new Set(replications.map(({ replication }) => replication.name));
  return statuses.filter(({ replication }) => names.has(replication));
}

/**
 * Of those that are to be proven: what is paused or orphaned is not. One that no pass has looked at yet counts from its admission, or a
 * fleet that nobody looks at would look well.
 */
function oldestProof({ replications, documents, pauses, now }: Fleet, statuses: readonly StatusRecord[]): number {
  const accepted = new Map(documents.map(({ name, acceptedAt }) => [name, acceptedAt]));
  const proofs = new Map(statuses.map(({ replication, lastProof, acceptedAt }) => [replication, lastProof ?? acceptedAt]));
  const paused = new Set(pauses.filter(({ until }) => isAhead(until, now)).map(({ replication }) => replication));
  return replications
    .filter(
      ({ replication: { name, mode, orphanedSince } }) =>
        orphanedSince === undefined && !isPaused(mode, now) && !paused.has(name),
    )
    .map(({ replication: { name, document }, since }) => proofs.get(name) ?? since ?? accepted.get(document))
    .reduce((oldest, proof) => Math.max(oldest, proof === undefined ? 0 : secondsSince(proof, now)), 0);
}

type Mode = ReplicationRecord['replication']['mode'];

const isPaused = (mode: Mode, now: Date): boolean => mode.kind === 'paused' && isAhead(mode.until, now);

const isAhead = (until: string, now: Date): boolean => Date.parse(until) > now.getTime();

const secondsSince = (then: string, now: Date): number => Math.max(0, Math.round((now.getTime() - Date.parse(then)) / 1000));
