/**
 * How AWS keeps the principals of resource policies: behind the ARN of a role or user it remembers that very role's unique id.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { type Node, parseTree } from 'jsonc-parser';
import { findRole, findUser, type IamState } from './services/iam/state.ts';
import type { World } from './world.ts';

/** A role or user inside a kept policy. */
export interface KeptPrincipal {
  /** `AROA…` or `AIDA…`. */
  readonly id: string;
  /** The name of a role session, when the principal is one. */
  readonly session?: string;
}

/** A policy as given, cut at the principals that can die: joined again by `showPolicy`. Plain data. */
export interface KeptPolicy {
  readonly parts: readonly (string | KeptPrincipal)[];
}

/** Those parts of the world that principals live in. */
type Principals = { readonly iam: IamState } | World;

const accountArn = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/;
const uniqueIdForm = /^((?:AROA|AIDA)[A-Z0-9]{8,})(?::([\w+=,.@-]{2,64}))?$/;
const iamArn = /^arn:aws:iam::(\d{12}):(role|user)\/(.+)$/;
const sessionArn = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/([\w+=,.@-]{2,64})$/;
const federatedArn = /^arn:aws:sts::\d{12}:federated-user\/[\w+=,.@-]{2,32}$/;
const originAccessIdentity = /^arn:aws:iam::cloudfront:user\/CloudFront Origin Access Identity [A-Z0-9]+$/;
const serviceName = /^[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/;

/**
 * Checks that every principal of a policy exists, and remembers who they are.
 *
 * Accounts always exist (any 12 digits); roles and users must exist, a unique id must be a living one's. Conditions are never looked at.
 *
 * @returns the policy to keep, or the principals that do not exist, as written, in order
 * @throws SyntaxError when `policyJson` is not JSON
 */
export function keepPolicy(world: Principals, policyJson: string): KeptPolicy | { readonly invalid: readonly string[] } {
  JSON.parse(policyJson);
  const found = principalsOf(policyJson).map((p) => ({
    ...p,
    kept: p.type === 'AWS' ? keepPrincipal(world.iam, p.value) : p.value,
  }));
  const invalid = found.filter((p) => p.kept === undefined || (p.type === 'Service' && !serviceName.test(p.value)));
  if (invalid.length > 0) return { invalid: invalid.map((p) => p.value) };

  const parts: (string | KeptPrincipal)[] = [];
  let from = 0;
  for (const { kept, start, end } of found) {
    parts.push(policyJson.slice(from, start), typeof kept === 'string' ? JSON.stringify(kept) : (kept ?? ''));
    from = end;
  }
  return { parts: [...parts, policyJson.slice(from)] };
}

/**
 * The policy as AWS shows it now: ARNs of roles and users that still live, and the bare unique id of those that were deleted,
 * even if another one of the same name was created since.
 */
export function showPolicy(world: Principals, kept: KeptPolicy): string {
  return kept.parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(showPrincipal(world.iam, part)))).join('');
}

function showPrincipal(iam: IamState, { id, session }: KeptPrincipal): string {
  const living = iam.principals.get(id);
  if (session === undefined) return living?.arn ?? id;
  return living ? `arn:aws:sts::${living.account}:assumed-role/${living.name}/${session}` : `${id}:${session}`;
}

/** What to keep of one AWS principal: text, or who it is; undefined: there is none such. */
function keepPrincipal(iam: IamState, principal: string): string | KeptPrincipal | undefined {
  if (principal === '*' || federatedArn.test(principal) || originAccessIdentity.test(principal)) return principal;
  const account = accountArn.exec(principal);
  if (account && principal.startsWith('arn:') === principal.endsWith(':root')) return `arn:aws:iam::${account[1]}:root`;
  const id = uniqueIdForm.exec(principal);
  if (id?.[1]) return seen(iam, iam.principals.get(id[1])) ? keptAs(id[1], id[2]) : undefined;
  const session = sessionArn.exec(principal);
  if (session) return keptAs(seen(iam, findRole(iam, session[1] ?? '', session[2] ?? ''))?.id, session[3]);
  return keptAs(seen(iam, byArn(iam, principal))?.id);
}

const keptAs = (id: string | undefined, session?: string): KeptPrincipal | undefined =>
  id === undefined ? undefined : session === undefined ? { id } : { id, session };

/** A role or user that policies can name already. */
const seen = <P extends { readonly id: string }>({ unseen }: IamState, found: P | undefined): P | undefined =>
  found && !unseen.has(found.id) ? found : undefined;

/** The living role or user with exactly this ARN, path included. */
function byArn(iam: IamState, arn: string) {
  const [, account = '', kind, path = ''] = iamArn.exec(arn) ?? [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = kind === 'role' ? findRole(iam, account, name) : findUser(iam, account, name);
  return found?.arn === arn ? found : undefined;
}

interface PrincipalInText {
  readonly type: string;
  readonly value: string;
  /** Offsets of the JSON string, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** Every principal string of every statement, in the order of the text. */
function principalsOf(policyJson: string): PrincipalInText[] {
  return items(member(parseTree(policyJson), 'Statement'))
    .flatMap((statement) => ['Principal', 'NotPrincipal'].map((name) => member(statement, name)))
    .flatMap((principal) => (principal?.type === 'object' ? (principal.children ?? []) : []))
    .flatMap((property) => {
      const [name, value] = property.children ?? [];
      return items(value).flatMap((node) => (typeof node.value === 'string' ? [inText(String(name?.value), node)] : []));
    })
    .sort((a, b) => a.start - b.start);
}

const inText = (type: string, node: Node): PrincipalInText => ({
  type,
  value: String(node.value),
  start: node.offset,
  end: node.offset + node.length,
});

function member(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== 'object') return undefined;
  // As JSON.parse does, the last of several members of one name counts.
  return node.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1];
}

const items = (node: Node | undefined): readonly Node[] =>
  node === undefined ? [] : node.type === 'array' ? (node.children ?? []) : [node];

/**
 * The same policy in the spelling S3 gives on a read: lists of one become strings, longer ones come in another order (here: reversed).
 *
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/18878
 */
export function alterSpelling(policyJson: string): string {
  const policy: unknown = JSON.parse(policyJson);
  if (!isRecord(policy)) return policyJson;
  const statements = policy.Statement;
  return JSON.stringify({
    ...policy,
    Statement: Array.isArray(statements) ? statements.map(alterLists) : alterLists(statements),
  });
}

/** Lists of strings are altered at any depth: actions, resources, principals, condition values. */
function alterLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : value.toReversed();
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, alterLists(inner)])) : value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
