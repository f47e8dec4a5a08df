/**
 * AWS Security Token Service.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { ResourcePolicy } from '../../../../shared/policy/evaluate.ts';
import type { AwsError, CallContext } from '../../service.ts';
import { findRole, type IamRole } from '../../services/iam/state.ts';
import type { Check, Keys, Refused, ServiceActions } from '../check.ts';
import { requestTags, resourceTags } from '../context.ts';
import { resourcePolicy } from '../documents.ts';
import { accessDenied } from '../refusal.ts';

const everybody = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:*' }] };

/** The trust policy and, from another account or where it names only the account, the caller's own policies too. */
function assumeRole(input: AssumeRoleCommandInput, { world }: CallContext): readonly Check[] {
  const arn = input.RoleArn ?? '';
  const [, account, path = ''] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn) ?? [];
  if (account === undefined) return [];
  const role = findRole(world.iam, account, path.slice(path.lastIndexOf('/') + 1));
  const implied = !role && world.sts.impliedRoles.includes(path);
  // The handler turns away whoever asks for a role that does not exist, and tells no more than that they may not.
  if (!implied && role?.arn !== arn) return [];
  const label = `trust policy of ${path}`;
  const policy: ResourcePolicy | undefined = role
    ? resourcePolicy(world, 'trust', { label, account }, role.trust)
    : { kind: 'trust', label, account, document: everybody };
  const keys = assumeKeys(input, role);
  return actionsOf(input).map((action) => ({ action, resource: arn, account, policy, keys }));
}

/** Session tags and a source identity are permissions of their own: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
const actionsOf = ({ Tags, SourceIdentity }: AssumeRoleCommandInput): readonly string[] => [
  'sts:AssumeRole',
  ...(Tags?.length ? ['sts:TagSession'] : []),
  ...(SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
];

const assumeKeys = (input: AssumeRoleCommandInput, role: IamRole | undefined): Keys => ({
  'sts:ExternalId': input.ExternalId ?? null,
  'sts:RoleSessionName': input.RoleSessionName ?? null,
  'sts:SourceIdentity': input.SourceIdentity ?? null,
  ...(input.TransitiveTagKeys?.length && { 'sts:TransitiveTagKeys': input.TransitiveTagKeys }),
  ...requestTags(input.Tags),
  ...resourceTags(role?.tags ?? [], 'iam'),
});

/** STS gives no reason. */
function refuse({ check, call, decision }: Refused): AwsError {
  const message = `User: ${call.caller.arn} is not authorized to perform: ${check.action} on resource: ${check.resource}`;
  return accessDenied('sts', message, decision.because);
}

export const stsActions: ServiceActions = {
  refuse,
  operations: {
    AssumeRole: assumeRole,
    // Nobody needs a permission to learn who they are, and nobody can be denied it:
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    GetCallerIdentity: () => [],
  },
};
