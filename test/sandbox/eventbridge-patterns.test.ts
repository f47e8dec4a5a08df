import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, parsePattern } from '../../infra/sandbox/services/eventbridge/pattern.ts';
import { anAws, clientsOf, refusalOf } from './event-support.ts';

const event = {
  source: 'aws.s3',
  'detail-type': 'AWS API Call via CloudTrail',
  account: '111111111111',
  resources: [] as string[],
  detail: {
    eventName: 'PutBucketPolicy',
    sourceIPAddress: '10.1.2.3',
    ipv6: '2001:db8::1',
    path: 'a*b\\c.d',
    count: 5,
    ratio: 0.5,
    readOnly: false,
    responseElements: null,
    empty: '',
    none: [],
    parameters: { bucketName: 'Orders' },
    tags: ['blue', 'green'],
    keys: [
      { ARN: 'key-1', type: 'KMS' },
      { ARN: 'bucket-1', type: 'S3', extra: true },
    ],
  },
};

const detail = (pattern: object) => ({ detail: pattern });

describe('an event pattern', () => {
  const cases: readonly { because: string; pattern: object; holds: boolean }[] = [
    { because: 'one of the values is the value', pattern: { source: ['aws.kms', 'aws.s3'] }, holds: true },
    { because: 'none of the values is the value', pattern: { source: ['aws.kms'] }, holds: false },
    { because: 'values are compared with case', pattern: { source: ['AWS.S3'] }, holds: false },
    { because: 'every field must match', pattern: { source: ['aws.s3'], account: ['222222222222'] }, holds: false },
    { because: 'a nested field matches', pattern: detail({ parameters: { bucketName: ['Orders'] } }), holds: true },
    { because: 'a field that is not there matches nothing', pattern: detail({ parameters: { name: ['Orders'] } }), holds: false },
    { because: 'an object is no value', pattern: detail({ parameters: ['Orders'] }), holds: false },
    { because: 'an element of an array matches', pattern: detail({ tags: ['green', 'red'] }), holds: true },
    { because: 'no element of an array matches', pattern: detail({ tags: ['red'] }), holds: false },
    { because: 'an object in an array matches', pattern: detail({ keys: { type: ['S3'] } }), holds: true },
    {
      because: 'one object of an array has to match whole',
      pattern: detail({ keys: { type: ['S3'], ARN: ['key-1'] } }),
      holds: false,
    },
    { because: 'numbers are numbers', pattern: detail({ count: [5.0] }), holds: true },
    { because: 'text is no number', pattern: detail({ count: ['5'] }), holds: false },
    { because: 'false is false', pattern: detail({ readOnly: [false] }), holds: true },
    { because: 'null is null', pattern: detail({ responseElements: [null] }), holds: true },
    { because: 'null is not absent', pattern: detail({ missing: [null] }), holds: false },
    { because: 'the empty text is the empty text', pattern: detail({ empty: [''] }), holds: true },

    { because: 'the value begins so', pattern: detail({ eventName: [{ prefix: 'Put' }] }), holds: true },
    { because: 'a prefix has a case', pattern: detail({ eventName: [{ prefix: 'put' }] }), holds: false },
    {
      because: 'a prefix may ignore case',
      pattern: detail({ eventName: [{ prefix: { 'equals-ignore-case': 'put' } }] }),
      holds: true,
    },
    { because: 'a number has no prefix', pattern: detail({ count: [{ prefix: '5' }] }), holds: false },
    { because: 'the value ends so', pattern: detail({ eventName: [{ suffix: 'Policy' }] }), holds: true },
    { because: 'it ends otherwise', pattern: detail({ eventName: [{ suffix: 'Polic' }] }), holds: false },
    {
      because: 'a suffix may ignore case',
      pattern: detail({ eventName: [{ suffix: { 'equals-ignore-case': 'POLICY' } }] }),
      holds: true,
    },
    {
      because: 'case is ignored',
      pattern: detail({ parameters: { bucketName: [{ 'equals-ignore-case': 'oRDERS' }] } }),
      holds: true,
    },
    {
      because: 'ignoring case is not ignoring letters',
      pattern: detail({ parameters: { bucketName: [{ 'equals-ignore-case': 'order' }] } }),
      holds: false,
    },

    { because: 'a wildcard stands for letters', pattern: detail({ eventName: [{ wildcard: 'Put*Policy' }] }), holds: true },
    {
      because: 'a wildcard stands for nothing too',
      pattern: detail({ eventName: [{ wildcard: '*PutBucketPolicy*' }] }),
      holds: true,
    },
    { because: 'a wildcard pattern is whole', pattern: detail({ eventName: [{ wildcard: 'Bucket*' }] }), holds: false },
    { because: 'an escaped star is a star', pattern: detail({ path: [{ wildcard: 'a\\*b\\\\c.d' }] }), holds: true },
    { because: 'a dot is a dot', pattern: detail({ path: [{ wildcard: 'a*.c.d' }] }), holds: false },

    { because: 'it is another value', pattern: detail({ eventName: [{ 'anything-but': 'PutBucketAcl' }] }), holds: true },
    { because: 'it is that value', pattern: detail({ eventName: [{ 'anything-but': ['a', 'PutBucketPolicy'] }] }), holds: false },
    { because: 'anything but a number', pattern: detail({ count: [{ 'anything-but': [1, 2] }] }), holds: true },
    { because: 'what is absent is not anything', pattern: detail({ missing: [{ 'anything-but': 'a' }] }), holds: false },
    { because: 'one element is another value', pattern: detail({ tags: [{ 'anything-but': 'blue' }] }), holds: true },
    { because: 'every element is one of them', pattern: detail({ tags: [{ 'anything-but': ['blue', 'green'] }] }), holds: false },
    { because: 'it begins so', pattern: detail({ eventName: [{ 'anything-but': { prefix: 'Put' } }] }), holds: false },
    {
      because: 'it begins like none of them',
      pattern: detail({ eventName: [{ 'anything-but': { prefix: ['Get', 'List'] } }] }),
      holds: true,
    },
    { because: 'it ends so', pattern: detail({ eventName: [{ 'anything-but': { suffix: 'Policy' } }] }), holds: false },
    {
      because: 'it ends like none of them',
      pattern: detail({ eventName: [{ 'anything-but': { suffix: ['Acl'] } }] }),
      holds: true,
    },
    {
      because: 'it is that in another case',
      pattern: detail({ eventName: [{ 'anything-but': { 'equals-ignore-case': ['x', 'putbucketpolicy'] } }] }),
      holds: false,
    },
    { because: 'it has that form', pattern: detail({ eventName: [{ 'anything-but': { wildcard: '*Bucket*' } }] }), holds: false },
    {
      because: 'it has none of those forms',
      pattern: detail({ eventName: [{ 'anything-but': { wildcard: ['*Object*', 'Get*'] } }] }),
      holds: true,
    },

    { because: 'the number is equal', pattern: detail({ count: [{ numeric: ['=', 5] }] }), holds: true },
    { because: 'the number is between', pattern: detail({ ratio: [{ numeric: ['>', 0, '<=', 0.5] }] }), holds: true },
    { because: 'the bound is excluded', pattern: detail({ ratio: [{ numeric: ['<', 0.5] }] }), holds: false },
    { because: 'the bound is included', pattern: detail({ count: [{ numeric: ['>=', 5] }] }), holds: true },
    { because: 'text has no size', pattern: detail({ eventName: [{ numeric: ['>', 0] }] }), holds: false },

    { because: 'the address is in the network', pattern: detail({ sourceIPAddress: [{ cidr: '10.1.2.0/24' }] }), holds: true },
    { because: 'the address is outside', pattern: detail({ sourceIPAddress: [{ cidr: '10.1.3.0/24' }] }), holds: false },
    { because: 'IPv6 has networks too', pattern: detail({ ipv6: [{ cidr: '2001:db8::/32' }] }), holds: true },
    { because: 'a name is no address', pattern: detail({ eventName: [{ cidr: '0.0.0.0/0' }] }), holds: false },

    { because: 'it is there', pattern: detail({ eventName: [{ exists: true }] }), holds: true },
    { because: 'null is there', pattern: detail({ responseElements: [{ exists: true }] }), holds: true },
    { because: 'it is not there', pattern: detail({ errorCode: [{ exists: false }] }), holds: true },
    { because: 'its parent is not there either', pattern: detail({ a: { b: [{ exists: false }] } }), holds: true },
    { because: 'it should not be there', pattern: detail({ eventName: [{ exists: false }] }), holds: false },
    { because: 'an object does not exist as a value', pattern: detail({ parameters: [{ exists: true }] }), holds: false },
    { because: 'an empty array does not exist', pattern: detail({ none: [{ exists: true }] }), holds: false },
    { because: 'another element of the array has it', pattern: detail({ keys: { extra: [{ exists: false }] } }), holds: false },
    { because: 'absent or that value', pattern: detail({ errorCode: [{ exists: false }, 'None'] }), holds: true },

    { because: 'one of both matches', pattern: detail({ $or: [{ eventName: ['x'] }, { count: [5] }] }), holds: true },
    { because: 'neither matches', pattern: detail({ $or: [{ eventName: ['x'] }, { count: [6] }] }), holds: false },
    {
      because: 'what stands beside $or counts too',
      pattern: { source: ['aws.kms'], $or: [{ account: ['111111111111'] }, { account: ['x'] }] },
      holds: false,
    },
    { because: 'a property of every object is no field', pattern: detail({ constructor: { name: ['Object'] } }), holds: false },
  ];

  it.each(cases)('$pattern: $holds, because $because', ({ pattern, holds }) => {
    expect(matches(parsePattern(JSON.stringify(pattern)), event)).toBe(holds);
  });

  it.each([
    { text: '[]', reason: 'Filter is not an object' },
    { text: '{', reason: 'JSON' },
    { text: '{}', reason: 'Empty objects are not allowed' },
    { text: '{"a":{}}', reason: 'Empty objects are not allowed' },
    { text: '{"source":"aws.s3"}', reason: '"source" must be an object or an array' },
    { text: '{"source":[]}', reason: 'Empty arrays are not allowed' },
    { text: '{"source":[["a"]]}', reason: 'Match value must be String, number, true, false, or null' },
    { text: '{"source":[{"begins":"a"}]}', reason: 'Unrecognized match type begins' },
    { text: '{"source":[{"prefix":"a","suffix":"b"}]}', reason: 'Only one key allowed in match expression' },
    { text: '{"source":[{"prefix":1}]}', reason: 'prefix match pattern must be a string' },
    { text: '{"source":[{"exists":"yes"}]}', reason: 'exists match pattern must be either true or false.' },
    { text: '{"source":[{"anything-but":[1,"a"]}]}', reason: 'mixed type is not supported' },
    { text: '{"source":[{"anything-but":[]}]}', reason: 'Empty arrays are not allowed' },
    { text: '{"source":[{"anything-but":{"numeric":["=",1]}}]}', reason: 'Unsupported anything-but pattern: numeric' },
    { text: '{"source":[{"numeric":["~",1]}]}', reason: 'Unrecognized numeric range operator: ~' },
    { text: '{"source":[{"numeric":[">",5,"<",1]}]}', reason: 'Bottom must be less than top' },
    { text: '{"source":[{"numeric":["<",5,">",1]}]}', reason: 'Bad numeric range operator' },
    { text: '{"source":[{"cidr":"10.0.0.1"}]}', reason: 'Malformed CIDR' },
    { text: '{"source":[{"cidr":"10.0.0.0/33"}]}', reason: 'Malformed CIDR' },
    { text: '{"source":[{"wildcard":"a**b"}]}', reason: 'Consecutive wildcard characters at pos 1' },
    { text: '{"source":[{"wildcard":"a\\\\b"}]}', reason: 'Invalid escape character at pos 1' },
    { text: '{"$or":[{"source":["a"]}]}', reason: 'There must have at least 2 Objects in $or relationship.' },
    { text: `{"source":["${'x'.repeat(5000)}"]}`, reason: 'longer than 4096 characters' },
  ])('$text is refused: $reason', ({ text, reason }) => {
    expect(() => parsePattern(text)).toThrow(reason);
  });

  it('matches every event made of its own values', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const key = fc.string({ minLength: 1 }).filter((name) => name !== '$or' && name !== '__proto__');
    const tree = fc.letrec<{ node: object }>((tie) => ({
      node: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, tie('node')), { minKeys: 1, maxKeys: 4 }),
    })).node;
    const patternFor = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, patternFor(one)]))
        : [value];

    fc.assert(
      fc.property(tree, (made) => matches(parsePattern(JSON.stringify(patternFor(made)), Number.POSITIVE_INFINITY), made)),
    );
  });

  it('is tried out by TestEventPattern, on whole events only', async () => {
    const { aws } = anAws();
    const { events } = clientsOf(aws);
    const whole = {
      id: '1',
      'detail-type': 't',
      source: 'a',
      account: '1',
      time: '2026-01-01T00:00:00Z',
      region: 'r',
      resources: [],
    };
    const test = (Event: object, EventPattern = '{"source":["a"]}') =>
      events.send(new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(Event) }));

    expect((await test(whole)).Result).toBe(true);
    expect((await test({ ...whole, source: 'b' })).Result).toBe(false);
    expect(await refusalOf(test({ source: 'a' }))).toContain('ValidationException');
    expect(await refusalOf(test(whole, '{"source":"a"}'))).toBe(
      'InvalidEventPatternException: Event pattern is not valid. Reason: "source" must be an object or an array',
    );
  });
});
