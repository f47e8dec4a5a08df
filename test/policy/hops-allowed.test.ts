import { describe, expect, it } from 'vitest';
import { type HopName, type Proof, prove } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { bucketPolicy, hopOf, rolePolicy, sentence, toEveryone } from './hops.ts';
import { allow, aRule, aState, deny, destination, destinationKey, roleStatements } from './states.ts';

describe('an allowed hop', () => {
  const key = destinationKey;

  it.each<[HopName, string]>([
    ['attempted', `Objects are attempted under rule lockstep-orders-dr, replicas go under ${key}.`],
    ['assume-role', 'sts:AssumeRole allowed by statement 1 of the trust policy of role lockstep-orders.'],
    [
      'read-configuration',
      's3:GetReplicationConfiguration, s3:ListBucket allowed by SourceBucket of the role policy lockstep-replication.',
    ],
    [
      'read-objects',
      's3:GetObjectVersionForReplication, s3:GetObjectVersionAcl, s3:GetObjectVersionTagging allowed by SourceObjects of the role policy lockstep-replication.',
    ],
    ['decrypt-source', 'kms:Decrypt allowed by SourceKey of the role policy lockstep-replication.'],
    ['replicate', 's3:ReplicateObject, s3:ReplicateTags allowed by LockstepReplicaObjects of the bucket policy of orders-dr.'],
    [
      'override-owner',
      's3:ObjectOwnerOverrideToBucketOwner allowed by LockstepReplicaObjects of the bucket policy of orders-dr.',
    ],
    [
      'encrypt-destination',
      `kms:Encrypt, kms:GenerateDataKey, kms:Decrypt allowed by LockstepReplicationKey of the key policy of ${key}.`,
    ],
  ])('%s says what allows it', (name, because) => {
    const { hop } = hopOf(aState(), name);

    expect(hop).toMatchObject({ answer: 'allowed', because, missing: [] });
    expect(hop).not.toHaveProperty('failureReason');
    expect(
      hop?.calls.every(({ action, resource, decision }) =>
        decision.because.startsWith(`${action} on ${resource} is allowed by `),
      ),
    ).toBe(true);
  });

  it('says that there is no key where there is none', () => {
    const { hop } = hopOf(aState({ source: { encryption: null, keys: [] } }), 'attempted');

    expect(hop?.because).toBe('Objects are attempted under rule lockstep-orders-dr, replicas are not under a KMS key.');
  });

  it('names every statement that has a part in it', () => {
    const split = roleStatements.flatMap((one) =>
      one.Sid === 'SourceBucket' ? [{ ...one, Action: 's3:ListBucket' }, allow('s3:GetReplicationConfiguration', '*')] : [one],
    );
    const { hop } = hopOf(rolePolicy(...split), 'read-configuration');

    expect(hop?.because).toBe(
      's3:GetReplicationConfiguration, s3:ListBucket allowed by statement 2 of the role policy p, SourceBucket of the role policy p.',
    );
  });
});

describe('tags', () => {
  const tagging = 's3:GetObjectVersionTagging';
  const without = roleStatements.map((one) =>
    one.Sid === 'SourceObjects' ? { ...one, Action: (one.Action as string[]).filter((action) => action !== tagging) } : one,
  );
  const noReplicateTags = roleStatements.map((one) =>
    one.Sid === 'DestinationObjects'
      ? { ...one, Action: (one.Action as string[]).filter((action) => action !== 's3:ReplicateTags') }
      : one,
  );
  const summary = ({ answer, tags, advisories }: Proof) => ({ answer, tags, advisories });

  it.each<[because: string, state: ReplicationState, expected: object]>([
    ['go along', aState(), { answer: 'allowed', tags: 'allowed', advisories: [] }],
    [
      'stay behind in silence where the role may not read them',
      rolePolicy(...without),
      { answer: 'allowed', tags: 'denied', advisories: [sentence(`^Objects replicate without their tags: ${tagging} on `)] },
    ],
    [
      'stop objects where reading them is denied',
      rolePolicy(...roleStatements, deny(tagging, '*')),
      { answer: 'denied', tags: 'denied', advisories: [] },
    ],
    [
      'need no s3:ReplicateTags of their own',
      rolePolicy(...noReplicateTags),
      { answer: 'allowed', tags: 'allowed', advisories: [] },
    ],
    [
      'stop objects where writing them is denied',
      bucketPolicy(deny('s3:ReplicateTags', `${destination}/*`, toEveryone)),
      { answer: 'denied', tags: 'denied', advisories: [] },
    ],
  ])('%s', (_, state, expected) => {
    expect(summary(prove(state))).toEqual(expected);
  });
});

describe('the owner override', () => {
  it('is a hop only where the rule asks for it', () => {
    const { AccessControlTranslation: _, ...plain } = aRule().Destination;

    expect(hopOf(aState({ rule: { Destination: plain } }), 'override-owner').hop).toBeUndefined();
  });
});
