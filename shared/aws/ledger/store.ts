/** The table's calls: however many items at once, all pages, and what DynamoDB leaves undone done again. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { type Attributes, type Item, type Key, keyText, text } from './items.ts';

/** Names and values as they stand in an expression, `#name` and `:value`. */
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Attributes;
}

export interface QueryOptions {
  /** Of the sort key. */
  readonly prefix?: string;
  readonly newestFirst?: boolean;
  readonly limit?: number;
  /** Left out by DynamoDB; they are read, and paid, all the same. */
  readonly filter?: Condition;
}

export interface Store {
  /** What there is of these, by `keyText`. Strongly consistent; up to 100 keys are one call. */
  get(keys: readonly Key[]): Promise<ReadonlyMap<string, Item>>;
  /** In the order of their sort keys. Strongly consistent; 1 MB is one call. */
  query(pk: string, options?: QueryOptions): Promise<readonly Item[]>;
  /** In no order; of two items with one key the later counts. */
  put(items: readonly Item[]): Promise<void>;
  remove(keys: readonly Key[]): Promise<void>;
  /** @returns false: the condition does not hold, and nothing was written */
  putIf(item: Item, condition: Condition): Promise<boolean>;
  updateIf(key: Key, update: string, condition: Condition): Promise<boolean>;
  removeIf(key: Key, condition: Condition): Promise<boolean>;
}

export interface StoreOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly wait: (seconds: number) => Promise<void>;
  readonly random: () => number;
}

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
const keysAtOnce = 100;
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const itemsAtOnce = 25;
const callsAtOnce = 16;
/** With pauses of up to five seconds: a table that grows from nothing takes a minute. */
const attempts = 25;

type Limit = ReturnType<typeof pLimit>;

/** Sends work until nothing is left over, with growing pauses. @throws when something is left over in the end */
type UntilDone = <W>(work: readonly W[], send: (left: readonly W[]) => Promise<readonly W[]>) => Promise<void>;

export function newStore({ client, table, wait, random }: StoreOptions): Store {
  const limit = pLimit(callsAtOnce);
  const untilDone = persisting(table, limit, (attempt) => wait(Math.min(5, 0.05 * 2 ** attempt) * (0.5 + random() / 2)));
  return {
    ...batches(client, table, untilDone),
    query: (pk, options = {}) => queryAll(client, table, limit, pk, options),
    ...conditionals(client, table, limit),
  };
}

function persisting(table: string, limit: Limit, pause: (attempt: number) => Promise<void>): UntilDone {
  return async (work, send) => {
    let left = work;
    for (let attempt = 1; left.length > 0; attempt++) {
      left = await limit(() => send(left));
      if (left.length === 0) return;
      if (attempt === attempts) throw new Error(`DynamoDB left ${left.length} items of table ${table} undone, ${attempts} times`);
      await pause(attempt);
    }
  };
}

function batches(client: DynamoDBClient, table: string, untilDone: UntilDone): Pick<Store, 'get' | 'put' | 'remove'> {
  async function get(keys: readonly Key[]): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    const read = async (left: readonly Key[]): Promise<readonly Key[]> => {
      const request = { [table]: { Keys: left.map(keyAttributes), ConsistentRead: true } };
      const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
      for (const item of (Responses?.[table] ?? []).map(itemOf)) found.set(keyText(item), item);
      return (UnprocessedKeys?.[table]?.Keys ?? []).map(keyOf);
    };
    await Promise.all(chunks(distinct(keys), keysAtOnce).map((chunk) => untilDone(chunk, read)));
    return found;
  }
  async function write(requests: readonly WriteRequest[]): Promise<void> {
    const send = async (left: readonly WriteRequest[]): Promise<readonly WriteRequest[]> => {
      const reply = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: [...left] } }));
      return reply.UnprocessedItems?.[table] ?? [];
    };
    await Promise.all(chunks(requests, itemsAtOnce).map((chunk) => untilDone(chunk, send)));
  }
  return {
    get,
    put: (items) => write(distinct(items).map((item) => ({ PutRequest: { Item: attributesOf(item) } }))),
    remove: (keys) => write(distinct(keys).map((key) => ({ DeleteRequest: { Key: keyAttributes(key) } }))),
  };
}

async function queryAll(
  client: DynamoDBClient,
  table: string,
  limit: Limit,
  pk: string,
  options: QueryOptions,
): Promise<readonly Item[]> {
  const { limit: wanted = Number.POSITIVE_INFINITY } = options;
  const found: Item[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const input = { TableName: table, ...queryInput(pk, options), ...(from && { ExclusiveStartKey: from }) };
    const page = await limit(() => client.send(new QueryCommand(input)));
    for (const item of page.Items ?? []) found.push(itemOf(item));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && found.length < wanted);
  return found.length > wanted ? found.slice(0, wanted) : found;
}

function conditionals(client: DynamoDBClient, table: string, limit: Limit): Pick<Store, 'putIf' | 'updateIf' | 'removeIf'> {
  const holds = async (send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await limit(send);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  };
  return {
    putIf(item, condition) {
      const input = { TableName: table, Item: attributesOf(item), ...conditionInput(condition) };
      return holds(() => client.send(new PutItemCommand(input)));
    },
    updateIf(key, UpdateExpression, condition) {
      const input = { TableName: table, Key: keyAttributes(key), UpdateExpression, ...conditionInput(condition) };
      return holds(() => client.send(new UpdateItemCommand(input)));
    },
    removeIf(key, condition) {
      const input = { TableName: table, Key: keyAttributes(key), ...conditionInput(condition) };
      return holds(() => client.send(new DeleteItemCommand(input)));
    },
  };
}

function queryInput(pk: string, { prefix, newestFirst, limit, filter }: QueryOptions) {
  return {
    ConsistentRead: true,
    ScanIndexForward: newestFirst !== true,
    KeyConditionExpression: prefix === undefined ? '#pk = :pk' : '#pk = :pk AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': 'pk', ...(prefix !== undefined && { '#sk': 'sk' }), ...filter?.names },
    ExpressionAttributeValues: { ':pk': text(pk), ...(prefix !== undefined && { ':prefix': text(prefix) }), ...filter?.values },
    ...(limit !== undefined && { Limit: limit }),
    ...(filter && { FilterExpression: filter.expression }),
  };
}

const conditionInput = ({ expression, names, values }: Condition) => ({
  ...(expression !== '' && { ConditionExpression: expression }),
  ...(names && { ExpressionAttributeNames: names }),
  ...(values && { ExpressionAttributeValues: values }),
});

const keyAttributes = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: text(pk), sk: text(sk) });
const keyOf = ({ pk, sk }: Attributes): Key => ({ pk: pk?.S ?? '', sk: sk?.S ?? '' });
const attributesOf = (item: Item): Record<string, AttributeValue> => ({ ...item.attributes, ...keyAttributes(item) });

function itemOf({ pk, sk, ...attributes }: Record<string, AttributeValue>): Item {
  return { pk: pk?.S ?? '', sk: sk?.S ?? '', attributes };
}

/** A batch that names one key twice is refused as a whole. */
const distinct = <K extends Key>(items: readonly K[]): readonly K[] => [
  ...new Map(items.map((item) => [keyText(item), item])).values(),
];

const chunks = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
