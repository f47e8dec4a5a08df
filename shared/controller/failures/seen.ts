import { createHash } from 'node:crypto';

/** What one execution environment has counted lately: copies that arrive in another batch. */
export interface Seen {
  has(identity: string): boolean;
  /** For what has been counted and remembered. */
  add(identities: Iterable<string>): void;
}

/** Some 5 MB. */
const most = 50_000;

/** Remembers the last of them, the oldest going first. */
export function newSeen(limit: number = most): Seen {
  const seen = new Set<string>();
  const short = (identity: string): string => createHash('sha256').update(identity).digest('base64url').slice(0, 16);
  return {
    has: (identity) => seen.has(short(identity)),
    add(identities) {
      for (const identity of identities) seen.add(short(identity));
      for (const oldest of seen) {
        if (seen.size <= limit) break;
        seen.delete(oldest);
      }
    },
  };
}
