import type { AccountInOrganization } from '../../authorisation/organization.ts';
import type { World } from '../../world.ts';
import { pathTo } from './access.ts';
import { attachedTo } from './policies.ts';
import type { Organization, PolicyType } from './state.ts';

/** A policy as it is attached. */
export interface AttachedPolicy {
  readonly name: string;
  readonly document: string;
}

/**
 * The policies over an account, level by level from the root down to the account itself.
 *
 * @returns none outside an organization, for its management account, and while the type is not enabled
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 */
export function levelsFor(
  { organizations }: Pick<World, 'organizations'>,
  account: string,
  type: PolicyType,
): readonly (readonly AttachedPolicy[])[] {
  const { organization } = organizations;
  if (!organization || !isLimited(organization, account, type)) return [];
  return pathTo(organization, account).map((target) =>
    attachedTo(organization, target, type).map(({ name, content }) => ({ name, document: content })),
  );
}

const isLimited = ({ accounts, managementAccount, enabledTypes }: Organization, account: string, type: PolicyType): boolean =>
  accounts.has(account) && account !== managementAccount && enabledTypes.has(type);

/** What an account's organization lays over it; undefined: it is in none. */
export function standingOf(world: Pick<World, 'organizations'>, account: string): AccountInOrganization | undefined {
  const { organization } = world.organizations;
  if (!organization?.accounts.has(account)) return undefined;
  const levels = (type: PolicyType, kind: string) =>
    levelsFor(world, account, type).map((level) =>
      level.map(({ name, document }) => ({ label: `${kind} ${name}`, account: organization.managementAccount, document })),
    );
  const above = pathTo(organization, account).slice(0, -1);
  return {
    id: organization.id,
    path: `${[organization.id, ...above].join('/')}/`,
    scps: levels('SERVICE_CONTROL_POLICY', 'service control policy'),
    rcps: levels('RESOURCE_CONTROL_POLICY', 'resource control policy'),
  };
}
