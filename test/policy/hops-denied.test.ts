import { describe, expect, it } from 'vitest';
import { blockersOf, type HopName } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import {
  bucketPolicy,
  everyoneReads,
  everything,
  hopOf,
  organization,
  rolePolicy,
  s3Service,
  sentence,
  sourceAccount,
  toEveryone,
  trust,
} from './hops.ts';
import { allow, aState, bucketStatements, deny, destination, policy, roleStatements } from './states.ts';

describe('a denied hop', () => {
  const denial = deny('s3:ReplicateObject', `${destination}/*`, { Sid: 'Keep', ...toEveryone });
  const nameless = deny('s3:*', `${destination}/*`, toEveryone);
  const noDecrypt = deny('kms:Decrypt', '*', { Sid: 'NoDecrypt' });
  const outside = deny('s3:*', '*', { Sid: 'Outside', ...toEveryone });

  it.each<
    [
      because: string,
      state: ReplicationState,
      hop: HopName,
      owner: string,
      remedy: string,
      statement: object,
      failureReason: string,
    ]
  >([
    [
      'a statement of the bucket policy',
      bucketPolicy(denial),
      'replicate',
      'bucket policy of orders-dr (account 222222222222)',
      'Ask the owner of the bucket policy of orders-dr (account 222222222222) to except the replication role from Keep.',
      denial,
      'DstPutObjectNotPermitted',
    ],
    [
      'a statement without a Sid',
      bucketPolicy(nameless),
      'override-owner',
      'bucket policy of orders-dr (account 222222222222)',
      'Ask the owner of the bucket policy of orders-dr (account 222222222222) to except the replication role from statement 3.',
      nameless,
      'DstPutObjectNotPermitted',
    ],
    [
      'a service control policy',
      aState({
        accounts: { '111111111111': organization({ serviceControlPolicies: [{ NoKms: policy(everything, noDecrypt) }] }) },
      }),
      'decrypt-source',
      'service control policy NoKms (account 111111111111)',
      'Ask the owner of the service control policy NoKms (account 111111111111) to except the replication role from NoDecrypt.',
      noDecrypt,
      'SrcGetObjectNotPermitted',
    ],
    [
      'a resource control policy',
      aState({
        accounts: {
          '222222222222': organization({
            resourceControlPolicies: [{ Edge: policy({ ...everything, ...toEveryone }, outside) }],
          }),
        },
      }),
      'replicate',
      'resource control policy Edge (account 222222222222)',
      'Ask the owner of the resource control policy Edge (account 222222222222) to except the replication role from Outside.',
      outside,
      'DstPutObjectNotPermitted',
    ],
    [
      'an attached policy',
      aState({ role: { attached: { 'arn:aws:iam::111111111111:policy/team/limits': policy(noDecrypt) } } }),
      'decrypt-source',
      'attached policy limits (account 111111111111)',
      'Ask the owner of the attached policy limits (account 111111111111) to except the replication role from NoDecrypt.',
      noDecrypt,
      'SrcGetObjectNotPermitted',
    ],
  ])('names who denies it: %s', (_, state, name, owner, remedy, statement, failureReason) => {
    const { hop } = hopOf(state, name);

    expect(hop).toMatchObject({ answer: 'denied', failureReason, deciding: { statement }, missing: [] });
    expect(hop?.blocker).toEqual({ reason: hop?.because, owner, remedy, statement });
    expect(hop?.because).toMatch(/^\S+ on \S+ is denied by (\w+|statement 3) of the .* \(account \d{12}\)\.$/);
  });

  it('says of a public bucket policy what closes the bucket', () => {
    const { hop } = hopOf(
      aState({
        destination: { policy: policy(...bucketStatements, everyoneReads), publicAccessBlock: { RestrictPublicBuckets: true } },
      }),
      'replicate',
    );

    expect(hop).toMatchObject({
      answer: 'denied',
      because:
        'The bucket policy of orders-dr is public and RestrictPublicBuckets is on, which stops all access from other accounts.',
      blocker: { remedy: 'Remove the public statement, or turn RestrictPublicBuckets off.' },
    });
    expect(hop?.blocker).not.toHaveProperty('statement');
    expect(hop?.blocker).not.toHaveProperty('owner');
  });

  it.each<[because: string, state: ReplicationState, hop: HopName, place: string, words: readonly string[]]>([
    [
      'the trust policy',
      trust({ ...s3Service, Principal: { Service: 'ec2.amazonaws.com' } }),
      'assume-role',
      'trust policy of role lockstep-orders (account 111111111111)',
      ['"Service":"s3.amazonaws.com"', 'sts:AssumeRole'],
    ],
    [
      'a trust policy for another account',
      trust({ ...s3Service, ...sourceAccount('333333333333') }),
      'assume-role',
      'trust policy of role lockstep-orders (account 111111111111)',
      ['sts:AssumeRole'],
    ],
    [
      'the boundary',
      aState({ role: { boundary: { arn: 'arn:aws:iam::111111111111:policy/edge', document: policy(allow('s3:*', '*')) } } }),
      'decrypt-source',
      'permissions boundary edge (account 111111111111)',
      ['kms:Decrypt'],
    ],
    [
      'the service control policies',
      aState({ accounts: { '111111111111': organization({ serviceControlPolicies: [{ S3: policy(allow('s3:*', '*')) }] }) } }),
      'decrypt-source',
      'service control policies of account 111111111111',
      ['kms:Decrypt'],
    ],
    [
      'the role policies',
      rolePolicy(...roleStatements.slice(1)),
      'read-configuration',
      'role lockstep-orders (account 111111111111)',
      ['s3:GetReplicationConfiguration', 's3:ListBucket'],
    ],
  ])('says what is missing where: %s', (_, state, name, place, words) => {
    const { hop } = hopOf(state, name);

    expect(hop?.answer).toBe('denied');
    expect(hop?.because).toEqual(sentence('is not allowed by the ', place));
    expect(hop?.blocker).toMatchObject({ owner: sentence(place), remedy: sentence('^Add to the ', place, ': {', ...words) });
    expect(hop?.blocker).not.toHaveProperty('statement');
    expect(hop?.blocker?.remedy.endsWith('.')).toBe(true);
  });

  it('asks for both sides where both are missing', () => {
    const inline = { p: policy(...roleStatements.filter(({ Sid }) => Sid !== 'DestinationObjects')) };
    const { hop } = hopOf(aState({ role: { inline }, destination: { policy: null } }), 'replicate');

    expect(hop?.missing.map(({ account }) => account)).toEqual(['111111111111', '222222222222']);
    expect(hop?.because).toEqual(sentence('(account 111111111111) and the ', '(account 222222222222).$'));
    expect(hop?.blocker?.remedy).toEqual(
      sentence('^Add to ', '(account 111111111111): {', '}; and add to ', '(account 222222222222): {'),
    );
    expect(hop?.blocker?.owner).toEqual(sentence('(account 111111111111)'));
  });

  it('says that a role is gone', () => {
    const because = 'Role arn:aws:iam::111111111111:role/lockstep-orders does not exist.';
    const { hop, proof } = hopOf(aState({ role: { exists: false } }), 'assume-role');
    const blocker = {
      reason: because,
      owner: 'arn:aws:iam::111111111111:role/lockstep-orders',
      remedy: 'Create the role, then renew every policy that names it.',
    };

    expect(hop).toEqual({
      hop: 'assume-role',
      answer: 'denied',
      because,
      calls: [],
      missing: [],
      failureReason: 'AssumeRoleNotPermitted',
      blocker,
    });
    expect(blockersOf(proof)).toEqual([blocker]);
  });
});
