/** The installed controller at its everyday work on the local AWS: what a sweep, a change and a repair use. */
import { setTimeout } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, DeleteBucketReplicationCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { MeasuredUse } from '../../../infra/cost.ts';
import { installHub } from '../../../infra/sandbox/hub/hub.ts';
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
  const spokes = [source, destination].map(({ account, region }) => ({ account, regions: [region] }));
  const hub = await installHub(aws, { account: hubAccount, spokes, dist });
  const client = { endpoint: url, region: hub.region, credentials: { accessKeyId: hubAccount, secretAccessKey: 'any' } };
  const [lambda, ssm] = [new LambdaClient(client), new SSMClient(client)];
  const sweep = () => lambda.send(new InvokeCommand({ FunctionName: 'lockstep-sweep', Payload: '{}' }));
  const rested = () => atRest(aws, hub.queueArn);
  for (const { name, text } of documents)
    await ssm.send(new PutParameterCommand({ Name: `/lockstep/desired-state/${name}`, Value: text, Type: 'String' }));
  await rested();
  // What has just been repaired is proven by the first sweep, and nothing is new to the second.
  await sweep();
  await rested();
  return {
    ...{ aws, someone, sweep },
    using: async (work) => {
      meter.take();
      await work();
      await rested();
      return meter.take();
    },
    close: async () => {
      await hub.close();
      await close();
    },
  };
}

async function documentsOf(size: number, someone: Someone): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const plan = Array.from({ length: size }, (_, n): readonly BucketPlan[] => [
    { name: `fleet-${n}`, ...source },
    { name: `fleet-${n}-dr`, ...destination },
  ]).flat();
  const keys = await foundationsFor(plan, someone);
  const keysOf = (n: number) => ({ source: keys[`fleet-${n}`] ?? '', destination: keys[`fleet-${n}-dr`] ?? '' });
  const { replications } = fleetDocument(size, keysOf) as { readonly replications: Readonly<Record<string, object>> };
  return Object.entries(replications).map(([name, replication]) => ({
    name,
    text: JSON.stringify({ version: 1, replications: { [name]: replication } }),
  }));
}

/** Looks in a row that have to find nothing, and milliseconds between them: together longer than an event is on its way. */
const looks = { needed: 20, apart: 25, atMost: 4000 };

async function atRest({ world, calls }: LocalAws, queueArn: string): Promise<void> {
  const made = (): number => calls.filter(({ operation }) => operation !== 'ReceiveMessage').length;
  const isBusy = (): boolean =>
    (world.sqs.queues.get(queueArn)?.messages.length ?? 0) > 0 || [...world.lambda.functions.values()].some((fn) => fn.running > 0);
  for (let quiet = 0, look = 0, before = made(); quiet < looks.needed; look++) {
    await setTimeout(looks.apart);
    const now = made();
    quiet = isBusy() || now !== before ? 0 : quiet + 1;
    before = now;
    if (look > looks.atMost) throw new Error('The controller does not come to rest.');
  }
}

const sizes = [10, 30] as const;
const rounds = 5;

/** Two sizes tell what grows with the fleet from what does not. */
export async function measureUse(dist: string): Promise<{ readonly use: MeasuredUse; readonly raw: Readonly<Record<string, Consumption>> }> {
  const [small, large] = [await provenFleet(sizes[0], dist), await provenFleet(sizes[1], dist)];
  try {
    const sweeps = [await small.using(small.sweep), await large.using(large.sweep)] as const;
    const changes = await large.using(() => eachOf(rounds, (n) => large.someone.s3(source).send(unchanged(`fleet-${n}`))));
    const drifts = await large.using(() => eachOf(rounds, (n) => large.someone.s3(source).send(broken(`fleet-${n + rounds}`))));
    await large.someone.s3(source).send(new CreateBucketCommand({ Bucket: 'others' }));
    const strangers = await large.using(() => eachOf(rounds, () => large.someone.s3(source).send(unchanged('others'))));
    const raw = { 'sweep of 10': sweeps[0], 'sweep of 30': sweeps[1], changes, drifts, strangers };
    return { raw, use: { ...({} as MeasuredUse) } };
  } finally {
    await small.close();
    await large.close();
  }
}

/** One after the other, each answered before the next. */
async function eachOf(times: number, work: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < times; n++) {
    await work(n);
    await setTimeout(600);
  }
}

const unchanged = (Bucket: string) =>
  new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });

const broken = (Bucket: string) => new DeleteBucketReplicationCommand({ Bucket });
