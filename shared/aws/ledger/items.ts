/** Records as items. A record is one attribute of JSON: nothing in it is ever asked for by the database. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Item extends Key {
  readonly attributes: Attributes;
}

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const flag = (value: boolean): AttributeValue => ({ BOOL: value });
export const textSet = (values: Iterable<string>): AttributeValue => ({ SS: [...new Set(values)] });

// An item may have 400 KB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const plainBytes = 64 * 1024;

/** An item that carries a record. @param expires when it may go; undefined: never */
export function recordItem(key: Key, record: object, expires?: Date): Item {
  const json = JSON.stringify(record);
  const body: Attributes = Buffer.byteLength(json) > plainBytes ? { gzip: { B: gzipSync(json) } } : { json: text(json) };
  return { ...key, attributes: { ...body, ...expiry(expires) } };
}

export const expiry = (at: Date | undefined): Attributes =>
  at === undefined ? {} : { expires: number(Math.floor(at.getTime() / 1000)) };

/** @throws when the item carries none */
export function recordOf<R>({ pk, sk, attributes: { json, gzip } }: Item): R {
  const body = gzip?.B === undefined ? json?.S : gunzipSync(gzip.B).toString();
  if (body === undefined) throw new Error(`the ledger's item ${pk} ${sk} holds no record`);
  return JSON.parse(body) as R;
}

/** The record under a key, among items that were read. */
export function recordAt<R>(items: ReadonlyMap<string, Item>, key: Key): R | undefined {
  const item = items.get(keyText(key));
  return item && recordOf<R>(item);
}

export const keyText = ({ pk, sk }: Key): string => `${pk}\n${sk}`;

export const hasExpired = ({ attributes }: Item, now: Date): boolean =>
  attributes.expires?.N !== undefined && Number(attributes.expires.N) * 1000 <= now.getTime();

const sortKeyBytes = 1024;

/** A sort key may have 1,024 bytes; a longer one is cut and told apart by its hash. */
export function sortKey(name: string): string {
  if (Buffer.byteLength(name) <= sortKeyBytes) return name;
  return `${Buffer.from(name)
    .subarray(0, 900)
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '?')}~${digestOf(name)}`;
}

/** 72 bits, in 12 characters. */
export const digestOf = (name: string): string => createHash('sha256').update(name).digest().subarray(0, 9).toString('base64url');
