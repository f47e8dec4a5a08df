/** The role itself: it goes when Lockstep made it and nothing else hangs on it. */
import type { Get, Read } from '../aspects/aspect.ts';
import { callOn } from '../aspects/read-call.ts';
import { type RoleRef, roleOf } from '../aspects/resources.ts';
import { noSuchEntity, parseIamPolicy } from '../aspects/role-documents.ts';
import { roleOtherPolicies } from '../aspects/role-other-policies.ts';
import { roleDescription, roleTrust } from '../aspects/role-trust.ts';
import type { Observed } from '../model/finding.ts';
import type { Replication } from '../model/replication.ts';
import { statementsOf } from '../policy/statements.ts';
import { type Ending, type EndingAspect, orNothing, type Uses } from './ending.ts';

interface RoleSeen {
  /** Why it must stay: sentences. Empty: it may go. */
  readonly stays: readonly string[];
}

async function readRole(role: RoleRef, get: Get): Promise<Observed<RoleSeen>> {
  const self = await get(callOn(role, 'iam:GetRole', { RoleName: role.name }), noSuchEntity);
  if (self.status !== 'present') return self;
  const { Description, Arn, AssumeRolePolicyDocument } = self.value.Role ?? {};
  if (Arn !== role.arn) return { status: 'absent' };
  const others = await roleOtherPolicies.read(role)(get);
  if (others.status !== 'present') return others.status === 'unreadable' ? others : { status: 'absent' };
  const { inline, attached } = others.value;
  const trusted = statementsOf(parseIamPolicy(AssumeRolePolicyDocument)).filter(({ Sid }) => Sid !== 'LockstepAssumeRole');
  return { status: 'present', value: { stays: reasonsToStay(Description, inline, attached, trusted.length) } };
}

function reasonsToStay(
  description: string | undefined,
  inline: readonly { readonly name: string }[],
  attached: readonly { readonly name: string }[],
  foreignTrust: number,
): readonly string[] {
  const names = [...inline, ...attached].map(({ name }) => name);
  return [
    ...(description === roleDescription ? [] : ['it was not made by Lockstep']),
    ...(names.length > 0 ? [`others gave it policies: ${names.join(', ')}`] : []),
    ...(foreignTrust > 0 ? ['its trust policy has statements of others'] : []),
  ];
}

const read =
  (on: RoleRef): Read<Ending> =>
  (get) =>
    orNothing((inner) => readRole(on, inner))(get);

const stays = ({ value }: Ending): readonly string[] => (value as RoleSeen | undefined)?.stays ?? [];

/** @param staying those that go on: their roles stay */
export function endingRole(staying: readonly Replication[], uses: Uses, after: readonly string[]): EndingAspect {
  const wanted = new Set(staying.map(({ role }) => role.arn));
  const keptBecause = ({ kept }: Ending, observed: Ending): string | undefined =>
    observed.value === undefined ? undefined : [kept, ...stays(observed)].filter(Boolean).join('; ') || undefined;
  return {
    ...{ name: 'replication-role', title: 'replication role', matters: '', interrupts: false },
    ...{ docs: roleTrust.docs, after, changedBy: [] },
    permissions: { read: [...roleTrust.permissions.read, ...roleOtherPolicies.permissions.read], write: ['iam:DeleteRole'] },
    resources: (r) => (wanted.has(r.role.arn) ? [] : [roleOf(r)]),
    desired: (_, on) => (uses.has(on.arn) ? { kept: uses.get(on.arn) } : {}),
    read: (on) => read(on as RoleRef),
    diff: (desired, observed = {}, on) =>
      observed.value === undefined || keptBecause(desired, observed) !== undefined ? [] : [{ path: 'Role', observed: on.arn }],
    merge: () => ({}),
    write: (on) => [callOn(on, 'iam:DeleteRole', { RoleName: (on as RoleRef).name })],
    keptBecause,
  };
}
