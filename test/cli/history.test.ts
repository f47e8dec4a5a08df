import { describe, expect, it } from 'vitest';
import type { RepairRecord } from '../../shared/controller/ledger.ts';
import { aReplication } from '../support/builders.ts';
import { lockstep } from './support/command-line.ts';
import { aController, adopt } from './support/controlled.ts';
import { destinationBucket } from './support/fixtures.ts';

const aRepair = (more: Partial<RepairRecord> = {}): RepairRecord => ({
  id: '2029-12-31T10:00:12Z-1',
  group: 'orders-dr',
  aspect: 'bucket-versioning',
  resource: destinationBucket,
  replications: ['orders-dr'],
  differences: [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }],
  change: {
    call: 'c',
    eventId: '11111111-2222-4333-8444-555555555555',
    eventName: 'PutBucketVersioning',
    time: '2029-12-31T10:00:00Z',
    account: '222222222222',
    region: 'eu-central-1',
    actor: {
      kind: 'identity-centre-user',
      principal: 'arn:aws:iam::222222222222:role/aws-reserved/Admin',
      session: 'jane@example.com',
    },
  },
  driftedAt: '2029-12-31T10:00:00Z',
  startedAt: '2029-12-31T10:00:10Z',
  endedAt: '2029-12-31T10:00:12Z',
  outcome: 'repaired',
  ...more,
});

async function aPast() {
  const { ledger, core } = aController();
  await adopt(ledger, [aReplication()]);
  const later = { id: '2029-12-31T11:00:00Z-1', startedAt: '2029-12-31T11:00:00Z' };
  const repairs = [
    aRepair(),
    aRepair({ ...later, change: undefined, endedAt: undefined, outcome: 'failed', detail: 'AccessDenied' }),
  ];
  await ledger.startRepairs(
    'orders-dr',
    repairs.map((repair) => ({ ...repair, outcome: 'started' })),
  );
  await ledger.endRepairs('orders-dr', repairs);
  await ledger.putOutage({
    replication: 'orders-dr',
    startedAt: '2029-12-31T10:00:00Z',
    endedAt: '2029-12-31T10:30:00Z',
    reasons: ['bucket versioning drifted'],
    window: { from: '2029-12-31T09:00:00Z', to: '2029-12-31T10:30:00Z' },
  });
  return { ledger, history: (...argv: string[]) => lockstep(['history', ...argv], { core }) };
}

describe('lockstep history', () => {
  it('tells each repair with before, after, who and how it ended, the newest first', async () => {
    const { history } = await aPast();

    const { code, stdout } = await history('orders-dr');

    expect(code).toBe(0);
    expect(stdout.indexOf('2029-12-31 11:00:00 UTC  ✗ failed')).toBeGreaterThan(0);
    expect(stdout.indexOf('2029-12-31 11:00:00 UTC  ✗ failed')).toBeLessThan(
      stdout.indexOf('2029-12-31 10:00:10 UTC  ✓ repaired'),
    );
    expect(stdout).toContain('    Status: Suspended -> Enabled');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'jane@example.com (IAM Identity Center, arn:aws:iam::222222222222:role/aws-reserved/Admin)',
    );
    expect(stdout).toContain('PutBucketVersioning in account 222222222222, eu-central-1, 2029-12-31 10:00:00 UTC');
    expect(stdout).toContain('wrong       12 s, from 2029-12-31 10:00:00 UTC');
    expect(stdout).toContain('detail      AccessDenied');
  });

  it('tells what S3 did not replicate while that lasts', async () => {
    const { ledger, history } = await aPast();
    const times = { since: '2029-12-31T23:00:00Z', last: '2029-12-31T23:50:00Z', from: '2029-12-31T22:59:00Z' };
    await ledger.addFailures([{ ...times, replication: 'orders-dr', outage: times.since, counts: { Odd: 2 } }]);

    expect((await history('orders-dr')).stdout).toMatch(/Failing now\n\nS3 did not replicate 2 objects/);
    expect(JSON.parse((await history('orders-dr', '--json')).stdout)).toMatchObject({ failures: { counts: { Odd: 2 } } });
  });

  it('tells each outage with the time in which objects may have stayed behind', async () => {
    const { history } = await aPast();

    const text = (await history('orders-dr')).stdout.replace(/\s+/g, ' ');

    expect(text).toContain('2029-12-31 10:00:00 UTC until 2029-12-31 10:30:00 UTC (30 min) bucket versioning drifted');
    expect(text).toContain('objects written from 2029-12-31 09:00:00 UTC until 2029-12-31 10:30:00 UTC may be missing');
  });

  it('stops at the limit', async () => {
    const { history } = await aPast();

    const { stdout } = await history('orders-dr', '--limit', '1', '--json');

    expect(JSON.parse(stdout)).toMatchObject({ version: 1, command: 'history', repairs: [{ outcome: 'failed' }] });
    expect(await history('orders-dr', '--limit', '0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('from 1 to 1000'),
    });
  });

  it('still tells the past of one that was retired, and refuses a name nobody knows', async () => {
    const { ledger, history } = await aPast();
    await ledger.changeFleet({
      ...{ replications: [], groups: [], index: new Map(), removedIndex: [] },
      removedReplications: ['orders-dr'],
      removedGroups: ['orders-dr'],
    });

    expect(await history('orders-dr')).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ repaired') });
    expect(await history('letters-dr')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('knows no replication "letters-dr"'),
    });
  });
});
