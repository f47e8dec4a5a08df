import { describe, expect, it } from 'vitest';
import { aspects } from '../../shared/aspects/index.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { observe } from '../../shared/stages/observe.ts';
import { targetKey, targetsOf } from '../../shared/stages/targets.ts';
import { aGroup, aReplication, replications } from '../support/builders.ts';

function answering(answer: (call: AwsCall) => object | string): AwsGateway & { readonly sent: AwsCall[] } {
  const sent: AwsCall[] = [];
  return {
    sent,
    send: async (call) => {
      sent.push(call as AwsCall);
      const given = answer(call as AwsCall);
      if (typeof given !== 'string') return { ok: true, output: given as never };
      return { ok: false, error: { code: given, message: given, caller: 'lockstep-observer' } };
    },
  };
}

const group = aGroup([aReplication()]);
const targets = targetsOf(group, aspects);

async function sightOf(name: string, answer: (call: AwsCall) => object | string) {
  const target = targets.find(({ aspect }) => aspect.name === name);
  return (await observe(targets, answering(answer))).get(target?.key ?? '');
}

describe('observing', () => {
  it.each([
    { aspect: 'bucket-policy', code: 'NoSuchBucketPolicy', status: 'absent' },
    { aspect: 'bucket-policy', code: 'NoSuchBucket', status: 'gone' },
    { aspect: 'bucket-policy', code: 'AccessDenied', status: 'unreadable' },
    { aspect: 'bucket-policy', code: 'PermanentRedirect', status: 'unreadable' },
    { aspect: 'bucket-policy', code: 'NoSuchEntity', status: 'unreadable' },
    { aspect: 'replication-configuration', code: 'ReplicationConfigurationNotFoundError', status: 'absent' },
    { aspect: 'bucket-encryption', code: 'ServerSideEncryptionConfigurationNotFoundError', status: 'absent' },
    { aspect: 'object-lock', code: 'ObjectLockConfigurationNotFoundError', status: 'absent' },
    { aspect: 'role-trust', code: 'NoSuchEntity', status: 'absent' },
    { aspect: 'role-policy', code: 'NoSuchEntityException', status: 'absent' },
    { aspect: 'role-trust', code: 'ThrottlingException', status: 'unreadable' },
    { aspect: 'key-state', code: 'NotFoundException', status: 'gone' },
    { aspect: 'key-policy', code: 'AccessDeniedException', status: 'unreadable' },
    { aspect: 'key-policy', code: 'SpokeNotAssumable', status: 'unreadable' },
    { aspect: 'bucket-versioning', code: 'TimeoutError', status: 'unreadable' },
  ])('takes $code as $status for $aspect', async ({ aspect, code, status }) => {
    expect(await sightOf(aspect, () => code)).toMatchObject({ status });
  });

  it('takes what it cannot understand as unreadable', async () => {
    expect(await sightOf('bucket-policy', () => ({ Policy: '{"Statement": [' }))).toMatchObject({
      status: 'unreadable',
      reason: expect.stringContaining('could not be understood'),
    });
  });

  it('guards every call on a bucket with the account that should own it', async () => {
    const aws = answering(() => 'AccessDenied');

    await observe(targets, aws);

    const onBuckets = aws.sent.filter(({ operation }) => operation.startsWith('s3:'));
    expect(onBuckets.length).toBeGreaterThan(0);
    for (const { input, account } of onBuckets) expect(input).toMatchObject({ ExpectedBucketOwner: account });
  });

  it('reads what replications share once', async () => {
    const many = aGroup(replications({ bills: { source: { bucket: 'bills' } }, orders: {} }));
    const aws = answering(() => 'AccessDenied');

    await observe(targetsOf(many, aspects), aws);

    const calls = aws.sent.map((call) => JSON.stringify(call));
    expect(new Set(calls).size).toBe(calls.length);
    expect(calls.filter((call) => call.includes('s3:GetBucketPolicy') && call.includes('orders-dr'))).toHaveLength(1);
  });

  it('does not take a boundary for missing when the role could not be read', async () => {
    const role = targets.find(({ aspect }) => aspect.name === 'role-other-policies');
    const aws = answering(({ operation }) =>
      operation === 'iam:GetRole' ? 'AccessDenied' : { PolicyNames: [], AttachedPolicies: [] },
    );

    const seen = await observe(targets, aws);

    expect(seen.get(targetKey('role-other-policies', role?.on as NonNullable<typeof role>['on']))).toMatchObject({
      status: 'unreadable',
    });
  });

  it('tells how far it has come', async () => {
    const told: number[] = [];

    await observe(
      targets,
      answering(() => 'AccessDenied'),
      (done) => told.push(done),
    );

    expect(told).toEqual(targets.map((_, index) => index + 1));
  });
});
