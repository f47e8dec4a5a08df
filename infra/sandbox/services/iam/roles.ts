import type * as iam from '@aws-sdk/client-iam';
import { showPolicy } from '../../principals.ts';
import type { CallContext, Handler } from '../../service.ts';
import { boundaryOf } from './boundaries.ts';
import { encodeDocument, keepTrustPolicy } from './documents.ts';
import { deleteConflict, entityAlreadyExists } from './errors.ts';
import { document, pathOf, roleName, sessionDuration, showTags, tagsOf, valid } from './inputs.ts';
import { homeOf, nameTaken, theRole } from './lookup.ts';
import { byName, pageOf } from './paging.ts';
import { type IamRole, uniqueId, wholeSeconds } from './state.ts';

export const roleHandlers: Readonly<Record<string, Handler>> = {
  CreateRole: createRole,
  GetRole: getRole,
  DeleteRole: deleteRole,
  UpdateRole: updateRole,
  UpdateRoleDescription: updateRoleDescription,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  ListRoles: listRoles,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
};

function createRole(input: iam.CreateRoleCommandInput, call: CallContext) {
  const account = homeOf(call);
  const name = roleName(input.RoleName);
  const path = pathOf(input.Path);
  const given = {
    description: description(input.Description),
    maxSessionDuration: sessionDuration(input.MaxSessionDuration) ?? 3600,
    boundary: boundaryOf(call, input.PermissionsBoundary),
    tags: tagsOf(input.Tags),
  };
  const trustText = document('assumeRolePolicyDocument', input.AssumeRolePolicyDocument);
  if (nameTaken(account.roles.keys(), name)) throw entityAlreadyExists(`Role with name ${name} already exists.`);
  const trust = keepTrustPolicy(call.world, trustText);

  const role: IamRole = {
    ...given,
    kind: 'role',
    account: account.id,
    name,
    path,
    arn: `arn:aws:iam::${account.id}:role${path}${name}`,
    id: uniqueId(call.world.iam, 'AROA'),
    created: wholeSeconds(call.world.clock.now()),
    trust,
    inline: new Map(),
    attached: new Set(),
  };
  account.roles.set(name, role);
  call.world.iam.principals.set(role.id, role);
  return { Role: showRole(call, role) };
}

function getRole(input: iam.GetRoleCommandInput, call: CallContext) {
  return { Role: { ...showRole(call, theRole(call, input.RoleName)), RoleLastUsed: {} } };
}

function deleteRole(input: iam.DeleteRoleCommandInput, call: CallContext): void {
  const role = theRole(call, input.RoleName);
  if (role.inline.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
  if (role.attached.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  homeOf(call).roles.delete(role.name);
  call.world.iam.principals.delete(role.id);
}

function updateRole(input: iam.UpdateRoleCommandInput, call: CallContext): void {
  const role = theRole(call, input.RoleName);
  const text = description(input.Description);
  const seconds = sessionDuration(input.MaxSessionDuration);
  if (text !== undefined) role.description = text;
  // Left out, the duration goes back to its default: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
  role.maxSessionDuration = seconds ?? 3600;
}

function updateRoleDescription(input: iam.UpdateRoleDescriptionCommandInput, call: CallContext) {
  const role = theRole(call, input.RoleName);
  role.description = description(input.Description ?? '');
  return { Role: showRole(call, role) };
}

function updateAssumeRolePolicy(input: iam.UpdateAssumeRolePolicyCommandInput, call: CallContext): void {
  const role = theRole(call, input.RoleName);
  role.trust = keepTrustPolicy(call.world, document('policyDocument', input.PolicyDocument));
}

function listRoles(input: iam.ListRolesCommandInput, call: CallContext) {
  const prefix = input.PathPrefix ?? '/';
  const roles = byName(homeOf(call).roles.values()).filter((role) => role.path.startsWith(prefix));
  const { items, ...page } = pageOf(roles, input);
  // Lists leave out tags and boundary: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
  return { ...page, Roles: items.map((role) => ({ ...showRole(call, role), Tags: undefined, PermissionsBoundary: undefined })) };
}

function listInstanceProfilesForRole(input: iam.ListInstanceProfilesForRoleCommandInput, call: CallContext) {
  theRole(call, input.RoleName);
  return { InstanceProfiles: [], IsTruncated: false };
}

function description(text: string | undefined): string | undefined {
  return valid.optionalText('description', text, { max: 1000, pattern: /^[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*$/ });
}

function showRole({ world }: CallContext, role: IamRole): iam.Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.created,
    AssumeRolePolicyDocument: encodeDocument(showPolicy(world, role.trust)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    PermissionsBoundary:
      role.boundary === undefined
        ? undefined
        : { PermissionsBoundaryType: 'Policy' as iam.PermissionsBoundaryAttachmentType, PermissionsBoundaryArn: role.boundary },
    Tags: role.tags.size > 0 ? showTags(role.tags) : undefined,
  };
}
