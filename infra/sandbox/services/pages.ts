import type { AwsError } from '../service.ts';

interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page starts; absent on the last one. */
  readonly NextToken?: string;
}

/** Cuts one page out of a list. @throws what `badToken` makes, for a token that no page gave out */
export function pageOf<T>(all: readonly T[], token: string | undefined, size: number, badToken: () => AwsError): Page<T> {
  const text = token === undefined ? 'from:0' : Buffer.from(token, 'base64url').toString();
  const from = /^from:(\d+)$/.exec(text)?.[1];
  if (from === undefined) throw badToken();
  const next = Number(from) + size;
  const more = next < all.length ? { NextToken: Buffer.from(`from:${next}`).toString('base64url') } : {};
  return { items: all.slice(Number(from), next), ...more };
}
