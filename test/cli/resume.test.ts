import { describe, expect, it } from 'vitest';
import type { ContestRecord } from '../../shared/controller/ledger.ts';
import { aReplication } from '../support/builders.ts';
import { lockstep } from './support/command-line.ts';
import { aController, adopt, aHub, aStatus, jane } from './support/controlled.ts';

const queue = 'https://sqs.eu-west-1.amazonaws.com/333333333333/lockstep.fifo';
const aContest = (more: Partial<ContestRecord> = {}): ContestRecord => ({
  group: 'letters-dr',
  setting: 'bucket-versioning arn:aws:s3:::orders',
  repairs: [],
  holds: 1,
  heldUntil: '2030-01-01T01:00:00Z',
  rivals: [],
  digest: 'x',
  ...more,
});

/** Two that share a group, by their destination. */
async function aFleet(env: Readonly<Record<string, string>> = { LOCKSTEP_QUEUE_URL: queue }) {
  const controller = aController();
  const { ledger } = controller;
  await adopt(ledger, [aReplication(), aReplication({ source: { bucket: 'letters' } }, 'letters-dr')]);
  await ledger.putPause({ replication: 'orders-dr', until: '2030-01-01T04:00:00Z', reason: 'moving keys', by: 'bob' });
  await ledger.putPause({ replication: 'letters-dr', until: '2030-01-01T04:00:00Z', reason: 'moving keys', by: 'bob' });
  await ledger.putContests([aContest(), aContest({ setting: 'bucket-versioning arn:aws:s3:::letters' })]);
  const hub = aHub({ '/lockstep/freeze': 'change freeze' });
  return {
    ...controller,
    hub,
    resume: (...argv: string[]) => lockstep(['resume', ...argv], { core: controller.core, hub, env }),
  };
}

describe('lockstep resume', () => {
  it('ends the pause and the holds of what is named, and nothing else', async () => {
    const { ledger, resume } = await aFleet();

    const { code, stdout } = await resume('orders-dr');

    expect(code).toBe(0);
    expect(stdout).toContain('orders-dr: ended the pause and 1 contested hold.');
    expect((await ledger.pauses()).map(({ replication }) => replication)).toEqual(['letters-dr']);
    expect((await ledger.contests()).map(({ setting }) => setting)).toEqual(['bucket-versioning arn:aws:s3:::letters']);
  });

  it('asks for one pass of each group, each time anew', async () => {
    const { sent, opened, resume } = await aFleet();
    await resume('orders-dr', 'letters-dr');

    expect(opened.url).toBe(queue);
    expect(sent.map(({ message }) => message)).toEqual([
      { version: 1, group: 'letters-dr', trigger: { kind: 'request', reason: 'person', by: jane } },
    ]);
  });

  it('says who looks next when no queue is known', async () => {
    const { sent, resume } = await aFleet({});

    const { code, stdout } = await resume('orders-dr');

    expect({ code, sent }).toEqual({ code: 0, sent: [] });
    expect(stdout).toContain('the next sweep looks, within the hour');
  });

  it('says what still holds it back', async () => {
    const { ledger, resume } = await aFleet();
    await adopt(ledger, [aReplication({ mode: 'observe' })]);

    expect((await resume('orders-dr')).stdout).toContain('It is still not repaired: its document says `mode: observe`.');
  });

  it('ends the freeze and the stop of the whole fleet, and has looked at what is not proven', async () => {
    const { ledger, hub, sent, resume } = await aFleet();
    await ledger.putBudget({ sweep: 's', since: '2029-12-31T21:10:00Z', drifted: 120, of: 300 });
    await ledger.putStatuses([
      aStatus({ group: 'letters-dr' }),
      aStatus({ replication: 'letters-dr', group: 'letters-dr', verdict: 'drifted' }),
    ]);

    const { code, stdout } = await resume('--all');

    expect(code).toBe(0);
    expect(stdout).toContain('Ended the freeze and the stop for too much drift.');
    expect([...hub.store]).toEqual([]);
    expect((await ledger.fleet()).budget).toBeUndefined();
    expect(sent.map(({ message }) => message.group)).toEqual(['letters-dr']);
    expect(await ledger.pauses()).toHaveLength(2);
  });

  it('may be said twice', async () => {
    const { resume } = await aFleet();
    await resume('--all');

    expect(await resume('--all', '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('"wasFrozen": false') });
    await resume('orders-dr');
    expect((await resume('orders-dr')).stdout).toContain('was neither paused nor contested');
  });
});
