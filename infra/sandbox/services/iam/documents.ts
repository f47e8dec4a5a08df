/**
 * What IAM checks in a policy document before it takes it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { statementElements } from '../../../../shared/policy/evaluate/statements.ts';
import { type KeptPolicy, keepPolicy } from '../../principals.ts';
import type { World } from '../../world.ts';
import { limitExceeded, malformedPolicy } from './errors.ts';

type Statement = Readonly<Record<string, unknown>>;

/** Checks a policy of an identity. @throws AwsError `MalformedPolicyDocument` */
export function checkIdentityPolicy(document: string): void {
  for (const statement of statementsOf(document)) {
    if ('Principal' in statement || 'NotPrincipal' in statement)
      throw malformedPolicy('Policy document should not specify a principal.');
    checkActions(statement);
    checkResources(statement);
  }
}

/** Checks a trust policy and the principals in it. @throws AwsError `MalformedPolicyDocument`, or `LimitExceeded` above 2,048 characters */
export function keepTrustPolicy(world: World, document: string): KeptPolicy {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
  if (sizeOf(document) > 2048) throw limitExceeded('Cannot exceed quota for ACLSizePerRole: 2048');
  for (const statement of statementsOf(document)) {
    if ('Resource' in statement || 'NotResource' in statement) throw malformedPolicy('Has prohibited field Resource');
    if (!('Principal' in statement) && !('NotPrincipal' in statement)) throw malformedPolicy('Missing required field Principal');
    checkPrincipalTypes(statement.Principal ?? statement.NotPrincipal);
    checkActions(statement);
    const foreign = [...textsOf(statement.Action), ...textsOf(statement.NotAction)].filter(
      (action) => !/^(sts:|\*$)/i.test(action),
    );
    if (foreign.length > 0) throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
  }
  const kept = keepPolicy(world, document);
  if (!('invalid' in kept)) return kept;
  throw malformedPolicy(`Invalid principal in policy: "${principalType(document, kept.invalid[0])}":"${kept.invalid[0]}"`);
}

/** Length as IAM counts it: white space is free. */
export const sizeOf = (document: string): number => document.replace(/\s/g, '').length;

/** IAM answers documents percent-encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export const encodeDocument = (document: string): string =>
  // RFC 3986 reserves these five, which encodeURIComponent leaves as they are.
  encodeURIComponent(document).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function statementsOf(document: string): readonly Statement[] {
  const policy = parse(document);
  if (!isRecord(policy)) throw malformedPolicy('Syntax errors in policy.');
  const unknown = Object.keys(policy).find((name) => !['Version', 'Id', 'Statement'].includes(name));
  if (unknown !== undefined) throw malformedPolicy('Syntax errors in policy.');
  if (policy.Version !== undefined && policy.Version !== '2012-10-17' && policy.Version !== '2008-10-17') {
    throw malformedPolicy('The policy must contain a valid version string');
  }
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  if (statements.length === 0 || !statements.every(isRecord)) throw malformedPolicy('Syntax errors in policy.');
  statements.forEach(checkStatement);
  checkSids(statements.flatMap(({ Sid }) => (Sid === undefined || Sid === '' ? [] : [String(Sid)])));
  return statements;
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
}

function checkStatement(statement: Statement): void {
  const unknown = Object.keys(statement).find((name) => !statementElements.has(name));
  const effect = statement.Effect;
  if (unknown !== undefined || (effect !== undefined && effect !== 'Allow' && effect !== 'Deny'))
    throw malformedPolicy('Syntax errors in policy.');
  if (effect === undefined) throw malformedPolicy('Missing required field Effect');
  const twice = ['Action', 'Resource', 'Principal'].find((name) => name in statement && `Not${name}` in statement);
  if (twice !== undefined) throw malformedPolicy('Syntax errors in policy.');
  const { Condition: condition } = statement;
  if (condition !== undefined && !(isRecord(condition) && Object.values(condition).every(isRecord)))
    throw malformedPolicy('Syntax errors in policy.');
}

function checkSids(sids: readonly string[]): void {
  if (!sids.every((sid) => /^[0-9A-Za-z]*$/.test(sid))) {
    throw malformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  if (new Set(sids).size < sids.length) throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.');
}

function checkActions(statement: Statement): void {
  const actions = statement.Action ?? statement.NotAction;
  if (actions === undefined) throw malformedPolicy('Missing required field Action');
  const texts = textsOf(actions);
  if (texts.length === 0) throw malformedPolicy('Policy statement must contain actions.');
  if (!texts.every((action) => action === '*' || /^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))) {
    throw malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
}

function checkResources(statement: Statement): void {
  const resources = statement.Resource ?? statement.NotResource;
  if (resources === undefined) throw malformedPolicy('Policy statement must contain resources.');
  const texts = textsOf(resources);
  if (texts.length === 0) throw malformedPolicy('Policy statement must contain resources.');
  for (const resource of texts) {
    if (resource === '*') continue;
    const parts = resource.split(':');
    if (parts[0] !== 'arn') throw malformedPolicy(`Resource ${resource} must be in ARN format or "*".`);
    if (parts.length < 6) throw malformedPolicy('The policy failed legacy parsing');
    if (!/^(aws[a-z-]*|\*)$/.test(parts[1] ?? '')) {
      throw malformedPolicy(`Partition "${parts[1]}" is not valid for resource "${resource}".`);
    }
    if (parts[2] === '') throw malformedPolicy(`Vendor is not valid for resource "${resource}".`);
  }
}

function checkPrincipalTypes(principal: unknown): void {
  const known = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
  if (principal === '*') return;
  if (!isRecord(principal) || !Object.keys(principal).every((type) => known.includes(type))) {
    throw malformedPolicy('Syntax errors in policy.');
  }
  for (const names of Object.values(principal)) textsOf(names);
}

function principalType(document: string, principal: string | undefined): string {
  const [statement] = statementsOf(document).flatMap(({ Principal }) =>
    isRecord(Principal) ? Object.entries(Principal).filter(([, names]) => textsOf(names).includes(principal ?? '')) : [],
  );
  return statement?.[0] === 'Service' ? 'SERVICE' : 'AWS';
}

/** A text or a list of texts. @throws AwsError for anything else */
function textsOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every((item) => typeof item === 'string')) throw malformedPolicy('Syntax errors in policy.');
  return list;
}

const isRecord = (value: unknown): value is Statement => typeof value === 'object' && value !== null && !Array.isArray(value);
