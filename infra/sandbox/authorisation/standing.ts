/** Who calls, and what their own policies say. */
import type { NamedPolicy, Policies, Principal } from '../../../shared/policy/evaluate.ts';
import type { Caller } from '../service.ts';
import type { IamRole, IamUser } from '../services/iam/state.ts';
import type { World } from '../world.ts';
import type { Keys } from './check.ts';
import { managedPolicy, parsed } from './documents.ts';
import { organizationOf } from './organization.ts';

export interface Standing {
  readonly principal: Principal;
  readonly policies: Pick<Policies, 'identity' | 'boundary' | 'session' | 'scps'>;
  /** Condition keys that follow from who calls, beyond those the evaluator derives itself. */
  readonly keys: Keys;
}

const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';

/**
 * Root needs no policy. Sessions of implied roles, which nobody created, are administrators by AWS's own policy.
 * Everybody else has what is attached to them: inline and managed policies, boundary, session policies.
 */
export function standingOf(world: World, caller: Caller): Standing {
  const organization = organizationOf(world, caller.account);
  const identity = world.iam.principals.get(caller.userId.split(':')[0] ?? '');
  const tags = tagKeys(identity, caller, world);
  const path: Keys = organization ? { 'aws:PrincipalOrgPaths': [organization.path] } : {};
  return {
    principal: principalOf(caller, organization?.id ?? null),
    policies: {
      ...identityPolicies(world, caller, identity),
      session: sessionPolicies(world, caller),
      scps: organization?.scps ?? [],
    },
    keys: { ...tags, ...path, ...signInKeys(world, caller) },
  };
}

const principals = new Map<string, Principal>();

/** The same object for the same caller: the evaluator derives keys once per principal. */
function principalOf(caller: Caller, organization: string | null): Principal {
  const id = `${caller.arn} ${caller.userId} ${caller.roleArn ?? ''} ${organization ?? ''}`;
  const known = principals.get(id);
  if (known) return known;
  if (principals.size >= 2000) principals.clear();
  const principal = newPrincipal(caller, organization);
  principals.set(id, principal);
  return principal;
}

function newPrincipal({ kind, account, arn, userId, roleArn = '' }: Caller, organization: string | null): Principal {
  if (kind === 'root') return { kind, account, organization };
  if (kind === 'user') return { kind, account, arn, userId, organization };
  const [roleId = '', sessionName = ''] = userId.split(':');
  return { kind: 'role-session', account, roleArn, roleId, sessionName, organization };
}

function identityPolicies(world: World, caller: Caller, identity: IamRole | IamUser | undefined) {
  if (caller.kind === 'root') return {};
  if (caller.administrator) return { identity: [managedPolicy(world, caller.account, administrator)] };
  if (!identity) return { identity: [] };
  const { kind, name, account } = identity;
  const inline = [...identity.inline].map(([policy, text]): NamedPolicy => {
    return { label: `${kind} policy ${policy} of ${name}`, account, document: parsed(text) };
  });
  const attached = [...identity.attached].map((arn) => managedPolicy(world, account, arn));
  const boundary = identity.boundary === undefined ? {} : { boundary: boundaryOf(world, account, identity.boundary) };
  return { identity: [...inline, ...attached], ...boundary };
}

function boundaryOf(world: World, account: string, arn: string): NamedPolicy {
  return { ...managedPolicy(world, account, arn), label: `permissions boundary ${arn.slice(arn.indexOf(':policy/') + 8)}` };
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session */
function sessionPolicies(world: World, { accessKeyId, account, sessionPolicy }: Caller): readonly NamedPolicy[] {
  const arns = world.sts.sessions.get(accessKeyId)?.policyArns ?? [];
  const inline = sessionPolicy === undefined ? [] : [{ label: 'session policy', account, document: parsed(sessionPolicy) }];
  const managed = arns.map((arn) => ({ ...managedPolicy(world, account, arn), label: `session policy ${arn}` }));
  return [...inline, ...managed];
}

/** Tags of the session go before those of its role: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
function tagKeys(identity: IamRole | IamUser | undefined, { accessKeyId, kind }: Caller, { sts }: World): Keys {
  const session = kind === 'assumed-role' ? sts.sessions.get(accessKeyId)?.tags : undefined;
  const tags = { ...Object.fromEntries(identity?.tags ?? []), ...session };
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:PrincipalTag/${name}`, value]));
}

/** Only temporary credentials tell when they were issued, and whether with MFA, which no role session here was. */
function signInKeys({ sts }: World, { accessKeyId, kind }: Caller): Keys {
  if (kind !== 'assumed-role') return {};
  const started = sts.sessions.get(accessKeyId)?.started;
  return {
    'aws:MultiFactorAuthPresent': false,
    ...(started && { 'aws:TokenIssueTime': started.toISOString() }),
  };
}
