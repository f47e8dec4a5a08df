import { describe, expect, it } from 'vitest';
import { attempted, type Check } from '../../shared/policy/proof/attempted.ts';
import { encryptionOf } from '../../shared/policy/proof/encryption.ts';
import { rulesToDestination } from '../../shared/policy/proof/rules.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { aRule, aState, destination, destinationKey, roleArn, source, sourceKey } from './states.ts';

function check(state: ReplicationState, takes = true): Check {
  const [rule] = rulesToDestination(state);
  return attempted({ state, encryption: encryptionOf(state), ...(takes && rule && { rule }) });
}

const unread = { unreadable: 'AccessDenied' };
const plainRule = (changes: object = {}) => {
  const { AccessControlTranslation: _, Account: _account, ...Destination } = aRule().Destination;
  return aState({ rule: { Destination: { ...Destination, ...changes } } });
};
const sealed = (algorithm: 'SSE-C' | 'AES256', more: object = {}) =>
  aState({ object: { key: 'a', encryption: { algorithm } }, ...more });
const blocking = (EncryptionType: readonly string[]) => ({
  destination: { encryption: { Rules: [{ BlockedEncryptionTypes: { EncryptionType } }] } as never },
});
const foreignKey = 'arn:aws:kms:eu-central-1:111111111111:key/33333333-cccc-4ccc-8ccc-333333333333';
const farKey = destinationKey.replace('eu-central-1', 'eu-west-1');
const keyed = (ReplicaKmsKeyID: string | undefined, changes: Parameters<typeof aState>[0] = {}) =>
  aState({
    ...changes,
    rule: {
      Destination: { ...aRule().Destination, EncryptionConfiguration: ReplicaKmsKeyID === undefined ? {} : { ReplicaKmsKeyID } },
    },
  });
const configuration = 'Change the replication configuration of orders.';
const nameAKey = 'Name a customer managed key of account 222222222222 in eu-central-1 as ReplicaKmsKeyID.';
const atSource = { owner: source };
const atDestination = { owner: destination };
const elsewhere = aRule({ Destination: { Bucket: 'arn:aws:s3:::elsewhere' } });

describe('an object that is attempted', () => {
  it.each<[because: string, state: ReplicationState]>([
    ['everything is there', aState()],
    [
      'the destination has Object Lock, whatever the source has',
      aState({ destination: { objectLock: true }, source: { objectLock: unread } }),
    ],
    [
      'neither bucket is known to have Object Lock',
      aState({ destination: { objectLock: unread }, source: { objectLock: unread } }),
    ],
    ['the source has no Object Lock', aState({ destination: { objectLock: unread }, source: { objectLock: false } })],
    ['an SSE-C object where other kinds are refused', sealed('SSE-C', blocking(['NONE']))],
    ['an SSE-S3 object where SSE-C is refused', sealed('AES256', blocking(['SSE-C']))],
    ['an SSE-S3 object under a rule that leaves SSE-KMS out', sealed('AES256', { rule: { SourceSelectionCriteria: {} } })],
    [
      'an SSE-S3 object under a rule that names no key',
      { ...keyed(undefined), object: { key: 'a', encryption: { algorithm: 'AES256' } } },
    ],
    ['no owner is changed and no account is named', plainRule()],
    ['the account is the right one', plainRule({ Account: '222222222222' })],
    ['the owner of the bucket pays', aState({ destination: { payer: 'BucketOwner' } })],
    ['who pays was not read', aState({ destination: { payer: unread } })],
    [
      'the requester pays within one account',
      aState({
        source: { account: '222222222222' },
        destination: { payer: 'Requester' },
      }),
    ],
    ['spec and usage of the keys were not read', aState({ sourceKey: { spec: unread, usage: unread } })],
    ['the replica key is named by its alias', keyed('alias/orders-dr', { destinationKey: { aliases: ['alias/orders-dr'] } })],
  ])('%s', (_, state) => {
    expect(check(state)).toEqual({ answer: 'allowed', because: '' });
  });
});

describe('an object that is not attempted', () => {
  it.each<[because: string, more: Omit<Check, 'answer' | 'because'>, state: ReplicationState, takes?: false]>([
    [
      'Bucket orders does not exist in account 111111111111.',
      {
        ...atSource,
        failureReason: 'SrcBucketNotFound',
        remedy: 'Create bucket orders in account 111111111111, or change the document.',
      },
      aState({ source: { exists: false } }),
    ],
    [
      'Bucket orders-dr does not exist in account 222222222222.',
      {
        ...atDestination,
        failureReason: 'DstBucketNotFound',
        remedy: 'Create bucket orders-dr in account 222222222222, or change the document.',
      },
      aState({ destination: { exists: false } }),
    ],
    [
      'orders has no replication configuration, so nothing is attempted and nothing is reported.',
      { ...atSource, remedy: 'Put a replication configuration on orders.' },
      aState({ source: { replication: null } }),
    ],
    [
      'No replication rule of orders has orders-dr as its destination.',
      { ...atSource, remedy: configuration },
      aState({ source: { replication: { Role: roleArn, Rules: [elsewhere as never] } } }),
    ],
    [
      'Every replication rule of orders to orders-dr is disabled.',
      { ...atSource, remedy: configuration },
      aState({ rule: { Status: 'Disabled' } }),
      false,
    ],
    [
      'No enabled rule of orders to orders-dr matches a.csv, so it is never attempted.',
      { ...atSource, remedy: configuration },
      aState({
        object: { key: 'a.csv' },
        source: { replication: { Role: roleArn, Rules: [aRule({ Status: 'Disabled' }), aRule()] as never } },
      }),
      false,
    ],
    [
      'Versioning of orders is not enabled.',
      { ...atSource, remedy: 'Enable versioning on orders.' },
      aState({ source: { versioning: null } }),
    ],
    [
      'Versioning of orders is suspended.',
      { ...atSource, remedy: 'Enable versioning on orders.' },
      aState({ source: { versioning: 'Suspended' } }),
    ],
    [
      'Versioning of orders-dr is suspended.',
      { ...atDestination, failureReason: 'DstBucketUnversioned', remedy: 'Enable versioning on orders-dr.' },
      aState({ destination: { versioning: 'Suspended' } }),
    ],
    [
      `The replication configuration of orders names the role arn:aws:iam::111111111111:role/other, not ${roleArn}.`,
      { ...atSource, remedy: `Put ${roleArn} into the replication configuration.` },
      aState({ source: { replication: { Role: 'arn:aws:iam::111111111111:role/other', Rules: [aRule() as never] } } }),
    ],
    [
      'Rule lockstep-orders-dr does not include SSE-KMS objects (SseKmsEncryptedObjects), so they are skipped in silence.',
      { ...atSource, remedy: 'Set SourceSelectionCriteria.SseKmsEncryptedObjects to Enabled on the rule.' },
      aState({ rule: { SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Disabled' } } } }),
    ],
    [
      'Rule  does not include SSE-KMS objects (SseKmsEncryptedObjects), so they are skipped in silence.',
      { ...atSource, remedy: 'Set SourceSelectionCriteria.SseKmsEncryptedObjects to Enabled on the rule.' },
      aState({ rule: { ID: undefined, SourceSelectionCriteria: undefined } }),
    ],
    [
      'Rule lockstep-orders-dr names no key for replicas (ReplicaKmsKeyID).',
      { ...atSource, remedy: 'Set Destination.EncryptionConfiguration.ReplicaKmsKeyID to a key of the destination account.' },
      keyed(undefined),
    ],
    [
      `The replica key ${farKey} is not in eu-central-1, the region of orders-dr.`,
      { owner: farKey, failureReason: 'DstKmsKeyNotFound', remedy: nameAKey },
      keyed(farKey),
    ],
    [
      `The replica key ${foreignKey} does not belong to account 222222222222.`,
      { owner: foreignKey, failureReason: 'DstKmsKeyNotFound', remedy: nameAKey },
      keyed(foreignKey),
    ],
    [
      'The AWS managed key aws/s3 cannot be used across accounts.',
      { owner: destinationKey, failureReason: 'DstKmsKeyNotFound', remedy: nameAKey },
      aState({ destinationKey: { manager: 'AWS' } }),
    ],
    [
      `Key ${destinationKey} does not exist.`,
      { owner: destinationKey, failureReason: 'DstKmsKeyNotFound', remedy: 'Name a key that exists.' },
      aState({ destinationKey: { exists: false } }),
    ],
    [
      `Key ${sourceKey} does not exist.`,
      { owner: sourceKey, remedy: 'Name a key that exists.' },
      aState({ sourceKey: { exists: false } }),
    ],
    [
      `Key ${destinationKey} is Disabled.`,
      { owner: destinationKey, failureReason: 'DstKmsKeyInvalidState', remedy: 'Enable the key.' },
      aState({ destinationKey: { state: 'Disabled' } }),
    ],
    [
      `Key ${sourceKey} is PendingDeletion.`,
      { owner: sourceKey, failureReason: 'SrcKmsKeyInvalidState', remedy: 'Cancel the deletion of the key, then enable it.' },
      aState({ sourceKey: { state: 'PendingDeletion' } }),
    ],
    [
      `Key ${sourceKey} is in no state.`,
      { owner: sourceKey, failureReason: 'SrcKmsKeyInvalidState', remedy: 'Enable the key.' },
      aState({ sourceKey: { state: null } }),
    ],
    [
      `Key ${sourceKey} is no symmetric encryption key.`,
      { owner: sourceKey, remedy: 'Name a symmetric encryption key.' },
      aState({ sourceKey: { spec: 'RSA_2048' } }),
    ],
    [
      `Key ${destinationKey} is no symmetric encryption key.`,
      { owner: destinationKey, remedy: 'Name a symmetric encryption key.' },
      aState({ destinationKey: { usage: 'GENERATE_VERIFY_MAC' } }),
    ],
    [
      'orders has Object Lock and orders-dr has not.',
      {
        ...atDestination,
        failureReason: 'DstBucketObjectLockConfigMissing',
        remedy: 'Turn on Object Lock on orders-dr.',
      },
      aState({ source: { objectLock: true } }),
    ],
    [
      'orders-dr refuses SSE-C objects, replicas included.',
      {
        ...atDestination,
        failureReason: 'DstPutObjectNotPermitted',
        remedy: 'Remove SSE-C from BlockedEncryptionTypes of the destination bucket.',
      },
      sealed('SSE-C', blocking(['NONE', 'SSE-C'])),
    ],
    [
      'Rule lockstep-orders-dr says that orders-dr belongs to account 333333333333, not 222222222222.',
      { ...atSource, remedy: 'Set Destination.Account of the rule to 222222222222.' },
      plainRule({ Account: '333333333333' }),
    ],
    [
      'Rule lockstep-orders-dr changes the owner of replicas without naming the destination account.',
      { ...atSource, remedy: 'Set Destination.Account of the rule to 222222222222.' },
      plainRule({ AccessControlTranslation: { Owner: 'Destination' } }),
    ],
    [
      'orders-dr is a Requester Pays bucket, which cannot be a destination across accounts.',
      { ...atDestination, remedy: 'Set the payer of orders-dr to BucketOwner.' },
      aState({ destination: { payer: 'Requester' } }),
    ],
  ])('%s', (because, more, state, takes) => {
    expect(check(state, takes)).toEqual({ answer: 'denied', because, ...more });
  });

  it('is told by the first of several reasons', () => {
    expect(check(aState({ source: { versioning: null, exists: false } })).because).toMatch(/^Bucket orders does not exist/);
    expect(check(aState({ source: { versioning: null }, destination: { versioning: null } })).because).toMatch(/of orders is/);
  });

  it('is told by what denies it before what is not known', () => {
    expect(check(aState({ source: { versioning: unread }, destination: { versioning: null } }))).toMatchObject({
      answer: 'denied',
      because: 'Versioning of orders-dr is not enabled.',
    });
  });
});

describe('an object of which it is not known whether it is attempted', () => {
  it.each<[because: string, owner: string, state: ReplicationState]>([
    ['Versioning of orders is not known: AccessDenied.', source, aState({ source: { versioning: unread } })],
    ['Versioning of orders-dr is not known: AccessDenied.', destination, aState({ destination: { versioning: unread } })],
    ['The replication configuration of orders is not known: AccessDenied.', source, aState({ source: { replication: unread } })],
    [
      'Under which key objects are is not known: the default encryption of orders is not known: AccessDenied.',
      source,
      aState({ source: { encryption: unread, keys: [] } }),
    ],
    ['Which key the alias alias/other stands for is not known.', 'alias/other', keyed('alias/other')],
    [`The state of key ${sourceKey} is not known: AccessDenied.`, sourceKey, aState({ sourceKey: { state: unread } })],
    [
      'Whether orders has Object Lock is not known: AccessDenied.',
      source,
      aState({ source: { objectLock: unread }, destination: { objectLock: null } }),
    ],
    [
      'Whether orders-dr has Object Lock is not known: AccessDenied.',
      destination,
      aState({ source: { objectLock: true }, destination: { objectLock: unread } }),
    ],
    [
      'AWS documents only customer managed keys as replica keys, and the rule names aws/s3.',
      destinationKey,
      aState({
        destinationKey: { manager: 'AWS' },
        role: { arn: 'arn:aws:iam::222222222222:role/r' },
        source: sourceNaming('arn:aws:iam::222222222222:role/r'),
      }),
    ],
  ])('%s', (because, owner, state) => {
    expect(check(state)).toEqual({ answer: 'cannot-tell', because, owner });
  });
});

function sourceNaming(Role: string) {
  return { replication: { Role, Rules: [aRule() as never] } };
}
