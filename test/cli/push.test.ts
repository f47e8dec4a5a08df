import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aDocument, aFolder, aGateway, lockstep } from './support/command-line.ts';
import { documentFiles } from './support/documents.ts';

const file = documentFiles();

describe('lockstep push', () => {
  const current = (value: string) => [{ Name: '/lockstep/desired-state/orders', Value: value, Version: 7 }];
  const hubWith = (parameters: readonly unknown[]) =>
    aGateway(({ operation }) => (operation === 'ssm:PutParameter' ? { Version: 8 } : { Parameters: parameters }));
  const putsOf = (hub: ReturnType<typeof aGateway>) =>
    hub.calls.filter(({ operation }) => operation === 'ssm:PutParameter').map(({ input }) => input);

  it('puts a small document as a standard parameter', async () => {
    const hub = hubWith([]);
    const { code, stdout } = await lockstep(['push', file('orders.json')], { hub });

    expect(code).toBe(0);
    expect(putsOf(hub)).toEqual([
      { Name: '/lockstep/desired-state/orders', Value: aDocument(), Type: 'String', Tier: 'Standard', Overwrite: false },
    ]);
    expect(stdout).toContain('standard tier');
  });

  it('puts YAML as JSON, with account ids as text', async () => {
    const hub = hubWith([]);
    await lockstep(['push', file('orders.yaml')], { hub });

    const [put] = putsOf(hub) as { Value: string }[];
    expect(JSON.parse(put?.Value ?? '').replications['orders-dr'].source.account).toBe('111111111111');
  });

  it('puts a large document as an advanced parameter, and says so', async () => {
    const many = {
      version: 1,
      defaults: JSON.parse(aDocument()).replications['orders-dr'],
      replications: Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [
          `replication-${index}`,
          { source: { bucket: `bucket-${index}` }, destination: { bucket: `bucket-${index}-dr` } },
        ]),
      ),
    };
    const more = await aFolder({ 'many.json': JSON.stringify(many) });
    const hub = hubWith([]);
    const { code, stdout } = await lockstep(['push', join(more, 'many.json')], { hub });
    await rm(more, { recursive: true });

    expect(code).toBe(0);
    expect(putsOf(hub)).toMatchObject([{ Tier: 'Advanced' }]);
    expect(stdout).toContain('advanced tier');
  });

  it('shows what changes, and leaves the tier of a parameter that is there', async () => {
    const hub = hubWith(current(aDocument().replace('"region":"eu-west-1"', '"region":"eu-north-1"')));
    const { stdout } = await lockstep(['push', file('orders.json')], { hub });

    expect(stdout).toContain('replications.orders-dr.source.region: eu-north-1 -> eu-west-1');
    expect(putsOf(hub)).toEqual([
      { Name: '/lockstep/desired-state/orders', Value: aDocument(), Type: 'String', Overwrite: true },
    ]);
  });

  it('puts nothing that says the same', async () => {
    const hub = hubWith(current(JSON.stringify(JSON.parse(aDocument()), null, 4)));
    const { code, stdout } = await lockstep(['push', file('orders.json')], { hub });

    expect(code).toBe(0);
    expect(putsOf(hub)).toEqual([]);
    expect(stdout).toContain('says this already');
  });

  it.each([
    { because: 'it is not valid', name: 'unknown.json', says: 'colour' },
    { because: 'another document has the same replication', name: 'orders.json', says: 'stays in force' },
  ])('puts nothing when $because', async ({ name, says }) => {
    const hub = hubWith([{ Name: '/lockstep/desired-state/older', Value: aDocument() }]);
    const { code, stderr } = await lockstep(['push', file(name)], { hub });

    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(putsOf(hub)).toEqual([]);
  });

  it('puts nothing after a no', async () => {
    const hub = hubWith([]);
    const { code } = await lockstep(['push', file('orders.json')], { hub, tty: true, typed: 'no' });

    expect(code).toBe(2);
    expect(putsOf(hub)).toEqual([]);
  });
});
