import { describe, expect, it } from 'vitest';
import {
  type Call,
  configurationCalls,
  decryptCalls,
  encryptCalls,
  overrideCalls,
  type Passage,
  passageOf,
  readCalls,
  replicateCalls,
} from '../../shared/policy/proof/calls.ts';
import { encryptionOf } from '../../shared/policy/proof/encryption.ts';
import { rulesToDestination } from '../../shared/policy/proof/rules.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { aRule, aState, destination, destinationKey, source, sourceKey } from './states.ts';

const passage = (state: ReplicationState): Passage => passageOf(state, rulesToDestination(state)[0], encryptionOf(state));
const told = (calls: readonly Call[]) =>
  calls.map(({ action, resource, weight, failureReason, facts: { form } }) =>
    [action, resource, weight, failureReason ?? 'silent', ...(form === undefined ? [] : [form])].join(' '),
  );

const locked = aState({ source: { objectLock: true }, destination: { objectLock: true } });
const deleting = aState({ rule: { DeleteMarkerReplication: { Status: 'Enabled' } } });
const plain = aState({ source: { encryption: null, keys: [] } });
const { AccessControlTranslation: _, ...asItIs } = aRule().Destination;

const object = `${source}/sample-object`;
const replica = `${destination}/sample-object`;
const reading = [
  `s3:GetObjectVersionForReplication ${object} must SrcGetObjectNotPermitted`,
  `s3:GetObjectVersionAcl ${object} must SrcGetAclNotPermitted`,
  `s3:GetObjectVersionTagging ${object} tags SrcGetTaggingNotPermitted`,
];
const encrypting = (form: string, weight: string) =>
  ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'].map(
    (action) => `${action} ${destinationKey} ${weight} DstPutObjectNotPermitted ${form}`,
  );

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
describe('the calls that S3 makes, how much depends on each, and what it reports', () => {
  it.each<[because: string, of: (passage: Passage) => readonly Call[], state: ReplicationState, calls: readonly string[]]>([
    [
      'it looks up the configuration',
      configurationCalls,
      aState(),
      [`s3:GetReplicationConfiguration ${source} must silent`, `s3:ListBucket ${source} must silent`],
    ],
    ['it reads the object', readCalls, aState(), reading],
    ['it reads no locks where Object Lock is off', readCalls, aState({ source: { objectLock: false } }), reading],
    ['it reads no locks where that was not read', readCalls, aState({ source: { objectLock: { unreadable: 'x' } } }), reading],
    [
      'it reads the locks of a locked object',
      readCalls,
      locked,
      [
        ...reading,
        `s3:GetObjectRetention ${object} must SrcGetRetentionNotPermitted`,
        `s3:GetObjectLegalHold ${object} must SrcGetLegalHoldNotPermitted`,
      ],
    ],
    [
      'it decrypts under the Bucket Key, and older objects under their own',
      decryptCalls,
      aState(),
      [
        `kms:Decrypt ${sourceKey} must SrcGetObjectNotPermitted bucket`,
        `kms:Decrypt ${sourceKey} older SrcGetObjectNotPermitted object`,
      ],
    ],
    [
      'it decrypts every object by itself without a Bucket Key',
      decryptCalls,
      aState({ bucketKey: false }),
      [`kms:Decrypt ${sourceKey} must SrcGetObjectNotPermitted object`],
    ],
    ['it decrypts nothing that is not under KMS', decryptCalls, plain, []],
    [
      'it writes the replica',
      replicateCalls,
      aState(),
      [
        `s3:ReplicateObject ${replica} must DstPutObjectNotPermitted`,
        `s3:ReplicateTags ${replica} tags DstPutTaggingNotPermitted`,
      ],
    ],
    [
      'it writes delete markers where the rule says so',
      replicateCalls,
      deleting,
      [
        `s3:ReplicateObject ${replica} must DstPutObjectNotPermitted`,
        `s3:ReplicateDelete ${replica} must DstDelObjNotPermitted`,
        `s3:ReplicateTags ${replica} tags DstPutTaggingNotPermitted`,
      ],
    ],
    [
      'it changes the owner where the rule says so',
      overrideCalls,
      aState(),
      [`s3:ObjectOwnerOverrideToBucketOwner ${replica} must DstPutObjectNotPermitted`],
    ],
    ['it leaves the owner where the rule says nothing', overrideCalls, aState({ rule: { Destination: asItIs } }), []],
    [
      'it encrypts under the Bucket Key',
      encryptCalls,
      aState(),
      [
        ...encrypting('bucket', 'must'),
        `kms:Encrypt ${destinationKey} older DstPutObjectNotPermitted object`,
        `kms:GenerateDataKey ${destinationKey} older DstPutObjectNotPermitted object`,
      ],
    ],
    [
      'it encrypts every replica by itself without a Bucket Key, perhaps with a data key',
      encryptCalls,
      aState({ bucketKey: false }),
      [
        `kms:Encrypt ${destinationKey} must DstPutObjectNotPermitted object`,
        `kms:GenerateDataKey ${destinationKey} doubt DstPutObjectNotPermitted object`,
      ],
    ],
    ['it encrypts nothing that is not under KMS', encryptCalls, plain, []],
  ])('%s', (_because, of, state, calls) => {
    expect(told(of(passage(state)))).toEqual(calls);
  });
});

describe('the object that a proof is about', () => {
  it.each<[because: string, state: ReplicationState, key: string, tags: object]>([
    ['one that every rule takes', aState(), 'sample-object', {}],
    ['one under the prefix of the rule', aState({ rule: { Filter: { Prefix: '2026/' } } }), '2026/sample-object', {}],
    [
      'one with the tag of the rule',
      aState({ rule: { Filter: { Tag: { Key: 'a', Value: 'b' } } } }),
      'sample-object',
      { a: 'b' },
    ],
    ['the one asked about', aState({ object: { key: 'x', tags: { c: 'd' } } }), 'x', { c: 'd' }],
    ['the one asked about, which has no tags', aState({ object: { key: 'x' } }), 'x', {}],
  ])('is %s', (_because, state, key, tags) => {
    expect(passage(state)).toMatchObject({ objectKey: key, objectTags: tags });
    expect(passage(state).objectTags).toEqual(tags);
  });

  it('is any where no rule takes one', () => {
    expect(passageOf(aState(), undefined, { is: 'sse-s3' })).toMatchObject({ objectKey: 'sample-object', objectTags: {} });
  });
});
