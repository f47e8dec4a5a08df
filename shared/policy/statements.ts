/**
 * Policies by meaning: two policies are the same when they give the same single grants, however they are spelled.
 * The meaning is for comparing only. What is written back for others is their own text.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import type { Difference } from '../model/finding.ts';
import { isGiven, list, overlap, type Product, productOf, type Statement, stableJson } from './grants.ts';

export { type Statement, stableJson } from './grants.ts';

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
  /** What may stand in statements of ours without being wanted now. */
  readonly tolerated?: PolicyDocument;
}

export const statementsOf = (document: PolicyDocument | undefined): readonly Statement[] =>
  list(document?.Statement) as readonly Statement[];

export const policyOf = (statements: readonly Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement: statements });

/** @throws SyntaxError when the text is no JSON */
export const parsePolicy = (text: string): PolicyDocument => JSON.parse(text) as PolicyDocument;

/** Equal but for lists of one and the order in lists (those of `a` hold nothing twice): the common case, told without splitting anything. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    const [as, bs] = [list(a), list(b)];
    return as.length === bs.length && as.every((value) => bs.includes(value));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && isAlike((a as Statement)[key], (b as Statement)[key]))
  );
}

/** Ours are all there, spelled alike, and nothing else is ours. */
function isAsWritten(wanted: readonly Statement[], observed: readonly Statement[], rules: PolicyRules): boolean {
  const ours = observed.filter((statement) => isOwn(statement, rules));
  return (
    ours.length === wanted.length && wanted.every((one) => ours.some((other) => other.Sid === one.Sid && isAlike(one, other)))
  );
}

interface Comparison {
  /** Sids of wanted statements of which some grant is given nowhere. */
  readonly missing: ReadonlySet<string>;
  /** Indices of our observed statements that give something nobody wants. */
  readonly excess: ReadonlySet<number>;
}

const productsOf = (statements: readonly Statement[], { ownResource }: PolicyRules): readonly Product[] =>
  statements.map((statement) => productOf(statement, ownResource));

function compareStatements(wanted: readonly Statement[], observed: readonly Statement[], rules: PolicyRules): Comparison {
  const given = productsOf(observed, rules);
  const due = productsOf(wanted, rules);
  const fine = [...due, ...productsOf(statementsOf(rules.tolerated), rules)];
  const missing = wanted.flatMap((statement, index) => (isGiven(due[index] as Product, given) ? [] : [statement.Sid ?? '']));
  const excess = observed.flatMap((s, index) => (isOwn(s, rules) && !isGiven(given[index] as Product, fine) ? [index] : []));
  return { missing: new Set(missing), excess: new Set(excess) };
}

const isOwn = (statement: Statement, rules: PolicyRules): boolean =>
  rules.exclusive === true || (statement.Sid !== undefined && rules.ownSids.has(statement.Sid));

/** Field by field for a statement of ours that is there, whole for one that is not. Empty: the same by meaning. */
export function diffStatements(desired: PolicyDocument, observed: PolicyDocument | undefined, rules: PolicyRules): Difference[] {
  const wanted = statementsOf(desired);
  const present = statementsOf(observed);
  if (isAsWritten(wanted, present, rules)) return [];
  const { missing, excess } = compareStatements(wanted, present, rules);
  const differences = wanted
    .filter((statement) => missing.has(statement.Sid ?? ''))
    .flatMap((statement) => {
      const ours = present.find((other) => other.Sid === statement.Sid);
      return ours === undefined
        ? [{ path: statement.Sid ?? '', desired: statement }]
        : elementDifferences(statement, ours, rules);
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

const partOf = {
  Effect: 'effect',
  Principal: 'principals',
  Action: 'actions',
  Resource: 'resources',
  Condition: 'tests',
} as const satisfies Record<string, keyof Product>;

function elementDifferences(desired: Statement, observed: Statement, { ownResource }: PolicyRules): Difference[] {
  const [wanted, found] = [productOf(desired, ownResource), productOf(observed, ownResource)];
  const elements = Object.keys(partOf) as (keyof typeof partOf)[];
  const differences = elements
    .filter((element) => partText(wanted[partOf[element]]) !== partText(found[partOf[element]]))
    .map((element) => ({ path: `${desired.Sid}.${element}`, observed: observed[element], desired: desired[element] }));
  const isOpaque = found.effect.startsWith('opaque');
  return differences.length > 0 && !isOpaque ? differences : [{ path: desired.Sid ?? '', observed, desired }];
}

function partText(part: Product[keyof Product]): string {
  if (typeof part === 'string') return part;
  if (part instanceof Map) return stableJson([...part].map(([name, values]) => [name, [...values].sort()]).sort());
  return stableJson([...part].sort());
}

/**
 * The policy after the repair: statements of others word for word and in order, ours that are right as they stand,
 * ours that are wrong replaced where they stand, missing ones appended.
 */
export function mergeStatements(
  desired: PolicyDocument,
  observed: PolicyDocument | undefined,
  rules: PolicyRules,
): PolicyDocument {
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
 * `some`, plus every principal, resource and condition value of our statements that `all` want and that already stands in `observed`:
 * repairing one replication must not take away what another one has.
 */
export function retainPresent(
  some: PolicyDocument,
  all: PolicyDocument,
  observed: PolicyDocument | undefined,
  rules: PolicyRules,
): PolicyDocument {
  const keep = productsOf([...statementsOf(some), ...statementsOf(observed)], rules);
  const isKept = (part: Statement): boolean => {
    const product = productOf(part, rules.ownResource);
    return keep.some((other) => overlap(product, other));
  };
  return policyOf(statementsOf(all).flatMap((statement) => (isKept(statement) ? [narrowStatement(statement, isKept)] : [])));
}

type IsKept = (part: Statement) => boolean;

/** Keeps those principals, resources and condition values of a statement whose part passes. */
function narrowStatement(statement: Statement, isKept: IsKept): Statement {
  const principals = (statement.Principal as { AWS?: unknown } | undefined)?.AWS;
  const some = narrowed(principals, (AWS) => isKept({ ...statement, Principal: { AWS } }));
  const ofSome = principals === undefined ? statement : { ...statement, Principal: { AWS: some } };
  const onSome = { ...ofSome, Resource: narrowed(ofSome.Resource, (Resource) => isKept({ ...ofSome, Resource })) };
  return statement.Condition === undefined ? onSome : { ...onSome, Condition: narrowCondition(onSome, isKept) };
}

/** Single values stay: a statement that is kept at all is kept for them. */
const narrowed = (values: unknown, passes: (value: unknown) => boolean): unknown =>
  Array.isArray(values) ? values.filter(passes) : values;

function narrowCondition(statement: Statement, isKept: IsKept): unknown {
  const condition = statement.Condition as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const passes = (operator: string, key: string) => (value: unknown) =>
    isKept({ ...statement, Condition: { ...condition, [operator]: { ...condition[operator], [key]: value } } });
  const tests = Object.entries(condition).map(([operator, keys]) => {
    const kept = Object.entries(keys).map(([key, values]) => [key, narrowed(values, passes(operator, key))]);
    return [operator, Object.fromEntries(kept)];
  });
  return Object.fromEntries(tests);
}
