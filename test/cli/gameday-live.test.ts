/** Game days against the controller as it is installed, on the local AWS: events, repairs, stories and refusals are real ones. */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetBucketPolicyCommand, GetBucketReplicationCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { ConfirmSubscriptionCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { core } from '../../functions/cli/core.ts';
import { hubAccount, type LiveHub, liveHub, settled } from '../functions/live-hub.ts';
import { destination, documentFor, source, thePair } from '../support/builders.ts';
import { foundationsFor } from '../support/world.ts';
import { aFolder, lockstep } from './support/command-line.ts';

const RoleName = 'lockstep-orders';
const PolicyName = 'lockstep-gameday';

let live: LiveHub;
let folder: string;
let key: string;

const profile = (account: string, name = account) =>
  `[profile ${name}]\naws_access_key_id = ${account}\naws_secret_access_key = local\n`;

const never = () => new Promise<void>(() => {});
const time = { now: () => new Date(), wait: (seconds: number) => setTimeout(seconds * 1000), untilStopped: never };

const variables = () => ({
  ...{ AWS_PROFILE: 'hub', AWS_REGION: 'eu-west-1' },
  ...{ AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none') },
  ...{ AWS_ENDPOINT_URL: live.url, LOCKSTEP_LEDGER_TABLE: live.hub.tableName },
});

/** As somebody with the rights of the controller's account, and a profile for each of the others. */
const gameday = (argv: readonly string[], more: Partial<typeof time> = {}, env: Readonly<Record<string, string>> = variables()) =>
  lockstep(['gameday', 'orders-dr', '--minutes', '0.3', ...argv], { core, env, time: { ...time, ...more } });

const policies = async () => (await live.someone.iam(source).send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames;
const verdict = async () => (await live.ledger.statuses())[0]?.verdict;

/** Every setting that an experiment touches. */
async function settings() {
  const { someone } = live;
  const [rules, bucketPolicy, keyPolicy] = await Promise.all([
    someone.s3(source).send(new GetBucketReplicationCommand({ Bucket: 'orders' })),
    someone.s3(destination).send(new GetBucketPolicyCommand({ Bucket: 'orders-dr' })),
    someone.kms(destination).send(new GetKeyPolicyCommand({ KeyId: key })),
  ]);
  const policyIn = (text = '{}'): unknown => JSON.parse(text);
  return {
    policies: await policies(),
    rules: rules.ReplicationConfiguration?.Rules,
    bucketPolicy: policyIn(bucketPolicy.Policy),
    keyPolicy: policyIn(keyPolicy.Policy),
  };
}

const kindsIn = (stdout: string): readonly string[] =>
  (JSON.parse(stdout) as { timeline: readonly { kind: string }[] }).timeline.map(({ kind }) => kind);

/** Reports of failures, and what their topics ask first, wait for each other for half a minute: too long for a test. */
async function countAtOnce(): Promise<void> {
  const { lambda } = live.clients;
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: live.hub.functions.failures }),
  );
  const [{ UUID = '', EventSourceArn = '' } = {}] = EventSourceMappings;
  for (const { body } of live.aws.world.sqs.queues.get(EventSourceArn)?.messages ?? []) {
    const { TopicArn = '', Token = '' } = JSON.parse(body) as { TopicArn?: string; Token?: string };
    if (TopicArn.includes(`:${source.region}:${source.account}:`))
      await live.someone.sns(source).send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  }
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 10, MaximumBatchingWindowInSeconds: 0 }));
}

beforeAll(async () => {
  let keys: Readonly<Record<string, string>> = {};
  live = await liveHub(async (someone) => {
    keys = await foundationsFor(thePair.buckets, someone);
  });
  key = keys['orders-dr'] ?? '';
  await countAtOnce();
  folder = await aFolder({ config: profile(source.account) + profile(destination.account) + profile(hubAccount, 'hub') });
  const Value = JSON.stringify(documentFor(thePair, keys));
  await live.clients.ssm.send(new PutParameterCommand({ Name: '/lockstep/desired-state/orders', Type: 'String', Value }));
  await settled(live);
}, 240_000);

beforeEach(() => {
  for (const [name, value] of Object.entries(variables())) vi.stubEnv(name, value);
});

afterAll(async () => {
  await live?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a game day on the local AWS', () => {
  it('that was killed halfway is undone by --undo, and so is what the controller did not put right', async () => {
    const before = await settings();
    await live.hub.forwarding(false);
    // A process that is killed after its break goes no further than this.
    void gameday([], { wait: never });
    await expect.poll(policies, { timeout: 10_000 }).toContain(PolicyName);
    void gameday(['--experiment', 'rule'], { wait: never });
    await expect.poll(async () => (await settings()).rules?.[0]?.Status, { timeout: 10_000 }).toBe('Disabled');

    const undone = await gameday(['--undo']);
    const again = await gameday(['--undo', '--json']);
    await live.hub.forwarding(true);

    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stdout).toMatch(/deny +undone\n +rule +undone\n +policy +nothing left\n +key-policy +nothing left/);
    expect(JSON.parse(again.stdout).experiments.map(({ how }: { how: string }) => how)).toEqual(Array(4).fill('nothing-left'));
    expect(await settings()).toEqual(before);
  }, 60_000);

  it.each(['rule', 'policy', 'key-policy'])(
    'breaks by %s, and sees the controller put it right and say who it was',
    async (experiment) => {
      const before = await settings();

      const { code, stdout } = await gameday(['--experiment', experiment, '--json']);
      await settled(live);

      expect(code, stdout).toBe(0);
      expect(kindsIn(stdout).toSorted()).toEqual(['broken', 'noticed', 'proven', 'repaired', 'told', 'undone']);
      expect(JSON.parse(stdout)).toMatchObject({ experiment, missing: [], undone: { how: 'nothing-left' }, notes: [] });
      expect(await settings()).toEqual(before);
      const [repair] = await live.ledger.repairs('orders-dr', 1);
      expect(repair?.change?.actor.userAgent).toContain('lockstep-gameday');
    },
    60_000,
  );

  it('is ended by an interrupt, twice delivered, with nothing left behind', async () => {
    const main = join(import.meta.dirname, '..', '..', 'functions', 'cli', 'main.ts');
    const child = spawn(process.execPath, [main, 'gameday', 'orders-dr', '--minutes', '5'], {
      env: { ...process.env, ...variables() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let isInterrupted = false;
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (isInterrupted || !out.includes('blocked  ')) return;
      isInterrupted = true;
      // A terminal signals all its processes, and the one in front passes it on.
      child.kill('SIGINT');
      child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    await settled(live);

    expect(out).toContain('Stopped, and undone.');
    expect(code).toBe(1);
    expect(await policies()).not.toContain(PolicyName);
    expect(await verdict()).toBe('proven');
  }, 60_000);

  it('leaves a policy of that name alone that no game day wrote', async () => {
    const PolicyDocument =
      '{"Version":"2012-10-17","Statement":{"Sid":"Mine","Effect":"Deny","Action":"s3:PutObject","Resource":"*"}}';
    await live.someone.iam(source).send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
    await settled(live);

    const begun = await gameday([]);
    const undone = await gameday(['--undo', '--experiment', 'deny'], { wait: async () => {} });

    expect([begun.code, undone.code]).toEqual([1, 1]);
    expect(begun.stderr).toContain('another game day, or what is left of one');
    expect(undone.stdout.replace(/\s+/g, ' ')).toContain('holds statements that no game day wrote');
    const { PolicyDocument: kept = '' } = await live.someone.iam(source).send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    await live.someone.iam(source).send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await settled(live);
    expect(JSON.parse(decodeURIComponent(kept))).toEqual(JSON.parse(PolicyDocument));
  }, 60_000);

  it('adds a Deny of others, sees it named, told, failing and alarmed, takes it away and sees the replication proven', async () => {
    const before = await settings();
    const hub = new CloudWatchClient({
      endpoint: live.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: hubAccount, secretAccessKey: 'x' },
    });
    const alarm = (StateValue: 'OK' | 'ALARM') =>
      hub.send(new SetAlarmStateCommand({ AlarmName: 'lockstep-blocked', StateValue, StateReason: 'test' }));
    // CloudWatch looks at an alarm once a minute: too long for a test.
    await alarm('OK');
    const alarming = expect
      .poll(verdict, { timeout: 10_000, interval: 50 })
      .toBe('blocked')
      .then(() => alarm('ALARM'));

    const { code, stdout } = await gameday(['--probe']);
    await alarming;
    await settled(live);

    for (const said of ['noticed', 'blocked', 'told', 'probe-failed', 'counted', 'alarm', 'undone', 'proven', 'replicated'])
      expect(stdout, stdout).toMatch(new RegExp(`^ +\\+\\d+\\.\\d s +${said} `, 'm'));
    expect(stdout).toMatch(/denied by\s+LockstepGameday\w+ of the role policy lockstep-gameday/);
    expect(code, stdout).toBe(0);
    expect(await settings()).toEqual(before);
    for (const [at, Bucket] of [
      [source, 'orders'],
      [destination, 'orders-dr'],
    ] as const) {
      const { Versions, DeleteMarkers } = await live.someone.s3(at).send(new ListObjectVersionsCommand({ Bucket }));
      expect([Versions, DeleteMarkers], Bucket).toEqual([undefined, undefined]);
    }
  }, 60_000);
});
