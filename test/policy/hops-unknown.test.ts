import { describe, expect, it } from 'vitest';
import type { HopName } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { everyoneReads, hopOf, s3Service, sentence, sourceAccount, trust } from './hops.ts';
import { aState, bucketStatements, destinationKey, policy } from './states.ts';

describe('a hop that cannot be told', () => {
  const unread = { unreadable: 'AccessDenied' };
  const publicPolicy = policy(...bucketStatements, everyoneReads);

  it.each<[because: string, state: ReplicationState, hop: HopName, words: string]>([
    [
      'the bucket policy',
      aState({ destination: { policy: unread } }),
      'replicate',
      'the bucket policy of orders-dr could not be read: AccessDenied.',
    ],
    [
      'a broken bucket policy',
      aState({ destination: { policy: '{' } }),
      'replicate',
      'bucket policy of orders-dr: the policy is no JSON object.',
    ],
    [
      'the key policy',
      aState({ destinationKey: { policy: unread } }),
      'encrypt-destination',
      `the key policy of ${destinationKey} could not be read: AccessDenied.`,
    ],
    [
      'a key without a policy',
      aState({ destinationKey: { policy: null } }),
      'encrypt-destination',
      'could not be read: a key always has a policy.',
    ],
    [
      'the trust policy',
      aState({ role: { trust: unread } }),
      'assume-role',
      'the trust policy of role lockstep-orders could not be read: AccessDenied.',
    ],
    [
      'a role without a trust policy',
      aState({ role: { trust: null } }),
      'assume-role',
      'could not be read: a role always has one.',
    ],
    [
      'the inline policies',
      aState({ role: { inline: unread } }),
      'replicate',
      'the inline policies of role lockstep-orders could not be read: AccessDenied.',
    ],
    [
      'one inline policy',
      aState({ role: { inline: { a: unread } } }),
      'replicate',
      'the role policy a could not be read: AccessDenied.',
    ],
    [
      'the attached policies',
      aState({ role: { attached: unread } }),
      'replicate',
      'the attached policies of role lockstep-orders could not be read: AccessDenied.',
    ],
    [
      'one attached policy',
      aState({ role: { attached: { 'arn:aws:iam::1:policy/x/a': unread } } }),
      'replicate',
      'the attached policy a could not be read: AccessDenied.',
    ],
    [
      'the boundary',
      aState({ role: { boundary: unread } }),
      'replicate',
      'the permissions boundary of role lockstep-orders could not be read: AccessDenied.',
    ],
    [
      'the public access block',
      aState({ destination: { policy: publicPolicy, publicAccessBlock: unread } }),
      'replicate',
      'Whether orders-dr lets in other accounts cannot be told: the public access block of orders-dr is not known: AccessDenied.',
    ],
    [
      'the service control policies',
      aState({ accounts: { '111111111111': { organization: 'o-1', resourceControlPolicies: null } } }),
      'replicate',
      'the service control policies of account 111111111111 could not be read: not read.',
    ],
    [
      'the resource control policies',
      aState({ accounts: { '222222222222': { organization: 'o-1', publicAccessBlock: null } } }),
      'replicate',
      'the resource control policies of account 222222222222 could not be read: not read.',
    ],
  ])('names what was not read: %s', (_, state, name, words) => {
    const { hop } = hopOf(state, name);

    expect(hop?.answer).toBe('cannot-tell');
    expect(hop?.because.endsWith(words)).toBe(true);
    expect(hop?.because).toMatch(/^Whether .* cannot be told: /);
    expect(hop).not.toHaveProperty('blocker');
  });

  it('says when it turns on what S3 does not document', () => {
    const { hop } = hopOf(trust({ ...s3Service, ...sourceAccount('111111111111') }), 'assume-role');

    expect(hop).toMatchObject({
      answer: 'cannot-tell',
      because: sentence(
        'Whether S3 names the source bucket and its account when it assumes the role is not documented, and the answer turns on it: sts:AssumeRole on ',
        ' is not allowed by the trust policy of role lockstep-orders (account 111111111111).',
      ),
    });
  });
});
