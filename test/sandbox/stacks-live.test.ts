/** The stacks as they are synthesized, at work on a local AWS: built functions, under the roles of the templates, heard through their rules. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../../infra/config.ts';
import { deploymentOf } from '../../infra/deployment.ts';
import { actionTables } from '../../infra/sandbox/authorisation/actions.ts';
import { functionHost } from '../../infra/sandbox/hosting/function-host.ts';
import { createLocalAws, type Interceptor, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { loadAssembly } from '../../infra/sandbox/stacks/assembly.ts';
import { removeStack } from '../../infra/sandbox/stacks/deploy.ts';
import type { DeployedStack } from '../../infra/sandbox/stacks/deployed.ts';
import { dynamoLedger } from '../../shared/aws/ledger.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import { buildFunctions } from '../functions/deployed.ts';
import { catalogue, worlds } from '../scenarios/catalogue.ts';
import { destination, documentFor, source } from '../support/builders.ts';
import type { Drift } from '../support/drifts.ts';
import type { They } from '../support/edits.ts';
import { allFacts, ownFacts, strictlyOwnFacts } from '../support/meaning.ts';
import { foundationsFor, someoneAt, type View, viewOf } from '../support/world.ts';

const hub = { account: '333333333333', region: 'eu-west-1' };
const root = join(import.meta.dirname, '..', '..');

const config = parseConfig(
  JSON.stringify({
    hub,
    spokes: [source, destination].map(({ account, region }) => ({ account, regions: [region] })),
    externalId: 'a-shared-word',
    names: {
      buckets: ['orders*'],
      keys: [source, destination].map(({ account, region }) => `arn:aws:kms:${region}:${account}:key/*`),
      roles: ['lockstep-orders*'],
    },
    contestedRepairs: 100,
  }),
);

/** One of each kind of setting. */
const chosen: readonly string[] = [
  'the role was deleted',
  'the trust policy was replaced',
  'the role policy was deleted',
  'the key was disabled (source key)',
  'deletion of the key was scheduled (destination key)',
  'our statement was removed from the key policy (source key)',
  'the bucket policy was overwritten by others',
  'the replication configuration was deleted',
  'versioning of the destination was suspended',
  'default encryption of orders was deleted',
  'one setting of the public access block was switched off',
  'object ownership was changed',
  'our lifecycle rule was shortened beside one of others',
];
const all = Object.values(catalogue).flat();
const drifts = chosen.map((name) => all.find((drift) => drift.name === name) ?? { name, done: () => Promise.reject(name) });

const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const encryption = ['kms:Decrypt', 'kms:GenerateDataKey'];
const queueing = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** What is granted and not asked for here, and why it may be granted all the same. */
const unasked: Readonly<Record<string, readonly { readonly because: string; readonly actions: readonly string[] }[]>> = {
  'lockstep-route': [{ because: 'Lambda writes the logs', actions: logs }],
  'lockstep-admit': [
    { because: 'Lambda writes the logs', actions: logs },
    { because: 'SNS uses the key for the sender', actions: encryption },
    {
      because: 'no document was bad, and none was deleted',
      actions: ['sns:Publish', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'ssm:GetParameter'],
    },
    {
      because: 'CloudTrail knew who edited, and no key is named by an alias',
      actions: ['ssm:DescribeParameters', 'sts:AssumeRole'],
    },
  ],
  'lockstep-sweep': [
    { because: 'Lambda writes the logs', actions: logs },
    { because: 'SNS uses the key for the sender', actions: encryption },
    {
      because: 'nothing was edited, and nothing was left to be told',
      actions: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'cloudtrail:LookupEvents', 'ssm:DescribeParameters'],
    },
  ],
  'lockstep-failures': [
    { because: 'Lambda writes the logs', actions: logs },
    { because: 'Lambda reads the queue, past the record of calls', actions: queueing },
    { because: 'the token confirms, whoever sends it: SNS asks for no permission', actions: ['sns:ConfirmSubscription'] },
    { because: 'an outage was open already', actions: ['dynamodb:BatchWriteItem'] },
  ],
  'lockstep-reconcile': [
    { because: 'Lambda writes the logs', actions: logs },
    { because: 'SNS uses the key for the sender', actions: encryption },
    { because: 'Lambda reads the queue, past the record of calls', actions: queueing },
    {
      because: 'no alias moved, so that documents are not admitted again',
      actions: ['cloudtrail:LookupEvents', 'ssm:DescribeParameters', 'ssm:GetParametersByPath', 'dynamodb:DeleteItem'],
    },
  ],
  'lockstep-observer': [{ because: 'no trail has selectors of its own', actions: ['cloudtrail:GetEventSelectors'] }],
  'lockstep-healer': [
    {
      because: 'only exclusive documents and `retire` take policies away',
      actions: ['iam:DeleteRolePolicy', 'iam:DetachRolePolicy'],
    },
    {
      because: 'the healer reads what it repairs, and nothing of these had to be',
      actions: [
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        's3:GetBucketObjectLockConfiguration',
      ],
    },
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'lockstep-stacks-'));
const facts = { priorities: true, settings: true };

let aws: LocalAws;
let url: string;
let close: () => Promise<void>;
let stacks: ReadonlyMap<string, DeployedStack>;
let ledger: Ledger;
let they: They;
let healthy: View;

/** Permissions that were asked for and given, by the name of the role. */
const used = new Map<string, Set<string>>();
const recording: Interceptor = {
  before(call, input) {
    const role = call.caller.roleArn?.split('/').at(-1);
    const checksFor = actionTables[call.service]?.operations[call.operation] as
      | ((input: object, by: typeof call) => readonly { readonly action: string }[])
      | undefined;
    if (role === undefined || !checksFor) return undefined;
    const actions = used.get(role) ?? new Set();
    for (const { action } of checksFor(input, call)) actions.add(action);
    used.set(role, actions);
    return undefined;
  },
};

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value]) as readonly T[];

/** Permissions of a role that nothing asked for. */
function unused(account: string, name: string): readonly string[] {
  const role = aws.world.iam.accounts.get(account)?.roles.get(name);
  const statements = [...(role?.inline.values() ?? [])].flatMap(
    (text) => (JSON.parse(text) as { Statement: readonly { Effect: string; Action: string | readonly string[] }[] }).Statement,
  );
  const granted = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => listOf(Action));
  return [...new Set(granted)].filter((action) => !used.get(name)?.has(action)).sort();
}

const inHub = () => ({ endpoint: url, region: hub.region, credentials: { accessKeyId: hub.account, secretAccessKey: 'any' } });

/** Waits until no message waits, no function runs and nobody calls, for longer than an event is on its way. */
async function settled(): Promise<void> {
  const given = Date.now() + 60_000;
  const made = (): number => aws.calls.filter(({ operation }) => operation !== 'ReceiveMessage').length;
  const isBusy = (): boolean =>
    (aws.world.sqs.queues.get(`arn:aws:sqs:${hub.region}:${hub.account}:lockstep.fifo`)?.messages.length ?? 0) > 0 ||
    [...aws.world.lambda.functions.values()].some(({ running }) => running > 0);
  for (let since = Date.now(), before = made(); Date.now() - since < 350; await setTimeout(25)) {
    const now = made();
    if (isBusy() || now !== before) since = Date.now();
    before = now;
    if (Date.now() > given) throw new Error('the controller does not come to rest');
  }
}

const outOfStep = () => {
  const now = viewOf(aws);
  return {
    lost: [...ownFacts(healthy, facts).difference(allFacts(now, facts))],
    gained: [...strictlyOwnFacts(now, facts).difference(allFacts(healthy, facts))],
  };
};
const verdicts = async () => (await ledger.statuses()).map(({ verdict }) => verdict);
/** As they were told. */
async function storiesOf(kind: string): Promise<readonly object[]> {
  const { Items = [] } = await new DynamoDBClient(inHub()).send(
    new QueryCommand({
      ...{ TableName: 'lockstep-ledger', KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)' },
      ExpressionAttributeValues: { ':pk': { S: 'STORY' }, ':kind': { S: `${kind} ` } },
    }),
  );
  return Items.map(({ json }) => JSON.parse((JSON.parse(json?.S ?? '{}') as { readonly body: string }).body) as object);
}

const patience = { timeout: 60_000, interval: 50 };
const inStep = { lost: [], gained: [] };

const refused = () =>
  aws.calls
    .filter(({ error }) => /AccessDenied|NotAuthorized|Unauthorized|AuthorizationError/.test(error ?? ''))
    .map(({ service, operation, caller }) => `${service}:${operation} by ${caller}`);

beforeAll(async () => {
  buildFunctions();
  aws = createLocalAws({ interceptors: [recording] });
  ({ url, close } = await aws.listen());
  const someone = someoneAt({ endpoint: url });
  const keys = await foundationsFor(worlds.full.buckets, someone);
  const [from, to] = worlds.full.buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  if (from === undefined || to === undefined) throw new Error('the world is incomplete');
  const role = { name: 'lockstep-orders', arn: `arn:aws:iam::${source.account}:role/lockstep-orders` };
  they = { someone, source: from, destination: to, role };
  deploymentOf({ config, code: join(root, 'dist', 'functions'), outdir: folder, checked: false }).synth();
  // Reports would wait for each other for half a minute.
  const impatient = (template: string) =>
    JSON.parse(template.replace(/("MaximumBatchingWindowInSeconds": *)\d+/, '$11')) as object;
  stacks = await loadAssembly(aws, folder, { change: impatient });
  ledger = dynamoLedger({ client: new DynamoDBClient(inHub()), table: 'lockstep-ledger' });
  await settled();
  const Value = JSON.stringify(documentFor(worlds.full, keys));
  await new SSMClient(inHub()).send(new PutParameterCommand({ Name: '/lockstep/desired-state/orders', Type: 'String', Value }));
  await vi.waitFor(async () => expect(await verdicts()).toEqual(['proven']), patience);
  await settled();
  healthy = viewOf(aws);
}, 240_000);

afterAll(async () => {
  await functionHost(aws).close();
  await close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the synthesized stacks', () => {
  it('come up in three accounts and three regions', () => {
    const places = [...stacks.values()].map(({ account, region }) => `${account}/${region}`);

    expect(new Set(places)).toEqual(
      new Set([
        ...['333333333333/eu-west-1', '111111111111/eu-west-1', '111111111111/us-east-1'],
        ...['222222222222/eu-central-1', '222222222222/us-east-1'],
      ]),
    );
    const functions = [...aws.world.lambda.functions.values()].map(({ name }) => name);
    expect(functions).toEqual(
      expect.arrayContaining(['route', 'admit', 'sweep', 'reconcile', 'failures'].map((name) => `lockstep-${name}`)),
    );
  });

  it('are heard of at once from every account and region: schedules beat, and their heartbeats come through', async () => {
    const places = async () => (await ledger.heartbeats()).map(({ account, region, heard }) => `${account}/${region} ${heard}`);

    await expect
      .poll(async () => (await places()).sort(), patience)
      .toEqual([
        ...['111111111111/eu-west-1 true', '111111111111/us-east-1 true'],
        ...['222222222222/eu-central-1 true', '222222222222/us-east-1 true'],
      ]);
  });

  it('build what a new document wants', async () => {
    expect(await ledger.statuses()).toMatchObject([{ verdict: 'proven', document: '/lockstep/desired-state/orders' }]);
  });

  it.each(drifts as readonly Drift[])(
    'repair, by events alone, that $name',
    async ({ done }) => {
      await done(they);
      expect(outOfStep(), 'it is a drift').not.toEqual(inStep);
      await expect.poll(outOfStep, patience).toEqual(inStep);
      await settled();

      expect(outOfStep()).toEqual(inStep);
      await expect.poll(verdicts, patience).toEqual(['proven']);
    },
    90_000,
  );

  it('count what S3 reports as not replicated, and tell it with the reason', async () => {
    const topics = [...aws.world.sns.subscriptions.values()].filter(({ topicArn }) => topicArn.includes('replication-failures'));
    await expect.poll(() => topics.filter(({ confirmed }) => !confirmed), patience).toEqual([]);
    const iam = they.someone.iam(source);
    const stop = { RoleName: they.role.name, PolicyName: 'stop' };
    const Statement = [{ Effect: 'Deny', Action: 's3:GetObjectVersionForReplication', Resource: '*' }];
    await iam.send(new PutRolePolicyCommand({ ...stop, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) }));
    await expect.poll(verdicts, patience).toEqual(['blocked']);
    await they.someone.s3(they.source).send(new PutObjectCommand({ Bucket: 'orders', Key: 'a b', Body: 'x' }));
    await expect.poll(() => ledger.failures(), patience).toMatchObject([{ counts: { SrcGetObjectNotPermitted: 1 } }]);
    await expect.poll(() => storiesOf('failing'), patience).toHaveLength(1);
    await settled();

    expect(await storiesOf('failing')).toMatchObject([
      { replications: [expect.any(String)], reasons: [{ reason: 'SrcGetObjectNotPermitted', count: 1 }], proven: false },
    ]);
    await iam.send(new DeleteRolePolicyCommand(stop));
    await expect.poll(verdicts, patience).toEqual(['proven']);
  }, 90_000);

  it('repair by the sweep what no event told', async () => {
    for (const bus of aws.world.events.buses.values()) {
      if (bus.account === hub.account) continue;
      for (const rule of bus.rules.values()) rule.state = 'DISABLED';
    }
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    await they.someone
      .s3(they.destination)
      .send(new PutBucketVersioningCommand({ Bucket: 'orders-dr', VersioningConfiguration }));
    await settled();
    expect(outOfStep(), 'nobody heard of it').not.toEqual(inStep);

    await new LambdaClient(inHub()).send(new InvokeCommand({ FunctionName: 'lockstep-sweep' }));
    await expect.poll(outOfStep, patience).toEqual(inStep);
    await settled();

    await expect.poll(verdicts, patience).toEqual(['proven']);
  }, 90_000);

  it('grant all that this takes', () => {
    expect([...new Set(refused())]).toEqual([]);
    expect(aws.world.undelivered).toEqual([]);
  });

  it.each(Object.entries(unasked))('grant %s nothing that is not asked for, but for what is explained', (name, explained) => {
    const account = name === 'lockstep-observer' || name === 'lockstep-healer' ? source.account : hub.account;
    const known = explained.flatMap(({ actions }) => actions);

    expect(used.get(name)?.size, 'it was at work').toBeGreaterThan(0);
    expect(unused(account, name).filter((action) => !known.includes(action))).toEqual([]);
  });

  it('leave nothing behind when they are removed, once no role has the boundary that they made', async () => {
    const remove = async () => {
      const left = [];
      for (const stack of [...stacks.values()].reverse()) left.push(...(await removeStack(aws, stack)));
      return left.map(({ type, because }) => `${type}: ${because}`);
    };

    expect(await remove()).toEqual(['AWS::IAM::ManagedPolicy: Cannot delete a policy attached to entities.']);
    aws.world.iam.accounts.get(source.account)?.roles.delete(they.role.name);
    expect(await remove()).toEqual([]);

    const { lambda, sqs, sns, cloudwatch, scheduler, events, iam } = aws.world;
    const roles = [...iam.accounts.values()].flatMap((account) => [...account.roles.keys()]);
    const rules = [...events.buses.values()].flatMap((bus) => [...bus.rules.keys()]);
    const sizes = [lambda.functions, lambda.mappings, sqs.queues, sns.topics, cloudwatch.alarms, scheduler.schedules].map(
      ({ size }) => size,
    );
    expect([...roles, ...rules, ...sizes]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
