import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type VirtualClock, virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { dynamoLedger, ledgerTableInput } from '../../shared/aws/ledger.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';

export const source = '111111111111';
export const table = 'lockstep-ledger';

export interface LocalLedger {
  readonly aws: LocalAws;
  readonly clock: VirtualClock;
  readonly client: DynamoDBClient;
  readonly ledger: Ledger;
  /** Names of the DynamoDB operations answered since the last time this was asked. */
  callsSince(): readonly string[];
}

/** What an SDK client needs to speak to a local AWS in this process. */
export const inProcess = (aws: LocalAws, maxAttempts = 8) => ({
  region: 'eu-west-1',
  credentials: { accessKeyId: source, secretAccessKey: 'any' },
  requestHandler: aws.requestHandler(),
  maxAttempts,
});

export async function createLedgerTable(aws: LocalAws, client = new DynamoDBClient(inProcess(aws))): Promise<DynamoDBClient> {
  await client.send(new CreateTableCommand({ TableName: table, ...ledgerTableInput }));
  return client;
}

/** A ledger in a table of a local AWS whose clock stands still. */
export async function localLedger(): Promise<LocalLedger> {
  const clock = virtualClock();
  const aws = createLocalAws({ clock });
  const client = await createLedgerTable(aws);
  const ledger = dynamoLedger({ client, table, now: clock.now, wait: async () => undefined, random: () => 0.5 });
  let told = aws.calls.length;
  const callsSince = () => {
    const names = aws.calls.slice(told).map(({ operation }) => operation);
    told = aws.calls.length;
    return names;
  };
  return { aws, clock, client, ledger, callsSince };
}
