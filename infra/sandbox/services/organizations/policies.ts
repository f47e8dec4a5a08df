import type * as org from '@aws-sdk/client-organizations';
import { AwsError, type CallContext } from '../../service.ts';
import { administered, isRoot, newId, thePolicy, theTarget } from './access.ts';
import { page } from './paging.ts';
import { checkContent } from './policy-content.ts';
import type { Organization, Policy, PolicyType } from './state.ts';

const types: readonly PolicyType[] = ['SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY'];

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const maxAttached = 5;

export function awsPolicies(): Policy[] {
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  const own = (type: PolicyType, id: string, name: string, statement: object): Policy => ({
    id,
    arn: `arn:aws:organizations::aws:policy/${type.toLowerCase()}/${id}`,
    name,
    description: 'Allows access to every operation',
    type,
    content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    awsManaged: true,
    tags: new Map(),
  });
  return [
    own('SERVICE_CONTROL_POLICY', 'p-FullAWSAccess', 'FullAWSAccess', everything),
    own('RESOURCE_CONTROL_POLICY', 'p-RCPFullAWSAccess', 'RCPFullAWSAccess', { ...everything, Principal: '*' }),
  ];
}

/** Gives a new root, unit or account AWS's own policies of every enabled type. */
export function attachDefaults(organization: Organization, target: string): void {
  const attached = organization.attached.get(target) ?? new Set();
  organization.attached.set(target, attached);
  for (const { id, type, awsManaged } of organization.policies.values()) {
    if (awsManaged && organization.enabledTypes.has(type)) attached.add(id);
  }
}

export function knownType(type: string | undefined): PolicyType {
  const known = types.find((one) => one === type);
  if (known) return known;
  throw new AwsError(
    'InvalidInputException',
    `The local AWS has policies of the types ${types.join(' and ')} only, not ${type}.`,
  );
}

export function enablePolicyType({ RootId, PolicyType }: org.EnablePolicyTypeCommandInput, call: CallContext) {
  const organization = administered(call, 'write');
  const type = knownType(PolicyType);
  requireRoot(organization, RootId);
  if (organization.enabledTypes.has(type)) {
    throw new AwsError('PolicyTypeAlreadyEnabledException', 'The specified policy type is already enabled.');
  }
  organization.enabledTypes.add(type);
  for (const target of everyTarget(organization)) attachDefaults(organization, target);
  return { Root: describeRoot(organization) };
}

/** Detaches every policy of the type. */
export function disablePolicyType({ RootId, PolicyType }: org.DisablePolicyTypeCommandInput, call: CallContext) {
  const organization = administered(call, 'write');
  const type = knownType(PolicyType);
  requireRoot(organization, RootId);
  requireEnabled(organization, type);
  organization.enabledTypes.delete(type);
  for (const attached of organization.attached.values()) {
    for (const id of attached) if (organization.policies.get(id)?.type === type) attached.delete(id);
  }
  return { Root: describeRoot(organization) };
}

function requireRoot(organization: Organization, id: string | undefined): void {
  if (!isRoot(organization, id)) throw new AwsError('RootNotFoundException', "You specified a root that doesn't exist.");
}

function requireEnabled({ enabledTypes }: Organization, type: PolicyType): void {
  if (enabledTypes.has(type)) return;
  throw new AwsError('PolicyTypeNotEnabledException', "The specified policy type isn't currently enabled in this root.");
}

const everyTarget = ({ root, units, accounts }: Organization): readonly string[] => [
  root.id,
  ...units.keys(),
  ...accounts.keys(),
];

export const describeRoot = ({ root, enabledTypes }: Organization) => ({
  Id: root.id,
  Arn: root.arn,
  Name: 'Root',
  PolicyTypes: [...enabledTypes].map((Type) => ({ Type, Status: 'ENABLED' })),
});

/** @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html */
export function createPolicy(input: org.CreatePolicyCommandInput, call: CallContext) {
  const organization = administered(call, 'write');
  const type = knownType(input.Type);
  const name = checkName(organization, input.Name, type);
  const id = `p-${newId(organization, 8)}`;
  const policy: Policy = {
    id,
    arn: `arn:aws:organizations::${organization.managementAccount}:policy/${organization.id}/${type.toLowerCase()}/${id}`,
    name,
    description: input.Description ?? '',
    type,
    content: checkContent(input.Content, type),
    awsManaged: false,
    tags: new Map((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  organization.policies.set(id, policy);
  return { Policy: { PolicySummary: summaryOf(policy), Content: policy.content } };
}

function checkName({ policies }: Organization, name: string | undefined, type: PolicyType, except?: Policy): string {
  if (!name || name.length > 128) throw new AwsError('InvalidInputException', 'The policy name has 1 to 128 characters.');
  const isTaken = [...policies.values()].some((policy) => policy !== except && policy.type === type && policy.name === name);
  if (isTaken) throw new AwsError('DuplicatePolicyException', 'A policy with the same name already exists.');
  return name;
}

export function updatePolicy(input: org.UpdatePolicyCommandInput, call: CallContext) {
  const organization = administered(call, 'write');
  const policy = ownPolicy(organization, input.PolicyId);
  if (input.Name !== undefined) policy.name = checkName(organization, input.Name, policy.type, policy);
  if (input.Content !== undefined) policy.content = checkContent(input.Content, policy.type);
  if (input.Description !== undefined) policy.description = input.Description;
  return { Policy: { PolicySummary: summaryOf(policy), Content: policy.content } };
}

function ownPolicy(organization: Organization, id: string | undefined): Policy {
  const policy = thePolicy(organization, id);
  if (!policy.awsManaged) return policy;
  throw new AwsError('PolicyChangesInProgressException', 'AWS managed policies cannot be changed.');
}

export function deletePolicy({ PolicyId }: org.DeletePolicyCommandInput, call: CallContext): void {
  const organization = administered(call, 'write');
  const { id } = ownPolicy(organization, PolicyId);
  if ([...organization.attached.values()].some((attached) => attached.has(id))) {
    throw new AwsError('PolicyInUseException', 'The policy is attached to one or more entities.');
  }
  organization.policies.delete(id);
}

export function describePolicy({ PolicyId }: org.DescribePolicyCommandInput, call: CallContext) {
  const policy = thePolicy(administered(call, 'read'), PolicyId);
  return { Policy: { PolicySummary: summaryOf(policy), Content: policy.content } };
}

const summaryOf = ({ id, arn, name, description, type, awsManaged }: Policy) => ({
  Id: id,
  Arn: arn,
  Name: name,
  Description: description,
  Type: type,
  AwsManaged: awsManaged,
});

const limitReached = (Reason: string, message: string): AwsError =>
  new AwsError('ConstraintViolationException', message, 400, { details: { Reason } });

export function attachPolicy({ PolicyId, TargetId }: org.AttachPolicyCommandInput, call: CallContext): void {
  const organization = administered(call, 'write');
  const policy = thePolicy(organization, PolicyId);
  const target = theTarget(organization, TargetId);
  requireEnabled(organization, policy.type);
  const attached = attachedTo(organization, target, policy.type);
  if (attached.includes(policy)) {
    throw new AwsError('DuplicatePolicyAttachmentException', 'The selected policy is already attached to the specified target.');
  }
  if (attached.length >= maxAttached) {
    throw limitReached(
      'MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED',
      'You have attached the maximum number of policies of this type.',
    );
  }
  organization.attached.get(target)?.add(policy.id);
}

export function detachPolicy({ PolicyId, TargetId }: org.DetachPolicyCommandInput, call: CallContext): void {
  const organization = administered(call, 'write');
  const policy = thePolicy(organization, PolicyId);
  const target = theTarget(organization, TargetId);
  const attached = attachedTo(organization, target, policy.type);
  if (!attached.includes(policy)) {
    throw new AwsError('PolicyNotAttachedException', "The policy isn't attached to the specified target in the specified root.");
  }
  // https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
  if (attached.length === 1 || policy.id === 'p-RCPFullAWSAccess') {
    throw limitReached('MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED', 'You cannot detach the last policy of this type.');
  }
  organization.attached.get(target)?.delete(policy.id);
}

/** The policies of one type on one root, unit or account, in the order in which they were attached. */
export const attachedTo = ({ attached, policies }: Organization, target: string, type: PolicyType): readonly Policy[] =>
  [...(attached.get(target) ?? [])].flatMap((id) => policies.get(id) ?? []).filter((policy) => policy.type === type);

export function listPolicies(input: org.ListPoliciesCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const type = knownType(input.Filter);
  const { items, NextToken } = page(
    [...organization.policies.values()].filter((policy) => policy.type === type),
    input,
  );
  return { Policies: items.map(summaryOf), NextToken };
}

export function listPoliciesForTarget(input: org.ListPoliciesForTargetCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const target = theTarget(organization, input.TargetId);
  const { items, NextToken } = page(attachedTo(organization, target, knownType(input.Filter)), input);
  return { Policies: items.map(summaryOf), NextToken };
}

export function listTargetsForPolicy(input: org.ListTargetsForPolicyCommandInput, call: CallContext) {
  const organization = administered(call, 'read');
  const { id } = thePolicy(organization, input.PolicyId);
  const holders = everyTarget(organization).filter((target) => organization.attached.get(target)?.has(id));
  const { items, NextToken } = page(holders, input);
  return { Targets: items.map((target) => describeTarget(organization, target)), NextToken };
}

function describeTarget({ root, units, accounts }: Organization, id: string) {
  const account = accounts.get(id);
  if (account) return { TargetId: id, Arn: account.arn, Name: account.name, Type: 'ACCOUNT' };
  const unit = units.get(id);
  if (unit) return { TargetId: id, Arn: unit.arn, Name: unit.name, Type: 'ORGANIZATIONAL_UNIT' };
  return { TargetId: id, Arn: root.arn, Name: 'Root', Type: 'ROOT' };
}
