/** Where AWS refuses, at the limit and one beyond it. */
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { s3Handlers } from '../../infra/sandbox/services/s3.ts';
import {
  aBucket,
  allow,
  aSession,
  clients,
  deny,
  destination,
  policy,
  refusal,
  rootOf,
  source,
  trust,
  world,
} from './authorisation-support.ts';

/** Every operation on one bucket and its settings, as a command with nothing but the name of the bucket. */
const onBuckets = Object.keys(s3Handlers)
  .filter((operation) => /Bucket|PublicAccessBlock|ObjectLockConfiguration/.test(operation) && !/^(Create|List)/.test(operation))
  .sort();

const commandOf = (operation: string, input: object) => {
  const Command = (s3 as unknown as Record<string, new (input: object) => s3.HeadBucketCommand>)[`${operation}Command`];
  if (!Command) throw new Error(`no command for ${operation}`);
  return new Command({ Bucket: 'orders', ...input });
};

const read = (account: string, at: string, aws: LocalAws) => clients(aws, rootOf(account), at).s3;

describe('a call on a bucket', () => {
  it('is one of many', () => expect(onBuckets.length).toBeGreaterThan(40));

  it.each(onBuckets)('%s is refused when the bucket is not whose the caller expects', async (operation) => {
    const { aws } = world();
    await aBucket(aws);
    const client = read(source, 'eu-west-1', aws);

    const refused = await refusal(client.send(commandOf(operation, { ExpectedBucketOwner: destination })));
    const strange = await refusal(client.send(commandOf(operation, { ExpectedBucketOwner: 'orders' })));

    expect(refused?.status).toBe(403);
    expect(strange?.status).toBe(400);
    expect(aws.world.s3.buckets.has('orders')).toBe(true);
  });

  it.each(onBuckets)('%s is sent on to the region of the bucket', async (operation) => {
    const { aws } = world();
    await aBucket(aws);

    const refused = await refusal(read(source, 'eu-central-1', aws).send(commandOf(operation, {})));

    // GetBucketLocation is how one finds out.
    expect(refused?.status).toBe(operation === 'GetBucketLocation' ? undefined : 301);
  });

  it.each(onBuckets)('%s is refused to another account', async (operation) => {
    const { aws } = world();
    await aBucket(aws);

    expect((await refusal(read(destination, 'eu-west-1', aws).send(commandOf(operation, {}))))?.status).toBe(403);
  });
});

describe('the bucket policy', () => {
  const Bucket = 'orders';
  const everything = { ...allow('s3:*', ['arn:aws:s3:::orders', 'arn:aws:s3:::orders/*']), Principal: { AWS: destination } };

  it.each(['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'])(
    'is not for other accounts: %s answers 403 without permission and 405 with it',
    async (operation) => {
      const { aws } = world();
      await aBucket(aws);
      const theirs = read(destination, 'eu-west-1', aws);
      const call = () => refusal(theirs.send(commandOf(operation, { Policy: policy(everything) })));

      expect(await call()).toMatchObject({ status: 403 });
      await read(source, 'eu-west-1', aws).send(new s3.PutBucketPolicyCommand({ Bucket, Policy: policy(everything) }));
      expect(await call()).toMatchObject({ code: 'MethodNotAllowed', status: 405 });
    },
  );

  it('may lock out who puts it only when that is confirmed, or when they are root', async () => {
    const { aws } = world();
    await aBucket(aws);
    const session = clients(aws, await aSession(aws, { inline: policy(allow('s3:*')) })).s3;
    const Policy = policy({ ...deny('s3:PutBucketPolicy', 'arn:aws:s3:::orders'), Principal: '*' });
    const put = (client: s3.S3Client, more: Partial<s3.PutBucketPolicyRequest> = {}) =>
      refusal(client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy, ...more })));

    expect(await put(session)).toMatchObject({
      code: 'AccessDenied',
      message: expect.stringContaining('x-amz-confirm-remove-self-bucket-access'),
    });
    expect(aws.world.s3.buckets.get(Bucket)?.policy).toBeUndefined();
    expect(await put(session, { ConfirmRemoveSelfBucketAccess: true })).toBeUndefined();
    expect(await put(session)).toMatchObject({
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
    expect(await put(read(source, 'eu-west-1', aws))).toBeUndefined();
  });
});

/** A policy of exactly so many bytes. */
function sized(bytes: number, statement: (sid: string) => object): string {
  const pad = bytes - policy(statement('')).length;
  return policy(statement('x'.repeat(pad)));
}

describe('sizes', () => {
  const administration = (Sid: string) => ({ Sid, ...allow('kms:*'), Principal: { AWS: `arn:aws:iam::${source}:root` } });
  const listing = (Sid: string) => ({ Sid, ...allow('s3:ListBucket', 'arn:aws:s3:::orders'), Principal: { AWS: source } });
  const trusting = (Sid: string) => ({ Sid, Effect: 'Allow', Principal: { AWS: source }, Action: 'sts:AssumeRole' });

  const limits = [
    {
      what: 'a bucket policy',
      most: 20_480,
      code: 'MalformedPolicy',
      put: async (aws: LocalAws, bytes: number) =>
        read(source, 'eu-west-1', aws).send(new s3.PutBucketPolicyCommand({ Bucket: 'orders', Policy: sized(bytes, listing) })),
    },
    {
      what: 'a key policy',
      most: 32_768,
      code: 'LimitExceededException',
      put: async (aws: LocalAws, bytes: number) => {
        const { kms } = clients(aws, rootOf(source));
        const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
        return kms.send(new PutKeyPolicyCommand({ KeyId: KeyMetadata?.Arn, Policy: sized(bytes, administration) }));
      },
    },
    {
      what: 'a trust policy',
      most: 2048,
      code: 'LimitExceededException',
      put: async (aws: LocalAws, bytes: number) =>
        clients(aws, rootOf(source)).iam.send(
          new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument: sized(bytes, trusting) }),
        ),
    },
    {
      what: 'the inline policies of a role',
      most: 10_240,
      code: 'LimitExceededException',
      put: async (aws: LocalAws, bytes: number) => {
        const { iam } = clients(aws, rootOf(source));
        await iam.send(new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument: trust(source) }));
        const PolicyDocument = sized(bytes, (Sid) => ({ Sid, ...allow('s3:*') }));
        return iam.send(new PutRolePolicyCommand({ RoleName: 'new', PolicyName: 'p', PolicyDocument }));
      },
    },
    {
      what: 'a standard parameter',
      most: 4096,
      code: 'ValidationException',
      put: async (aws: LocalAws, bytes: number) =>
        clients(aws, rootOf(source)).ssm.send(new PutParameterCommand({ Name: '/x', Type: 'String', Value: 'x'.repeat(bytes) })),
    },
    {
      what: 'an advanced parameter',
      most: 8192,
      code: 'ValidationException',
      put: async (aws: LocalAws, bytes: number) =>
        clients(aws, rootOf(source)).ssm.send(
          new PutParameterCommand({ Name: '/x', Type: 'String', Tier: 'Advanced', Value: 'x'.repeat(bytes) }),
        ),
    },
  ];

  it.each(limits)('of $what end at $most bytes', async ({ most, code, put }) => {
    const attempt = async (bytes: number) => {
      const { aws } = world();
      await aBucket(aws);
      return refusal(put(aws, bytes));
    };

    expect(await attempt(most)).toBeUndefined();
    expect(await attempt(most + 1)).toMatchObject({ code });
  });
});
