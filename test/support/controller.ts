/** The controller in this process, on a local AWS: its parts as in Lambda, the ledger and the queue in memory, time as told. */
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type VirtualClock, virtualClock } from '../../infra/sandbox/clock.ts';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { envelopeSourceOf } from '../../infra/sandbox/trail/names.ts';
import { clientModule, commandFor } from '../../shared/aws/clients.ts';
import { failureOf } from '../../shared/aws/failure-of.ts';
import { digestOf } from '../../shared/controller/digest.ts';
import { fanOut } from '../../shared/controller/fan-out.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import type { Message, Outgoing } from '../../shared/controller/message.ts';
import { pass } from '../../shared/controller/pass.ts';
import type { Controller, Freeze, Log, Settings } from '../../shared/controller/ports.ts';
import { resourceIds } from '../../shared/controller/resource-ids.ts';
import { route } from '../../shared/controller/route.ts';
import type { Story } from '../../shared/controller/story.ts';
import type { AwsCall, AwsGateway, Reply } from '../../shared/model/aws-call.ts';
import { type Operation, serviceIn } from '../../shared/model/operations.ts';
import type { Group } from '../../shared/model/replication.ts';
import { memoryLedger } from './memory-ledger.ts';
import { type Someone, someoneAt } from './world.ts';

export const spokeRoles = { observerRole: 'lockstep-observer', healerRole: 'lockstep-healer' };

interface Waiting {
  readonly message: Message;
  readonly sentAt: Date;
}

export interface TestController {
  readonly aws: LocalAws;
  readonly clock: VirtualClock;
  readonly someone: Someone;
  readonly c: Controller;
  readonly ledger: Ledger;
  readonly queue: Waiting[];
  readonly stories: Story[];
  /** Sums by metric. */
  readonly metrics: Map<string, number>;
  /** Calls into the spokes so far, LookupEvents left out. */
  readonly sent: AwsCall[];
  freeze?: Freeze;
  /** Puts groups into the ledger, as admission would. */
  adopt(groups: readonly Group[]): Promise<void>;
  /** CloudTrail's events since the last time, as EventBridge delivers them. */
  events(): readonly object[];
  route(events?: readonly object[]): Promise<void>;
  /** Asks for a full pass of every group. */
  sweep(id?: string): Promise<void>;
  /** Passes until the queue is empty, at most so many. @returns how many there were */
  drain(most?: number): Promise<number>;
}

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const settings: Settings = {
  ...{ mode: 'repair', budgetPercent: 25, budgetMinimum: 5, contestedRepairs: 3, reserveSeconds: 10 },
};

interface Options {
  readonly settings?: Partial<Settings>;
  readonly log?: Log;
  readonly ledger?: Ledger;
  /** Laid around both gateways. */
  readonly around?: (aws: AwsGateway) => AwsGateway;
}

export function newController({ settings: own, log = quiet, ledger, around = (aws) => aws }: Options = {}): TestController {
  const clock = virtualClock(new Date('2026-03-01T12:00:00Z'));
  const aws = createLocalAws({ clock, impliedRoles: Object.values(spokeRoles) });
  const sent: AwsCall[] = [];
  const queue: Waiting[] = [];
  const stories: Story[] = [];
  const metrics = new Map<string, number>();
  const now = () => clock.now();
  const gateway = (role: string) => around(counting(spokeIn(aws, clock, role), sent));
  const memory = ledger ?? memoryLedger(now);
  const enqueue = into(queue, now);
  let taken = 0;

  const it: TestController = {
    ...{
      aws,
      clock,
      queue,
      stories,
      metrics,
      sent,
      ledger: memory,
      someone: someoneAt({ requestHandler: aws.requestHandler() }),
    },
    c: {
      ledger: memory,
      queue: { send: async (messages) => messages.forEach(enqueue) },
      desiredState: { documents: async () => [], freeze: async () => it.freeze },
      notifier: { tell: async (story) => void stories.push(story) },
      metrics: { add: (name, value) => void metrics.set(name, (metrics.get(name) ?? 0) + value) },
      log,
      settings: { ...settings, ...own },
      ours: spokeRoles,
      observer: gateway(spokeRoles.observerRole),
      healer: gateway(spokeRoles.healerRole),
      now,
      wait: (seconds) => clock.advance(seconds),
      random: () => 0,
    },
    adopt: (groups) => adopt(memory, groups),
    events: () => {
      const all = recordsOf(aws);
      const news = all.slice(taken);
      taken = all.length;
      return news;
    },
    route: async (events = it.events()) => {
      for (const event of events) await route(event, it.c);
    },
    sweep: async (id = now().toISOString()) => {
      const groups = (await memory.groups()).map((group) => group.id);
      await fanOut(it.c.queue, groups, { sweep: id, fleet: (await memory.replications()).length });
    },
    drain: (most = 1000) => drain(it, most),
  };
  return it;
}

/** As SQS takes messages: one of an id within five minutes. */
function into(queue: Waiting[], now: () => Date): (message: Outgoing) => void {
  const taken = new Map<string, number>();
  return ({ message, deduplication }) => {
    const before = taken.get(deduplication);
    if (before !== undefined && now().getTime() - before < 300_000) return;
    taken.set(deduplication, now().getTime());
    queue.push({ message: JSON.parse(JSON.stringify(message)), sentAt: now() });
  };
}

/** As Lambda gets them from a FIFO queue: at most ten at a time, those of one group in one pass. */
async function drain({ queue, c }: TestController, most: number): Promise<number> {
  let passes = 0;
  while (queue.length > 0 && passes < most) {
    const batch = queue.splice(0, 10);
    for (const [group, some] of Map.groupBy(batch, ({ message }) => message.group)) {
      passes += 1;
      await pass(
        group,
        some.map(({ message, sentAt }) => ({ trigger: message.trigger, sentAt })),
        c,
        () => 120_000,
      );
    }
  }
  return passes;
}

async function adopt(ledger: Ledger, groups: readonly Group[]): Promise<void> {
  const replications = groups.flatMap((group) =>
    group.replications.map((replication) => ({ replication, group: group.id, digest: digestOf(replication) })),
  );
  const index = new Map(
    groups.flatMap((group) => group.replications.flatMap(resourceIds).map((id) => [id, [group.id]] as const)),
  );
  await ledger.changeFleet({
    ...{ replications, removedReplications: [], removedGroups: [], index, removedIndex: [] },
    groups: groups.map(({ id, replications: own }) => ({ id, replications: own.map(({ name }) => name) })),
  });
}

/** Every record of every account, as its default bus would get it. */
function recordsOf({ world }: LocalAws): readonly object[] {
  const entries = [...world.cloudtrail.history.values()].flat();
  const inOrder = entries.toSorted((a, b) => a.recordedAt.getTime() - b.recordedAt.getTime());
  return inOrder.map(({ record }) => ({
    version: '0',
    id: record.eventID,
    'detail-type': record.eventType === 'AwsApiCall' ? 'AWS API Call via CloudTrail' : 'AWS Service Event via CloudTrail',
    source: envelopeSourceOf(record.eventSource),
    account: record.recipientAccountId,
    time: record.eventTime,
    region: record.awsRegion,
    resources: [],
    detail: record,
  }));
}

const counting = (aws: AwsGateway, sent: AwsCall[]): AwsGateway => ({
  send: (call) => {
    if (call.operation !== 'cloudtrail:LookupEvents') sent.push(call as AwsCall);
    return aws.send(call);
  },
});

/** As the spoke role of whatever account a call names, so that CloudTrail shows it as the issuer of the session. */
function spokeIn(aws: LocalAws, clock: VirtualClock, role: string): AwsGateway {
  const sessions = new Map<string, { readonly credentials: object; readonly until: number }>();
  const requestHandler = aws.requestHandler();

  async function credentialsFor(account: string): Promise<object> {
    const session = sessions.get(account);
    if (session !== undefined && session.until > clock.now().getTime()) return session.credentials;
    const sts = new STSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: '333333333333', secretAccessKey: 'x' },
      requestHandler,
    });
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${role}`, RoleSessionName: 'lockstep' }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    sessions.set(account, { credentials, until: clock.now().getTime() + 30 * 60_000 });
    return credentials;
  }

  async function send<O extends Operation>(call: AwsCall<O>): Promise<Reply<O>> {
    const command = await commandFor(call as AwsCall);
    const { create } = await clientModule(serviceIn(call.operation));
    const credentials = await credentialsFor(call.account);
    const client = create({
      ...{ region: call.region, customUserAgent: 'lockstep', maxAttempts: 1, ownEndpoint: false, requestHandler },
      credentials: async () => credentials as never,
    } as never);
    try {
      return { ok: true, output: (await client.send(command)) as never };
    } catch (error) {
      return { ok: false, error: failureOf(error, `role/${role}`) };
    }
  }
  return { send };
}
