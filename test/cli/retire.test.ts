import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Replication } from '../../shared/model/replication.ts';
import { resolveKeys } from '../../shared/stages/resolve-keys.ts';
import { aDocument, leftOf, live, pass, replicationsIn } from '../support/live-replication.ts';
import { aFolder, lockstep } from './support/command-line.ts';
import { aController, adopt, aHub, aStatus } from './support/controlled.ts';

const letters = {
  source: { bucket: 'letters', key: 'arn:aws:kms:eu-west-1:111111111111:alias/letters' },
};
const both = {
  version: 1,
  replications: { ...aDocument().replications, ...aDocument(letters, 'letters-dr').replications },
};

const orphaned = (r: Replication): Replication => ({ ...r, orphanedSince: '2029-12-31T00:00:00Z' });

/** `orders-dr` is orphaned; `letters-dr`, which shares its destination, is not. */
async function aFleet() {
  const { gateway } = await live(both);
  const controller = aController();
  const { ledger } = controller;
  const replications = await resolveKeys(replicationsIn(both), gateway);
  await adopt(
    ledger,
    replications.map((r) => (r.name === 'orders-dr' ? orphaned(r) : r)),
  );
  await ledger.putStatuses([aStatus({ group: 'letters-dr', verdict: 'orphaned' })]);
  await ledger.putPause({ replication: 'orders-dr', until: '2030-01-01T04:00:00Z', reason: 'x', by: 'bob' });
  const hub = aHub();
  const retire = (argv: readonly string[], typed?: string) =>
    lockstep(['retire', ...argv], {
      core: controller.core,
      hub,
      spoke: gateway,
      tty: typed !== undefined,
      ...(typed !== undefined && { typed }),
    });
  const writes = () => gateway.counts.writes;
  return { ...controller, gateway, hub, retire, writes };
}

const namesIn = async ({ ledger }: Pick<Awaited<ReturnType<typeof aFleet>>, 'ledger'>) =>
  (await ledger.replications()).map(({ replication }) => replication.name);

describe('lockstep retire', () => {
  it('shows what it would remove, and removes nothing without a yes', async () => {
    const fleet = await aFleet();
    const before = fleet.writes();

    const { code, stdout, stderr } = await fleet.retire(['orders-dr']);

    expect(code).toBe(2);
    expect(stdout).toMatch(/This will be removed, in this order:\n +- replication configuration +bucket orders /);
    expect(stdout).toContain('replication role');
    expect(stdout).toContain('Buckets, keys, objects, versioning and encryption stay as they are');
    expect(stderr).toContain('add --yes');
    expect(fleet.writes()).toBe(before);
    expect(await namesIn(fleet)).toEqual(['letters-dr', 'orders-dr']);
  });

  it('removes it and forgets it, and leaves the one that shares the destination in sync', async () => {
    const fleet = await aFleet();

    const { code, stdout } = await fleet.retire(['orders-dr', '--yes']);

    expect(code).toBe(0);
    expect(stdout).toContain('Retired: orders-dr.');
    expect(await namesIn(fleet)).toEqual(['letters-dr']);
    expect(await fleet.ledger.statuses()).toEqual([]);
    expect(await fleet.ledger.pauses()).toEqual([]);
    expect(await fleet.ledger.groupsOn(['arn:aws:s3:::orders'])).toEqual([]);
    expect(await fleet.ledger.groupsOn(['arn:aws:s3:::orders-dr'])).toEqual(['letters-dr']);
    const staying = aDocument(letters, 'letters-dr');
    expect(leftOf(await pass(staying, fleet.gateway, false))).toEqual([]);
  });

  it('asks on a terminal', async () => {
    const fleet = await aFleet();
    const no = await fleet.retire(['orders-dr'], 'n');
    const yes = await fleet.retire(['orders-dr'], 'y');

    expect([no.code, yes.code]).toEqual([2, 0]);
    expect(await namesIn(fleet)).toEqual(['letters-dr']);
  });

  it('refuses what a document still names, and says to remove it there first', async () => {
    const fleet = await aFleet();
    const before = fleet.writes();

    const live = await fleet.retire(['letters-dr', '--yes']);
    fleet.hub.store.set('/lockstep/desired-state/orders', JSON.stringify(aDocument()));
    const putBack = await fleet.retire(['orders-dr', '--yes']);
    fleet.hub.store.set('/lockstep/desired-state/orders', '{ "replications": { "orders-dr": ');
    const unreadable = await fleet.retire(['orders-dr', '--yes']);

    for (const { code, stderr } of [live, putBack, unreadable]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/is still in the document .*\nRemove it from the document first/);
    }
    expect(fleet.writes()).toBe(before);
  });

  it('refuses what a given file still names', async () => {
    const fleet = await aFleet();
    const folder = await aFolder({ 'orders.json': JSON.stringify(aDocument()) });

    const { code, stderr } = await fleet.retire(['orders-dr', '--yes', '--document', join(folder, 'orders.json')]);
    await rm(folder, { recursive: true });

    expect(code).toBe(1);
    expect(stderr).toContain('orders-dr is still in the document');
  });

  it('keeps it in the ledger when something could not be removed', async () => {
    const fleet = await aFleet();
    const refusing = {
      ...fleet.gateway,
      send: async (call: { operation: string }) =>
        call.operation === 'iam:DeleteRole'
          ? { ok: false, error: { code: 'AccessDenied', message: 'no', caller: 'the healer' } }
          : fleet.gateway.send(call as never),
    } as unknown as typeof fleet.gateway;

    const { code, stdout } = await lockstep(['retire', 'orders-dr', '--yes'], {
      core: fleet.core,
      hub: fleet.hub,
      spoke: refusing,
    });

    expect(code).toBe(1);
    expect(stdout).toContain('Not retired');
    expect(stdout).toContain('use credentials that may');
    expect(await namesIn(fleet)).toEqual(['letters-dr', 'orders-dr']);
    expect((await fleet.retire(['orders-dr', '--yes'])).code).toBe(0);
  });

  it('prints one object with --json', async () => {
    const fleet = await aFleet();

    const shown = JSON.parse((await fleet.retire(['orders-dr', '--json'])).stdout);
    const done = JSON.parse((await fleet.retire(['orders-dr', '--json', '--yes'])).stdout);

    expect(shown).toMatchObject({ version: 1, command: 'retire', retired: false, troubles: [] });
    expect(done).toMatchObject({
      retired: true,
      steps: expect.arrayContaining([expect.objectContaining({ outcome: 'repaired' })]),
    });
  });
});
