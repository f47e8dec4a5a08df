import { describe, expect, it } from 'vitest';
import { grantsIn, isGiven, list, overlap, productOf, type Statement, stableJson } from '../../shared/policy/grants.ts';

const role = 'arn:aws:iam::111111111111:role/lockstep-orders';
const key = 'arn:aws:kms:eu-west-1:111111111111:key/11111111-aaaa-4aaa-8aaa-111111111111';
const bucket = 'arn:aws:s3:::orders-dr';
const objects = `${bucket}/*`;

const statement = (elements: object = {}): Statement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: objects,
  ...elements,
});
const grants = (elements: object, ownResource?: string) => [...grantsIn(productOf(statement(elements), ownResource))];
const isCovered = (wanted: object, ...by: readonly object[]): boolean =>
  isGiven(
    productOf(statement(wanted)),
    by.map((elements) => productOf(statement(elements))),
  );

describe('stable JSON', () => {
  it.each<[because: string, value: unknown, text: string]>([
    ['names in order', { b: 1, a: 2 }, '{"a":2,"b":1}'],
    ['names in order all the way down', { b: { d: 1, c: 2 }, a: 0 }, '{"a":0,"b":{"c":2,"d":1}}'],
    ['lists in their own order', ['b', 'a', { d: 1, c: 2 }], '["b","a",{"c":2,"d":1}]'],
    ['names that need quotes', { 'a"b': '"' }, '{"a\\"b":"\\""}'],
    ['null', null, 'null'],
    ['nothing for what is not there', { a: undefined, b: null }, '{"b":null}'],
    ['null where there is nothing', [undefined, 1], '[null,1]'],
    ['null for nothing at all', undefined, 'null'],
    ['text and truth', ['x', true, 1.5], '["x",true,1.5]'],
  ])('is %s', (_, value, text) => {
    expect(stableJson(value)).toBe(text);
  });
});

describe('a list', () => {
  it.each<[because: string, value: unknown, items: readonly unknown[]]>([
    ['nothing', undefined, []],
    ['one value', 'a', ['a']],
    ['null, which is a value', null, [null]],
    ['a list', ['a', 'b'], ['a', 'b']],
  ])('may be %s', (_, value, items) => {
    expect(list(value)).toEqual(items);
  });
});

describe('the grants of a statement', () => {
  it('are all combinations', () => {
    const all = grants({
      Principal: { AWS: [role, '333333333333'] },
      Action: ['s3:GetObject', 'S3:PutObject'],
      Resource: [objects, 'arn:aws:s3:::b/*'],
      Condition: { StringLike: { 'aws:X': ['1', '2'], 'aws:y': '3' } },
    });

    expect(all).toHaveLength(16);
    expect(all).toContainEqual({
      effect: 'Allow',
      principal: 'AWS:333333333333',
      action: 's3:putobject',
      resource: 'arn:aws:s3:::b/*',
      tests: [
        ['StringLike aws:x', '2'],
        ['StringLike aws:y', '3'],
      ],
    });
  });

  it('have neither principal nor resource where the statement has none', () => {
    expect(grants({ Resource: undefined })).toEqual([
      { effect: 'Allow', principal: '', action: 's3:getobject', resource: '', tests: [] },
    ]);
  });

  it.each<[because: string, principal: unknown, principals: readonly string[]]>([
    ['everyone', '*', ['AWS:*']],
    ['everyone as AWS', { AWS: '*' }, ['AWS:*']],
    ['an account', { AWS: '333333333333' }, ['AWS:333333333333']],
    ['an account by its root ARN', { AWS: 'arn:aws:iam::333333333333:root' }, ['AWS:333333333333']],
    ['an account by its root ARN in China', { AWS: 'arn:aws-cn:iam::333333333333:root' }, ['AWS:333333333333']],
    ['a role, whatever its name', { AWS: 'arn:aws:iam::333333333333:role/root' }, ['AWS:arn:aws:iam::333333333333:role/root']],
    ['what only looks like an account', { AWS: ['3333333333333', 'x333333333333'] }, ['AWS:3333333333333', 'AWS:x333333333333']],
    ['a service beside a role', { Service: 's3.amazonaws.com', AWS: role }, ['Service:s3.amazonaws.com', `AWS:${role}`]],
    ['null', null, ['AWS:null']],
  ])('name %s', (_, Principal, principals) => {
    expect(grants({ Principal }).map(({ principal }) => principal)).toEqual(principals);
  });

  it.each(['NotAction', 'NotPrincipal', 'NotResource', 'Future'])('are one that cannot be split where there is %s', (element) => {
    const odd = { Sid: 'A', Action: ['s3:GetObject', 's3:PutObject'], [element]: 'x' };
    const [only, ...more] = grants(odd);

    expect(more).toEqual([]);
    expect(only?.effect).toBe(`opaque ${stableJson({ ...statement(odd), Sid: undefined })}`);
    expect(only).toMatchObject({ principal: '', action: '', resource: '', tests: [] });
  });

  it('are about * where a key policy names its own key', () => {
    expect(grants({ Resource: key }, key).map(({ resource }) => resource)).toEqual(['*']);
    expect(grants({ Resource: [key, `${key}x`] }).map(({ resource }) => resource)).toEqual([key, `${key}x`]);
    expect(grants({ Resource: '' }).map(({ resource }) => resource)).toEqual(['']);
  });

  it('are none with a test that has no value', () => {
    expect(grants({ Condition: { StringEquals: { 'aws:x': [] } } })).toEqual([]);
    expect(grants({ Condition: { StringEquals: null } })).toHaveLength(1);
    expect(grants({ Condition: 'odd' })).toHaveLength(1);
    expect(grants({ Condition: null })).toHaveLength(1);
  });
});

describe('an action on a resource of the other kind', () => {
  const bucketActions = ['s3:ListBucket', 's3:GetBucketVersioning', 's3:GetReplicationConfiguration'];
  const objectActions = [
    's3:ReplicateObject',
    's3:ReplicateDelete',
    's3:ReplicateTags',
    's3:ObjectOwnerOverrideToBucketOwner',
    's3:PutObjectRetention',
    's3:GetObjectVersionForReplication',
    's3:GetObjectVersionAcl',
    's3:GetObjectVersionTagging',
    's3:GetObjectRetention',
    's3:GetObjectLegalHold',
    's3:PutObjectLegalHold',
  ];
  const count = (Action: string, Resource: string): number => grants({ Action, Resource }).length;

  it.each(bucketActions)('grants nothing: %s on objects', (action) => {
    expect(count(action, objects)).toBe(0);
    expect(count(action, `${bucket}/2026/a.csv`)).toBe(0);
    expect(count(action, bucket)).toBe(1);
  });

  it.each(objectActions)('grants nothing: %s on a bucket', (action) => {
    expect(count(action, bucket)).toBe(0);
    expect(count(action, 'arn:aws-cn:s3:::orders-dr')).toBe(0);
    expect(count(action, objects)).toBe(1);
  });

  it.each([
    ['s3:ListBucket', '*', 'it covers every bucket'],
    ['s3:ListBucket', 'arn:aws:s3:::orders*', 'a wildcard may stand for a bucket or for objects'],
    ['s3:ListBucket', 'arn:aws:s3:::orders?/x', 'a wildcard may stand for a slash'],
    ['s3:ReplicateObject', 'arn:aws:s3:::*', 'a wildcard may stand for a bucket or for objects'],
    ['s3:GetObject', bucket, 'whether an action that is not ours has an effect is not told'],
    ['s3:ListBucket', `see ${objects}`, 'it is no ARN'],
    ['s3:ListBucket', 'arn:aws:s3:::', 'it is no ARN'],
    ['s3:ReplicateObject', `${bucket}/`, 'after the slash there is no object, so it is not told'],
  ])('may grant something: %s on %s, because %s', (action, resource) => {
    expect(count(action, resource)).toBe(1);
  });
});

describe('two values of one condition', () => {
  const split = (operator: string): boolean =>
    isCovered(
      { Condition: { [operator]: { k: ['1', '2'] } } },
      { Condition: { [operator]: { k: '1' } } },
      { Condition: { [operator]: { k: '2' } } },
    );
  const alternatives = [
    ...['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike', 'Bool', 'BinaryEquals', 'IpAddress'],
    ...['Numeric', 'Date'].flatMap((of) =>
      ['Equals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map((how) => `${of}${how}`),
    ),
  ];
  const together = [
    'StringNotEquals',
    'StringNotEqualsIgnoreCase',
    'StringNotLike',
    'ArnNotEquals',
    'ArnNotLike',
    'NumericNotEquals',
    'DateNotEquals',
    'NotIpAddress',
    'Null',
    'NullIfExists',
    'ForAllValues:StringEquals',
    'ForAllValues:StringLike',
    'ForAnyValue:StringNotEquals',
    'StringEqualsX',
    'XStringEquals',
  ];

  it.each(alternatives)('grant what two statements grant: %s', (operator) => {
    expect(split(operator)).toBe(true);
    expect(split(`${operator}IfExists`)).toBe(true);
    expect(split(`ForAnyValue:${operator}`)).toBe(true);
  });

  it.each(together)('make one test: %s', (operator) => {
    expect(split(operator)).toBe(false);
  });

  it('make one test in whatever order they stand', () => {
    const not = (...values: readonly string[]) => ({ Condition: { StringNotEquals: { k: values } } });

    expect(isCovered(not('2', '1'), not('1', '2'))).toBe(true);
    expect(isCovered(not('1', '2', '2'), not('1', '2'))).toBe(true);
    expect(isCovered(not('1'), not('1', '2'))).toBe(false);
  });
});

describe('what others give', () => {
  it.each<[because: string, wanted: object, by: readonly object[], isThere: boolean]>([
    ['the same', {}, [{}], true],
    ['nothing', {}, [], false],
    ['more actions', {}, [{ Action: ['s3:GetObject', 's3:PutObject'] }], true],
    ['fewer actions', { Action: ['s3:GetObject', 's3:PutObject'] }, [{}], false],
    ['parts', { Action: ['s3:GetObject', 's3:PutObject'] }, [{}, { Action: 's3:PutObject' }], true],
    [
      'parts of which one is for another resource',
      { Action: ['s3:A', 's3:B'] },
      [{ Action: 's3:A' }, { Action: 's3:B', Resource: 'x' }],
      false,
    ],
    [
      'parts of which one is for others',
      { Action: ['s3:A', 's3:B'] },
      [{ Action: 's3:A' }, { Action: 's3:B', Principal: '*' }],
      false,
    ],
    [
      'parts of which one is a Deny',
      { Action: ['s3:A', 's3:B'] },
      [{ Action: 's3:A' }, { Action: 's3:B', Effect: 'Deny' }],
      false,
    ],
    [
      'parts of which one holds under a condition only',
      { Action: ['s3:A', 's3:B'] },
      [{ Action: 's3:A' }, { Action: 's3:B', Condition: { Bool: { k: 'true' } } }],
      false,
    ],
    [
      'parts of which one lacks a condition',
      { Action: ['s3:A', 's3:B'], Condition: { Bool: { k: 'true' } } },
      [{ Action: 's3:A', Condition: { Bool: { k: 'true' } } }, { Action: 's3:B' }],
      false,
    ],
    [
      'parts of which one has a condition on another key',
      { Action: ['s3:A', 's3:B'], Condition: { Bool: { k: 'true' } } },
      [
        { Action: 's3:A', Condition: { Bool: { k: 'true' } } },
        { Action: 's3:B', Condition: { Bool: { other: 'true' } } },
      ],
      false,
    ],
    ['a condition more', {}, [{ Condition: { Bool: { k: 'true' } } }], false],
    ['a condition less', { Condition: { Bool: { k: 'true' } } }, [{}], false],
    ['another condition', { Condition: { Bool: { k: 'true' } } }, [{ Condition: { Bool: { other: 'true' } } }], false],
    ['another value', { Condition: { Bool: { k: 'true' } } }, [{ Condition: { Bool: { k: 'false' } } }], false],
    ['a Deny', {}, [{ Effect: 'Deny' }], false],
    ['the word without the wildcard', { Resource: '*' }, [{}], false],
  ])('counts: %s', (_, wanted, by, isThere) => {
    expect(isCovered(wanted, ...by)).toBe(isThere);
  });

  it.each<[because: string, a: object, b: object, common: boolean]>([
    ['an action', { Action: ['s3:A', 's3:B'] }, { Action: ['s3:B', 's3:C'] }, true],
    ['no action', { Action: 's3:A' }, { Action: 's3:B' }, false],
    ['no resource', {}, { Resource: 'x' }, false],
    ['no principal', { Principal: { AWS: 'a' } }, { Principal: { AWS: 'b' } }, false],
    ['no effect', {}, { Effect: 'Deny' }, false],
    ['a value', { Condition: { StringLike: { k: ['1', '2'] } } }, { Condition: { StringLike: { k: ['2', '3'] } } }, true],
    ['no value', { Condition: { StringLike: { k: '1' } } }, { Condition: { StringLike: { k: '2' } } }, false],
    ['no condition', { Condition: { StringLike: { k: '1' } } }, { Condition: { StringLike: { other: '1' } } }, false],
    [
      'one condition of two',
      { Condition: { StringLike: { k: '1' } } },
      { Condition: { StringLike: { k: '1', other: '1' } } },
      false,
    ],
  ])('overlaps or not: %s in common', (_, a, b, common) => {
    expect(overlap(productOf(statement(a)), productOf(statement(b)))).toBe(common);
    expect(overlap(productOf(statement(b)), productOf(statement(a)))).toBe(common);
  });
});
