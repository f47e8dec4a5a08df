/** Repairs and outages: the history. A repair stands once, however many replications it concerns; each of them points to it. */
import type { Ledger, OutageRecord, RepairRecord } from '../../controller/ledger.ts';
import { expiry, type Item, type Key, recordAt, recordItem, recordOf, sortKey } from './items.ts';
import type { Store } from './store.ts';

type RepairLedger = Pick<Ledger, 'startRepairs' | 'endRepairs' | 'repairs' | 'putOutage' | 'outages'>;

const historySeconds = 400 * 24 * 3600;
const historyEnds = (from: string): Date => new Date(Date.parse(from) + historySeconds * 1000);

export const openPrefix = 'OPEN#';
export const repairKey = (id: string): Key => ({ pk: `REPAIR#${id}`, sk: 'REPAIR' });
const openKey = (group: string, id: string): Key => ({ pk: `GROUP#${group}`, sk: openPrefix + id });
const pointerKey = (replication: string, id: string): Key => ({ pk: `REPAIRS#${replication}`, sk: id });
const outageKey = (replication: string, startedAt: string): Key => ({ pk: `OUTAGES#${replication}`, sk: sortKey(startedAt) });

export const openIn = (items: readonly Item[]): readonly string[] =>
  items.filter(({ sk }) => sk.startsWith(openPrefix)).map(({ sk }) => sk.slice(openPrefix.length));

/** One that was ended just before a crash may still be listed as open. */
export const isUnfinished = (record: RepairRecord | undefined): record is RepairRecord => record?.outcome === 'started';

export function repairLedger(store: Store): RepairLedger {
  return {
    async startRepairs(group, records) {
      // The repairs first: what points to nothing would hide them.
      await store.put(records.map(repairItem));
      await store.put(records.flatMap((record) => [pointer(openKey(group, record.id), record), ...pointersTo(record)]));
    },
    async endRepairs(group, records) {
      await store.put(records.map(repairItem));
      await store.remove(records.map(({ id }) => openKey(group, id)));
    },
    async repairs(replication, limit) {
      const pointers = await store.query(`REPAIRS#${replication}`, { newestFirst: true, ...(limit !== undefined && { limit }) });
      const items = await store.get(pointers.map(({ sk }) => repairKey(sk)));
      return pointers.map(({ sk }) => recordAt<RepairRecord>(items, repairKey(sk))).filter((record) => record !== undefined);
    },
    putOutage: (record) => {
      const expires = record.endedAt === undefined ? undefined : historyEnds(record.endedAt);
      return store.put([recordItem(outageKey(record.replication, record.startedAt), record, expires)]);
    },
    outages: async (replication, limit) => {
      const options = { newestFirst: true, ...(limit !== undefined && { limit }) };
      return (await store.query(`OUTAGES#${replication}`, options)).map((item) => recordOf<OutageRecord>(item));
    },
  };
}

const repairItem = (record: RepairRecord): Item => recordItem(repairKey(record.id), record, historyEnds(record.startedAt));

const pointer = (key: Key, { startedAt }: RepairRecord): Item => ({ ...key, attributes: expiry(historyEnds(startedAt)) });

const pointersTo = (record: RepairRecord): readonly Item[] =>
  record.replications.map((replication) => pointer(pointerKey(replication, record.id), record));
