import { CloudTrailClient, PutEventSelectorsCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLocalAws, type LocalAws } from '../../infra/sandbox/local-aws.ts';
import { spokeGateway } from '../../shared/aws/accounts.ts';
import { admit } from '../../shared/controller/admit.ts';
import type { Controller } from '../../shared/controller/ports.ts';
import { sweep } from '../../shared/controller/sweep.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { type Hub, newHub } from '../support/admission.ts';
import { destination, source, written } from '../support/builders.ts';

const bus = 'arn:aws:events:eu-west-1:333333333333:event-bus/lockstep';
const rule = 'lockstep-forward';
const trail = 'organization-trail';
const iam = 'us-east-1';
/** The source's account has its bucket and, in the region of IAM's events, its role. */
const places = [
  { account: source.account, region: source.region },
  { account: source.account, region: iam },
  { account: destination.account, region: destination.region },
];

let aws: LocalAws;
let hub: Hub;
let sent: AwsCall[];
let gateway: AwsGateway;

type Place = Pick<typeof source, 'account' | 'region'>;

const configOf = ({ account, region }: Place) => ({
  ...{ region, maxAttempts: 1, requestHandler: aws.requestHandler() },
  credentials: { accessKeyId: account, secretAccessKey: 'any' },
});
const eventsAt = (place: Place) => new EventBridgeClient(configOf(place));
const iamAt = (place: Place) => new IAMClient(configOf(place));
const trailsOf = ({ account }: Place) => new CloudTrailClient(configOf({ account, region: iam }));

const administratorOf = (account: string): AwsGateway =>
  spokeGateway({
    requestHandler: aws.requestHandler(),
    credentials: async () => ({ accessKeyId: account, secretAccessKey: 'any' }),
    services: { events: () => import('../../shared/aws/clients/events.ts') },
  });

const policy = (Statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
const forwarder = (region: string): string => `lockstep-forwarder-${region}`;

async function forward(place: Place): Promise<void> {
  const service = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const RoleName = forwarder(place.region);
  const { Role } = await iamAt(place).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy(service) }));
  const PolicyDocument = policy({ Effect: 'Allow', Action: 'events:PutEvents', Resource: bus });
  await iamAt(place).send(new PutRolePolicyCommand({ RoleName, PolicyName: 'forward', PolicyDocument }));
  await eventsAt(place).send(new PutRuleCommand({ Name: rule, EventPattern: '{"source":["aws.s3"]}' }));
  await target(place, bus, Role?.Arn);
}

const target = (place: Place, Arn: string, RoleArn?: string) =>
  eventsAt(place).send(new PutTargetsCommand({ Rule: rule, Targets: [{ Id: 'lockstep', Arn, RoleArn }] }));

beforeEach(async () => {
  aws = createLocalAws();
  await eventsAt({ account: '333333333333', region: 'eu-west-1' }).send(new CreateEventBusCommand({ Name: 'lockstep' }));
  for (const place of places) await forward(place);
  sent = [];
  gateway = {
    send: (call) => {
      sent.push(call as AwsCall);
      return administratorOf(call.account).send(call);
    },
  };
  hub = newHub();
  hub.put('/lockstep/desired-state/orders', { version: 1, replications: { 'orders-dr': written() } });
  await admit(hub.c, { cause: 'edit', requestId: 'before' });
});

let sweeps = 0;
async function sweepWith(more: Partial<Controller> = {}, of: AwsGateway = gateway, heartbeatMinutes = 0) {
  sweeps += 1;
  return await sweep(
    { ...hub.c, watch: { rule, bus, gateway: of, heartbeatMinutes }, ...more },
    { id: `sweep ${sweeps}`, requestId: `${sweeps}` },
  );
}

const unwatched = () => hub.counted.get('SpokesUnwatched');
const warnings = () => hub.logged.filter(({ level }) => level === 'warn');

describe('the watch over the spokes', () => {
  it('says nothing of event paths that work, and looks at each place once', async () => {
    await sweepWith();

    expect(hub.stories).toEqual([]);
    expect(warnings()).toEqual([]);
    expect(unwatched()).toEqual([0]);
    const rules = sent.filter(({ operation }) => operation === 'events:DescribeRule');
    expect(rules.map(({ account, region }) => ({ account, region }))).toEqual(expect.arrayContaining(places));
    expect(rules.length).toBe(places.length);
    expect(sent.length).toBe(5 * places.length);
  });

  it.each<{ what: string; done: () => Promise<unknown>; says: RegExp; account?: string; regions?: readonly string[] }>([
    {
      what: 'a rule was disabled',
      done: () => eventsAt(destination).send(new DisableRuleCommand({ Name: rule })),
      says: /^The rule lockstep-forward in account 222222222222 \(eu-central-1\) is disabled\.$/,
    },
    {
      what: 'a rule was deleted',
      done: async () => {
        await eventsAt(destination).send(new RemoveTargetsCommand({ Rule: rule, Ids: ['lockstep'] }));
        await eventsAt(destination).send(new DeleteRuleCommand({ Name: rule }));
      },
      says: /^The rule lockstep-forward .* is gone\.$/,
    },
    {
      what: 'a target was removed',
      done: () => eventsAt(destination).send(new RemoveTargetsCommand({ Rule: rule, Ids: ['lockstep'] })),
      says: /does not send to arn:aws:events:eu-west-1:333333333333:event-bus\/lockstep\.$/,
    },
    {
      what: 'a rule sends elsewhere',
      done: () => target(destination, 'arn:aws:sqs:eu-central-1:222222222222:other'),
      says: /does not send to arn:aws:events/,
    },
    {
      what: 'the role that forwards is gone',
      done: () => deleteRole(destination, forwarder(destination.region)),
      says: /^The role arn:aws:iam::222222222222:role\/lockstep-forwarder-eu-central-1, .* is gone\.$/,
    },
    {
      what: 'the trail was stopped',
      done: () => trailsOf(destination).send(new StopLoggingCommand({ Name: trail })),
      says: /^No trail records changes of s3\.amazonaws\.com, kms\.amazonaws\.com .* is stopped\.$/,
    },
    {
      what: 'the trail leaves KMS out',
      done: () => select(destination, { ReadWriteType: 'All', ExcludeManagementEventSources: ['kms.amazonaws.com'] }),
      says: /^No trail records changes of kms\.amazonaws\.com in account 222222222222 .* leaves out kms\.amazonaws\.com\.$/,
    },
    {
      what: 'the trail records reads alone',
      done: () => select(destination, { ReadWriteType: 'ReadOnly' }),
      says: /^No trail records changes of s3\.amazonaws\.com, kms\.amazonaws\.com/,
    },
    {
      what: "IAM's events are not forwarded",
      done: () => eventsAt({ ...source, region: iam }).send(new DisableRuleCommand({ Name: rule })),
      says: /^The rule lockstep-forward in account 111111111111 \(us-east-1\) is disabled\.$/,
      account: source.account,
      regions: [iam],
    },
  ])('tells once when $what', async ({ done, says, account = destination.account, regions = [destination.region] }) => {
    await done();

    await sweepWith();
    await sweepWith();

    expect(hub.stories).toMatchObject([{ kind: 'spoke-silent', account, regions, replications: ['orders-dr'] }]);
    expect(hub.stories).toMatchObject([{ reasons: [expect.stringMatching(says)] }]);
    expect(unwatched()).toEqual([1, 1]);
  });

  it('tells one story of an account, however much of it is silent', async () => {
    for (const place of places) await eventsAt(place).send(new DisableRuleCommand({ Name: rule }));

    await sweepWith();

    expect(hub.stories.map((story) => story.kind === 'spoke-silent' && [story.account, story.regions]).sort()).toEqual([
      [source.account, [source.region, iam]],
      [destination.account, [destination.region]],
    ]);
    expect(unwatched()).toEqual([2]);
  });

  it('is content with a trail that records what is needed, in whichever words', async () => {
    const fields = (...more: object[]) => ({ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }, ...more] });
    await trailsOf(destination).send(
      new PutEventSelectorsCommand({
        TrailName: trail,
        AdvancedEventSelectors: [fields({ Field: 'readOnly', Equals: ['false'] })] as never,
      }),
    );

    await sweepWith();

    expect(hub.stories).toEqual([]);
  });

  it('does not look at a side that has no spoke, nor at what nobody repairs any more', async () => {
    hub.put('/lockstep/desired-state/orders', {
      version: 1,
      replications: { 'orders-dr': written({ destination: { managed: false } }) },
    });
    await sweepWith();
    const accounts = new Set(sent.map(({ account }) => account));
    sent.length = 0;
    hub.remove('/lockstep/desired-state/orders');
    await sweepWith();

    expect([...accounts]).toEqual([source.account]);
    expect(sent).toEqual([]);
    expect(unwatched()).toEqual([0, 0]);
  });

  it('cannot tell where it may not look, and says that in the log alone', async () => {
    const error = { code: 'AccessDenied', message: 'no', caller: 'arn:aws:iam::222222222222:role/lockstep-observer' };
    const refusing: AwsGateway = { send: async () => ({ ok: false, error }) };

    await sweepWith({}, refusing);

    expect(hub.stories).toEqual([]);
    expect(unwatched()).toEqual([0]);
    expect(warnings().length).toBe(places.length);
    expect(warnings()[0]).toMatchObject({
      message: 'event path cannot be judged',
      keys: { reasons: expect.arrayContaining([expect.stringContaining('needs events:DescribeRule')]) },
    });
  });

  it('takes nothing from the sweep when it fails', async () => {
    const dying: AwsGateway = { send: () => Promise.reject(new Error('the wire is cut')) };

    const result = await sweepWith({}, dying);

    expect(result.groups).toBe(1);
    expect((await hub.ledger.fleet()).lastSweep?.endedAt).toBeDefined();
    expect(hub.logged).toContainEqual({
      ...{ level: 'error', message: 'event paths not looked at' },
      keys: { reason: 'the wire is cut' },
    });
  });

  it('begins no look after its time', async () => {
    await sweepWith({ now: clockThatJumps() });

    expect(hub.logged.map(({ message }) => message)).toContain('event paths not all looked at');
  });
});

describe('the watch for heartbeats', () => {
  const minutes = 60;
  const look = (more: Partial<Controller> = {}) => sweepWith(more, gateway, 30);
  const beat = async (...from: readonly Place[]): Promise<void> => {
    for (const { account, region } of from) await hub.ledger.putHeartbeat({ account, region }, hub.c.now().toISOString());
  };
  const [bucketOfSource, roleOfSource, bucketOfDestination] = places as [Place, Place, Place];

  it('is content while every place is heard of', async () => {
    for (let hour = 0; hour < 3; hour++) {
      await beat(...places);
      await look();
      hub.advance(60 * minutes);
    }

    expect(hub.stories).toEqual([]);
    expect(unwatched()).toEqual([0, 0, 0]);
  });

  it('names the place that is not heard of any more, once, though all its settings look well', async () => {
    await beat(...places);
    const last = hub.c.now().toISOString();
    await look();
    for (let hour = 0; hour < 3; hour++) {
      hub.advance(60 * minutes);
      await beat(bucketOfSource, roleOfSource);
      await look();
    }

    expect(hub.stories).toMatchObject([
      {
        ...{ kind: 'spoke-silent', account: destination.account, regions: [destination.region], replications: ['orders-dr'] },
        reasons: [expect.stringContaining(`No heartbeat has come from account 222222222222 (eu-central-1) since ${last}:`)],
      },
    ]);
    expect(unwatched()).toEqual([0, 0, 1, 1]);
  });

  it('bears one heartbeat that is lost and one that is late', async () => {
    await beat(...places);
    hub.advance(74 * minutes);
    await look();
    expect(hub.stories).toEqual([]);

    hub.advance(2 * minutes);
    await beat(bucketOfSource, roleOfSource);
    await look();
    expect(hub.stories).toHaveLength(1);
  });

  it('waits for the first heartbeat of a place from when it first looks there', async () => {
    await beat(bucketOfSource, roleOfSource);
    await look();
    hub.advance(60 * minutes);
    await beat(bucketOfSource, roleOfSource);
    await look();
    expect(hub.stories).toEqual([]);

    hub.advance(30 * minutes);
    await beat(bucketOfSource, roleOfSource);
    await look();
    expect(hub.stories).toMatchObject([{ reasons: [expect.stringContaining('older than heartbeats')] }]);
  });

  it('leaves it at the broken rule where that is why', async () => {
    await beat(...places);
    await eventsAt(destination).send(new DisableRuleCommand({ Name: rule }));
    hub.advance(120 * minutes);
    await beat(bucketOfSource, roleOfSource);

    await look();

    expect(hub.stories).toMatchObject([{ reasons: [expect.stringMatching(/is disabled\.$/)] }]);
  });

  it('tells of silence beside a stopped trail, which keeps no heartbeat back', async () => {
    await beat(...places);
    await trailsOf(destination).send(new StopLoggingCommand({ Name: trail }));
    hub.advance(120 * minutes);
    await beat(bucketOfSource, roleOfSource);

    await look();

    expect(hub.stories).toMatchObject([
      { reasons: [expect.stringContaining('No heartbeat'), expect.stringContaining('No trail')] },
    ]);
  });

  it('takes silence for what it is where the settings may not be looked at', async () => {
    const error = { code: 'AccessDenied', message: 'no', caller: 'arn:aws:iam::222222222222:role/lockstep-observer' };
    const refusing: AwsGateway = {
      send: async (call) => (call.account === destination.account ? { ok: false, error } : gateway.send(call)),
    };
    await beat(...places);
    hub.advance(120 * minutes);
    await beat(bucketOfSource, roleOfSource);

    await sweepWith({}, refusing, 30);

    expect(hub.stories).toMatchObject([{ account: destination.account, reasons: [expect.stringContaining('No heartbeat')] }]);
  });

  it('says once that the hub is deaf when nobody is heard of, and counts every account', async () => {
    await beat(...places);
    const last = hub.c.now().toISOString();
    hub.advance(120 * minutes);

    await look();
    hub.advance(60 * minutes);
    await look();

    expect(hub.stories).toMatchObject([
      {
        ...{ kind: 'spoke-silent', everywhere: true, account: '333333333333', regions: ['eu-west-1'] },
        reasons: [`No heartbeat has come from any of 2 accounts since ${last}.`],
      },
    ]);
    expect(unwatched()).toEqual([2, 2]);
  });

  it('names the rest one by one as soon as somebody is heard of', async () => {
    await beat(...places);
    hub.advance(120 * minutes);
    await beat(bucketOfDestination);

    await look();

    expect(hub.stories).toMatchObject([{ account: source.account, regions: [source.region, iam] }]);
    expect(hub.stories[0]).not.toHaveProperty('everywhere');
  });

  it('asks for none where none are sent', async () => {
    hub.advance(24 * 60 * minutes);

    await sweepWith();

    expect(hub.stories).toEqual([]);
    expect(await hub.ledger.heartbeats()).toEqual([]);
  });
});

/** Of which every reading is a minute after the one before. */
function clockThatJumps(): () => Date {
  let at = Date.parse('2026-03-01T12:00:00Z');
  return () => {
    at += 60_000;
    return new Date(at);
  };
}

async function deleteRole(place: Place, RoleName: string): Promise<void> {
  await iamAt(place).send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'forward' }));
  await iamAt(place).send(new DeleteRoleCommand({ RoleName }));
}

const select = (place: Place, selector: object) =>
  trailsOf(place).send(
    new PutEventSelectorsCommand({ TrailName: trail, EventSelectors: [{ IncludeManagementEvents: true, ...selector }] }),
  );
