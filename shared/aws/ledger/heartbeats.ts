/** When each account and region was last heard of: one item each, for as long as the table lives. */
import type { HeartbeatRecord, Ledger } from '../../controller/ledger.ts';
import { type Item, recordItem, recordOf } from './items.ts';
import type { Store } from './store.ts';

type HeartbeatLedger = Pick<Ledger, 'heartbeats' | 'putHeartbeat' | 'expectHeartbeats'>;

const pk = 'HEARTBEAT';

const itemOf = (record: HeartbeatRecord): Item => recordItem({ pk, sk: `${record.account} ${record.region}` }, record);

export function heartbeatLedger(store: Store): HeartbeatLedger {
  return {
    heartbeats: async () => (await store.query(pk)).map((item) => recordOf<HeartbeatRecord>(item)),
    // One by itself: who routes may put single items only.
    putHeartbeat: async (heartbeat, at) =>
      void (await store.putIf(itemOf({ ...heartbeat, at, heard: true }), { expression: '' })),
    async expectHeartbeats(places, at) {
      const unknown = { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } };
      await Promise.all(places.map(({ account, region }) => store.putIf(itemOf({ account, region, at, heard: false }), unknown)));
    },
  };
}
