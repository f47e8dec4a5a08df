import { describe, expect, it } from 'vitest';
import { keyPolicy } from '../../shared/aspects/key-policy.ts';
import { keyState } from '../../shared/aspects/key-state.ts';
import { statementsOf } from '../../shared/policy/statements.ts';
import { aReplication, destinationKey, replications, roleArn, sourceKey } from '../support/builders.ts';
import { settingOf } from './setting.ts';

describe('the state of a key', () => {
  const setting = settingOf(keyState, [aReplication()], '111111111111');
  const blocker = (observed: Parameters<typeof setting.diff>[0]) =>
    keyState.blockedBy?.(setting.desired, observed, setting.on)?.reason;

  it.each([
    { state: 'Enabled', operations: [], paths: [] },
    { state: 'Disabled', operations: ['kms:EnableKey'], paths: ['KeyState'] },
    { state: 'PendingDeletion', operations: ['kms:CancelKeyDeletion', 'kms:EnableKey'], paths: ['KeyState'] },
  ])('is brought back from $state by $operations', ({ state, operations, paths }) => {
    expect(setting.paths({ state })).toEqual(paths);
    expect(blocker({ state })).toBeUndefined();
    if (paths.length > 0) expect(setting.calls({ state }).map(({ operation }) => operation)).toEqual(operations);
  });

  it.each(['PendingImport', 'Unavailable', 'Updating', 'Creating', 'PendingReplicaDeletion'])(
    'needs a person when it is %s',
    (state) => {
      expect(blocker({ state })).toContain(state);
    },
  );

  it.each([
    { name: 'an AWS managed key', observed: { state: 'Enabled', manager: 'AWS' }, reason: 'AWS managed key' },
    { name: 'a signing key', observed: { state: 'Enabled', usage: 'SIGN_VERIFY' }, reason: 'no symmetric' },
    { name: 'an asymmetric key', observed: { state: 'Enabled', spec: 'RSA_2048' }, reason: 'no symmetric' },
  ])('cannot make $name fit', ({ observed, reason }) => {
    expect(blocker(observed)).toContain(reason);
  });

  it('is only reported where the document says so', () => {
    const careful = settingOf(keyState, [aReplication({ keyState: 'report' })], '111111111111');

    expect(careful.paths({ state: 'Disabled' })).toEqual(['KeyState']);
    expect(careful.calls({ state: 'Disabled' })).toEqual([]);
  });
});

describe('the key policy', () => {
  const statements = (side: string, given = [aReplication()]) => statementsOf(settingOf(keyPolicy, given, side).desired.document);
  const root = (account: string) => ({
    Sid: 'LockstepAccountAdmin',
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam::${account}:root`] },
    Action: 'kms:*',
    Resource: '*',
  });

  it('lets the role decrypt at the source', () => {
    expect(statements('111111111111')).toEqual([
      { Sid: 'LockstepSourceKey', Effect: 'Allow', Principal: { AWS: [roleArn] }, Action: ['kms:Decrypt'], Resource: '*' },
      root('111111111111'),
    ]);
  });

  it('lets the role encrypt at the destination, and verify Bucket Keys', () => {
    expect(statements('222222222222')[0]).toEqual({
      Sid: 'LockstepReplicationKey',
      Effect: 'Allow',
      Principal: { AWS: [roleArn] },
      Action: ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: '*',
    });
  });

  it('leaves the delegation out where the document says so', () => {
    expect(statements('111111111111', [aReplication({ source: { accountAdmin: false } })]).map(({ Sid }) => Sid)).toEqual([
      'LockstepSourceKey',
    ]);
  });

  it('takes AWS’s own default statement for the delegation', () => {
    const setting = settingOf(keyPolicy, [aReplication()], '111111111111');
    const Default = {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: '111111111111' },
      Action: 'kms:*',
      Resource: '*',
    };
    const [ours] = statements('111111111111');

    expect(setting.paths({ document: { Statement: [Default, ours as NonNullable<typeof ours>] } })).toEqual([]);
  });

  it('names every role that works under the key once, in order', () => {
    const given = replications({
      orders: {},
      bills: { source: { bucket: 'bills' } },
      more: { destination: { bucket: 'more-dr' } },
    });

    expect(statements('222222222222', [...given])[0]?.Principal).toEqual({
      AWS: ['arn:aws:iam::111111111111:role/lockstep-bills', roleArn],
    });
  });

  it('gives both grants where one key serves both ends', () => {
    const place = { account: '111111111111', region: 'eu-west-1', key: sourceKey };

    expect(statements('111111111111', [aReplication({ destination: place })]).map(({ Sid }) => Sid)).toEqual([
      'LockstepSourceKey',
      'LockstepReplicationKey',
      'LockstepAccountAdmin',
    ]);
  });

  it('covers further keys of the source', () => {
    const further = 'arn:aws:kms:eu-west-1:111111111111:key/44444444-aaaa-4aaa-8aaa-444444444444';

    expect(statements(further, [aReplication({ source: { keys: [further] } })]).map(({ Sid }) => Sid)).toEqual([
      'LockstepSourceKey',
      'LockstepAccountAdmin',
    ]);
  });

  it('is not touched at a destination that is not ours', () => {
    expect(keyPolicy.resources(aReplication({ destination: { managed: false } })).map(({ arn }) => arn)).toEqual([sourceKey]);
  });

  it('never bypasses the lockout check', () => {
    const [input] = settingOf(keyPolicy, [aReplication()], destinationKey).inputs(undefined);

    expect(Object.keys(input as object).sort()).toEqual(['KeyId', 'Policy', 'PolicyName']);
  });

  it.each([
    { principals: 100, told: undefined },
    { principals: 800, told: 'KMS accepts 32768' },
  ])('says so when $principals principals do not fit', ({ principals, told }) => {
    const AWS = Array.from({ length: principals }, (_, at) => `arn:aws:iam::111111111111:role/lockstep-${at}`);
    const refused = keyPolicy.refuse?.({ document: { Statement: { Effect: 'Allow', Principal: { AWS } } } });

    expect(refused?.split('; ')[1]).toBe(told);
  });
});
