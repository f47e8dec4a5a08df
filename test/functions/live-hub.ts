/** The controller as it is installed, at work on a local AWS; and its built handlers, called one by one. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { type Hub, type HubOptions, installHub } from '../../infra/sandbox/hub.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { dynamoLedger } from '../../shared/aws/ledger.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import { type Someone, someoneAt } from '../support/world.ts';
import { buildFunctions, type FunctionName, folderOf } from './deployed.ts';

export const hubAccount = '333333333333';

export interface LiveHub {
  readonly aws: LocalAws;
  readonly url: string;
  readonly hub: Hub;
  /** The controller's memory, read as its account's administrator. */
  readonly ledger: Ledger;
  readonly clients: ReturnType<typeof hubClients>;
  readonly someone: Someone;
  close(): Promise<void>;
}

function hubClients(endpoint: string) {
  const config = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: hubAccount, secretAccessKey: 'any' } };
  return {
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient({ ...config, useQueueUrlAsEndpoint: false }),
    ssm: new SSMClient(config),
  };
}

/** @param prepare what is there before the controller */
export async function liveHub(prepare: (someone: Someone) => Promise<void>, options: Partial<HubOptions> = {}): Promise<LiveHub> {
  buildFunctions();
  const aws = createLocalAws();
  const { url, close } = await aws.listen();
  const someone = someoneAt({ endpoint: url });
  await prepare(someone);
  const dist = join(import.meta.dirname, '..', '..', 'dist');
  const hub = await installHub(aws, { people: [hubAccount], dist, ...options });
  const clients = hubClients(url);
  return {
    ...{ aws, url, hub, clients, someone },
    ledger: dynamoLedger({ client: clients.dynamodb, table: hub.tableName }),
    close: async () => {
      await hub.close();
      await close();
    },
  };
}

/** Looks in a row that have to find nothing, and milliseconds between them: together longer than an event is on its way, however slow the machine. */
const looks = { needed: 14, apart: 25 };

/** Waits until nothing has happened for a while: no message waits, no function runs, nobody calls. */
export async function settled(
  { aws: { world, calls }, hub }: LiveHub,
  { ignoring = [] as readonly string[] } = {},
): Promise<void> {
  const given = Date.now() + 25_000;
  const waiting = (): number =>
    world.sqs.queues.get(hub.queueArn)?.messages.filter(({ groupId }) => !ignoring.includes(groupId ?? '')).length ?? 0;
  const running = (): boolean => [...world.lambda.functions.values()].some((fn) => fn.running > 0);
  const made = (): number => calls.filter(({ operation }) => operation !== 'ReceiveMessage').length;
  for (let quiet = 0, before = made(); quiet < looks.needed; await setTimeout(looks.apart)) {
    const now = made();
    quiet = waiting() > 0 || running() || now !== before ? 0 : quiet + 1;
    before = now;
    if (Date.now() > given) throw new Error(`not at rest: ${waiting()} messages wait, running: ${running()}`);
  }
}

export interface Runner {
  /** What the handler returns. @throws what it throws */
  run(event: unknown): Promise<unknown>;
  close(): Promise<void>;
}

const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const loaded = import(workerData.bundle);
  parentPort.on('message', async (event) => {
    const { handler } = await loaded;
    const until = Date.now() + 60_000;
    const context = { awsRequestId: crypto.randomUUID(), functionName: workerData.name, getRemainingTimeInMillis: () => until - Date.now() };
    const outcome = await handler(event, context).then((result) => ({ result }), (error) => ({ error: error.name + ': ' + error.message }));
    parentPort.postMessage(outcome);
  });`;

/** Loads the bundle of a function in a thread with that environment; one event after the other. */
export function runnerOf(name: FunctionName, { url, hub }: LiveHub): Runner {
  const env = {
    ...{ AWS_ENDPOINT_URL: url, AWS_REGION: hub.region, AWS_ACCESS_KEY_ID: hub.account, AWS_SECRET_ACCESS_KEY: 'any' },
    ...hub.environment,
  };
  const bundle = pathToFileURL(join(folderOf(name), 'index.mjs')).href;
  const worker = new Worker(program, { eval: true, env, stdout: true, stderr: true, workerData: { bundle, name } });
  return {
    run: (event) =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', ({ result, error }: { readonly result?: unknown; readonly error?: string }) => {
          worker.off('error', reject);
          if (error === undefined) resolve(result);
          else reject(new Error(error));
        });
        worker.postMessage(event);
      }),
    close: async () => void (await worker.terminate()),
  };
}
