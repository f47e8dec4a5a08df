/** The installed controller at its everyday work on the local AWS: what a sweep, a change and a repair use. */
import { setTimeout } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, DeleteBucketReplicationCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { installHub } from '../../../infra/sandbox/hub.ts';
import { createLocalAws, type LocalAws } from '../../../infra/sandbox/local-aws.ts';
import type { BucketPlan } from '../../support/builders.ts';
import { foundationsFor, type Someone, someoneAt } from '../../support/world.ts';
import { fleetDocument } from '../fleet.ts';
import { type Consumption, newMeter } from './consumption.ts';

const hubAccount = '333333333333';
const source = { account: '111111111111', region: 'eu-west-1' };
const destination = { account: '222222222222', region: 'eu-central-1' };

interface Scene {
  readonly aws: LocalAws;
  readonly url: string;
  readonly someone: Someone;
  /** Runs, waits until all is at rest, and tells what was used. */
  using(work: () => Promise<unknown>): Promise<Consumption>;
  sweep(): Promise<unknown>;
  close(): Promise<void>;
}

/** @param dist folder of what was built */
async function provenFleet(size: number, dist: string): Promise<Scene> {
  const meter = newMeter();
  const aws = createLocalAws({ interceptors: [meter.interceptor], cloudtrail: { lookupsPerSecond: 1000 } });
  const { url, close } = await aws.listen();
  meter.attach(aws);
  const someone = someoneAt({ endpoint: url });
  const documents = await documentsOf(size, someone);
  const hub = await installHub(aws, { dist });
  const client = { endpoint: url, region: hub.region, credentials: { accessKeyId: hubAccount, secretAccessKey: 'any' } };
  const [lambda, ssm] = [new LambdaClient(client), new SSMClient(client)];
  const sweep = () => lambda.send(new InvokeCommand({ FunctionName: 'lockstep-sweep', Payload: '{}' }));
  const using = async (work: () => Promise<unknown>): Promise<Consumption> => {
    meter.take();
    await work();
    await atRest(aws, hub.queueArn);
    return meter.take();
  };
  // One at a time: an edit while another is admitted is tried again a minute later, in the middle of something else.
  for (const { name, text } of documents)
    await using(() =>
      ssm.send(new PutParameterCommand({ Name: `/lockstep/desired-state/${name}`, Value: text, Type: 'String' })),
    );
  // What has just been repaired is proven by the first sweep, and nothing is new to the second.
  await using(sweep);
  return {
    ...{ aws, url, someone, using, sweep },
    close: async () => {
      await hub.close();
      await close();
    },
  };
}

/** So many fit into a parameter of 4 KB with room to spare. */
const perDocument = 5;

async function documentsOf(size: number, someone: Someone): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const plan = Array.from({ length: size }, (_, n): readonly BucketPlan[] => [
    { name: `fleet-${n}`, ...source },
    { name: `fleet-${n}-dr`, ...destination },
  ]).flat();
  const keys = await foundationsFor(plan, someone);
  const keysOf = (n: number) => ({ source: keys[`fleet-${n}`] ?? '', destination: keys[`fleet-${n}-dr`] ?? '' });
  const { replications } = fleetDocument(size, keysOf) as { readonly replications: Readonly<Record<string, object>> };
  const entries = Object.entries(replications);
  return Array.from({ length: Math.ceil(size / perDocument) }, (_, n) => ({
    name: `fleet-${n}`,
    text: JSON.stringify({ version: 1, replications: Object.fromEntries(entries.slice(n * perDocument, (n + 1) * perDocument)) }),
  }));
}

/** Looks in a row that have to find nothing, and milliseconds between them: together longer than an event is on its way. */
const looks = { needed: 20, apart: 25, atMost: 4000 };

async function atRest({ world, calls }: LocalAws, queueArn: string): Promise<void> {
  const made = (): number => calls.filter(({ operation }) => operation !== 'ReceiveMessage').length;
  const isBusy = (): boolean =>
    (world.sqs.queues.get(queueArn)?.messages.length ?? 0) > 0 ||
    [...world.lambda.functions.values()].some((fn) => fn.running > 0);
  for (let quiet = 0, look = 0, before = made(); quiet < looks.needed; look++) {
    await setTimeout(looks.apart);
    const now = made();
    quiet = isBusy() || now !== before ? 0 : quiet + 1;
    before = now;
    if (look > looks.atMost) throw new Error('The controller does not come to rest.');
  }
}

export const sizes = [10, 30] as const;
/** Changes, drifts and so on that are measured, to be divided by. */
export const rounds = 5;

export interface Raw {
  /** Of `sizes[0]` and of `sizes[1]` replications. */
  readonly sweeps: readonly [Consumption, Consumption];
  /** A sweep that also asks for the metrics of `sizes[1]` replications. */
  readonly withMetrics: Consumption;
  /** `rounds` of each. */
  readonly changes: Consumption;
  readonly drifts: Consumption;
  readonly strangers: Consumption;
  readonly heartbeats: Consumption;
  /** Different metrics of our own, dimensions and all. */
  readonly series: number;
}

/** Two sizes tell what grows with the fleet from what does not. @param dist folder of what was built */
export async function measureUse(dist: string): Promise<Raw> {
  const [small, large] = [await provenFleet(sizes[0], dist), await provenFleet(sizes[1], dist)];
  try {
    const at = large.someone.s3(source);
    const sweeps = [await small.using(small.sweep), await large.using(large.sweep)] as const;
    await forgetFlows(large.url);
    const withMetrics = await large.using(large.sweep);
    const changes = await large.using(() => eachOf((n) => at.send(unchanged(`fleet-${n}`))));
    const drifts = await large.using(() => eachOf((n) => at.send(broken(`fleet-${n + rounds}`))));
    await large.using(() => at.send(new CreateBucketCommand({ Bucket: 'others' })));
    const strangers = await large.using(() => eachOf(() => at.send(unchanged('others'))));
    const heartbeats = await large.using(() => eachOf(() => beat(large.url)));
    return { sweeps, withMetrics, changes, drifts, strangers, heartbeats, series: seriesIn(large.aws) };
  } finally {
    await small.close();
    await large.close();
  }
}

/** One after the other, each answered before the next. */
async function eachOf(work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < rounds; n++) {
    await work(n);
    await setTimeout(600);
  }
}

/** The next sweep asks for everybody's metrics again. */
async function forgetFlows(endpoint: string): Promise<void> {
  const credentials = { accessKeyId: hubAccount, secretAccessKey: 'any' };
  const table = new DynamoDBClient({ endpoint, region: source.region, credentials });
  for (let n = 0; n < sizes[1]; n++)
    await table.send(
      new DeleteItemCommand({ TableName: 'lockstep-ledger', Key: { pk: { S: 'FLOW' }, sk: { S: `fleet-${n}` } } }),
    );
}

const unchanged = (Bucket: string) => new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });

const broken = (Bucket: string) => new DeleteBucketReplicationCommand({ Bucket });

const beat = (endpoint: string) =>
  new EventBridgeClient({
    ...{ endpoint, region: source.region, credentials: { accessKeyId: source.account, secretAccessKey: 'any' } },
  }).send(new PutEventsCommand({ Entries: [{ Source: 'lockstep.heartbeat', DetailType: 'Heartbeat', Detail: '{}' }] }));

const seriesIn = ({ world }: LocalAws): number =>
  new Set(
    world.metrics.samples
      .filter(({ namespace }) => namespace === 'Lockstep')
      .map(({ name, dimensions }) => JSON.stringify([name, Object.entries(dimensions).sort()])),
  ).size;
