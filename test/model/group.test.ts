import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf, sharedResources } from '../../shared/model/group.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { documentOf, parse, written } from './documents.ts';

const [base] = parse(documentOf({ 'orders-dr': written() })).replications as [Replication];

interface Meeting {
  readonly source: number;
  readonly destination: number;
  readonly role: number;
  readonly sourceKey: number;
  readonly destinationKey: number;
}

const replication = (name: string, at: Meeting): Replication => ({
  ...base,
  name,
  source: { ...base.source, bucket: `s-${at.source}`, key: { named: `key-${at.sourceKey}`, arn: `key-${at.sourceKey}` } },
  destination: { ...base.destination, bucket: `d-${at.destination}`, key: { named: `alias-${at.destinationKey}` } },
  role: { ...base.role, arn: `role-${at.role}` },
});

const alone = (n: number): Meeting => ({ source: n, destination: n, role: n, sourceKey: n, destinationKey: n });

const few = fc.nat({ max: 30 });
const meetings = fc.array(fc.record({ source: few, destination: few, role: few, sourceKey: few, destinationKey: few }), {
  maxLength: 25,
});
const replications = meetings.map((all) => all.map((meeting, n) => replication(`r-${n}`, meeting)));

/** Everything that can be reached from a replication over shared resources, step by step: slow and plain. */
function reachable(from: Replication, all: readonly Replication[]): Set<string> {
  const names = new Set([from.name]);
  for (let size = 0; size < names.size; ) {
    size = names.size;
    const resources = new Set(all.filter(({ name }) => names.has(name)).flatMap(sharedResources));
    for (const other of all) if (sharedResources(other).some((resource) => resources.has(resource))) names.add(other.name);
  }
  return names;
}

describe('groups', () => {
  it('hold every replication exactly once, with all that it can reach and nothing else', () => {
    fc.assert(
      fc.property(replications, (all) => {
        const groups = groupsOf(all);

        expect(groups.flatMap((group) => group.replications.map(({ name }) => name)).sort()).toEqual(
          all.map(({ name }) => name).sort(),
        );
        for (const group of groups) {
          const [first] = group.replications as [Replication];
          expect(new Set(group.replications.map(({ name }) => name))).toEqual(reachable(first, all));
          expect(group.id).toBe(first.name);
        }
      }),
    );
  });

  it('hold two of one name, in the order of their documents', () => {
    const [one, two] = ['/b', '/a'].map((document) => ({ ...replication('r', alone(1)), document })) as [
      Replication,
      Replication,
    ];

    expect(groupsOf([one, two])).toEqual([{ id: 'r', replications: [two, one] }]);
    expect(groupsOf([one, one])).toEqual([{ id: 'r', replications: [one, one] }]);
  });

  it('are the same, in the same order, for every order of replications', () => {
    const shuffled = replications.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));

    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(groupsOf(other)).toEqual(groupsOf(all));
      }),
    );
  });

  it.each([
    { because: 'they share the source bucket', change: { source: 1 } },
    { because: 'they share the destination bucket', change: { destination: 1 } },
    { because: 'they share the role', change: { role: 1 } },
    { because: 'they share the source key', change: { sourceKey: 1 } },
    { because: 'they share an alias that is not resolved', change: { destinationKey: 1 } },
  ])('join two replications: $because', ({ change }) => {
    const one = replication('one', alone(1));

    expect(groupsOf([one, replication('two', alone(2))])).toHaveLength(2);
    expect(groupsOf([one, replication('two', { ...alone(2), ...change })]).map(({ id }) => id)).toEqual(['one']);
  });

  it('join a source bucket to the replication that has it as its destination', () => {
    const there = replication('there', alone(1));
    const back = { ...replication('back', alone(2)), source: { ...base.source, bucket: 'd-1', key: { named: 'other' } } };

    expect(groupsOf([there, back])).toHaveLength(1);
  });

  it('join a further key of one to the key of another', () => {
    const one = {
      ...replication('one', alone(1)),
      source: { ...base.source, bucket: 's-1', key: { named: 'a' }, furtherKeys: [{ named: 'b', arn: 'key-2' }] },
    };

    expect(groupsOf([one, replication('two', alone(2))])).toHaveLength(1);
  });

  it('keep buckets of one name in two partitions apart', () => {
    const one = replication('one', alone(1));
    const two = { ...replication('two', { ...alone(2), source: 1 }), partition: 'aws-cn' };

    expect(groupsOf([one, two])).toHaveLength(2);
  });

  it('are found among 10,000 replications in a long chain', () => {
    const chain = Array.from({ length: 10_000 }, (_, n) =>
      replication(`r-${String(n).padStart(5, '0')}`, {
        ...alone(n),
        role: Math.floor(n / 2),
        sourceKey: Math.ceil(n / 2) + 50_000,
      }),
    );
    const start = performance.now();

    expect(groupsOf(chain).map(({ id }) => id)).toEqual(['r-00000']);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
