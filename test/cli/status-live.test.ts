/** The commands on the ledger against the local AWS, over HTTP: nothing made up but the AWS itself. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { core } from '../../functions/cli/core.ts';
import { openLedger } from '../../functions/cli/hub-clients.ts';
import { createLocalAws } from '../../infra/sandbox/local-aws.ts';
import { ledgerTableInput } from '../../shared/aws/ledger.ts';
import { parseMessage } from '../../shared/controller/message.ts';
import { aReplication } from '../support/builders.ts';
import { lockstep } from './support/command-line.ts';
import { adopt, aStatus } from './support/controlled.ts';

const hub = '333333333333';
let url: string;
let close: () => Promise<void>;

const config = () => ({ endpoint: url, region: 'eu-west-1', credentials: { accessKeyId: hub, secretAccessKey: 'local' } });

function inHub(): void {
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', hub);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  inHub();
  return lockstep(argv, { core, env });
}

beforeAll(async () => {
  ({ url, close } = await createLocalAws().listen());
});

afterAll(() => close());

describe('a journey along the commands of the controller', () => {
  it('begins with an error that says what is missing', async () => {
    expect(await run(['status'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no ledger: table lockstep-ledger'),
    });
  });

  it('shows the fleet, pauses and resumes one, and asks for a pass', async () => {
    inHub();
    await new DynamoDBClient(config()).send(
      new CreateTableCommand({ TableName: 'lockstep-ledger', ...ledgerTableInput } as never),
    );
    const sqs = new SQSClient(config());
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: 'lockstep.fifo', Attributes: { FifoQueue: 'true' } }),
    );
    const ledger = openLedger({ table: 'lockstep-ledger', userAgent: 'test' });
    await adopt(ledger, [aReplication()]);
    await ledger.putStatuses([aStatus({ verdict: 'drifted', troubles: ['versioning is suspended'] })]);

    const drifted = await run(['status']);
    const paused = await run(['pause', 'orders-dr', '--for', '4h', '--reason', 'moving keys']);
    const quiet = await run(['status']);
    const frozen = await run(['pause', '--all', '--for', '4h', '--reason', 'change freeze']);
    const all = await run(['status']);
    const resumed = await run(['resume', 'orders-dr'], { LOCKSTEP_QUEUE_URL: QueueUrl });
    const thawed = await run(['resume', '--all']);

    expect(drifted).toMatchObject({ code: 2, stdout: expect.stringContaining('versioning is suspended') });
    expect([paused.code, frozen.code, resumed.code, thawed.code]).toEqual([0, 0, 0, 0]);
    expect(quiet.stdout).toContain('moving keys');
    expect(all.stdout).toContain('change freeze');
    expect((await run(['status'])).stdout).not.toMatch(/moving keys|change freeze/);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(parseMessage(Messages[0]?.Body ?? '')).toMatchObject({
      group: 'orders-dr',
      trigger: { kind: 'request', reason: 'person', by: expect.stringContaining(hub) },
    });
  });
});
