import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Group } from '../../shared/model/replication.ts';
import type { ReconcileOptions } from '../../shared/reconcile.ts';
import { aDocument, aFolder, lockstep } from './support/command-line.ts';
import { documentFiles } from './support/documents.ts';
import { aReport, driftedReport, failed, held, repaired, unreadable } from './support/fixtures.ts';

const file = documentFiles();

function watchedPass(group: Group, { onProgress }: ReconcileOptions) {
  onProgress?.({ stage: 'observe', group: group.id, done: 1, total: 2 });
  return [driftedReport()];
}

describe('lockstep plan', () => {
  const plan = (...more: string[]) => ['plan', '--document', file('orders.json'), ...more];

  it('never lets a write pass', async () => {
    const { passes } = await lockstep(plan(), { reconcile: () => [driftedReport()] });

    const [pass] = passes;
    expect(pass?.options.write).toBe(false);
    for (const gateway of [pass?.options.observer, pass?.options.healer])
      await expect(
        gateway?.send({
          operation: 's3:PutBucketPolicy',
          account: '111111111111',
          region: 'eu-west-1',
          input: { Bucket: 'orders', Policy: '{}' },
        }),
      ).rejects.toThrow('writes nothing');
  });

  it('prints version 1 of its JSON', async () => {
    const { code, stdout } = await lockstep(plan('--json'), { reconcile: () => [driftedReport()] });

    const json = JSON.parse(stdout);
    expect(code).toBe(2);
    expect(json).toMatchObject({ version: 1, command: 'plan', inSync: false, rejected: [], troubles: [] });
    expect(json.summary).toEqual({
      replications: 1,
      proven: 0,
      unproven: 0,
      drifted: 1,
      blocked: 0,
      contested: 0,
      paused: 0,
      orphaned: 0,
      unreadable: 0,
      steps: 1,
      held: 0,
      calls: { reads: 0, writes: 0 },
    });
    expect(json.replications[0]).toMatchObject({
      name: 'orders-dr',
      verdict: 'drifted',
      inSync: false,
      source: { account: '111111111111', bucket: 'orders' },
    });
    expect(json.replications[0].findings[1]).toMatchObject({
      aspect: 'bucket-versioning',
      verdict: 'drifted',
      differences: [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }],
    });
    expect(json.replications[0].steps[0].resource).toEqual({
      arn: 'arn:aws:s3:::orders-dr',
      type: 'bucket',
      account: '222222222222',
      region: 'eu-central-1',
    });
  });

  it('has no colour and no spinner when piped', async () => {
    const { stdout, stderr } = await lockstep(plan(), {
      reconcile: watchedPass,
    });

    expect(stdout + stderr).not.toContain('\u001b');
    expect(stderr).toBe('');
  });

  it('has colour and a spinner on a terminal, unless NO_COLOR', async () => {
    const watched = { tty: true, reconcile: watchedPass };

    const seen = await lockstep(plan(), watched);

    expect(seen.stdout).toContain('\u001b[');
    expect(seen.stderr).toMatch(/orders-dr: reading 1 of 2\r\u001b\[K$/);
    expect((await lockstep(plan(), { ...watched, env: { CI: 'true' } })).stderr).toBe('');
    expect((await lockstep(plan(), { ...watched, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    expect((await lockstep(plan('--json'), watched)).stdout).not.toContain('\u001b');
  });

  it('takes names, with those that share a resource', async () => {
    const far = aDocument('far-dr', 'far')
      .replaceAll('11111111-1111', '33333333-1111')
      .replaceAll('22222222-2222', '44444444-2222');
    const more = await aFolder({ 'far.json': far });
    const { passes } = await lockstep(plan('--document', join(more, 'far.json'), 'far-dr'), { reconcile: () => [] });
    await rm(more, { recursive: true });

    expect(passes.map(({ group }) => group.id)).toEqual(['far-dr']);
  });

  it('knows no replication that is not in the documents', async () => {
    const { code, stderr } = await lockstep(plan('orders'));

    expect(code).toBe(1);
    expect(stderr).toContain('no replication "orders"');
    expect(stderr).toContain('orders-dr');
  });

  it('goes on with other groups when one breaks off', async () => {
    const { code, stdout } = await lockstep(plan(), {
      reconcile: () => {
        throw new Error('something unforeseen');
      },
    });

    expect(code).toBe(1);
    expect(stdout).toContain('not reconciled');
    expect(stdout).toContain('something unforeseen');
  });

  it('is an error when something could not be read', async () => {
    expect((await lockstep(plan(), { reconcile: () => [aReport({ verdict: 'unreadable', findings: [unreadable] })] })).code).toBe(
      1,
    );
  });
});

describe('lockstep apply', () => {
  const apply = (...more: string[]) => ['apply', '--document', file('orders.json'), ...more];
  const writes = (passes: readonly { options: { write: boolean } }[]) => passes.map(({ options }) => options.write);
  const mended = {
    reconcile: (_: unknown, { write }: { write: boolean }) => [
      write ? driftedReport({ verdict: 'proven', outcomes: [repaired] }) : driftedReport(),
    ],
  };

  it('repairs at once where nobody can be asked', async () => {
    const { passes, code, stdout } = await lockstep(apply(), mended);

    expect(writes(passes)).toEqual([true]);
    expect(code).toBe(0);
    expect(stdout).toContain('In sync again');
  });

  it('asks on a terminal, and repairs after a yes', async () => {
    const { passes, code, stderr } = await lockstep(apply(), { ...mended, tty: true, typed: 'yes' });

    expect(stderr).toContain('Make this repair? [y/N]');
    expect(writes(passes)).toEqual([false, true]);
    expect(code).toBe(0);
  });

  it.each(['', 'n', 'no', 'yesterday'])('changes nothing after %o', async (typed) => {
    const { passes, code, stderr } = await lockstep(apply(), { ...mended, tty: true, typed });

    expect(writes(passes)).toEqual([false]);
    expect(code).toBe(2);
    expect(stderr).toContain('Nothing was changed.');
  });

  it.each(['--yes', '-y', '--json'])('does not ask with %s', async (flag) => {
    expect(writes((await lockstep(apply(flag), { ...mended, tty: true, typed: 'no' })).passes)).toEqual([true]);
  });

  it('does not ask when there is nothing to repair', async () => {
    const { passes, code, stderr } = await lockstep(apply(), {
      tty: true,
      typed: 'no',
      reconcile: () => [driftedReport({ steps: [], held: [held] })],
    });

    expect(writes(passes)).toEqual([false]);
    expect(stderr).not.toContain('[y/N]');
    expect(code).toBe(2);
  });

  it('adds outcomes to the JSON', async () => {
    const { code, stdout } = await lockstep(apply('--json'), { reconcile: () => [driftedReport({ outcomes: [failed] })] });

    const json = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(json).toMatchObject({ command: 'apply', summary: { repaired: 0, written: 0, failed: 1, skipped: 0 } });
    expect(json.replications[0].outcomes[0]).toMatchObject({
      aspect: 'bucket-versioning',
      outcome: 'failed',
      error: { code: 'OperationAborted' },
    });
  });
});
