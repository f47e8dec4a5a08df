import { describe, expect, it } from 'vitest';
import type { AccountState } from '../../shared/policy/replication-state.ts';
import { everyoneReads, hopOf, rolePolicy, sentence } from './hops.ts';
import {
  allow,
  aState,
  bucketStatements,
  delegation,
  deny,
  destination,
  policy,
  roleArn,
  roleStatements,
  sourceKey,
} from './states.ts';

const guarded = (...statements: readonly Record<string, unknown>[]): AccountState => ({
  organization: 'o-1',
  publicAccessBlock: null,
  serviceControlPolicies: null,
  resourceControlPolicies: [{ Edge: policy(allow('*', '*', { Principal: '*' }), ...statements) }],
});
const noDecrypt = deny('kms:Decrypt', '*', { Sid: 'NoDecrypt', Principal: '*' });

describe('a call on an AWS managed key', () => {
  const accounts = { '111111111111': guarded(noDecrypt) };
  const managed = {
    encryption: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }] },
    keys: [],
  };

  it('is under no RCP', () => {
    expect(hopOf(aState({ accounts }), 'decrypt-source').hop).toMatchObject({ answer: 'denied', deciding: { sid: 'NoDecrypt' } });
    expect(hopOf(aState({ accounts, source: managed }), 'decrypt-source').hop?.answer).toBe('allowed');
  });
});

describe('a call of which AWS’s pages disagree whether S3 makes it', () => {
  const grants = (actions: readonly string[]) =>
    roleStatements.map((one) => (one.Sid === 'DestinationKey' ? { ...one, Action: actions } : one));
  const withoutDataKey = { inline: { p: policy(...grants(['kms:Encrypt', 'kms:Decrypt'])) } };

  it('leaves the hop open where it is denied', () => {
    const { hop } = hopOf(aState({ bucketKey: false, role: withoutDataKey }), 'encrypt-destination');

    expect(hop).toMatchObject({
      answer: 'cannot-tell',
      because: sentence('^kms:GenerateDataKey on ', ' is not allowed by ', "; AWS's pages disagree whether S3 needs it here.$"),
    });
    expect(hop?.because).not.toContain('.;');
  });

  it('leaves the hop open where it is not known', () => {
    const inline = { p: policy(...grants(['kms:Encrypt', 'kms:Decrypt'])), q: { unreadable: 'AccessDenied' } };
    const { hop } = hopOf(aState({ bucketKey: false, role: { inline } }), 'encrypt-destination');

    expect(hop?.answer).toBe('cannot-tell');
    expect(hop?.because).toEqual(sentence('the role policy q could not be read: AccessDenied.$'));
  });

  it('stops the hop where S3 makes it for certain', () => {
    expect(hopOf(aState({ role: withoutDataKey }), 'encrypt-destination').hop?.answer).toBe('denied');
  });
});

describe('a public bucket policy under RestrictPublicBuckets', () => {
  const closed = { policy: policy(...bucketStatements, everyoneReads), publicAccessBlock: { RestrictPublicBuckets: true } };

  it('lets in the account of the bucket', () => {
    const here = { '111111111111': { organization: null, publicAccessBlock: null } };
    const state = aState({ accounts: here, destination: { ...closed, account: '111111111111' } });

    expect(hopOf(state, 'replicate').hop?.answer).toBe('allowed');
  });

  it('shuts the other account out of writing, and not out of its own source', () => {
    const state = aState({ destination: closed });

    expect(hopOf(state, 'replicate').hop?.answer).toBe('denied');
    expect(hopOf(state, 'read-objects').hop?.answer).toBe('allowed');
  });

  it('is not named where the policies deny already', () => {
    const state = aState({ destination: { ...closed, policy: policy(everyoneReads) } });

    expect(hopOf(state, 'replicate').hop?.because).toEqual(sentence('is not allowed by the bucket policy of orders-dr'));
  });

  it('names neither a statement nor what is missing', () => {
    const calls = hopOf(aState({ destination: closed }), 'replicate').hop?.calls.map(({ decision }) => decision);

    expect(calls?.[0]).toEqual({
      answer: 'denied',
      by: 'explicit-deny',
      because:
        'The bucket policy of orders-dr is public and RestrictPublicBuckets is on, which stops all access from other accounts.',
      missing: [],
    });
  });

  it('leaves open what it shuts out where it was not read', () => {
    const open = { ...closed, publicAccessBlock: { unreadable: 'AccessDenied' } };
    const calls = hopOf(aState({ destination: open }), 'replicate').hop?.calls.map(({ decision }) => decision);

    expect(calls?.[0]).toMatchObject({ answer: 'cannot-tell', by: 'unreadable', missing: [] });
    expect(calls?.[0]).not.toHaveProperty('deciding');
  });
});

describe('assuming the role', () => {
  const trusting = (Service: string, region = 'eu-west-1') =>
    aState({
      source: { region },
      role: { trust: policy({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }) },
    });

  it.each([
    ['s3.amazonaws.com', 'allowed'],
    ['s3.eu-west-1.amazonaws.com', 'cannot-tell'],
    ['s3.amazonaws.com.cn', 'cannot-tell'],
    ['s3.eu-central-1.amazonaws.com', 'denied'],
    ['batchoperations.s3.amazonaws.com', 'denied'],
  ])('is done by S3, under its own name: %s is %s', (service, answer) => {
    expect(hopOf(trusting(service), 'assume-role').hop?.answer).toBe(answer);
  });

  it('is under the RCPs of the role’s account', () => {
    const denial = deny('sts:AssumeRole', '*', { Sid: 'NoAssume', Principal: '*' });

    expect(hopOf(aState({ accounts: { '111111111111': guarded(denial) } }), 'assume-role').hop).toMatchObject({
      answer: 'denied',
      deciding: { sid: 'NoAssume' },
      failureReason: 'AssumeRoleNotPermitted',
    });
  });
});

describe('the key policy of a source key', () => {
  it('has to let the role in, by itself or by its account', () => {
    const own = allow('kms:Decrypt', '*', { Principal: { AWS: roleArn } });
    const keyOf = (...statements: readonly Record<string, unknown>[]) => aState({ sourceKey: { policy: policy(...statements) } });

    expect(hopOf(keyOf(delegation('111111111111')), 'decrypt-source').hop?.answer).toBe('allowed');
    expect(hopOf(keyOf(own), 'decrypt-source').hop?.answer).toBe('allowed');
    expect(hopOf(keyOf(delegation('222222222222')), 'decrypt-source').hop?.missing).toMatchObject([
      { policy: `key policy of ${sourceKey}`, account: '111111111111' },
    ]);
  });

  it('is about the key, not about buckets', () => {
    expect(
      hopOf(
        rolePolicy(...roleStatements.filter(({ Sid }) => Sid !== 'SourceKey'), allow('kms:Decrypt', destination)),
        'decrypt-source',
      ).hop?.answer,
    ).toBe('denied');
  });
});
