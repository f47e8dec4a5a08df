import type { KeyRef } from './replication.ts';

/** A key is named by an alias that could not be resolved, so nothing that needs its ARN can be desired. */
export class UnresolvedKey extends Error {
  override readonly name = 'UnresolvedKey';
  readonly status: 'gone' | 'unreadable';

  constructor(key: KeyRef) {
    super(key.unresolved?.reason ?? `${key.named} has not been resolved to a key`);
    this.status = key.unresolved?.status ?? 'unreadable';
  }
}
