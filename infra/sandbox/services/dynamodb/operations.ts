/** Operations the engine does: from the SDK's shapes into its JSON, and back. */
import type * as dynamodb from '@aws-sdk/client-dynamodb';
import { AwsError, type CallContext, type Handler } from '../../service.ts';
import { describeService } from '../../wire/service-model.ts';
import { namedKey } from '../kms/find.ts';
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

/** Tables may be named by ARN, which the engine does not know. */
export const passedOn: Handler<{ readonly TableName?: string | undefined }> = (input, call) => {
  const named = input.TableName === undefined ? input : { ...input, TableName: nameOf(input.TableName) };
  return run(databaseOf(call), call.operation, named);
};

/** A table is usable when the call returns; the answer still says CREATING. */
export async function createTable(input: dynamodb.CreateTableCommandInput, call: CallContext) {
  const database = databaseOf(call);
  const answer = (await run(database, 'CreateTable', input)) as dynamodb.CreateTableCommandOutput;
  const { TableName = '' } = input;
  const settings = settingsOf(database, TableName);
  for (const { Key = '', Value = '' } of input.Tags ?? []) settings.tags.set(Key, Value);
  settings.deletionProtection = input.DeletionProtectionEnabled ?? false;
  settings.encryption = encryptionOf(input.SSESpecification, call);
  await untilActive(database, TableName);
  return { TableDescription: shown(database, answer.TableDescription) };
}

/** What the engine tells of a table, with what it does not know of it. */
function shown(database: Database, table: dynamodb.TableDescription | undefined): dynamodb.TableDescription {
  const { createdAt, deletionProtection, encryption } = settingsOf(database, table?.TableName ?? '');
  return {
    ...table,
    CreationDateTime: createdAt,
    DeletionProtectionEnabled: deletionProtection,
    ...(encryption && { SSEDescription: encryption }),
  };
}

/** undefined: a key that DynamoDB owns, of which nothing is told. */
function encryptionOf({ Enabled, KMSMasterKeyId }: dynamodb.SSESpecification = {}, call: CallContext) {
  if (!Enabled) return undefined;
  const name = KMSMasterKeyId ?? 'alias/aws/dynamodb';
  return { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArnOf(name, call) } as const;
}

function keyArnOf(name: string, call: CallContext): string {
  try {
    return namedKey(name, call).arn;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    throw new AwsError('ValidationException', `KMS validation error: ${error.message}`);
  }
}

async function untilActive(database: Database, TableName: string): Promise<void> {
  await settled(async () => {
    const table = await described(database, TableName);
    rememberKeys(database, table);
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    return table?.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE');
  });
}

/** Permissions can be about partition keys, and are judged before the engine is asked. */
function rememberKeys(database: Database, table: dynamodb.TableDescription | undefined): void {
  const { partitionKeys } = settingsOf(database, table?.TableName ?? '');
  const indexes = [...(table?.GlobalSecondaryIndexes ?? []), ...(table?.LocalSecondaryIndexes ?? [])];
  for (const { IndexName = '', KeySchema = [] } of [{ IndexName: '', KeySchema: table?.KeySchema }, ...indexes]) {
    partitionKeys.set(IndexName, KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '');
  }
}

export async function updateTable(input: dynamodb.UpdateTableCommandInput, call: CallContext) {
  const database = databaseOf(call);
  const name = nameOf(input.TableName);
  const { DeletionProtectionEnabled: isProtected, SSESpecification: encryption, ...others } = input;
  const { TableName: _name, ...rest } = others;
  // What the engine does not keep is not for it to judge.
  const isOurs = (isProtected !== undefined || encryption) && Object.values(rest).every((value) => value === undefined);
  const updated = isOurs ? undefined : ((await run(database, 'UpdateTable', others)) as dynamodb.UpdateTableCommandOutput);
  const table = updated?.TableDescription ?? (await described(database, name));
  const settings = settingsOf(database, name);
  if (isProtected !== undefined) settings.deletionProtection = isProtected;
  if (encryption) settings.encryption = encryptionOf(encryption, call);
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
