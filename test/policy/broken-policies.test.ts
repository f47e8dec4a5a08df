import { describe, expect, it } from 'vitest';
import { type Decision, decide, type Policies, type Principal } from '../../shared/policy/evaluate.ts';

const caller: Principal = {
  kind: 'role-session',
  account: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/orders',
  roleId: 'AROAEXAMPLEORDERS1',
  sessionName: 's1',
};
const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
const resource = 'arn:aws:s3:::orders/a';
const asked = `s3:GetObject on ${resource}`;

type Kind = 'identity' | 'resource' | 'resource alone' | 'key' | 'trust' | 'rcp' | 'scp' | 'session' | 'boundary';

const atRole = { label: 'role policy', account: '111111111111', document: { Statement: everything } };

/** What is decided where everything else allows and a policy of that kind is as given. */
function decided(kind: Kind, document: unknown, keys: Readonly<Record<string, string>> = {}): Decision {
  const odd = { label: 'odd policy', account: '111111111111', document };
  const policies: Policies = {
    ...(kind === 'identity' && { identity: [odd] }),
    ...(kind !== 'identity' && kind !== 'resource alone' && { identity: [atRole] }),
    ...(kind === 'boundary' && { boundary: odd }),
    ...(kind === 'session' && { session: [odd] }),
    ...(kind === 'scp' && { scps: [[odd]] }),
    ...(kind === 'rcp' && { rcps: [[odd]] }),
    ...(kind === 'resource alone' && { resource: { ...odd, kind: 'resource' as const } }),
    ...((kind === 'resource' || kind === 'key' || kind === 'trust') && { resource: { ...odd, kind } }),
  };
  const request = { principal: caller, action: 's3:GetObject', resource, resourceAccount: '111111111111', context: { keys } };
  return decide(request, policies);
}

const inDoubt = (why: string, statement: string): string =>
  `Whether ${asked} is allowed cannot be told: ${why}, which ${statement} of the odd policy (account 111111111111) turns on.`;

describe('a statement that AWS would not take', () => {
  const own = { Principal: '*' };
  const named = { ...everything, ...own };

  it.each<[why: string, kind: Kind, statement: object]>([
    ['element Actions is not known', 'identity', { ...everything, Actions: '*' }],
    ['Effect is neither Allow nor Deny', 'identity', { ...everything, Effect: 'allow' }],
    ['both Action and NotAction are given', 'identity', { ...everything, NotAction: 'x:y' }],
    ['both Resource and NotResource are given', 'identity', { ...everything, NotResource: 'arn:x' }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: ['s3:GetObject', 'GetObject'] }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: ['GetObject', 's3:GetObject'] }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: 's3:Get:Object' }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: 's3:Get Object' }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: 'a s3:GetObject' }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: 7 }],
    ['Action is no list of service:action names', 'identity', { ...everything, Action: [{}] }],
    ['Resource is no list of ARNs', 'identity', { ...everything, Resource: ['*', 'orders'] }],
    ['Resource is no list of ARNs', 'identity', { ...everything, Resource: 7 }],
    ['Resource is no list of ARNs', 'identity', { ...everything, Resource: 'see arn:aws:s3:::orders' }],
    ['Principal has no place in such a policy', 'identity', named],
    ['Principal has no place in such a policy', 'boundary', named],
    ['Principal has no place in such a policy', 'session', { ...everything, NotPrincipal: '*' }],
    ['Principal has no place in such a policy', 'scp', named],
    ['Principal is missing', 'resource alone', everything],
    ['Principal is missing', 'key', everything],
    ['Principal is missing', 'rcp', { ...everything, Effect: 'Deny' }],
    ['Principal is missing', 'trust', { Effect: 'Allow', Action: 's3:GetObject' }],
    ['NotPrincipal has no place here', 'resource alone', { ...everything, NotPrincipal: { AWS: '333333333333' } }],
    ['NotPrincipal has no place here', 'rcp', { ...everything, Effect: 'Deny', NotPrincipal: { AWS: '333333333333' } }],
    [
      'NotPrincipal has no place here',
      'trust',
      { Effect: 'Allow', Action: 's3:GetObject', NotPrincipal: { AWS: '333333333333' } },
    ],
    ['Resource has no place in a trust policy', 'trust', { ...named, Action: 's3:GetObject' }],
    ['Resource has no place in a trust policy', 'trust', { Effect: 'Allow', Action: 's3:*', NotResource: 'arn:x', ...own }],
    ['Action is missing', 'identity', { Effect: 'Allow', Resource: '*' }],
    ['Action is missing', 'trust', { Effect: 'Allow', ...own }],
    ['Resource is missing', 'identity', { Effect: 'Allow', Action: '*' }],
    ['Resource is missing', 'resource alone', { Effect: 'Allow', Action: '*', ...own }],
    ['Principal is neither * nor an object', 'resource alone', { ...everything, Principal: 'AWS' }],
    ['principal type aws is not known', 'resource alone', { ...everything, Principal: { aws: '*' } }],
    ['a statement is no object', 'identity', 'all' as never],
    ['a statement is no object', 'identity', null as never],
    ['a statement is no object', 'identity', [everything]],
  ])('leaves open what it may be about: %s (%s)', (why, kind, statement) => {
    const decision = decided(kind, { Version: '2012-10-17', Statement: [statement] });

    expect(decision).toMatchObject({ answer: 'cannot-tell', by: 'unknown-condition', because: inDoubt(why, 'statement 1') });
    expect(decision.deciding).toEqual({ policy: 'odd policy', account: '111111111111', index: 0, statement });
  });

  it.each<[because: string, statement: object]>([
    ['it is about another action', { ...everything, Effect: 'Deny', Action: 's3:PutObject', Odd: 1 }],
    ['it is about others', { ...everything, Effect: 'Deny', Principal: { AWS: '333333333333' }, Odd: 1 }],
  ])('says nothing where %s', (_, statement) => {
    expect(decided('resource', { Statement: [{ ...statement, Principal: { AWS: '333333333333' } }] }).answer).toBe('allowed');
  });

  it('still concerns whom its NotPrincipal does not spare', () => {
    const odd = { ...everything, Effect: 'Deny', NotPrincipal: { AWS: '111111111111' }, Odd: 1 };

    expect(decided('resource', { Statement: [odd] }).because).toBe(inDoubt('element Odd is not known', 'statement 1'));
  });

  it.each<[because: string, statement: object]>([
    ['no Action', { Effect: 'Deny', Resource: '*', Principal: '*' }],
    ['no Resource', { Effect: 'Deny', Action: '*', Principal: '*' }],
  ])('does nothing in a key policy with %s, which KMS takes', (_, statement) => {
    expect(decided('key', { Statement: [{ ...everything, Principal: '*' }, statement] }).answer).toBe('allowed');
  });

  it('is named by its Sid where it has one', () => {
    expect(decided('identity', { Statement: [{ ...everything, Sid: 'Odd', Odd: 1 }] }).deciding?.sid).toBe('Odd');
    expect(decided('identity', { Statement: [{ ...everything, Sid: '', Odd: 1 }] }).deciding).not.toHaveProperty('sid');
    expect(decided('identity', { Statement: [{ ...everything, Sid: 7, Odd: 1 }] }).deciding).not.toHaveProperty('sid');
  });
});

describe('a policy that AWS would not take', () => {
  it.each<[why: string, document: unknown]>([
    ['the policy is no JSON object', '{'],
    ['the policy is no JSON object', '[]'],
    ['the policy is no JSON object', 7],
    ['the policy is no JSON object', null],
    ['policy version 2020-01-01 is not known', { Version: '2020-01-01', Statement: everything }],
    ['Statement is missing', { Version: '2012-10-17' }],
  ])('leaves everything open: %s', (why, document) => {
    const decision = decided('boundary', document);

    expect(decision).toMatchObject({
      answer: 'cannot-tell',
      by: 'unknown-condition',
      because: `Whether ${asked} is allowed cannot be told: odd policy: ${why}.`,
    });
    expect(decision.deciding).toEqual({ policy: 'odd policy', account: '111111111111', index: -1, statement: undefined });
  });

  it.each(['2012-10-17', '2008-10-17'])('is not one of version %s', (Version) => {
    expect(decided('boundary', { Version, Statement: [everything] }).answer).toBe('allowed');
  });

  it('is not one without statements: it grants nothing', () => {
    expect(decided('boundary', { Statement: [] }).answer).toBe('denied');
  });

  it('is read the same as text, every time it is asked', () => {
    const text = JSON.stringify({ Statement: everything });

    expect([1, 2, 3].map(() => decided('boundary', text).answer)).toEqual(['allowed', 'allowed', 'allowed']);
    // One text may be a policy of several kinds.
    expect(decided('resource alone', text).because).toContain('Principal is missing');
  });
});

const variable = `$${'{aws:y}'}`;

describe('a condition that AWS would not take', () => {
  it.each<[why: string, condition: unknown]>([
    ['Condition is no object', 'x'],
    ['Condition is no object', null],
    ['Condition is no object', []],
    ['condition operator StringEquals holds no keys', { StringEquals: 'x' }],
    ['condition operator StringEquals holds no keys', { StringEquals: null }],
    ['condition operator StringIs is not known', { StringIs: { 'aws:x': 'y' } }],
    ['condition operator String-Equals is not known', { 'String-Equals': { 'aws:x': 'y' } }],
    ['condition operator ForAllValues:Null is not known', { 'ForAllValues:Null': { 'aws:x': 'true' } }],
    ['condition operator NullIfExists is not known', { NullIfExists: { 'aws:x': 'true' } }],
    ['the values of StringEquals aws:x are no strings', { StringEquals: { 'aws:x': {} } }],
    ['the values of StringEquals aws:x are no strings', { StringEquals: { 'aws:x': ['a', null] } }],
    ['a Null condition is neither true nor false', { Null: { 'aws:x': 'maybe' } }],
    ['a Null condition is neither true nor false', { Null: { 'aws:x': ['true', 'maybe'] } }],
    ['"ten" cannot be compared', { NumericLessThan: { 'aws:x': 'ten' } }],
    ['"today" cannot be compared', { DateLessThan: { 'aws:x': 'today' } }],
    ['"yes" is neither true nor false', { Bool: { 'aws:x': 'yes' } }],
    ['"home" is no address or network', { IpAddress: { 'aws:x': 'home' } }],
    ['orders is no ARN', { ArnLike: { 'aws:x': 'orders' } }],
    ['condition key aws:y is not known', { StringEquals: { 'aws:y': 'y' } }],
    [`policy variable ${variable}: condition key aws:y is not known`, { StringEquals: { 'aws:x': variable } }],
  ])('leaves it open: %s', (why, condition) => {
    const statement = { ...everything, Condition: condition };
    const decision = decided('identity', { Version: '2012-10-17', Statement: [statement] }, { 'aws:x': '5' });

    expect(decision).toMatchObject({ answer: 'cannot-tell', by: 'unknown-condition', because: inDoubt(why, 'statement 1') });
  });
});

describe('a context', () => {
  const conditioned = (Condition: object) => ({ Version: '2012-10-17', Statement: [{ ...everything, Condition }] });
  const ask = (Condition: object, context: Parameters<typeof decide>[0]['context']) =>
    decide(
      { principal: caller, action: 's3:GetObject', resource, resourceAccount: '111111111111', context },
      { identity: [{ label: 'odd policy', account: '111111111111', document: conditioned(Condition) }] },
    ).answer;
  const tagged = { StringEquals: { 'aws:PrincipalTag/Team': 'a' } };

  it('has no other keys when it is the whole', () => {
    expect(ask({ Null: { 'aws:x': 'true' } }, { keys: {}, others: 'absent' })).toBe('allowed');
    expect(ask({ Null: { 'aws:x': 'true' } }, { keys: {}, others: 'unknown' })).toBe('cannot-tell');
    expect(ask({ Null: { 'aws:x': 'true' } }, { keys: {} })).toBe('cannot-tell');
  });

  it('stands for every key under a name with /*, but for those it names', () => {
    expect(ask(tagged, { keys: { 'aws:PrincipalTag/*': null } })).toBe('denied');
    expect(ask(tagged, { keys: { 'aws:PrincipalTag/*': null, 'aws:principaltag/team': 'a' } })).toBe('allowed');
    expect(ask(tagged, { keys: { 'aws:ResourceTag/*': null } })).toBe('cannot-tell');
    expect(ask({ StringEquals: { '/a': 'a' } }, { keys: { '/*': 'a' } })).toBe('cannot-tell');
    expect(ask({ StringEquals: { 'aws:x': 'a' } }, { keys: { 'aws:/*': 'a', '/*': 'a' } })).toBe('cannot-tell');
  });

  const doubt = (Condition: object, keys: Readonly<Record<string, string | readonly string[]>>): string =>
    decide(
      { principal: caller, action: 's3:GetObject', resource, resourceAccount: '111111111111', context: { keys } },
      { identity: [{ label: 'odd policy', account: '111111111111', document: conditioned(Condition) }] },
    ).because;

  it('says what cannot be told of several values', () => {
    expect(doubt({ StringEquals: { 'aws:x': 'a' } }, { 'aws:x': ['a', 'b'] })).toBe(
      inDoubt('aws:x has several values and the condition has no ForAllValues or ForAnyValue', 'statement 1'),
    );
    expect(doubt({ StringEquals: { 'aws:x': variable } }, { 'aws:x': 'a', 'aws:y': ['a', 'b'] })).toBe(
      inDoubt(`policy variable ${variable} has several values`, 'statement 1'),
    );
  });

  it('says with several values what needs ForAllValues or ForAnyValue', () => {
    expect(ask({ StringEquals: { 'aws:x': 'a' } }, { keys: { 'aws:x': ['a', 'b'] } })).toBe('cannot-tell');
    expect(ask({ StringEquals: { 'aws:x': ['a', 'b'] } }, { keys: { 'aws:x': ['a', 'b'] } })).toBe('allowed');
    expect(ask({ StringEquals: { 'aws:x': variable } }, { keys: { 'aws:x': 'a', 'aws:y': ['a', 'b'] } })).toBe('cannot-tell');
  });
});
