/** Whether a service may send to a target: as itself, or in a role it assumes. */
import { decide, type Policies, type Request, type RequestContext } from '../../../shared/policy/evaluate.ts';
import { organizationOf } from '../authorisation/organization.ts';
import { type Standing, standingOf } from '../authorisation/standing.ts';
import { showPolicy } from '../principals.ts';
import type { Caller } from '../service.ts';
import { findRole, type IamRole } from '../services/iam/state.ts';
import { TargetError, type TargetParams } from '../targets.ts';
import type { World } from '../world.ts';

export interface Sending {
  /** e.g. `sqs:SendMessage` */
  readonly action: string;
  readonly targetArn: string;
  /** The target's own policy, as JSON; undefined: it has none. */
  readonly policy: string | undefined;
  /** Condition keys beside those of the sender. */
  readonly keys?: RequestContext['keys'];
}

/** @throws TargetError `NO_PERMISSIONS` */
export function requirePermission(world: World, { action, targetArn, policy, keys: more }: Sending, params: TargetParams): void {
  const account = targetArn.split(':')[4] ?? '';
  const { principal, policies, keys } = params.roleArn === undefined ? asService(params) : asRole(world, params.roleArn, params);
  const resource = {
    kind: 'resource' as const,
    label: `policy of ${targetArn}`,
    account,
    document: policy ?? '{"Statement":[]}',
  };
  const given = contextOf(world, params);
  const context = { ...given, keys: { ...keys, ...given.keys, ...more } };
  requireAllowed({ principal, action, resource: targetArn, resourceAccount: account, context }, { ...policies, resource });
}

function requireAllowed(request: Request, policies: Policies): void {
  const { answer, because } = decide(request, policies);
  if (answer !== 'allowed') throw new TargetError('NO_PERMISSIONS', because);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceorgid */
function contextOf(world: World, { sourceArn, sourceAccount }: TargetParams): RequestContext {
  const organization = organizationOf(world, sourceAccount)?.id;
  return {
    keys: {
      ...{ 'aws:SourceArn': sourceArn, 'aws:SourceAccount': sourceAccount, 'aws:SecureTransport': true },
      ...(organization !== undefined && { 'aws:SourceOrgID': organization }),
    },
    others: 'absent',
  };
}

const asService = ({ service }: TargetParams): Standing => ({
  principal: { kind: 'service', name: service },
  policies: {},
  keys: {},
});

/** A role that a service may assume. */
export interface TrustedRole {
  readonly account: string;
  readonly name: string;
  /** undefined: implied, nobody created it. */
  readonly role: IamRole | undefined;
}

/** The role behind an ARN, when it lets the sender assume it. @throws TargetError `NO_PERMISSIONS` */
export function trustedRole(world: World, roleArn: string, params: TargetParams): TrustedRole {
  const [, account = '', path = ''] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const role = findRole(world.iam, account, name);
  const isImplied = role === undefined && world.sts.impliedRoles.includes(name);
  if (!isImplied && role?.arn !== roleArn) throw new TargetError('NO_PERMISSIONS', `The role ${roleArn} does not exist.`);
  if (role) requireTrust(world, role, params);
  return { account, name, role };
}

function asRole(world: World, roleArn: string, params: TargetParams): Standing {
  const { account, name, role } = trustedRole(world, roleArn, params);
  const session = params.sourceArn.slice(params.sourceArn.lastIndexOf('/') + 1);
  const caller: Caller = {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    kind: 'assumed-role',
    userId: `${role?.id ?? ''}:${session}`,
    roleArn,
    accessKeyId: '',
    ...(role === undefined && { administrator: true }),
  };
  return standingOf(world, caller);
}

function requireTrust(world: World, role: IamRole, params: TargetParams): void {
  const { account, arn, name } = role;
  requireAllowed(
    {
      principal: { kind: 'service', name: params.service },
      action: 'sts:AssumeRole',
      resource: arn,
      resourceAccount: account,
      context: contextOf(world, params),
    },
    { resource: { kind: 'trust', label: `trust policy of ${name}`, account, document: showPolicy(world, role.trust) } },
  );
}
