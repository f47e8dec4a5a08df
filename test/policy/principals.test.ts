import { describe, expect, it } from 'vitest';
import {
  accountOf,
  accountOfPrincipal,
  arnOf,
  compilePrincipal,
  isUniqueId,
  namedBy,
  type Principal,
  principalKeys,
  sessionArn,
  spares,
} from '../../shared/policy/evaluate/principals.ts';
import { type Truth, unknown } from '../../shared/policy/evaluate/truth.ts';

type Session = Extract<Principal, { kind: 'role-session' }>;

const roleArn = 'arn:aws:iam::111111111111:role/app/orders';
const session: Session = {
  kind: 'role-session',
  account: '111111111111',
  roleArn,
  roleId: 'AROAEXAMPLEORDERS1',
  sessionName: 's1',
};
const { roleId: _id, ...withoutId } = session;
const { sessionName: _name, ...withoutName } = session;
const user: Principal = {
  kind: 'user',
  account: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/team/ann',
  userId: 'AIDAEXAMPLEUSER001',
};
const userWithoutId: Principal = {
  kind: 'user',
  account: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/team/ann',
};
const root: Principal = { kind: 'root', account: '111111111111' };
const service: Principal = {
  kind: 'service',
  name: 's3.amazonaws.com',
  otherNames: ['s3.eu-west-1.amazonaws.com'],
};
const lambda: Principal = { kind: 'service', name: 'lambda.amazonaws.com' };
const federated: Principal = {
  kind: 'federated',
  provider: 'arn:aws:iam::111111111111:saml-provider/a',
};
const anonymous: Principal = { kind: 'anonymous' };

const entries = (element: unknown) => {
  const compiled = compilePrincipal(element, undefined);
  if (compiled.kind !== 'is') throw new Error(JSON.stringify(compiled));
  return compiled.entries;
};

describe('a Principal element', () => {
  it.each<[is: unknown, isNot: unknown, expected: object]>([
    [undefined, undefined, { kind: 'none' }],
    ['*', undefined, { kind: 'is', entries: [{ type: '*', value: '*' }] }],
    [undefined, '*', { kind: 'is-not', entries: [{ type: '*', value: '*' }] }],
    [{}, undefined, { kind: 'is', entries: [] }],
    [{ AWS: 'a' }, undefined, { kind: 'is', entries: [{ type: 'AWS', value: 'a' }] }],
    [
      { AWS: ['a', 'b'], Service: 'c', Federated: 'd', CanonicalUser: 'e' },
      undefined,
      {
        kind: 'is',
        entries: [
          { type: 'AWS', value: 'a' },
          { type: 'AWS', value: 'b' },
          { type: 'Service', value: 'c' },
          { type: 'Federated', value: 'd' },
          { type: 'CanonicalUser', value: 'e' },
        ],
      },
    ],
    [
      '*',
      '*',
      {
        kind: 'malformed',
        reason: 'both Principal and NotPrincipal are given',
      },
    ],
    ['a', undefined, { kind: 'malformed', reason: 'Principal is neither * nor an object' }],
    [['*'], undefined, { kind: 'malformed', reason: 'Principal is neither * nor an object' }],
    [null, undefined, { kind: 'malformed', reason: 'Principal is neither * nor an object' }],
    [undefined, 7, { kind: 'malformed', reason: 'Principal is neither * nor an object' }],
    [{ aws: 'a' }, undefined, { kind: 'malformed', reason: 'principal type aws is not known' }],
    [{ AWS: ['a', 7] }, undefined, { kind: 'malformed', reason: 'a principal of type AWS is no string' }],
    [{ Service: {} }, undefined, { kind: 'malformed', reason: 'a principal of type Service is no string' }],
  ])('%j and not %j', (is, isNot, expected) => {
    expect(compilePrincipal(is, isNot)).toEqual(expected);
  });
});

describe('how a statement names the caller', () => {
  const open = (reason: string, cause: 'malformed' | 'condition' = 'condition') =>
    cause === 'malformed' ? unknown(reason, 'malformed') : unknown(reason);
  const awsAndServices = open('whether {"AWS": "*"} covers AWS services is not documented');
  const partly = `arn:aws:iam::111111111111:role/*`;
  const noPrincipal = open(`${partly} is no principal AWS accepts`, 'malformed');

  it.each<[because: string, element: unknown, caller: Principal, named: unknown]>([
    ['everyone is everyone', '*', session, 'everyone'],
    ['everyone is services, too', '*', service, 'everyone'],
    ['everyone is the nameless, too', '*', anonymous, 'everyone'],
    ['AWS everyone', { AWS: '*' }, session, 'everyone'],
    ['AWS everyone, nameless', { AWS: '*' }, anonymous, 'everyone'],
    ['AWS everyone is not known to be services', { AWS: '*' }, service, awsAndServices],
    ['its account', { AWS: '111111111111' }, session, 'account'],
    ['its account by ARN', { AWS: 'arn:aws:iam::111111111111:root' }, session, 'account'],
    ['the root user is its account', { AWS: '111111111111' }, root, 'caller'],
    ['another account', { AWS: '222222222222' }, session, false],
    ['an account is no service', { AWS: '111111111111' }, service, false],
    ['the role', { AWS: roleArn }, session, 'role'],
    ['the role without its path is another', { AWS: 'arn:aws:iam::111111111111:role/orders' }, session, false],
    ['the role by its id', { AWS: 'AROAEXAMPLEORDERS1' }, session, 'role'],
    ['the id of a role that is gone', { AWS: 'AROAEXAMPLEORDERS2' }, session, false],
    ['the id of a user is no role', { AWS: 'AIDAEXAMPLEORDERS1' }, session, false],
    [
      'the id of a role, which may be this one',
      { AWS: 'AROAEXAMPLEORDERS1' },
      withoutId,
      open("whether AROAEXAMPLEORDERS1 is the caller's unique id is not known"),
    ],
    ['the id of a user cannot be this role', { AWS: 'AIDAEXAMPLEORDERS1' }, withoutId, false],
    ['the session', { AWS: 'arn:aws:sts::111111111111:assumed-role/orders/s1' }, session, 'caller'],
    ['another session', { AWS: 'arn:aws:sts::111111111111:assumed-role/orders/s2' }, session, false],
    ['the session of another role', { AWS: 'arn:aws:sts::111111111111:assumed-role/bills/s1' }, session, false],
    [
      'a session that may be this one',
      { AWS: 'arn:aws:sts::111111111111:assumed-role/orders/s2' },
      withoutName,
      open('the session name in arn:aws:sts::111111111111:assumed-role/orders/s2 is not known'),
    ],
    ['a session of another role', { AWS: 'arn:aws:sts::111111111111:assumed-role/bills/s2' }, withoutName, false],
    ['the user', { AWS: 'arn:aws:iam::111111111111:user/team/ann' }, user, 'caller'],
    ['another user', { AWS: 'arn:aws:iam::111111111111:user/ann' }, user, false],
    ['the user by its id', { AWS: 'AIDAEXAMPLEUSER001' }, user, 'caller'],
    ['another user by its id', { AWS: 'AIDAEXAMPLEUSER002' }, user, false],
    ['the id of a role is no user', { AWS: 'AROAEXAMPLEUSER001' }, userWithoutId, false],
    [
      'the id of a user, which may be this one',
      { AWS: 'AIDAEXAMPLEUSER001' },
      userWithoutId,
      open("whether AIDAEXAMPLEUSER001 is the caller's unique id is not known"),
    ],
    ['a role is not the root user', { AWS: roleArn }, root, false],
    ['a role is no service', { AWS: roleArn }, service, false],
    ['part of the role by wildcard', { AWS: partly }, session, noPrincipal],
    ['part of another role by wildcard', { AWS: 'arn:aws:iam::111111111111:role/bill?' }, session, false],
    [
      'part of the user by wildcard',
      { AWS: 'arn:aws:iam::*:user/team/an?' },
      user,
      open('arn:aws:iam::*:user/team/an? is no principal AWS accepts', 'malformed'),
    ],
    ['part of nobody by wildcard', { AWS: 'a*' }, anonymous, false],
    ['the service', { Service: 's3.amazonaws.com' }, service, 'caller'],
    ['another service', { Service: 'ec2.amazonaws.com' }, service, false],
    ['another service of one that has one name', { Service: 'ec2.amazonaws.com' }, lambda, false],
    [
      'another name of the service',
      { Service: 's3.eu-west-1.amazonaws.com' },
      service,
      open('whether s3.amazonaws.com also calls as s3.eu-west-1.amazonaws.com is not known'),
    ],
    ['any service', { Service: '*' }, service, open('a service principal cannot be *', 'malformed')],
    ['any service is no role', { Service: '*' }, session, false],
    ['the provider', { Federated: 'arn:aws:iam::111111111111:saml-provider/a' }, federated, 'caller'],
    ['another provider', { Federated: 'arn:aws:iam::111111111111:saml-provider/b' }, federated, false],
    ['a provider is no role', { Federated: roleArn }, session, false],
    ['a canonical user', { CanonicalUser: 'abc' }, session, open('whose canonical user id a statement names is not known')],
    ['a canonical user is no service', { CanonicalUser: 'abc' }, service, false],
    ['nobody', {}, session, false],
    ['the role counts more than the account', { AWS: ['111111111111', roleArn] }, session, 'role'],
    ['the role counts more than the account, in any order', { AWS: [roleArn, '111111111111'] }, session, 'role'],
    ['everyone counts more than the role', { AWS: [roleArn, '*'] }, session, 'everyone'],
    ['everyone counts more than the role, in any order', { AWS: ['*', roleArn] }, session, 'everyone'],
    [
      'the session counts more than everyone',
      { AWS: ['*', 'arn:aws:sts::111111111111:assumed-role/orders/s1'] },
      session,
      'caller',
    ],
    [
      'the session counts more than everyone, in any order',
      { AWS: ['arn:aws:sts::111111111111:assumed-role/orders/s1', '*'] },
      session,
      'caller',
    ],
    ['what is known counts more than what is not', { CanonicalUser: 'abc', AWS: '111111111111' }, session, 'account'],
    ['the first that is not known', { AWS: [partly, 'arn:aws:iam::*:role/app/orders'] }, session, noPrincipal],
  ])('%s', (_, element, caller, named) => {
    expect(namedBy(entries(element), caller)).toEqual(named);
  });
});

describe('whom NotPrincipal spares', () => {
  const half = unknown('NotPrincipal lists the caller but not its account, so the Deny may still hit it');
  const other = unknown('NotPrincipal lists the account but not the caller itself');
  const bounds = unknown('the boundary is not known', 'unread');

  it.each<[because: string, element: unknown, caller: Principal, bounded: Truth, spared: Truth]>([
    ['everyone', '*', session, false, true],
    ['everyone, boundary or not', '*', session, true, true],
    ['role and account', { AWS: [roleArn, '111111111111'] }, session, false, true],
    ['nobody with a boundary', { AWS: [roleArn, '111111111111'] }, session, true, false],
    ['nobody for sure whose boundary is not known', { AWS: [roleArn, '111111111111'] }, session, bounds, bounds],
    ['the role alone, perhaps', { AWS: roleArn }, session, false, half],
    ['the role alone, not with a boundary', { AWS: roleArn }, session, true, false],
    ['the account alone, perhaps', { AWS: '111111111111' }, session, false, other],
    ['not others', { AWS: '222222222222' }, session, false, false],
    ['not others, whatever their boundary', { AWS: '222222222222' }, session, bounds, false],
    ['not others, boundary or not', { AWS: '222222222222' }, session, true, false],
    ['the root user', { AWS: '111111111111' }, root, false, true],
    ['the service', { Service: 's3.amazonaws.com' }, service, false, true],
    ['the service, which has no boundary', { Service: 's3.amazonaws.com' }, service, true, true],
    ['not another service', { Service: 'ec2.amazonaws.com' }, service, bounds, false],
    [
      'session and account',
      {
        AWS: ['arn:aws:sts::111111111111:assumed-role/orders/s1', '111111111111'],
      },
      session,
      false,
      true,
    ],
    [
      'perhaps one of whom nothing is known',
      { CanonicalUser: 'abc' },
      session,
      false,
      unknown('whose canonical user id a statement names is not known'),
    ],
    [
      'perhaps one of whom nothing is known, beside others',
      { AWS: '222222222222', CanonicalUser: 'abc' },
      session,
      false,
      unknown('whose canonical user id a statement names is not known'),
    ],
  ])('%s', (_, element, caller, bounded, spared) => {
    expect(spares(entries(element), caller, bounded)).toEqual(spared);
  });
});

describe('the names of a principal', () => {
  it.each<[because: string, value: string, account: string | undefined]>([
    ['an account', '111111111111', '111111111111'],
    ['its root ARN', 'arn:aws:iam::111111111111:root', '111111111111'],
    ['its root ARN in China', 'arn:aws-cn:iam::111111111111:root', '111111111111'],
    ['too many digits', '1111111111112', undefined],
    ['digits in something else', 'x111111111111', undefined],
    ['a role', 'arn:aws:iam::111111111111:role/root', undefined],
  ])('are an account or not: %s', (_, value, account) => {
    expect(accountOfPrincipal(value)).toBe(account);
  });

  it.each(['AROA', 'AIDA', 'AGPA', 'AIPA', 'ANPA', 'ASCA', 'AKIA', 'ASIA'])('are unique ids: %s', (prefix) => {
    expect(isUniqueId(`${prefix}EXAMPLE`)).toBe(true);
    expect(isUniqueId(`${prefix}EXA`)).toBe(false);
    expect(isUniqueId(`x${prefix}EXAMPLE`)).toBe(false);
    expect(isUniqueId(`${prefix}EXAMPLE/a`)).toBe(false);
  });

  it('are ARNs of the partition', () => {
    expect(sessionArn(session)).toBe('arn:aws:sts::111111111111:assumed-role/orders/s1');
    expect(
      sessionArn({
        ...session,
        roleArn: 'arn:aws-cn:iam::111111111111:role/orders',
      }),
    ).toBe('arn:aws-cn:sts::111111111111:assumed-role/orders/s1');
    expect(sessionArn(withoutName)).toBe('arn:aws:sts::111111111111:assumed-role/orders/');
  });

  it.each<[caller: Principal, arn: string | undefined, account: string | undefined]>([
    [session, roleArn, '111111111111'],
    [user, 'arn:aws:iam::111111111111:user/team/ann', '111111111111'],
    [root, 'arn:aws:iam::111111111111:root', '111111111111'],
    [{ ...root, partition: 'aws-cn' }, 'arn:aws-cn:iam::111111111111:root', '111111111111'],
    [service, undefined, undefined],
    [federated, undefined, undefined],
    [anonymous, undefined, undefined],
  ])('%j', (caller, arn, account) => {
    expect(arnOf(caller)).toBe(arn);
    expect(accountOf(caller)).toBe(account);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
describe('the condition keys that follow from who calls', () => {
  const noService = {
    'aws:PrincipalIsAWSService': false,
    'aws:PrincipalServiceName': null,
    'aws:PrincipalServiceNamesList': null,
  };
  const ofSession = {
    ...noService,
    'aws:PrincipalArn': roleArn,
    'aws:PrincipalAccount': '111111111111',
    'aws:PrincipalType': 'AssumedRole',
    'aws:userid': 'AROAEXAMPLEORDERS1:s1',
    'aws:username': null,
  };
  const { 'aws:userid': _userId, ...ofSessionWithoutId } = ofSession;
  const ofUser = {
    ...noService,
    'aws:PrincipalArn': 'arn:aws:iam::111111111111:user/team/ann',
    'aws:PrincipalAccount': '111111111111',
    'aws:PrincipalType': 'User',
    'aws:userid': 'AIDAEXAMPLEUSER001',
    'aws:username': 'ann',
  };
  const { 'aws:userid': _own, ...ofUserWithoutId } = ofUser;
  const ofRoot = {
    ...noService,
    'aws:PrincipalArn': 'arn:aws:iam::111111111111:root',
    'aws:PrincipalAccount': '111111111111',
    'aws:PrincipalType': 'Account',
    'aws:userid': '111111111111',
    'aws:username': null,
  };
  const ofService = {
    'aws:PrincipalIsAWSService': true,
    'aws:PrincipalOrgID': null,
    'aws:PrincipalOrgPaths': null,
    'aws:PrincipalArn': {
      unknown: 'aws:PrincipalArn of a service principal is not documented',
    },
    'aws:PrincipalTag/*': null,
    'aws:username': null,
  };

  it.each<[because: string, caller: Principal, keys: object]>([
    ['a role session', session, ofSession],
    ['a role session whose name is not known', withoutName, ofSessionWithoutId],
    ['a role session whose id is not known', withoutId, ofSessionWithoutId],
    ['a member of an organization', { ...session, organization: 'o-1' }, { ...ofSession, 'aws:PrincipalOrgID': 'o-1' }],
    [
      'a member of an organization at a known place',
      { ...session, organization: 'o-1', organizationPath: 'o-1/r-1/' },
      {
        ...ofSession,
        'aws:PrincipalOrgID': 'o-1',
        'aws:PrincipalOrgPaths': ['o-1/r-1/'],
      },
    ],
    [
      'no member of an organization',
      { ...session, organization: null },
      {
        ...ofSession,
        'aws:PrincipalOrgID': null,
        'aws:PrincipalOrgPaths': null,
      },
    ],
    ['a user', user, ofUser],
    ['a user whose id is not known', userWithoutId, ofUserWithoutId],
    ['the root user', root, ofRoot],
    ['the root user of a member', { ...root, organization: 'o-1' }, { ...ofRoot, 'aws:PrincipalOrgID': 'o-1' }],
    [
      'a service',
      lambda,
      {
        ...ofService,
        'aws:PrincipalServiceName': 'lambda.amazonaws.com',
        'aws:PrincipalServiceNamesList': ['lambda.amazonaws.com'],
      },
    ],
    [
      'a service with several names',
      service,
      {
        ...ofService,
        'aws:PrincipalServiceName': 's3.amazonaws.com',
        'aws:PrincipalServiceNamesList': {
          unknown: 'the names of s3.amazonaws.com are not all known',
          present: true,
        },
      },
    ],
    [
      'nobody',
      anonymous,
      {
        ...noService,
        'aws:PrincipalArn': null,
        'aws:PrincipalAccount': 'anonymous',
        'aws:PrincipalType': 'Anonymous',
        'aws:userid': 'anonymous',
        'aws:PrincipalOrgID': null,
      },
    ],
    ['one who signed in elsewhere', federated, noService],
  ])('%s', (_, caller, keys) => {
    expect(principalKeys(caller)).toEqual(keys);
    expect(principalKeys(caller)).toBe(principalKeys(caller));
  });
});
