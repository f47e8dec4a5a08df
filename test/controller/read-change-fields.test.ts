import { describe, expect, it } from 'vitest';
import { instantOf, regionOf } from '../../shared/controller/read-change/fields.ts';

describe('a time in an event', () => {
  it.each([
    { because: 'as CloudTrail writes it', given: '2026-03-01T12:00:00Z', read: '2026-03-01T12:00:00Z' },
    { because: 'with another zone', given: '2026-03-01T13:00:00+01:00', read: '2026-03-01T12:00:00.000Z' },
    { because: 'no such month', given: '2026-13-01T12:00:00Z', read: undefined },
    { because: 'no zone', given: '2026-03-01T12:00:00', read: undefined },
    { because: 'no text', given: 1_772_366_400, read: undefined },
  ])('is an instant, or none: $because', ({ given, read }) => {
    expect(instantOf(given)).toBe(read);
  });
});

describe('a region in an event', () => {
  it.each([
    { given: 'eu-west-1', read: 'eu-west-1' },
    { given: 'us-gov-west-1', read: 'us-gov-west-1' },
    { given: 'Europe', read: undefined },
    { given: undefined, read: undefined },
  ])('is spelled as AWS spells it: $given', ({ given, read }) => {
    expect(regionOf(given)).toBe(read);
  });
});
