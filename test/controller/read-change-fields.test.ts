import { describe, expect, it } from 'vitest';
import { instantOf, regionOf } from '../../shared/controller/read-change/fields.ts';
import { readChange, readRecord } from '../../shared/controller/read-change.ts';

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

describe('an event that is not what CloudTrail sends', () => {
  const ours = { observerRole: 'lockstep-observer', healerRole: 'lockstep-healer' };
  const envelope = { source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', account: '111111111111' };
  const detail = { eventSource: 's3.amazonaws.com', eventName: 'PutBucketPolicy' };

  it.each([
    { because: 'it names no account', event: { ...envelope, account: undefined, detail }, ignored: 'malformed' },
    { because: 'it is of no type', event: { ...envelope, 'detail-type': 7, detail }, ignored: 'malformed' },
    { because: 'nobody sent it', event: { ...envelope, source: undefined, detail }, ignored: 'malformed' },
    { because: 'it lacks a time', event: { ...envelope, detail }, ignored: 'malformed' },
  ])('is ignored as $ignored: $because', ({ event, ignored }) => {
    expect(readChange(event, ours)).toEqual({ ignored });
  });

  it('is ignored by itself where its service is none of ours', () => {
    expect(readRecord({ eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' }, ours)).toEqual({
      ignored: 'other-service',
    });
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
