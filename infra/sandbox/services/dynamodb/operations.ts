/** Operations the engine does: from the SDK's shapes into its JSON, and back. */
import type * as dynamodb from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext, type Handler } from '../../service.ts';
import { describeService } from '../../wire/service-model.ts';
import { databaseOf, dropSettings, settingsOf } from './settings.ts';
import type { Database } from './state.ts';
import { runOperation, settled } from './store.ts';

type Json = Readonly<Record<string, unknown>>;

/** Passes a call on to the engine. */
export async function run(database: Database, operation: string, input: object): Promise<object> {
  const [{ JsonCodec }, sdk] = await Promise.all([import('@smithy/core/protocols'), import('@aws-sdk/client-dynamodb')]);
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });
  const model = describeService(sdk, sdk.DynamoDBClient).operations.get(operation);
  if (!model) throw new Error(`DynamoDB has no operation ${operation}`);
  const writer = codec.createSerializer();
  writer.write(model.input, input);
  const output = await runOperation(database.store, operation, JSON.parse(String(writer.flush())) as Json);
  return model.output.isStructSchema() ? codec.createDeserializer().read(model.output, JSON.stringify(output)) : {};
}

export const passedOn: Handler<object> = (input, call) => run(databaseOf(call), call.operation, input);

/** A table is usable when the call returns; the answer still says CREATING. */
export async function createTable(input: dynamodb.CreateTableCommandInput, call: CallContext) {
  const database = databaseOf(call);
  const answer = (await run(database, 'CreateTable', input)) as dynamodb.CreateTableCommandOutput;
  const { TableName = '' } = input;
  const settings = settingsOf(database, TableName);
  for (const { Key = '', Value = '' } of input.Tags ?? []) settings.tags.set(Key, Value);
  settings.deletionProtection = input.DeletionProtectionEnabled ?? false;
  await untilActive(database, TableName);
  return { TableDescription: shown(database, answer.TableDescription) };
}

/** What the engine tells of a table, with what it does not know of it. */
function shown(database: Database, table: dynamodb.TableDescription | undefined): dynamodb.TableDescription {
  const { createdAt, deletionProtection } = settingsOf(database, table?.TableName ?? '');
  return { ...table, CreationDateTime: createdAt, DeletionProtectionEnabled: deletionProtection };
}

async function untilActive(database: Database, TableName: string): Promise<void> {
  await settled(async () => {
    const table = await described(database, TableName);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    return table?.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
  });
}

export async function updateTable(input: dynamodb.UpdateTableCommandInput, call: CallContext) {
  const database = databaseOf(call);
  const name = nameOf(input.TableName);
  const { DeletionProtectionEnabled: isProtected, ...others } = input;
  const { TableName: _name, ...rest } = others;
  const isProtectionAlone = isProtected !== undefined && Object.values(rest).every((value) => value === undefined);
  const updated = isProtectionAlone
    ? undefined
    : ((await run(database, 'UpdateTable', others)) as dynamodb.UpdateTableCommandOutput);
  const table = updated?.TableDescription ?? (await described(database, name));
  if (isProtected !== undefined) settingsOf(database, name).deletionProtection = isProtected;
  await untilActive(database, name);
  return { TableDescription: shown(database, table) };
}

async function described(database: Database, TableName: string) {
  const { Table } = (await run(database, 'DescribeTable', { TableName })) as dynamodb.DescribeTableCommandOutput;
  return Table;
}

export async function describeTable(input: dynamodb.DescribeTableCommandInput, call: CallContext) {
  const database = databaseOf(call);
  return { Table: shown(database, await described(database, nameOf(input.TableName))) };
}

export async function deleteTable(input: dynamodb.DeleteTableCommandInput, call: CallContext) {
  const database = databaseOf(call);
  const TableName = nameOf(input.TableName);
  if (database.settings.get(TableName)?.deletionProtection) {
    throw new AwsError(
      'ValidationException',
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  const answer = await run(database, 'DeleteTable', { TableName });
  dropSettings(database, TableName);
  await settled(() => isGone(database, TableName));
  return answer;
}

async function isGone(database: Database, TableName: string): Promise<boolean> {
  try {
    await run(database, 'DescribeTable', { TableName });
    return false;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return true;
    throw error;
  }
}

/** Tables go by their name or ARN. */
export const nameOf = (table: string | undefined): string => (table ?? '').replace(/^arn:aws:dynamodb:[^:]*:\d{12}:table\//, '');
