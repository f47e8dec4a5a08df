import { validationError } from './errors.ts';
import { valid } from './inputs.ts';

interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

interface Page<T> {
  readonly items: T[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/**
 * Cuts one page out of a list.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
 */
export function pageOf<T>(all: Iterable<T>, { Marker, MaxItems }: PageRequest): Page<T> {
  const size = valid.between('maxItems', MaxItems, 1, 1000) ?? 100;
  const from = Marker === undefined ? 0 : readMarker(Marker);
  const items = [...all];
  const next = from + size;
  return {
    items: items.slice(from, next),
    IsTruncated: next < items.length,
    ...(next < items.length ? { Marker: Buffer.from(`from:${next}`).toString('base64') } : {}),
  };
}

function readMarker(marker: string): number {
  const from = /^from:(\d+)$/.exec(Buffer.from(marker, 'base64').toString())?.[1];
  if (from === undefined) throw validationError('Invalid Marker.');
  return Number(from);
}

/** In the order of their names, as IAM lists things. */
export const byName = <T extends { readonly name: string }>(things: Iterable<T>): T[] =>
  [...things].sort((a, b) => (a.name < b.name ? -1 : 1));
