import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Aspect } from '../../shared/aspects/aspect.ts';
import { bucketVersioning } from '../../shared/aspects/bucket-versioning.ts';
import { aspects } from '../../shared/aspects/index.ts';
import type { Step } from '../../shared/model/finding.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { compare } from '../../shared/stages/compare.ts';
import { planRepairs } from '../../shared/stages/plan.ts';
import { targetKey, targetsOf } from '../../shared/stages/targets.ts';
import { aGroup, aReplication, later, replications } from '../support/builders.ts';
import { absent, comparedWith, gone, label, nothingSet, planWith, present, unreadable } from '../support/observations.ts';

const pair = (more: Parameters<typeof aReplication>[0] = {}) => aGroup([aReplication(more)]);
const paused = { mode: 'paused', until: later, reason: 'migration' };

/** Two source buckets of one account into one destination bucket. */
const manyToOne = (bills: object = {}, orders: object = {}) =>
  aGroup(
    replications({
      bills: { source: { bucket: 'bills' }, ...bills },
      orders: { source: { bucket: 'orders' }, ...orders },
    }),
  );

/** One source bucket into two destinations of one region. */
const oneToMany = (second: object = {}, first: object = {}) =>
  aGroup(
    replications({
      first: { destination: { bucket: 'first-dr' }, ...first },
      second: { destination: { bucket: 'second-dr' }, ...second },
    }),
  );

const steps = (plan: { readonly steps: readonly Step[] }): readonly string[] => plan.steps.map(label);
const policyIn = (step: Step | undefined, field: 'Policy' | 'PolicyDocument'): string =>
  String((step?.calls[0]?.input as Record<string, unknown> | undefined)?.[field]);

describe('planning repairs', () => {
  it('plans nothing for what is in sync', () => {
    expect(planWith(pair())).toEqual({ steps: [], held: [] });
  });

  it('repairs only what drifted', () => {
    const plan = planWith(pair(), { 'bucket-versioning orders-dr': present({ Status: 'Suspended' }) });

    expect(steps(plan)).toEqual(['bucket-versioning orders-dr']);
    expect(plan.steps[0]).toMatchObject({
      replications: ['orders-dr'],
      differences: [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }],
      after: [],
      calls: [{ operation: 's3:PutBucketVersioning', account: '222222222222', region: 'eu-central-1' }],
    });
  });

  it('builds everything where nothing is set, in an order that respects what each step waits for', () => {
    const group = pair();

    const order = steps(planWith(group, nothingSet(group)));

    expect(order.indexOf('role-trust lockstep-orders')).toBeLessThan(order.indexOf('role-policy lockstep-orders'));
    expect(order.indexOf('role-trust lockstep-orders')).toBeLessThan(order.indexOf('bucket-policy orders-dr'));
    expect(order.at(-1)).toBe('replication-configuration orders');
  });

  it('only reports in observe mode', () => {
    const plan = planWith(pair({ mode: 'observe' }), { 'bucket-policy orders-dr': absent });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([{ aspect: 'bucket-policy', replications: ['orders-dr'], reason: 'observe-mode' }]);
    expect(plan.held[0]?.differences).not.toEqual([]);
  });

  it('only reports of what has no document any more', () => {
    const orphaned = { ...aReplication(), orphanedSince: '2026-03-01T12:00:00Z' };

    const plan = planWith(aGroup([orphaned]), { 'bucket-versioning orders-dr': absent });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([
      { aspect: 'bucket-versioning', reason: 'orphaned', detail: expect.stringContaining('gone since 2026-03-01T12:00:00Z') },
    ]);
  });

  it('only reports while paused, and says until when and why', () => {
    const plan = planWith(pair(paused), { 'bucket-policy orders-dr': absent });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([{ reason: 'paused', detail: `Paused until ${later}: migration` }]);
  });

  it.each([
    { name: 'could not be read', sight: unreadable, reason: 'prerequisite-unreadable' },
    { name: 'is on a bucket that is gone', sight: gone, reason: 'prerequisite-blocked' },
  ])('holds what waits for a setting that $name', ({ sight, reason }) => {
    const plan = planWith(pair(), { 'bucket-versioning orders-dr': sight, 'replication-configuration orders': absent });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([{ aspect: 'replication-configuration', reason }]);
    expect(plan.held[0]?.detail).toContain('bucket versioning on arn:aws:s3:::orders-dr');
  });

  it('holds what waits for drift that is held itself', () => {
    const plan = planWith(pair({ keyState: 'report' }), {
      'key-state 222222222222': present({ state: 'Disabled' }),
      'replication-configuration orders': absent,
    });

    expect(plan.steps).toEqual([]);
    expect(plan.held.map(({ aspect, reason }) => [aspect, reason])).toEqual([
      ['key-state', 'report-only'],
      ['replication-configuration', 'prerequisite-held'],
    ]);
  });

  it('repairs what does not wait for the unreadable', () => {
    const plan = planWith(pair(), { 'bucket-versioning orders-dr': unreadable, 'bucket-policy orders-dr': absent });

    expect(steps(plan)).toEqual(['bucket-policy orders-dr']);
  });

  it('holds a policy that AWS would not take for its size, and says how large it would be', () => {
    const Statement = Array.from({ length: 60 }, (_, at) => ({
      Sid: `Team${at}`,
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'x'.repeat(300),
    }));
    const plan = planWith(pair(), { 'bucket-policy orders-dr': present({ document: { Statement } }) });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([{ reason: 'policy-too-large' }]);
    expect(plan.held[0]?.detail).toMatch(/would have \d+ bytes; S3 accepts 20480/);
  });

  it('first cancels the deletion of a key, then enables it', () => {
    const plan = planWith(pair(), { 'key-state 111111111111': present({ state: 'PendingDeletion' }) });

    expect(plan.steps.flatMap(({ calls }) => calls.map(({ operation }) => operation))).toEqual([
      'kms:CancelKeyDeletion',
      'kms:EnableKey',
    ]);
  });
});

describe('planning for replications that share a resource', () => {
  const trusting = (...arns: string[]) =>
    present({
      document: {
        Statement: [
          {
            Sid: 'LockstepReplicaObjects',
            Effect: 'Allow',
            Principal: { AWS: arns },
            Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
            Resource: 'arn:aws:s3:::orders-dr/*',
          },
        ],
      },
    });
  const billsRole = 'arn:aws:iam::111111111111:role/lockstep-bills';
  const ordersRole = 'arn:aws:iam::111111111111:role/lockstep-orders';

  it('gives one statement to all of them', () => {
    const [step] = planWith(manyToOne(), { 'bucket-policy orders-dr': absent }).steps;

    expect(step?.replications).toEqual(['bills', 'orders']);
    expect(policyIn(step, 'Policy')).toContain(`"AWS":["${billsRole}","${ordersRole}"]`);
  });

  it('repairs the one and leaves out the other that waits, when that has nothing there', () => {
    const plan = planWith(manyToOne(paused), { 'bucket-policy orders-dr': absent });

    expect(plan.steps.map(({ replications: names }) => names)).toEqual([['orders']]);
    expect(policyIn(plan.steps[0], 'Policy')).not.toContain(billsRole);
    expect(plan.held).toMatchObject([{ replications: ['bills'], reason: 'paused' }]);
  });

  it('repairs the one and keeps what the other that waits has', () => {
    const plan = planWith(manyToOne(paused), { 'bucket-policy orders-dr': trusting(billsRole) });

    expect(policyIn(plan.steps[0], 'Policy')).toContain(`"AWS":["${billsRole}","${ordersRole}"]`);
  });

  it('writes nothing when only the one that waits lacks something', () => {
    const group = manyToOne(paused);
    const [, orders] = group.replications as readonly [Replication, Replication];
    const alone = targetsOf(aGroup([orders]), aspects).find(({ key }) => key === 'bucket-policy arn:aws:s3:::orders-dr');
    const plan = planWith(group, {
      'bucket-policy orders-dr': present(alone?.aspect.desired([orders], alone.on)),
    });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([{ aspect: 'bucket-policy', replications: ['bills'], reason: 'paused' }]);
  });

  it('writes nothing when the one that waits lacks a part of what it should have', () => {
    const healthyStatements = (principals: readonly string[], actions: readonly string[]) =>
      actions.map((Action, at) => ({
        Sid: at === 0 ? 'LockstepReplicaObjects' : `Part${at}`,
        Effect: 'Allow',
        Principal: { AWS: principals },
        Action,
        Resource: 'arn:aws:s3:::orders-dr/*',
      }));
    const rest = [
      ['LockstepReplicaOwner', ['s3:ObjectOwnerOverrideToBucketOwner'], 'arn:aws:s3:::orders-dr/*'],
      ['LockstepReplicaBucket', ['s3:ListBucket', 's3:GetBucketVersioning'], 'arn:aws:s3:::orders-dr'],
    ].map(([Sid, Action, Resource]) => ({ Sid, Effect: 'Allow', Principal: { AWS: [billsRole, ordersRole] }, Action, Resource }));
    const Statement = [
      ...healthyStatements([ordersRole, billsRole], ['s3:ReplicateObject', 's3:ReplicateDelete']),
      { ...healthyStatements([ordersRole], ['s3:ReplicateTags'])[0], Sid: 'OnlyOrders' },
      ...rest,
    ];

    const plan = planWith(manyToOne(paused), { 'bucket-policy orders-dr': present({ document: { Statement } }) });

    expect(plan.steps).toEqual([]);
    expect(plan.held).toMatchObject([{ replications: ['bills'], reason: 'paused' }]);
  });

  it('gives a role its keys although another destination of it waits', () => {
    const plan = planWith(oneToMany(paused), { 'role-policy lockstep-orders': absent });
    const text = policyIn(plan.steps[0], 'PolicyDocument');

    expect(text).toContain('"Sid":"LockstepDestinationKey"');
    expect(text).toContain('arn:aws:s3:::first-dr');
    expect(text).not.toContain('second-dr');
  });

  it('keeps the rule of a replication that waits, also where the document is exclusive', () => {
    const group = oneToMany({ ...paused, exclusive: true }, { exclusive: true });
    const target = targetsOf(group, aspects).find(({ key }) => key === 'replication-configuration arn:aws:s3:::orders');
    const healthy = target?.aspect.desired(target.sharers, target.on) as {
      readonly Role: string;
      readonly Rules: readonly object[];
    };
    const [first, second] = healthy.Rules;
    const plan = planWith(group, {
      'replication-configuration orders': present({
        ...healthy,
        Rules: [{ ...first, Status: 'Disabled' }, second, { ID: 'team' }],
      }),
    });
    const [call] = plan.steps[0]?.calls ?? [];

    expect(call?.input).toMatchObject({
      ReplicationConfiguration: { Rules: [{ ID: 'lockstep-first', Status: 'Enabled' }, { ID: 'lockstep-second' }] },
    });
  });

  it('takes nothing of others away while one that shares the resource is not exclusive', () => {
    const foreign = {
      Sid: 'Team',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::orders-dr/*',
    };
    const plan = planWith(manyToOne(paused, { exclusive: true }), {
      'bucket-policy orders-dr': present({ document: { Statement: [foreign] } }),
      'role-other-policies lockstep-orders': present({ inline: [], attached: [] }),
    });

    expect(policyIn(plan.steps[0], 'Policy')).toContain('"Sid":"Team"');
  });

  it('leaves a key alone while one that shares it says to leave its state alone', () => {
    const plan = planWith(manyToOne({ ...paused, keyState: 'report' }), {
      'key-state 222222222222': present({ state: 'Disabled' }),
    });

    expect(plan.steps).toEqual([]);
    expect(plan.held.map(({ reason }) => reason)).toContain('report-only');
  });

  it('holds what waits for a shared setting that is repaired for others only', () => {
    const plan = planWith(manyToOne(), {
      'role-trust lockstep-bills': unreadable,
      'bucket-policy orders-dr': absent,
      'replication-configuration bills': absent,
    });

    expect(steps(plan)).toEqual(['bucket-policy orders-dr']);
    expect(plan.steps[0]?.replications).toEqual(['orders']);
    expect(plan.held.map(({ aspect, replications: names }) => `${aspect} ${names}`)).toEqual([
      'bucket-policy bills',
      'replication-configuration bills',
    ]);
  });
});

describe('planning around what must not be repaired now', () => {
  const contested = { reason: 'contested', detail: 'Repairs of it do not last.' } as const;
  const keyOf = (plan: ReturnType<typeof planWith>, name: string): string =>
    plan.steps.find((step) => label(step) === name)?.key ?? '';
  const drifts = { 'bucket-policy second-dr': absent, 'replication-configuration orders': absent };

  it('holds a setting on hold and what waits for it, and repairs what others share with it', () => {
    const compared = comparedWith(oneToMany(), drifts);
    const whole = planRepairs(compared);

    const plan = planRepairs(compared, new Map([[keyOf(whole, 'bucket-policy second-dr'), contested]]));

    expect(steps(whole)).toEqual(['bucket-policy second-dr', 'replication-configuration orders']);
    expect(plan.steps.map((step) => `${label(step)}: ${step.replications}`)).toEqual(['replication-configuration orders: first']);
    expect(plan.held.map(({ aspect, replications: names, reason }) => `${aspect}: ${names}: ${reason}`)).toEqual([
      'bucket-policy: second: contested',
      'replication-configuration: second: prerequisite-held',
    ]);
  });

  it('gives each its own reason where all are on hold', () => {
    const compared = comparedWith(oneToMany(), drifts);
    const frozen = { reason: 'frozen', detail: 'All repairs are frozen.' } as const;

    const plan = planRepairs(compared, new Map(planRepairs(compared).steps.map(({ key }) => [key, frozen])));

    expect(plan.steps).toEqual([]);
    expect(new Set(plan.held.map(({ reason }) => reason))).toEqual(new Set(['frozen']));
    expect(plan.held.flatMap(({ aspect, replications: names }) => names.map((name) => `${aspect}: ${name}`))).toEqual([
      'bucket-policy: second',
      'replication-configuration: first',
      'replication-configuration: second',
    ]);
  });
});

describe('planning with any aspects', () => {
  /** A setting of the destination bucket that is wanted on, waits for others and is written by one call. */
  const toy = (name: string, after: readonly string[]): Aspect<unknown> => ({
    ...(bucketVersioning as Aspect<unknown>),
    name,
    after,
    resources: (r) => bucketVersioning.resources(r).slice(name === 'own' ? 0 : 1, name === 'own' ? 1 : 2),
  });
  const toys = [toy('own', []), toy('shared', ['own']), toy('last', ['shared'])];

  it('holds for a replication what waits for a step that leaves it out', () => {
    const group = manyToOne();
    const targets = targetsOf(group, toys);
    const sights = new Map(targets.map(({ key }) => [key, key === 'own arn:aws:s3:::bills' ? unreadable : absent]));

    const plan = planRepairs(compare(targets, sights));

    expect(plan.steps.map(({ aspect, replications: names }) => `${aspect}: ${names}`)).toEqual([
      'own: orders',
      'shared: orders',
      'last: orders',
    ]);
    expect(plan.held.map(({ aspect, replications: names, reason }) => `${aspect}: ${names}: ${reason}`)).toEqual([
      'shared: bills: prerequisite-unreadable',
      'last: bills: prerequisite-held',
    ]);
  });
});

describe('the order of any plan', () => {
  const groups = [pair(), manyToOne(), oneToMany(), manyToOne(paused), oneToMany({ mode: 'observe' })];
  const broken = fc.constantFrom(...groups).chain((group) => {
    const labels = Object.keys(nothingSet(group));
    return fc.record({
      group: fc.constant(group),
      sights: fc.dictionary(fc.constantFrom(...labels), fc.constantFrom(absent, absent, absent, unreadable, gone)),
    });
  });

  it('puts every step after the drifted settings it waits for', () => {
    fc.assert(
      fc.property(broken, ({ group, sights }) => {
        const plan = planWith(group, sights);
        const done = new Set<string>();
        for (const step of plan.steps) {
          for (const key of step.after) expect(done).toContain(key);
          for (const name of step.target.aspect.after) {
            const before = aspects.find((aspect) => aspect.name === name);
            const sharers = group.replications.filter((r) => step.replications.includes(r.name));
            const waitsFor = sharers.flatMap((r) => before?.resources(r).map((on) => targetKey(name, on)) ?? []);
            const planned = plan.steps.filter(({ key }) => waitsFor.includes(key)).map(({ key }) => key);
            expect(step.after).toEqual(expect.arrayContaining(planned));
          }
          done.add(step.key);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('repairs the same whatever the order in which settings are given', () => {
    fc.assert(
      fc.property(broken, ({ group, sights }) => {
        const compared = comparedWith(group, sights);
        const other = planRepairs(compared.toReversed());
        expect(steps(other).toSorted()).toEqual(steps(planRepairs(compared)).toSorted());
      }),
      { numRuns: 50 },
    );
  });

  it('never touches what could not be read, or is gone', () => {
    fc.assert(
      fc.property(broken, ({ group, sights }) => {
        const sealed = Object.entries(sights).filter(([, { status }]) => status !== 'absent');
        expect(steps(planWith(group, sights)).filter((step) => sealed.some(([name]) => name === step))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
