/** Documents, replications, groups, and which groups depend on what. */
import type { DocumentRecord, FleetChange, GroupRecord, Ledger, ReplicationRecord } from '../../controller/ledger.ts';
import { type Item, type Key, recordAt, recordItem, recordOf, sortKey, textSet } from './items.ts';
import { dropLinks, linkKey } from './links.ts';
import type { Store } from './store.ts';

const documentKey = (name: string): Key => ({ pk: 'DOCUMENT', sk: sortKey(name) });
export const replicationKey = (name: string): Key => ({ pk: 'REPLICATION', sk: name });
export const groupKey = (id: string): Key => ({ pk: 'GROUP', sk: id });
const indexKey = (resource: string): Key => ({ pk: 'INDEX', sk: sortKey(resource) });

/** What the index says of buckets, keys and roles comes from the documents; of policies, from what passes found attached. */
export const dependentsKey = (id: string): Key => (/^arn:[^:]*:iam::[^:]*:policy\//.test(id) ? linkKey(id) : indexKey(id));

type FleetLedger = Pick<
  Ledger,
  'documents' | 'putDocuments' | 'removeDocument' | 'replications' | 'groups' | 'index' | 'changeFleet' | 'groupsOn'
>;

export function fleetLedger(store: Store): FleetLedger {
  const all = async <R>(pk: string): Promise<readonly R[]> => (await store.query(pk)).map((item) => recordOf<R>(item));
  return {
    documents: () => all<DocumentRecord>('DOCUMENT'),
    putDocuments: (records) => store.put(records.map((record) => recordItem(documentKey(record.name), record))),
    removeDocument: (name) => store.remove([documentKey(name)]),
    replications: () => all<ReplicationRecord>('REPLICATION'),
    groups: () => all<GroupRecord>('GROUP'),
    index: async () => new Map((await store.query('INDEX')).map((item) => [item.sk, groupsIn(item)])),
    changeFleet: (change) => changeFleet(store, change),
    async groupsOn(resources) {
      const found = await store.get(resources.map(dependentsKey));
      return [...new Set([...found.values()].flatMap(groupsIn))].sort();
    },
  };
}

export const groupsIn = ({ attributes }: Item): readonly string[] => (attributes.groups?.SS ?? []).toSorted();

/**
 * A replication is in the group that its own record names, and a group lists whoever may be in it: so the one write of a replication
 * moves it, from the groups that list it before to those that list it after. Until then a group keeps those it is about to lose.
 */
async function changeFleet(store: Store, change: FleetChange): Promise<void> {
  const entries = [...change.index].filter(([, groups]) => groups.length > 0);
  const emptied = [...change.index].filter(([, groups]) => groups.length === 0).map(([resource]) => resource);
  await store.put(entries.map(([resource, groups]) => ({ ...indexKey(resource), attributes: { groups: textSet(groups) } })));

  const losing = await groupsThatLose(store, change.groups);
  await store.put([...change.groups.filter(({ id }) => !losing.has(id)), ...losing.values()].map(groupItem));
  await store.put(change.replications.map((record) => recordItem(replicationKey(record.replication.name), record)));
  await store.put(change.groups.filter(({ id }) => losing.has(id)).map(groupItem));

  await store.remove(change.removedReplications.map(replicationKey));
  await removeGroups(store, change.removedGroups);
  await store.remove([...change.removedIndex, ...emptied].map(indexKey));
}

const groupItem = (record: GroupRecord): Item => recordItem(groupKey(record.id), record);

/** Groups that are about to lose members, with the old and the new ones. */
async function groupsThatLose(store: Store, groups: readonly GroupRecord[]): Promise<ReadonlyMap<string, GroupRecord>> {
  const old = await store.get(groups.map(({ id }) => groupKey(id)));
  const losing = new Map<string, GroupRecord>();
  for (const group of groups) {
    const before = recordAt<GroupRecord>(old, groupKey(group.id))?.replications ?? [];
    const both = new Set([...before, ...group.replications]);
    if (both.size > group.replications.length) losing.set(group.id, { ...group, replications: [...both].sort() });
  }
  return losing;
}

async function removeGroups(store: Store, groups: readonly string[]): Promise<void> {
  await store.remove(groups.map(groupKey));
  await Promise.all(
    groups.map(async (group) => {
      await dropLinks(store, group);
      const [looked, contests] = await Promise.all([
        store.query(`GROUP#${group}`, { prefix: 'LOOKED#' }),
        store.query('CONTEST', { prefix: `${group} ` }),
      ]);
      await store.remove([...looked, ...contests]);
    }),
  );
}
