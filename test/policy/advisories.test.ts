import { describe, expect, it } from 'vitest';
import { isPublicPolicy } from '../../shared/policy/proof/public-policy.ts';
import { advisories, contextTable, prove } from '../../shared/policy/proof.ts';
import {
  allow,
  aRule,
  aState,
  bucketStatements,
  destination,
  destinationKey,
  keyStatements,
  policy,
  roleStatements,
  source,
  viaS3,
} from './states.ts';

const bucketPolicy = (...more: readonly Record<string, unknown>[]) =>
  aState({ destination: { policy: policy(...bucketStatements, ...more) } });
const toSource = { Principal: { AWS: 'arn:aws:iam::111111111111:root' } };

describe('advisories', () => {
  it('are empty for a replication as it should be', () => {
    expect(advisories(aState())).toEqual([]);
  });

  it.each([
    [
      'another account may suspend versioning (the seed grants it)',
      bucketPolicy(allow(['s3:GetBucketVersioning', 's3:PutBucketVersioning'], destination, toSource)),
      /lets arn:aws:iam::111111111111:root use s3:PutBucketVersioning/,
    ],
    [
      'a wildcard includes it',
      bucketPolicy(allow('s3:Put*', `${destination}*`, toSource)),
      /s3:PutBucketVersioning, s3:PutEncryptionConfiguration/,
    ],
    [
      'an object action on the bucket has no effect',
      bucketPolicy(allow('s3:ReplicateObject', destination, { Sid: 'Wrong', ...toSource })),
      /Wrong of the bucket policy of orders-dr has no effect for s3:ReplicateObject/,
    ],
    [
      'a bucket action on objects has no effect',
      aState({ role: { inline: { p: policy(...roleStatements, allow('s3:ListBucket', `${source}/*`, { Sid: 'List' })) } } }),
      /List of the role policy p has no effect for s3:ListBucket/,
    ],
    [
      'a dead principal',
      aState({
        destinationKey: {
          policy: policy(
            ...keyStatements,
            allow('kms:Encrypt', '*', { Sid: 'Dead', Principal: { AWS: 'AROADEADDEADDEADDEAD1' } }),
          ),
        },
      }),
      /Dead of the key policy .* names AROADEADDEADDEADDEAD1/,
    ],
    [
      'a key policy statement without Resource',
      aState({
        destinationKey: { policy: policy(...keyStatements, { Sid: 'Idle', Effect: 'Allow', Principal: '*', Action: 'kms:*' }) },
      }),
      /Idle of the key policy .* has no Resource, so it does nothing/,
    ],
    [
      "the troubleshooting page's misprinted condition key",
      aState({
        role: {
          inline: {
            p: policy(
              allow('kms:Encrypt', destinationKey, {
                Condition: { StringLike: { 'kms:EncryptionContext:arn:aws:arn': destination } },
              }),
            ),
          },
        },
      }),
      /kms:EncryptionContext:arn:aws:arn, a key that no request carries/,
    ],
    [
      'a rule without metrics reports no failures',
      aState({ rule: { Destination: { ...aRule().Destination, Metrics: undefined } } }),
      /no replication metrics/,
    ],
    [
      'an owner override that the bucket does by itself',
      aState({ destination: { objectOwnership: 'BucketOwnerEnforced' } }),
      /BucketOwnerEnforced/,
    ],
  ])('tell that %s', (_, state, told) => {
    expect(advisories(state)).toEqual([expect.stringMatching(told)]);
  });

  it.each([
    ['the account of the bucket itself', bucketPolicy(allow('s3:*', destination, { Principal: { AWS: '222222222222' } }))],
    ['a right of others that breaks nothing', bucketPolicy(allow('s3:GetBucketVersioning', destination, toSource))],
    ['a Deny', bucketPolicy({ ...allow('s3:PutBucketVersioning', destination, toSource), Effect: 'Deny' })],
    [
      "the role's own unique id",
      bucketPolicy(allow('s3:ListBucket', destination, { Principal: { AWS: 'AROAEXAMPLEORDERSROLE' } })),
    ],
  ])('do not tell of %s', (_, state) => {
    expect(advisories(state)).toEqual([]);
  });

  it('of a proof include objects written before Bucket Keys were turned on', () => {
    const condition = { ...viaS3('eu-central-1', destination), StringLike: { 'kms:EncryptionContext:aws:s3:arn': destination } };
    const inline = {
      p: policy(
        ...roleStatements.slice(0, 4),
        allow(['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt'], destinationKey, { Condition: condition }),
      ),
    };
    const proof = prove(aState({ role: { inline } }));

    expect(proof.answer).toBe('allowed');
    expect(proof.advisories).toContainEqual(expect.stringMatching(/^Objects written before S3 Bucket Keys were turned on/));
  });
});

describe('a public bucket policy', () => {
  const everyone = (more: Record<string, unknown> = {}) =>
    policy(allow('s3:GetObject', `${destination}/*`, { Principal: '*', ...more }));

  it.each([
    ['everyone', everyone(), true],
    ['everyone, the longer spelling', policy(allow('s3:GetObject', '*', { Principal: { AWS: '*' } })), true],
    ['a fixed principal', policy(allow('s3:GetObject', '*', toSource)), false],
    ['a Deny for everyone', policy({ ...allow('s3:GetObject', '*', { Principal: '*' }), Effect: 'Deny' }), false],
    ['everyone from a wildcard VPC', everyone({ Condition: { StringLike: { 'aws:SourceVpc': 'vpc-*' } } }), true],
    ['everyone from one VPC', everyone({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-91237329' } } }), false],
    ['everyone in one organization', everyone({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }), false],
    ['everyone outside one organization', everyone({ Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } }), true],
    ['a policy variable', everyone({ Condition: { StringEquals: { 'aws:SourceVpc': '$' + '{aws:PrincipalTag/vpc}' } } }), true],
    ['a network wider than /8', everyone({ Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } } }), true],
    ['one network', everyone({ Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }), false],
    [
      'access points of one account',
      everyone({ Condition: { ArnLike: { 's3:DataAccessPointArn': 'arn:aws:s3:us-west-2:123456789012:accesspoint/*' } } }),
      false,
    ],
    ['a condition that narrows nothing', everyone({ Condition: { Bool: { 'aws:SecureTransport': 'true' } } }), true],
    ['one public statement among others', policy(...bucketStatements, allow('s3:GetObject', '*', { Principal: '*' })), true],
  ])('%s: %s', (_, document, isPublic) => {
    expect(isPublicPolicy(document)).toBe(isPublic);
    expect(isPublicPolicy(JSON.stringify(document))).toBe(isPublic);
  });
});

describe('the table of condition keys', () => {
  it('has every key at most once for every kind of call', () => {
    const lines = contextTable.flatMap(({ on, keys }) => on.flatMap((kind) => keys.map((key) => `${kind} ${key.toLowerCase()}`)));

    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
  });

  it('gives an AWS page for every line, or says that it is unconfirmed', () => {
    expect(
      contextTable.filter(({ source: from }) => from !== 'unconfirmed' && !from.startsWith('https://docs.aws.amazon.com/')),
    ).toEqual([]);
  });
});
