import { describe, expect, it } from 'vitest';
import { bucketArn, formatArn, isAliasArn, parseArn, parseRoleArn, partitionOf, roleArn } from '../../shared/model/arn.ts';

describe('an ARN', () => {
  it.each([
    {
      text: 'arn:aws:kms:eu-west-1:111111111111:key/1',
      arn: { partition: 'aws', service: 'kms', region: 'eu-west-1', account: '111111111111', resource: 'key/1' },
    },
    {
      text: 'arn:aws-cn:s3:::orders/a:b',
      arn: { partition: 'aws-cn', service: 's3', region: '', account: '', resource: 'orders/a:b' },
    },
  ])('is read and written back: $text', ({ text, arn }) => {
    expect(parseArn(text)).toEqual(arn);
    expect(formatArn(arn)).toBe(text);
  });

  it.each(['', 'orders', 'arn:aws:s3', 'arn:aws:s3:::', 'urn:aws:s3:::orders', 'arn::s3:::orders', 'arn:aws::::orders'])(
    'is not %j',
    (text) => {
      expect(parseArn(text)).toBeUndefined();
    },
  );

  it.each([
    { text: 'arn:aws:iam::111111111111:role/copier', name: 'copier', path: '/' },
    { text: 'arn:aws:iam::111111111111:role/a/b/copier', name: 'copier', path: '/a/b/' },
  ])('of a role has its name and path: $text', ({ text, name, path }) => {
    expect(parseRoleArn(text)).toMatchObject({ name, path });
    expect(roleArn('aws', '111111111111', path, name)).toBe(text);
  });

  it.each([
    'arn:aws:iam::111111111111:user/x',
    'arn:aws:iam::111111111111:role/',
    'arn:aws:iam:eu-west-1:111111111111:role/x',
    'arn:aws:sts::111111111111:role/x',
  ])('of a role is not %s', (text) => {
    expect(parseRoleArn(text)).toBeUndefined();
  });

  it('tells an alias from a key', () => {
    expect(isAliasArn('arn:aws:kms:eu-west-1:111111111111:alias/key/x')).toBe(true);
    expect(isAliasArn('arn:aws:kms:eu-west-1:111111111111:key/alias')).toBe(false);
  });
});

describe('the partition', () => {
  it.each([
    ['eu-west-1', 'aws'],
    ['us-east-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('of %s is %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
    expect(bucketArn(partitionOf(region), 'orders')).toBe(`arn:${partition}:s3:::orders`);
  });
});
