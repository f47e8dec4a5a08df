/**
 * Policies by meaning: two policies are the same when they give the same single grants, however they are spelled.
 * The canonical form is for comparing only. What is written back for others is their own text.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import type { Difference } from '../model/finding.ts';

export interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly [element: string]: unknown;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement?: Statement | readonly Statement[];
}

/** How a policy is compared and whose statements in it are ours. */
export interface PolicyRules {
  /** The Sids that are ours in this policy, whether wanted now or not. */
  readonly ownSids: ReadonlySet<string>;
  /** true: every statement counts as ours. */
  readonly exclusive?: boolean;
  /** The ARN that a `*` resource stands for (a key policy's own key). */
  readonly ownResource?: string;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

export const statementsOf = (document: PolicyDocument | undefined): readonly Statement[] =>
  list(document?.Statement) as readonly Statement[];

export const policyOf = (statements: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement: statements });

/** @throws SyntaxError when the text is no JSON */
export const parsePolicy = (text: string): PolicyDocument => JSON.parse(text) as PolicyDocument;

// Actions of ours that only work on buckets, or only on objects: named on the other kind of resource they grant nothing.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
const bucketActions = new Set(['s3:listbucket', 's3:getbucketversioning', 's3:getreplicationconfiguration']);
const objectActions = new Set(
  [
    ['replicateobject', 'replicatedelete', 'replicatetags', 'objectowneroverridetobucketowner', 'putobjectretention'],
    ['getobjectversionforreplication', 'getobjectversionacl', 'getobjectversiontagging', 'getobjectretention'],
    ['getobjectlegalhold', 'putobjectlegalhold'],
  ]
    .flat()
    .map((name) => `s3:${name}`),
);

function isWithoutEffect(action: string, resource: string): boolean {
  const bucketOrObject = /^arn:[^:]+:s3:::[^/*?]+(\/.+)?$/.exec(resource);
  if (bucketOrObject === null) return false;
  return bucketOrObject[1] === undefined ? objectActions.has(action) : bucketActions.has(action);
}

const accountRoot = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/;

// A 12-digit account and its root ARN are one principal:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
function principalKeys(principal: unknown): readonly string[] {
  if (principal === undefined) return [''];
  if (typeof principal !== 'object' || principal === null) return [`AWS:${String(principal)}`];
  return Object.entries(principal).flatMap(([type, values]) =>
    list(values).map((value) => `${type}:${String(value).replace(accountRoot, '$1')}`),
  );
}

/** Operators as written, keys in lower case, values as a set of strings; order never matters. */
function conditionKey(condition: unknown): string {
  if (typeof condition !== 'object' || condition === null) return '';
  const tests = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries((keys ?? {}) as Record<string, unknown>).map(
      ([key, values]) => `${operator} ${key.toLowerCase()} ${JSON.stringify(list(values).map(String).sort())}`,
    ),
  );
  return tests.sort().join('\n');
}

const expandable = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

/** JSON with the keys of every object in order, so that equal values give equal text. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${stableJson(v)}`)
    .join(',')}}`;
}

const grantCache = new WeakMap<Statement, Map<string, ReadonlySet<string>>>();

/**
 * The single grants of a statement, each as one comparable string. A statement with elements that cannot be split
 * (`NotAction`, `NotPrincipal`, `NotResource`, anything unknown) is one grant of its own.
 */
export function grantsOf(statement: Statement, ownResource = ''): ReadonlySet<string> {
  const cached = grantCache.get(statement)?.get(ownResource);
  if (cached) return cached;
  const grants = expand(statement, ownResource);
  if (!grantCache.has(statement)) grantCache.set(statement, new Map());
  grantCache.get(statement)?.set(ownResource, grants);
  return grants;
}

function expand(statement: Statement, ownResource: string): ReadonlySet<string> {
  if (Object.keys(statement).some((element) => !expandable.has(element))) {
    const { Sid: _, ...meaning } = statement;
    return new Set([`opaque ${stableJson(meaning)}`]);
  }
  const condition = conditionKey(statement.Condition);
  const actions = list(statement.Action).map((action) => String(action).toLowerCase());
  const resources = statement.Resource === undefined ? [''] : list(statement.Resource).map(String);
  const grants = new Set<string>();
  for (const principal of principalKeys(statement.Principal))
    for (const action of actions)
      for (const resource of resources) {
        if (isWithoutEffect(action, resource)) continue;
        const on = ownResource !== '' && resource === ownResource ? '*' : resource;
        grants.add(`${statement.Effect} ${principal} ${action} ${on} ${condition}`);
      }
  return grants;
}

interface Comparison {
  /** Sids of wanted statements of which some grant is given nowhere. */
  readonly missing: ReadonlySet<string>;
  /** Indices of our observed statements that give something nobody wants. */
  readonly excess: ReadonlySet<number>;
}

function compareStatements(wanted: readonly Statement[], observed: readonly Statement[], rules: PolicyRules): Comparison {
  const grants = (statement: Statement) => grantsOf(statement, rules.ownResource);
  const given = new Set(observed.flatMap((statement) => [...grants(statement)]));
  const wantedGrants = new Set(wanted.flatMap((statement) => [...grants(statement)]));
  const missing = wanted.filter((statement) => !grants(statement).isSubsetOf(given)).map((s) => s.Sid ?? '');
  const excess = observed.flatMap((s, index) => (isOwn(s, rules) && !grants(s).isSubsetOf(wantedGrants) ? [index] : []));
  return { missing: new Set(missing), excess: new Set(excess) };
}

const isOwn = (statement: Statement, rules: PolicyRules): boolean =>
  rules.exclusive === true || (statement.Sid !== undefined && rules.ownSids.has(statement.Sid));

/** Field by field for a statement of ours that is there, whole for one that is not. Empty: the same by meaning. */
export function diffStatements(desired: PolicyDocument, observed: PolicyDocument | undefined, rules: PolicyRules): Difference[] {
  const wanted = statementsOf(desired);
  const present = statementsOf(observed);
  const { missing, excess } = compareStatements(wanted, present, rules);
  const differences = wanted
    .filter((statement) => missing.has(statement.Sid ?? ''))
    .flatMap((statement) => {
      const ours = present.find((other) => other.Sid === statement.Sid);
      return ours === undefined ? [{ path: statement.Sid ?? '', desired: statement }] : elementDifferences(statement, ours, rules);
    });
  const told = new Set(missing);
  for (const index of excess) {
    const ours = present[index] as Statement;
    if (ours.Sid !== undefined && told.has(ours.Sid)) continue;
    const counterpart = wanted.find((statement) => statement.Sid === ours.Sid);
    if (counterpart === undefined) differences.push({ path: ours.Sid ?? `Statement[${index}]`, observed: ours });
    else differences.push(...elementDifferences(counterpart, ours, rules));
  }
  return differences;
}

function elementDifferences(desired: Statement, observed: Statement, rules: PolicyRules): Difference[] {
  const meaning = (statement: Statement, element: string) =>
    [...grantsOf({ Effect: '', Action: '', [element]: statement[element] } as Statement, rules.ownResource)].sort().join();
  const differences = ['Effect', 'Principal', 'Action', 'Resource', 'Condition']
    .filter((element) => meaning(desired, element) !== meaning(observed, element))
    .map((element) => ({ path: `${desired.Sid}.${element}`, observed: observed[element], desired: desired[element] }));
  return differences.length > 0 ? differences : [{ path: desired.Sid ?? '', observed, desired }];
}

/**
 * The policy after the repair: statements of others word for word and in order, ours that are right as they stand,
 * ours that are wrong replaced where they stand, missing ones appended.
 */
export function mergeStatements(desired: PolicyDocument, observed: PolicyDocument | undefined, rules: PolicyRules): PolicyDocument {
  const wanted = statementsOf(desired);
  let statements = statementsOf(observed);
  // A wrong statement of ours may have given what another one should: repairing it can make that one due in the next round.
  for (let round = 0; round <= wanted.length; round++) {
    const { missing, excess } = compareStatements(wanted, statements, rules);
    if (missing.size === 0 && excess.size === 0) break;
    statements = repairOnce(wanted, statements, rules, missing, excess);
  }
  return { ...(observed ?? { Version: '2012-10-17' }), Statement: statements };
}

function repairOnce(
  wanted: readonly Statement[],
  present: readonly Statement[],
  rules: PolicyRules,
  missing: ReadonlySet<string>,
  excess: ReadonlySet<number>,
): readonly Statement[] {
  const due = new Set(missing);
  for (const index of excess) if (present[index]?.Sid !== undefined) due.add(present[index].Sid);
  const placed = new Set<string>();
  const kept = present.flatMap((statement, index) => {
    const sid = statement.Sid ?? '';
    if (!isOwn(statement, rules) || !(due.has(sid) || excess.has(index))) return [statement];
    const replacement = wanted.find((other) => other.Sid === sid);
    if (replacement === undefined || placed.has(sid)) return [];
    placed.add(sid);
    return [replacement];
  });
  return [...kept, ...wanted.filter((statement) => due.has(statement.Sid ?? '') && !placed.has(statement.Sid ?? ''))];
}

/**
 * `some`, plus every principal and resource of our statements that `all` want and that already stands in `observed`:
 * repairing one replication must not take away what another one has.
 */
export function retainPresent(
  some: PolicyDocument,
  all: PolicyDocument,
  observed: PolicyDocument | undefined,
  rules: PolicyRules,
): PolicyDocument {
  const given = new Set(statementsOf(observed).flatMap((statement) => [...grantsOf(statement, rules.ownResource)]));
  const wantedNow = new Set(statementsOf(some).flatMap((statement) => [...grantsOf(statement, rules.ownResource)]));
  const isKept = (part: Statement) => [...grantsOf(part, rules.ownResource)].some((grant) => wantedNow.has(grant) || given.has(grant));
  return policyOf(
    statementsOf(all).flatMap((statement) => {
      const narrowed = narrowStatement(statement, isKept);
      return narrowed === undefined ? [] : [narrowed];
    }),
  );
}

/** Keeps those principals (or, without principals, resources) of a statement whose part passes. */
function narrowStatement(statement: Statement, isKept: (part: Statement) => boolean): Statement | undefined {
  const principals = (statement.Principal as { AWS?: unknown } | undefined)?.AWS;
  if (principals !== undefined) {
    const kept = list(principals).filter((AWS) => isKept({ ...statement, Principal: { AWS } }));
    return kept.length > 0 ? { ...statement, Principal: { AWS: kept } } : undefined;
  }
  const kept = list(statement.Resource).filter((Resource) => isKept({ ...statement, Resource }));
  return kept.length > 0 ? { ...statement, Resource: kept } : undefined;
}
