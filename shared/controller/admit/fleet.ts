/** What the ledger has to say about a fleet, and where that differs from what it says. Pure. */
import { groupsOf } from '../../model/group.ts';
import type { KeyRef, Replication } from '../../model/replication.ts';
import { digestOf } from '../digest.ts';
import type { FleetChange, GroupRecord, ReplicationRecord } from '../ledger.ts';
import { resourceIds } from '../resource-ids.ts';

export interface Fleet {
  readonly replications: readonly ReplicationRecord[];
  readonly groups: readonly GroupRecord[];
  /** Groups by resource id. */
  readonly index: ReadonlyMap<string, readonly string[]>;
}

/**
 * The fleet that these replications make. `asked` of each group: the digest of what a pass is to be asked for.
 *
 * @param earlier those that were in force before: they keep the time of their first admission
 * @param now ISO 8601
 */
export function fleetOf(replications: readonly Replication[], earlier: readonly ReplicationRecord[], now: string): Fleet {
  const known = byName(earlier);
  const groups = groupsOf(replications).map(({ id, replications: members }) => ({
    id,
    records: members.map((replication): ReplicationRecord => {
      const former = known.get(replication.name);
      const since = former === undefined ? now : former.since;
      return { replication, group: id, digest: digestOfWishes(replication), ...(since !== undefined && { since }) };
    }),
  }));
  return {
    replications: groups.flatMap(({ records }) => records),
    groups: groups.map(({ id, records }) => ({
      id,
      replications: records.map(({ replication }) => replication.name),
      asked: digestOf(records.map(({ replication, digest }) => `${replication.name} ${digest}`)),
    })),
    index: indexOf(groups.flatMap(({ records }) => records)),
  };
}

/** Changes with everything that a pass goes by, and with nothing else: not with the document it stands in, nor with what AWS says about an alias. */
export function digestOfWishes({ document, pauseExpired, orphanedSince, ...wishes }: Replication): string {
  const { source, destination } = wishes;
  return digestOf({
    ...wishes,
    orphaned: orphanedSince !== undefined,
    source: { ...source, key: keyIdentity(source.key), furtherKeys: source.furtherKeys.map(keyIdentity) },
    destination: { ...destination, key: keyIdentity(destination.key) },
  });
}

const keyIdentity = ({ named, arn, unresolved }: KeyRef) => ({ named, arn, unresolved: unresolved?.status });

function indexOf(records: readonly ReplicationRecord[]): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, Set<string>>();
  for (const { replication, group } of records)
    for (const id of resourceIds(replication)) index.set(id, (index.get(id) ?? new Set()).add(group));
  return new Map([...index].map(([id, groups]) => [id, [...groups].sort()]));
}

/** Nothing in it: nothing changed. Groups that changed lose their `asked` until `askedFor`. */
export function changeBetween(old: Fleet, next: Fleet): FleetChange {
  const [records, groups] = [byName(old.replications), new Map(old.groups.map((group) => [group.id, group]))];
  const names = new Set(next.replications.map(({ replication }) => replication.name));
  const ids = new Set(next.groups.map(({ id }) => id));
  return {
    replications: next.replications.filter((record) => !isSame(record, records.get(record.replication.name))),
    removedReplications: [...records.keys()].filter((name) => !names.has(name)),
    groups: next.groups
      .filter((group) => isOutdated(groups.get(group.id), group))
      .map(({ id, replications: members }) => ({ id, replications: members })),
    removedGroups: [...groups.keys()].filter((id) => !ids.has(id)),
    index: new Map([...next.index].filter(([id, ofOne]) => old.index.get(id)?.toSorted().join() !== ofOne.join())),
    removedIndex: [...old.index.keys()].filter((id) => !next.index.has(id)),
  };
}

const byName = (records: readonly ReplicationRecord[]): ReadonlyMap<string, ReplicationRecord> =>
  new Map(records.map((record) => [record.replication.name, record]));

/** A pass may go by the new wishes before it is asked to: what it was asked for before is then no longer how things are. */
const isOutdated = (old: GroupRecord | undefined, { replications, asked }: GroupRecord): boolean =>
  old?.replications.join() !== replications.join() || (old.asked !== undefined && old.asked !== asked);

/** Text first, for it is the quicker way to see that nothing changed; the reason AWS gave for an alias may be worded anew each time. */
function isSame(record: ReplicationRecord, known: ReplicationRecord | undefined): boolean {
  if (known === undefined) return false;
  const [one, other] = [withoutReasons(record), withoutReasons(known)];
  return JSON.stringify(one) === JSON.stringify(other) || digestOf(one) === digestOf(other);
}

const withoutReasons = (record: ReplicationRecord): unknown =>
  JSON.parse(JSON.stringify(record, (key, value) => (key === 'unresolved' ? value?.status : value)));

/** Groups whose wishes or members are not those that a pass was last asked for. */
export function unasked(old: Fleet, next: Fleet): readonly GroupRecord[] {
  const asked = new Map(old.groups.map((group) => [group.id, group.asked]));
  return next.groups.filter((group) => asked.get(group.id) !== group.asked);
}

export const isEmpty = (change: FleetChange): boolean =>
  change.index.size === 0 &&
  [change.replications, change.removedReplications, change.groups, change.removedGroups, change.removedIndex].every(
    (part) => part.length === 0,
  );

/** Notes what passes were asked for, and nothing else. */
export const askedFor = (groups: readonly GroupRecord[]): FleetChange => ({
  replications: [],
  removedReplications: [],
  groups,
  removedGroups: [],
  index: new Map(),
  removedIndex: [],
});
