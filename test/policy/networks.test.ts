import { describe, expect, it } from 'vitest';
import { holds, parseNetwork } from '../../shared/policy/evaluate/addresses.ts';
import { arnParts, compileGlob, matchesArn, matchesResource } from '../../shared/policy/evaluate/patterns.ts';

const zeros = (count: number) => Array.from({ length: count }, () => 0);

describe('a network', () => {
  it.each<[text: string, bytes: readonly number[], bits: number]>([
    ['10.1.2.3', [10, 1, 2, 3], 32],
    ['10.0.0.0/8', [10, 0, 0, 0], 8],
    ['0.0.0.0/0', [0, 0, 0, 0], 0],
    ['255.255.255.255/32', [255, 255, 255, 255], 32],
    ['::', zeros(16), 128],
    ['::1', [...zeros(15), 1], 128],
    ['2001:DB8::/32', [0x20, 0x01, 0x0d, 0xb8, ...zeros(12)], 32],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8], 128],
    ['1:2:3:4:5:6:7::', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0], 128],
    ['ab::cd:ef', [0, 0xab, ...zeros(10), 0, 0xcd, 0, 0xef], 128],
  ])('is read: %s', (text, bytes, bits) => {
    expect(parseNetwork(text)).toEqual({ bytes, bits });
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    'x10.0.0.1',
    '10.0.0.1x',
    '10.0.0.1.2',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/x8',
    '10.0.0.0/8x',
    '10.0.0.0/8/8',
    '1',
    'abcd',
    '1:2:3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '1::2::3',
    '1:g::',
    'g:1::',
    '12345::',
    '1::x2',
    '1::2x',
    '::/129',
  ])('is not read: %j', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });

  it.each<[network: string, address: string, held: boolean]>([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.128/25', '10.1.2.129', true],
    ['10.1.2.128/25', '10.1.2.127', false],
    ['10.1.2.128/25', '10.1.2.0/24', false],
    ['10.1.2.0/24', '10.1.2.0/24', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '203.0.113.9', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
  ])('%s holds %s: %s', (network, address, held) => {
    const [a, b] = [parseNetwork(network), parseNetwork(address)];

    expect(a && b && holds(a, b)).toBe(held);
  });
});

describe('an ARN pattern', () => {
  const bucket = 'arn:aws:s3:::orders/2026/a:b.csv';

  it('has six parts, the last with its colons', () => {
    expect(arnParts(bucket)).toEqual(['arn', 'aws', 's3', '', '', 'orders/2026/a:b.csv']);
    expect(arnParts(bucket)).toEqual(['arn', 'aws', 's3', '', '', 'orders/2026/a:b.csv']);
    expect(arnParts('arn:aws:s3::')).toBeUndefined();
  });

  it.each<[glob: string, fits: boolean | string]>([
    ['*', true],
    [bucket, true],
    ['arn:aws:s3:::orders/*', true],
    ['arn:aws:s3:::orders/2026/?:b.csv', true],
    ['arn:aws:s3:::orders/2026/??:b.csv', false],
    ['arn:aws:s3:::other/*', false],
    ['arn:aws:s3', true],
    ['arn:aws:s3:*', true],
    ['arn:aws:kms', false],
    ['arn:aws:s3*csv', `a wildcard in a Resource would have to reach across the parts of ${bucket}`],
  ])('%s in a Resource covers an object or not', (glob, fits) => {
    const expected = typeof fits === 'string' ? { unknown: fits, cause: 'malformed' } : fits;

    expect(matchesResource(compileGlob(glob), bucket)).toEqual(expected);
  });

  it('in a condition is an ARN', () => {
    expect(matchesArn(compileGlob('arn:aws:s3:::ord?rs/*'), bucket)).toBe(true);
    expect(matchesArn(compileGlob('*'), 'whatever')).toBe(true);
    expect(matchesArn(compileGlob('arn:aws:s3:::*'), 'whatever')).toBe(false);
    expect(matchesArn(compileGlob('no?arn*'), bucket)).toEqual({ unknown: 'no?arn* is no ARN', cause: 'malformed' });
  });
});
