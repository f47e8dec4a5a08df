/** What the lists of a bucket's contents have in common: prefix, delimiter, pages. */
import type { EncodingType } from '@aws-sdk/client-s3';
import { invalidArgument } from '../errors.ts';

export interface ListRequest {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: EncodingType | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly prefixes: readonly string[];
  /** The last item or prefix of the page, when more follow. */
  readonly last: T | string | undefined;
}

const most = 1000;

/** @throws InvalidArgument */
export function pageSize(asked: number | undefined): number {
  if (asked !== undefined && !(asked >= 0))
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647', 'maxKeys', String(asked));
  return Math.min(asked ?? most, most);
}

/** S3 orders keys by their UTF-8 bytes. */
export const byKey = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * One page of items in the order of their keys; those that share a beginning up to the delimiter are rolled up into it.
 *
 * @param items in order, those already listed left out
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export function pageOf<T extends { readonly key: string }>(items: readonly T[], input: ListRequest, size: number): Page<T> {
  const { Prefix: prefix = '', Delimiter: delimiter = '' } = input;
  const page: T[] = [];
  const prefixes: string[] = [];
  let last: T | string | undefined;
  for (const item of items) {
    if (!item.key.startsWith(prefix)) continue;
    const common = commonPrefix(item.key, prefix, delimiter);
    if (common !== undefined && common === prefixes.at(-1)) continue;
    if (page.length + prefixes.length >= size) return { items: page, prefixes, last };
    if (common === undefined) page.push(item);
    else prefixes.push(common);
    last = common ?? item;
  }
  return { items: page, prefixes, last: undefined };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** Whether a key comes after a marker, which may be a common prefix. */
export const isAfter = (key: string, marker: string, delimiter: string | undefined): boolean =>
  byKey(key, marker) > 0 && !(delimiter && marker.endsWith(delimiter) && key.startsWith(marker));

/** Keys may hold what XML cannot: with `EncodingType: url` they come URL-encoded. */
export const encoderOf = ({ EncodingType: type }: ListRequest): ((text: string) => string) =>
  type === 'url' ? (text) => encodeURIComponent(text).replaceAll('%2F', '/') : (text) => text;
