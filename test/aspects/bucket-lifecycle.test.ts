import type { LifecycleRule } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { bucketLifecycle } from '../../shared/aspects/bucket-lifecycle.ts';
import { aReplication } from '../support/builders.ts';
import { readFrom } from '../support/observations.ts';
import { settingOf } from './setting.ts';

const lifecycle = {
  source: { prefix: 'old/', expireAfterDays: 365, noncurrentExpireAfterDays: 30, abortIncompleteUploadsAfterDays: 7 },
};
const ours: LifecycleRule = {
  ID: 'lockstep-expiry',
  Status: 'Enabled',
  Filter: { Prefix: 'old/' },
  Expiration: { Days: 365 },
  NoncurrentVersionExpiration: { NoncurrentDays: 30 },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
};
const theirs: LifecycleRule = { ID: 'tidy', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } };

describe('the lifecycle rule', () => {
  const setting = settingOf(bucketLifecycle, [aReplication({ lifecycle })]);

  it('is wanted only where the document says so', () => {
    expect(bucketLifecycle.resources(aReplication())).toEqual([]);
    expect(bucketLifecycle.resources(aReplication({ lifecycle })).map(({ arn }) => arn)).toEqual(['arn:aws:s3:::orders']);
  });

  it.each([
    { name: 'itself', rules: [ours], paths: [] },
    { name: 'itself among others', rules: [theirs, ours], paths: [] },
    { name: 'the old spelling of its prefix', rules: [{ ...ours, Filter: undefined, Prefix: 'old/' }], paths: [] },
    {
      name: 'defaults spelled out',
      rules: [{ ...ours, Expiration: { Days: 365, ExpiredObjectDeleteMarker: false }, Transitions: [] }],
      paths: [],
    },
    { name: 'nothing', rules: [], paths: ['Rules[lockstep-expiry]'] },
    { name: 'others only', rules: [theirs], paths: ['Rules[lockstep-expiry]'] },
    {
      name: 'another number of days',
      rules: [{ ...ours, Expiration: { Days: 1 } }],
      paths: ['Rules[lockstep-expiry].Expiration'],
    },
    { name: 'itself disabled', rules: [{ ...ours, Status: 'Disabled' as const }], paths: ['Rules[lockstep-expiry].Status'] },
    { name: 'another prefix', rules: [{ ...ours, Filter: { Prefix: '' } }], paths: ['Rules[lockstep-expiry].Filter'] },
    {
      name: 'a tag filter',
      rules: [{ ...ours, Filter: { And: { Prefix: 'old/', Tags: [{ Key: 'a', Value: 'b' }] } } }],
      paths: ['Rules[lockstep-expiry].Filter'],
    },
    {
      name: 'a transition',
      rules: [{ ...ours, Transitions: [{ Days: 1, StorageClass: 'GLACIER' as const }] }],
      paths: ['Rules[lockstep-expiry].Transitions'],
    },
    {
      name: 'an action taken away',
      rules: [{ ...ours, AbortIncompleteMultipartUpload: undefined }],
      paths: ['Rules[lockstep-expiry].AbortIncompleteMultipartUpload'],
    },
  ])('finds $paths in $name', ({ rules, paths }) => {
    expect(setting.paths({ rules })).toEqual(paths);
  });

  it('is written beside the rules of others, in their order, with the setting of the whole bucket kept', () => {
    const observed = {
      rules: [theirs, { ...ours, Status: 'Disabled' as const }],
      minimumSize: 'varies_by_storage_class' as const,
    };

    expect(setting.inputs(observed)).toMatchObject([
      {
        LifecycleConfiguration: { Rules: [theirs, ours] },
        TransitionDefaultMinimumObjectSize: 'varies_by_storage_class',
      },
    ]);
  });

  it('takes the rules of others away only where the document is exclusive', () => {
    const exclusive = settingOf(bucketLifecycle, [aReplication({ lifecycle, exclusive: true })]);

    expect(exclusive.paths({ rules: [theirs, ours] })).toEqual(['Rules[tidy]']);
    expect(exclusive.inputs({ rules: [theirs, ours] })).toMatchObject([{ LifecycleConfiguration: { Rules: [ours] } }]);
  });

  it('can remove delete markers that hide nothing', () => {
    const { desired } = settingOf(bucketLifecycle, [
      aReplication({ lifecycle: { source: { removeExpiredDeleteMarkers: true } } }),
    ]);

    expect(desired.rules).toEqual([
      { ID: 'lockstep-expiry', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { ExpiredObjectDeleteMarker: true } },
    ]);
  });

  it('is read with its bucket-wide setting', async () => {
    const answer = { Rules: [theirs], TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K' };

    expect(await readFrom(bucketLifecycle, setting.on, { 's3:GetBucketLifecycleConfiguration': answer })).toEqual({
      status: 'present',
      value: { rules: [theirs], minimumSize: 'all_storage_classes_128K' },
    });
  });
});
