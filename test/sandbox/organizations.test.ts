import * as org from '@aws-sdk/client-organizations';
import { describe, expect, it } from 'vitest';
import { joinOrganization, levelsFor } from '../../infra/sandbox/services/organizations.ts';
import { destination, refusalOf, source } from './front-clients.ts';
import { moreClientsOf, stillAws } from './more-clients.ts';

const management = '999999999999';
const statement = (more: object) => JSON.stringify({ Version: '2012-10-17', Statement: [more] });
const scp = statement({ Effect: 'Deny', Action: 's3:PutBucketVersioning', Resource: '*' });
const rcp = statement({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' });

async function withOrganization() {
  const { aws, clock } = stillAws();
  const client = moreClientsOf(aws, management).organizations;
  const { Organization } = await client.send(new org.CreateOrganizationCommand({}));
  const { Roots } = await client.send(new org.ListRootsCommand({}));
  const root = Roots?.[0]?.Id ?? '';
  for (const account of [source, destination]) joinOrganization(aws.world, account);
  const unit = async (Name: string, ParentId = root) =>
    (await client.send(new org.CreateOrganizationalUnitCommand({ Name, ParentId }))).OrganizationalUnit?.Id ?? '';
  const move = (AccountId: string, SourceParentId: string, DestinationParentId: string) =>
    client.send(new org.MoveAccountCommand({ AccountId, SourceParentId, DestinationParentId }));
  const policy = async (Name: string, Content: string, Type: org.PolicyType = 'SERVICE_CONTROL_POLICY') => {
    const input = { Name, Content, Type, Description: '' };
    return (await client.send(new org.CreatePolicyCommand(input))).Policy?.PolicySummary?.Id ?? '';
  };
  const attach = (PolicyId: string, TargetId: string) => client.send(new org.AttachPolicyCommand({ PolicyId, TargetId }));
  const detach = (PolicyId: string, TargetId: string) => client.send(new org.DetachPolicyCommand({ PolicyId, TargetId }));
  const names = (account: string, type: 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY' = 'SERVICE_CONTROL_POLICY') =>
    levelsFor(aws.world, account, type).map((level) => level.map(({ name }) => name));
  return { aws, clock, client, Organization, root, unit, move, policy, attach, detach, names };
}

describe('an organization', () => {
  it('is made once, with service control policies in force', async () => {
    const { client, Organization, root } = await withOrganization();

    expect(Organization).toMatchObject({ MasterAccountId: management, FeatureSet: 'ALL' });
    expect(root).toMatch(/^r-[0-9a-z]{4,32}$/);
    expect(Organization?.Id).toMatch(/^o-[a-z0-9]{10,32}$/);
    const { Roots } = await client.send(new org.ListRootsCommand({}));
    expect(Roots?.[0]?.PolicyTypes).toEqual([{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }]);
    const again = client.send(new org.CreateOrganizationCommand({}));
    expect(await refusalOf(again)).toMatchObject({ code: 'AlreadyInOrganizationException' });
  });

  it('is for its management account, its delegates to read, and its members to name', async () => {
    const { aws, client, root } = await withOrganization();
    const member = moreClientsOf(aws, source).organizations;
    const stranger = moreClientsOf(aws, '333333333333').organizations;

    expect((await member.send(new org.DescribeOrganizationCommand({}))).Organization?.MasterAccountId).toBe(management);
    expect(await refusalOf(member.send(new org.ListAccountsCommand({})))).toMatchObject({ code: 'AccessDeniedException' });
    expect(await refusalOf(stranger.send(new org.ListAccountsCommand({})))).toMatchObject({
      code: 'AWSOrganizationsNotInUseException',
    });
    await client.send(
      new org.RegisterDelegatedAdministratorCommand({
        AccountId: source,
        ServicePrincipal: 'member.org.stacksets.cloudformation.amazonaws.com',
      }),
    );
    expect((await member.send(new org.ListAccountsCommand({}))).Accounts).toHaveLength(3);
    const write = member.send(new org.CreateOrganizationalUnitCommand({ Name: 'x', ParentId: root }));
    expect(await refusalOf(write)).toMatchObject({ code: 'AccessDeniedException' });
  });

  it('is a tree of units and accounts', async () => {
    const { client, root, unit, move } = await withOrganization();
    const data = await unit('data');
    const inner = await unit('inner', data);
    await move(source, root, inner);

    expect((await client.send(new org.ListParentsCommand({ ChildId: source }))).Parents).toEqual([
      { Id: inner, Type: 'ORGANIZATIONAL_UNIT' },
    ]);
    expect((await client.send(new org.ListParentsCommand({ ChildId: data }))).Parents).toEqual([{ Id: root, Type: 'ROOT' }]);
    const children = async (ParentId: string, ChildType: org.ChildType) =>
      (await client.send(new org.ListChildrenCommand({ ParentId, ChildType }))).Children?.map(({ Id }) => Id);
    expect(await children(root, 'ACCOUNT')).toEqual([management, destination]);
    expect(await children(data, 'ORGANIZATIONAL_UNIT')).toEqual([inner]);
    const { Accounts } = await client.send(new org.ListAccountsForParentCommand({ ParentId: inner }));
    expect(Accounts).toMatchObject([{ Id: source, Status: 'ACTIVE' }]);
    const { OrganizationalUnits } = await client.send(new org.ListOrganizationalUnitsForParentCommand({ ParentId: root }));
    expect(OrganizationalUnits).toMatchObject([{ Id: data, Name: 'data' }]);
    expect((await client.send(new org.DescribeAccountCommand({ AccountId: source }))).Account?.Id).toBe(source);
    expect(await refusalOf(move(source, root, data))).toMatchObject({ code: 'SourceParentNotFoundException' });
    expect(await refusalOf(unit('data'))).toMatchObject({ code: 'DuplicateOrganizationalUnitException' });
    const deletion = client.send(new org.DeleteOrganizationalUnitCommand({ OrganizationalUnitId: data }));
    expect(await refusalOf(deletion)).toMatchObject({ code: 'OrganizationalUnitNotEmptyException' });
  });

  it('lists its accounts page by page', async () => {
    const { client } = await withOrganization();
    const pages = await Array.fromAsync(org.paginateListAccounts({ client, pageSize: 2 }, {}));

    expect(pages.map(({ Accounts = [] }) => Accounts.map(({ Id }) => Id))).toEqual([[management, source], [destination]]);
  });

  it('takes in accounts that accept its invitation, and lets them go', async () => {
    const { aws, client } = await withOrganization();
    const guest = moreClientsOf(aws, '333333333333').organizations;
    const { Handshake } = await client.send(
      new org.InviteAccountToOrganizationCommand({ Target: { Id: '333333333333', Type: 'ACCOUNT' } }),
    );
    const accept = (by: org.OrganizationsClient) => by.send(new org.AcceptHandshakeCommand({ HandshakeId: Handshake?.Id }));

    expect(await refusalOf(accept(client))).toMatchObject({ code: 'AccessDeniedException' });
    await accept(guest);
    expect((await guest.send(new org.DescribeOrganizationCommand({}))).Organization).toBeDefined();
    await guest.send(new org.LeaveOrganizationCommand({}));
    expect(await refusalOf(guest.send(new org.DescribeOrganizationCommand({})))).toMatchObject({
      code: 'AWSOrganizationsNotInUseException',
    });
  });
});

describe('the levels over an account', () => {
  it('go from the root down to the account, with FullAWSAccess on each', async () => {
    const { root, unit, move, policy, attach, names } = await withOrganization();
    const data = await unit('data');
    await move(source, root, data);
    await attach(await policy('no-suspension', scp), data);

    expect(names(source)).toEqual([['FullAWSAccess'], ['FullAWSAccess', 'no-suspension'], ['FullAWSAccess']]);
    expect(names(destination)).toEqual([['FullAWSAccess'], ['FullAWSAccess']]);
    expect(names(management)).toEqual([]);
    expect(names('333333333333')).toEqual([]);
  });

  it('hold resource control policies once those are enabled', async () => {
    const { client, root, policy, attach, detach, names } = await withOrganization();
    const type = 'RESOURCE_CONTROL_POLICY' as const;
    const id = await policy('perimeter', rcp, type);

    expect(names(source, type)).toEqual([]);
    expect(await refusalOf(attach(id, source))).toMatchObject({ code: 'PolicyTypeNotEnabledException' });
    await client.send(new org.EnablePolicyTypeCommand({ RootId: root, PolicyType: type }));
    await attach(id, root);
    expect(names(source, type)).toEqual([['RCPFullAWSAccess', 'perimeter'], ['RCPFullAWSAccess']]);
    expect(await refusalOf(detach('p-RCPFullAWSAccess', root))).toMatchObject({ code: 'ConstraintViolationException' });
    await client.send(new org.DisablePolicyTypeCommand({ RootId: root, PolicyType: type }));
    expect(names(source, type)).toEqual([]);
  });

  it('are what the local AWS authorises by', async () => {
    const { aws, Organization, root, unit, move } = await withOrganization();
    const data = await unit('data');
    await move(source, root, data);

    expect(aws.world.organizationOf?.(source)).toMatchObject({
      id: Organization?.Id,
      path: `${Organization?.Id}/${root}/${data}/`,
      scps: [[{ label: 'service control policy FullAWSAccess' }], [{}], [{}]],
      rcps: [],
    });
    expect(aws.world.organizationOf?.('333333333333')).toBeUndefined();
  });
});

describe('a policy of an organization', () => {
  it('is attached, changed, and deleted when it is nowhere attached', async () => {
    const { aws, client, policy, attach, detach } = await withOrganization();
    const PolicyId = await policy('no-suspension', scp);
    await attach(PolicyId, source);
    const remove = () => client.send(new org.DeletePolicyCommand({ PolicyId }));

    expect(await refusalOf(attach(PolicyId, source))).toMatchObject({ code: 'DuplicatePolicyAttachmentException' });
    expect(await refusalOf(remove())).toMatchObject({ code: 'PolicyInUseException' });
    const Content = statement({ Effect: 'Deny', Action: 'kms:*', Resource: '*' });
    await client.send(new org.UpdatePolicyCommand({ PolicyId, Content }));
    expect(levelsFor(aws.world, source, 'SERVICE_CONTROL_POLICY').at(-1)).toContainEqual({
      name: 'no-suspension',
      document: Content,
    });
    expect((await client.send(new org.ListTargetsForPolicyCommand({ PolicyId }))).Targets).toMatchObject([
      { TargetId: source, Type: 'ACCOUNT' },
    ]);
    const input = { TargetId: source, Filter: 'SERVICE_CONTROL_POLICY' as const };
    expect((await client.send(new org.ListPoliciesForTargetCommand(input))).Policies?.map(({ Name }) => Name)).toEqual([
      'FullAWSAccess',
      'no-suspension',
    ]);
    await detach(PolicyId, source);
    expect(await refusalOf(detach(PolicyId, source))).toMatchObject({ code: 'PolicyNotAttachedException' });
    await remove();
    expect(await refusalOf(client.send(new org.DescribePolicyCommand({ PolicyId })))).toMatchObject({
      code: 'PolicyNotFoundException',
    });
  });

  it('is never the last to be detached, nor the sixth to be attached', async () => {
    const { policy, attach, detach } = await withOrganization();

    expect(await refusalOf(detach('p-FullAWSAccess', source))).toMatchObject({ code: 'ConstraintViolationException' });
    for (const name of ['1', '2', '3', '4']) await attach(await policy(name, scp), source);
    expect(await refusalOf(attach(await policy('5', scp), source))).toMatchObject({ code: 'ConstraintViolationException' });
    await detach('p-FullAWSAccess', source);
  });

  it.each([
    { because: 'it is no JSON', content: '{', type: 'SERVICE_CONTROL_POLICY' as const, code: 'MalformedPolicyDocumentException' },
    {
      because: 'an SCP names principals',
      content: rcp,
      type: 'SERVICE_CONTROL_POLICY' as const,
      code: 'MalformedPolicyDocumentException',
    },
    {
      because: 'an RCP allows',
      content: rcp.replace('Deny', 'Allow'),
      type: 'RESOURCE_CONTROL_POLICY' as const,
      code: 'MalformedPolicyDocumentException',
    },
    {
      because: 'an RCP names nobody',
      content: scp,
      type: 'RESOURCE_CONTROL_POLICY' as const,
      code: 'MalformedPolicyDocumentException',
    },
    {
      because: 'it is too long',
      content: scp.replace('s3:', `s3:${' '.repeat(5120)}`),
      type: 'SERVICE_CONTROL_POLICY' as const,
      code: 'ConstraintViolationException',
    },
    { because: 'it is of another type', content: scp, type: 'TAG_POLICY' as const, code: 'InvalidInputException' },
  ])('is refused when $because', async ({ content, type, code }) => {
    const { policy } = await withOrganization();

    expect(await refusalOf(policy('p', content, type))).toMatchObject({ code });
  });
});
