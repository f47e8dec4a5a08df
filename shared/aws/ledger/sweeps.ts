/** The whole fleet: its last sweep, how much drift that found, and what stops every repair. */
import type { FleetRecord, Ledger } from '../../controller/ledger.ts';
import { digestOf, expiry, type Item, type Key, number, recordAt, recordItem, textSet } from './items.ts';
import type { Store } from './store.ts';

type SweepLedger = Pick<Ledger, 'fleet' | 'putSweep' | 'putBudget' | 'countDrift'>;

const budgetKey: Key = { pk: 'FLEET', sk: 'BUDGET' };
const sweepKey: Key = { pk: 'FLEET', sk: 'SWEEP' };
export const fleetKeys: readonly Key[] = [budgetKey, sweepKey];

export function fleetOf(items: ReadonlyMap<string, Item>): FleetRecord {
  const budget = recordAt<NonNullable<FleetRecord['budget']>>(items, budgetKey);
  const lastSweep = recordAt<NonNullable<FleetRecord['lastSweep']>>(items, sweepKey);
  return { ...(budget && { budget }), ...(lastSweep && { lastSweep }) };
}

export function sweepLedger(store: Store, now: () => Date): SweepLedger {
  const putOrRemove = (key: Key, record: object | undefined): Promise<void> =>
    record === undefined ? store.remove([key]) : store.put([recordItem(key, record)]);
  return {
    fleet: async () => fleetOf(await store.get(fleetKeys)),
    putSweep: (sweep) => putOrRemove(sweepKey, sweep),
    putBudget: (budget) => putOrRemove(budgetKey, budget),
    async countDrift(sweep, group, drifted) {
      if (drifted > 0) await count(store, sweep, group, drifted, now());
      const shards = await store.query(`DRIFT#${sweep}`);
      return shards.reduce((sum, { attributes }) => sum + Number(attributes.drifted?.N ?? 0), 0);
    },
  };
}

const shards = 16;
const countedSeconds = 2 * 24 * 3600;

/**
 * The sum and who is in it are one item, so that one write counts a group, once. Several items, because an item takes a thousand
 * writes a second at most, and a sixteenth of ten thousand groups fits in one.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
async function count(store: Store, sweep: string, group: string, drifted: number, now: Date): Promise<void> {
  const digest = digestOf(group);
  const key = { pk: `DRIFT#${sweep}`, sk: String(Buffer.from(digest, 'base64url').readUInt8() % shards) };
  await store.updateIf(key, 'SET #expires = :expires ADD #drifted :drifted, #groups :groups', {
    expression: 'attribute_not_exists(#groups) OR NOT contains(#groups, :group)',
    names: { '#expires': 'expires', '#drifted': 'drifted', '#groups': 'groups' },
    values: {
      ':expires': expiry(new Date(now.getTime() + countedSeconds * 1000)).expires ?? number(0),
      ':drifted': number(drifted),
      ':groups': textSet([digest]),
      ':group': { S: digest },
    },
  });
}
