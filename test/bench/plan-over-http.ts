/** `lockstep plan` of 100 replications over HTTP, beside a bare script that makes the same calls with the same concurrency. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { aspects } from '../../shared/aspects/index.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { parseDocumentValue } from '../../shared/model/desired-state.ts';
import { groupsOf } from '../../shared/model/group.ts';
import { observe } from '../../shared/stages/observe.ts';
import { targetsOf } from '../../shared/stages/targets.ts';
import type { Figure } from './bench.ts';
import { fleetDocument, type Keys } from './fleet.ts';

const size = 100;
const rounds = 7;
const program = (name: string): string => join(import.meta.dirname, name);

export async function measurePlan(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
  const { url, server } = await startLocalAws();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: '111111111111',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  try {
    const keys = await createFleet(url);
    const document = join(folder, 'fleet.json');
    writeFileSync(document, JSON.stringify(fleetDocument(size, (n) => keys[n] as Keys)));
    await run(['lockstep.mjs', 'apply', '--json', '--document', document]);
    const calls = join(folder, 'calls.json');
    const made = await record(JSON.parse(JSON.stringify(fleetDocument(size, (n) => keys[n] as Keys))));
    writeFileSync(calls, JSON.stringify(made));
    return await compare(document, calls, made.length);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(document: string, calls: string, count: number): Promise<readonly Figure[]> {
  const plan: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    plan.push(await run(['lockstep.mjs', 'plan', '--json', '--document', document]));
    bare.push(await run(['bench.mjs', 'bare', calls]));
  }
  const ratio = median(plan) / median(bare);
  const text = `${median(plan).toFixed(0)} ms / ${median(bare).toFixed(0)} ms = ${ratio.toFixed(2)}`;
  return [
    {
      what: `plan of ${size} replications / bare script, same ${count} calls (median of ${rounds})`,
      measured: text,
      target: '<= 1.3',
      met: ratio <= 1.3,
    },
    { what: 'AWS calls for an in-sync replication', measured: String(count / size), target: '<= 18', met: count / size <= 18 },
  ];
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function startLocalAws(): Promise<{ url: string; server: ChildProcess }> {
  const server = spawn(process.execPath, [program('lockstep.mjs'), 'sandbox', '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.stdout.once('data', (line: Buffer) =>
      resolve({ url: (JSON.parse(String(line)) as { endpoint: string }).endpoint, server }),
    );
  });
}

/** @returns milliseconds of wall time */
function run(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const [name = '', ...rest] = args;
  const child = spawn(process.execPath, [program(name), ...rest], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(performance.now() - started) : reject(new Error(`${args.join(' ')} ended with ${code}`)),
    );
  });
}

async function createFleet(endpoint: string): Promise<readonly Keys[]> {
  const at = (account: string, region: string) => ({
    endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'local' },
  });
  async function make(account: string, region: 'eu-west-1' | 'eu-central-1', Bucket: string): Promise<string> {
    const s3 = new S3Client({ ...at(account, region), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    return (await new KMSClient(at(account, region)).send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  }
  const keys: Keys[] = [];
  for (let n = 0; n < size; n++) {
    const source = await make('111111111111', 'eu-west-1', `fleet-${n}`);
    keys.push({ source, destination: await make('222222222222', 'eu-central-1', `fleet-${n}-dr`) });
  }
  return keys;
}

/** The calls of an in-sync check, in the order in which they are sent. */
async function record(value: unknown): Promise<readonly AwsCall[]> {
  const calls: AwsCall[] = [];
  const inner = spokeGateway({ role: 'lockstep-observer' });
  const recording: AwsGateway = {
    send: (call) => {
      calls.push(call as AwsCall);
      return inner.send(call);
    },
  };
  const { replications } = parseDocumentValue(value, { name: 'fleet', now: new Date() });
  for (const group of groupsOf(replications)) await observe(targetsOf(group, aspects), recording);
  return calls;
}
