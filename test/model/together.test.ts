import { describe, expect, it } from 'vitest';
import { checkTogether, type Document, type Fault } from '../../shared/model/desired-state.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { documentOf, keyArn, parse, written, writtenWith } from './documents.ts';

const orders = parse(documentOf({ 'orders-dr': written() }), 'team-a');

/** The only fault of a document that came after `orders`. */
function faultAfter(earlier: Document, replications: object): Fault | undefined {
  const { accepted, rejected } = checkTogether([earlier, parse(documentOf(replications), 'team-b')]);
  expect(accepted.map(({ name }) => name)).toEqual(['team-a']);
  expect(rejected.map(({ document }) => document.name)).toEqual(['team-b']);
  return rejected[0]?.faults[0];
}

const settings = (side: 'source' | 'destination', fields: object): object =>
  side === 'source'
    ? writtenWith({ source: fields, destination: { bucket: 'orders-eu' } })
    : writtenWith({ source: { bucket: 'orders-eu' }, destination: fields });

const bad: readonly { readonly because: string; readonly replications: object; readonly path: string; readonly says: string }[] =
  [
    {
      because: 'names are unique',
      replications: { 'orders-dr': written('a-b-c', 'd-e-f') },
      path: 'replications.orders-dr',
      says: 'must not repeat the replication name "orders-dr"',
    },
    {
      because: 'a source bucket has one role',
      replications: { two: writtenWith({ role: 'other', destination: { bucket: 'orders-eu' } }) },
      path: 'replications.two.role',
      says: 'the one role of source bucket "orders"',
    },
    {
      because: 'rule ids are unique in a source bucket',
      replications: { two: writtenWith({ destination: { bucket: 'orders-eu' }, rules: [{ id: 'lockstep-orders-dr' }] }) },
      path: 'replications.two.rules[0].id',
      says: 'must not repeat rule id "lockstep-orders-dr"',
    },
    {
      because: 'the same objects go to the same place',
      replications: { two: written() },
      path: 'replications.two.rules[0]',
      says: 'a rule for the same objects',
    },
    {
      because: 'a bucket has one account',
      replications: { two: settings('destination', { account: '111111111111', key: keyArn('111111111111', 'eu-central-1') }) },
      path: 'replications.two.destination.account',
      says: 'the account of bucket "orders-dr"',
    },
    {
      because: 'a bucket has one region',
      replications: { two: settings('source', { region: 'eu-west-2', key: keyArn('111111111111', 'eu-west-2') }) },
      path: 'replications.two.source.region',
      says: 'the region of bucket "orders"',
    },
    {
      because: 'a bucket has one default key',
      replications: { two: settings('source', { key: keyArn('111111111111', 'eu-west-1', '9') }) },
      path: 'replications.two.source.key',
      says: 'the key of bucket "orders"',
    },
    {
      because: 'an alias may be another key',
      replications: { two: settings('source', { key: 'arn:aws:kms:eu-west-1:111111111111:alias/orders' }) },
      path: 'replications.two.source.key',
      says: 'the key of bucket "orders"',
    },
    {
      because: 'Bucket Keys are on or off',
      replications: { two: settings('destination', { bucketKey: false }) },
      path: 'replications.two.destination.bucketKey',
      says: 'is false here and true in replication "orders-dr"',
    },
    {
      because: 'a key delegates or does not',
      replications: { two: settings('source', { accountAdmin: false }) },
      path: 'replications.two.source.accountAdmin',
      says: 'the accountAdmin setting of key',
    },
    {
      because: 'we are there or not',
      replications: { two: settings('destination', { managed: false }) },
      path: 'replications.two.destination.managed',
      says: 'the management',
    },
    {
      because: 'the role would exist twice',
      replications: {
        two: writtenWith({
          role: 'arn:aws:iam::111111111111:role/team/lockstep-orders',
          source: { bucket: 'orders-eu' },
          destination: { bucket: 'eu-dr' },
        }),
      },
      path: 'replications.two.role',
      says: 'the ARN of role "lockstep-orders"',
    },
  ];

describe('documents together', () => {
  it.each(bad)('are in conflict, and the later one is rejected: $because', ({ replications, path, says }) => {
    const fault = faultAfter(orders, replications);

    expect(fault?.path).toBe(path);
    expect(fault?.message).toContain(says);
    expect(fault?.message).toContain('document "team-a" (accepted before document "team-b", and stays in force)');
  });

  it.each([
    {
      setting: 'objectOwnership',
      one: 'ObjectWriter',
      other: 'BucketOwnerEnforced',
      path: 'replications.two.source.objectOwnership',
    },
    {
      setting: 'blockPublicAccess',
      one: true,
      other: { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: false },
      path: 'replications.two.source.blockPublicAccess',
    },
  ])('must agree on $setting of a bucket when both give it, and need not when one does', ({ setting, one, other, path }) => {
    const first = parse(documentOf({ 'orders-dr': writtenWith({ source: { [setting]: one } }) }), 'team-a');

    expect(faultAfter(first, { two: settings('source', { [setting]: other }) })?.path).toBe(path);
    expect(checkTogether([first, parse(documentOf({ two: settings('source', {}) }))]).rejected).toEqual([]);
    expect(checkTogether([first, parse(documentOf({ two: settings('source', { [setting]: one }) }))]).rejected).toEqual([]);
  });

  it('must agree on a lifecycle rule of one id, and may have one each under different ids', () => {
    const first = parse(documentOf({ 'orders-dr': writtenWith({ lifecycle: { source: { expireAfterDays: 30 } } }) }), 'team-a');
    const second = (lifecycle: object): object => ({ two: { ...settings('source', {}), lifecycle } });

    expect(faultAfter(first, second({ source: { expireAfterDays: 31 } }))?.path).toBe('replications.two.lifecycle.source');
    expect(checkTogether([first, parse(documentOf(second({ source: { expireAfterDays: 30 } })))]).rejected).toEqual([]);
    expect(checkTogether([first, parse(documentOf(second({ source: { id: 'b', expireAfterDays: 31 } })))]).rejected).toEqual([]);
  });

  it('must not give one priority twice in a source bucket, even to different destinations', () => {
    const first = parse(documentOf({ 'orders-dr': writtenWith({ rules: [{ priority: 7 }] }) }), 'team-a');

    const fault = faultAfter(first, { two: writtenWith({ destination: { bucket: 'orders-eu' }, rules: [{ priority: 7 }] }) });

    expect(fault).toMatchObject({
      path: 'replications.two.rules[0].priority',
      message: expect.stringContaining('priority 7 of source bucket "orders"'),
    });
  });

  it('must not bring a source bucket over 1,000 rules', () => {
    const many = (count: number, destination: string) =>
      writtenWith({
        destination: { bucket: destination },
        rules: Array.from({ length: count }, (_, n) => ({ prefix: `${n}/` })),
      });
    const first = parse(documentOf({ one: many(600, 'orders-dr') }), 'team-a');

    expect(faultAfter(first, { two: many(401, 'orders-eu') })).toMatchObject({
      path: 'replications.two.rules',
      message: expect.stringContaining('this makes 1,001'),
    });
    expect(checkTogether([first, parse(documentOf({ two: many(400, 'orders-eu') }))]).rejected).toEqual([]);
  });

  it('leave a rejected document without any weight: what conflicts only with it is accepted', () => {
    const contrary = parse(
      documentOf({ two: settings('source', { bucketKey: false }), three: written('x-y-z', 'x-dr') }),
      'team-b',
    );
    const third = parse(documentOf({ three: written('x-y-z', 'x-eu') }), 'team-c');

    const { accepted, rejected } = checkTogether([orders, contrary, third]);

    expect(accepted.map(({ name }) => name)).toEqual(['team-a', 'team-c']);
    expect(rejected.map(({ document }) => document)).toEqual([contrary]);
  });

  it('let the order decide which one stays', () => {
    const contrary = parse(documentOf({ two: settings('source', { bucketKey: false }) }), 'team-b');

    expect(checkTogether([contrary, orders]).accepted.map(({ name }) => name)).toEqual(['team-b']);
  });

  it.each([
    { because: 'one bucket may go to several', replications: { two: written('orders', 'orders-eu') } },
    { because: 'several may go to one bucket', replications: { two: written('invoices', 'orders-dr') } },
    {
      because: 'the same two buckets may meet twice, for different objects',
      replications: { two: writtenWith({ rules: [{ prefix: 'a/' }] }) },
    },
    {
      because: 'the way back is another way',
      replications: { back: { source: written().destination, destination: written().source } },
    },
    {
      because: 'one role may serve several source buckets',
      replications: { two: { ...written('invoices', 'invoices-dr'), role: 'lockstep-orders' } },
    },
    {
      because: 'a bucket may be a middle',
      replications: { two: { source: written().destination, destination: { ...written().source, bucket: 'third' } } },
    },
  ])('may meet without conflict: $because', ({ replications }) => {
    expect(checkTogether([orders, parse(documentOf(replications), 'team-b')]).rejected).toEqual([]);
  });

  it('are accepted as one whole that gives every rule of a source bucket its own priority', () => {
    const second = parse(
      documentOf({ two: written('orders', 'orders-eu'), three: written('invoices', 'invoices-dr') }),
      'team-b',
    );
    const third = parse(
      documentOf({ four: writtenWith({ destination: { bucket: 'orders-us' }, rules: [{ priority: 2 }] }) }),
      'team-c',
    );

    const { accepted } = checkTogether([orders, second, third]);

    const priorities = accepted.flatMap(({ replications }) => replications).map(({ name, rules }) => [name, rules[0]?.priority]);
    expect(priorities).toEqual([
      ['orders-dr', 1],
      ['two', 3],
      ['three', 1],
      ['four', 2],
    ]);
  });

  it('keep the priorities they had when another is added after them', () => {
    const second = parse(documentOf({ two: written('orders', 'orders-eu') }), 'team-b');
    const before = checkTogether([orders]).accepted;

    expect(checkTogether([orders, second]).accepted.slice(0, 1)).toEqual(before);
  });

  it('are checked 10,000 at a time in seconds', () => {
    const [replication] = orders.replications as [Replication];
    const documents = Array.from({ length: 10_000 }, (_, n): Document => {
      const source = { ...replication.source, bucket: `orders-${n}` };
      const role = { ...replication.role, name: `r-${n}`, arn: `arn:aws:iam::111111111111:role/r-${n}` };
      return { name: `d-${n}`, notes: [], replications: [{ ...replication, name: `r-${n}`, document: `d-${n}`, source, role }] };
    });
    const start = performance.now();

    expect(checkTogether(documents, () => []).accepted).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('the size of policies', () => {
  const tooMany = (limit: number) => (replications: readonly Replication[]) =>
    replications.length > limit
      ? [{ path: `replications.${replications.at(-1)?.name}`, message: 'the policy would be too large' }]
      : [];
  const documents = ['a', 'b', 'c'].map((letter) =>
    parse(documentOf({ [letter]: written(`bucket-${letter}`, 'shared-dr') }), letter),
  );
  const apart = parse(
    documentOf({
      d: {
        ...written('bucket-d', 'own-dr'),
        source: { ...written('bucket-d').source, key: keyArn('111111111111', 'eu-west-1', '7') },
        destination: { ...written('x', 'own-dr').destination, key: keyArn('222222222222', 'eu-central-1', '7') },
      },
    }),
    'd',
  );

  it('rejects the document that makes one too large, and not those that share nothing with it', () => {
    const { accepted, rejected } = checkTogether([...documents, apart], tooMany(2));

    expect(accepted.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    expect(rejected.map(({ document, faults }) => [document.name, faults[0]?.message])).toEqual([
      ['c', 'the policy would be too large'],
    ]);
  });

  it('rejects nothing while all fit', () => {
    expect(checkTogether([...documents, apart], tooMany(4)).rejected).toEqual([]);
  });
});

describe('conflicts within one document', () => {
  it.each(bad.filter(({ replications }) => !('orders-dr' in replications)))(
    'are faults of the document: $because',
    ({ replications, path, says }) => {
      const parsing = () => parse(documentOf({ 'orders-dr': written(), ...replications }));

      expect(parsing).toThrow(says);
      expect(parsing).toThrow(`${path}: must`);
    },
  );
});
