import { randomBytes } from 'node:crypto';
import type * as iam from '@aws-sdk/client-iam';
import type { CallContext, Handler } from '../../service.ts';
import { boundaryOf } from './boundaries.ts';
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity, validationError } from './errors.ts';
import { pathOf, showTags, tagsOf, userName, valid } from './inputs.ts';
import { homeOf, nameTaken, theUser } from './lookup.ts';
import { byName, pageOf } from './paging.ts';
import { type AccessKey, type IamUser, uniqueId, wholeSeconds } from './state.ts';

export const userHandlers: Readonly<Record<string, Handler>> = {
  CreateUser: createUser,
  GetUser: getUser,
  DeleteUser: deleteUser,
  ListUsers: listUsers,
  ListGroupsForUser: listGroupsForUser,
  CreateAccessKey: createAccessKey,
  UpdateAccessKey: updateAccessKey,
  DeleteAccessKey: deleteAccessKey,
  ListAccessKeys: listAccessKeys,
};

function createUser(input: iam.CreateUserCommandInput, call: CallContext) {
  const account = homeOf(call);
  const name = userName(input.UserName);
  const path = pathOf(input.Path);
  const boundary = boundaryOf(call, input.PermissionsBoundary);
  const tags = tagsOf(input.Tags);
  if (nameTaken(account.users.keys(), name)) throw entityAlreadyExists(`User with name ${name} already exists.`);
  const user: IamUser = {
    kind: 'user',
    account: account.id,
    name,
    path,
    arn: `arn:aws:iam::${account.id}:user${path}${name}`,
    id: uniqueId(call.world.iam, 'AIDA'),
    created: wholeSeconds(call.world.clock.now()),
    boundary,
    inline: new Map(),
    attached: new Set(),
    tags,
  };
  account.users.set(name, user);
  call.world.iam.principals.set(user.id, user);
  return { User: showUser(user) };
}

function getUser(input: iam.GetUserCommandInput, call: CallContext) {
  return { User: showUser(namedOrCaller(call, input.UserName)) };
}

function deleteUser(input: iam.DeleteUserCommandInput, call: CallContext): void {
  const user = theUser(call, input.UserName);
  if (user.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (user.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  if (keysOf(call, user).length > 0) throw deleteConflict('Cannot delete entity, must delete access keys first.');
  homeOf(call).users.delete(user.name);
  call.world.iam.principals.delete(user.id);
}

function listUsers(input: iam.ListUsersCommandInput, call: CallContext) {
  const users = byName(homeOf(call).users.values()).filter((user) => user.path.startsWith(input.PathPrefix ?? '/'));
  const { items, ...page } = pageOf(users, input);
  return { ...page, Users: items.map((user) => ({ ...showUser(user), Tags: undefined })) };
}

function listGroupsForUser(input: iam.ListGroupsForUserCommandInput, call: CallContext) {
  theUser(call, input.UserName);
  return { Groups: [], IsTruncated: false };
}

function createAccessKey(input: iam.CreateAccessKeyCommandInput, call: CallContext) {
  const user = namedOrCaller(call, input.UserName);
  if (keysOf(call, user).length >= 2) throw limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2');
  const key: AccessKey = {
    id: uniqueId(call.world.iam, 'AKIA'),
    account: user.account,
    userName: user.name,
    created: wholeSeconds(call.world.clock.now()),
    status: 'Active',
  };
  call.world.iam.accessKeys.set(key.id, key);
  return { AccessKey: { ...showKey(key), SecretAccessKey: randomBytes(30).toString('base64') } };
}

function updateAccessKey(input: iam.UpdateAccessKeyCommandInput, call: CallContext): void {
  const key = theKey(call, namedOrCaller(call, input.UserName), input.AccessKeyId);
  valid.text('status', input.Status);
  key.status = valid.oneOf('status', input.Status, ['Active', 'Inactive']) ?? key.status;
}

function deleteAccessKey(input: iam.DeleteAccessKeyCommandInput, call: CallContext): void {
  const key = theKey(call, namedOrCaller(call, input.UserName), input.AccessKeyId);
  call.world.iam.accessKeys.delete(key.id);
}

function listAccessKeys(input: iam.ListAccessKeysCommandInput, call: CallContext) {
  const user = namedOrCaller(call, input.UserName);
  const { items, ...page } = pageOf(keysOf(call, user), input);
  return { ...page, AccessKeyMetadata: items.map(showKey) };
}

/** Without a name, operations on users mean the user who calls. */
function namedOrCaller(call: CallContext, name: string | undefined): IamUser {
  if (name !== undefined) return theUser(call, name);
  if (call.caller.kind === 'user') return theUser(call, call.caller.arn.slice(call.caller.arn.lastIndexOf('/') + 1));
  throw validationError('Must specify userName when calling with non-User credentials');
}

const keysOf = ({ world }: CallContext, user: IamUser): AccessKey[] =>
  [...world.iam.accessKeys.values()].filter((key) => key.account === user.account && key.userName === user.name);

function theKey(call: CallContext, user: IamUser, id: string | undefined): AccessKey {
  const key = keysOf(call, user).find((one) => one.id === id);
  if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  return key;
}

const showKey = (key: AccessKey) => ({
  UserName: key.userName,
  AccessKeyId: key.id,
  Status: key.status,
  CreateDate: key.created,
});

const showUser = (user: IamUser): iam.User => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.created,
  PermissionsBoundary:
    user.boundary === undefined
      ? undefined
      : { PermissionsBoundaryType: 'Policy' as iam.PermissionsBoundaryAttachmentType, PermissionsBoundaryArn: user.boundary },
  Tags: user.tags.size > 0 ? showTags(user.tags) : undefined,
});
