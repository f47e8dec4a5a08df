import { AttachRolePolicyCommand, CreatePolicyCommand, UpdateRoleCommand } from '@aws-sdk/client-iam';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AwsGateway } from '../shared/model/aws-call.ts';
import type { Operation } from '../shared/model/operations.ts';
import type { Replication } from '../shared/model/replication.ts';
import { type Retirement, retire } from '../shared/retire.ts';
import { destination, source, thePair, type WorldPlan } from './support/builders.ts';
import { allow, beside, editBucketPolicy, editKeyPolicy, editRules, editTrust, foreignRule, putInline } from './support/edits.ts';
import { denying, Killed, killedAt, recording } from './support/gateways.ts';
import { foreignContent, statementsIn } from './support/meaning.ts';
import { type BuiltWorld, build, dependsOnOthers, foreignThings, happen, isExclusive, worldPlan } from './support/random.ts';
import { noWait, pass } from './support/world.ts';

/** A world in which everything is in place. */
async function inPlace(plan: WorldPlan): Promise<BuiltWorld> {
  const world = await build(plan);
  await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
  return world;
}

const theyIn = (world: BuiltWorld) => world.subjects[0] as NonNullable<(typeof world.subjects)[0]>;

const membersOf = (world: BuiltWorld): readonly Replication[] => world.groups().flatMap(({ replications }) => replications);

async function retireIn(
  world: BuiltWorld,
  names: readonly string[],
  { gateway = world.gateway, write = true }: { gateway?: AwsGateway; write?: boolean } = {},
): Promise<Retirement> {
  const gone = membersOf(world).filter(({ name }) => names.includes(name));
  const staying = membersOf(world).filter(({ name }) => !names.includes(name));
  const orphans = gone.map((r): Replication => ({ ...r, orphanedSince: '2026-02-01T00:00:00Z' }));
  return retire(orphans, staying, { observer: gateway, healer: gateway, write, wait: noWait });
}

/** Settings of those that stay which a plan would still repair, or cannot tell. */
async function openFor(world: BuiltWorld, staying: readonly string[]): Promise<readonly string[]> {
  const { groupsOf } = await import('../shared/model/group.ts');
  const groups = groupsOf(membersOf(world).filter(({ name }) => staying.includes(name)));
  const reports = await pass(groups, { gateway: world.gateway, write: false });
  return reports.flatMap(({ name, findings }) =>
    findings.filter(({ verdict }) => verdict !== 'in-sync').map(({ aspect, verdict }) => `${name}: ${aspect} ${verdict}`),
  );
}

const operationsOf = ({ steps }: Retirement): readonly Operation[] =>
  steps.flatMap(({ calls }) => calls.map(({ operation }) => operation));

/** All that a retirement may write, whatever the world. */
const allowed = new Set<Operation>([
  's3:PutBucketReplication',
  's3:DeleteBucketReplication',
  's3:PutBucketLifecycleConfiguration',
  's3:DeleteBucketLifecycle',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  's3:PutBucketNotificationConfiguration',
  'kms:PutKeyPolicy',
  'iam:PutRolePolicy',
  'iam:DeleteRolePolicy',
  'iam:DeleteRole',
]);

const fan: WorldPlan = {
  buckets: [
    { ...source, name: 'orders' },
    { ...destination, name: 'orders-dr' },
    { ...destination, name: 'orders-audit', key: 'audit' },
  ],
  replications: { 'orders-audit': { from: 'orders', to: 'orders-audit' }, 'orders-dr': { from: 'orders', to: 'orders-dr' } },
};

const funnel: WorldPlan = {
  buckets: [
    { ...source, name: 'orders' },
    { ...source, name: 'letters' },
    { ...destination, name: 'archive' },
  ],
  replications: { 'letters-dr': { from: 'letters', to: 'archive' }, 'orders-dr': { from: 'orders', to: 'archive' } },
};

describe('retiring the only replication', () => {
  it('takes away rules first, then grants, then the role, and leaves buckets and keys', async () => {
    const world = await inPlace(thePair);

    const retirement = await retireIn(world, ['orders-dr']);
    const { buckets, keys, roles } = world.view();

    expect(retirement).toMatchObject({ isDone: true, held: [], troubles: [] });
    expect(operationsOf(retirement)).toEqual([
      's3:DeleteBucketReplication',
      's3:DeleteBucketPolicy',
      'kms:PutKeyPolicy',
      'kms:PutKeyPolicy',
      'iam:DeleteRolePolicy',
      'iam:DeleteRole',
    ]);
    expect([...buckets.values()].map(({ policy, replication, versioning }) => ({ policy, replication, versioning }))).toEqual([
      { policy: undefined, replication: undefined, versioning: 'Enabled' },
      { policy: undefined, replication: undefined, versioning: 'Enabled' },
    ]);
    expect(roles.size).toBe(0);
    expect(JSON.stringify([...keys.values()])).not.toMatch(/Lockstep(Source|Replication)Key/);
  });

  it('finds nothing left the second time, and writes nothing', async () => {
    const world = await inPlace(thePair);
    await retireIn(world, ['orders-dr']);
    const watched = recording(world.gateway);

    const again = await retireIn(world, ['orders-dr'], { gateway: watched });

    expect(again).toMatchObject({ steps: [], outcomes: [], isDone: true });
    expect(watched.writes()).toEqual([]);
  });

  it('only plans when it is not to write', async () => {
    const world = await inPlace(thePair);
    const before = JSON.stringify([...world.view().roles]);
    const watched = recording(world.gateway);

    const planned = await retireIn(world, ['orders-dr'], { gateway: watched, write: false });

    expect(planned.steps.length).toBeGreaterThan(0);
    expect(watched.writes()).toEqual([]);
    expect(JSON.stringify([...world.view().roles])).toBe(before);
  });

  it('keeps the delegation of a key that nobody could manage without it', async () => {
    const world = await build(thePair);
    const [they] = world.subjects;
    if (!they) throw new Error('nobody is there');
    await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
    const admin = allow({ AWS: 'arn:aws:iam::222222222222:root' }, 'kms:*', '*', { Sid: 'LockstepAccountAdmin' });
    await editKeyPolicy(they, they.destination, (statements) => [
      admin,
      ...statements.filter(({ Sid }) => Sid === 'LockstepReplicationKey'),
    ]);

    const retirement = await retireIn(world, ['orders-dr']);

    expect(retirement.isDone).toBe(true);
    expect(retirement.kept.map(({ because }) => because)).toContain(
      'key policy: LockstepAccountAdmin stays: without it nobody may manage the key any more',
    );
    expect(JSON.stringify(world.view().keys.get(they.destination.key)?.policy)).toMatch(/LockstepAccountAdmin/);
    expect(JSON.stringify(world.view().keys.get(they.destination.key)?.policy)).not.toMatch(/LockstepReplicationKey/);
  });

  it('takes away what a role left behind that is gone already', async () => {
    const world = await inPlace(thePair);
    const [they] = world.subjects;
    if (!they) throw new Error('nobody is there');
    const { deleteRole } = await import('./support/edits.ts');
    await deleteRole(they);

    const retirement = await retireIn(world, ['orders-dr']);

    expect(retirement).toMatchObject({ isDone: true });
    expect(JSON.stringify([...world.view().keys.values()])).not.toMatch(/AROA/);
  });
});

describe('a role', () => {
  const attach = async (world: BuiltWorld) => {
    const iam = world.someone.iam(source);
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'logs',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [allow(undefined, 's3:GetObject', '*')] }),
      }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'lockstep-orders', PolicyArn: Policy?.Arn }));
  };

  it.each<{ because: string; happens: (world: BuiltWorld) => Promise<unknown>; says: RegExp }>([
    {
      because: 'others gave it an inline policy',
      happens: (world) => putInline(theyIn(world), 'logs', allow(undefined, 's3:GetObject', '*')),
      says: /others gave it policies: logs/,
    },
    { because: 'others attached a policy', happens: attach, says: /others gave it policies: logs/ },
    {
      because: 'others may assume it too',
      happens: (world) =>
        editTrust(theyIn(world), beside(allow({ Service: 'batchoperations.s3.amazonaws.com' }, 'sts:AssumeRole', undefined))),
      says: /its trust policy has statements of others/,
    },
    {
      because: 'it was there before Lockstep',
      happens: (world) =>
        world.someone.iam(source).send(new UpdateRoleCommand({ RoleName: 'lockstep-orders', Description: 'made by hand' })),
      says: /it was not made by Lockstep/,
    },
  ])('stays when $because, and only our policy goes', async ({ happens, says }) => {
    const world = await inPlace(thePair);
    await happens(world);

    const retirement = await retireIn(world, ['orders-dr']);
    const role = world.view().roles.get('lockstep-orders') ?? [...world.view().roles.values()][0];

    expect(retirement.isDone).toBe(true);
    expect(retirement.kept.map(({ because }) => because).join('\n')).toMatch(says);
    expect(role).toBeDefined();
    expect(Object.keys(role?.inline ?? {})).not.toContain('lockstep-replication');
  });

  it('stays whole while rules of others in the same configuration use it', async () => {
    const world = await inPlace(thePair);
    await editRules(theyIn(world), (rules) => [...rules, foreignRule(theyIn(world), { ID: 'theirs', Priority: 77 })]);
    const before = world.view();

    const retirement = await retireIn(world, ['orders-dr']);
    const after = world.view();

    expect(retirement.isDone).toBe(true);
    expect(operationsOf(retirement)).toEqual(['s3:PutBucketReplication']);
    expect(after.buckets.get('orders')?.replication?.Rules?.map(({ ID }) => ID)).toEqual(['theirs']);
    expect([...after.roles]).toEqual([...before.roles]);
    expect([...after.keys]).toEqual([...before.keys]);
    expect(retirement.kept.map(({ because }) => because).join('\n')).toMatch(/still use it/);
  });
});

describe('a replication that stays', () => {
  it.each([
    { to: 'orders-audit', because: 'a rule of others lends no grants to a role that others still need' },
    { to: 'orders-dr', because: 'a priority that gave way to a rule that is gone is the next free one again' },
  ])('is in sync afterwards, although a rule of others stands in its configuration: $because', async ({ to }) => {
    const world = await inPlace(fan);
    const theirs = foreignRule(theyIn(world), { ID: 'theirs', Priority: 1, Destination: { Bucket: `arn:aws:s3:::${to}` } });
    await editRules(theyIn(world), (rules) => [
      theirs,
      ...rules.map((rule) => ({ ...rule, Priority: 10 + (rule.Priority ?? 0) })),
    ]);
    await pass(world.groups(), { gateway: world.gateway, pauses: [0] });

    await retireIn(world, ['orders-audit']);

    expect(await openFor(world, ['orders-dr'])).toEqual([]);
  });

  it.each([
    { plan: fan, gone: 'orders-audit', staying: 'orders-dr', because: 'it shares the source bucket, its key and the role' },
    { plan: fan, gone: 'orders-dr', staying: 'orders-audit', because: 'it is the first of its group' },
    { plan: funnel, gone: 'letters-dr', staying: 'orders-dr', because: 'it shares the destination bucket and its key' },
  ])('is in sync afterwards, although $because', async ({ plan, gone, staying }) => {
    const world = await inPlace(plan);

    const retirement = await retireIn(world, [gone]);

    expect(retirement).toMatchObject({ isDone: true });
    expect(retirement.steps.length).toBeGreaterThan(0);
    expect(await openFor(world, [staying])).toEqual([]);
    const { replication } = world.view().buckets.get('orders') as { replication?: { Rules?: readonly { ID?: string }[] } };
    expect(replication?.Rules?.some(({ ID }) => ID?.includes(gone)) ?? false).toBe(false);
  });

  it('keeps everything when its key cannot be named', async () => {
    const world = await inPlace(fan);
    const [audit, dr] = membersOf(world) as [Replication, Replication];
    const alias = 'arn:aws:kms:eu-west-1:111111111111:alias/nowhere';
    const staying = { ...dr, source: { ...dr.source, key: { named: alias } } };
    const watched = recording(world.gateway);

    const retirement = await retire([audit], [staying], { observer: watched, healer: watched, write: true, wait: noWait });

    expect(retirement).toMatchObject({ isDone: false, steps: [], troubles: [expect.stringContaining(alias)] });
    expect(watched.writes()).toEqual([]);
  });
});

describe('what is out of reach', () => {
  it('is told: the statements of a destination that nobody lets us into', async () => {
    const world = await inPlace({
      ...thePair,
      replications: { 'orders-dr': { from: 'orders', to: 'orders-dr', destination: { managed: false } } },
    });
    const watched = recording(world.gateway);

    const retirement = await retireIn(world, ['orders-dr'], { gateway: watched });

    expect(retirement.isDone).toBe(true);
    expect(retirement.kept.map(({ because }) => because)).toContain(
      'the destination of orders-dr is not managed: its owner has to remove the statements for arn:aws:iam::111111111111:role/lockstep-orders there',
    );
    expect(watched.sent.map(({ call }) => call.account)).not.toContain(destination.account);
  });

  it('is told: an alias that leads to no key any more', async () => {
    const world = await inPlace(thePair);
    const [r] = membersOf(world) as [Replication];
    const alias = 'arn:aws:kms:eu-west-1:111111111111:alias/gone';
    const gone = { ...r, source: { ...r.source, furtherKeys: [{ named: alias }] } };

    const retirement = await retire([gone], [], { observer: world.gateway, healer: world.gateway, write: true, wait: noWait });

    expect(retirement.isDone).toBe(true);
    expect(retirement.kept.map(({ because }) => because).join()).toContain(`${alias} leads to no key any more`);
  });

  it('needs nothing: buckets that are gone', async () => {
    const world = await inPlace(thePair);
    world.aws.world.s3.buckets.clear();

    expect(await retireIn(world, ['orders-dr'])).toMatchObject({ isDone: true });
    expect(world.view().roles.size).toBe(0);
  });
});

describe('what cannot be read', () => {
  it.each<{ operation: Operation; untouched: readonly Operation[] }>([
    {
      operation: 's3:GetBucketReplication',
      untouched: [
        's3:DeleteBucketReplication',
        's3:DeleteBucketPolicy',
        'kms:PutKeyPolicy',
        'iam:DeleteRolePolicy',
        'iam:DeleteRole',
      ],
    },
    { operation: 's3:GetBucketPolicy', untouched: ['s3:DeleteBucketPolicy', 'iam:DeleteRole'] },
    { operation: 'iam:GetRolePolicy', untouched: ['iam:DeleteRolePolicy', 'iam:DeleteRole'] },
    { operation: 'iam:ListAttachedRolePolicies', untouched: ['iam:DeleteRole'] },
  ])('holds back all that comes after it: $operation', async ({ operation, untouched }) => {
    const world = await inPlace(thePair);
    const watched = recording(denying(world.gateway, (call) => call.operation === operation));

    const retirement = await retireIn(world, ['orders-dr'], { gateway: watched });

    expect(retirement.isDone).toBe(false);
    expect(retirement.troubles.join()).toContain(operation);
    const written = watched.writes().map((call) => call.operation);
    for (const one of untouched) expect(written).not.toContain(one);
  });

  it('leaves the grants while the rules could not be removed', async () => {
    const world = await inPlace(thePair);
    const watched = recording(denying(world.gateway, ({ operation }) => operation === 's3:DeleteBucketReplication'));

    const retirement = await retireIn(world, ['orders-dr'], { gateway: watched });

    expect(retirement.isDone).toBe(false);
    expect(retirement.outcomes.map(({ outcome }) => outcome)).toEqual(['failed', ...Array(5).fill('skipped')]);
  });
});

describe('any world', () => {
  /** Milliseconds: a loaded machine is slower, not wrong. */
  const patience = 180_000;
  const ownPlan = worldPlan.filter((plan) => !isExclusive(plan) && !dependsOnOthers(plan));

  it(
    'keeps what others put there word for word, and those that stay in sync',
    async () => {
      await fc.assert(
        fc.asyncProperty(ownPlan, foreignThings, fc.infiniteStream(fc.boolean()), async (plan, things, chosen) => {
          const world = await inPlace(plan);
          await happen(world, things);
          await pass(world.groups(), { gateway: world.gateway, pauses: [0] });
          const names = membersOf(world).map(({ name }) => name);
          const gone = names.filter((name, index) => index === 0 || (chosen.next().value === true && name !== ''));
          const staying = names.filter((name) => !gone.includes(name));
          const openBefore = (await openFor(world, names)).filter((line) => staying.some((name) => line.startsWith(`${name}:`)));
          const foreign = foreignContent(world.view());
          const watched = recording(world.gateway);

          await retireIn(world, gone, { gateway: watched });
          const again = await retireIn(world, gone, { write: false });

          expect(again.steps).toEqual([]);
          expect(watched.writes().filter(({ operation }) => !allowed.has(operation))).toEqual([]);
          expect(withoutRemoved(foreignContent(world.view()))).toEqual(withoutRemoved(foreign));
          expect((await openFor(world, staying)).filter((line) => !openBefore.includes(line))).toEqual([]);
        }),
        { numRuns: 20 },
      );
    },
    patience,
  );

  it(
    'ends the same, wherever it was killed before',
    async () => {
      const world = await inPlace(funnel);
      const start = world.save();
      await retireIn(world, ['letters-dr']);
      const end = JSON.stringify([...world.view().buckets, ...world.view().keys, ...world.view().roles]);
      for (let at = 1; at < 60; at++)
        for (const effect of [true, false]) {
          world.restore(start);
          const dying = killedAt(world.gateway, at, effect);
          await retireIn(world, ['letters-dr'], { gateway: dying }).catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
          const retirement = await retireIn(world, ['letters-dr']);

          expect(retirement.isDone).toBe(true);
          expect(JSON.stringify([...world.view().buckets, ...world.view().keys, ...world.view().roles])).toBe(end);
          if (!dying.died()) return;
        }
    },
    patience,
  );
});

const withoutRemoved = (content: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(content).filter(([, value]) => JSON.stringify(value) !== '[]'));

describe('lifecycle rules', () => {
  it('lose ours by id, and nothing else', async () => {
    const plan: WorldPlan = {
      ...thePair,
      replications: {
        'orders-dr': { from: 'orders', to: 'orders-dr', more: { lifecycle: { destination: { expireAfterDays: 30 } } } },
      },
    };
    const world = await inPlace(plan);
    const { putLifecycle } = await import('./support/edits.ts');
    const [they] = world.subjects;
    if (!they) throw new Error('nobody is there');
    const ours = world.view().buckets.get('orders-dr')?.lifecycle ?? [];
    await putLifecycle(they, they.destination, ...ours, {
      ID: 'theirs',
      Status: 'Enabled',
      Filter: { Prefix: 'logs/' },
      Expiration: { Days: 1 },
    });

    const retirement = await retireIn(world, ['orders-dr']);

    expect(retirement.isDone).toBe(true);
    expect(
      world
        .view()
        .buckets.get('orders-dr')
        ?.lifecycle?.map(({ ID }) => ID),
    ).toEqual(['theirs']);
  });
});

describe('a bucket policy', () => {
  it('stays with the statements of others, word for word', async () => {
    const world = await inPlace(thePair);
    const [they] = world.subjects;
    if (!they) throw new Error('nobody is there');
    const theirs = {
      ...allow({ AWS: 'arn:aws:iam::222222222222:root' }, 's3:GetObject', 'arn:aws:s3:::orders-dr/*'),
      Sid: 'Readers',
    };
    await editBucketPolicy(they, they.destination, (statements) => [theirs, ...statements]);
    const statementsOf = (at: BuiltWorld) => statementsIn(at.view().buckets.get('orders-dr')?.policy);
    const before = statementsOf(world);

    await retireIn(world, ['orders-dr']);

    expect(statementsOf(world)).toEqual(before.filter(({ Sid }) => Sid === 'Readers'));
  });
});
