/** A replication whose document is gone is kept as it is, and not repaired. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import { operations } from '../../shared/model/operations.ts';
import type { Group } from '../../shared/model/replication.ts';
import { newController, type TestController } from '../support/controller.ts';
import { adoptPair, settle, suspendVersioning } from './pair.ts';

const since = '2026-03-01T12:30:00Z';

let controller: TestController;
let group: Group;

beforeEach(async () => {
  controller = newController();
  group = await adoptPair(controller);
  await settle(controller);
});

const isWrite = ({ operation }: AwsCall): boolean => operations[operation].kind === 'write';

const orphaned = () => ({ ...group, replications: group.replications.map((r) => ({ ...r, orphanedSince: since })) });

describe('a replication without a document', () => {
  it.each([
    { by: 'the event', wake: () => controller.route() },
    { by: 'the sweep', wake: () => controller.sweep('later') },
  ])('is looked at and left as it is when it drifts, woken by $by', async ({ wake }) => {
    await controller.adopt([orphaned()]);
    await suspendVersioning(controller, group);
    await controller.clock.advance(5);

    await wake();
    await controller.drain();

    const [status] = await controller.ledger.statuses();
    expect(status?.verdict).toBe('orphaned');
    expect(controller.sent.length).toBeGreaterThan(0);
    expect(controller.sent.filter(isWrite)).toEqual([]);
    expect(controller.stories).toEqual([]);
  });

  it('is repaired again once a document names it', async () => {
    await controller.adopt([orphaned()]);
    await suspendVersioning(controller, group);
    await controller.sweep('later');
    await controller.drain();
    await controller.clock.advance(3600);

    await controller.adopt([group]);
    await controller.sweep('last');
    await controller.drain();

    expect((await controller.ledger.statuses())[0]?.verdict).toBe('proven');
    expect(controller.sent.filter(isWrite).map(({ operation }) => operation)).toEqual(['s3:PutBucketVersioning']);
  });

  it.each([
    { and: 'the event history names who', forget: false },
    { and: 'nobody is named', forget: true },
  ])('is told with the time for which it was broken when it is repaired again, where $and', async ({ forget }) => {
    await controller.adopt([orphaned()]);
    const broken = controller.clock.now().toISOString();
    await suspendVersioning(controller, group);
    await controller.sweep('later');
    await controller.drain();
    if (forget) await controller.clock.advance(100 * 24 * 3600);
    await controller.clock.advance(3600);

    await controller.adopt([group]);
    await controller.sweep('last');
    await controller.drain();

    const [story] = controller.stories.flatMap((one) => (one.kind === 'repaired' ? [one] : []));
    expect(story?.drifts).toMatchObject([{ driftedAt: broken }]);
    expect(story?.drifts[0]?.change === undefined).toBe(forget);
  });
});
