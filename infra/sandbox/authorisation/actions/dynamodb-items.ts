/**
 * What conditions can ask of a call about items: which attributes, and which partition keys.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html#FGAC_DDB.ConditionKeys
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Keys } from '../check.ts';

export type Item = Readonly<Record<string, AttributeValue>>;

/** What the operations on items are given, each some of it. */
export interface ItemRequest {
  readonly Key?: Item | undefined;
  readonly Item?: Item | undefined;
  readonly AttributesToGet?: readonly string[] | undefined;
  readonly AttributeUpdates?: Readonly<Record<string, unknown>> | undefined;
  readonly Expected?: Readonly<Record<string, unknown>> | undefined;
  readonly KeyConditions?: Readonly<Record<string, { readonly AttributeValueList?: readonly AttributeValue[] }>> | undefined;
  readonly QueryFilter?: Readonly<Record<string, unknown>> | undefined;
  readonly ScanFilter?: Readonly<Record<string, unknown>> | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly Select?: string | undefined;
}

/** `dynamodb:Attributes` and what else the call says of itself. */
export function itemKeys(request: ItemRequest): Keys {
  const attributes = attributesIn(request);
  return {
    ...(attributes.length > 0 && { 'dynamodb:Attributes': attributes }),
    'dynamodb:ReturnValues': request.ReturnValues ?? null,
    'dynamodb:ReturnConsumedCapacity': request.ReturnConsumedCapacity ?? null,
    'dynamodb:Select': request.Select ?? null,
  };
}

/** Top-level attributes, by whatever part of the request names them. */
function attributesIn(request: ItemRequest): readonly string[] {
  const { Key, Item, AttributeUpdates, Expected, KeyConditions, QueryFilter, ScanFilter, AttributesToGet = [] } = request;
  const named = [Key, Item, AttributeUpdates, Expected, KeyConditions, QueryFilter, ScanFilter];
  const expressions = [
    request.KeyConditionExpression,
    request.ConditionExpression,
    request.FilterExpression,
    request.ProjectionExpression,
    request.UpdateExpression,
  ];
  return [
    ...new Set([
      ...named.flatMap((part) => Object.keys(part ?? {})),
      ...AttributesToGet,
      ...expressions.flatMap((expression) => namesIn(expression ?? '', request)),
    ]),
  ];
}

// Names are words that are neither values (`:v`), inner parts of a path (`.b`), functions (`size (`) nor these.
const words = new Set(['set', 'remove', 'add', 'delete', 'and', 'or', 'not', 'between', 'in']);

const namesIn = (expression: string, { ExpressionAttributeNames: names = {} }: ItemRequest): readonly string[] =>
  [...expression.matchAll(/(?<![:.#\w])#?[A-Za-z_]\w*\b(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !words.has(name.toLowerCase()))
    .map((name) => names[name] ?? name);

/** The value of the partition key, as conditions compare it; undefined: the item has none. */
export function leadingKey(item: Item | undefined, partitionKey: string): string | undefined {
  const value = item?.[partitionKey];
  return value === undefined ? undefined : (value.S ?? value.N ?? (value.B && Buffer.from(value.B).toString('base64')));
}

/** The partition key a query asks for: it always asks for exactly one. */
export function queriedKey(request: ItemRequest, partitionKey: string): string | undefined {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = request;
  const listed = request.KeyConditions?.[partitionKey]?.AttributeValueList?.[0];
  const equals = [...(request.KeyConditionExpression ?? '').matchAll(/(#?\w+)\s*=\s*(:\w+)/g)];
  const placeholder = equals.find(([, name = '']) => (names[name] ?? name) === partitionKey)?.[2] ?? '';
  const value = listed ?? values[placeholder];
  return leadingKey(value && { [partitionKey]: value }, partitionKey);
}
