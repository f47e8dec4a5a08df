import { describe, expect, it } from 'vitest';
import { decide, type Policies, type Principal, type Request } from '../../shared/policy/evaluate.ts';
import { blockersOf, type HopName, type Proof, prove } from '../../shared/policy/proof.ts';
import type { ReplicationState } from '../../shared/policy/replication-state.ts';
import { allow, aRule, aState, bucketStatements, deny, destination, destinationKey, policy, roleStatements } from './states.ts';

const toEveryone = { Principal: '*' };
const bucketPolicy = (...more: readonly Record<string, unknown>[]) =>
  aState({ destination: { policy: policy(...bucketStatements, ...more) } });
const rolePolicy = (...statements: readonly Record<string, unknown>[]) =>
  aState({ role: { inline: { p: policy(...statements) } } });
const trust = (Statement: object) => aState({ role: { trust: policy({ Sid: 'S3', Effect: 'Allow', ...Statement }) } });
const s3Service = { Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' };
const sourceAccount = (id: string) => ({ Condition: { StringEquals: { 'aws:SourceAccount': id } } });
const everyoneReads = allow('s3:GetObject', `${destination}/*`, toEveryone);
const everything = allow('*', '*');
const organization = (more: object) => ({
  organization: 'o-1',
  serviceControlPolicies: null,
  resourceControlPolicies: null,
  ...more,
});

const hopOf = (state: ReplicationState, name: HopName) => {
  const proof = prove(state);
  return { proof, hop: proof.hops.find(({ hop }) => hop === name) };
};
const sentence = (...parts: readonly string[]) =>
  expect.stringMatching(new RegExp(parts.map((part) => part.replace(/[()|{}[\].]/g, '\\$&')).join('.*')));

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

describe('the sentence of a decision', () => {
  const session: Principal = {
    kind: 'role-session',
    account: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/orders',
    roleId: 'AROAEXAMPLEORDERS1',
    sessionName: 's1',
  };
  const root: Principal = { kind: 'root', account: '111111111111' };
  const at = (label: string, ...statements: readonly object[]) => ({
    label,
    account: '111111111111',
    document: policy(...(statements as never[])),
  });
  const ask = (policies: Policies, more: Partial<Request> = {}) =>
    decide(
      {
        principal: session,
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::orders/a',
        resourceAccount: '111111111111',
        context: { keys: {} },
        ...more,
      },
      policies,
    );
  const asked = 's3:GetObject on arn:aws:s3:::orders/a';
  const read = allow('s3:GetObject', '*');
  const open = { Condition: { Odd: { 'aws:x': 'y' } } };

  it.each<[expected: string, policies: Policies, more?: Partial<Request>]>([
    [
      `${asked} is allowed by Read of the role policy (account 111111111111).`,
      { identity: [at('role policy', { ...read, Sid: 'Read' })] },
    ],
    [
      `${asked} is allowed by statement 2 of the role policy (account 111111111111).`,
      { identity: [at('role policy', allow('s3:PutObject', '*'), read)] },
    ],
    [`${asked} is allowed to the root user of the account.`, {}, { principal: root }],
    [
      `${asked} is denied by No of the bucket policy (account 111111111111).`,
      {
        identity: [at('role policy', read)],
        resource: { ...at('bucket policy', { ...deny('s3:*', '*'), Sid: 'No', Principal: '*' }), kind: 'resource' },
      },
    ],
    [
      `Whether ${asked} is allowed cannot be told: the role policy could not be read: AccessDenied.`,
      { identity: [{ label: 'role policy', account: '111111111111', unread: 'AccessDenied' }] },
    ],
  ])('%s', (expected, policies, more) => {
    expect(ask(policies, more).because).toBe(expected);
  });

  it('names the statement that leaves it open', () => {
    const decision = ask({ identity: [at('role policy', { ...read, Sid: 'Perhaps', ...open })] });

    expect(decision).toMatchObject({
      answer: 'cannot-tell',
      by: 'unknown-condition',
      deciding: { sid: 'Perhaps', index: 0 },
      missing: [],
    });
    expect(decision.because).toMatch(
      /^Whether s3:GetObject on .* cannot be told: .*, which Perhaps of the role policy \(account 111111111111\) turns on\.$/,
    );
  });

  it('names the statement that allows, of the resource first, and none for the root user', () => {
    const resource = {
      ...at('bucket policy', { ...read, Sid: 'Bucket', Principal: { AWS: session.roleArn } }),
      kind: 'resource' as const,
    };
    const identity = [at('role policy', { ...read, Sid: 'Role' })];

    expect(ask({ identity, resource }).deciding).toMatchObject({
      sid: 'Bucket',
      policy: 'bucket policy',
      account: '111111111111',
    });
    expect(ask({ identity }).deciding).toMatchObject({ sid: 'Role', index: 0, statement: { ...read, Sid: 'Role' } });
    expect(ask({}, { principal: root })).not.toHaveProperty('deciding');
    expect(ask({ identity }).missing).toEqual([]);
  });

  it('prefers the policy that names the caller over one that names the account', () => {
    const account = { ...read, Sid: 'Account', Principal: { AWS: '111111111111' } };
    const key = { ...at('key policy', account), kind: 'key' as const };

    expect(ask({ identity: [at('role policy', { ...read, Sid: 'Role' })], resource: key }).deciding).toMatchObject({
      sid: 'Role',
    });
  });

  it('lists every policy that lacks the grant', () => {
    const decision = ask({}, { resourceAccount: '222222222222' });

    expect(decision).toMatchObject({ answer: 'denied', by: 'implicit-deny' });
    expect(decision.because).toEqual(
      sentence(`^${asked} is not allowed by the `, '(account 111111111111) and the ', '(account 222222222222).$'),
    );
    expect(decision).not.toHaveProperty('deciding');
  });
});
