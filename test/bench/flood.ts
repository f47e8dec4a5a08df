/** A flood of events: routed, queued and answered in this process, on the local AWS, with the ledger in its DynamoDB and the queue in its SQS. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteBucketReplicationCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import pLimit from 'p-limit';
import { passesOver } from '../../functions/reconcile/passes.ts';
import { isInSpoke } from '../../infra/sandbox/guided-run/account.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { dynamoLedger, ledgerTableInput } from '../../shared/aws/ledger.ts';
import { sqsQueue } from '../../shared/aws/queue.ts';
import { admit } from '../../shared/controller/admit.ts';
import type { Controller, StoredDocument } from '../../shared/controller/ports.ts';
import { route } from '../../shared/controller/route.ts';
import type { BucketPlan } from '../support/builders.ts';
import { foundationsFor, type Someone, someoneAt } from '../support/world.ts';
import type { Figure } from './bench.ts';
import { fleetDocument, type Keys } from './fleet.ts';

const hub = { region: 'eu-west-1', credentials: { accessKeyId: '333333333333', secretAccessKey: 'any' } };
const ours = { observerRole: 'lockstep-observer', healerRole: 'lockstep-healer' };
const source = '111111111111';

export interface Flood {
  readonly events: number;
  readonly groups: number;
}

export interface Drained {
  readonly seconds: { readonly routing: number; readonly answering: number };
  /** Calls in the spokes, AssumeRole left out. */
  readonly calls: number;
  readonly writes: number;
  /** Passes that looked at anything in AWS, of the group that had most of them, and of all. */
  readonly passes: { readonly most: number; readonly all: number };
  readonly messages: number;
  /** Groups that still replicate nothing. */
  readonly broken: number;
}

interface Scene {
  readonly aws: LocalAws;
  readonly c: Controller;
  readonly someone: Someone;
  readonly url: string;
  readonly sqs: SQSClient;
  /** Passes that looked, by group. */
  readonly looked: Map<string, number>;
}

const quietly = () => undefined;

async function newScene(documents: readonly StoredDocument[], aws: LocalAws, someone: Someone): Promise<Scene> {
  const requestHandler = aws.requestHandler();
  const dynamodb = new DynamoDBClient({ ...hub, requestHandler });
  const sqs = new SQSClient({ ...hub, requestHandler, useQueueUrlAsEndpoint: false });
  await dynamodb.send(new CreateTableCommand({ TableName: 'lockstep-ledger', ...ledgerTableInput }));
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '180' };
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'lockstep.fifo', Attributes }));
  const looked = new Map<string, number>();
  const info = (message: string, keys: object = {}): void => {
    const { group } = keys as { readonly group?: string };
    if (message === 'group looked at' && group !== undefined) looked.set(group, (looked.get(group) ?? 0) + 1);
  };
  const spoke = (role: string) =>
    spokeGateway({ role, requestHandler, region: hub.region, credentials: async () => hub.credentials });
  const c: Controller = {
    ledger: dynamoLedger({ client: dynamodb, table: 'lockstep-ledger' }),
    queue: sqsQueue({ client: sqs, url }),
    desiredState: { documents: async () => documents, freeze: async () => undefined },
    notifier: { tell: async () => undefined },
    metrics: { add: quietly },
    log: { debug: quietly, info, warn: quietly, error: quietly },
    settings: { mode: 'repair', budgetPercent: 100, budgetMinimum: 5, contestedRepairs: 3, reserveSeconds: 10 },
    ours,
    observer: spoke(ours.observerRole),
    healer: spoke(ours.healerRole),
    now: () => new Date(),
    wait: async () => undefined,
    random: () => 0,
  };
  return { aws, c, someone, url, sqs, looked };
}

/** Messages of one batch go to one function; so many of these run at a time. */
const functionsAtOnce = 4;

/** Answers the queue as the event source mapping does, until it is empty. @returns how many messages there were */
async function drain({ c, sqs, url: QueueUrl }: Scene): Promise<number> {
  let answered = 0;
  const receive = async (): Promise<void> => {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
      );
      if (Messages.length === 0) return;
      answered += Messages.length;
      const answer = passesOver(Messages.map(recordOf), c, () => 120_000);
      await Promise.all(Messages.map((message) => answer(recordOf(message))));
      const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
  // One that finds every group held ends early, while another still works: at the end one looks again.
  await Promise.all(Array.from({ length: functionsAtOnce }, receive));
  await receive();
  return answered;
}

const recordOf = ({ MessageId = '', Body = '', Attributes = {} }: Message): SQSRecord =>
  ({ messageId: MessageId, body: Body, attributes: Attributes }) as unknown as SQSRecord;

/** A fleet in sync and proven, each group a replication of its own. */
async function provenFleet(groups: number): Promise<Scene> {
  const aws = createLocalAws({ impliedRoles: Object.values(ours), cloudtrail: { lookupsPerSecond: 1000 } });
  const someone = someoneAt({ requestHandler: aws.requestHandler() });
  const plan = Array.from({ length: groups }, (_, n): readonly BucketPlan[] => [
    { name: `fleet-${n}`, account: source, region: 'eu-west-1' },
    { name: `fleet-${n}-dr`, account: '222222222222', region: 'eu-central-1' },
  ]).flat();
  const keys = await foundationsFor(plan, someone);
  const keysOf = (n: number): Keys => ({ source: keys[`fleet-${n}`] ?? '', destination: keys[`fleet-${n}-dr`] ?? '' });
  const scene = await newScene(documentsOf(groups, keysOf), aws, someone);
  await admit(scene.c, { cause: 'edit', requestId: 'first' });
  await drain(scene);
  return scene;
}

/** Each replication in a document of its own: one for all would not fit into a parameter. */
function documentsOf(size: number, keysOf: (n: number) => Keys): readonly StoredDocument[] {
  const { replications } = fleetDocument(size, keysOf) as { readonly replications: Readonly<Record<string, object>> };
  return Object.entries(replications).map(([name, replication]) => ({
    name: `/lockstep/desired-state/${name}`,
    text: JSON.stringify({ version: 1, replications: { [name]: replication } }),
    version: 1,
    modified: '2026-01-01T00:00:00.000Z',
  }));
}

const eventNames = ['PutBucketPolicy', 'PutBucketVersioning', 'PutBucketEncryption', 'PutBucketReplication'];

/** All kinds of changes, over all groups in turn. */
function eventOf(n: number, groups: number): object {
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  const arn = `arn:aws:iam::${source}:user/pipeline`;
  return {
    ...{
      id: `envelope-${n}`,
      source: 'aws.s3',
      'detail-type': 'AWS API Call via CloudTrail',
      account: source,
      region: 'eu-west-1',
      time,
    },
    detail: {
      ...{
        eventSource: 's3.amazonaws.com',
        eventName: eventNames[Math.floor(n / groups) % eventNames.length],
        eventID: `event-${n}`,
      },
      ...{ eventTime: time, awsRegion: 'eu-west-1', recipientAccountId: source, readOnly: false },
      requestParameters: { bucketName: `fleet-${n % groups}` },
      userIdentity: { type: 'IAMUser', arn, accountId: source, userName: 'pipeline' },
    },
  };
}

const secondsSince = (started: number): number => (performance.now() - started) / 1000;

/** Every second group is really broken; then all events come at once, and are answered. */
export async function flood({ events, groups }: Flood): Promise<Drained> {
  const scene = await provenFleet(groups);
  const { aws, c, someone, looked } = scene;
  for (let n = 0; n < groups; n += 2)
    await someone.s3({ account: source, region: 'eu-west-1' }).send(new DeleteBucketReplicationCommand({ Bucket: `fleet-${n}` }));
  looked.clear();
  const seen: { readonly operation: string }[] = [];
  const stop = aws.onCall((call) => isInSpoke(call) && call.operation !== 'AssumeRole' && seen.push(call));

  const started = performance.now();
  const limit = pLimit(8);
  await Promise.all(Array.from({ length: events }, (_, n) => limit(() => route(eventOf(n, groups), c))));
  const routing = secondsSince(started);
  const messages = await drain(scene);
  const answering = secondsSince(started) - routing;
  stop();
  return {
    seconds: { routing, answering },
    calls: seen.length,
    writes: seen.filter(({ operation }) => operation.startsWith('Put')).length,
    passes: { most: Math.max(...looked.values()), all: [...looked.values()].reduce((sum, one) => sum + one, 0) },
    messages,
    broken: [...aws.world.s3.buckets].filter(([name, { replication }]) => !name.endsWith('-dr') && !replication).length,
  };
}

export async function measureFlood(): Promise<readonly Figure[]> {
  const [events, groups] = [10_000, 100];
  const { seconds, calls, passes, messages, broken } = await flood({ events, groups });
  const total = seconds.routing + seconds.answering;
  const rate = (count: number, time: number): string => `${(count / time).toFixed(0)}/s`;
  return [
    {
      what: `${events} events for ${groups} groups, routed and answered, ledger and queue in the local AWS`,
      measured: `${rate(events, total)} (routed ${rate(events, seconds.routing)}, ${messages} messages answered ${rate(messages, seconds.answering)})`,
      target: 'all repaired',
      met: broken === 0,
    },
    {
      what: 'AWS calls in the spokes per event of the flood',
      measured: (calls / events).toFixed(2),
      target: '<= 1',
      met: calls / events <= 1,
    },
    {
      what: 'passes per group in the flood that looked at AWS (most; mean)',
      measured: `${passes.most}; ${(passes.all / groups).toFixed(1)}`,
      target: '<= 6',
      met: passes.most <= 6,
    },
  ];
}
