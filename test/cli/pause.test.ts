import { describe, expect, it } from 'vitest';
import { aReplication } from '../support/builders.ts';
import { lockstep } from './support/command-line.ts';
import { aController, adopt, aHub, jane } from './support/controlled.ts';

async function aFleet() {
  const controller = aController();
  await adopt(controller.ledger, [aReplication(), aReplication({ source: { bucket: 'letters' } }, 'letters-dr')]);
  const hub = aHub();
  return { ...controller, hub, pause: (...argv: string[]) => lockstep(['pause', ...argv], { core: controller.core, hub }) };
}

describe('lockstep pause', () => {
  it.each([
    { end: ['--for', '4h'], until: '2030-01-01T04:00:00.000Z' },
    { end: ['--for', '30min'], until: '2030-01-01T00:30:00.000Z' },
    { end: ['--for', '1d12h'], until: '2030-01-02T12:00:00.000Z' },
    { end: ['--until', '2030-02-01T18:00:00+02:00'], until: '2030-02-01T16:00:00.000Z' },
    { end: ['--until', '2030-02-01'], until: '2030-02-01T00:00:00.000Z' },
  ])('keeps until when, why and who: $end', async ({ end, until }) => {
    const { ledger, pause } = await aFleet();

    const { code, stdout } = await pause('orders-dr', ...end, '--reason', 'moving keys');

    expect(code).toBe(0);
    expect(stdout).toContain('orders-dr is not repaired until');
    expect(await ledger.pauses()).toEqual([{ replication: 'orders-dr', until, reason: 'moving keys', by: jane }]);
  });

  it.each([
    { argv: ['orders-dr', '--reason', 'x'], says: 'Say when the pause ends' },
    { argv: ['orders-dr', '--reason', 'x', '--for', '4h', '--until', '2030-02-01'], says: 'Say when the pause ends' },
    { argv: ['orders-dr', '--for', '4h'], says: 'Say why' },
    { argv: ['orders-dr', '--for', '4h', '--reason', '  '], says: 'Say why' },
    { argv: ['orders-dr', '--for', 'soon', '--reason', 'x'], says: '--for takes a duration' },
    { argv: ['orders-dr', '--for', '0h', '--reason', 'x'], says: '--for takes a duration' },
    { argv: ['orders-dr', '--for', '4h!', '--reason', 'x'], says: '--for takes a duration' },
    { argv: ['orders-dr', '--until', 'tomorrow', '--reason', 'x'], says: '--until takes an instant' },
    { argv: ['orders-dr', '--until', '2029-12-31T23:00:00Z', '--reason', 'x'], says: 'would be over already' },
    { argv: ['--for', '4h', '--reason', 'x'], says: 'Name a replication' },
    { argv: ['orders-dr', '--all', '--for', '4h', '--reason', 'x'], says: '--all is for the whole fleet' },
    { argv: ['orders-dr', 'bills-dr', '--for', '4h', '--reason', 'x'], says: 'knows no replication "bills-dr"' },
  ])('pauses nothing with $argv', async ({ argv, says }) => {
    const { ledger, hub, pause } = await aFleet();

    expect(await pause(...argv)).toMatchObject({ code: 1, stderr: expect.stringContaining(says) });
    expect(await ledger.pauses()).toEqual([]);
    expect([...hub.store]).toEqual([]);
  });

  it('freezes the whole fleet by a parameter that the functions read', async () => {
    const { ledger, hub, pause } = await aFleet();

    const { code, stdout } = await pause('--all', '--for', '4h', '--reason', 'change freeze', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'pause', all: true, parameter: '/lockstep/freeze' });
    expect(JSON.parse(hub.store.get('/lockstep/freeze') ?? '')).toEqual({
      until: '2030-01-01T04:00:00.000Z',
      reason: 'change freeze',
      by: jane,
    });
    expect(await ledger.pauses()).toEqual([]);
  });
});
