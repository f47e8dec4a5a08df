import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmNameOf, alarmsFor } from '../../infra/alarms.ts';
import { configSchema } from '../../infra/config/schema.ts';
import { bucketPolicy } from '../../shared/aspects/bucket-policy.ts';
import { delegation, keyPolicy } from '../../shared/aspects/key-policy.ts';
import type { PolicySetting } from '../../shared/aspects/policy-setting.ts';
import { type ReplicationSetting, replicationConfiguration } from '../../shared/aspects/replication-configuration.ts';
import type { Move, Scene } from '../../shared/gameday/experiment.ts';
import { markOf } from '../../shared/gameday/experiments/deny.ts';
import { experiments } from '../../shared/gameday/experiments.ts';
import type { AwsCall } from '../../shared/model/aws-call.ts';
import type { ResourceRef } from '../../shared/model/finding.ts';
import { mergeStatements, policyOf, type Statement, statementsOf } from '../../shared/policy/statements.ts';
import { aReplication, replications } from '../support/builders.ts';
import { aScene, experiment, mark, now } from './scenes.ts';

const callsOf = (move: Move): readonly AwsCall[] => {
  if ('refused' in move) throw new Error(move.refused);
  return move.calls;
};

const inputOf = (move: Move): Readonly<Record<string, unknown>> =>
  (callsOf(move)[0]?.input ?? {}) as Readonly<Record<string, unknown>>;

const settingOf = (name: string, scene: Scene): ResourceRef => {
  const setting = experiment(name).setting(scene);
  if (setting === undefined) throw new Error(`${name} is not for it`);
  return setting.resource;
};

/** A statement of somebody else: words that must survive. */
const foreign: fc.Arbitrary<Statement> = fc.record({
  Sid: fc.stringMatching(/^Theirs[A-Za-z]{1,8}$/),
  Effect: fc.constantFrom('Allow', 'Deny'),
  Principal: fc.constantFrom<unknown>('*', { AWS: 'arn:aws:iam::999999999999:root' }),
  Action: fc.constantFrom<unknown>('s3:GetObject', ['s3:GetObject', 's3:PutObject']),
  Resource: fc.constantFrom<unknown>('*', 'arn:aws:s3:::orders-dr/theirs/*'),
});

const runs = { numRuns: 40, seed: 6 };

describe('experiments', () => {
  it('have one name each, the first of them the Deny', () => {
    expect(experiments.map(({ name }) => name)).toEqual(['deny', 'rule', 'policy', 'key-policy']);
  });

  it('wait for alarms that there are', () => {
    const config = configSchema.parse({
      ...{ hub: { account: '333333333333', region: 'eu-west-1' }, spokes: [], externalId: 'lockstep-local' },
      names: { buckets: ['*'], keys: ['arn:aws:kms:*:*:key/*'], roles: ['*'] },
    });
    const functions = { route: 'r', admit: 'a', sweep: 's', reconcile: 'c', failures: 'f' };
    const queues = { queue: 'q', deadLetters: 'd', undelivered: 'u', failureLetters: 'f', functions };
    const names = alarmsFor(config, queues as never).map(alarmNameOf);
    const awaited = experiments.flatMap((one) => one.alarm(aScene()) ?? []);

    expect(awaited.length).toBeGreaterThan(0);
    expect(awaited.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each([
    { name: 'deny', of: {}, ending: 'blocked', because: 'a Deny of others is not Lockstep’s to remove' },
    { name: 'deny', of: { exclusive: true }, ending: 'repaired', because: 'an exclusive document wants no policies of others' },
    { name: 'rule', of: {}, ending: 'repaired', because: 'the rule is Lockstep’s own' },
    { name: 'policy', of: {}, ending: 'repaired', because: 'the grants are Lockstep’s own' },
    { name: 'key-policy', of: {}, ending: 'repaired', because: 'the grants are Lockstep’s own' },
  ] as const)('$name ends $ending with $of, because $because', ({ name, of, ending }) => {
    expect(experiment(name).ending(aScene(aReplication(of)))).toBe(ending);
  });

  it.each(['policy', 'key-policy'])('%s is not for a destination that its owner keeps to himself', (name) => {
    expect(experiment(name).setting(aScene(aReplication({ destination: { managed: false } })))).toBeUndefined();
  });
});

describe('the Deny', () => {
  const deny = experiment('deny');

  it('stops writing into one bucket by one role, and only until some time after the run', () => {
    const { RoleName, PolicyName, PolicyDocument } = inputOf(deny.damage(aScene(), undefined, markOf(now, 15)));

    expect([RoleName, PolicyName]).toEqual(['lockstep-orders', 'lockstep-gameday']);
    expect(statementsOf(JSON.parse(String(PolicyDocument)))).toEqual([
      {
        Sid: 'LockstepGameday20260301T120000Z',
        Effect: 'Deny',
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
        Resource: 'arn:aws:s3:::orders-dr/*',
        Condition: { DateLessThan: { 'aws:CurrentTime': '2026-03-01T12:30:00Z' } },
      },
    ]);
  });

  it('is taken away, whichever run it is of, and nothing of others is', () => {
    const ours = policyOf([{ Sid: 'LockstepGameday20250101T000000Z', Effect: 'Deny' }]);
    const mixed = policyOf([{ Sid: 'LockstepGameday20250101T000000Z' }, { Sid: 'Theirs' }]);

    expect(callsOf(deny.undo(aScene(), ours)).map(({ operation }) => operation)).toEqual(['iam:DeleteRolePolicy']);
    expect(callsOf(deny.undo(aScene(), undefined))).toEqual([]);
    expect(deny.undo(aScene(), mixed)).toMatchObject({ refused: expect.stringContaining('no game day wrote') });
    expect(deny.undo(aScene(), policyOf([]))).toMatchObject({ refused: expect.any(String) });
  });

  it('is not put over one that is there', () => {
    expect(deny.damage(aScene(), policyOf([]), mark)).toMatchObject({ refused: expect.stringContaining('already') });
  });
});

describe('the rule', () => {
  const rule = experiment('rule');
  const scene = aScene();
  const on = settingOf('rule', scene);
  const healthy = replicationConfiguration.desired([scene.replication], on);
  const theirs = { ID: 'theirs', Priority: 90, Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::theirs' } } as const;
  const observed: ReplicationSetting = { Role: healthy.Role ?? '', Rules: [theirs, ...healthy.Rules] };
  const written = (move: Move) => (inputOf(move).ReplicationConfiguration ?? observed) as ReplicationSetting;

  it('is disabled and enabled again, with rules of others as they were', () => {
    const broken = written(rule.damage(scene, observed, mark));
    const mended = written(rule.undo(scene, broken));

    expect(broken.Rules.map(({ Status }) => Status)).toEqual(['Enabled', 'Disabled']);
    expect(mended).toEqual({ Role: observed.Role, Rules: observed.Rules });
    expect(callsOf(rule.undo(scene, mended))).toEqual([]);
  });

  it('is left disabled where the document wants it so', () => {
    const off = aScene(aReplication({ rules: [{ status: 'Disabled' }] }));
    const setting = replicationConfiguration.desired([off.replication], on);

    expect(rule.damage(off, setting, mark)).toMatchObject({ refused: expect.stringContaining('nothing to disable') });
    expect(callsOf(rule.undo(off, setting))).toEqual([]);
  });
});

describe.each([
  { name: 'policy', aspect: bucketPolicy },
  { name: 'key-policy', aspect: keyPolicy },
])('grants that $name takes away', ({ name, aspect }) => {
  const grants = experiment(name);
  const documentIn = (move: Move) => {
    const { Policy } = inputOf(move);
    return Policy === undefined ? undefined : JSON.parse(String(Policy));
  };
  const theirsIn = (setting: PolicySetting | undefined) =>
    statementsOf(setting?.document).filter(({ Sid }) => Sid?.startsWith('Theirs'));

  it('are put back, and statements of others survive both, word for word', () => {
    fc.assert(
      fc.property(fc.uniqueArray(foreign, { maxLength: 4, selector: ({ Sid }) => Sid }), (statements) => {
        const scene = aScene();
        const on = settingOf(name, scene);
        const desired = aspect.desired([scene.replication], on);
        const observed = { document: mergeStatements(desired.document, policyOf(statements), { ownSids: new Set() }) };

        const document = documentIn(grants.damage(scene, observed, mark));
        const broken = document && { document };
        const mended = { document: documentIn(grants.undo(scene, broken)) };

        expect(aspect.diff(desired, broken, on).length).toBeGreaterThan(0);
        expect(aspect.diff(desired, mended, on)).toEqual([]);
        expect([theirsIn(broken), theirsIn(mended)]).toEqual([statements, statements]);
        expect(callsOf(grants.undo(scene, mended))).toEqual([]);
      }),
      runs,
    );
  });

  it('are those of this replication: another one keeps its own', () => {
    const [mine, other] = replications({ 'orders-dr': {}, 'letters-dr': { source: { bucket: 'letters' } } });
    if (mine === undefined || other === undefined) throw new Error('two replications');
    const scene = aScene(mine, [other]);
    const on = settingOf(name, scene);
    const document = documentIn(grants.damage(scene, aspect.desired([mine, other], on), mark));

    expect(aspect.diff(aspect.desired([other], on), { document }, on)).toEqual([]);
    expect(aspect.diff(aspect.desired([mine], on), { document }, on).length).toBeGreaterThan(0);
  });

  it('are not looked for in a policy that has none of them', () => {
    const document = policyOf([{ Sid: 'Theirs', Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }]);

    expect(grants.damage(aScene(), { document }, mark)).toMatchObject({ refused: expect.any(String) });
    expect(grants.damage(aScene(), undefined, mark)).toMatchObject({ refused: expect.any(String) });
  });
});

describe('the key', () => {
  it('stays in the hands of its account, and of KMS’s lockout check', () => {
    const scene = aScene();
    const on = settingOf('key-policy', scene);
    const input = inputOf(experiment('key-policy').damage(scene, keyPolicy.desired([scene.replication], on), mark));

    expect(statementsOf(JSON.parse(String(input.Policy))).map(({ Sid }) => Sid)).toContain(delegation);
    expect(input).not.toHaveProperty('BypassPolicyLockoutSafetyCheck');
  });
});
