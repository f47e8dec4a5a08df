/** From reports of S3 to the one story that is told of them: passes in process, on a virtual clock. */
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { newSeen } from '../../shared/controller/failures/seen.ts';
import { countFailures } from '../../shared/controller/failures.ts';
import type { Ledger } from '../../shared/controller/ledger.ts';
import type { Settings } from '../../shared/controller/ports.ts';
import type { Story } from '../../shared/controller/story.ts';
import { toNotification } from '../../shared/controller/story-text.ts';
import { worlds } from '../scenarios/catalogue.ts';
import { groupsFor, source } from '../support/builders.ts';
import { newController } from '../support/controller.ts';
import { bodyOf, type Failure } from '../support/failure-messages.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { foundationsFor } from '../support/world.ts';

type Failing = Extract<Story, { kind: 'failing' }>;

/** A pair that is proven, and S3's reports about it. */
async function aPair(settings: Partial<Settings> = {}, own: Ledger = memoryLedger()) {
  const controller = newController({ settings, ledger: own });
  const { clock, someone, stories, sent, c, ledger } = controller;
  const groups = groupsFor(worlds.pair, await foundationsFor(worlds.pair.buckets, someone));
  await controller.adopt(groups);
  await controller.sweep('first');
  await controller.drain();
  await clock.advance(600);
  controller.events();
  stories.length = 0;
  const [replication] = groups[0]?.replications ?? [];
  const role = replication?.role.name ?? '';
  const seen = newSeen();
  let n = 0;
  /** Reports of now, all in one batch. */
  async function fail(...failures: readonly Failure[]): Promise<void> {
    const at = clock.now().toISOString();
    const rule = replication?.rules[0]?.id;
    const bodies = failures.map((failure) => bodyOf({ rule, key: `k${++n}`, time: at, requested: at, ...failure }));
    const desk = { ...c, seen, isOurs: () => true, confirm: async () => undefined };
    await countFailures(
      bodies.map((body, index) => ({ id: String(index), body })),
      desk,
    );
    await clock.advance(1);
  }
  const failing = (): readonly Failing[] => stories.filter((story) => story.kind === 'failing');
  const iam = someone.iam(source);
  return { ...controller, name: replication?.name ?? '', role, iam, fail, failing, ledger, sent };
}

const kindsOf = (stories: readonly Story[]): readonly string[] => stories.map(({ kind }) => kind);
const textOf = (story: Story | undefined): string => (story ? toNotification(story).text.replaceAll(/\s+/g, ' ') : '');

const deny = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource: '*' }] });

describe('failures that S3 reports', () => {
  it('are told in one story, with what was wrong and what was done', async () => {
    const { name, role, iam, fail, failing, drain, stories } = await aPair();
    await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'lockstep-replication' }));
    await fail(
      { reason: 'SrcGetObjectNotPermitted' },
      { reason: 'SrcGetObjectNotPermitted' },
      { reason: 'DstBucketUnversioned' },
    );
    await drain();

    expect(kindsOf(stories)).toEqual(['failing']);
    expect(failing()[0]).toMatchObject({
      ...{ replications: [name], proven: true, troubles: [], blockers: [] },
      reasons: [
        { reason: 'SrcGetObjectNotPermitted', count: 2, explainedBy: [expect.stringContaining('role policy')] },
        { reason: 'DstBucketUnversioned', count: 1, explainedBy: [] },
      ],
      drifts: [{ setting: expect.stringContaining('role policy') }],
    });
    expect(textOf(failing()[0])).toMatch(
      /3 objects of orders-dr .* Lockstep repaired the .*role policy.*explains it.*create-job/,
    );
  });

  it('are told when every setting is as desired', async () => {
    const { fail, failing, drain, stories } = await aPair();
    await fail({ reason: 'DstKmsKeyNotFound' });
    await drain();

    expect(kindsOf(stories)).toEqual(['failing']);
    expect(failing()[0]).toMatchObject({ proven: true, drifts: [], reasons: [{ todo: expect.stringContaining('key') }] });
    expect(textOf(failing()[0])).toContain('Every setting is as desired');
  });

  it('are told with what stands in the way, which is not told again', async () => {
    const { role, iam, fail, failing, drain, stories, sweep, clock } = await aPair();
    await iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: 'stop', PolicyDocument: deny('s3:*') }));
    await fail({ reason: 'SrcGetObjectNotPermitted' });
    await drain();
    await clock.advance(1800);
    await sweep('second');
    await drain();

    expect(kindsOf(stories)).toEqual(['failing']);
    expect(failing()[0]?.blockers).not.toEqual([]);
    expect(failing()[0]?.proven).toBe(false);
    expect(textOf(failing()[0])).toContain("not Lockstep's to change");
  });

  it('are told with the drift that is only observed', async () => {
    const { fail, failing, drain, stories } = await aPair({ mode: 'observe' });
    await fail({ reason: 'SrcGetObjectNotPermitted' });
    await drain();

    expect(kindsOf(stories)).toEqual(['failing']);
    expect(failing()[0]?.proven).toBe(false);
  });

  it('name the repair that an event had made before they arrived', async () => {
    const { role, iam, fail, failing, drain, route, stories, clock } = await aPair();
    const before = clock.now().toISOString();
    await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'lockstep-replication' }));
    await clock.advance(5);
    await route();
    await drain();
    await clock.advance(240);
    await fail({ reason: 'SrcGetObjectNotPermitted', requested: before, time: before });
    await drain();

    expect(kindsOf(stories)).toEqual(['repaired', 'failing']);
    expect(failing()[0]?.reasons).toMatchObject([{ explainedBy: [expect.stringContaining('role policy')] }]);
  });

  it('are one story for any number of them, and a new one for a new reason', async () => {
    const { fail, failing, drain, clock, sent, metrics } = await aPair();
    sent.length = 0;
    for (let batch = 0; batch < 20; batch++) {
      await fail(...Array.from({ length: 50 }, () => ({ reason: 'DstPutObjectNotPermitted' })));
      await drain();
      await clock.advance(30);
    }

    expect(failing()).toHaveLength(1);
    expect(metrics.get('ReplicationFailures')).toBe(2000);
    // A full pass every five minutes.
    expect(sent.length).toBeLessThanOrEqual(4 * 20);

    await fail({ reason: 'DstBucketUnversioned' });
    await drain();
    expect(failing()).toHaveLength(2);
    expect(failing()[1]?.reasons.map(({ count }) => count)).toEqual([1000, 1]);
  });

  it('keep the outage open for an hour after the last, and then it is proven again', async () => {
    const { name, fail, drain, sweep, clock, stories, ledger } = await aPair();
    await fail({ reason: 'DstPutObjectNotPermitted' });
    await drain();
    await clock.advance(3000);
    await sweep('second');
    await drain();
    const [outage] = await ledger.outages(name);
    expect(outage).toMatchObject({ reasons: [expect.stringContaining('DstPutObjectNotPermitted')] });
    expect(outage?.endedAt).toBeUndefined();
    expect((await ledger.statuses())[0]?.outage).toBeDefined();

    await clock.advance(3600);
    await sweep('third');
    await drain();

    expect((await ledger.outages(name)).filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
    expect((await ledger.statuses())[0]?.outage).toBeUndefined();
    expect(await ledger.failures()).toEqual([]);
    expect(kindsOf(stories)).toEqual(['failing', 'proven-again']);
  });

  it('are another story when they come back after they were over', async () => {
    const { fail, drain, sweep, clock, failing } = await aPair();
    await fail({ reason: 'DstPutObjectNotPermitted' });
    await drain();
    await clock.advance(3700);
    await sweep('second');
    await drain();
    await fail({ reason: 'DstPutObjectNotPermitted' });
    await drain();

    expect(failing()).toHaveLength(2);
  });

  it('that harm nobody are told to nobody', async () => {
    const { fail, drain, stories, queue, ledger, metrics } = await aPair();
    await fail({ reason: 'SrcObjectNotFound' }, { reason: 'DstObjectHardDeleted' });

    expect(queue).toEqual([]);
    await drain();
    expect([stories, await ledger.failures()]).toEqual([[], []]);
    expect(metrics.get('ReplicationFailures')).toBe(2);
  });

  it('are told once, and over in the end, wherever the pass is killed', async () => {
    for (let survives = 0; ; survives++) {
      const { ledger, arm } = mortal();
      const { role, iam, fail, drain, sweep, clock, failing } = await aPair({}, ledger);
      await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'lockstep-replication' }));
      await fail({ reason: 'SrcGetObjectNotPermitted' });
      const isKilled = arm(survives);
      await drain().catch(() => undefined);
      if (!isKilled()) break;
      arm(Number.POSITIVE_INFINITY);
      await clock.advance(60);
      await sweep(`after ${survives}`);
      await drain();
      const untold = await ledger.untoldStories('2027');

      // Killed after it was published and before that was written down, it is untold for the ledger too.
      expect(failing().length, `killed at ${survives}`).toBeLessThanOrEqual(1);
      expect(failing().length + untold.filter(({ key }) => key.startsWith('failing')).length).toBeGreaterThan(0);
      expect((await ledger.statuses())[0]).toMatchObject({ verdict: 'proven', outage: expect.any(String) });
      await clock.advance(3700);
      await sweep(`long after ${survives}`);
      await drain();
      expect(await ledger.failures()).toEqual([]);
      expect((await ledger.statuses())[0]?.outage).toBeUndefined();
    }
  });
});

/** A ledger that answers so many calls, and then none. */
function mortal() {
  const state = { left: Number.POSITIVE_INFINITY };
  const memory = memoryLedger();
  const ledger = new Proxy(memory, {
    get:
      (target, name: keyof Ledger) =>
      (...given: readonly unknown[]) => {
        state.left -= 1;
        if (state.left < 0) return Promise.reject(new Error('killed'));
        return (target[name] as (...all: readonly unknown[]) => unknown)(...given);
      },
  });
  const arm = (calls: number) => {
    state.left = calls;
    return () => state.left < 0;
  };
  return { ledger, arm };
}
