import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aDocument, aFolder, aGateway, lockstep, Refusal } from './support/command-line.ts';
import { documentFiles } from './support/documents.ts';
import { aReport } from './support/fixtures.ts';

const file = documentFiles();

describe('lockstep render', () => {
  it('prints what each side needs, as JSON that can be handed over', async () => {
    const { code, stdout } = await lockstep(['render', '--json', '--document', file('orders.json')]);

    const { settings } = JSON.parse(stdout);
    const names = (side: string) =>
      settings.filter((one: { side: string }) => one.side === side).map((one: { setting: string }) => one.setting);
    expect(code).toBe(0);
    expect(names('source')).toEqual(
      expect.arrayContaining(['role trust policy', 'role policy', 'key policy', 'replication configuration']),
    );
    expect(names('destination')).toEqual(expect.arrayContaining(['key policy', 'bucket policy', 'bucket versioning']));
  });

  it('renders a side that Lockstep has no access to', async () => {
    const unmanaged = await aFolder({
      'orders.json': aDocument().replace('"account":"222222222222"', '"account":"222222222222","managed":false'),
    });
    const { code, stdout } = await lockstep(['render', '--side', 'destination', '--document', join(unmanaged, 'orders.json')]);
    await rm(unmanaged, { recursive: true });

    expect(code).toBe(0);
    expect(stdout).toContain('# destination: bucket policy of bucket orders-dr (account 222222222222, eu-central-1)');
    expect(stdout).toContain('# destination: key policy');
    expect(stdout).not.toContain('# source');
  });

  it('says when the key behind an alias is not known', async () => {
    const { code, stderr } = await lockstep(['render', '--document', file('orders.yaml')], {
      spoke: aGateway(() => new Refusal('NotFoundException')),
    });

    expect(code).toBe(1);
    expect(stderr).toContain('alias/orders');
    expect(stderr).toContain('key ARN');
  });
});

describe('lockstep bootstrap', () => {
  const world = (there: Set<string>) =>
    aGateway((call) => {
      const input = call.input as Record<string, unknown>;
      if (call.operation === 'sts:GetCallerIdentity')
        return { Account: call.account, Arn: `arn:aws:iam::${call.account}:user/admin` };
      if (call.operation === 's3:HeadBucket') return there.has(String(input.Bucket)) ? {} : new Refusal('NoSuchBucket');
      if (call.operation === 'kms:DescribeKey')
        return there.has(String(input.KeyId))
          ? { KeyMetadata: { Arn: `arn:aws:kms:${call.region}:${call.account}:key/1` } }
          : new Refusal('NotFoundException');
      return {};
    });
  const written = (spoke: ReturnType<typeof aGateway>) => spoke.calls.filter(({ operation }) => operation.includes('Create'));

  it('only lists with --dry-run', async () => {
    const spoke = world(new Set(['orders']));
    const { code, stdout, passes } = await lockstep(['bootstrap', '--dry-run', '--document', file('orders.yaml')], { spoke });

    expect(written(spoke)).toEqual([]);
    expect(passes).toEqual([]);
    expect(stdout).toContain('orders-dr');
    expect(stdout).toContain('alias/orders');
    expect(stdout).not.toMatch(/bucket orders[ ,(]/);
    expect(code).toBe(2);
  });

  it('creates nothing after a no', async () => {
    const spoke = world(new Set());
    const { code, passes, stderr } = await lockstep(['bootstrap', '--document', file('orders.yaml')], {
      spoke,
      tty: true,
      typed: 'no',
    });

    expect({ code, passes, written: written(spoke) }).toEqual({ code: 2, passes: [], written: [] });
    expect(stderr).toContain('Nothing was changed.');
  });

  it('cannot create a key under a given id, and says what to write instead', async () => {
    const { code, stderr } = await lockstep(['bootstrap', '--document', file('orders.json')], {
      spoke: world(new Set(['orders', 'orders-dr'])),
    });

    expect(code).toBe(1);
    expect(stderr).toContain('alias/');
  });

  it('applies at once when everything is there', async () => {
    const spoke = world(
      new Set([
        'orders',
        'orders-dr',
        'arn:aws:kms:eu-west-1:111111111111:alias/orders',
        'arn:aws:kms:eu-central-1:222222222222:alias/dr',
      ]),
    );
    const { code, passes } = await lockstep(['bootstrap', '--document', file('orders.yaml')], {
      spoke,
      reconcile: () => [aReport()],
    });

    expect(written(spoke)).toEqual([]);
    expect(passes.map(({ options }) => options.write)).toEqual([true]);
    expect(code).toBe(0);
  });
});

describe('lockstep schema', () => {
  it('prints a JSON Schema', async () => {
    const { code, stdout } = await lockstep(['schema']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' });
  });
});
