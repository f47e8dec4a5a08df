import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  RetireGrantCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import type { LocalAws } from '../../infra/sandbox/local-aws.ts';
import {
  allow,
  aSession,
  aUser,
  clients,
  deny,
  destination,
  policy,
  type RolePlan,
  refusal,
  region,
  rootOf,
  source,
  world,
} from './authorisation-support.ts';

const root = { AWS: `arn:aws:iam::${source}:root` };
const worker = { AWS: `arn:aws:iam::${source}:role/worker` };
const grant = (Principal: object, Action: string | string[] = 'kms:*', more: object = {}) => ({
  ...allow(Action, '*', more),
  Principal,
});

async function aKey(aws: LocalAws): Promise<string> {
  const { KeyMetadata } = await clients(aws, rootOf(source)).kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
}

const put = (aws: LocalAws, KeyId: string, ...statements: readonly object[]) =>
  clients(aws, rootOf(source)).kms.send(
    new PutKeyPolicyCommand({ KeyId, Policy: policy(...statements), BypassPolicyLockoutSafetyCheck: true }),
  );

describe('a key policy', () => {
  const own = { inline: policy(allow('kms:DescribeKey')) };
  const cases: readonly { because: string; statements: readonly object[]; plan: RolePlan; allowed: boolean; why?: string }[] = [
    { because: 'it delegates and their own policy allows', statements: [grant(root)], plan: own, allowed: true },
    {
      because: 'it delegates and their own policy does not allow',
      statements: [grant(root)],
      plan: {},
      allowed: false,
      why: 'because no identity-based policy allows the kms:DescribeKey action',
    },
    {
      because: 'it does not delegate, whatever their own policy says',
      statements: [grant({ AWS: destination })],
      plan: own,
      allowed: false,
      why: 'because no resource-based policy allows the kms:DescribeKey action',
    },
    { because: 'it names them', statements: [grant(worker)], plan: {}, allowed: true },
    { because: 'it delegates other actions only', statements: [grant(root, 'kms:PutKeyPolicy')], plan: own, allowed: false },
    {
      because: 'it denies them',
      statements: [grant(root), { ...deny('kms:*'), Principal: worker }],
      plan: own,
      allowed: false,
      why: 'with an explicit deny in a resource-based policy',
    },
    {
      because: 'it wants the call to come through S3',
      statements: [grant(worker, 'kms:*', { Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } } })],
      plan: {},
      allowed: false,
    },
    {
      because: 'it wants a caller of this account',
      statements: [grant({ AWS: '*' }, 'kms:*', { Condition: { StringEquals: { 'kms:CallerAccount': source } } })],
      plan: {},
      allowed: true,
    },
  ];

  it.each(cases)('lets a role describe the key: $allowed, when $because', async ({ statements, plan, allowed, why }) => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const { kms } = clients(aws, await aSession(aws, plan));
    await put(aws, KeyId, ...statements);

    const refused = await refusal(kms.send(new DescribeKeyCommand({ KeyId })));

    expect(refused?.code).toBe(allowed ? undefined : 'AccessDeniedException');
    if (why !== undefined) {
      const whom = `User: arn:aws:sts::${source}:assumed-role/worker/job is not authorized to perform: kms:DescribeKey on resource: ${KeyId}`;
      expect(refused).toEqual({ code: 'AccessDeniedException', status: 400, message: `${whom} ${why}` });
    }
  });

  it('locks out even the root user when it names nobody of the account', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const { kms } = clients(aws, rootOf(source));
    await put(aws, KeyId, grant({ AWS: destination }));

    for (const call of [new GetKeyPolicyCommand({ KeyId }), new DescribeKeyCommand({ KeyId })]) {
      expect(await refusal(kms.send(call as DescribeKeyCommand))).toMatchObject({ code: 'AccessDeniedException' });
    }
    expect(await refusal(put(aws, KeyId, grant(root)))).toMatchObject({ code: 'AccessDeniedException' });
    expect(await refusal(kms.send(new ListKeysCommand({})))).toBeUndefined();
  });

  it('of another account needs the own policies besides', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    await put(aws, KeyId, grant(root), grant({ AWS: destination }, 'kms:DescribeKey'));
    const without = clients(aws, await aUser(aws, undefined, destination)).kms;

    expect(await refusal(without.send(new DescribeKeyCommand({ KeyId })))).toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining(
        'because the resource does not exist in this Region, no resource-based policies allow access',
      ),
    });
    expect(await refusal(clients(aws, rootOf(destination)).kms.send(new DescribeKeyCommand({ KeyId })))).toBeUndefined();
  });

  it('may ask for a waiting period', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const { kms } = clients(aws, await aSession(aws, {}));
    const atLeast = { NumericGreaterThanEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '20' } };
    await put(aws, KeyId, grant(root), grant(worker, 'kms:ScheduleKeyDeletion', { Condition: atLeast }));
    const schedule = (PendingWindowInDays?: number) =>
      refusal(kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays })));

    expect(await schedule(7)).toMatchObject({ code: 'AccessDeniedException' });
    expect(await schedule()).toBeUndefined();
    expect(await refusal(kms.send(new CancelKeyDeletionCommand({ KeyId })))).toMatchObject({ code: 'AccessDeniedException' });
  });
});

describe('the lockout check', () => {
  const putAs = (aws: LocalAws, credentials: Parameters<typeof clients>[1], KeyId: string, ...statements: readonly object[]) =>
    refusal(clients(aws, credentials).kms.send(new PutKeyPolicyCommand({ KeyId, Policy: policy(...statements) })));
  const lockedOut = {
    code: 'MalformedPolicyDocumentException',
    message: 'The new key policy will not allow you to update the key policy in the future.',
  };

  it.each([
    { because: 'it delegates and the writer is allowed by IAM', statements: [grant(root)], accepted: true },
    { because: 'it names the writer', statements: [grant(worker)], accepted: true },
    { because: 'it names another one', statements: [grant({ AWS: destination })], accepted: false },
    { because: 'it gives the writer other actions', statements: [grant(worker, 'kms:Describe*')], accepted: false },
    {
      because: 'it gives the writer the action under a condition that does not hold',
      statements: [grant(worker, 'kms:*', { Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } })],
      accepted: false,
    },
    {
      because: 'it gives the writer the action under a condition that holds',
      statements: [grant(worker, 'kms:*', { Condition: { StringEquals: { 'aws:PrincipalAccount': source } } })],
      accepted: true,
    },
    {
      because: 'it denies the writer what it allows',
      statements: [grant(root), { ...deny('kms:PutKeyPolicy'), Principal: worker }],
      accepted: false,
    },
  ])('accepts a policy: $accepted, when $because', async ({ statements, accepted }) => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const session = await aSession(aws, { inline: policy(allow('kms:PutKeyPolicy')) });

    expect(await putAs(aws, session, KeyId, ...statements)).toEqual(accepted ? undefined : { ...lockedOut, status: 400 });
  });

  it('counts the policies of the writer too, when the key policy only delegates', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const session = await aSession(aws, {});
    await put(aws, KeyId, grant(root), grant(worker, 'kms:PutKeyPolicy'));

    expect(await putAs(aws, session, KeyId, grant(root))).toMatchObject(lockedOut);
  });
});

describe('permissions on aliases and grants', () => {
  it('are needed on the alias and on its key', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const alias = `arn:aws:kms:${region}:${source}:alias/orders`;
    const create = (credentials: Parameters<typeof clients>[1]) =>
      refusal(clients(aws, credentials).kms.send(new CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: KeyId })));
    const onAlias = await aSession(aws, { name: 'a', inline: policy(allow('kms:CreateAlias', alias)) });
    const onBoth = await aSession(aws, { name: 'b', inline: policy(allow('kms:CreateAlias', [alias, KeyId])) });

    expect(await create(onAlias)).toMatchObject({ message: expect.stringContaining(`kms:CreateAlias on resource: ${KeyId}`) });
    expect(await create(onBoth)).toBeUndefined();
  });

  it('are given by a grant to its grantee, unless a policy denies', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const { kms } = clients(aws, await aSession(aws, {}));
    const describe_ = () => refusal(kms.send(new DescribeKeyCommand({ KeyId })));
    const owner = clients(aws, rootOf(source)).kms;
    expect(await describe_()).toMatchObject({ code: 'AccessDeniedException' });
    await owner.send(new CreateGrantCommand({ KeyId, GranteePrincipal: worker.AWS, Operations: ['DescribeKey'] }));

    expect(await describe_()).toBeUndefined();
    await put(aws, KeyId, grant(root), { ...deny('kms:DescribeKey'), Principal: worker });
    expect(await describe_()).toMatchObject({ code: 'AccessDeniedException' });
  });

  it('to retire a grant are its retiring principal’s', async () => {
    const { aws } = world();
    const KeyId = await aKey(aws);
    const session = await aSession(aws, {});
    const stranger = await aSession(aws, { name: 'other' });
    const { GrantId, GrantToken } = await clients(aws, rootOf(source)).kms.send(
      new CreateGrantCommand({ KeyId, GranteePrincipal: root.AWS, RetiringPrincipal: worker.AWS, Operations: ['Decrypt'] }),
    );
    const retire = (credentials: Parameters<typeof clients>[1], given: object) =>
      refusal(clients(aws, credentials).kms.send(new RetireGrantCommand(given)));

    expect(await retire(stranger, { GrantToken })).toMatchObject({ code: 'AccessDeniedException' });
    expect(await retire(session, { KeyId, GrantId })).toBeUndefined();
  });
});
