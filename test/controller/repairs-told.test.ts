/** What becomes of a repair in the ledger: by whom it was made necessary, and how it ended. */
import { DeleteRoleCommand, DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RepairRecord } from '../../shared/controller/ledger.ts';
import { type Asked, pass } from '../../shared/controller/pass.ts';
import { resourceIds } from '../../shared/controller/resource-ids.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import type { Group } from '../../shared/model/replication.ts';
import { newController, type TestController } from '../support/controller.ts';
import { adoptPair, settle, suspendVersioning } from './pair.ts';

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
  group = await adoptPair(controller);
});

async function repairs(): Promise<readonly RepairRecord[]> {
  const [r] = group.replications;
  return controller.ledger.repairs(r?.name ?? '', 50);
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

describe('a role that is deleted after its policy', () => {
  const remove = async (): Promise<void> => {
    const [r] = group.replications;
    if (r === undefined) return;
    const RoleName = r.role.name;
    const iam = controller.someone.iam(r.source);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'lockstep-replication' }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  };

  it('is told as repaired, and never as a repair that failed', async () => {
    await settle(controller);
    await remove();
    const [first, ...rest] = controller.events();
    await controller.route([first ?? {}]);
    await controller.clock.advance(5);

    await controller.drain();
    await controller.route(rest);
    await controller.drain();

    expect((await controller.ledger.statuses())[0]?.verdict).toBe('proven');
    expect(controller.stories.map(({ kind }) => kind)).toEqual(['repaired']);
    const ended = (await repairs()).slice(0, 5);
    expect(ended.map(({ outcome }) => outcome)).toEqual(Array(5).fill('repaired'));
    expect(ended.map(({ change }) => change?.eventName).toSorted()).toEqual([...Array(4).fill('DeleteRole'), 'DeleteRolePolicy']);
    expect(controller.metrics.get('RepairFailed') ?? 0).toBe(0);
  });
});

describe('a repair that AWS takes and does not show', () => {
  it('ends as written, and is told as not seen yet', async () => {
    await settle(controller);
    const quiet: AwsGateway = {
      send: (call) =>
        call.operation === 's3:PutBucketVersioning'
          ? Promise.resolve({ ok: true, output: {} as never })
          : controller.c.healer.send(call),
    };
    await suspendVersioning(controller, group);

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
    await settle(controller);
    await suspendVersioning(controller, group);
    const [event] = controller.events() as { detail: object }[];
    const call = 'both-copies';
    await controller.route([{ ...event, detail: bare(event?.detail ?? {}, call) }]);
    await controller.route([{ ...event, detail: { ...event?.detail, sharedEventID: call } }]);
    await controller.clock.advance(5);

    await controller.drain();

    expect((await repairs())[0]?.change).toMatchObject({ call, actor: { kind: 'root', account: '222222222222' } });
  });

  it('is the account where nothing says more', async () => {
    await settle(controller);
    await suspendVersioning(controller, group);
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

describe('what makes a new document necessary', () => {
  it('is nobody’s doing, though somebody wrote to the same settings before', async () => {
    await suspendVersioning(controller, group);
    await controller.clock.advance(3600);
    controller.events();

    await controller.sweep('first');
    await controller.drain();

    const ended = await repairs();
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.filter(({ change }) => change !== undefined)).toEqual([]);
    expect(ended.filter(({ driftedAt, startedAt }) => driftedAt !== startedAt)).toEqual([]);
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
    await settle(controller);
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
    await settle(controller);
    const before = controller.sent.length;

    await pass(group.id, [about(['arn:aws:kms:eu-west-1:111111111111:key/of-others'])], controller.c, () => 120_000);

    expect(controller.sent.length).toBe(before);
  });
});
