import { describe, expect, it } from 'vitest';
import { isClosedToOthers, isPublicPolicy } from '../../shared/policy/proof/public-policy.ts';
import { allow, aState, destination, policy } from './states.ts';

const everyone = (Condition?: unknown) =>
  policy(allow('s3:GetObject', `${destination}/*`, { Principal: '*', ...(Condition !== undefined && { Condition }) }));

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
const narrowing = [
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:SourceArn',
  'aws:SourceVpc',
  'aws:SourceVpce',
  'aws:SourceOwner',
  'aws:SourceAccount',
  'aws:userid',
  's3:DataAccessPointAccount',
];
const operators = ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike', 'ForAnyValue:StringLike'];

describe('a grant to everyone', () => {
  it.each(narrowing)('is not public under one value of %s', (key) => {
    expect(isPublicPolicy(everyone({ StringEquals: { [key]: 'one' } }))).toBe(false);
    expect(isPublicPolicy(everyone({ StringEquals: { [key.toUpperCase()]: 'one' } }))).toBe(false);
  });

  it.each(operators)('is not public under %s', (operator) => {
    expect(isPublicPolicy(everyone({ [operator]: { 'aws:SourceArn': 'one' } }))).toBe(false);
  });

  it.each<[because: string, condition: unknown]>([
    ['a key that narrows nothing', { StringEquals: { 'aws:UserAgent': 'one' } }],
    ['an operator that keeps nobody out', { StringEqualsIfExists: { 'aws:SourceArn': 'one' } }],
    ['one that is turned round', { ArnNotEquals: { 'aws:SourceArn': 'one' } }],
    ['values of which one is a wildcard', { StringLike: { 'aws:SourceVpc': ['vpc-1', 'vpc-*'] } }],
    ['a question mark', { StringLike: { 'aws:SourceVpc': 'vpc-?' } }],
    ['a network of IPv6 wider than /32', { IpAddress: { 'aws:SourceIp': '2001:db8::/31' } }],
    ['a network wider than /8', { IpAddress: { 'aws:SourceIp': '10.0.0.0/7' } }],
    ['access points of any account', { ArnLike: { 's3:DataAccessPointArn': 'arn:aws:s3:us-west-2:*:accesspoint/a' } }],
    [
      'text around an access point',
      { StringLike: { 's3:DataAccessPointArn': 'xarn:aws:s3:us-west-2:111111111111:accesspoint/a' } },
    ],
    ['an empty condition', {}],
    ['a condition that is none', 'x'],
    ['an operator that is none', { StringEquals: 'x' }],
    ['null', null],
  ])('is public under %s', (_, condition) => {
    expect(isPublicPolicy(everyone(condition))).toBe(true);
  });

  it.each<[because: string, condition: unknown]>([
    ['a network of /8', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }],
    ['one address', { IpAddress: { 'aws:SourceIp': '10.0.0.1' } }],
    ['a network of IPv6 of /32', { IpAddress: { 'aws:SourceIp': '2001:db8::/32' } }],
    ['one narrowing key among others', { StringEquals: { 'aws:UserAgent': 'x', 'aws:SourceVpc': 'vpc-1' } }],
    [
      'one narrowing operator among others',
      { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'aws:SourceVpc': 'vpc-1' } },
    ],
    ['several fixed values', { StringEquals: { 'aws:SourceVpc': ['vpc-1', 'vpc-2'] } }],
  ])('is not public under %s', (_, condition) => {
    expect(isPublicPolicy(everyone(condition))).toBe(false);
  });

  it.each<[because: string, document: unknown, isPublic: boolean]>([
    ['everyone but one', policy(allow('s3:GetObject', '*', { NotPrincipal: { AWS: '111111111111' } })), true],
    ['everyone in a list', policy(allow('s3:GetObject', '*', { Principal: { AWS: ['111111111111', '*'] } })), true],
    ['a service', policy(allow('s3:GetObject', '*', { Principal: { Service: 's3.amazonaws.com' } })), false],
    ['one statement that is no list', { Statement: allow('s3:GetObject', '*', { Principal: '*' }) }, true],
    ['no statement', {}, false],
    ['a statement that is none', policy(null as never), false],
    ['no policy', null, false],
    ['no JSON', '{', false],
  ])('%s', (_, document, isPublic) => {
    expect(isPublicPolicy(document)).toBe(isPublic);
  });
});

describe('a bucket with a public policy', () => {
  const on = { RestrictPublicBuckets: true };
  const off = { RestrictPublicBuckets: false, BlockPublicPolicy: true };
  const closed = (bucket: object, account: object) => {
    const accounts = { '222222222222': { organization: null, ...account } };
    const state = aState({ destination: { policy: everyone(), ...bucket }, accounts });
    return isClosedToOthers(state, state.destination);
  };
  const unread = (whose: string, reason: string) => ({
    unknown: `the public access block of ${whose} is not known: ${reason}`,
    cause: 'unread',
  });

  it.each([
    ['the bucket restricts it', { publicAccessBlock: on }, { publicAccessBlock: null }, true],
    ['the account restricts it', { publicAccessBlock: off }, { publicAccessBlock: on }, true],
    ['nobody does', { publicAccessBlock: off }, { publicAccessBlock: {} }, false],
    ['the bucket restricts it, whatever the account says', { publicAccessBlock: on }, { publicAccessBlock: undefined }, true],
    [
      'the account is not read',
      { publicAccessBlock: null },
      { publicAccessBlock: undefined },
      unread('account 222222222222', 'not read'),
    ],
    [
      'the bucket is not readable',
      { publicAccessBlock: { unreadable: 'no' } },
      { publicAccessBlock: null },
      unread('orders-dr', 'no'),
    ],
    [
      'the policy is not readable',
      { policy: { unreadable: 'no' }, publicAccessBlock: on },
      { publicAccessBlock: null },
      { unknown: 'the bucket policy of orders-dr is not known', cause: 'unread' },
    ],
    ['the policy is not readable and nothing restricts it', { policy: { unreadable: 'no' } }, { publicAccessBlock: null }, false],
    ['there is no policy', { policy: null, publicAccessBlock: on }, { publicAccessBlock: on }, false],
  ])('is closed to other accounts or not: %s', (_, bucket, account, expected) => {
    expect(closed(bucket, account)).toEqual(expected);
  });

  it('cannot be told when nothing is known of the accounts', () => {
    const { accounts: _, ...state } = aState({ destination: { policy: everyone() } });
    const empty = { ...state, accounts: {} };

    expect(isClosedToOthers(state, state.destination)).toEqual(unread('account 222222222222', 'not read'));
    expect(isClosedToOthers(empty, empty.destination)).toEqual(unread('account 222222222222', 'not read'));
  });
});
