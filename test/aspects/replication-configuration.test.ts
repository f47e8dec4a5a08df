import type { ReplicationRule } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replicationConfiguration } from '../../shared/aspects/replication-configuration.ts';
import { aReplication, destinationKey, replications, roleArn, sourceKey } from '../support/builders.ts';
import { settingOf } from './setting.ts';

const setting = settingOf(replicationConfiguration, [aReplication()]);
const [ours] = setting.desired.Rules as readonly [ReplicationRule];
const to = ours.Destination as NonNullable<ReplicationRule['Destination']>;
const theirs: ReplicationRule = {
  ID: 'team',
  Priority: 9,
  Status: 'Enabled',
  Filter: { Prefix: 'team/' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  Destination: { Bucket: 'arn:aws:s3:::elsewhere' },
};
const configured = (...Rules: ReplicationRule[]) => ({ Role: roleArn, Rules });
const at = (element: string): string => `Rules[lockstep-orders-dr].${element}`;

describe('a replication rule', () => {
  it('says everything S3 must know', () => {
    expect(ours).toEqual({
      ID: 'lockstep-orders-dr',
      Priority: 1,
      Status: 'Enabled',
      Filter: { Prefix: '' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
      DeleteMarkerReplication: { Status: 'Disabled' },
      Destination: {
        Bucket: 'arn:aws:s3:::orders-dr',
        Account: '222222222222',
        AccessControlTranslation: { Owner: 'Destination' },
        EncryptionConfiguration: { ReplicaKmsKeyID: destinationKey },
        Metrics: { Status: 'Enabled' },
      },
    });
  });

  it.each([
    { name: 'a prefix', rule: { prefix: 'a/' }, filter: { Prefix: 'a/' } },
    { name: 'one tag', rule: { tags: { a: '1' } }, filter: { Tag: { Key: 'a', Value: '1' } } },
    {
      name: 'a prefix and a tag',
      rule: { prefix: 'a/', tags: { a: '1' } },
      filter: { And: { Prefix: 'a/', Tags: [{ Key: 'a', Value: '1' }] } },
    },
    {
      name: 'two tags',
      rule: { tags: { a: '1', b: '2' } },
      filter: {
        And: {
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'b', Value: '2' },
          ],
        },
      },
    },
  ])('filters by $name', ({ rule, filter }) => {
    expect(settingOf(replicationConfiguration, [aReplication({ rules: [rule] })]).desired.Rules[0]?.Filter).toEqual(filter);
  });

  it('has time control and its threshold together', () => {
    const [rule] = settingOf(replicationConfiguration, [aReplication({ rules: [{ timeControl: true }] })]).desired.Rules;

    expect(rule?.Destination).toMatchObject({
      Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
      ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
    });
  });

  it('overrides no owner within one account', () => {
    const one = aReplication({ destination: { account: '111111111111', region: 'eu-west-1', key: sourceKey } });

    expect(settingOf(replicationConfiguration, [one]).desired.Rules[0]?.Destination?.AccessControlTranslation).toBeUndefined();
  });
});

describe('the replication configuration', () => {
  it.each([
    { name: 'itself', observed: configured(ours), paths: [] },
    { name: 'itself among others', observed: configured(theirs, ours), paths: [] },
    { name: 'an empty filter', observed: configured({ ...ours, Filter: {} }), paths: [] },
    {
      name: 'defaults spelled out',
      observed: configured({
        ...ours,
        SourceSelectionCriteria: { ...ours.SourceSelectionCriteria, ReplicaModifications: { Status: 'Disabled' } },
        ExistingObjectReplication: { Status: 'Disabled' },
        Destination: { ...to, ReplicationTime: { Status: 'Disabled', Time: { Minutes: 15 } } },
      }),
      paths: [],
    },
    { name: 'nothing', observed: undefined, paths: ['ReplicationConfiguration'] },
    { name: 'others only', observed: configured(theirs), paths: ['Rules[lockstep-orders-dr]'] },
    { name: 'another role', observed: { ...configured(ours), Role: 'arn:aws:iam::111111111111:role/other' }, paths: ['Role'] },
    { name: 'a disabled rule', observed: configured({ ...ours, Status: 'Disabled' }), paths: [at('Status')] },
    { name: 'another priority', observed: configured({ ...ours, Priority: 4 }), paths: [at('Priority')] },
    { name: 'a narrower filter', observed: configured({ ...ours, Filter: { Prefix: 'a' } }), paths: [at('Filter')] },
    {
      name: 'KMS objects left out',
      observed: configured({ ...ours, SourceSelectionCriteria: undefined }),
      paths: [at('SourceSelectionCriteria.SseKmsEncryptedObjects')],
    },
    {
      name: 'delete markers',
      observed: configured({ ...ours, DeleteMarkerReplication: { Status: 'Enabled' } }),
      paths: [at('DeleteMarkerReplication')],
    },
    {
      name: 'another replica key',
      observed: configured({ ...ours, Destination: { ...to, EncryptionConfiguration: { ReplicaKmsKeyID: sourceKey } } }),
      paths: [at('Destination.EncryptionConfiguration.ReplicaKmsKeyID')],
    },
    {
      name: 'another bucket',
      observed: configured({ ...ours, Destination: { ...to, Bucket: 'arn:aws:s3:::elsewhere' } }),
      paths: [at('Destination.Bucket')],
    },
    {
      name: 'no override',
      observed: configured({ ...ours, Destination: { ...to, AccessControlTranslation: undefined } }),
      paths: [at('Destination.AccessControlTranslation.Owner')],
    },
    {
      name: 'a storage class',
      observed: configured({ ...ours, Destination: { ...to, StorageClass: 'STANDARD' } }),
      paths: [at('Destination.StorageClass')],
    },
    {
      name: 'no metrics',
      observed: configured({ ...ours, Destination: { ...to, Metrics: undefined } }),
      paths: [at('Destination.Metrics')],
    },
    {
      name: 'an element nobody knows yet',
      observed: configured({ ...ours, Future: { On: true } } as ReplicationRule),
      paths: [at('Future')],
    },
  ])('finds $paths in $name', ({ observed, paths }) => {
    expect(setting.paths(observed)).toEqual(paths);
  });

  it('tells tags with = and , in them apart', () => {
    const wanted = settingOf(replicationConfiguration, [aReplication({ rules: [{ tags: { 'a=b': 'c' } }] })]);
    const [rule] = wanted.desired.Rules as readonly [ReplicationRule];

    expect(wanted.paths(configured(rule))).toEqual([]);
    expect(wanted.paths(configured({ ...rule, Filter: { Tag: { Key: 'a', Value: 'b=c' } } }))).toEqual([at('Filter')]);
    expect(wanted.paths(configured({ ...rule, Filter: { Prefix: '", tag a=b' } }))).toEqual([at('Filter')]);
  });

  it('needs the account only for a change of owner', () => {
    const kept = settingOf(replicationConfiguration, [aReplication({ ownership: 'source' })]);
    const [rule] = kept.desired.Rules as readonly [ReplicationRule];
    const without = (Account: string | undefined) =>
      configured({ ...rule, Destination: { ...rule.Destination, Bucket: to.Bucket, Account } });

    expect(kept.paths(without(undefined))).toEqual([]);
    expect(kept.paths(without('333333333333'))).toEqual([at('Destination.Account')]);
    expect(setting.paths(configured({ ...ours, Destination: { ...to, Account: undefined } }))).toEqual([
      at('Destination.Account'),
    ]);
  });

  it('is written whole, with the rules of others as they stand', () => {
    const observed = configured(theirs, { ...ours, Status: 'Disabled' }, { ...theirs, ID: 'last', Priority: 8 });

    expect(setting.inputs(observed)).toMatchObject([
      { ReplicationConfiguration: { Role: roleArn, Rules: [theirs, ours, { ...theirs, ID: 'last', Priority: 8 }] } },
    ]);
  });

  it('loses the rules of others only where the document is exclusive', () => {
    const exclusive = settingOf(replicationConfiguration, [aReplication({ exclusive: true })]);

    expect(exclusive.paths(configured(theirs, ours))).toEqual(['Rules[team]']);
    expect(exclusive.merge(configured(theirs, ours)).Rules).toEqual([ours]);
  });

  it('has the rules of every replication of the bucket, under one role', () => {
    const given = replications({
      first: { destination: { bucket: 'first-dr' } },
      second: { destination: { bucket: 'second-dr' } },
    });
    const { Role, Rules } = settingOf(replicationConfiguration, given).desired;

    expect(Role).toBe(roleArn);
    expect(Rules.map(({ ID, Priority }) => [ID, Priority])).toEqual([
      ['lockstep-first', 1],
      ['lockstep-second', 2],
    ]);
  });

  it('is refused beyond 1,000 rules', () => {
    const Rules = Array.from({ length: 1001 }, () => theirs);

    expect(replicationConfiguration.refuse?.({ Rules })).toContain('S3 accepts 1,000');
    expect(replicationConfiguration.refuse?.({ Rules: Rules.slice(1) })).toBeUndefined();
  });
});

describe('priorities', () => {
  const several = (...priorities: readonly (number | undefined)[]) =>
    settingOf(replicationConfiguration, [
      aReplication({
        rules: priorities.map((priority, index) => ({ prefix: `${index}/`, ...(priority !== undefined && { priority }) })),
      }),
    ]);
  const holding = (...priorities: readonly number[]) =>
    configured(...priorities.map((Priority) => ({ ...theirs, ID: `team-${Priority}`, Priority })));
  const chosen = (given: ReturnType<typeof several>, observed: ReturnType<typeof holding>) =>
    given
      .merge(observed)
      .Rules.filter(({ ID }) => ID?.startsWith('lockstep'))
      .map(({ Priority }) => Priority);

  it.each([
    { held: [], ours: [undefined, undefined], get: [1, 2], because: 'nothing is in the way' },
    { held: [1], ours: [undefined, undefined], get: [2, 3], because: 'of two rules the later one must still count' },
    { held: [1, 2], ours: [undefined, undefined], get: [3, 4], because: 'no priority may be there twice' },
    { held: [2], ours: [undefined, undefined], get: [1, 3], because: 'only what is in the way gives way' },
    { held: [5], ours: [7, undefined], get: [7, 1], because: 'a priority the document fixes stays' },
    { held: [1], ours: [2, undefined], get: [2, 3], because: 'a priority the document fixes is taken' },
  ])('are $get beside $held, because $because', ({ held, ours: given, get }) => {
    expect(chosen(several(...given), holding(...held))).toEqual(get);
  });

  it('are in sync once they gave way, and free of repetition', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { maxLength: 5 }),
        fc.array(fc.constant(undefined), { minLength: 1, maxLength: 4 }),
        (held, wanted) => {
          const given = several(...wanted);
          const merged = given.merge(holding(...held));
          const all = merged.Rules.map(({ Priority }) => Priority);
          expect(new Set(all).size).toBe(all.length);
          expect(given.paths(merged)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a priority that the document fixes', () => {
  const fixed = settingOf(replicationConfiguration, [aReplication({ rules: [{ priority: 9 }] })]);
  const free = settingOf(replicationConfiguration, [aReplication({ exclusive: true, rules: [{ priority: 9 }] })]);

  it.each([
    { setting: fixed, observed: configured(theirs), stops: true, because: 'S3 takes a priority only once, and their rule stays' },
    { setting: fixed, observed: configured({ ...theirs, Priority: 8 }), stops: false, because: 'nobody else has it' },
    { setting: fixed, observed: undefined, stops: false, because: 'there is nothing yet' },
    {
      setting,
      observed: configured({ ...theirs, Priority: 1 }),
      stops: false,
      because: 'without one in the document, another is taken',
    },
    { setting: free, observed: configured(theirs), stops: false, because: 'rules of others go where the document is exclusive' },
  ])('that a rule of others has stops the repair: $stops, for $because', ({ setting: { desired, on }, observed, stops }) => {
    const blocker = replicationConfiguration.blockedBy?.(desired, observed, on);

    expect(blocker?.statement).toEqual(stops ? theirs : undefined);
    expect(blocker?.reason.includes('"team"') ?? false).toBe(stops);
  });
});
