import * as kms from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import { type Case, key, policy, region, roleArn, type Scene, source } from './scene.ts';

const arnOf = (id: string): string => `arn:aws:kms:${region}:${source}:key/${id}`;
const root = `arn:aws:iam::${source}:root`;
// The default; moto wants it said.
const PolicyName = 'default';
const admin = { Sid: 'AllowAdmin', Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' };

const putPolicy = async (at: Scene, text: (at: Scene) => string) => {
  const KeyId = await key(at);
  await at.source.kms.send(new kms.PutKeyPolicyCommand({ KeyId, PolicyName, Policy: text(at) }));
  return at.source.kms.send(new kms.GetKeyPolicyCommand({ KeyId, PolicyName }));
};

const pendingDeletion = async (at: Scene): Promise<string> => {
  const KeyId = await key(at);
  await at.source.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  return KeyId;
};

const describe = async ({ source: { kms: client } }: Scene, KeyId: string) => client.send(new kms.DescribeKeyCommand({ KeyId }));

// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
const states: readonly Case[] = [
  {
    because: 'a new key is enabled, symmetric and ours',
    call: async (at) => describe(at, await key(at)),
    answer: {
      KeyMetadata: { KeyState: 'Enabled', KeyManager: 'CUSTOMER', KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' },
    },
    moto: 'says nothing of KeyUsage',
  },
  {
    because: 'a disabled key says so',
    call: async (at) => {
      const KeyId = await key(at);
      await at.source.kms.send(new kms.DisableKeyCommand({ KeyId }));
      return describe(at, KeyId);
    },
    answer: { KeyMetadata: { KeyState: 'Disabled', Enabled: false } },
    moto: true,
  },
  {
    because: 'cancelling a deletion leaves the key disabled',
    call: async (at) => {
      const KeyId = await pendingDeletion(at);
      await at.source.kms.send(new kms.CancelKeyDeletionCommand({ KeyId }));
      return describe(at, KeyId);
    },
    answer: { KeyMetadata: { KeyState: 'Disabled' } },
    moto: true,
  },
  {
    because: 'a key that waits for its deletion cannot be enabled',
    call: async (at) => at.source.kms.send(new kms.EnableKeyCommand({ KeyId: await pendingDeletion(at) })),
    error: ['KMSInvalidStateException', 400],
    moto: 'enables it',
  },
  {
    because: 'its policy can still be changed',
    call: async (at) =>
      at.source.kms.send(new kms.PutKeyPolicyCommand({ KeyId: await pendingDeletion(at), PolicyName, Policy: policy(admin) })),
    answer: { $metadata: { httpStatusCode: 200 } },
    moto: true,
  },
  {
    because: 'a deletion that was not scheduled cannot be cancelled',
    call: async (at) => at.source.kms.send(new kms.CancelKeyDeletionCommand({ KeyId: await key(at) })),
    error: ['KMSInvalidStateException', 400],
    moto: 'cancels it, and disables the key',
  },
  {
    because: 'seven days is the shortest wait',
    call: async (at) => at.source.kms.send(new kms.ScheduleKeyDeletionCommand({ KeyId: await key(at), PendingWindowInDays: 6 })),
    error: ['ValidationException', 400],
    moto: 'waits six days',
  },
  {
    because: 'a key that is not there',
    call: (at) => describe(at, '00000000-0000-4000-8000-000000000000'),
    error: ['NotFoundException', 400],
    moto: true,
  },
  {
    because: 'an alias that is not there',
    call: (at) => describe(at, `alias/${at.name}`),
    error: ['NotFoundException', 400],
    moto: true,
  },
  {
    because: 'an alias stands for the key it points to',
    call: async (at) => {
      const TargetKeyId = await key(at);
      await at.source.kms.send(new kms.CreateAliasCommand({ AliasName: `alias/${at.name}`, TargetKeyId }));
      const { KeyMetadata } = await describe(at, `alias/${at.name}`);
      return { same: KeyMetadata?.KeyId === TargetKeyId };
    },
    answer: { same: true },
    moto: true,
  },
  {
    because: 'names under alias/aws are for AWS',
    call: async (at) =>
      at.source.kms.send(new kms.CreateAliasCommand({ AliasName: `alias/aws/${at.name}`, TargetKeyId: await key(at) })),
    error: ['NotAuthorizedException', 400],
    moto: 'makes the alias',
  },
];

// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
const policies: readonly Case[] = [
  {
    because: 'the default policy delegates to the account',
    call: async (at) => at.source.kms.send(new kms.GetKeyPolicyCommand({ KeyId: await key(at), PolicyName })),
    answer: { Policy: expect.stringContaining(root) },
    moto: true,
  },
  {
    because: 'a policy is read back',
    call: (at) => putPolicy(at, () => policy(admin)),
    answer: { Policy: expect.stringContaining('AllowAdmin') },
    moto: true,
  },
  {
    because: 'the caller must still be able to change it',
    call: (at) => putPolicy(at, () => policy({ ...admin, Action: 'kms:Decrypt' })),
    error: ['MalformedPolicyDocumentException', 400],
    moto: 'does not read key policies',
  },
  {
    because: 'its principals must exist',
    call: (at) =>
      putPolicy(at, () => policy(admin, { ...admin, Sid: 'Role', Principal: { AWS: roleArn(at) }, Action: 'kms:Encrypt' })),
    error: ['MalformedPolicyDocumentException', 400],
    moto: 'does not read key policies',
  },
  {
    because: 'it is JSON',
    call: (at) => putPolicy(at, () => 'no policy'),
    error: ['MalformedPolicyDocumentException', 400],
    moto: 'does not read key policies',
  },
  {
    because: 'there is none but the one called default',
    call: async (at) => at.source.kms.send(new kms.GetKeyPolicyCommand({ KeyId: await key(at), PolicyName: 'other' })),
    error: ['NotFoundException', 400],
    moto: true,
  },
  {
    because: 'it has 32 KB',
    call: (at) => putPolicy(at, () => policy(admin, { ...admin, Sid: 'a'.repeat(33_000) })),
    error: ['LimitExceededException', 400],
    moto: 'has no limits of size',
  },
  {
    because: 'another account cannot change it, whatever it says',
    call: async (at) =>
      at.destination.kms.send(new kms.PutKeyPolicyCommand({ KeyId: arnOf(await key(at)), PolicyName, Policy: policy(admin) })),
    error: ['AccessDeniedException', 400],
    moto: 'looks for the key in the account of the caller',
  },
];

export const kmsCases: readonly Case[] = [...states, ...policies];
