/**
 * Amazon DynamoDB. Tables here have no policies of their own.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
import type { Tag } from '@aws-sdk/client-dynamodb';
import type { CallContext } from '../../service.ts';
import type { TableSettings } from '../../services/dynamodb/state.ts';
import type { Check, ChecksOf, Keys, ServiceActions } from '../check.ts';
import { removedTags, requestTags, resourceTags } from '../context.ts';
import { type Item, type ItemRequest, itemKeys, leadingKey, queriedKey } from './dynamodb-items.ts';

/** What the operations are given, each some of it. */
interface Input extends ItemRequest {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly ResourceArn?: string | undefined;
  readonly RequestItems?: Readonly<Record<string, unknown>> | undefined;
  readonly TransactItems?: readonly Readonly<Record<string, ItemRequest & { readonly TableName?: string }>>[] | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

interface Table {
  readonly arn: string;
  readonly account: string;
  readonly settings: TableSettings | undefined;
}

/** A table goes by its name or ARN. */
function tableOf(named: string | undefined, { world, caller, region }: CallContext): Table {
  const given = /^arn:aws:dynamodb:[^:]*:(\d{12}):table\/([^/]+)/.exec(named ?? '');
  const [, account = caller.account, name = named ?? ''] = given ?? [];
  const settings = world.dynamodb.databases.get(`${account} ${region}`)?.settings.get(name);
  return { arn: given?.[0] ?? `arn:aws:dynamodb:${region}:${account}:table/${name}`, account, settings };
}

const onTable = ({ arn, account, settings }: Table, action: string, keys: Keys = {}): Check => ({
  action: `dynamodb:${action}`,
  resource: arn,
  account,
  keys: { ...resourceTags(settings?.tags ?? []), ...keys },
});

const table: ChecksOf<Input> = ({ TableName }, call) => [onTable(tableOf(TableName, call), call.operation)];

const partitionKeyOf = ({ settings }: Table, index = ''): string => settings?.partitionKeys.get(index) ?? '';

/** One item, named by its key or given whole. */
const item: ChecksOf<Input> = (input, call) => [onItem(input, input.TableName, call.operation, call)];

function onItem(request: ItemRequest, name: string | undefined, action: string, call: CallContext, more: Keys = {}): Check {
  const found = tableOf(name, call);
  const leading = leadingKey(request.Key ?? request.Item, partitionKeyOf(found));
  return onTable(found, action, { ...itemKeys(request), ...leadingKeys([leading]), ...more });
}

const leadingKeys = (values: readonly (string | undefined)[]): Keys => {
  const known = [...new Set(values.filter((value) => value !== undefined))];
  return known.length > 0 ? { 'dynamodb:LeadingKeys': known } : {};
};

/** A query of an index is a permission on the index, not on the table. */
const reading: ChecksOf<Input> = (input, call) => {
  const found = tableOf(input.TableName, call);
  const leading = call.operation === 'Query' ? queriedKey(input, partitionKeyOf(found, input.IndexName)) : undefined;
  const check = onTable(found, call.operation, { ...itemKeys(input), ...leadingKeys([leading]) });
  return [input.IndexName === undefined ? check : { ...check, resource: `${check.resource}/index/${input.IndexName}` }];
};

/** One permission on each table, with the keys of all its items. */
const batch =
  (itemsOf: (request: unknown) => readonly Item[]): ChecksOf<Input> =>
  ({ RequestItems = {} }, call) =>
    Object.entries(RequestItems).map(([name, request]) => {
      const found = tableOf(name, call);
      const leading = itemsOf(request).map((one) => leadingKey(one, partitionKeyOf(found)));
      return onTable(found, call.operation, leadingKeys(leading));
    });

const gotten = (request: unknown): readonly Item[] => (request as { Keys?: Item[] }).Keys ?? [];

const written = (request: unknown): readonly Item[] =>
  (request as { PutRequest?: { Item?: Item }; DeleteRequest?: { Key?: Item } }[]).map(
    ({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {},
  );

const inTransactions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** There is no permission for transactions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const transaction: ChecksOf<Input> = ({ TransactItems = [] }, call) =>
  TransactItems.flatMap((one) =>
    Object.entries(one).flatMap(([kind, request]) => {
      const action = inTransactions[kind];
      if (action === undefined || !request) return [];
      return [onItem(request, request.TableName, action, call, { 'dynamodb:EnclosingOperation': call.operation })];
    }),
  );

const tagged: ChecksOf<Input> = ({ ResourceArn, Tags, TagKeys }, call) => [
  onTable(tableOf(ResourceArn, call), call.operation, { ...requestTags(Tags), ...removedTags(TagKeys) }),
];

const createTable: ChecksOf<Input> = ({ TableName, Tags }, call) => {
  const found = tableOf(TableName, call);
  return ['CreateTable', ...(Tags?.length ? ['TagResource'] : [])].map((action) => onTable(found, action, requestTags(Tags)));
};

const onTables = [
  'DescribeTable',
  'UpdateTable',
  'DeleteTable',
  'UpdateTimeToLive',
  'DescribeTimeToLive',
  'UpdateContinuousBackups',
  'DescribeContinuousBackups',
];

export const dynamodbActions: ServiceActions = {
  operations: {
    ...Object.fromEntries(onTables.map((operation) => [operation, table])),
    CreateTable: createTable,
    ListTables: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
    GetItem: item,
    PutItem: item,
    UpdateItem: item,
    DeleteItem: item,
    Query: reading,
    Scan: reading,
    BatchGetItem: batch(gotten),
    BatchWriteItem: batch(written),
    TransactWriteItems: transaction,
    TransactGetItems: transaction,
    TagResource: tagged,
    UntagResource: tagged,
    ListTagsOfResource: tagged,
  },
};
