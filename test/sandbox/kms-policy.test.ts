import { DeleteRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  type KMSClient,
  ListKeyPoliciesCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { beforeEach, describe, expect, it } from 'vitest';
import { destination, refusalOf, replicationRole, source, twoAccounts } from './s3-support.ts';

const admin = {
  Sid: 'AllowAdmin',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::222222222222:root' },
  Action: 'kms:*',
  Resource: '*',
};
const grant = {
  Sid: 'Replication',
  Effect: 'Allow',
  Principal: { AWS: [replicationRole] },
  Action: ['kms:Encrypt'],
  Resource: '*',
};
const aPolicy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 1);

let world: ReturnType<typeof twoAccounts>;
let client: KMSClient;
let arn: string;
const put = (Policy: string, more: { BypassPolicyLockoutSafetyCheck?: boolean; PolicyName?: string; KeyId?: string } = {}) =>
  client.send(new PutKeyPolicyCommand({ KeyId: arn, Policy, ...more }));
const read = async () => (await client.send(new GetKeyPolicyCommand({ KeyId: arn }))).Policy ?? '';

beforeEach(async () => {
  world = twoAccounts();
  client = world.kms(destination);
  await world.role(source, 'replication');
  arn = (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
});

describe('a key policy', () => {
  it('delegates to the account when none was given', async () => {
    expect(JSON.parse(await read())).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::222222222222:root' }, Action: 'kms:*', Resource: '*' }],
    });
    expect((await client.send(new ListKeyPoliciesCommand({ KeyId: arn }))).PolicyNames).toEqual(['default']);
  });

  it('reads back letter for letter', async () => {
    const policy = aPolicy(admin, grant);

    await put(policy);

    expect(await read()).toBe(policy);
  });

  it('shows a role that was deleted as its unique id', async () => {
    await put(aPolicy(admin, grant));
    await world.iam(source).send(new DeleteRoleCommand({ RoleName: 'replication' }));
    await world.role(source, 'replication');

    const policy = await read();

    expect(JSON.parse(policy).Statement[1].Principal.AWS[0]).toMatch(/^AROA/);
    expect(await refusalOf(put(policy))).toMatchObject({ code: 'MalformedPolicyDocumentException' });
  });

  it.each<[because: string, code: string, policy: () => string]>([
    ['it is not JSON', 'MalformedPolicyDocumentException', () => 'nonsense'],
    [
      'a statement has no principal',
      'MalformedPolicyDocumentException',
      () => aPolicy(admin, { ...grant, Principal: undefined }),
    ],
    [
      'a principal does not exist',
      'MalformedPolicyDocumentException',
      () => aPolicy(admin, { ...grant, Principal: { AWS: 'arn:aws:iam::111111111111:role/nobody' } }),
    ],
    ['it is over 32 KB', 'LimitExceededException', () => aPolicy(admin, { ...grant, Sid: 'x'.repeat(32_768) })],
    ['nobody could change it any more', 'MalformedPolicyDocumentException', () => aPolicy(grant)],
    [
      'a Deny locks everybody out',
      'MalformedPolicyDocumentException',
      () => aPolicy(admin, { ...admin, Effect: 'Deny', Principal: '*' }),
    ],
    [
      'its admin may not put policies',
      'MalformedPolicyDocumentException',
      () => aPolicy({ ...admin, Action: ['kms:Get*', 'kms:Encrypt'] }),
    ],
    ['its admin has no resource', 'MalformedPolicyDocumentException', () => aPolicy({ ...admin, Resource: undefined })],
  ])('is refused because %s, and the old one stays', async (_, code, policy) => {
    const before = await read();

    expect(await refusalOf(put(policy()))).toMatchObject({ code, status: 400 });
    expect(await read()).toBe(before);
  });

  it('says why it is refused in the words of AWS', async () => {
    const stranger = aPolicy(admin, { ...grant, Principal: { AWS: 'arn:aws:iam::111111111111:role/nobody' } });

    expect((await refusalOf(put(stranger))).message).toBe('Policy contains a statement with one or more invalid principals.');
    expect((await refusalOf(put(aPolicy(grant)))).message).toBe(
      'The new key policy will not allow you to update the key policy in the future.',
    );
  });

  it('may lock everybody out when the check is bypassed', async () => {
    await put(aPolicy(grant), { BypassPolicyLockoutSafetyCheck: true });

    const refusal = { code: 'AccessDeniedException', message: expect.stringContaining('no resource-based policy allows') };
    expect(await refusalOf(read())).toMatchObject(refusal);
    expect(await refusalOf(put(aPolicy(admin)))).toMatchObject(refusal);
  });

  it('is always called default', async () => {
    expect(await refusalOf(put(aPolicy(admin), { PolicyName: 'other' }))).toMatchObject({ code: 'ValidationException' });
    expect(await refusalOf(client.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'other' })))).toMatchObject({
      code: 'NotFoundException',
    });
  });

  it('is not found by alias', async () => {
    expect(await refusalOf(client.send(new GetKeyPolicyCommand({ KeyId: 'alias/orders' })))).toMatchObject({
      code: 'NotFoundException',
    });
    const alias = 'arn:aws:kms:eu-central-1:222222222222:alias/orders';
    expect(await refusalOf(put(aPolicy(admin), { KeyId: alias }))).toMatchObject({ code: 'InvalidArnException' });
  });
});

describe('a caller of another account', () => {
  const abroad = () => world.kms({ account: source.account, region: destination.region });
  const describeKey = () => abroad().send(new DescribeKeyCommand({ KeyId: arn }));

  it('is told of a key only when its policy says so', async () => {
    expect(await refusalOf(describeKey())).toMatchObject({ code: 'AccessDeniedException', status: 400 });
    const open = { ...grant, Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'kms:DescribeKey' };
    await put(aPolicy(admin, open));

    expect((await describeKey()).KeyMetadata?.Arn).toBe(arn);
  });

  it('can neither read nor write the policy, whatever it says', async () => {
    await put(aPolicy(admin, { ...admin, Principal: { AWS: '111111111111' } }));

    const readAbroad = abroad().send(new GetKeyPolicyCommand({ KeyId: arn }));
    const writeAbroad = abroad().send(new PutKeyPolicyCommand({ KeyId: arn, Policy: aPolicy(admin) }));

    expect(await refusalOf(readAbroad)).toMatchObject({ code: 'AccessDeniedException' });
    expect(await refusalOf(writeAbroad)).toMatchObject({ code: 'AccessDeniedException' });
  });
});
