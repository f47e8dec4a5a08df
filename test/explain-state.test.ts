/** States as people write and paste them: what is accepted in place of the documented shape, and how faults are told. */
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { prove } from '../shared/policy/proof.ts';
import type { ReplicationState } from '../shared/policy/replication-state.ts';
import { InvalidState, readAccounts, readStates, stateJsonSchema } from '../shared/policy/state-file.ts';
import { aState, policy, roleArn, sourceKey } from './policy/states.ts';

type Json = Record<string, unknown>;

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;

/** The good state with values put at paths. */
function given(changes: Readonly<Record<string, unknown>> = {}): Json {
  const state = plain(aState());
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const at = names.reduce((in_, name) => in_[name] as Json, state);
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return state;
}

const read = (value: unknown) => readStates(value, { name: 'state.json' });
const one = (value: unknown) => read(value).states[0] as ReplicationState;

function faultsOf(value: unknown): readonly string[] {
  try {
    read(value);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidState)) throw error;
    return error.faults.map(({ path, message }) => `${path} ${message}`);
  }
}

const good = aState();
const bucketPolicy = good.destination.policy;
const keyPolicy = good.destination.keys?.[0]?.policy;
const trust = good.role.trust;
const inline = good.role.inline as Record<string, unknown>;
const statements = (bucketPolicy as { Statement: unknown[] }).Statement;

const pasted: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['the documented shape', {}],
  ['a policy as text', { 'destination.policy': JSON.stringify(bucketPolicy) }],
  ['get-bucket-policy', { 'destination.policy': { Policy: JSON.stringify(bucketPolicy) } }],
  ['the text of get-bucket-policy', { 'destination.policy': JSON.stringify({ Policy: JSON.stringify(bucketPolicy) }) }],
  ['a list of statements', { 'destination.policy': statements }],
  [
    'a policy with one statement outside a list',
    { 'role.trust': { Version: '2012-10-17', Statement: (trust as { Statement: unknown[] }).Statement[0] } },
  ],
  ['one statement', { 'role.trust': (trust as { Statement: unknown[] }).Statement[0] }],
  ['get-key-policy', { 'destination.keys.0.policy': { Policy: JSON.stringify(keyPolicy), PolicyName: 'default' } }],
  ['a policy as IAM encodes it', { 'role.trust': encodeURIComponent(JSON.stringify(trust)) }],
  ['get-bucket-versioning', { 'source.versioning': { Status: 'Enabled', MFADelete: 'Disabled' } }],
  ['another case', { 'source.versioning': 'enabled' }],
  ['get-bucket-encryption', { 'source.encryption': { ServerSideEncryptionConfiguration: good.source.encryption } }],
  ['get-bucket-replication', { 'source.replication': { ReplicationConfiguration: good.source.replication } }],
  [
    'get-public-access-block',
    { 'destination.publicAccessBlock': { PublicAccessBlockConfiguration: { RestrictPublicBuckets: true } } },
  ],
  [
    'get-bucket-ownership-controls',
    { 'destination.objectOwnership': { OwnershipControls: { Rules: [{ ObjectOwnership: 'ObjectWriter' }] } } },
  ],
  ['get-object-lock-configuration', { 'destination.objectLock': { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } } }],
  ['get-bucket-request-payment', { 'destination.payer': { Payer: 'BucketOwner' } }],
  ['bucket ARNs', { 'source.bucket': 'arn:aws:s3:::orders' }],
  ['an account without quotes', { 'source.account': 111111111111 }],
  [
    'describe-key',
    {
      'source.keys.0': {
        KeyMetadata: {
          Arn: sourceKey,
          KeyState: 'Enabled',
          KeyManager: 'CUSTOMER',
          KeySpec: 'SYMMETRIC_DEFAULT',
          KeyUsage: 'ENCRYPT_DECRYPT',
          MultiRegion: false,
        },
        policy: good.source.keys?.[0]?.policy,
      },
    },
  ],
  [
    'get-role',
    {
      role: {
        Role: {
          Path: '/',
          RoleName: 'lockstep-orders',
          RoleId: 'AROAEXAMPLEORDERSROLE',
          Arn: roleArn,
          AssumeRolePolicyDocument: trust,
        },
        inline,
        attached: {},
      },
    },
  ],
  ['list-attached-role-policies', { 'role.attached': { AttachedPolicies: [] } }],
  [
    'get-role-policy',
    {
      'role.inline': {
        RoleName: 'lockstep-orders',
        PolicyName: 'lockstep-replication',
        PolicyDocument: inline['lockstep-replication'],
      },
    },
  ],
  [
    'several get-role-policy',
    {
      'role.inline': [
        {
          PolicyName: 'lockstep-replication',
          PolicyDocument: encodeURIComponent(JSON.stringify(inline['lockstep-replication'])),
        },
      ],
    },
  ],
  [
    'get-policy-version',
    {
      'role.inline': {},
      'role.attached': {
        'arn:aws:iam::111111111111:policy/replication': {
          PolicyVersion: { Document: inline['lockstep-replication'], VersionId: 'v3', IsDefaultVersion: true },
        },
      },
    },
  ],
  ['no role: the one in the configuration', { role: undefined }],
];

describe('a state', () => {
  it.each(pasted)('accepts %s', (name, changes) => {
    const { states, notes } = read(given(changes));
    const proof = prove(states[0] as ReplicationState);

    expect(notes).toEqual([]);
    // Without its policies a role is not known to be allowed anything.
    expect(proof.answer).toBe(name.startsWith('no role') ? 'cannot-tell' : 'allowed');
  });

  it('keeps what was read from what was not, what is not set and what was refused', () => {
    const { source } = one(
      given({ 'source.versioning': '', 'source.policy': undefined, 'source.encryption': { unreadable: 'AccessDenied' } }),
    );

    expect(source.versioning).toBeNull();
    expect(source).not.toHaveProperty('policy');
    expect(source.encryption).toEqual({ unreadable: 'AccessDenied' });
  });

  it('keeps statements word for word', () => {
    const odd = policy({
      Sid: 'Odd',
      Effect: 'Deny',
      NotPrincipal: { AWS: '*' },
      NotAction: 's3:*',
      Resource: '*',
      Note: 'of ours',
    });

    expect(one(given({ 'destination.policy': JSON.stringify(odd) })).destination.policy).toEqual(odd);
  });

  it('takes a list of statements for one of the current version, so that policy variables count', () => {
    expect(one(given({ 'destination.policy': statements })).destination.policy).toMatchObject({ Version: '2012-10-17' });
  });

  it('counts policies of a role that are named without their text as not read', () => {
    const { role } = one(
      given({
        'role.attached': { AttachedPolicies: [{ PolicyName: 'guard', PolicyArn: 'arn:aws:iam::111111111111:policy/guard' }] },
      }),
    );

    expect(role.attached).toEqual({ 'arn:aws:iam::111111111111:policy/guard': { unreadable: 'its text is not given' } });
  });

  it('leaves fields aside that nobody knows, and says so', () => {
    const { states, notes } = read(given({ colour: 'red', 'source.tags': {}, 'source.keys.0.note': 1 }));

    expect(notes).toEqual([
      'source.keys[0].note is not a known field and was left aside.',
      'source.tags is not a known field and was left aside.',
      'colour is not a known field and was left aside.',
    ]);
    expect(states[0]).not.toHaveProperty('colour');
  });

  it('may be several, by name', () => {
    const { states } = read({
      version: 1,
      replications: { 'orders-dr': given(), 'orders-eu': given({ 'source.versioning': 'Suspended' }) },
    });

    expect(states.map(({ name, source }) => [name, source.versioning])).toEqual([
      ['orders-dr', 'Enabled'],
      ['orders-eu', 'Suspended'],
    ]);
  });

  it('is the same after it was written and read', () => {
    expect(one(plain(aState()))).toEqual(plain(aState()));
  });
});

describe('a state with faults', () => {
  const faulty: readonly (readonly [string, unknown, readonly string[]])[] = [
    [
      'nothing',
      {},
      [
        'source is missing: it must be an object',
        'destination is missing: it must be an object',
        'role is missing: it must be an object',
      ],
    ],
    ['no object', [], [' must be an object, got []']],
    [
      'several wrong values',
      given({ 'source.account': '1111', 'destination.versioning': 'On', 'source.region': 'Ireland' }),
      [
        'source.account must be an account id of 12 digits, got "1111"',
        'source.region must be a region such as eu-west-1, got "Ireland"',
        'destination.versioning must be "Enabled" or "Suspended", got "On"',
      ],
    ],
    [
      'a policy that is none',
      given({ 'destination.policy': 'not json' }),
      ['destination.policy must be a policy: its JSON, its text, a statement or a list of statements (null where there is none)'],
    ],
    [
      'a statement without effect',
      given({ 'destination.keys.0.policy': [{ Effect: 'Alow' }] }),
      ['destination.keys[0].policy.Statement[0] must have an Effect that is Allow or Deny'],
    ],
    [
      'an alias for a key',
      given({ 'destination.keys.0.arn': 'alias/orders-dr' }),
      [`destination.keys[0].arn must be the key's own ARN (an alias goes into aliases), got "alias/orders-dr"`],
    ],
    [
      'a rule deep down',
      given({ 'source.replication.Rules.0.Destination.Bucket': 'orders-dr' }),
      [
        'source.replication.Rules[0].Destination.Bucket must be the ARN of a bucket, e.g. arn:aws:s3:::orders-dr, got "orders-dr"',
      ],
    ],
    ['an account that is none', given({ accounts: { prod: {} } }), ['accounts.prod must be an account id of 12 digits']],
    [
      'one of several',
      { replications: { a: given(), b: {} } },
      [
        'replications.b.source is missing: it must be an object',
        'replications.b.destination is missing: it must be an object',
        'replications.b.role is missing: it must be an object',
      ],
    ],
  ];

  it.each(faulty)('is refused with the path of every fault: %s', (_, value, faults) => {
    expect(faultsOf(value)).toEqual(faults);
  });
});

describe('policies of an organization in a file', () => {
  const allowAll = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

  it.each([
    ['bare', { '111111111111': { serviceControlPolicies: [{ FullAWSAccess: allowAll }] } }],
    [
      'as accounts of a state',
      { accounts: { '111111111111': { serviceControlPolicies: [{ FullAWSAccess: JSON.stringify(allowAll) }] } } },
    ],
    ['one level', { '111111111111': { serviceControlPolicies: { FullAWSAccess: allowAll } } }],
    [
      'describe-policy',
      {
        '111111111111': {
          serviceControlPolicies: [[{ Policy: { PolicySummary: { Name: 'FullAWSAccess' }, Content: JSON.stringify(allowAll) } }]],
        },
      },
    ],
  ])('are accepted %s', (_, value) => {
    expect(readAccounts(value, { name: 'scps.json' }).accounts).toEqual({
      '111111111111': { serviceControlPolicies: [{ FullAWSAccess: allowAll }] },
    });
  });

  it('are refused when they are none', () => {
    expect(() => readAccounts({ '111111111111': { serviceControlPolicies: 'none' } }, { name: 'scps.json' })).toThrow(
      /serviceControlPolicies: must be a list/,
    );
  });
});

describe('the JSON Schema of states', () => {
  const schema = z.fromJSONSchema(stateJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

  it.each(pasted.filter(([name]) => !/^no role|without quotes|bucket ARNs|another case|get-role$|describe-key/.test(name)))(
    'lets %s pass',
    (_, changes) => {
      expect(schema.safeParse(given(changes)).error).toBeUndefined();
    },
  );

  it('refuses what is no state', () => {
    expect(schema.safeParse({ source: {} }).success).toBe(false);
  });
});
