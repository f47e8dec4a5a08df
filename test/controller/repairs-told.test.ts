/** What becomes of a repair in the ledger: by whom it was made necessary, and how it ended. */
import { PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RepairRecord } from '../../shared/controller/ledger.ts';
import { type Asked, pass } from '../../shared/controller/pass.ts';
import { resourceIds } from '../../shared/controller/resource-ids.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import type { Group } from '../../shared/model/replication.ts';
import { worlds } from '../scenarios/catalogue.ts';
import { groupsFor } from '../support/builders.ts';
import { newController, type TestController } from '../support/controller.ts';
import { foundationsFor } from '../support/world.ts';

let refused: (call: AwsCall) => boolean;
let controller: TestController;
let group: Group;

/** Refuses what a test says. */
const around = (aws: AwsGateway): AwsGateway => ({
  send: (call) =>
    refused(call as AwsCall)
      ? Promise.resolve({
          ok: false,
          error: { code: 'AccessDenied', message: 'not authorized', caller: 'lockstep-healer', status: 403 },
        })
      : aws.send(call),
});

beforeEach(async () => {
  refused = () => false;
  controller = newController({ around });
  const keys = await foundationsFor(worlds.pair.buckets, controller.someone);
  const [first] = groupsFor(worlds.pair, keys);
  if (first === undefined) throw new Error('there is no pair');
  group = first;
  await controller.adopt([group]);
});

async function healthy(): Promise<void> {
  await controller.sweep('first');
  await controller.drain();
  await controller.clock.advance(3600);
  controller.events();
  controller.stories.length = 0;
}

async function repairs(): Promise<readonly RepairRecord[]> {
  const [r] = group.replications;
  return controller.ledger.repairs(r?.name ?? '', 50);
}

async function suspendVersioning(): Promise<void> {
  const [r] = group.replications;
  const s3 = new S3Client({
    ...{ region: r?.destination.region ?? '', requestHandler: controller.aws.requestHandler(), forcePathStyle: true },
    credentials: { accessKeyId: r?.destination.account ?? '', secretAccessKey: 'local' },
  });
  await s3.send(
    new PutBucketVersioningCommand({ Bucket: r?.destination.bucket, VersioningConfiguration: { Status: 'Suspended' } }),
  );
}

describe('a repair that waits for one that fails', () => {
  it('ends as skipped, and both are told with why', async () => {
    refused = ({ operation }) => operation === 's3:PutBucketVersioning';

    await controller.sweep('first');
    await controller.drain();

    const ended = await repairs();
    expect(ended.find(({ aspect }) => aspect === 'bucket-versioning')).toMatchObject({ outcome: 'failed' });
    expect(ended.find(({ aspect }) => aspect === 'replication-configuration')).toMatchObject({
      outcome: 'skipped',
      detail: expect.stringContaining('versioning'),
    });
    expect(controller.stories.filter(({ kind }) => kind === 'repair-failed')).toHaveLength(1);
  });
});

describe('a repair that AWS takes and does not show', () => {
  it('ends as written, and is told as not seen yet', async () => {
    await healthy();
    const quiet: AwsGateway = {
      send: (call) =>
        call.operation === 's3:PutBucketVersioning'
          ? Promise.resolve({ ok: true, output: {} as never })
          : controller.c.healer.send(call),
    };
    await suspendVersioning();

    await pass(
      group.id,
      [{ trigger: { kind: 'request', reason: 'person' }, sentAt: controller.clock.now() }],
      { ...controller.c, healer: quiet },
      () => 120_000,
    );

    expect((await repairs())[0]).toMatchObject({ aspect: 'bucket-versioning', outcome: 'written' });
    expect(controller.stories).toMatchObject([
      { kind: 'repair-failed', detail: expect.stringContaining('reading it back does not show it yet') },
    ]);
  });
});

describe('who made a repair necessary', () => {
  const bare = (record: object, call: string): object => ({
    ...record,
    ...{ eventID: `owners-${call}`, sharedEventID: call },
    userIdentity: { type: 'AWSAccount', accountId: '222222222222', principalId: 'AIDAEXAMPLEUSER000000' },
  });

  it('is taken from the copy that says more, though the owner’s copy came first', async () => {
    await healthy();
    await suspendVersioning();
    const [event] = controller.events() as { detail: object }[];
    const call = 'both-copies';
    await controller.route([{ ...event, detail: bare(event?.detail ?? {}, call) }]);
    await controller.route([{ ...event, detail: { ...event?.detail, sharedEventID: call } }]);
    await controller.clock.advance(5);

    await controller.drain();

    expect((await repairs())[0]?.change).toMatchObject({ call, actor: { kind: 'root', account: '222222222222' } });
  });

  it('is the account where nothing says more', async () => {
    await healthy();
    await suspendVersioning();
    const [event] = controller.events() as { detail: object }[];
    await controller.route([{ ...event, detail: bare(event?.detail ?? {}, 'only-copy') }]);
    await controller.clock.advance(5);

    await controller.drain();

    expect((await repairs())[0]?.change).toMatchObject({
      call: 'only-copy',
      actor: { kind: 'account', principal: '222222222222' },
    });
  });
});

describe('an alias that changed', () => {
  const about = (resources: readonly string[]): Asked => ({
    trigger: {
      kind: 'change',
      change: {
        ...{ call: 'c', eventId: 'e', eventName: 'UpdateAlias', time: '2026-03-01T12:59:00Z', account: '111111111111' },
        ...{ region: 'eu-west-1', resources, details: {}, actor: { kind: 'unknown', principal: 'unknown' } },
      },
    },
    sentAt: controller.clock.now(),
  });

  it('has all documents read anew before anything else, since it may lead to another key', async () => {
    await healthy();
    const readmitted: string[] = [];
    const c = { ...controller.c, readmit: async (cause: string) => void readmitted.push(cause) };
    const [alias = ''] = resourceIds(group.replications[0] as Group['replications'][number]).filter((id) => id.includes(':kms:'));
    const before = controller.sent.length;

    await pass(group.id, [about([alias, 'arn:aws:kms:eu-west-1:111111111111:alias/orders'])], c, () => 120_000);

    expect(readmitted).toHaveLength(1);
    expect(controller.sent.length).toBe(before);
    expect(controller.queue.map(({ message }) => message.trigger)).toEqual([{ kind: 'request', reason: 'proof' }]);
  });

  it('has nothing looked at where nothing of the group hangs on what it names', async () => {
    await healthy();
    const before = controller.sent.length;

    await pass(group.id, [about(['arn:aws:kms:eu-west-1:111111111111:key/of-others'])], controller.c, () => 120_000);

    expect(controller.sent.length).toBe(before);
  });
});
