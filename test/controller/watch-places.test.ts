import { describe, expect, it } from 'vitest';
import { placesOf } from '../../shared/controller/watch/places.ts';
import { aReplication, replications } from '../support/builders.ts';

const r = aReplication();
const shown = (some: Parameters<typeof placesOf>[0]): readonly string[] =>
  placesOf(some).map(
    ({ account, region, sources }) => `${account} ${region} ${sources.map((one) => one.split('.')[0]).join(' ')}`,
  );

describe('the places where changes come up', () => {
  it.each([
    {
      because: 'two accounts, and the region of IAM',
      some: [r],
      places: ['111111111111 eu-west-1 s3 kms', '111111111111 us-east-1 iam', '222222222222 eu-central-1 s3 kms'],
    },
    {
      because: 'a role of a third account has no spoke of ours',
      some: [{ ...r, role: { ...r.role, arn: 'arn:aws:iam::333333333333:role/theirs' } }],
      places: ['111111111111 eu-west-1 s3 kms', '222222222222 eu-central-1 s3 kms'],
    },
    {
      because: 'in a partition that nobody knows IAM is taken to tell in the bucket’s region',
      some: [{ ...r, partition: 'aws-elsewhere' }],
      places: ['111111111111 eu-west-1 s3 kms iam', '222222222222 eu-central-1 s3 kms'],
    },
    { because: 'what is orphaned needs no events', some: [{ ...r, orphanedSince: '2026-03-01T12:00:00Z' }], places: [] },
  ])('are those of its buckets, keys and role: $because', ({ some, places }) => {
    expect(shown(some)).toEqual(places);
  });

  it('are named once, with all that depend on them', () => {
    const several = replications({ one: { destination: { bucket: 'one-dr' } }, two: { destination: { bucket: 'two-dr' } } });

    expect(placesOf(several).map((place) => place.replications)).toEqual([
      ['one', 'two'],
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });
});
