/** What passes leave behind about replications and settings, and what people asked for. */
import type { ContestRecord, FlowRecord, Ledger, PauseRecord, StatusRecord } from '../../controller/ledger.ts';
import { type Key, recordItem, recordOf, sortKey } from './items.ts';
import type { Store } from './store.ts';

type StatusLedger = Pick<
  Ledger,
  | 'statuses'
  | 'putStatuses'
  | 'removeStatus'
  | 'flows'
  | 'putFlows'
  | 'pauses'
  | 'putPause'
  | 'removePause'
  | 'contests'
  | 'putContests'
  | 'removeContest'
>;

export const statusKey = (replication: string): Key => ({ pk: 'STATUS', sk: replication });
const flowKey = (replication: string): Key => ({ pk: 'FLOW', sk: replication });
export const failureKey = (replication: string): Key => ({ pk: 'FAILURE', sk: replication });
export const pauseKey = (replication: string): Key => ({ pk: 'PAUSE', sk: replication });
// Group ids hold no space, so a group's contests stand together and apart from others'.
const contestKey = (group: string, setting: string): Key => ({ pk: 'CONTEST', sk: sortKey(`${group} ${setting}`) });

export function statusLedger(store: Store): StatusLedger {
  return {
    statuses: async () => (await store.query('STATUS')).map((item) => recordOf<StatusRecord>(item)),
    putStatuses: (records) => store.put(records.map((record) => recordItem(statusKey(record.replication), record))),
    removeStatus: (replication) => store.remove([statusKey(replication), failureKey(replication)]),

    flows: async () => (await store.query('FLOW')).map((item) => recordOf<FlowRecord>(item)),
    putFlows: (records) =>
      store.put(records.map((record) => recordItem(flowKey(record.replication), record, monthAfter(record)))),

    pauses: async () => (await store.query('PAUSE')).map((item) => recordOf<PauseRecord>(item)),
    putPause: (record) => store.put([recordItem(pauseKey(record.replication), record)]),
    removePause: (replication) => store.remove([pauseKey(replication)]),

    contests: async () => (await store.query('CONTEST')).map((item) => recordOf<ContestRecord>(item)),
    putContests: (records) => store.put(records.map((record) => recordItem(contestKey(record.group, record.setting), record))),
    removeContest: (group, setting) => store.remove([contestKey(group, setting)]),
  };
}

/** Nobody takes away the record of a replication that is gone. */
const monthAfter = ({ judgedAt }: FlowRecord): Date => new Date(Date.parse(judgedAt) + 30 * 24 * 3_600_000);

export const contestsOf = async (store: Store, group: string): Promise<readonly ContestRecord[]> =>
  (await store.query('CONTEST', { prefix: `${group} ` })).map((item) => recordOf<ContestRecord>(item));
