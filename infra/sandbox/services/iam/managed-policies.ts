import type * as iam from '@aws-sdk/client-iam';
import type { CallContext, Handler } from '../../service.ts';
import { awsManagedPolicies } from './aws-managed.ts';
import { checkIdentityPolicy, sizeOf } from './documents.ts';
import { accessDenied, deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from './errors.ts';
import { document, pathOf, policyArn, policyName, showTags, tagsOf, valid } from './inputs.ts';
import { findPolicy, homeOf, nameTaken } from './lookup.ts';
import { byName, pageOf } from './paging.ts';
import { type ManagedPolicy, uniqueId, wholeSeconds } from './state.ts';

export const managedPolicyHandlers: Readonly<Record<string, Handler>> = {
  CreatePolicy: createPolicy,
  GetPolicy: getPolicy,
  DeletePolicy: deletePolicy,
  ListPolicies: listPolicies,
  ListEntitiesForPolicy: listEntitiesForPolicy,
};

function createPolicy(input: iam.CreatePolicyCommandInput, call: CallContext) {
  const account = homeOf(call);
  const name = policyName(input.PolicyName);
  const path = pathOf(input.Path);
  const description = valid.optionalText('description', input.Description, { max: 1000 });
  const tags = tagsOf(input.Tags);
  const text = managedDocument(input.PolicyDocument);
  if (
    nameTaken(
      byName(account.policies.values()).map((policy) => policy.name),
      name,
    )
  ) {
    throw entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
  }
  const created = wholeSeconds(call.world.clock.now());
  const policy: ManagedPolicy = {
    name,
    path,
    arn: `arn:aws:iam::${account.id}:policy${path}${name}`,
    id: uniqueId(call.world.iam, 'ANPA'),
    description,
    created,
    updated: created,
    defaultVersion: 'v1',
    lastVersion: 1,
    versions: new Map([['v1', { id: 'v1', document: text, created }]]),
    tags,
  };
  account.policies.set(policy.arn, policy);
  return { Policy: showPolicy(call, policy) };
}

function getPolicy(input: iam.GetPolicyCommandInput, call: CallContext) {
  const policy = thePolicy(call, input.PolicyArn);
  return { Policy: { ...showPolicy(call, policy), Description: policy.description } };
}

function deletePolicy(input: iam.DeletePolicyCommandInput, call: CallContext): void {
  const policy = theOwnPolicy(call, input.PolicyArn);
  if (attachedTo(call, policy).length > 0 || boundaryOfCount(call, policy) > 0) {
    throw deleteConflict('Cannot delete a policy attached to entities.');
  }
  if (policy.versions.size > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  homeOf(call).policies.delete(policy.arn);
}

function listPolicies(input: iam.ListPoliciesCommandInput, call: CallContext) {
  const scope = valid.oneOf('scope', input.Scope, ['All', 'AWS', 'Local']) ?? 'All';
  const own = scope === 'AWS' ? [] : byName(homeOf(call).policies.values());
  const fromAws = scope === 'Local' ? [] : byName(awsManagedPolicies());
  const found = [...own, ...fromAws].filter(
    (policy) => policy.path.startsWith(input.PathPrefix ?? '/') && (!input.OnlyAttached || attachedTo(call, policy).length > 0),
  );
  const { items, ...page } = pageOf(found, input);
  return { ...page, Policies: items.map((policy) => ({ ...showPolicy(call, policy), Tags: undefined })) };
}

function listEntitiesForPolicy(input: iam.ListEntitiesForPolicyCommandInput, call: CallContext) {
  const policy = thePolicy(call, input.PolicyArn);
  const asBoundary = input.PolicyUsageFilter === 'PermissionsBoundary';
  const wanted = (kind: string) => input.EntityFilter === undefined || input.EntityFilter === kind;
  const uses = ({ attached, boundary }: { attached: ReadonlySet<string>; boundary: string | undefined }) =>
    asBoundary ? boundary === policy.arn : attached.has(policy.arn);
  const { roles, users } = homeOf(call);
  const { items, ...page } = pageOf(byName([...roles.values(), ...users.values()].filter(uses)), input);
  return {
    ...page,
    PolicyGroups: [],
    PolicyRoles: items
      .filter(({ kind }) => kind === 'role' && wanted('Role'))
      .map(({ name, id }) => ({ RoleName: name, RoleId: id })),
    PolicyUsers: items
      .filter(({ kind }) => kind === 'user' && wanted('User'))
      .map(({ name, id }) => ({ UserName: name, UserId: id })),
  };
}

/** Checks the document of a managed policy. @throws AwsError */
export function managedDocument(text: string | undefined): string {
  const policy = document('policyDocument', text);
  checkIdentityPolicy(policy);
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
  if (sizeOf(policy) > 6144) throw limitExceeded('Cannot exceed quota for PolicySize: 6144');
  return policy;
}

/** A policy that can be read. @throws AwsError `NoSuchEntity` */
export function thePolicy(call: CallContext, arn: string | undefined): ManagedPolicy {
  const policy = findPolicy(call, policyArn(arn));
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

/** A policy that can be changed: not AWS's own. @throws AwsError */
export function theOwnPolicy(call: CallContext, arn: string | undefined): ManagedPolicy {
  const policy = thePolicy(call, arn);
  if (!homeOf(call).policies.has(policy.arn)) {
    const { operation, caller } = call;
    throw accessDenied(`User: ${caller.arn} is not authorized to perform: iam:${operation} on resource: policy ${policy.arn}`);
  }
  return policy;
}

function attachedTo(call: CallContext, { arn }: ManagedPolicy) {
  const { roles, users } = homeOf(call);
  return [...roles.values(), ...users.values()].filter(({ attached }) => attached.has(arn));
}

function boundaryOfCount(call: CallContext, { arn }: ManagedPolicy): number {
  const { roles, users } = homeOf(call);
  return [...roles.values(), ...users.values()].filter(({ boundary }) => boundary === arn).length;
}

const showPolicy = (call: CallContext, policy: ManagedPolicy): iam.Policy => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: attachedTo(call, policy).length,
  PermissionsBoundaryUsageCount: boundaryOfCount(call, policy),
  IsAttachable: true,
  CreateDate: policy.created,
  UpdateDate: policy.updated,
  Tags: showTags(policy.tags),
});
