import { describe, expect, it } from 'vitest';
import {
  assumePolicies,
  bucketPolicyOf,
  keyPolicyOf,
  roleNameOf,
  rolePolicies,
  trustPolicyOf,
  unreadOrganizations,
} from '../../shared/policy/proof/policies.ts';
import type { AccountState, ReplicationState } from '../../shared/policy/replication-state.ts';
import { allow, aState, destinationKey, policy, roleArn, roleId } from './states.ts';

const unread = { unreadable: 'AccessDenied' };
const some = policy(allow('*', '*'));
const bucket = aState().destination;
const { keys: _keys, policy: _policy, ...unreadBucket } = bucket;
const account = '111111111111';
const withRole = (role: Partial<ReplicationState['role']>) => rolePolicies(aState({ role }), {}).on(undefined, account);
const withAccounts = (accounts: Readonly<Record<string, AccountState>>) => aState({ accounts });

describe('the policy of a bucket', () => {
  const label = 'bucket policy of orders-dr';

  it.each<[because: string, given: Parameters<typeof bucketPolicyOf>[0], expected: unknown]>([
    ['as read', { ...bucket, policy: some }, { label, account: '222222222222', kind: 'resource', document: some }],
    ['not there', { ...bucket, policy: null }, undefined],
    ['refused', { ...bucket, policy: unread }, { label, account: '222222222222', kind: 'resource', unread: 'AccessDenied' }],
    ['not read', unreadBucket, { label, account: '222222222222', kind: 'resource', unread: 'not read' }],
  ])('is %s', (_, given, expected) => {
    expect(bucketPolicyOf(given)).toEqual(expected);
  });
});

describe('the policy of a key', () => {
  const at = { label: `key policy of ${destinationKey}`, account: '222222222222', kind: 'key' };

  it.each<[because: string, given: Parameters<typeof keyPolicyOf>[0], expected: unknown]>([
    ['as read', { arn: destinationKey, policy: some }, { ...at, document: some }],
    ['as read, whoever manages the key', { arn: destinationKey, manager: 'AWS', policy: some }, { ...at, document: some }],
    ['refused', { arn: destinationKey, policy: unread }, { ...at, unread: 'AccessDenied' }],
    ['not read', { arn: destinationKey }, { ...at, unread: 'not read' }],
    ['not there, which cannot be', { arn: destinationKey, policy: null }, { ...at, unread: 'a key always has a policy' }],
    [
      'known of aws/s3: all who use S3 in the account may use it, through S3',
      { arn: destinationKey, manager: 'AWS' },
      {
        ...at,
        document: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'AWS managed key',
              Effect: 'Allow',
              Principal: { AWS: '*' },
              Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
              Resource: '*',
              Condition: {
                StringEquals: { 'kms:CallerAccount': '222222222222', 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
              },
            },
          ],
        },
      },
    ],
  ])('is %s', (_, given, expected) => {
    expect(keyPolicyOf(given)).toEqual(expected);
  });
});

describe('the policies of a role', () => {
  const trust = { label: 'trust policy of role lockstep-orders', account, kind: 'trust' };

  it.each<[because: string, given: Parameters<typeof trustPolicyOf>[0], expected: unknown]>([
    ['as read', { arn: roleArn, trust: some }, { ...trust, document: some }],
    ['refused', { arn: roleArn, trust: unread }, { ...trust, unread: 'AccessDenied' }],
    ['not read', { arn: roleArn }, { ...trust, unread: 'not read' }],
    ['not there, which cannot be', { arn: roleArn, trust: null }, { ...trust, unread: 'a role always has one' }],
  ])('have a trust policy, %s', (_, given, expected) => {
    expect(trustPolicyOf(given)).toEqual(expected);
  });

  it('are named without the path of the role', () => {
    expect(roleNameOf({ arn: 'arn:aws:iam::111111111111:role/team/a/orders' })).toBe('orders');
    expect(trustPolicyOf({ arn: 'arn:aws:iam::111111111111:role/team/orders' }).label).toBe('trust policy of role orders');
  });

  it.each<[because: string, role: Partial<ReplicationState['role']>, expected: unknown]>([
    [
      'inline and attached',
      { inline: { a: some, b: unread }, attached: { 'arn:aws:iam::111111111111:policy/team/limits': some } },
      [
        { label: 'role policy a', account, document: some },
        { label: 'role policy b', account, unread: 'AccessDenied' },
        { label: 'attached policy limits', account, document: some },
      ],
    ],
    ['none', { inline: {}, attached: null }, []],
    [
      'not known',
      { inline: unread, attached: unread },
      [
        { label: 'inline policies of role lockstep-orders', account, unread: 'AccessDenied' },
        { label: 'attached policies of role lockstep-orders', account, unread: 'AccessDenied' },
      ],
    ],
  ])('are %s', (_, role, identity) => {
    expect(withRole(role).identity).toEqual(identity);
  });

  it.each<[because: string, role: Partial<ReplicationState['role']>, expected: unknown]>([
    [
      'by its name',
      { boundary: { arn: 'arn:aws:iam::111111111111:policy/team/edge', document: some } },
      { label: 'permissions boundary edge', account, document: some },
    ],
    ['refused', { boundary: unread }, { label: 'permissions boundary of role lockstep-orders', account, unread: 'AccessDenied' }],
    ['none', { boundary: null }, undefined],
  ])('have a boundary: %s', (_, role, boundary) => {
    expect(withRole(role).boundary).toEqual(boundary);
    expect('boundary' in withRole(role)).toBe(boundary !== undefined);
  });

  it('stand beside the policy of the resource, where it has one', () => {
    const { on } = rolePolicies(aState(), {});
    const resource = { label: 'x', account, kind: 'resource' as const };

    expect(on(resource, account).resource).toBe(resource);
    expect(on(undefined, account)).not.toHaveProperty('resource');
  });

  it.each<[because: string, state: ReplicationState, expected: object]>([
    ['in no organization', aState(), { organization: null }],
    ['of which no organization was read', withAccounts({ '111111111111': {} }), {}],
    ['of which nothing was read', { ...aState(), accounts: {} }, {}],
    ['without any account read', (({ accounts: _, ...rest }) => rest)(aState()), {}],
    ['in an organization', withAccounts({ '111111111111': { organization: 'o-1' } }), { organization: 'o-1' }],
    [
      'at a place in an organization',
      withAccounts({ '111111111111': { organization: 'o-1', organizationPath: 'o-1/r-1/' } }),
      { organization: 'o-1', organizationPath: 'o-1/r-1/' },
    ],
  ])('belong to a session of a role %s', (_, state, membership) => {
    expect(rolePolicies(state, {}).principal).toEqual({
      kind: 'role-session',
      account,
      roleArn,
      roleId,
      sessionName: 's3-replication',
      ...membership,
    });
  });

  it('belong to a session whose id may not be known', () => {
    const { id: _, ...role } = aState().role;

    expect(rolePolicies({ ...aState(), role }, {}).principal).not.toHaveProperty('roleId');
  });
});

describe('the policies of an organization', () => {
  const level = { FullAccess: some };
  const free = { '222222222222': { organization: null } };
  const ofRole = (of: AccountState, options: Parameters<typeof rolePolicies>[1] = {}) =>
    rolePolicies(withAccounts({ '111111111111': of, ...free }), options).on(undefined, account);

  it.each<[because: string, of: AccountState, scps: unknown, rcps: unknown]>([
    ['bind nobody outside one', { organization: null, serviceControlPolicies: [level] }, [], []],
    ['bind no management account', { organization: 'o-1', managementAccount: true, serviceControlPolicies: [level] }, [], []],
    ['may be none', { organization: 'o-1', serviceControlPolicies: null, resourceControlPolicies: null }, [], []],
    [
      'come level by level',
      { organization: 'o-1', serviceControlPolicies: [level, {}], resourceControlPolicies: [level] },
      [[{ label: 'service control policy FullAccess', account, document: some }], []],
      [[{ label: 'resource control policy FullAccess', account, document: some }]],
    ],
    [
      'are not known where they were refused',
      { organization: 'o-1', serviceControlPolicies: unread, resourceControlPolicies: unread },
      [[{ label: 'service control policies of account 111111111111', account, unread: 'AccessDenied' }]],
      [[{ label: 'resource control policies of account 111111111111', account, unread: 'AccessDenied' }]],
    ],
    [
      'are not known where nobody read them',
      { organization: 'o-1' },
      [[{ label: 'service control policies of account 111111111111', account, unread: 'not read' }]],
      [[{ label: 'resource control policies of account 111111111111', account, unread: 'not read' }]],
    ],
  ])('%s', (_, of, scps, rcps) => {
    expect(ofRole(of).scps).toEqual(scps);
    expect(ofRole(of).rcps).toEqual(rcps);
  });

  it('may be left out where nobody read them, and never where they were refused', () => {
    const note = { unreadOrganizationPolicies: 'note' } as const;

    expect(ofRole({ organization: 'o-1' }, note)).toMatchObject({ scps: [], rcps: [] });
    expect(ofRole({ organization: 'o-1', serviceControlPolicies: unread }, note).scps).toHaveLength(1);
    expect(ofRole({ organization: 'o-1' }, { unreadOrganizationPolicies: 'cannot-tell' }).scps).toHaveLength(1);
  });

  it('are, of RCPs, those of the owner, and none for AWS managed keys', () => {
    const { on } = rolePolicies(withAccounts({ '222222222222': { organization: 'o-1', resourceControlPolicies: [level] } }), {});

    expect(on(undefined, '222222222222').rcps).toHaveLength(1);
    expect(on(undefined, '222222222222', true).rcps).toEqual([]);
    expect(on(undefined, '111111111111').rcps).toEqual([]);
  });

  it('bind who assumes the role by RCPs only', () => {
    const state = withAccounts({
      '111111111111': { organization: 'o-1', serviceControlPolicies: [level], resourceControlPolicies: [level] },
    });

    expect(assumePolicies(state, {})).toEqual({
      resource: trustPolicyOf(state.role),
      rcps: [[{ label: 'resource control policy FullAccess', account, document: some }]],
    });
  });

  it('are named once each where they were not read', () => {
    expect(unreadOrganizations(aState())).toEqual([]);
    expect(
      unreadOrganizations(
        withAccounts({ '111111111111': {}, '222222222222': { organization: 'o-1', resourceControlPolicies: [level] } }),
      ),
    ).toEqual(['service control policies of account 111111111111', 'resource control policies of account 111111111111']);
    expect(unreadOrganizations(aState({ accounts: { '111111111111': {} }, destination: { account } }))).toEqual([
      'service control policies of account 111111111111',
      'resource control policies of account 111111111111',
    ]);
  });
});
