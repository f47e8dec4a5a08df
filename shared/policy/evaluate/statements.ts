/**
 * Policies made ready for evaluation, once per document.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { type Condition, compileConditions } from './conditions.ts';
import { compileGlob, type Glob } from './patterns.ts';
import { compilePrincipal, type PrincipalElement } from './principals.ts';
import { compileTemplate, hasVariables, type Template } from './variables.ts';

/** What kind of policy a document is; each has its own grammar. */
export type PolicyKind = 'identity' | 'boundary' | 'session' | 'resource' | 'key' | 'trust' | 'scp' | 'rcp';

export interface CompiledStatement {
  readonly index: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny' | undefined;
  readonly source: unknown;
  readonly actions: { readonly not: boolean; readonly globs: readonly Glob[] };
  /** undefined: the statement holds for whatever resource the policy is attached to. */
  readonly resources?: { readonly not: boolean; readonly templates: readonly Template[] };
  readonly principal: PrincipalElement;
  readonly conditions: readonly Condition[];
  /** What cannot be understood; the statement can then not be told. */
  readonly fault?: string;
  /** The actions are not legible: the statement may be about any. */
  readonly brokenActions: boolean;
  /** Accepted by AWS and without any effect. */
  readonly idle: boolean;
}

export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
  /** The whole document cannot be understood. */
  readonly fault?: string;
}

type Element = Readonly<Record<string, unknown>>;

/** The elements that a statement may have. */
export const statementElements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const withPrincipal: ReadonlySet<PolicyKind> = new Set(['resource', 'key', 'trust', 'rcp']);

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined: not strings. */
function strings(value: unknown): readonly string[] | undefined {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.every((item) => typeof item === 'string') ? list : undefined;
}

const isAction = (action: string): boolean => action === '*' || /^[A-Za-z0-9_*?-]+:[^:\s]+$/.test(action);
const isResource = (resource: string): boolean => resource === '*' || resource.startsWith('arn:');

function faultOf(s: Element, kind: PolicyKind): string | undefined {
  const stranger = Object.keys(s).find((name) => !statementElements.has(name));
  if (stranger !== undefined) return `element ${stranger} is not known`;
  if (s.Effect !== 'Allow' && s.Effect !== 'Deny') return 'Effect is neither Allow nor Deny';
  if (s.Action !== undefined && s.NotAction !== undefined) return 'both Action and NotAction are given';
  if (s.Resource !== undefined && s.NotResource !== undefined) return 'both Resource and NotResource are given';
  if (!strings(s.Action ?? s.NotAction)?.every(isAction)) return 'Action is no list of service:action names';
  if (!strings(s.Resource ?? s.NotResource)?.every(isResource)) return 'Resource is no list of ARNs';
  return principalFault(s, kind) ?? missingFault(s, kind);
}

function principalFault(s: Element, kind: PolicyKind): string | undefined {
  const has = s.Principal !== undefined || s.NotPrincipal !== undefined;
  if (!withPrincipal.has(kind)) return has ? 'Principal has no place in such a policy' : undefined;
  if (!has) return 'Principal is missing';
  // NotPrincipal with Allow is not supported; in RCPs and trust policies it is not supported at all.
  const allowed = s.Effect === 'Deny' && kind !== 'rcp' && kind !== 'trust';
  return s.NotPrincipal !== undefined && !allowed ? 'NotPrincipal has no place here' : undefined;
}

function missingFault(s: Element, kind: PolicyKind): string | undefined {
  if (kind === 'key') return undefined;
  if (kind === 'trust' && (s.Resource ?? s.NotResource) !== undefined) return 'Resource has no place in a trust policy';
  if (s.Action === undefined && s.NotAction === undefined) return 'Action is missing';
  return kind !== 'trust' && s.Resource === undefined && s.NotResource === undefined ? 'Resource is missing' : undefined;
}

// A key policy statement without Action or Resource is accepted and does nothing:
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
const isIdle = (s: Element, kind: PolicyKind): boolean =>
  kind === 'key' && ((s.Action ?? s.NotAction) === undefined || (s.Resource ?? s.NotResource) === undefined);

function compileStatement(source: unknown, index: number, kind: PolicyKind, variables: boolean): CompiledStatement {
  const s = isElement(source) ? source : {};
  const principal = compilePrincipal(s.Principal, s.NotPrincipal);
  const fault = isElement(source)
    ? (faultOf(s, kind) ?? (principal.kind === 'malformed' ? principal.reason : undefined))
    : 'a statement is no object';
  const resources = s.Resource ?? s.NotResource;
  return {
    index,
    ...(typeof s.Sid === 'string' && s.Sid !== '' && { sid: s.Sid }),
    effect: s.Effect === 'Allow' || s.Effect === 'Deny' ? s.Effect : undefined,
    source,
    actions: {
      not: s.Action === undefined,
      globs: (strings(s.Action ?? s.NotAction) ?? []).map((action) => compileGlob(action.toLowerCase())),
    },
    ...(resources !== undefined &&
      kind !== 'trust' && {
        resources: {
          not: s.Resource === undefined,
          templates: (strings(resources) ?? []).map((r) => compileTemplate(r, variables)),
        },
      }),
    principal,
    conditions: compileConditions(s.Condition, variables),
    ...(fault !== undefined && { fault }),
    brokenActions: !strings(s.Action ?? s.NotAction)?.every(isAction),
    idle: isIdle(s, kind),
  };
}

function parse(document: unknown): unknown {
  if (typeof document !== 'string') return document;
  try {
    return JSON.parse(document);
  } catch {
    return undefined;
  }
}

function compile(document: unknown, kind: PolicyKind): CompiledPolicy {
  const policy = parse(document);
  if (!isElement(policy)) return { statements: [], fault: 'the policy is no JSON object' };
  const { Version, Statement } = policy;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17')
    return { statements: [], fault: `policy version ${String(Version)} is not known` };
  if (Statement === undefined) return { statements: [], fault: 'Statement is missing' };
  const list = Array.isArray(Statement) ? Statement : [Statement];
  return { statements: list.map((s, index) => compileStatement(s, index, kind, hasVariables(Version))) };
}

const byDocument = new Map<PolicyKind, WeakMap<object, CompiledPolicy>>();
const byText = new Map<string, CompiledPolicy>();

/** Compiled once per document object, or per text. Documents are never changed after they were given. */
export function compilePolicy(document: unknown, kind: PolicyKind): CompiledPolicy {
  return typeof document === 'object' && document !== null ? cachedByObject(document, kind) : cachedByText(document, kind);
}

function cachedByObject(document: object, kind: PolicyKind): CompiledPolicy {
  const cache = byDocument.get(kind) ?? new WeakMap<object, CompiledPolicy>();
  byDocument.set(kind, cache);
  const compiled = cache.get(document) ?? compile(document, kind);
  cache.set(document, compiled);
  return compiled;
}

function cachedByText(document: unknown, kind: PolicyKind): CompiledPolicy {
  const key = `${kind} ${String(document)}`;
  const compiled = byText.get(key) ?? compile(document, kind);
  if (byText.size > 1000) byText.clear();
  byText.set(key, compiled);
  return compiled;
}
