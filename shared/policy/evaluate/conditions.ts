/**
 * The Condition element: all operators and keys must hold; of several values of the policy one must match
 * (for a negated operator: none).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
import type { Lookup, Seen } from './context.ts';
import { type Operator, operators } from './operators.ts';
import { every, isUnknown, not, some, type Truth, unknown } from './truth.ts';
import { compileTemplate, fill, type Template } from './variables.ts';

/** One operator on one key. */
export type Condition =
  | { readonly kind: 'null'; readonly key: string; readonly wanted: readonly string[] }
  | {
      readonly kind: 'compare';
      readonly key: string;
      readonly operator: Operator;
      readonly set?: 'all' | 'any';
      readonly ifExists: boolean;
      readonly wanted: readonly Template[];
    }
  | { readonly kind: 'malformed'; readonly reason: string };

// Operator names are read in any case: AWS either means the operator or refuses the policy.
const spelling = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/;

function listOf(values: unknown): readonly string[] | undefined {
  const list = Array.isArray(values) ? values : [values];
  return list.every((v) => typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean')
    ? list.map(String)
    : undefined;
}

const malformed = (reason: string): Condition => ({ kind: 'malformed', reason });

function compileOne(name: string, key: string, values: unknown, variables: boolean): Condition {
  const wanted = listOf(values);
  if (!wanted) return malformed(`the values of ${name} ${key} are no strings`);
  const [, set, base = '', ifExists] = spelling.exec(name.toLowerCase()) ?? [];
  if (base === 'null' && !ifExists && !set) return { kind: 'null', key, wanted: wanted.map((value) => value.toLowerCase()) };
  const operator = operators.get(base);
  if (!operator) return malformed(`condition operator ${name} is not known`);
  return {
    kind: 'compare',
    key,
    operator,
    ...(set && { set: set === 'forallvalues' ? ('all' as const) : ('any' as const) }),
    ifExists: ifExists !== undefined,
    wanted: wanted.map((value) => compileTemplate(value, variables && operator.variables, operator.wildcards)),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function compileConditions(element: unknown, variables: boolean): readonly Condition[] {
  if (element === undefined) return [];
  if (!isRecord(element)) return [malformed('Condition is no object')];
  return Object.entries(element).flatMap(([operator, keys]) =>
    isRecord(keys)
      ? Object.entries(keys).map(([key, values]) => compileOne(operator, key, values, variables))
      : [malformed(`condition operator ${operator} holds no keys`)],
  );
}

type Comparison = Extract<Condition, { kind: 'compare' }>;

export function holdsCondition(condition: Condition, lookup: Lookup): Truth {
  if (condition.kind === 'malformed') return unknown(condition.reason, 'malformed');
  const seen = lookup(condition.key);
  return condition.kind === 'null' ? holdsNull(condition.wanted, seen) : holdsComparison(condition, seen, lookup);
}

// "true": the key is not there; "false": it is there and its value is not null.
function holdsNull(wanted: readonly string[], seen: Seen): Truth {
  if (wanted.some((value) => value !== 'true' && value !== 'false'))
    return unknown('a Null condition is neither true nor false', 'malformed');
  if (wanted.includes('true') && wanted.includes('false')) return true;
  if (seen.is === 'unknown' && !seen.present) return unknown(seen.reason);
  return wanted.includes('true') === (seen.is === 'absent');
}

function holdsComparison(condition: Comparison, seen: Seen, lookup: Lookup): Truth {
  if (seen.is === 'absent') return whenAbsent(condition);
  if (seen.is === 'present') return whenPresent(condition, seen.values, lookup);
  if (seen.maybe === undefined) return unknown(seen.reason);
  const [without, with_] = [whenAbsent(condition), whenPresent(condition, seen.maybe, lookup)];
  return without === with_ ? without : isUnknown(with_) ? with_ : unknown(seen.reason);
}

// A negated operator holds for an absent key, so a Deny with one bites; ForAllValues holds on nothing, ForAnyValue does not.
function whenAbsent({ ifExists, set, operator }: Comparison): boolean {
  if (ifExists || set === 'all') return true;
  return set === 'any' ? false : operator.negated;
}

function whenPresent(condition: Comparison, values: readonly string[], lookup: Lookup): Truth {
  const holds = (value: string): Truth => holdsFor(condition, value, lookup);
  if (condition.set === 'all') return every(values, holds);
  if (condition.set === 'any') return some(values, holds);
  if (values.length === 1) return holds(values[0] ?? '');
  const [all, any] = [every(values, holds), some(values, holds)];
  return all === any ? all : unknown(`${condition.key} has several values and the condition has no ForAllValues or ForAnyValue`);
}

function holdsFor({ operator, wanted }: Comparison, given: string, lookup: Lookup): Truth {
  const matched = some(wanted, (template) => {
    const value = fill(template, lookup);
    // A variable without a value equals nothing, so a negated operator holds.
    if (value === null) return false;
    return typeof value === 'string' ? operator.matches(given, value) : value;
  });
  return operator.negated ? not(matched) : matched;
}
