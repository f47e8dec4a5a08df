/** What an account's organization lays over it. */
import type { Level } from '../../../shared/policy/evaluate.ts';
import type { World } from '../world.ts';

export interface AccountInOrganization {
  /** `o-…`. */
  readonly id: string;
  /** `o-…/r-…/ou-…/`. */
  readonly path: string;
  /** Service control policies by level, from the root down to the account; none for the management account. */
  readonly scps: readonly Level[];
  /** Resource control policies by level; none for the management account. */
  readonly rcps: readonly Level[];
}

/** undefined: the account is in no organization. */
export const organizationOf = (world: World, account: string): AccountInOrganization | undefined =>
  world.organizationOf?.(account);
