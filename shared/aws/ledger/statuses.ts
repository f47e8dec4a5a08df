/** What passes leave behind about replications and settings, and what people asked for. */
import type { ContestRecord, Ledger, PauseRecord, StatusRecord } from '../../controller/ledger.ts';
import { type Key, recordItem, recordOf, sortKey } from './items.ts';
import type { Store } from './store.ts';

type StatusLedger = Pick<
  Ledger,
  | 'statuses'
  | 'putStatuses'
  | 'removeStatus'
  | 'pauses'
  | 'putPause'
  | 'removePause'
  | 'contests'
  | 'putContests'
  | 'removeContest'
>;

export const statusKey = (replication: string): Key => ({ pk: 'STATUS', sk: replication });
export const pauseKey = (replication: string): Key => ({ pk: 'PAUSE', sk: replication });
// Group ids hold no space, so a group's contests stand together and apart from others'.
const contestKey = (group: string, setting: string): Key => ({ pk: 'CONTEST', sk: sortKey(`${group} ${setting}`) });

export function statusLedger(store: Store): StatusLedger {
  return {
    statuses: async () => (await store.query('STATUS')).map((item) => recordOf<StatusRecord>(item)),
    putStatuses: (records) => store.put(records.map((record) => recordItem(statusKey(record.replication), record))),
    removeStatus: (replication) => store.remove([statusKey(replication)]),

    pauses: async () => (await store.query('PAUSE')).map((item) => recordOf<PauseRecord>(item)),
    putPause: (record) => store.put([recordItem(pauseKey(record.replication), record)]),
    removePause: (replication) => store.remove([pauseKey(replication)]),

    contests: async () => (await store.query('CONTEST')).map((item) => recordOf<ContestRecord>(item)),
    putContests: (records) => store.put(records.map((record) => recordItem(contestKey(record.group, record.setting), record))),
    removeContest: (group, setting) => store.remove([contestKey(group, setting)]),
  };
}

export const contestsOf = async (store: Store, group: string): Promise<readonly ContestRecord[]> =>
  (await store.query('CONTEST', { prefix: `${group} ` })).map((item) => recordOf<ContestRecord>(item));
