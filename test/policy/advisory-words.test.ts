import { describe, expect, it } from 'vitest';
import { advisories } from '../../shared/policy/proof.ts';
import {
  allow,
  aRule,
  aState,
  bucketStatements,
  deny,
  destination,
  destinationKey,
  keyStatements,
  policy,
  roleStatements,
  source,
} from './states.ts';

const bucketPolicy = (...more: readonly Record<string, unknown>[]) =>
  aState({ destination: { policy: policy(...bucketStatements, ...more) } });
const rolePolicy = (...more: readonly Record<string, unknown>[]) =>
  aState({ role: { inline: { p: policy(...roleStatements, ...more) } } });
const keyPolicy = (statement: Record<string, unknown>) =>
  aState({ destinationKey: { policy: policy(...keyStatements, statement) } });
const others = { Principal: { AWS: ['arn:aws:iam::333333333333:root', '444444444444'] } };
const lets = (who: string, actions: string, name = 'statement 3 of the bucket policy of orders-dr') =>
  `${name} lets ${who} use ${actions}, with which replication can be broken from outside account 222222222222.`;
const onBuckets = 'it names objects, and these actions are on buckets.';
const onObjects = 'it names buckets, and these actions are on objects.';

describe('the words of advisories', () => {
  it.each<[because: string, principal: string, isOther: boolean]>([
    ['a role of another account', 'arn:aws:iam::333333333333:role/backup', true],
    ['a role of the bucket’s account', 'arn:aws:iam::222222222222:role/backup', false],
    ['a role that is gone, of which only the id is left', 'AROAEXAMPLEGONE00001', false],
  ])('tell of %s only if it is another’s', (_, principal, isOther) => {
    const grant = allow('s3:PutBucketVersioning', destination, { Principal: { AWS: principal } });

    expect(advisories(bucketPolicy(grant)).includes(lets(principal, 's3:PutBucketVersioning'))).toBe(isOther);
  });

  it.each([
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutReplicationConfiguration',
    's3:PutBucketPublicAccessBlock',
    's3:PutBucketOwnershipControls',
    's3:PutLifecycleConfiguration',
    's3:DeleteBucket',
  ])('tell of others that may use %s', (action) => {
    expect(advisories(bucketPolicy(allow(action, destination, { Principal: '*' })))).toEqual([lets('*', action)]);
  });

  it('name everyone who is let in, and every action', () => {
    const statement = allow(['s3:PutBucketVersioning', 's3:DeleteBucket'], [destination], { Sid: 'Theirs', ...others });

    expect(advisories(bucketPolicy(statement))).toEqual([
      lets(
        'arn:aws:iam::333333333333:root, 444444444444',
        's3:PutBucketVersioning, s3:DeleteBucket',
        'Theirs of the bucket policy of orders-dr',
      ),
    ]);
  });

  it.each([
    ['an account given by its number', allow('s3:DeleteBucket', destination, { Principal: { AWS: '222222222222' } })],
    ['a service', allow('s3:DeleteBucket', destination, { Principal: { Service: 'cloudtrail.amazonaws.com' } })],
    ['other buckets', allow('s3:DeleteBucket', 'arn:aws:s3:::other', others)],
    ['no resource', allow('s3:DeleteBucket', [], others)],
  ])('do not tell of rights of others: %s', (_, statement) => {
    expect(advisories(bucketPolicy(statement))).toEqual([]);
  });

  it.each([
    ['s3:ListBucket', `${source}/*`, onBuckets],
    ['s3:GetReplicationConfiguration', `${source}/*`, onBuckets],
    ['s3:GetBucketVersioning', `${source}/*`, onBuckets],
    ['s3:PutBucketVersioning', `${source}/*`, onBuckets],
    ['s3:ReplicateObject', destination, onObjects],
    ['s3:ReplicateDelete', destination, onObjects],
    ['s3:ReplicateTags', destination, onObjects],
    ['s3:ObjectOwnerOverrideToBucketOwner', destination, onObjects],
    ['s3:GetObjectVersionForReplication', source, onObjects],
    ['s3:GetObjectVersionAcl', source, onObjects],
    ['s3:GetObjectVersionTagging', source, onObjects],
    ['s3:GetObjectRetention', source, onObjects],
    ['s3:GetObjectLegalHold', source, onObjects],
  ])('tell that %s on %s does nothing', (action, resource, why) => {
    expect(advisories(rolePolicy(allow(action, resource, { Sid: 'Idle' })))).toEqual([
      `Idle of the role policy p has no effect for ${action}: ${why}`,
    ]);
  });

  it('list the actions that do nothing, and only those', () => {
    const statement = allow(['s3:ListBucket', 's3:GetObject', 's3:GetBucketVersioning'], `${source}/*`, { Sid: 'Idle' });

    expect(advisories(rolePolicy(statement))).toEqual([
      `Idle of the role policy p has no effect for s3:ListBucket, s3:GetBucketVersioning: ${onBuckets}`,
    ]);
  });

  it.each([
    ['both kinds of ARNs', allow(['s3:ListBucket', 's3:ReplicateObject'], [source, `${source}/*`])],
    ['a wildcard that may be either', allow(['s3:ListBucket', 's3:ReplicateObject'], `${source}*`)],
    ['every resource', allow(['s3:ListBucket', 's3:ReplicateObject'], '*')],
    ['objects beside every resource', allow('s3:ListBucket', [`${source}/*`, '*'])],
    ['a Deny', deny('s3:ListBucket', `${source}/*`)],
  ])('do not tell of statements about %s', (_, statement) => {
    expect(advisories(rolePolicy(statement))).toEqual([]);
  });

  it.each([
    [{ Sid: 'Idle', Effect: 'Allow', Principal: '*', Action: 'kms:*' }, 'Idle', 'Resource'],
    [{ Effect: 'Allow', Principal: '*', Resource: '*' }, 'statement 3', 'Action'],
    [{ Effect: 'Allow', Principal: '*' }, 'statement 3', 'Action and no Resource'],
  ])('tell what a key policy statement lacks: %j', (statement, name, lacking) => {
    expect(advisories(keyPolicy(statement))).toEqual([
      `${name} of the key policy of ${destinationKey} has no ${lacking}, so it does nothing.`,
    ]);
  });

  it('do not miss what NotAction and NotResource say', () => {
    expect(advisories(keyPolicy({ Effect: 'Deny', Principal: '*', NotAction: 'kms:*', NotResource: 'arn:aws:kms:::x' }))).toEqual(
      [],
    );
  });

  it.each([
    [{ Metrics: undefined }, {}, ['Rule lockstep-orders-dr has no replication metrics, so S3 reports no failures of it.']],
    [
      { Metrics: { Status: 'Disabled' } },
      { ID: undefined },
      ['Rule  has no replication metrics, so S3 reports no failures of it.'],
    ],
    [{ Metrics: undefined }, { Status: 'Disabled' }, []],
  ])('tell of rules without metrics that are in force', (changes, rule, told) => {
    expect(advisories(aState({ rule: { ...rule, Destination: { ...aRule().Destination, ...changes } } }))).toEqual(told);
  });

  it.each([
    [
      'BucketOwnerEnforced',
      ['Rule lockstep-orders-dr changes the owner of replicas, which orders-dr does by itself (BucketOwnerEnforced).'],
    ],
    ['BucketOwnerPreferred', []],
  ])('tell of an owner override only where the bucket enforces its owner: %s', (objectOwnership, told) => {
    expect(advisories(aState({ destination: { objectOwnership } }))).toEqual(told);
  });

  it('are told once each, however often they are true', () => {
    const idle = allow('s3:ListBucket', `${source}/*`, { Sid: 'Idle' });

    expect(advisories(rolePolicy(idle, idle))).toHaveLength(1);
  });

  it.each([
    ['nothing', {}],
    ['unreadable policies', { policy: { unreadable: 'no' }, keys: undefined }],
    ['text that is no policy', { policy: 'x', keys: [] }],
  ])('are silent about %s', (_, changes) => {
    expect(
      advisories(aState({ destination: changes, source: { keys: undefined }, role: { inline: { unreadable: 'no' } } })),
    ).toEqual([]);
  });
});
