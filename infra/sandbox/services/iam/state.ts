import { createHash } from 'node:crypto';
import type { KeptPolicy } from '../../principals.ts';

export interface IamRole {
  readonly kind: 'role';
  readonly account: string;
  readonly name: string;
  /** `/` or `/some/path/`. */
  readonly path: string;
  readonly arn: string;
  /** `AROA…`: dies with the role, whatever is created under its name later. */
  readonly id: string;
  readonly created: Date;
  description: string | undefined;
  /** Seconds. */
  maxSessionDuration: number;
  trust: KeptPolicy;
  /** ARN of the permissions boundary. */
  boundary: string | undefined;
  /** Inline policies, word for word, by name. */
  readonly inline: Map<string, string>;
  /** ARNs of attached managed policies, in the order of attachment. */
  readonly attached: Set<string>;
  readonly tags: Map<string, string>;
}

export interface IamUser {
  readonly kind: 'user';
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `AIDA…`. */
  readonly id: string;
  readonly created: Date;
  boundary: string | undefined;
  readonly inline: Map<string, string>;
  readonly attached: Set<string>;
  readonly tags: Map<string, string>;
}

export interface AccessKey {
  /** `AKIA…`. */
  readonly id: string;
  readonly account: string;
  readonly userName: string;
  readonly created: Date;
  status: 'Active' | 'Inactive';
}

export interface PolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly created: Date;
}

export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** `ANPA…`. */
  readonly id: string;
  readonly description: string | undefined;
  readonly created: Date;
  updated: Date;
  defaultVersion: string;
  /** Number of the version created last; numbers are never used again. */
  lastVersion: number;
  readonly versions: Map<string, PolicyVersion>;
  readonly tags: Map<string, string>;
}

/** IAM is global: one state per account, for all regions. */
export interface IamAccount {
  readonly id: string;
  readonly roles: Map<string, IamRole>;
  readonly users: Map<string, IamUser>;
  readonly policies: Map<string, ManagedPolicy>;
}

export interface IamState {
  readonly accounts: Map<string, IamAccount>;
  /** Living roles and users of all accounts by unique id. */
  readonly principals: Map<string, IamRole | IamUser>;
  /** Access keys of users of all accounts by key id. */
  readonly accessKeys: Map<string, AccessKey>;
  /** Unique ids of roles and users so new that other services do not know them yet. */
  readonly unseen: Set<string>;
  /** How many unique ids were given out. */
  serial: number;
}

export function newIamState(): IamState {
  return { accounts: new Map(), principals: new Map(), accessKeys: new Map(), unseen: new Set(), serial: 0 };
}

/** The account's state; every 12-digit account exists from the start. */
export function accountOf(state: IamState, id: string): IamAccount {
  const known = state.accounts.get(id);
  if (known) return known;
  const account: IamAccount = { id, roles: new Map(), users: new Map(), policies: new Map() };
  state.accounts.set(id, account);
  return account;
}

export const findRole = (state: IamState, account: string, name: string): IamRole | undefined =>
  state.accounts.get(account)?.roles.get(name);

export const findUser = (state: IamState, account: string, name: string): IamUser | undefined =>
  state.accounts.get(account)?.users.get(name);

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * An id that this world never gave out before and never will again. The same calls in the same order get the same ids.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function uniqueId(state: IamState, prefix: 'AROA' | 'AIDA' | 'ANPA' | 'AKIA' | 'ASIA'): string {
  state.serial += 1;
  const hash = createHash('sha256').update(`${prefix}${state.serial}`).digest();
  const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17;
  return prefix + Array.from(hash.subarray(0, length), (byte) => alphabet[byte % 32]).join('');
}

/** IAM's dates have whole seconds. */
export const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
