import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureRecord, Ledger } from '../../shared/controller/ledger.ts';
import { aReplication } from '../support/builders.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { localLedger } from './local-ledger.ts';

const bucket = 'arn:aws:s3:::orders';
const minute = (n: number): string => new Date(Date.UTC(2026, 0, 1, 12, n)).toISOString();

const someFailures = (more: Partial<FailureRecord> = {}): FailureRecord => ({
  ...{ replication: 'orders-dr', since: minute(5), last: minute(5), from: minute(4), outage: minute(5) },
  counts: { DstBucketUnversioned: 1 },
  ...more,
});

async function withFleet(ledger: Ledger): Promise<Ledger> {
  const names = ['orders-dr', 'orders-near', 'invoices-dr'];
  const record = (name: string) => {
    const own = aReplication();
    const source = name.startsWith('orders') ? own.source : { ...own.source, bucket: 'invoices' };
    return { replication: { ...own, name, source }, group: 'a', digest: 'd' };
  };
  await ledger.changeFleet({
    ...{ replications: names.map(record), removedReplications: [], removedGroups: [], removedIndex: [] },
    groups: [{ id: 'a', replications: names }],
    index: new Map([[bucket, ['a']]]),
  });
  return ledger;
}

/** The two ledgers must agree. */
const ledgers = [
  { kind: 'in DynamoDB', make: async () => (await localLedger()).ledger },
  { kind: 'in memory', make: async () => memoryLedger() },
];

describe.each(ledgers)('failures in the ledger $kind', ({ make }) => {
  it('are added up by reason, whatever the order in which they come', async () => {
    const ledger = await make();
    await ledger.addFailures([someFailures()]);
    await ledger.addFailures([
      someFailures({
        since: minute(2),
        last: minute(9),
        from: minute(1),
        outage: minute(2),
        counts: { DstBucketUnversioned: 2, New: 3 },
      }),
    ]);

    expect(await ledger.failures()).toEqual([
      {
        ...{ replication: 'orders-dr', since: minute(2), last: minute(9), from: minute(1), outage: minute(5) },
        counts: { DstBucketUnversioned: 3, New: 3 },
      },
    ]);
  });

  it('lose nothing when many add at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { minLength: 1, maxLength: 12 }), async (times) => {
        const ledger = await make();
        await Promise.all(
          times.map((n) => ledger.addFailures([someFailures({ since: minute(n), last: minute(n), from: minute(n) })])),
        );
        const [record] = await ledger.failures();

        expect(record?.counts).toEqual({ DstBucketUnversioned: times.length });
        expect([record?.since, record?.last, record?.from]).toEqual([
          minute(Math.min(...times)),
          minute(Math.max(...times)),
          minute(Math.min(...times)),
        ]);
      }),
      { numRuns: 8 },
    );
  });

  it('are known to the pass over their group, until they are removed', async () => {
    const ledger = await withFleet(await make());
    await ledger.addFailures([someFailures()]);
    expect((await ledger.group('a'))?.failures).toEqual(new Map([['orders-dr', someFailures()]]));

    await ledger.removeFailures(someFailures());
    expect((await ledger.group('a'))?.failures).toEqual(new Map());
    expect(await ledger.failures()).toEqual([]);
  });

  it('stay when S3 reported more since they were read', async () => {
    const ledger = await make();
    await ledger.addFailures([someFailures()]);
    const [read] = await ledger.failures();
    await ledger.addFailures([someFailures({ last: minute(8) })]);
    if (read) await ledger.removeFailures(read);

    expect(await ledger.failures()).toMatchObject([{ counts: { DstBucketUnversioned: 2 } }]);
  });

  it('go with their replication', async () => {
    const ledger = await make();
    await ledger.addFailures([someFailures(), someFailures({ replication: 'invoices-dr' })]);
    await ledger.removeStatus('orders-dr');

    expect((await ledger.failures()).map(({ replication }) => replication)).toEqual(['invoices-dr']);
  });

  it('are looked up by the source bucket, with how each of its replications stands', async () => {
    const ledger = await withFleet(await make());
    await ledger.addFailures([someFailures()]);
    const found = await ledger.replicationsFrom([bucket, 'arn:aws:s3:::unheard-of']);

    expect(found.map(({ replication, group, failures }) => [replication.name, group, failures?.counts])).toEqual([
      ['orders-dr', 'a', { DstBucketUnversioned: 1 }],
      ['orders-near', 'a', undefined],
    ]);
  });
});
