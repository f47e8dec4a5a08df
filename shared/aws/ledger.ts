/** The ledger in one DynamoDB table. Every write may be repeated; none needs a transaction. */
import { setTimeout } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ledger } from '../controller/ledger.ts';
import { failureLedger } from './ledger/failures.ts';
import { fleetLedger } from './ledger/fleet.ts';
import { groupLedger } from './ledger/group.ts';
import { heartbeatLedger } from './ledger/heartbeats.ts';
import { repairLedger } from './ledger/repairs.ts';
import { statusLedger } from './ledger/statuses.ts';
import { newStore } from './ledger/store.ts';
import { storyLedger } from './ledger/stories.ts';
import { sweepLedger } from './ledger/sweeps.ts';

export { ledgerTableInput } from './ledger/table.ts';

export interface LedgerOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** For what expires. */
  readonly now?: () => Date;
  /** Between attempts at what DynamoDB left undone; in seconds. */
  readonly wait?: (seconds: number) => Promise<void>;
  readonly random?: () => number;
}

const waitFor = (seconds: number): Promise<void> => setTimeout(seconds * 1000);

export function dynamoLedger({
  client,
  table,
  now = () => new Date(),
  wait = waitFor,
  random = Math.random,
}: LedgerOptions): Ledger {
  const store = newStore({ client, table, wait, random });
  return {
    ...fleetLedger(store),
    ...groupLedger(store),
    ...statusLedger(store),
    ...repairLedger(store),
    ...failureLedger(store),
    ...sweepLedger(store, now),
    ...storyLedger(store, now),
    ...heartbeatLedger(store),
  };
}
