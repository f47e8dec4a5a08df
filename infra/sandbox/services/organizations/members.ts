/** How accounts come and go, and who else may look. */
import type * as org from '@aws-sdk/client-organizations';
import { AwsError, type CallContext } from '../../service.ts';
import type { World } from '../../world.ts';
import { administered, newId, ownOrganization, theAccount } from './access.ts';
import { page } from './paging.ts';
import { addAccount } from './tree.ts';

/** Here the account is there at once. https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html */
export function createAccount({ AccountName = '', Email = '' }: org.CreateAccountCommandInput, call: CallContext) {
  const organization = administered(call, 'write');
  const id = String(300_000_000_000 + organization.accounts.size);
  const requestId = `car-${newId(organization, 32)}`;
  const joined = call.world.clock.now();
  addAccount(organization, { id, name: AccountName, email: Email, joined, joinedMethod: 'CREATED' });
  const status = {
    Id: requestId,
    AccountName,
    State: 'SUCCEEDED',
    RequestedTimestamp: joined,
    CompletedTimestamp: joined,
    AccountId: id,
  };
  call.world.organizations.requests.set(requestId, status);
  return { CreateAccountStatus: status };
}

export function describeCreateAccountStatus(input: org.DescribeCreateAccountStatusCommandInput, call: CallContext) {
  administered(call, 'read');
  const status = call.world.organizations.requests.get(input.CreateAccountRequestId ?? '');
  if (!status)
    throw new AwsError(
      'CreateAccountStatusNotFoundException',
      "We can't find a create account request with the CreateAccountRequestId that you specified.",
    );
  return { CreateAccountStatus: status };
}

export function inviteAccountToOrganization({ Target }: org.InviteAccountToOrganizationCommandInput, call: CallContext) {
  const organization = administered(call, 'write');
  const account = Target?.Id ?? '';
  if (Target?.Type !== 'ACCOUNT' || !/^\d{12}$/.test(account)) {
    throw new AwsError('InvalidInputException', 'The local AWS invites accounts by their twelve digits only.');
  }
  if (organization.accounts.has(account)) {
    throw new AwsError('DuplicateHandshakeException', 'The account is already a member of the organization.');
  }
  const Id = `h-${newId(organization, 10)}`;
  const handshake = {
    Id,
    Arn: `arn:aws:organizations::${organization.managementAccount}:handshake/${organization.id}/invite/${Id}`,
    Parties: [
      { Id: organization.id.slice(2), Type: 'ORGANIZATION' },
      { Id: account, Type: 'ACCOUNT' },
    ],
    State: 'OPEN',
    Action: 'INVITE',
    RequestedTimestamp: call.world.clock.now(),
  };
  call.world.organizations.requests.set(Id, handshake);
  return { Handshake: handshake };
}

/** Called by the account that was invited. */
export function acceptHandshake({ HandshakeId = '' }: org.AcceptHandshakeCommandInput, call: CallContext) {
  const { organization, requests } = call.world.organizations;
  const handshake = requests.get(HandshakeId) as org.Handshake | undefined;
  if (!organization || !handshake)
    throw new AwsError('HandshakeNotFoundException', "We can't find a handshake with the HandshakeId that you specified.");
  if (!handshake.Parties?.some(({ Id }) => Id === call.caller.account)) {
    throw new AwsError('AccessDeniedException', "You don't have permissions to access this resource.");
  }
  if (handshake.State !== 'OPEN')
    throw new AwsError('HandshakeAlreadyInStateException', 'The specified handshake is already in the requested state.');
  joinOrganization(call.world, call.caller.account);
  const accepted = { ...handshake, State: 'ACCEPTED' };
  requests.set(HandshakeId, accepted);
  return { Handshake: accepted };
}

/** Makes an account a member, as if it had been invited and had accepted. Without an organization nothing happens. */
export function joinOrganization({ organizations, clock }: Pick<World, 'organizations' | 'clock'>, account: string): void {
  const { organization } = organizations;
  if (!organization || organization.accounts.has(account)) return;
  addAccount(organization, { id: account, name: `account ${account}`, joined: clock.now(), joinedMethod: 'INVITED' });
}

export function removeAccountFromOrganization(
  { AccountId }: org.RemoveAccountFromOrganizationCommandInput,
  call: CallContext,
): void {
  const organization = administered(call, 'write');
  leave(call, theAccount(organization, AccountId).id);
}

export const leaveOrganization = (_input: unknown, call: CallContext): void => leave(call, call.caller.account);

function leave(call: CallContext, account: string): void {
  const organization = ownOrganization(call);
  if (account === organization.managementAccount) {
    throw new AwsError('MasterCannotLeaveOrganizationException', "You can't remove a management account from an organization.");
  }
  organization.accounts.delete(account);
  organization.attached.delete(account);
  organization.delegates.delete(account);
}

/** @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html */
export function registerDelegatedAdministrator(
  { AccountId }: org.RegisterDelegatedAdministratorCommandInput,
  call: CallContext,
): void {
  const organization = administered(call, 'write');
  const { id } = theAccount(organization, AccountId);
  if (id === organization.managementAccount || organization.delegates.has(id)) {
    throw new AwsError(
      'AccountAlreadyRegisteredException',
      'The specified account is already a delegated administrator for this AWS service.',
    );
  }
  organization.delegates.add(id);
}

export function deregisterDelegatedAdministrator(
  { AccountId }: org.DeregisterDelegatedAdministratorCommandInput,
  call: CallContext,
): void {
  const organization = administered(call, 'write');
  const { id } = theAccount(organization, AccountId);
  if (!organization.delegates.delete(id)) {
    throw new AwsError(
      'AccountNotRegisteredException',
      'The specified account is not a delegated administrator for this AWS service.',
    );
  }
}

export function listDelegatedAdministrators(input: org.ListDelegatedAdministratorsCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const { items, NextToken } = page([...organization.delegates], input);
  const DelegatedAdministrators = items.map((id) => {
    const { arn, name, email } = theAccount(organization, id);
    return { Id: id, Arn: arn, Name: name, Email: email, Status: 'ACTIVE' };
  });
  return { DelegatedAdministrators, NextToken };
}
