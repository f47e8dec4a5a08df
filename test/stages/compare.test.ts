import { describe, expect, it } from 'vitest';
import { aspects } from '../../shared/aspects/index.ts';
import { compare } from '../../shared/stages/compare.ts';
import { targetsOf } from '../../shared/stages/targets.ts';
import { aGroup, aReplication, replications } from '../support/builders.ts';
import { absent, comparedWith, gone, label, present, unreadable } from '../support/observations.ts';

const pair = aGroup([aReplication()]);

function findingOn(name: string, sight: Parameters<typeof comparedWith>[1], group = pair) {
  return comparedWith(group, sight)
    .map(({ finding }) => finding)
    .find((finding) => label(finding) === name);
}

describe('comparing', () => {
  it('finds everything in sync in a healthy world', () => {
    expect(comparedWith(pair).every(({ finding }) => finding.verdict === 'in-sync')).toBe(true);
  });

  it('tells drift apart field by field, and why it matters', () => {
    const finding = findingOn('bucket-versioning orders', { 'bucket-versioning orders': present({ Status: 'Suspended' }) });

    expect(finding).toMatchObject({
      verdict: 'drifted',
      differences: [{ path: 'Status', observed: 'Suspended', desired: 'Enabled' }],
      matters: expect.stringContaining('versions only'),
    });
  });

  it.each([
    { name: 'not set is drift', sight: absent, verdict: 'drifted' },
    { name: 'not readable is not drift', sight: unreadable, verdict: 'unreadable' },
    { name: 'gone is for a person', sight: gone, verdict: 'blocked' },
  ])('knows that $name', ({ sight, verdict }) => {
    expect(findingOn('bucket-policy orders-dr', { 'bucket-policy orders-dr': sight })).toMatchObject({ verdict });
  });

  it('does not take a mistake of ours for a finding', () => {
    const broken = aspects.map((aspect) => ({
      ...aspect,
      desired: () => {
        throw new TypeError('a mistake');
      },
    }));
    const targets = targetsOf(pair, broken);

    expect(() => compare(targets, new Map(targets.map(({ key }) => [key, absent])))).toThrow('a mistake');
  });

  it('takes what nobody read as unreadable', () => {
    const targets = targetsOf(pair, aspects);

    expect(compare(targets, new Map()).every(({ finding }) => finding.verdict === 'unreadable')).toBe(true);
  });

  it('names the bucket that is gone, and what a person can do', () => {
    expect(findingOn('bucket-policy orders-dr', { 'bucket-policy orders-dr': gone })).toMatchObject({
      by: {
        reason: 'bucket orders-dr does not exist in account 222222222222, region eu-central-1',
        owner: 'arn:aws:s3:::orders-dr',
        remedy: expect.stringContaining('lockstep bootstrap'),
      },
    });
  });

  it('blames only those replications that lack something', () => {
    const group = aGroup(replications({ bills: { source: { bucket: 'bills' } }, orders: {} }));
    const [bills] = group.replications;
    const target = targetsOf(group, aspects).find(({ key }) => key === 'bucket-policy arn:aws:s3:::orders-dr');
    const onlyBills = target?.aspect.desired([bills as NonNullable<typeof bills>], target.on);

    expect(findingOn('bucket-policy orders-dr', { 'bucket-policy orders-dr': present(onlyBills) }, group)).toMatchObject({
      verdict: 'drifted',
      replications: ['orders'],
    });
  });

  it('blames all when something stands there that nobody wants', () => {
    const group = aGroup(replications({ bills: { source: { bucket: 'bills' } }, orders: {} }));

    expect(
      findingOn('bucket-versioning orders-dr', { 'bucket-versioning orders-dr': present({ Status: 'Suspended' }) }, group),
    ).toMatchObject({ replications: ['bills', 'orders'] });
  });

  it.each([
    { status: 'unreadable', verdict: 'unreadable' },
    { status: 'gone', verdict: 'blocked' },
  ] as const)('does not guess what needs a key whose alias is $status', ({ status, verdict }) => {
    const replication = aReplication();
    const unresolved = {
      named: 'arn:aws:kms:eu-central-1:222222222222:alias/dr',
      unresolved: { status, reason: 'alias/dr: no' },
    };
    const group = aGroup([{ ...replication, destination: { ...replication.destination, key: unresolved } }]);
    const targets = targetsOf(group, aspects);
    const compared = compare(targets, new Map(targets.map(({ key }) => [key, absent])));
    const configuration = compared.find(({ finding }) => finding.aspect === 'replication-configuration');

    expect(configuration?.finding).toMatchObject({ verdict });
    expect(JSON.stringify(configuration?.finding)).toContain('alias/dr: no');
  });
});
