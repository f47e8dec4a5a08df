import { describe, expect, it } from 'vitest';
import { aReplication } from '../support/builders.ts';
import { lockstep } from './support/command-line.ts';
import { aController, adopt, aHub, aStatus, refusingLedger } from './support/controlled.ts';

const document = '/lockstep/desired-state/orders';
const blocker = { reason: 'a Deny in the bucket policy forbids it', remedy: 'Ask its owner to except the role.' };

async function aFleet() {
  const controller = aController();
  await adopt(controller.ledger, [aReplication(), aReplication({ source: { bucket: 'letters' } }, 'letters-dr')]);
  await controller.ledger.putStatuses([aStatus(), aStatus({ replication: 'letters-dr', group: 'letters-dr' })]);
  await controller.ledger.putSweep({ id: 's', startedAt: '2029-12-31T23:30:00Z' });
  return { ...controller, status: (...argv: string[]) => lockstep(['status', ...argv], { core: controller.core, hub: aHub() }) };
}

describe('lockstep status', () => {
  it('shows every replication with its verdict, since when, and the last proof, and ends with 0', async () => {
    const { status } = await aFleet();

    const { code, stdout } = await status();

    expect(code).toBe(0);
    expect(stdout).toMatch(/^NAME +VERDICT +FOR +PROVEN +MODE +GROUP +OUTAGE$/m);
    expect(stdout).toMatch(/^orders-dr +proven +3 d +12 min ago +repair +letters-dr +-$/m);
    expect(stdout).toMatch(/^sweep +the last one began 30 min ago$/m);
    expect(stdout).toContain('2 replications: 2 proven.');
  });

  it.each([
    { verdict: 'drifted', because: 'something is wrong' },
    { verdict: 'blocked', because: 'somebody else must act' },
    { verdict: 'unproven', because: 'nobody knows' },
    { verdict: 'contested', because: 'repairs do not last' },
    { verdict: 'unreadable', because: 'nothing can be told' },
  ] as const)('ends with 2 when one is $verdict, because $because', async ({ verdict }) => {
    const { ledger, status } = await aFleet();
    await ledger.putStatuses([
      aStatus({ verdict, troubles: ['versioning is suspended'], blockers: [blocker], outage: '2029-12-31T22:00:00Z' }),
    ]);

    const { code, stdout } = await status('orders-dr');

    expect(code).toBe(2);
    expect(stdout).toMatch(new RegExp(`^orders-dr +${verdict} .* 2 h$`, 'm'));
    expect(stdout).toContain('  versioning is suspended');
    expect(stdout).toContain('  a Deny in the bucket policy forbids it');
    expect(stdout).toContain('Ask its owner to except the role.');
  });

  it('says what does not move though it is proven, and ends with 2', async () => {
    const { ledger, status } = await aFleet();
    const stalls = [{ replication: 'orders-dr', rule: 'all', pending: 12, waitedSeconds: 12_000 }];
    const flow = { judgedAt: '2029-12-31T23:30:00Z', since: '2029-12-31T20:30:00Z' };
    await ledger.putFlows([
      { ...flow, replication: 'orders-dr', flow: 'stalled', stalls },
      { ...flow, replication: 'letters-dr', flow: 'moving', stalls: [] },
    ]);

    const { code, stdout } = await status('orders-dr');
    const json = JSON.parse((await status('--json')).stdout);
    await ledger.putStatuses([aStatus({ verdict: 'drifted' })]);
    const drifted = await status('orders-dr');

    expect(code).toBe(2);
    expect(stdout).toMatch(/^orders-dr +proven/m);
    expect(stdout).toMatch(/^ {2}stalled +orders-dr, rule all: 12 operations pending, the oldest for 3 h 20 min$/m);
    expect(json.replications.map(({ stalled }: { stalled?: object }) => stalled)).toEqual([undefined, { ...flow, stalls }]);
    expect(drifted.stdout).not.toContain('stalled');
  });

  it('says what S3 did not replicate, and ends with 2', async () => {
    const { ledger, status } = await aFleet();
    const times = { since: '2029-12-31T23:00:00Z', last: '2029-12-31T23:50:00Z', from: '2029-12-31T22:59:00Z' };
    const counts = { DstBucketUnversioned: 1, DstPutObjectNotPermitted: 11 };
    await ledger.addFailures([{ ...times, replication: 'orders-dr', outage: times.since, counts }]);

    const { code, stdout } = await status('orders-dr');
    const json = JSON.parse((await status('orders-dr', '--json')).stdout);

    expect(code).toBe(2);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /failing S3 did not replicate 12 objects, from .* until .*: 11 DstPutObjectNotPermitted \(the .*\), 1 DstBucketUnversioned/,
    );
    expect(json.replications).toMatchObject([{ name: 'orders-dr', failures: { counts } }]);
    expect((await status('letters-dr')).code).toBe(0);
  });

  it('calls one paused that a person has paused, until that is over', async () => {
    const { ledger, status } = await aFleet();
    await ledger.putStatuses([aStatus({ verdict: 'drifted' })]);
    await ledger.putPause({ replication: 'orders-dr', until: '2030-01-01T04:00:00Z', reason: 'moving keys', by: 'jane' });
    const paused = await status('orders-dr');
    await ledger.putPause({ replication: 'orders-dr', until: '2029-12-31T04:00:00Z', reason: 'moving keys', by: 'jane' });
    const over = await status('orders-dr');

    expect(paused).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/paused +until 2030-01-01 04:00:00 UTC by jane: moving keys/),
    });
    expect(over).toMatchObject({ code: 2, stdout: expect.stringMatching(/^orders-dr +drifted/m) });
  });

  it('calls one orphaned as soon as no document names it, and waiting what no pass has seen', async () => {
    const { ledger, status } = await aFleet();
    await adopt(ledger, [
      { ...aReplication(), orphanedSince: '2029-12-31T00:00:00Z' },
      aReplication({ source: { bucket: 'bills' } }, 'bills-dr'),
    ]);

    const { stdout } = await status();

    expect(stdout).toMatch(/^orders-dr +orphaned/m);
    expect(stdout).toMatch(/^bills-dr +waiting +- +never/m);
  });

  it('tells what concerns the whole fleet, and ends with 2 where that needs somebody', async () => {
    const { ledger, core } = await aFleet();
    await ledger.putSweep({ id: 's', startedAt: '2029-12-31T21:00:00Z' });
    await ledger.putBudget({ sweep: 's', since: '2029-12-31T21:10:00Z', drifted: 120, of: 300 });
    const faults = [{ path: 'version', line: 1, column: 12, message: 'must be 1' }];
    await ledger.putDocuments([{ name: document, replications: [], invalid: { since: '2029-12-31T20:00:00Z', faults } }]);
    const freeze = JSON.stringify({ until: '2030-01-02T00:00:00Z', reason: 'change freeze' });

    const { code, stdout } = await lockstep(['status'], { core, hub: aHub({ '/lockstep/freeze': freeze }) });

    expect(code).toBe(2);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('frozen Nothing is repaired anywhere until 2030-01-02 00:00:00 UTC: change freeze');
    expect(text).toContain('Repairs stopped 2 h 50 min ago: 120 of 300 replications were to be changed at one time.');
    expect(text).toContain('the last one began 3 h ago, and there should be one every hour');
    expect(text).toContain(`${document}, for 4 h: 1 fault line 1, column 12: version: must be 1`);
  });

  it('prints one object with --json', async () => {
    const { status } = await aFleet();

    const { code, stdout } = await status('orders-dr', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      command: 'status',
      replications: [{ name: 'orders-dr', verdict: 'proven', holds: [] }],
      lastSweep: { isLate: false },
      invalidDocuments: [],
    });
  });

  it('refuses a name the controller does not know, and lists those it knows', async () => {
    const { status } = await aFleet();

    expect(await status('order-dr')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/knows no replication "order-dr".\nThe ledger holds: letters-dr, orders-dr\./),
    });
  });

  it.each<{ argv: readonly string[]; env: Readonly<Record<string, string>>; table: string }>([
    { argv: [], env: {}, table: 'lockstep-ledger' },
    { argv: [], env: { LOCKSTEP_LEDGER_TABLE: 'from-env' }, table: 'from-env' },
    { argv: ['--ledger', 'given'], env: { LOCKSTEP_LEDGER_TABLE: 'from-env' }, table: 'given' },
  ])('reads table $table with $argv $env', async ({ argv, env, table }) => {
    const { core, opened } = await aFleet();
    await lockstep(['status', ...argv], { core, hub: aHub(), env });

    expect(opened.table).toBe(table);
  });

  it.each([
    { name: 'ResourceNotFoundException', says: /There is no ledger: table lockstep-ledger does not exist.*\n.*--ledger/ },
    { name: 'AccessDeniedException', says: /could not be used: AccessDeniedException.*\n.*dynamodb:Query/ },
    { name: 'ExpiredTokenException', says: /ExpiredTokenException.*\nThe credentials have expired/ },
  ])('says what to do about $name', async ({ name, says }) => {
    expect(await lockstep(['status'], { core: refusingLedger(name), hub: aHub() })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(says),
    });
  });
});
