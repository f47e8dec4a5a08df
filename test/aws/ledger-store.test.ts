/** What the store makes of answers of DynamoDB that the local one never gives. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { newStore } from '../../shared/aws/ledger/store.ts';

const answering = (...answers: readonly object[]) => {
  let sent = 0;
  const client = { send: async () => answers[Math.min(sent++, answers.length - 1)] } as unknown as DynamoDBClient;
  return newStore({ client, table: 'ledger', wait: async () => {}, random: () => 0 });
};
const item = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });

describe('the store', () => {
  it('takes an answer without items for none', async () => {
    expect(await answering({}).get([{ pk: 'p', sk: 's' }])).toEqual(new Map());
    expect(await answering({}).query('p')).toEqual([]);
  });

  it('asks again for what DynamoDB left over', async () => {
    const store = answering(
      { Responses: { ledger: [item('a')] }, UnprocessedKeys: { ledger: { Keys: [item('b')] } } },
      { Responses: { ledger: [item('b')] } },
    );

    const found = await store.get([
      { pk: 'p', sk: 'a' },
      { pk: 'p', sk: 'b' },
    ]);

    expect([...found.values()].map(({ sk }) => sk)).toEqual(['a', 'b']);
  });

  it('gives no more than was asked for, however long the pages are', async () => {
    const page = { Items: [item('a'), item('b'), item('c')] };

    expect((await answering(page).query('p', { limit: 2 })).map(({ sk }) => sk)).toEqual(['a', 'b']);
  });
});
