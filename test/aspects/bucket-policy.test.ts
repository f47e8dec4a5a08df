import { describe, expect, it } from 'vitest';
import { bucketPolicy } from '../../shared/aspects/bucket-policy.ts';
import { statementsOf } from '../../shared/policy/statements.ts';
import { aReplication, replications, roleArn, sourceKey } from '../support/builders.ts';
import { readFrom } from '../support/observations.ts';
import { settingOf } from './setting.ts';

const statements = (given = [aReplication()], bucket = 'orders-dr') =>
  statementsOf(settingOf(bucketPolicy, given, bucket).desired.document);
const sids = (...args: Parameters<typeof statements>) => statements(...args).map(({ Sid }) => Sid);

describe('the bucket policy', () => {
  it('lets the role write replicas, change their owner and look at the bucket', () => {
    const common = { Effect: 'Allow', Principal: { AWS: [roleArn] } };

    expect(statements()).toEqual([
      {
        Sid: 'LockstepReplicaObjects',
        ...common,
        Action: ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
        Resource: 'arn:aws:s3:::orders-dr/*',
      },
      {
        Sid: 'LockstepReplicaOwner',
        ...common,
        Action: ['s3:ObjectOwnerOverrideToBucketOwner'],
        Resource: 'arn:aws:s3:::orders-dr/*',
      },
      {
        Sid: 'LockstepReplicaBucket',
        ...common,
        Action: ['s3:ListBucket', 's3:GetBucketVersioning'],
        Resource: 'arn:aws:s3:::orders-dr',
      },
    ]);
  });

  it('never grants anybody to change versioning', () => {
    expect(JSON.stringify(statements([aReplication({ destination: { objectLock: true } })]))).not.toContain(
      'PutBucketVersioning',
    );
  });

  it.each([
    { name: 'the source keeps ownership', more: { ownership: 'source' } },
    {
      name: 'both ends are in one account',
      more: { destination: { account: '111111111111', region: 'eu-west-1', key: sourceKey } },
    },
  ])('grants no change of owner where $name', ({ more }) => {
    expect(sids([aReplication(more)])).toEqual(['LockstepReplicaObjects', 'LockstepReplicaBucket']);
  });

  it('grants retention and legal hold where the document says so', () => {
    expect(sids([aReplication({ destination: { objectLock: true } })])).toContain('LockstepReplicaObjectLock');
  });

  it('is one statement for all roles that write into the bucket', () => {
    const given = replications({ orders: {}, bills: { source: { bucket: 'bills' }, ownership: 'source' } });
    const [objects, owner] = statements([...given]);

    expect(objects?.Principal).toEqual({ AWS: ['arn:aws:iam::111111111111:role/lockstep-bills', roleArn] });
    expect(owner?.Principal).toEqual({ AWS: [roleArn] });
  });

  it('wants nothing at a bucket that only sends', () => {
    expect(sids([aReplication()], 'orders')).toEqual([]);
  });

  it('is read where nothing is wanted, since a Deny there stops replication', () => {
    expect(bucketPolicy.resources(aReplication()).map(({ arn }) => arn)).toEqual([
      'arn:aws:s3:::orders',
      'arn:aws:s3:::orders-dr',
    ]);
  });

  it('is never written empty', () => {
    const old = {
      Sid: 'LockstepReplicaObjects',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:ReplicateObject',
      Resource: 'arn:aws:s3:::orders/*',
    };
    const setting = settingOf(bucketPolicy, [aReplication()], 'arn:aws:s3:::orders');

    expect(setting.paths({ document: { Statement: [old] } })).toEqual(['LockstepReplicaObjects']);
    expect(setting.calls({ document: { Statement: [old] } })).toEqual([]);
  });

  it('is refused beyond what S3 takes', () => {
    const Statement = { Effect: 'Allow', Resource: 'x'.repeat(20_480) };

    expect(bucketPolicy.refuse?.({ document: { Statement } })).toContain('S3 accepts 20480');
    expect(bucketPolicy.refuse?.({ document: { Statement: { Effect: 'Allow' } } })).toBeUndefined();
  });

  it('is read as JSON', async () => {
    const { on } = settingOf(bucketPolicy, [aReplication()], 'orders-dr');

    expect(await readFrom(bucketPolicy, on, { 's3:GetBucketPolicy': { Policy: '{"Id":"x"}' } })).toEqual({
      status: 'present',
      value: { document: { Id: 'x' } },
    });
  });
});
