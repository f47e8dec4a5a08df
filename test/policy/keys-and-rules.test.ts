import type { ReplicationRule } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import {
  bucketKeyOf,
  destinationForms,
  encryptionOf,
  keyNamed,
  replicaKeyOf,
  sourceForms,
} from '../../shared/policy/proof/encryption.ts';
import {
  filterOf,
  overridesOwner,
  replicatesDeleteMarkers,
  rulesToDestination,
  takes,
  winnerFor,
} from '../../shared/policy/proof/rules.ts';
import { accountOfArn, bucketArn, isUnreadable, known, partitionOf, regionOfArn } from '../../shared/policy/replication-state.ts';
import { aRule, aState, destination, destinationKey, sourceKey } from './states.ts';

const state = aState();
const other = 'arn:aws:kms:eu-west-1:111111111111:key/33333333-cccc-4ccc-8ccc-333333333333';
const managedArn = 'arn:aws:kms:eu-west-1:111111111111:key/aws-s3';
const managed = {
  arn: managedArn,
  aliases: ['alias/aws/s3'],
  manager: 'AWS',
  state: 'Enabled',
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
};
const aliased = { ...state.source, keys: [{ arn: other }, { arn: sourceKey, aliases: ['alias/other', 'alias/orders'] }] };
const byDefault = (SSEAlgorithm: string, KMSMasterKeyID?: string, BucketKeyEnabled = false) => ({
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: SSEAlgorithm as 'aws:kms', KMSMasterKeyID }, BucketKeyEnabled }],
});
const sourceIs = (encryption: unknown, keys: readonly { arn: string }[] = []) =>
  aState({ source: { encryption: encryption as never, keys } });

describe('a key, as a bucket or a rule names it', () => {
  it.each([
    ['its own ARN', sourceKey, sourceKey],
    ['an alias', 'alias/orders', sourceKey],
    ['an alias ARN', 'arn:aws:kms:eu-west-1:111111111111:alias/orders', sourceKey],
    ['its id', sourceKey.slice(sourceKey.indexOf('/') + 1), sourceKey],
    ['the ARN of a key that is not listed', `${other}0`, `${other}0`],
    ['the id of one', 'abc', 'arn:aws:kms:eu-west-1:111111111111:key/abc'],
    ['nothing: the AWS managed key', undefined, managedArn],
    ['the alias of the AWS managed key', 'alias/aws/s3', managedArn],
    ['the alias ARN of the AWS managed key', 'arn:aws:kms:eu-west-1:111111111111:alias/aws/s3', managedArn],
    ['an alias nobody resolved', 'alias/nobody', undefined],
    ['an alias that only starts like the managed one', 'alias/aws/s3x', undefined],
    ['an alias that only ends like a listed one', 'alias/my-alias/orders', undefined],
  ])('may be %s', (_, id, arn) => {
    expect(keyNamed(state, aliased, id)?.arn).toBe(arn);
    expect(keyNamed(state, { ...aliased, keys: undefined }, arn)?.arn).toBe(arn ?? managedArn);
  });

  it('is taken from the list with everything that is known of it', () => {
    expect(keyNamed(state, aliased, 'alias/orders')).toBe(aliased.keys[1]);
    expect(keyNamed(state, aliased, other.slice(other.indexOf('/') + 1))).toBe(aliased.keys[0]);
  });

  it('is in good health when AWS manages it', () => {
    expect(keyNamed(state, aliased, undefined)).toEqual(managed);
  });
});

describe('what objects are encrypted with', () => {
  const kms = (keys: readonly string[], bucketKey: boolean | undefined, dual = false) => ({
    is: 'kms',
    keys: keys.map((arn) => expect.objectContaining({ arn })),
    bucketKey,
    dual,
  });
  const object = (encryption: object, bucketKey = true) =>
    aState({ bucketKey, object: { key: 'a', encryption: encryption as { algorithm: 'aws:kms' } } });

  it.each<[because: string, state: ReturnType<typeof aState>, expected: object]>([
    ['the default of the bucket', aState(), kms([sourceKey], true)],
    ['the default without a Bucket Key', aState({ bucketKey: false }), kms([sourceKey], false)],
    [
      'further keys that are listed',
      sourceIs(byDefault('aws:kms', sourceKey), [{ arn: sourceKey }, { arn: other }]),
      kms([sourceKey, other], false),
    ],
    ['DSSE-KMS has no Bucket Key', sourceIs(byDefault('aws:kms:dsse', sourceKey, true)), kms([sourceKey], false, true)],
    ['a default without a key is the AWS managed one', sourceIs(byDefault('aws:kms')), kms([managedArn], false)],
    ['SSE-S3', sourceIs(byDefault('AES256')), { is: 'sse-s3' }],
    ['a Bucket Key means nothing under SSE-S3', sourceIs(byDefault('AES256', undefined, true)), { is: 'sse-s3' }],
    ['no configuration at all', sourceIs(null), { is: 'sse-s3' }],
    ['an empty configuration', sourceIs({}), { is: 'sse-s3' }],
    ['a rule that only blocks', sourceIs({ Rules: [{ BucketKeyEnabled: true }] }), { is: 'sse-s3' }],
    ['SSE-S3 beside keys that are listed', sourceIs(null, [{ arn: other }]), kms([other], false)],
    ['not read, with keys that are listed', sourceIs({ unreadable: 'no' }, [{ arn: other }]), kms([other], undefined)],
    ['not read', sourceIs({ unreadable: 'no' }), { is: 'unknown', reason: 'the default encryption of orders is not known: no' }],
    [
      'an alias nobody resolved',
      sourceIs(byDefault('aws:kms', 'alias/x')),
      { is: 'unknown', reason: 'the key behind alias/x is not known' },
    ],
    ['an object under SSE-S3', object({ algorithm: 'AES256' }), { is: 'sse-s3' }],
    ['an object under a key of the client', object({ algorithm: 'SSE-C' }), { is: 'sse-c' }],
    ['an object under another key', object({ algorithm: 'aws:kms', key: other, bucketKey: false }), kms([other], false)],
    ['an object that leaves the Bucket Key to the bucket', object({ algorithm: 'aws:kms', key: other }), kms([other], true)],
    ['an object that wants one', object({ algorithm: 'aws:kms', key: other, bucketKey: true }, false), kms([other], true)],
    ['an object under DSSE-KMS', object({ algorithm: 'aws:kms:dsse', key: other, bucketKey: true }), kms([other], false, true)],
    [
      'an object under an alias nobody resolved',
      object({ algorithm: 'aws:kms', key: 'alias/x' }),
      { is: 'unknown', reason: 'the key behind alias/x is not known' },
    ],
  ])('%s', (_, of, expected) => {
    expect(encryptionOf(of)).toEqual(expected);
  });

  it('has a Bucket Key by default only where it is read and on', () => {
    const at = (encryption: unknown) => bucketKeyOf({ ...state.source, encryption: encryption as never });

    expect([at(byDefault('aws:kms', sourceKey, true)), at(byDefault('aws:kms', sourceKey)), at(null), at(undefined)]).toEqual([
      true,
      false,
      false,
      undefined,
    ]);
  });
});

describe('the encryption context', () => {
  const kms = (bucketKey: boolean | undefined, dual = false) => ({ is: 'kms', keys: [], bucketKey, dual }) as const;
  const without = { ...state.destination, encryption: null };

  it.each([
    [{ is: 'sse-s3' } as const, [], [], []],
    [kms(undefined), [], ['bucket', 'object'], []],
    [kms(true), ['bucket'], [], ['object']],
    [kms(false), ['object'], [], []],
  ])('of %j at the source', (encryption, sure, doubtful, older) => {
    expect(sourceForms(encryption)).toEqual({ sure, doubtful, older });
    expect(destinationForms(encryption, without)).toEqual({ sure, doubtful, older });
  });

  it('is doubtful at a destination with a Bucket Key of its own, except for DSSE-KMS', () => {
    expect(destinationForms(kms(false), state.destination)).toEqual({ sure: ['object'], doubtful: ['bucket'], older: [] });
    expect(destinationForms(kms(false, true), state.destination)).toEqual({ sure: ['object'], doubtful: [], older: [] });
    expect(destinationForms({ is: 'sse-s3' }, state.destination)).toEqual({ sure: [], doubtful: [], older: [] });
  });
});

describe('the key of replicas', () => {
  it("is the rule's, and the only one listed while there is no rule", () => {
    expect(replicaKeyOf(state, aRule() as ReplicationRule)?.arn).toBe(destinationKey);
    expect(replicaKeyOf(state, undefined)?.arn).toBe(destinationKey);
    expect(replicaKeyOf(state, aRule({ Destination: { Bucket: destination } }) as ReplicationRule)).toBeUndefined();
    expect(replicaKeyOf(state, { Status: 'Enabled' } as ReplicationRule)).toBeUndefined();
    expect(replicaKeyOf(aState({ destination: { keys: undefined } }), undefined)).toBeUndefined();
  });
});

const ruleOf = (changes: object): ReplicationRule => aRule(changes as Record<string, unknown>) as ReplicationRule;
const tag = (Key: string, Value: string) => ({ Key, Value });

describe('a replication rule', () => {
  it.each<[ReplicationRule, string, Record<string, string>]>([
    [ruleOf({ Filter: { Prefix: 'a/' } }), 'a/', {}],
    [ruleOf({ Filter: {} }), '', {}],
    [ruleOf({ Filter: undefined, Prefix: 'old/' }), 'old/', {}],
    [ruleOf({ Filter: { Tag: tag('t', '1') } }), '', { t: '1' }],
    [ruleOf({ Filter: { And: { Prefix: 'b/', Tags: [tag('t', '1'), tag('u', '2')] } } }), 'b/', { t: '1', u: '2' }],
    [ruleOf({ Filter: { And: { Tags: [{}] } } }), '', { '': '' }],
  ])('%j has a filter', (rule, prefix, tags) => {
    expect(filterOf(rule)).toEqual({ prefix, tags });
  });

  it('takes objects under its prefix with all of its tags', () => {
    const rule = ruleOf({ Filter: { And: { Prefix: 'a/', Tags: [tag('t', '1'), tag('u', '2')] } } });

    expect(takes(rule, { key: 'a/1', tags: { t: '1', u: '2', v: '3' } })).toBe(true);
    expect(takes(rule, { key: 'b/1', tags: { t: '1', u: '2' } })).toBe(false);
    expect(takes(rule, { key: 'a/1', tags: { t: '1' } })).toBe(false);
    expect(takes(rule, { key: 'a/1' })).toBe(false);
  });

  it('wins by priority over the others to the same destination, the first of equals', () => {
    const rules = [
      ruleOf({ ID: 'low', Priority: undefined }),
      ruleOf({ ID: 'high', Priority: 2 }),
      ruleOf({ ID: 'same', Priority: 2 }),
    ];
    const off = ruleOf({ ID: 'off', Priority: 9, Status: 'Disabled' });

    expect(winnerFor([...rules, off], { key: 'a' })?.ID).toBe('high');
    expect(winnerFor(rules.slice(0, 1), { key: 'a' })?.ID).toBe('low');
    expect(winnerFor([off], { key: 'a' })).toBeUndefined();
  });

  it('goes to the destination it names', () => {
    const Rules = [
      ruleOf({ ID: 'here' }),
      ruleOf({ ID: 'there', Destination: { Bucket: `${destination}-2` } }),
      { Status: 'Enabled' },
    ];
    const ids = (replication: unknown) =>
      rulesToDestination(aState({ source: { replication: replication as never } })).map(({ ID }) => ID);

    expect(ids({ Role: 'r', Rules })).toEqual(['here']);
    expect([ids({ Role: 'r' }), ids(null), ids({ unreadable: 'no' })]).toEqual([[], [], []]);
  });

  it('without a filter replicates delete markers, with one only when it says so', () => {
    const markers = [
      undefined,
      ruleOf({ Filter: undefined }),
      ruleOf({}),
      ruleOf({ DeleteMarkerReplication: { Status: 'Enabled' } }),
      ruleOf({ DeleteMarkerReplication: undefined }),
    ];

    expect(markers.map(replicatesDeleteMarkers)).toEqual([false, true, false, true, false]);
  });

  it('overrides the owner only when it says so', () => {
    const owners = [
      undefined,
      ruleOf({}),
      ruleOf({ Destination: { Bucket: destination } }),
      { Status: 'Enabled' } as ReplicationRule,
    ];

    expect(owners.map(overridesOwner)).toEqual([false, true, false, false]);
  });
});

describe('what was read', () => {
  it.each([
    [undefined, { is: 'unread', reason: 'not read' }],
    [null, { is: 'absent' }],
    [{ unreadable: 'AccessDenied' }, { is: 'unread', reason: 'AccessDenied' }],
    ['Enabled', { is: 'known', value: 'Enabled' }],
    [false, { is: 'known', value: false }],
    [{ a: 1 }, { is: 'known', value: { a: 1 } }],
  ])('%j is told apart', (read, expected) => {
    expect(known<unknown>(read)).toEqual(expected);
  });

  it('is unreadable only when it says so', () => {
    expect([isUnreadable({ unreadable: '' }), isUnreadable({}), isUnreadable(null), isUnreadable('unreadable')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("has the role's partition, unless it names one", () => {
    const china = aState({ role: { arn: 'arn:aws-cn:iam::111111111111:role/r' } });

    expect([partitionOf(state), partitionOf(china), partitionOf({ ...china, partition: 'aws-us-gov' })]).toEqual([
      'aws',
      'aws-cn',
      'aws-us-gov',
    ]);
    expect(partitionOf(aState({ role: { arn: '' } }))).toBe('aws');
    expect(bucketArn(china, china.source)).toBe('arn:aws-cn:s3:::orders');
    expect([accountOfArn(sourceKey), regionOfArn(sourceKey), accountOfArn('x'), regionOfArn('x')]).toEqual([
      '111111111111',
      'eu-west-1',
      '',
      '',
    ]);
  });
});
