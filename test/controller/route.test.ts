import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { sqsQueue } from '../../shared/aws/queue.ts';
import type { Queue } from '../../shared/controller/ports.ts';
import { route } from '../../shared/controller/route.ts';
import { localLedger } from '../aws/local-ledger.ts';
import { anEvent, samples, sessionOf } from '../fixtures/events/events.ts';
import { aRouting } from '../fixtures/events/fakes.ts';
import { anAws, clientsOf, destination, listen, sessionOf as session, source } from '../sandbox/event-support.ts';

const key = 'arn:aws:kms:eu-west-1:111111111111:key/1111aaaa-aaaa-4aaa-8aaa-111111111111';
const index = {
  'arn:aws:s3:::orders': ['orders-dr'],
  'arn:aws:s3:::orders-dr': ['orders-dr'],
  [key]: ['bills-dr', 'orders-dr'],
  'arn:aws:kms:eu-west-1:111111111111:alias/orders': ['orders-dr'],
  'arn:aws:iam::111111111111:role/lockstep-orders': ['orders-dr'],
  'arn:aws:iam::111111111111:policy/team/guard': ['bills-dr'],
};
const bare = anEvent('delete-bucket-policy-by-another-account');
const full = anEvent('delete-bucket-policy-at-the-caller');

describe('routing an event', () => {
  const cases = [
    { name: 'put-bucket-replication', groups: ['orders-dr'] },
    { name: 'delete-bucket-policy-by-another-account', groups: ['orders-dr'] },
    { name: 'put-key-policy', groups: ['bills-dr', 'orders-dr'] },
    { name: 'disable-key-by-arn', groups: ['bills-dr', 'orders-dr'] },
    { name: 'delete-key', groups: ['bills-dr', 'orders-dr'] },
    { name: 'update-alias', groups: ['bills-dr', 'orders-dr'] },
    { name: 'delete-role-policy', groups: ['orders-dr'] },
    { name: 'attach-role-policy', groups: ['orders-dr'] },
    { name: 'create-policy-version', groups: ['bills-dr'] },
  ];

  it.each(cases)('sends $name to $groups, with one read of the ledger', async ({ name, groups }) => {
    const routing = aRouting(index);

    expect(await route(anEvent(name), routing)).toEqual({ groups });

    const change = samples.find((sample) => sample.name === name)?.change;
    expect(routing.messages).toEqual(groups.map((group) => ({ version: 1, group, trigger: { kind: 'change', change } })));
    expect(routing.reads).toHaveLength(1);
    expect(routing.counted).toEqual([['EventsRouted', 1]]);
    expect(routing.logged).toEqual([
      ['info', 'event routed', expect.objectContaining({ eventName: change?.eventName, eventId: change?.eventId, groups })],
    ]);
  });

  const ignored = [
    {
      reason: 'unrelated',
      level: 'debug',
      because: 'no group has the bucket',
      event: anEvent('put-bucket-versioning-in-china'),
      reads: 1,
    },
    {
      reason: 'unrelated',
      level: 'debug',
      because: 'nothing is named',
      event: anEvent('put-key-policy', { requestParameters: null, resources: null }),
      reads: 0,
    },
    {
      reason: 'failed-call',
      level: 'info',
      because: 'it was refused',
      event: anEvent('put-key-policy', { errorCode: 'AccessDenied' }),
      reads: 0,
    },
    {
      reason: 'echo',
      level: 'info',
      because: 'we did it',
      event: anEvent('put-key-policy', { userIdentity: sessionOf('arn:aws:iam::111111111111:role/lockstep-healer') }),
      reads: 0,
    },
    {
      reason: 'forged',
      level: 'info',
      because: 'the source is not AWS',
      event: anEvent('put-key-policy', {}, { source: 'mine' }),
      reads: 0,
    },
    { reason: 'malformed', level: 'info', because: 'it is no event', event: 'event', reads: 0 },
    {
      reason: 'unknown-event',
      level: 'debug',
      because: 'no setting is changed',
      event: anEvent('put-key-policy', { eventName: 'TagResource' }),
      reads: 0,
    },
  ];

  it.each(ignored)('counts and logs once what it ignores as $reason: $because', async ({ reason, level, event, reads }) => {
    const routing = aRouting(index);

    expect(await route(event, routing)).toEqual({ ignored: reason });

    expect(routing.sent).toEqual([]);
    expect(routing.reads).toHaveLength(reads);
    expect(routing.counted).toEqual([['EventsIgnored', 1, { reason }]]);
    expect(routing.logged).toEqual([[level, 'event ignored', expect.objectContaining({ reason })]]);
  });

  it('fails when the ledger or the queue does, so that the event is delivered again', async () => {
    const broken = async () => Promise.reject(new Error('out of order'));
    const routing = aRouting(index);

    await expect(route(full, { ...routing, ledger: { ...routing.ledger, groupsOn: broken } })).rejects.toThrow('out of order');
    await expect(route(full, { ...routing, ledger: { ...routing.ledger, putActor: broken } })).rejects.toThrow('out of order');
    expect(routing.sent).toEqual([]);
    await expect(route(full, { ...routing, queue: { send: broken } })).rejects.toThrow('out of order');
    expect(routing.counted).toEqual([]);
  });

  it('never fails for what stands in the event', async () => {
    const routing = aRouting(index);
    await fc.assert(fc.asyncProperty(fc.anything(), async (event) => void (await route(event, routing))));

    expect(routing.counted.every(([name]) => name === 'EventsIgnored')).toBe(true);
  });

  it('logs no credentials', async () => {
    const routing = aRouting(index);
    for (const { event } of samples) await route(event, routing);

    expect(JSON.stringify([routing.logged, routing.sent, [...routing.actors]])).not.toMatch(/A[KS]IA/);
  });
});

describe('copies of one call', () => {
  it.each([
    { order: 'the owner’s first', events: [bare, full] },
    { order: 'the caller’s first', events: [full, bare] },
    { order: 'each of them twice', events: [bare, full, full, bare] },
  ])('make one message, and the fuller one names the actor: $order', async ({ events }) => {
    const routing = aRouting(index);
    for (const event of events) await route(event, routing);

    expect(routing.messages).toHaveLength(1);
    expect([...routing.actors.values()]).toMatchObject([
      { kind: 'role', principal: 'arn:aws:iam::111111111111:role/pipelines/deployer' },
    ]);
    expect([...routing.actors.keys()]).toEqual(
      routing.messages.map(({ trigger }) => trigger.kind === 'change' && trigger.change.call),
    );
  });

  it('leave the actor alone where there is but one', async () => {
    const routing = aRouting(index);
    await route(anEvent('put-key-policy'), routing);

    expect(routing.actors.size).toBe(0);
  });

  it('name the actor before the message is sent', async () => {
    const routing = aRouting(index);
    const known: number[] = [];
    await route(full, { ...routing, queue: { send: async () => void known.push(routing.actors.size) } });

    expect(known).toEqual([1]);
  });

  it('come in any order among other calls: one message for each call and group', async () => {
    const call = fc.constantFrom(...['a', 'b', 'c'].map((id) => `5b1d2f0a-0000-4000-8000-00000000000${id}`));
    const copy = fc.record({ call, isOwners: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(copy, { minLength: 1, maxLength: 12 }), async (copies) => {
        const routing = aRouting(index);
        for (const { call, isOwners } of copies)
          await route(
            { ...(isOwners ? bare : full), detail: { ...(isOwners ? bare : full).detail, sharedEventID: call } },
            routing,
          );

        expect(routing.messages).toHaveLength(new Set(copies.map(({ call }) => call)).size);
        expect(new Set(routing.actors.keys())).toEqual(
          new Set(copies.filter(({ isOwners }) => !isOwners).map(({ call }) => call)),
        );
      }),
    );
  });
});

const allow = (Principal: object | undefined, Resource: string) => ({
  Effect: 'Allow',
  ...(Principal && { Principal }),
  Action: 's3:*',
  Resource,
});
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const roleArn = `arn:aws:iam::${source}:role/pipelines/deployer`;

/** A bucket of the destination account that a role of the source account may change, and what both accounts hear of it. */
async function twoAccounts() {
  const { aws, clock } = anAws();
  const owner = clientsOf(aws, destination, 'eu-central-1').s3;
  const { iam } = clientsOf(aws);
  const AssumeRolePolicyDocument = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${source}:root` },
    Action: 'sts:AssumeRole',
  });
  await iam.send(new CreateRoleCommand({ RoleName: 'deployer', Path: '/pipelines/', AssumeRolePolicyDocument }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'deployer', PolicyName: 'all', PolicyDocument: policy(allow(undefined, '*')) }),
  );
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const };
  await owner.send(new s3.CreateBucketCommand({ Bucket: 'orders-dr', CreateBucketConfiguration }));
  await owner.send(
    new s3.PutBucketPolicyCommand({ Bucket: 'orders-dr', Policy: policy(allow({ AWS: roleArn }, 'arn:aws:s3:::orders-dr')) }),
  );
  const hear = (account: string) => listen(aws, { source: ['aws.s3'] }, { account, region: 'eu-central-1' });
  const ears = [await hear(source), await hear(destination)];
  const deployer = clientsOf(aws, await session(aws, roleArn, source, 'deploy'), 'eu-central-1').s3;
  return { aws, clock, ears, deployer, queue: await fifo(aws) };
}

async function fifo(aws: LocalAws): Promise<Queue & { receive(): Promise<readonly string[]> }> {
  const config = {
    region: 'eu-west-1',
    credentials: { accessKeyId: source, secretAccessKey: 'any' },
    requestHandler: aws.requestHandler(),
  };
  const client = new sqs.SQSClient(config);
  const { QueueUrl } = await client.send(
    new sqs.CreateQueueCommand({ QueueName: 'work.fifo', Attributes: { FifoQueue: 'true' } }),
  );
  return {
    ...sqsQueue({ client, url: QueueUrl ?? '' }),
    async receive() {
      const { Messages = [] } = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      return Messages.map(({ Body = '' }) => Body);
    },
  };
}

describe('events of the local AWS', () => {
  it('are one message for one call that two accounts hear of, and two for two calls of the same content', async () => {
    const { clock, ears, deployer, queue } = await twoAccounts();
    const routing = { ...aRouting(index), queue };
    const enable = { Bucket: 'orders-dr', VersioningConfiguration: { Status: 'Enabled' as const } };
    await deployer.send(new s3.PutBucketVersioningCommand(enable));
    await clock.advance(1);

    const copies = ears.flatMap((heard) => heard.splice(0));
    expect(copies.map(({ account }) => account)).toEqual([source, destination]);
    for (const event of copies.toReversed()) await route(event, routing);
    expect(await queue.receive()).toHaveLength(1);
    expect([...routing.actors.values()]).toMatchObject([{ kind: 'role', principal: roleArn, session: 'deploy' }]);

    await deployer.send(new s3.PutBucketVersioningCommand(enable));
    await clock.advance(31);
    for (const event of ears.flatMap((heard) => heard.splice(0))) await route(event, routing);
    await clock.advance(31);
    expect(await queue.receive()).toHaveLength(2);
  });

  it('reach the ledger and the queue in AWS, whatever stands in them', async () => {
    const { aws, ledger } = await localLedger();
    const queue = await fifo(aws);
    const routing = { ...aRouting(), ledger, queue };
    const group = { id: 'orders-dr', replications: [] };
    const fleet = { replications: [], removedReplications: [], groups: [group], removedGroups: [], removedIndex: [] };
    await ledger.changeFleet({ ...fleet, index: new Map([['arn:aws:s3:::orders-dr', ['orders-dr']]]) });
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('\uffff\ud800\u0000', 'x'.repeat(1024), 'x'.repeat(3000), ''),
    );
    const members = fc.record({
      sharedEventID: odd,
      userAgent: odd,
      sourceIPAddress: odd,
      resources: fc.array(fc.record({ ARN: odd.map((text) => `arn:aws:s3:::${text}`) }), { maxLength: 3 }),
      userIdentity: fc.record({ type: fc.constantFrom('IAMUser', 'Root', 'AWSAccount'), arn: odd, principalId: odd }),
    });

    await fc.assert(
      fc.asyncProperty(members, async (more) => {
        const event = { ...full, detail: { ...full.detail, ...more } };

        expect(await route(event, routing)).toEqual({ groups: ['orders-dr'] });
      }),
      { numRuns: 50 },
    );
    expect((await queue.receive()).length).toBeGreaterThan(0);
  });
});
