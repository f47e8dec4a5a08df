/**
 * What a policy statement grants, apart from how it is spelled: a statement is the product of its principals, actions, resources and
 * condition values, and every combination is a grant of its own. Products are compared without being multiplied out where that can be
 * avoided: a policy of others may multiply to millions of grants.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */

export interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly [element: string]: unknown;
}

/** A statement taken apart. Without principal or resource (role policies, trust policies) that part is one empty text. */
export interface Product {
  readonly effect: string;
  readonly principals: ReadonlySet<string>;
  readonly actions: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  /** Alternatives by operator and condition key; all tests must hold, one alternative of each is enough. */
  readonly tests: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Grant {
  readonly effect: string;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly tests: readonly (readonly [name: string, value: string])[];
}

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

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

const splittable = new Set(['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition']);

/**
 * A statement with elements that cannot be split (`NotAction`, `NotPrincipal`, `NotResource`, anything unknown) is one grant of its own.
 *
 * @param ownResource the ARN that a `*` resource stands for (a key policy's own key)
 */
export function productOf(statement: Statement, ownResource = ''): Product {
  if (Object.keys(statement).some((element) => !splittable.has(element))) return opaque(statement);
  const resources = statement.Resource === undefined ? [''] : list(statement.Resource).map(String);
  return {
    effect: String(statement.Effect),
    principals: new Set(principalKeys(statement.Principal)),
    actions: new Set(list(statement.Action).map((action) => String(action).toLowerCase())),
    resources: new Set(resources.map((resource) => (ownResource !== '' && resource === ownResource ? '*' : resource))),
    tests: testsOf(statement.Condition),
  };
}

function opaque({ Sid: _, ...meaning }: Statement): Product {
  const one = new Set(['']);
  return { effect: `opaque ${stableJson(meaning)}`, principals: one, actions: one, resources: one, tests: new Map() };
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

// Where one matching value is enough, two values grant what two statements with one value each would. With the negated operators,
// ForAllValues and Null all values together make the test.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
const alternatives =
  /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like)|(?:Numeric|Date)(?:Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Bool|BinaryEquals|IpAddress)(?:IfExists)?$/;

/** Operators as written, keys in lower case; order never matters. */
function testsOf(condition: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const tests = new Map<string, ReadonlySet<string>>();
  if (typeof condition !== 'object' || condition === null) return tests;
  for (const [operator, keys] of Object.entries(condition))
    for (const [key, given] of Object.entries((keys ?? {}) as Record<string, unknown>)) {
      const values = new Set(list(given).map(String));
      const together = JSON.stringify([...values].sort());
      tests.set(`${operator} ${key.toLowerCase()}`, alternatives.test(operator) ? values : new Set([together]));
    }
  return tests;
}

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

/** Every combination that has an effect, one at a time: stop asking as soon as the answer is known. */
export function* grantsIn({ effect, principals, actions, resources, tests }: Product): Generator<Grant> {
  for (const action of actions)
    for (const resource of resources) {
      if (isWithoutEffect(action, resource)) continue;
      for (const principal of principals)
        for (const combination of combinations([...tests])) yield { effect, principal, action, resource, tests: combination };
    }
}

function* combinations(tests: readonly (readonly [string, ReadonlySet<string>])[]): Generator<Grant['tests']> {
  const [first, ...rest] = tests;
  if (first === undefined) return yield [];
  const [name, values] = first;
  for (const value of values) for (const others of combinations(rest)) yield [[name, value], ...others];
}

const gives = (product: Product, grant: Grant): boolean =>
  product.effect === grant.effect &&
  product.principals.has(grant.principal) &&
  product.actions.has(grant.action) &&
  product.resources.has(grant.resource) &&
  product.tests.size === grant.tests.length &&
  grant.tests.every(([name, value]) => product.tests.get(name)?.has(value));

type Relation = (a: ReadonlySet<string>, b: ReadonlySet<string>) => boolean;

const everyPart = (a: Product, b: Product, holds: Relation): boolean =>
  a.effect === b.effect &&
  holds(a.principals, b.principals) &&
  holds(a.actions, b.actions) &&
  holds(a.resources, b.resources) &&
  a.tests.size === b.tests.size &&
  [...a.tests].every(([name, values]) => holds(values, b.tests.get(name) ?? new Set()));

/** Whether each grant of a product is given, in exactly that form, by one of the others. */
export const isGiven = (product: Product, by: readonly Product[]): boolean =>
  by.some((other) => everyPart(product, other, (part, whole) => part.isSubsetOf(whole))) ||
  grantsIn(product).every((grant) => by.some((other) => gives(other, grant)));

/** Whether two products have a grant in common. */
export const overlap = (a: Product, b: Product): boolean => everyPart(a, b, (some, others) => !some.isDisjointFrom(others));
