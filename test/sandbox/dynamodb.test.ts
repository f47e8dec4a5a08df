import * as dynamodb from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { destination, refusalOf, source } from './front-clients.ts';
import { moreClientsOf, region, stillAws } from './more-clients.ts';

const ledger: dynamodb.CreateTableCommandInput = {
  TableName: 'ledger',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'arn', AttributeType: 'S' },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'by-arn', KeySchema: [{ AttributeName: 'arn', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
  ],
  Tags: [{ Key: 'app', Value: 'lockstep' }],
};

async function withLedger() {
  const { aws, clock } = stillAws();
  const { dynamodb: client } = moreClientsOf(aws);
  const created = await client.send(new dynamodb.CreateTableCommand(ledger));
  const put = (
    pk: string,
    sk: string,
    more: Record<string, dynamodb.AttributeValue> = {},
    input: Partial<dynamodb.PutItemCommandInput> = {},
  ) =>
    client.send(new dynamodb.PutItemCommand({ TableName: 'ledger', Item: { pk: { S: pk }, sk: { S: sk }, ...more }, ...input }));
  const get = async (pk: string, sk: string) =>
    (await client.send(new dynamodb.GetItemCommand({ TableName: 'ledger', Key: { pk: { S: pk }, sk: { S: sk } } }))).Item;
  return { aws, clock, client, created, put, get };
}

describe('a table', () => {
  it('is usable once it is made', async () => {
    const { client, created } = await withLedger();

    expect(created.TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      TableArn: `arn:aws:dynamodb:${region}:${source}:table/ledger`,
    });
    const { Table } = await client.send(new dynamodb.DescribeTableCommand({ TableName: 'ledger' }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      CreationDateTime: new Date('2026-01-01T00:00:00Z'),
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: [{ IndexName: 'by-arn', IndexStatus: 'ACTIVE' }],
      DeletionProtectionEnabled: false,
    });
    const again = client.send(new dynamodb.CreateTableCommand(ledger));
    expect(await refusalOf(again)).toMatchObject({ code: 'ResourceInUseException' });
  });

  it('lives in one region of one account', async () => {
    const { aws, put } = await withLedger();
    await put('a', '1');

    for (const elsewhere of [moreClientsOf(aws, destination), moreClientsOf(aws, source, 'eu-central-1')]) {
      expect((await elsewhere.dynamodb.send(new dynamodb.ListTablesCommand({}))).TableNames).toEqual([]);
      await elsewhere.dynamodb.send(new dynamodb.CreateTableCommand(ledger));
      const { Items } = await elsewhere.dynamodb.send(new dynamodb.ScanCommand({ TableName: 'ledger' }));
      expect(Items).toEqual([]);
    }
  });

  it('is deleted, unless it is protected', async () => {
    const { client } = await withLedger();
    const remove = () => client.send(new dynamodb.DeleteTableCommand({ TableName: 'ledger' }));
    const protect = (DeletionProtectionEnabled: boolean) =>
      client.send(new dynamodb.UpdateTableCommand({ TableName: 'ledger', DeletionProtectionEnabled }));

    await protect(true);
    expect(await refusalOf(remove())).toMatchObject({ code: 'ValidationException' });
    await protect(false);
    await remove();

    expect((await client.send(new dynamodb.ListTablesCommand({}))).TableNames).toEqual([]);
    const gone = client.send(new dynamodb.DescribeTableCommand({ TableName: 'ledger' }));
    expect(await refusalOf(gone)).toMatchObject({ code: 'ResourceNotFoundException', status: 400 });
  });

  it('has its time to live, backups and tags', async () => {
    const { client, created } = await withLedger();
    const TableName = 'ledger';
    const ResourceArn = created.TableDescription?.TableArn ?? '';
    const liveUntil = async () =>
      (await client.send(new dynamodb.DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
    const setLife = () =>
      client.send(
        new dynamodb.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } }),
      );
    const recovery = async () =>
      (await client.send(new dynamodb.DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;

    expect(await liveUntil()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await setLife();
    expect(await liveUntil()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    expect(await refusalOf(setLife())).toMatchObject({ code: 'ValidationException', message: 'TimeToLive is already enabled' });
    expect(await recovery()).toBe('DISABLED');
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new dynamodb.UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    expect(await recovery()).toBe('ENABLED');
    await client.send(new dynamodb.TagResourceCommand({ ResourceArn, Tags: [{ Key: 'owner', Value: 'platform' }] }));
    await client.send(new dynamodb.UntagResourceCommand({ ResourceArn, TagKeys: ['app'] }));
    expect((await client.send(new dynamodb.ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([
      { Key: 'owner', Value: 'platform' },
    ]);
  });

  it('that does not exist has none of them', async () => {
    const { client } = await withLedger();

    const life = client.send(new dynamodb.DescribeTimeToLiveCommand({ TableName: 'none' }));
    expect(await refusalOf(life)).toMatchObject({ code: 'ResourceNotFoundException' });
    const backups = client.send(new dynamodb.DescribeContinuousBackupsCommand({ TableName: 'none' }));
    expect(await refusalOf(backups)).toMatchObject({ code: 'TableNotFoundException' });
  });
});

describe('items', () => {
  it('are read as they were put, in every type', async () => {
    const { put, get } = await withLedger();
    const more: Record<string, dynamodb.AttributeValue> = {
      n: { N: '12.5' },
      b: { B: new Uint8Array([0, 255]) },
      flag: { BOOL: true },
      nothing: { NULL: true },
      list: { L: [{ S: 'a' }, { M: { x: { N: '1' } } }] },
      set: { SS: ['a', 'b'] },
      bytes: { BS: [new Uint8Array([1])] },
    };

    await put('ü', '1', more);

    expect(await get('ü', '1')).toEqual({ pk: { S: 'ü' }, sk: { S: '1' }, ...more });
    expect(await get('ü', '2')).toBeUndefined();
  });

  it('are put and changed under conditions', async () => {
    const { client, put } = await withLedger();
    const ConditionExpression = 'attribute_not_exists(pk)';
    await put('a', '1', { version: { N: '1' } }, { ConditionExpression });

    expect(await refusalOf(put('a', '1', {}, { ConditionExpression }))).toMatchObject({
      code: 'ConditionalCheckFailedException',
      status: 400,
    });
    const bump = (from: number) =>
      client.send(
        new dynamodb.UpdateItemCommand({
          TableName: 'ledger',
          Key: { pk: { S: 'a' }, sk: { S: '1' } },
          UpdateExpression: 'SET #v = #v + :one',
          ConditionExpression: '#v = :from',
          ExpressionAttributeNames: { '#v': 'version' },
          ExpressionAttributeValues: { ':one': { N: '1' }, ':from': { N: String(from) } },
          ReturnValues: 'ALL_NEW',
        }),
      );
    expect((await bump(1)).Attributes).toMatchObject({ version: { N: '2' } });
    expect(await refusalOf(bump(1))).toMatchObject({ code: 'ConditionalCheckFailedException' });
  });

  it('are found by key and by index, page by page', async () => {
    const { client, put } = await withLedger();
    for (const sk of ['1', '2', '3']) await put('a', sk, { arn: { S: 'arn:x' } });
    await put('b', '1', { arn: { S: 'arn:y' } });
    const pages = dynamodb.paginateQuery(
      { client, pageSize: 2 },
      {
        TableName: 'ledger',
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': { S: 'a' }, ':from': { S: '2' } },
      },
    );

    expect((await Array.fromAsync(pages)).flatMap(({ Items = [] }) => Items.map(({ sk }) => sk?.S))).toEqual(['2', '3']);
    const { Items } = await client.send(
      new dynamodb.QueryCommand({
        TableName: 'ledger',
        IndexName: 'by-arn',
        KeyConditionExpression: 'arn = :arn',
        ExpressionAttributeValues: { ':arn': { S: 'arn:y' } },
      }),
    );
    expect(Items).toMatchObject([{ pk: { S: 'b' } }]);
  });

  it('are written in batches, but not in transactions', async () => {
    const { client, get } = await withLedger();
    const PutRequest = { Item: { pk: { S: 'a' }, sk: { S: '1' } } };

    await client.send(new dynamodb.BatchWriteItemCommand({ RequestItems: { ledger: [{ PutRequest }] } }));

    expect(await get('a', '1')).toBeDefined();
    const together = client.send(
      new dynamodb.TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'ledger', ...PutRequest } }] }),
    );
    expect(await refusalOf(together)).toMatchObject({
      code: 'NotImplemented',
      status: 501,
      message: expect.stringContaining('ConditionExpression'),
    });
  });
});
