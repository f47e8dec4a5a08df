/** The controller installed on a local AWS: built functions, real calls over HTTP, under its own permissions. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  DeleteBucketEncryptionCommand,
  DeleteBucketReplicationCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ConfirmSubscriptionCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../shared/model/operations.ts';
import { catalogue, worlds } from '../scenarios/catalogue.ts';
import { destination, documentFor, source } from '../support/builders.ts';
import type { Drift } from '../support/drifts.ts';
import type { They } from '../support/edits.ts';
import { allFacts, foreignContent, ownFacts, strictlyOwnFacts } from '../support/meaning.ts';
import { foundationsFor, type View, viewOf } from '../support/world.ts';
import { hubAccount, type LiveHub, liveHub, settled } from './live-hub.ts';

const document = '/lockstep/desired-state/orders';
const facts = { priorities: true, settings: true };

/** In each account, and by another road than `test/sandbox/stacks-live.test.ts` goes: the others are there. */
const chosen: readonly string[] = [
  'the role was deleted',
  'our statement was removed from the key policy (source key)',
  'the key policy was overwritten (destination key)',
  'the bucket policy was overwritten by others',
  'our rule was disabled',
];

const all = Object.values(catalogue).flat();
const drifts = chosen.map((name) => all.find((drift) => drift.name === name) ?? { name, done: () => Promise.reject(name) });

let live: LiveHub;
let they: They;
let healthy: View;

const mails = () => live.aws.world.sns.outbox.filter(({ kind }) => kind === 'notification');
const view = (): View => viewOf(live.aws);
const status = async () => (await live.ledger.statuses())[0];

/** What is ours and differs from the healthy world. */
const outOfStep = () => ({
  lost: [...ownFacts(healthy, facts).difference(allFacts(view(), facts))],
  gained: [...strictlyOwnFacts(view(), facts).difference(allFacts(healthy, facts))],
});

/** What others put there; roles that a repair makes come with the boundary of the spoke. */
const foreign = () =>
  Object.fromEntries(
    Object.entries(foreignContent(view())).filter(([, content]) => !String(content).endsWith(':policy/lockstep-boundary')),
  );

const inStep = { lost: [], gained: [] };

const repairsSince = async (time: string) =>
  (await live.ledger.repairs('orders-dr', 100)).filter(({ startedAt }) => startedAt >= time);

beforeAll(async () => {
  let keys: Readonly<Record<string, string>> = {};
  const prepare = async (someone: LiveHub['someone']) => {
    keys = await foundationsFor(worlds.full.buckets, someone);
  };
  // The same setting is broken more than three times here.
  live = await liveHub(prepare, { settings: { LOCKSTEP_CONTESTED_REPAIRS: '100' } });
  const [from, to] = worlds.full.buckets.map((bucket) => ({ ...bucket, bucket: bucket.name, key: keys[bucket.name] ?? '' }));
  if (from === undefined || to === undefined) throw new Error('the world is incomplete');
  they = {
    someone: live.someone,
    source: from,
    destination: to,
    role: { name: 'lockstep-orders', arn: `arn:aws:iam::${source.account}:role/lockstep-orders` },
  };
  await settled(live);
  const Value = JSON.stringify(documentFor(worlds.full, keys));
  await live.clients.ssm.send(new PutParameterCommand({ Name: document, Type: 'String', Value }));
  await settled(live);
  healthy = view();
}, 240_000);
afterAll(() => live?.close());

describe('the installed controller', () => {
  it('builds what a new document wants, and objects replicate', async () => {
    const before = await status();
    await they.someone
      .s3(they.source)
      .send(new PutObjectCommand({ Bucket: 'orders', Key: 'hot/1', Body: '1', Tagging: 'team=orders&tier=1' }));
    await expect
      .poll(
        async () => {
          const head = await they.someone.s3(they.source).send(new HeadObjectCommand({ Bucket: 'orders', Key: 'hot/1' }));
          return head.ReplicationStatus;
        },
        { timeout: 5_000 },
      )
      .toBe('COMPLETED');

    expect(before).toMatchObject({ verdict: 'proven', document });
  });

  it('has done all of it under the permissions of its roles', () => {
    const denied = live.aws.calls.filter(({ error }) => /AccessDenied|NotAuthorized|Unauthorized/.test(error ?? ''));

    expect(denied.map(({ operation, caller }) => `${operation} by ${caller}`)).toEqual([]);
    expect(live.aws.world.undelivered).toEqual([]);
  });

  it.each(drifts as readonly Drift[])('repairs, by events alone, that $name', async ({ done }) => {
    const time = new Date().toISOString();
    await done(they);
    const theirs = foreign();
    expect(outOfStep(), 'it is a drift').not.toEqual(inStep);
    await settled(live);

    expect(outOfStep()).toEqual(inStep);
    expect(await status()).toMatchObject({ verdict: 'proven' });
    expect(foreign()).toEqual(theirs);
    const repairs = await repairsSince(time);
    expect(repairs.length).toBeGreaterThan(0);
    expect(repairs.map(({ outcome }) => outcome)).toEqual(repairs.map(() => 'repaired'));
    expect(
      repairs.some(({ change }) => change?.actor.kind === 'root'),
      'it knows who',
    ).toBe(true);
  });

  it('sends itself one message about what others did, and none about its own repair', async () => {
    const { length } = live.aws.calls;
    await they.someone.s3(they.source).send(new DeleteBucketReplicationCommand({ Bucket: 'orders' }));
    await settled(live);
    const sent = live.aws.calls
      .slice(length)
      .filter(({ operation, caller = '' }) => operation === 'SendMessageBatch' && caller.endsWith('/lockstep-route'));
    const settledAt = live.aws.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const later = live.aws.calls.slice(settledAt).filter(({ caller = '' }) => caller.includes(':assumed-role/lockstep-'));

    expect(sent).toHaveLength(1);
    expect(later, 'and then it rests').toEqual([]);
  });

  it('repairs by the sweep what no event told, and finds out who it was', async () => {
    await live.hub.forwarding(false);
    const time = new Date().toISOString();
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    await they.someone
      .s3(they.destination)
      .send(new PutBucketVersioningCommand({ Bucket: 'orders-dr', VersioningConfiguration }));
    await settled(live);
    expect(outOfStep(), 'nobody heard of it').not.toEqual(inStep);

    await live.clients.lambda.send(new InvokeCommand({ FunctionName: live.hub.functions.sweep }));
    await settled(live);
    await live.hub.forwarding(true);

    expect(outOfStep()).toEqual(inStep);
    const [repair] = await repairsSince(time);
    expect(repair?.change).toMatchObject({
      eventName: 'PutBucketVersioning',
      actor: { kind: 'root', principal: `arn:aws:iam::${destination.account}:root` },
    });
  });

  it('tells of a bad document, and keeps the others in force', async () => {
    const bad = '/lockstep/desired-state/bad';
    const { topicArn: TopicArn } = live.hub;
    await live.clients.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'on-call@example.com' }));
    await live.clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: live.aws.world.sns.outbox.at(-1)?.token }));
    await live.clients.ssm.send(new PutParameterCommand({ Name: bad, Type: 'String', Value: '{"version": 1' }));
    await settled(live);
    await live.clients.ssm.send(new DeleteParameterCommand({ Name: bad }));
    await settled(live);

    expect(mails().map(({ body }) => body)).toEqual([expect.stringContaining(bad)]);
    expect((await live.ledger.documents()).map(({ name }) => name)).toEqual([document]);
    expect(outOfStep()).toEqual(inStep);
  });

  it('puts messages nobody understands aside, and meanwhile answers the others', async () => {
    const { sqs } = live.clients;
    const QueueUrl = live.hub.queueUrl;
    // Attempts follow each other by the visibility time-out: shorter here than the three minutes of the queue.
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }));
    const poison = ['not JSON', '{"version":1}', JSON.stringify({ version: 1, group: 7, trigger: null })];
    for (const [n, MessageBody] of poison.entries())
      await sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: `poison-${n}`, MessageDeduplicationId: `poison-${n}` }),
      );

    await they.someone.s3(they.source).send(new DeleteBucketEncryptionCommand({ Bucket: 'orders' }));
    await settled(live, { ignoring: poison.map((_, n) => `poison-${n}`) });
    expect(outOfStep(), 'the others go on').toEqual(inStep);

    const dead = () => live.aws.world.sqs.queues.get(`arn:aws:sqs:eu-west-1:${hubAccount}:lockstep-dead.fifo`)?.messages ?? [];
    await expect
      .poll(
        () =>
          dead()
            .map(({ body }) => body)
            .sort(),
        { timeout: 60_000, interval: 200 },
      )
      .toEqual([...poison].sort());
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '180' } }));
  }, 90_000);

  it('has written nothing but its repairs', async () => {
    const writes = live.aws.calls.filter(({ caller = '', service, operation }) => {
      const isOurs = /:assumed-role\/lockstep-(observer|healer)\//.test(caller);
      return isOurs && operations[`${service}:${operation}` as keyof typeof operations]?.kind === 'write';
    });
    const others = writes.filter(({ caller = '' }) => !caller.includes('/lockstep-healer/lockstep-reconcile'));

    expect(writes.length).toBeGreaterThan(chosen.length);
    expect(others).toEqual([]);
  });
});
