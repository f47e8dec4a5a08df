import type { CallContext } from '../../service.ts';
import type { Database, TableSettings } from './state.ts';
import { newStore } from './store.ts';

/** The caller's tables in the region of the call. */
export function databaseOf({ world, caller, region }: CallContext): Database {
  const id = `${caller.account} ${region}`;
  const { databases } = world.dynamodb;
  const known = databases.get(id);
  if (known) return known;
  const database = { now: () => world.clock.now(), store: newStore(caller.account, region), settings: new Map() };
  databases.set(id, database);
  return database;
}

export function settingsOf({ settings, now }: Database, table: string): TableSettings {
  const known = settings.get(table);
  if (known) return known;
  const fresh: TableSettings = {
    createdAt: now(),
    timeToLive: undefined,
    pointInTimeRecovery: undefined,
    tags: new Map(),
    deletionProtection: false,
    partitionKeys: new Map(),
    encryption: undefined,
  };
  settings.set(table, fresh);
  return fresh;
}

export const dropSettings = ({ settings }: Database, table: string): void => void settings.delete(table);
