/** Heartbeats of the synthesized spokes, on their way through rules, roles and the policy of the hub's bus, on a clock that is told to go on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DisableRuleCommand, EventBridgeClient, RemovePermissionCommand } from '@aws-sdk/client-eventbridge';
import { DeleteRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { DeleteScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { deploymentOf } from '../../infra/deployment.ts';
import { virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { loadAssembly } from '../../infra/sandbox/stacks/assembly.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { admit } from '../../shared/controller/admit.ts';
import { route } from '../../shared/controller/route.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import type { AwsGateway } from '../../shared/model/aws-call.ts';
import { configWith } from '../infra/judging.ts';
import { type Hub, newHub } from '../support/admission.ts';
import { destination, written } from '../support/builders.ts';
import { idleFunctions } from './stacks-support.ts';

const hubAt = { account: '333333333333', region: 'eu-west-1' };
const folder = mkdtempSync(join(tmpdir(), 'lockstep-heartbeats-'));
const assembly = join(folder, 'cdk.out');
const router = `arn:aws:lambda:${hubAt.region}:${hubAt.account}:function:lockstep-route`;

type Place = typeof hubAt;

let aws: LocalAws;
let clock: ReturnType<typeof virtualClock>;
let hub: Hub;

const configOf = ({ account, region }: Place) => ({
  ...{ region, maxAttempts: 1, requestHandler: aws.requestHandler() },
  credentials: { accessKeyId: account, secretAccessKey: 'any' },
});

beforeAll(() => {
  vi.stubEnv('CDK_VALIDATION', 'false');
  const code = idleFunctions(join(folder, 'functions'));
  deploymentOf({ config: configWith(), code, outdir: assembly, checked: false }).synth();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  clock = virtualClock();
  aws = createLocalAws({ clock });
  await loadAssembly(aws, assembly);
  const started = newHub();
  hub = { ...started, c: { ...started.c, now: clock.now } };
  // The controller itself, in the place of its bundle.
  aws.world.lambda.functions.delete(router);
  aws.world.functions.set(router, (event) => route(event, hub.c));
  hub.put('/lockstep/desired-state/orders', { version: 1, replications: { 'orders-dr': written() } });
  await admit(hub.c, { cause: 'edit', requestId: 'before' });
});

/** Every account's administrator: what the observer may look at is told elsewhere. */
const gateway = {
  send: (call) =>
    spokeGateway({
      requestHandler: aws.requestHandler(),
      credentials: async () => ({ accessKeyId: call.account, secretAccessKey: 'any' }),
      services: { events: () => import('../../shared/aws/clients/events.ts') },
    }).send(call),
} satisfies AwsGateway;

async function swept(id: string): Promise<void> {
  const bus = `arn:aws:events:${hubAt.region}:${hubAt.account}:event-bus/lockstep`;
  const watch = { rule: 'lockstep-forward', bus, gateway, heartbeatMinutes: 30 };
  await sweep({ ...hub.c, watch }, { id, requestId: id });
}

async function hoursPass(hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    await clock.advance(3600);
    await swept(clock.now().toISOString());
  }
}

const heard = async (): Promise<readonly string[]> =>
  (await hub.ledger.heartbeats())
    .filter((one) => one.heard)
    .map(({ account, region }) => `${account} ${region}`)
    .sort();
const told = () => hub.stories.map((story) => (story.kind === 'spoke-silent' ? story.reasons : [story.kind]));

describe('heartbeats through the synthesized stacks', () => {
  it('come from every account and region, and say that all is well', async () => {
    await hoursPass(4);

    expect(await heard()).toEqual([
      ...['111111111111 eu-west-1', '111111111111 us-east-1', '222222222222 eu-central-1', '222222222222 us-east-1'],
    ]);
    expect(told()).toEqual([]);
    expect(aws.world.undelivered).toEqual([]);
  });

  it.each([
    {
      what: 'the rule is disabled',
      done: () => new EventBridgeClient(configOf(destination)).send(new DisableRuleCommand({ Name: 'lockstep-forward' })),
      says: /^The rule lockstep-forward in account 222222222222 \(eu-central-1\) is disabled\.$/,
    },
    {
      what: 'the role that forwards may not any more',
      done: () =>
        new IAMClient(configOf(destination)).send(
          new DeleteRolePolicyCommand({ RoleName: 'lockstep-forwarder-eu-central-1', PolicyName: 'lockstep' }),
        ),
      says: /^No heartbeat has come from account 222222222222 \(eu-central-1\) since /,
    },
    {
      what: 'the schedule is gone',
      done: () => new SchedulerClient(configOf(destination)).send(new DeleteScheduleCommand({ Name: 'lockstep-heartbeat' })),
      says: /^No heartbeat has come from account 222222222222 \(eu-central-1\) since /,
    },
    {
      what: 'the hub lets nobody in',
      done: () =>
        new EventBridgeClient(configOf(hubAt)).send(
          new RemovePermissionCommand({ EventBusName: 'lockstep', RemoveAllPermissions: true }),
        ),
      says: /^No heartbeat has come from any of 2 accounts since /,
    },
  ])('stop, and the sweep names that, when $what', async ({ done, says }) => {
    await hoursPass(1);

    await done();
    const before = (await hub.ledger.heartbeats()).find(({ region }) => region === destination.region)?.at;
    await hoursPass(3);

    expect((await hub.ledger.heartbeats()).find(({ region }) => region === destination.region)?.at).toBe(before);
    expect(told()).toEqual([[expect.stringMatching(says)]]);
  });
});
