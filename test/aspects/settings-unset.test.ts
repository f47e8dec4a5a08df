/** Settings of which AWS leaves something out. */
import { describe, expect, it } from 'vitest';
import type { NonEmpty } from '../../shared/aspects/aspect.ts';
import { bucketLifecycle } from '../../shared/aspects/bucket-lifecycle.ts';
import { bucketObjectOwnership } from '../../shared/aspects/bucket-object-ownership.ts';
import { bucketPublicAccessBlock } from '../../shared/aspects/bucket-public-access-block.ts';
import { replicationConfiguration } from '../../shared/aspects/replication-configuration.ts';
import { sourceBucket } from '../../shared/aspects/resources.ts';
import type { Replication } from '../../shared/model/replication.ts';
import { aReplication } from '../support/builders.ts';
import { readFrom } from '../support/observations.ts';

const on = sourceBucket(aReplication());
const with_ = (more: Parameters<typeof aReplication>[0]): NonEmpty<Replication> => [aReplication(more)];

describe('a bucket', () => {
  it('without lifecycle rules has none, and lacks ours', async () => {
    const observed = await readFrom(bucketLifecycle, on, { 's3:GetBucketLifecycleConfiguration': {} });
    const desired = bucketLifecycle.desired(with_({ lifecycle: { source: { expireAfterDays: 7 } } }), on);

    expect(observed).toEqual({ status: 'present', value: { rules: [], minimumSize: undefined } });
    expect(observed.status === 'present' && bucketLifecycle.diff(desired, observed.value, on)).toHaveLength(1);
  });

  it('may have lifecycle rules of others without an id, which are in the way of an exclusive document', () => {
    const theirs = { Status: 'Enabled' as const, Expiration: { Days: 1 } };
    const desired = bucketLifecycle.desired(with_({ exclusive: true, lifecycle: { source: { expireAfterDays: 7 } } }), on);
    const [ours] = desired.rules;

    expect(bucketLifecycle.diff(desired, { rules: [...(ours ? [ours] : []), theirs] }, on)).toEqual([
      { path: 'Rules[]', observed: theirs },
    ]);
  });

  it.each([
    { because: 'no filter at all is the whole bucket', rule: { Filter: undefined }, same: true },
    { because: 'so is an empty one', rule: { Filter: {} }, same: true },
    { because: 'so is an empty prefix of the first version', rule: { Filter: undefined, Prefix: '' }, same: true },
    {
      because: 'a marker that is not to go is as good as unsaid',
      rule: { Expiration: { Days: 7, ExpiredObjectDeleteMarker: false } },
      same: true,
    },
    { because: 'a marker that is to go is not', rule: { Expiration: { Days: 7, ExpiredObjectDeleteMarker: true } }, same: false },
    { because: 'a part of the bucket is not', rule: { Filter: { Prefix: 'a/' } }, same: false },
  ])('means by its lifecycle rule what it says: $because', ({ rule, same }) => {
    const desired = bucketLifecycle.desired(with_({ lifecycle: { source: { expireAfterDays: 7 } } }), on);
    const observed = { rules: desired.rules.map((ours) => ({ ...ours, ...rule })) };

    expect(bucketLifecycle.diff(desired, observed, on).length === 0).toBe(same);
  });

  it.each([{ OwnershipControls: {} }, { OwnershipControls: { Rules: [{}] } }])('has no object ownership: %j', async (answer) => {
    expect(await readFrom(bucketObjectOwnership, on, { 's3:GetBucketOwnershipControls': answer })).toEqual({ status: 'absent' });
  });

  it('blocks no public access that it does not say it blocks', () => {
    const desired = bucketPublicAccessBlock.desired(with_({ source: { blockPublicAccess: true } }), on);

    expect(
      bucketPublicAccessBlock.diff(desired, { BlockPublicAcls: true, IgnorePublicAcls: true }, on).map(({ path }) => path),
    ).toEqual(['BlockPublicPolicy', 'RestrictPublicBuckets']);
    expect(bucketPublicAccessBlock.diff({}, {}, on)).toEqual([]);
  });
});

describe('a replication configuration', () => {
  it('without rules has none, and lacks ours', async () => {
    const desired = replicationConfiguration.desired(with_({}), on);
    const answer = { ReplicationConfiguration: { Role: desired.Role } };

    const observed = await readFrom(replicationConfiguration, on, { 's3:GetBucketReplication': answer });

    expect(observed).toMatchObject({ status: 'present', value: { Rules: [] } });
    expect(observed.status === 'present' && replicationConfiguration.diff(desired, observed.value, on)).toHaveLength(1);
  });

  it('may have rules of others without id and priority, which stay', () => {
    const desired = replicationConfiguration.desired(with_({}), on);
    const theirs = { Status: 'Enabled' as const, Prefix: '', Destination: { Bucket: 'arn:aws:s3:::theirs' } };

    const merged = replicationConfiguration.merge(desired, { Role: desired.Role, Rules: [theirs] }, on);

    expect(merged.Rules).toContainEqual(theirs);
    expect(merged.Rules).toHaveLength(2);
  });
});
