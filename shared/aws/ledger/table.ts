/** The ledger's table: one item collection a kind of record, read by key or as a whole. */

export const ledgerTable = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds; DynamoDB deletes an item within days after: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html */
  timeToLive: 'expires',
} as const;

/** What CreateTable wants; the stack and the tests make the same table. */
export const ledgerTableInput = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: ledgerTable.partitionKey, KeyType: 'HASH' },
    { AttributeName: ledgerTable.sortKey, KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: ledgerTable.partitionKey, AttributeType: 'S' },
    { AttributeName: ledgerTable.sortKey, AttributeType: 'S' },
  ],
} satisfies {
  BillingMode: 'PAY_PER_REQUEST';
  KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];
  AttributeDefinitions: { AttributeName: string; AttributeType: 'S' }[];
};
