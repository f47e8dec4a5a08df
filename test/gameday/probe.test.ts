import { describe, expect, it } from 'vitest';
import { putProbe, removeProbe } from '../../shared/gameday/probe.ts';
import type { AwsCall, AwsGateway } from '../../shared/model/aws-call.ts';
import { aReplication } from '../support/builders.ts';

function aws(answers: Readonly<Record<string, unknown>>) {
  const sent: AwsCall[] = [];
  const send: AwsGateway['send'] = async (call) => {
    sent.push(call as AwsCall);
    const output = answers[call.operation];
    if (typeof output === 'string') return { ok: false, error: { code: output, message: output, caller: 'jane' } };
    return { ok: true, output: (output ?? {}) as never };
  };
  return { sent, send };
}

const version = { key: 'lockstep-gameday/1', version: 'v1' };

describe('a probe', () => {
  it('is written where the first enabled rule applies', async () => {
    const rules = [
      { id: 'off', status: 'Disabled', prefix: 'cold/' },
      { id: 'on', prefix: 'hot/', tags: { team: 'a & b', tier: '1' } },
    ];
    const gateway = aws({ 's3:PutObject': { VersionId: 'v1' } });

    expect(await putProbe(aReplication({ rules }), '1', gateway)).toEqual({ key: 'hot/lockstep-gameday/1', version: 'v1' });
    expect(gateway.sent[0]).toMatchObject({
      ...{ account: '111111111111', region: 'eu-west-1' },
      input: { Bucket: 'orders', ExpectedBucketOwner: '111111111111', Tagging: 'team=a+%26+b&tier=1' },
    });
  });

  it('without a version is none: it could not be deleted alone', async () => {
    expect(await putProbe(aReplication(), '1', aws({ 's3:PutObject': {} }))).toContain('no version');
  });

  it.each([
    { status: 'COMPLETED', buckets: ['orders', 'orders-dr'] },
    { status: 'PENDING', buckets: ['orders', 'orders-dr'] },
    { status: 'FAILED', buckets: ['orders'] },
  ])('is deleted version by version in $buckets when it is $status', async ({ status, buckets }) => {
    const gateway = aws({ 's3:HeadObject': { ReplicationStatus: status } });

    expect(await removeProbe(aReplication(), version, gateway)).toEqual([]);
    const deletions = gateway.sent.filter(({ operation }) => operation === 's3:DeleteObject').map(({ input }) => input);
    expect(deletions.map((input) => (input as { Bucket: string }).Bucket)).toEqual(buckets);
    for (const input of deletions)
      expect(input).toMatchObject({ VersionId: 'v1', ExpectedBucketOwner: expect.stringMatching(/^\d{12}$/) });
  });

  it('that is gone already is no trouble; one that must stay is told', async () => {
    expect(await removeProbe(aReplication(), version, aws({ 's3:DeleteObject': 'NoSuchVersion' }))).toEqual([]);
    expect(await removeProbe(aReplication(), version, aws({ 's3:DeleteObject': 'AccessDenied' }))).toEqual([
      expect.stringContaining('lockstep-gameday/1 (version v1) stays in orders.'),
      expect.stringContaining('lockstep-gameday/1 (version v1) stays in orders-dr.'),
    ]);
  });
});
