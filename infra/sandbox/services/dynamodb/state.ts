import type { SSEDescription } from '@aws-sdk/client-dynamodb';
import type { Store } from './store.ts';

export interface TableSettings {
  /** By the world's clock. */
  readonly createdAt: Date;
  timeToLive: string | undefined;
  pointInTimeRecovery: { readonly days: number; readonly since: Date } | undefined;
  readonly tags: Map<string, string>;
  deletionProtection: boolean;
  /** Name of the partition key of the table (under an empty name) and of each of its indexes. */
  readonly partitionKeys: Map<string, string>;
  encryption: SSEDescription | undefined;
}

export interface Database {
  now(): Date;
  readonly store: Store;
  /** What the engine does not keep, by table name. */
  readonly settings: Map<string, TableSettings>;
}

export interface DynamoDbState {
  /** By `account region`. */
  readonly databases: Map<string, Database>;
}

export const newDynamoDbState = (): DynamoDbState => ({ databases: new Map() });
