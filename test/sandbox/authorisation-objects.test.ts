import { DeleteObjectsCommand, ListObjectsV2Command, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { aBucket, allow, aSession, clients, deny, destination, policy, rootOf, source, world } from './authorisation-support.ts';

const objects = (...names: string[]) => names.map((name) => `arn:aws:s3:::orders/${name}`);

async function aBucketOf(aws: LocalAws, ...keys: readonly string[]) {
  await aBucket(aws);
  const { s3 } = clients(aws, rootOf(source));
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: 'orders', Key, Body: 'x' }));
  return s3;
}

const deleting = (keys: readonly string[], Quiet = false) =>
  new DeleteObjectsCommand({ Bucket: 'orders', Delete: { Objects: keys.map((Key) => ({ Key })), Quiet } });

describe('deleting many objects at once', () => {
  it('is permitted object by object: those that are refused do not keep the others', async () => {
    const { aws } = world();
    const root = await aBucketOf(aws, 'mine/a', 'theirs/b', 'mine/kept');
    const inline = policy(allow('s3:DeleteObject', objects('mine/*')), deny('s3:DeleteObject', objects('mine/kept')));
    const { s3 } = clients(aws, await aSession(aws, { inline }));

    const { Deleted, Errors } = await s3.send(deleting(['mine/a', 'theirs/b', 'mine/kept']));

    expect(Deleted).toEqual([{ Key: 'mine/a' }]);
    expect(Errors).toEqual([
      {
        Key: 'theirs/b',
        Code: 'AccessDenied',
        Message: `User: arn:aws:sts::${source}:assumed-role/worker/job is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::orders/theirs/b" because no identity-based policy allows the s3:DeleteObject action`,
      },
      {
        Key: 'mine/kept',
        Code: 'AccessDenied',
        Message: expect.stringContaining('with an explicit deny in an identity-based policy'),
      },
    ]);
    const { Contents } = await root.send(new ListObjectsV2Command({ Bucket: 'orders' }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['mine/kept', 'theirs/b']);
  });

  it('tells of refusals even when it is to be quiet, and strangers no reason', async () => {
    const { aws } = world();
    await aBucketOf(aws, 'a');
    const { s3 } = clients(aws, rootOf(destination));

    const answer = await s3.send(deleting(['a', 'b'], true));

    expect(answer.Deleted).toBeUndefined();
    expect(answer.Errors).toEqual(['a', 'b'].map((Key) => ({ Key, Code: 'AccessDenied', Message: 'Access Denied' })));
  });

  it('of versions is another permission', async () => {
    const { aws } = world();
    const root = await aBucketOf(aws);
    await root.send(new PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await root.send(new PutObjectCommand({ Bucket: 'orders', Key: 'a', Body: 'x' }));
    const { s3 } = clients(aws, await aSession(aws, { inline: policy(allow('s3:DeleteObject', objects('*'))) }));

    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({ Bucket: 'orders', Delete: { Objects: [{ Key: 'a', VersionId }, { Key: 'a' }] } }),
    );

    expect(Errors).toMatchObject([{ Key: 'a', VersionId, Code: 'AccessDenied' }]);
    expect(Deleted).toMatchObject([{ Key: 'a', DeleteMarker: true }]);
  });
});
