import * as kms from '@aws-sdk/client-kms';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { destination, refusalOf, source, twoAccounts } from './s3-support.ts';

let world: ReturnType<typeof twoAccounts>;
let client: kms.KMSClient;
let id: string;
let arn: string;

beforeEach(async () => {
  world = twoAccounts();
  client = world.kms(source);
  ({ id, arn } = await newKey());
});

async function newKey(input: kms.CreateKeyCommandInput = {}) {
  const { KeyMetadata } = await client.send(new kms.CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

const describeKey = async (KeyId: string, by = client) => (await by.send(new kms.DescribeKeyCommand({ KeyId }))).KeyMetadata;
const schedule = (days?: number) => client.send(new kms.ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: days }));
const stateNow = async () => (await describeKey(id))?.KeyState;

describe('a key', () => {
  it('is described as AWS describes a new one', async () => {
    expect(await describeKey(id)).toMatchObject({
      AWSAccountId: '111111111111',
      Arn: `arn:aws:kms:eu-west-1:111111111111:key/${id}`,
      CreationDate: new Date('2026-01-01T00:00:00Z'),
      Enabled: true,
      Description: '',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    });
  });

  it('is found by id, ARN, alias and alias ARN', async () => {
    await client.send(new kms.CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: arn }));

    for (const name of [id, arn, 'alias/orders', 'arn:aws:kms:eu-west-1:111111111111:alias/orders']) {
      expect((await describeKey(name))?.Arn).toBe(arn);
    }
  });

  it.each<[name: string, code: string, message: string]>([
    ['nonsense', 'NotFoundException', "Invalid keyId 'nonsense'"],
    [
      '00000000-0000-4000-8000-000000000000',
      'NotFoundException',
      "Key 'arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-4000-8000-000000000000' does not exist",
    ],
    ['alias/none', 'NotFoundException', 'Alias arn:aws:kms:eu-west-1:111111111111:alias/none is not found.'],
    ['arn:aws:kms:eu-central-1:111111111111:key/x', 'NotFoundException', 'Invalid arn eu-central-1'],
    ['arn:aws:s3:::orders', 'InvalidArnException', 'Invalid arn arn:aws:s3:::orders'],
  ])('is not found as %s', async (name, code, message) => {
    expect(await refusalOf(describeKey(name))).toEqual({ code, status: 400, message });
  });

  it('of AWS exists from the first time it is asked for, and nobody can change it', async () => {
    const managed = await describeKey('alias/aws/s3');

    expect(managed).toMatchObject({ KeyManager: 'AWS', KeyState: 'Enabled' });
    expect((await describeKey('alias/aws/s3'))?.Arn).toBe(managed?.Arn);
    expect(await refusalOf(client.send(new kms.DisableKeyCommand({ KeyId: managed?.KeyId })))).toMatchObject({
      code: 'AccessDeniedException',
    });
    expect((await client.send(new kms.GetKeyPolicyCommand({ KeyId: managed?.Arn }))).Policy).toContain('kms:ViaService');
  });

  it('without material waits for it', async () => {
    const external = await newKey({ Origin: 'EXTERNAL' });

    expect(await describeKey(external.id)).toMatchObject({ KeyState: 'PendingImport', Enabled: false });
    expect(await refusalOf(client.send(new kms.EnableKeyCommand({ KeyId: external.id })))).toMatchObject({
      code: 'KMSInvalidStateException',
      message: `${external.arn} is pending import.`,
    });
  });

  it.each<[string, kms.CreateKeyCommandInput]>([
    ['an unknown spec', { KeySpec: 'AES' as 'RSA_2048' }],
    ['no usage for an asymmetric key', { KeySpec: 'RSA_2048' }],
    ['a usage that its spec does not have', { KeySpec: 'HMAC_256', KeyUsage: 'ENCRYPT_DECRYPT' }],
  ])('is not made with %s', async (_, input) => {
    expect(await refusalOf(newKey(input))).toMatchObject({ code: 'ValidationException', status: 400 });
  });

  it('is listed in its own account and region only', async () => {
    const others = [world.kms(destination), world.kms({ ...source, region: 'eu-central-1' })];

    expect((await client.send(new kms.ListKeysCommand({}))).Keys).toEqual([{ KeyId: id, KeyArn: arn }]);
    for (const other of others) expect((await other.send(new kms.ListKeysCommand({}))).Keys).toEqual([]);
  });
});

describe('the state of a key', () => {
  it('is Disabled after its deletion was cancelled, until it is enabled again', async () => {
    expect(await schedule()).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 30 });
    expect((await describeKey(id))?.DeletionDate).toEqual(new Date('2026-01-31T00:00:00Z'));

    await client.send(new kms.CancelKeyDeletionCommand({ KeyId: id }));
    expect(await describeKey(id)).toMatchObject({ KeyState: 'Disabled', Enabled: false });
    expect((await describeKey(id))?.DeletionDate).toBeUndefined();

    await client.send(new kms.EnableKeyCommand({ KeyId: id }));
    expect(await stateNow()).toBe('Enabled');
  });

  it.each([6, 31])('does not become PendingDeletion for %i days', async (days) => {
    expect(await refusalOf(schedule(days))).toMatchObject({ code: 'ValidationException' });
    expect(await stateNow()).toBe('Enabled');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['EnableKey', () => client.send(new kms.EnableKeyCommand({ KeyId: id }))],
    ['DisableKey', () => client.send(new kms.DisableKeyCommand({ KeyId: id }))],
    ['ScheduleKeyDeletion', () => schedule(7)],
    ['CreateAlias', () => client.send(new kms.CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: id }))],
    ['EnableKeyRotation', () => client.send(new kms.EnableKeyRotationCommand({ KeyId: id }))],
    ['TagResource', () => client.send(new kms.TagResourceCommand({ KeyId: id, Tags: [{ TagKey: 'a', TagValue: 'b' }] }))],
    ['UpdateKeyDescription', () => client.send(new kms.UpdateKeyDescriptionCommand({ KeyId: id, Description: 'd' }))],
  ])('PendingDeletion forbids %s', async (_, call) => {
    await schedule();

    expect(await refusalOf(call())).toEqual({
      code: 'KMSInvalidStateException',
      status: 400,
      message: `${arn} is pending deletion.`,
    });
  });

  it('PendingDeletion does not forbid to look, nor to change the policy', async () => {
    await schedule();
    const { Policy } = await client.send(new kms.GetKeyPolicyCommand({ KeyId: id }));

    await expect(client.send(new kms.PutKeyPolicyCommand({ KeyId: id, Policy }))).resolves.toBeDefined();
    expect(await client.send(new kms.GetKeyRotationStatusCommand({ KeyId: id }))).toMatchObject({ KeyRotationEnabled: false });
  });

  it('is needed to be PendingDeletion to cancel that', async () => {
    expect(await refusalOf(client.send(new kms.CancelKeyDeletionCommand({ KeyId: id })))).toMatchObject({
      code: 'KMSInvalidStateException',
    });
  });

  it('ends with the waiting period: then key and aliases are gone', async () => {
    await client.send(new kms.CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: id }));
    await schedule(7);

    await world.passDays(6.9);
    expect((await describeKey('alias/orders'))?.KeyState).toBe('PendingDeletion');

    await world.passDays(0.2);
    expect(await refusalOf(describeKey(id))).toMatchObject({ code: 'NotFoundException', message: `Key '${arn}' does not exist` });
    expect(await refusalOf(describeKey('alias/orders'))).toMatchObject({ code: 'NotFoundException' });
    expect(await refusalOf(client.send(new kms.CancelKeyDeletionCommand({ KeyId: id })))).toMatchObject({
      code: 'NotFoundException',
    });
    expect((await client.send(new kms.ListAliasesCommand({}))).Aliases).toEqual([]);
  });

  it('follows the same machine whatever is called in whatever order', async () => {
    const calling = {
      enable: () => client.send(new kms.EnableKeyCommand({ KeyId: id })),
      disable: () => client.send(new kms.DisableKeyCommand({ KeyId: id })),
      schedule: () => schedule(),
      cancel: () => client.send(new kms.CancelKeyDeletionCommand({ KeyId: id })),
    };
    const next: Record<string, Partial<Record<keyof typeof calling, string>>> = {
      Enabled: { enable: 'Enabled', disable: 'Disabled', schedule: 'PendingDeletion' },
      Disabled: { enable: 'Enabled', disable: 'Disabled', schedule: 'PendingDeletion' },
      PendingDeletion: { cancel: 'Disabled' },
    };
    const names = fc.array(fc.constantFrom('enable' as const, 'disable' as const, 'schedule' as const, 'cancel' as const), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(names, async (calls) => {
        ({ id, arn } = await newKey());
        let state = 'Enabled';
        for (const name of calls) {
          const accepted = await calling[name]().then(
            () => true,
            () => false,
          );
          expect(accepted).toBe(next[state]?.[name] !== undefined);
          state = next[state]?.[name] ?? state;
          expect(await stateNow()).toBe(state);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('an alias', () => {
  const create = (AliasName: string, TargetKeyId = id) => client.send(new kms.CreateAliasCommand({ AliasName, TargetKeyId }));

  it('can be moved to another key and deleted', async () => {
    const other = await newKey();
    await create('alias/orders');
    await client.send(new kms.UpdateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: other.id }));

    expect((await describeKey('alias/orders'))?.KeyId).toBe(other.id);
    expect((await client.send(new kms.ListAliasesCommand({ KeyId: id }))).Aliases).toEqual([]);

    await client.send(new kms.DeleteAliasCommand({ AliasName: 'alias/orders' }));
    expect(await refusalOf(describeKey('alias/orders'))).toMatchObject({ code: 'NotFoundException' });
  });

  it.each([
    ['orders', 'ValidationException'],
    ['alias/with space', 'ValidationException'],
    ['alias/aws/orders', 'NotAuthorizedException'],
    ['alias/taken', 'AlreadyExistsException'],
  ])('cannot be called %s', async (name, code) => {
    await create('alias/taken');

    expect(await refusalOf(create(name))).toMatchObject({ code });
  });
});

describe('rotation, tags and grants', () => {
  it('turn rotation on and off', async () => {
    const status = () => client.send(new kms.GetKeyRotationStatusCommand({ KeyId: id }));
    await client.send(new kms.EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: 90 }));
    expect(await status()).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
      NextRotationDate: new Date('2026-04-01T00:00:00Z'),
    });

    await client.send(new kms.DisableKeyRotationCommand({ KeyId: id }));
    expect((await status()).KeyRotationEnabled).toBe(false);

    await client.send(new kms.DisableKeyCommand({ KeyId: id }));
    expect(await refusalOf(client.send(new kms.EnableKeyRotationCommand({ KeyId: id })))).toMatchObject({
      code: 'DisabledException',
    });
  });

  it('merge tags by key', async () => {
    const tags = async () => (await client.send(new kms.ListResourceTagsCommand({ KeyId: id }))).Tags;
    const put = (...Tags: kms.Tag[]) => client.send(new kms.TagResourceCommand({ KeyId: id, Tags }));
    await put({ TagKey: 'a', TagValue: '1' }, { TagKey: 'b', TagValue: '2' });
    await put({ TagKey: 'a', TagValue: '3' });
    await client.send(new kms.UntagResourceCommand({ KeyId: id, TagKeys: ['b'] }));

    expect(await tags()).toEqual([{ TagKey: 'a', TagValue: '3' }]);
    expect(await refusalOf(put({ TagKey: 'aws:x', TagValue: '' }))).toMatchObject({ code: 'TagException' });
  });

  it('give grants to principals that exist, and take them back', async () => {
    const grant = (GranteePrincipal: string) =>
      client.send(new kms.CreateGrantCommand({ KeyId: id, GranteePrincipal, Operations: ['Decrypt'], Name: 'one' }));
    await world.role(source, 'reader');
    const { GrantId } = await grant('arn:aws:iam::111111111111:role/reader');
    expect((await grant('arn:aws:iam::111111111111:role/reader')).GrantId).toBe(GrantId);

    expect(await refusalOf(grant('arn:aws:iam::111111111111:role/nobody'))).toMatchObject({ code: 'InvalidArnException' });
    expect((await client.send(new kms.ListGrantsCommand({ KeyId: id }))).Grants).toMatchObject([{ GrantId, KeyId: arn }]);
    await client.send(new kms.RevokeGrantCommand({ KeyId: id, GrantId }));
    expect((await client.send(new kms.ListGrantsCommand({ KeyId: id }))).Grants).toEqual([]);
  });
});
