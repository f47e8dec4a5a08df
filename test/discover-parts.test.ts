/** What is found in two buckets, part by part, with AWS's answers made up. */
import type { LifecycleRule, ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { Get } from '../shared/aspects/aspect.ts';
import type { BucketRef } from '../shared/aspects/resources.ts';
import { defaultKey, keyOf } from '../shared/discover/keys.ts';
import { draftsOf, inDocumentOrder, nameInIds } from '../shared/discover/rules.ts';
import { recordedLifecycle, recordedSettings } from '../shared/discover/settings.ts';
import type { Observed } from '../shared/model/finding.ts';

const on: BucketRef = {
  type: 'bucket',
  account: '111111111111',
  region: 'eu-west-1',
  name: 'orders',
  arn: 'arn:aws:s3:::orders',
};
const place = 'arn:aws:kms:eu-west-1:111111111111';
const id = '11111111-1111-4111-8111-111111111111';

const answering =
  (answer: Observed<unknown>): Get =>
  async () =>
    answer as never;
const present = (value: object): Get => answering({ status: 'present', value });
const unreadable = answering({ status: 'unreadable', reason: 'nobody may look' });

const told = async <T>(work: (tell: (note: string) => void) => Promise<T>) => {
  const notes: string[] = [];
  return { found: await work((note) => notes.push(note)), notes };
};

describe('the key of a bucket', () => {
  const described = present({ KeyMetadata: { Arn: `${place}:key/${id}`, KeyManager: 'CUSTOMER' } });

  it.each([
    {
      because: 'an alias stays what the document says',
      named: `${place}:alias/orders`,
      get: described,
      as: `${place}:alias/orders`,
    },
    { because: 'an alias without its place is told by the key', named: 'alias/orders', get: described, as: `${place}:key/${id}` },
    { because: 'an id is an ARN in full', named: id, get: described, as: `${place}:key/${id}` },
    { because: 'an ARN needs no look', named: `${place}:key/${id}`, get: unreadable, as: `${place}:key/${id}` },
    { because: 'an id is told by the bucket’s place', named: id, get: unreadable, as: `${place}:key/${id}` },
  ])('is named as a document would: $because', async ({ named, get, as }) => {
    expect(await keyOf(on, named, get)).toEqual({ named: as, arn: `${place}:key/${id}` });
  });

  it.each([
    { because: 'its name is AWS’s own', named: 'alias/aws/s3', get: described, says: 'AWS managed key alias/aws/s3' },
    {
      because: 'KMS says so',
      named: id,
      get: present({ KeyMetadata: { Arn: `${place}:key/${id}`, KeyManager: 'AWS' } }),
      says: `AWS managed key ${place}:key/${id}`,
    },
    { because: 'an alias leads nowhere', named: 'alias/orders', get: answering({ status: 'absent' }), says: 'it is not there' },
    { because: 'an alias cannot be looked up', named: `${place}:alias/orders`, get: unreadable, says: 'nobody may look' },
  ])('cannot be written down when $because', async ({ named, get, says }) => {
    await expect(keyOf(on, named, get)).rejects.toThrow(says);
  });

  it.each([
    { because: 'nothing is said', rule: undefined },
    { because: 'it encrypts with SSE-S3', rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } } },
    { because: 'only the Bucket Key is said', rule: { BucketKeyEnabled: true } },
  ])('is none when $because', async ({ rule }) => {
    expect(await defaultKey(on, rule, unreadable)).toBeUndefined();
  });

  it('is AWS’s own where the bucket encrypts with KMS and names none', async () => {
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } };

    await expect(defaultKey(on, rule, unreadable)).rejects.toThrow('AWS managed key alias/aws/s3');
  });
});

describe('settings of a bucket', () => {
  it('take what S3 leaves out of the public access block for off', async () => {
    const get = present({ PublicAccessBlockConfiguration: { BlockPublicPolicy: true } });

    const { found } = await told((tell) => recordedSettings(on, get, tell));

    expect(found).toEqual({
      blockPublicAccess: {
        BlockPublicAcls: false,
        IgnorePublicAcls: false,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: false,
      },
    });
  });

  it('are left alone, and told, where they cannot be read', async () => {
    const { found, notes } = await told((tell) => recordedSettings(on, unreadable, tell));

    expect(found).toEqual({});
    expect(notes).toEqual([expect.stringContaining('nobody may look'), expect.stringContaining('nobody may look')]);
  });
});

describe('the lifecycle rule of ours', () => {
  const with_ = (rule: Partial<LifecycleRule>): Get =>
    present({ Rules: [{ ID: 'lockstep-expiry', Status: 'Enabled', ...rule }] });

  it.each<{ because: string; rule: Partial<LifecycleRule>; found: object }>([
    { because: 'it has no filter at all', rule: { Expiration: { Days: 400 } }, found: { expireAfterDays: 400 } },
    {
      because: 'its prefix is of the first version',
      rule: { Prefix: 'tmp/', Expiration: { Days: 1 } },
      found: { prefix: 'tmp/', expireAfterDays: 1 },
    },
    {
      because: 'its prefix is beside other things',
      rule: { Filter: { And: { Prefix: 'tmp/' } }, Expiration: { Days: 1 } },
      found: { prefix: 'tmp/', expireAfterDays: 1 },
    },
    {
      because: 'it ends uploads',
      rule: { Filter: { Prefix: '' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
      found: { abortIncompleteUploadsAfterDays: 7 },
    },
    {
      because: 'it removes markers without versions',
      rule: { Filter: {}, Expiration: { ExpiredObjectDeleteMarker: true } },
      found: { removeExpiredDeleteMarkers: true },
    },
  ])('is written down: $because', async ({ rule, found }) => {
    expect(await told((tell) => recordedLifecycle(on, with_(rule), tell))).toEqual({ found, notes: [] });
  });

  it('is told of when it does what no document says', async () => {
    const get = with_({ Filter: {}, Transitions: [{ Days: 30, StorageClass: 'GLACIER' }] });

    const { found, notes } = await told((tell) => recordedLifecycle(on, get, tell));

    expect(found).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining('it does nothing that a document can say')]);
  });
});

describe('replication rules', () => {
  const rule = (more: Partial<S3Rule>): S3Rule => ({ Status: 'Enabled', Filter: {}, Destination: undefined, ...more });

  it('come by our numbering, else by priority, and those without one first', () => {
    const byNumber = [rule({ ID: 'lockstep-a-2', Priority: 1 }), rule({ ID: 'lockstep-a-1', Priority: 2 })];
    const byPriority = [rule({ ID: 'z', Priority: 3 }), rule({ Priority: 1 }), rule({ ID: 'first' })];

    expect(inDocumentOrder(byNumber).map(({ ID }) => ID)).toEqual(['lockstep-a-1', 'lockstep-a-2']);
    expect(inDocumentOrder(byPriority).map(({ ID }) => ID)).toEqual(['first', undefined, 'z']);
  });

  it.each<{ because: string; ids: readonly (string | undefined)[]; name: string | undefined }>([
    { because: 'there is no rule', ids: [], name: undefined },
    { because: 'S3 made no id for it', ids: [undefined], name: undefined },
    { because: 'it is somebody else’s', ids: ['nightly'], name: undefined },
    { because: 'a later one is', ids: ['lockstep-a-1', 'nightly'], name: undefined },
    { because: 'no replication can be called so', ids: ['lockstep-A'], name: undefined },
    { because: 'both are ours', ids: ['lockstep-a-1', 'lockstep-a-2'], name: 'a' },
  ])('say the name of the replication in their ids, or do not: $because', ({ ids, name }) => {
    expect(nameInIds(ids.map((ID) => rule(ID === undefined ? {} : { ID })))).toBe(name);
  });

  it.each<{ because: string; given: Partial<S3Rule>; draft: object }>([
    { because: 'one tag alone', given: { Filter: { Tag: { Key: 'team', Value: 'x' } } }, draft: { tags: { team: 'x' } } },
    {
      because: 'a tag without a value',
      given: { Filter: { Tag: { Key: 'team', Value: undefined } } },
      draft: { tags: { team: '' } },
    },
    {
      because: 'a prefix of the first version',
      given: { Filter: undefined, Prefix: 'a/' },
      draft: { prefix: 'a/', deleteMarkers: true },
    },
    {
      because: 'no prefix anywhere',
      given: { Filter: { And: { Tags: [{ Key: 'a', Value: 'b' }] } } },
      draft: { tags: { a: 'b' } },
    },
  ])('are written with what is not the default: $because', ({ given, draft }) => {
    expect(draftsOf([rule(given)], 'a')).toEqual([draft]);
  });
});
