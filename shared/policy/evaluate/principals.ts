/**
 * Who calls, and whom a Principal or NotPrincipal element names.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
import type { ContextValue } from './context.ts';
import { compileGlob, matchesGlob } from './patterns.ts';
import { isUnknown, type Truth, type Unknown, unknown } from './truth.ts';

export type Principal =
  | {
      readonly kind: 'role-session';
      readonly account: string;
      /** ARN of the role, with its path. */
      readonly roleArn: string;
      /** `AROA…`; undefined: not known. */
      readonly roleId?: string;
      /** undefined: not known. */
      readonly sessionName?: string;
      /** null: the account is in no organization; undefined: not known. */
      readonly organization?: string | null;
      /** `o-…/r-…/ou-…/`; undefined: not known. */
      readonly organizationPath?: string;
    }
  | {
      readonly kind: 'user';
      readonly account: string;
      readonly arn: string;
      /** `AIDA…`; undefined: not known. */
      readonly userId?: string;
      readonly organization?: string | null;
    }
  | { readonly kind: 'root'; readonly account: string; readonly partition?: string; readonly organization?: string | null }
  /** `name`: the service principal, e.g. `s3.amazonaws.com`; `otherNames`: names under which it may be calling too. */
  | { readonly kind: 'service'; readonly name: string; readonly otherNames?: readonly string[] }
  | { readonly kind: 'federated'; readonly provider: string }
  | { readonly kind: 'anonymous' };

/**
 * How a statement names the caller. It matters because what a resource policy grants to a role ARN or to an account is
 * bounded by the caller's other policies, and what it grants to the session, the user or everyone is not.
 */
export type Naming = 'caller' | 'role' | 'account' | 'everyone';

type Named = Naming | false | Unknown;

export type PrincipalElement =
  | { readonly kind: 'none' }
  | { readonly kind: 'is' | 'is-not'; readonly entries: readonly Entry[] }
  | { readonly kind: 'malformed'; readonly reason: string };

interface Entry {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser' | '*';
  readonly value: string;
}

const types = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);

function entriesOf(element: unknown): readonly Entry[] | string {
  if (element === '*') return [{ type: '*', value: '*' }];
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return 'Principal is neither * nor an object';
  const entries: Entry[] = [];
  for (const [type, values] of Object.entries(element)) {
    if (!types.has(type)) return `principal type ${type} is not known`;
    for (const value of Array.isArray(values) ? values : [values]) {
      if (typeof value !== 'string') return `a principal of type ${type} is no string`;
      entries.push({ type: type as Entry['type'], value });
    }
  }
  return entries;
}

export function compilePrincipal(is: unknown, isNot: unknown): PrincipalElement {
  if (is !== undefined && isNot !== undefined) return { kind: 'malformed', reason: 'both Principal and NotPrincipal are given' };
  if (is === undefined && isNot === undefined) return { kind: 'none' };
  const entries = entriesOf(is ?? isNot);
  if (typeof entries === 'string') return { kind: 'malformed', reason: entries };
  return { kind: is === undefined ? 'is-not' : 'is', entries };
}

/** The account of an account principal: `111111111111` and `arn:aws:iam::111111111111:root` are the same. */
export const accountOfPrincipal = (value: string): string | undefined =>
  /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];

export const isUniqueId = (value: string): boolean => /^(AROA|AIDA|AGPA|AIPA|ANPA|ASCA|AKIA|ASIA)[A-Z0-9]{4,}$/.test(value);

export const sessionArn = (p: Extract<Principal, { kind: 'role-session' }>): string => {
  const partition = p.roleArn.split(':')[1] ?? 'aws';
  return `arn:${partition}:sts::${p.account}:assumed-role/${p.roleArn.slice(p.roleArn.lastIndexOf('/') + 1)}/${p.sessionName ?? ''}`;
};

export function arnOf(principal: Principal): string | undefined {
  if (principal.kind === 'role-session') return principal.roleArn;
  if (principal.kind === 'user') return principal.arn;
  return principal.kind === 'root' ? `arn:${principal.partition ?? 'aws'}:iam::${principal.account}:root` : undefined;
}

export const accountOf = (principal: Principal): string | undefined => ('account' in principal ? principal.account : undefined);

function byId(id: string, prefix: string, own: string | undefined, naming: Naming): Named {
  if (!id.startsWith(prefix)) return false;
  // A deleted role's id stays in policies and matches nobody, its successor of the same name included.
  return own === undefined ? unknown(`whether ${id} is the caller's unique id is not known`) : id === own && naming;
}

function namesSession(value: string, p: Extract<Principal, { kind: 'role-session' }>): Named {
  if (value === p.roleArn) return 'role';
  if (isUniqueId(value)) return byId(value, 'AROA', p.roleId, 'role');
  const session = sessionArn(p);
  if (p.sessionName === undefined && value.startsWith(session)) return unknown(`the session name in ${value} is not known`);
  return value === session && 'caller';
}

function namesAws(value: string, p: Principal): Named {
  if (value === '*')
    return p.kind === 'service' ? unknown('whether {"AWS": "*"} covers AWS services is not documented') : 'everyone';
  const account = accountOfPrincipal(value);
  if (account !== undefined) return account === accountOf(p) && (p.kind === 'root' ? 'caller' : 'account');
  // A wildcard cannot match part of a principal; AWS refuses such a policy.
  if (/[*?]/.test(value))
    return matchesGlob(compileGlob(value), arnOf(p) ?? '') && unknown(`${value} is no principal AWS accepts`, 'malformed');
  if (p.kind === 'role-session') return namesSession(value, p);
  if (p.kind !== 'user') return false;
  return isUniqueId(value) ? byId(value, 'AIDA', p.userId, 'caller') : value === p.arn && 'caller';
}

function namesService(value: string, p: Principal): Named {
  if (p.kind !== 'service') return false;
  if (value === p.name) return 'caller';
  if (value === '*') return unknown('a service principal cannot be *', 'malformed');
  return p.otherNames?.includes(value) ? unknown(`whether ${p.name} also calls as ${value} is not known`) : false;
}

function names(entry: Entry, p: Principal): Named {
  switch (entry.type) {
    case '*':
      return 'everyone';
    case 'AWS':
      return namesAws(entry.value, p);
    case 'Service':
      return namesService(entry.value, p);
    case 'Federated':
      return p.kind === 'federated' && p.provider === entry.value && 'caller';
    case 'CanonicalUser':
      return accountOf(p) === undefined ? false : unknown('whose canonical user id a statement names is not known');
  }
}

const strength: Readonly<Record<Naming, number>> = { caller: 3, everyone: 2, role: 1, account: 0 };

/** The strongest way in which the entries name the caller. */
export function namedBy(entries: readonly Entry[], p: Principal): Named {
  let best: Naming | undefined;
  let open: Unknown | undefined;
  for (const entry of entries) {
    const named = names(entry, p);
    if (named === false) continue;
    if (typeof named === 'object') open ??= named;
    else if (best === undefined || strength[named] > strength[best]) best = named;
  }
  return best ?? open ?? false;
}

/** Whether a NotPrincipal element spares the caller from a Deny. `bounded`: the caller has a permissions boundary. */
export function spares(entries: readonly Entry[], p: Principal, bounded: Truth): Truth {
  const all = entries.map((entry) => names(entry, p));
  if (all.includes('everyone')) return true;
  const spared = sparedByName(all, p);
  if (spared === false || p.kind === 'service') return spared;
  // A Deny with NotPrincipal hits every principal that has a permissions boundary, whomever it lists.
  if (bounded === true) return false;
  return spared === true && bounded === false ? true : isUnknown(bounded) ? bounded : spared;
}

function sparedByName(all: readonly Named[], p: Principal): Truth {
  const self = all.includes('caller') || all.includes('role');
  const account = all.includes('account');
  if (self && (account || p.kind === 'root' || accountOf(p) === undefined)) return true;
  // AWS may look at the account first, then at the role, then at the session; all of them should be listed.
  if (self) return unknown('NotPrincipal lists the caller but not its account, so the Deny may still hit it');
  if (account) return unknown('NotPrincipal lists the account but not the caller itself');
  return all.find((named) => typeof named === 'object') ?? false;
}

const noService: Readonly<Record<string, ContextValue>> = {
  'aws:PrincipalIsAWSService': false,
  'aws:PrincipalServiceName': null,
  'aws:PrincipalServiceNamesList': null,
};

function organizationKeys(organization: string | null | undefined, path?: string): Readonly<Record<string, ContextValue>> {
  const paths = organization === null ? null : path === undefined ? undefined : [path];
  return {
    ...(organization !== undefined && { 'aws:PrincipalOrgID': organization }),
    ...(paths !== undefined && { 'aws:PrincipalOrgPaths': paths }),
  };
}

const userIdOf = (p: Extract<Principal, { kind: 'role-session' | 'user' }>): string | undefined => {
  if (p.kind === 'user') return p.userId;
  return p.roleId !== undefined && p.sessionName !== undefined ? `${p.roleId}:${p.sessionName}` : undefined;
};

const keysOf = new WeakMap<Principal, Readonly<Record<string, ContextValue>>>();

/** The condition keys that follow from who calls; the same object for the same principal. */
export function principalKeys(p: Principal): Readonly<Record<string, ContextValue>> {
  const known = keysOf.get(p);
  if (known) return known;
  const keys = derivedKeys(p);
  keysOf.set(p, keys);
  return keys;
}

function derivedKeys(p: Principal): Readonly<Record<string, ContextValue>> {
  if (p.kind === 'service') {
    return {
      'aws:PrincipalIsAWSService': true,
      'aws:PrincipalServiceName': p.name,
      'aws:PrincipalServiceNamesList': p.otherNames?.length
        ? { unknown: `the names of ${p.name} are not all known`, present: true }
        : [p.name],
      // Only there when the principal is a member of an organization, which a service is not.
      'aws:PrincipalOrgID': null,
      'aws:PrincipalOrgPaths': null,
      'aws:PrincipalArn': { unknown: 'aws:PrincipalArn of a service principal is not documented' },
      'aws:PrincipalTag/*': null,
      'aws:username': null,
    };
  }
  if (p.kind === 'anonymous')
    return {
      ...noService,
      'aws:PrincipalArn': null,
      'aws:PrincipalAccount': 'anonymous',
      'aws:PrincipalType': 'Anonymous',
      'aws:userid': 'anonymous',
      'aws:PrincipalOrgID': null,
    };
  if (p.kind === 'federated') return noService;
  const userId = p.kind === 'root' ? p.account : userIdOf(p);
  return {
    ...noService,
    ...organizationKeys(p.organization, p.kind === 'role-session' ? p.organizationPath : undefined),
    'aws:PrincipalArn': arnOf(p) ?? null,
    'aws:PrincipalAccount': p.account,
    'aws:PrincipalType': p.kind === 'root' ? 'Account' : p.kind === 'user' ? 'User' : 'AssumedRole',
    ...(userId !== undefined && { 'aws:userid': userId }),
    'aws:username': p.kind === 'user' ? p.arn.slice(p.arn.lastIndexOf('/') + 1) : null,
  };
}
