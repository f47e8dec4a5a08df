import { CreateRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetKeyPolicyCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { GetBucketVersioningCommand, PutBucketPolicyCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import { aBucket, allow, clients, destination, policy, refusal, rootOf, source, trust, world } from './authorisation-support.ts';

const arn = `arn:aws:iam::${source}:role/new`;
const makeRole = (aws: LocalAws) =>
  clients(aws, rootOf(source)).iam.send(new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument: trust(source) }));

async function aKey(aws: LocalAws): Promise<string> {
  const { KeyMetadata } = await clients(aws, rootOf(source)).kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

const bucketPolicy = policy({ ...allow('s3:ListBucket', 'arn:aws:s3:::orders'), Principal: { AWS: arn } });
const keyPolicy = policy({ ...allow('kms:*'), Principal: { AWS: [`arn:aws:iam::${source}:root`, arn] } });

describe('a new role', () => {
  const users = [
    {
      what: 'a bucket policy that names it',
      code: 'MalformedPolicy',
      use: async (aws: LocalAws) =>
        clients(aws, rootOf(source)).s3.send(new PutBucketPolicyCommand({ Bucket: 'orders', Policy: bucketPolicy })),
    },
    {
      what: 'a key policy that names it',
      code: 'MalformedPolicyDocumentException',
      use: async (aws: LocalAws) =>
        clients(aws, rootOf(source)).kms.send(
          new PutKeyPolicyCommand({ KeyId: [...aws.world.kms.keys.keys()][0], Policy: keyPolicy }),
        ),
    },
    {
      what: 'a trust policy that names it',
      code: 'MalformedPolicyDocumentException',
      use: async (aws: LocalAws) =>
        clients(aws, rootOf(source)).iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'new', PolicyDocument: trust(arn) })),
    },
    {
      what: 'whoever would assume it',
      code: 'AccessDenied',
      use: async (aws: LocalAws) =>
        clients(aws, rootOf(source)).sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'xx' })),
    },
  ];

  it.each(users)('is unknown to $what for a while, and known from then on', async ({ code, use }) => {
    const { aws, clock } = world({ trouble: { consistency: { principalVisibleAfter: 10 } } });
    await aBucket(aws);
    await aKey(aws);
    await makeRole(aws);

    expect(await refusal(use(aws))).toMatchObject({ code });
    await clock.advance(9);
    expect(await refusal(use(aws))).toMatchObject({ code });
    await clock.advance(1);
    expect(await refusal(use(aws))).toBeUndefined();
  });

  it.each(users)('is known at once to $what where nothing else was asked for', async ({ use }) => {
    const { aws } = world();
    await aBucket(aws);
    await aKey(aws);
    await makeRole(aws);

    expect(await refusal(use(aws))).toBeUndefined();
  });
});

describe('a read soon after a write', () => {
  const late = { staleReadsFor: 20, seed: 5 };
  const set = (aws: LocalAws, Status: 'Enabled' | 'Suspended') =>
    clients(aws, rootOf(source)).s3.send(
      new PutBucketVersioningCommand({ Bucket: 'orders', VersioningConfiguration: { Status } }),
    );

  async function statuses(aws: LocalAws, count: number): Promise<readonly string[]> {
    const { s3 } = clients(aws, rootOf(source));
    const seen: string[] = [];
    for (let n = 0; n < count; n += 1) {
      seen.push((await s3.send(new GetBucketVersioningCommand({ Bucket: 'orders' }))).Status ?? 'none');
    }
    return seen;
  }

  it('answers now the old and now the new value, the same ones again with the same seed', async () => {
    const run = async (seed: number) => {
      const { aws } = world({ trouble: { consistency: { ...late, seed } } });
      await aBucket(aws);
      await set(aws, 'Enabled');
      return statuses(aws, 30);
    };
    const first = await run(5);

    expect(new Set(first)).toEqual(new Set(['none', 'Enabled']));
    expect(await run(5)).toEqual(first);
    expect(await run(6)).not.toEqual(first);
  });

  it('answers the new value once the time is over, and before the first write', async () => {
    const { aws, clock } = world({ trouble: { consistency: late } });
    await aBucket(aws);
    expect(new Set(await statuses(aws, 10))).toEqual(new Set(['none']));
    await set(aws, 'Enabled');
    await clock.advance(21);

    expect(new Set(await statuses(aws, 20))).toEqual(new Set(['Enabled']));
  });

  it('takes a refused write for none', async () => {
    const { aws } = world({ trouble: { consistency: { ...late, staleShare: 1 } } });
    await aBucket(aws);
    await refusal(set(aws, 'Nonsense' as 'Enabled'));
    const before = await statuses(aws, 1);
    await set(aws, 'Enabled');

    expect(before).toEqual(['none']);
    expect(await statuses(aws, 3)).toEqual(['none', 'none', 'none']);
    aws.trouble.setConsistency(undefined);
    expect(await statuses(aws, 1)).toEqual(['Enabled']);
  });

  it('still turns away who may not read, and who expects another owner', async () => {
    const { aws } = world({ trouble: { consistency: { ...late, staleShare: 1 } } });
    await aBucket(aws);
    await set(aws, 'Enabled');
    const read = (account: string, ExpectedBucketOwner?: string) =>
      refusal(clients(aws, rootOf(account)).s3.send(new GetBucketVersioningCommand({ Bucket: 'orders', ExpectedBucketOwner })));

    expect(await read(destination)).toMatchObject({ code: 'AccessDenied' });
    expect(await read(source, destination)).toMatchObject({ code: 'AccessDenied' });
    expect(await read(source, source)).toBeUndefined();
  });

  it('may be of a key: its policy and its state', async () => {
    const { aws, clock } = world({ trouble: { consistency: { ...late, staleShare: 1 } } });
    const KeyId = await aKey(aws);
    await makeRole(aws);
    const { kms } = clients(aws, rootOf(source));
    const look = async () => ({
      state: (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState,
      named: (await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy?.includes(arn),
    });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: keyPolicy }));
    await kms.send(new DisableKeyCommand({ KeyId }));

    expect(await look()).toEqual({ state: 'Enabled', named: false });
    await clock.advance(21);
    expect(await look()).toEqual({ state: 'Disabled', named: true });
  });
});
