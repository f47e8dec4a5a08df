/**
 * What S3 checks of a bucket policy before it looks at the principals.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { AwsError } from '../../service.ts';
import { bucketActions, objectActions } from './actions.ts';
import { isObject, type JsonObject, listOf, matches } from './policy-text.ts';

/** @see https://docs.aws.amazon.com/general/latest/gr/s3.html */
const mostBytes = 20 * 1024;

const statementElements = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

export const malformedPolicy = (message: string, detail?: string): AwsError =>
  new AwsError('MalformedPolicy', message, 400, { details: detail === undefined ? {} : { Detail: detail } });

/** @throws MalformedPolicy */
export function requireValidPolicy(policyJson: string, bucket: string): void {
  if (Buffer.byteLength(policyJson) > mostBytes) throw malformedPolicy('Policy exceeds the maximum allowed document size.');
  const policy = parsed(policyJson);
  requireKnown(policy, ['Version', 'Id', 'Statement']);
  if (policy.Version !== undefined && policy.Version !== '2012-10-17' && policy.Version !== '2008-10-17') {
    throw malformedPolicy('The policy must contain a valid version string');
  }
  if (policy.Statement === undefined) throw malformedPolicy('Missing required field Statement');
  const statements = listOf(policy.Statement);
  if (statements.length === 0) throw malformedPolicy('Could not parse the policy: Statement is empty!');
  for (const statement of statements) requireValidStatement(statement, bucket);
}

function parsed(policyJson: string): JsonObject {
  const fault = malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  if (!policyJson.startsWith('{')) throw fault;
  try {
    return JSON.parse(policyJson) as JsonObject;
  } catch {
    throw fault;
  }
}

function requireKnown(value: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) throw malformedPolicy(`Unknown field ${unknown}`);
}

function requireValidStatement(statement: unknown, bucket: string): void {
  if (!isObject(statement)) throw malformedPolicy('Invalid policy syntax.');
  requireKnown(statement, statementElements);
  if (statement.Effect === undefined) throw malformedPolicy('Missing required field Effect');
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    throw malformedPolicy(`Invalid effect: ${String(statement.Effect)}`);
  requirePrincipal(oneOf(statement, 'Principal', 'NotPrincipal'));
  const actions = stringList(oneOf(statement, 'Action', 'NotAction'));
  const resources = stringList(oneOf(statement, 'Resource', 'NotResource'));
  if (statement.Condition !== undefined && !isConditionBlock(statement.Condition))
    throw malformedPolicy('Invalid policy syntax.');

  for (const action of actions) requireKnownAction(action);
  for (const resource of resources) requireOwnResource(resource, bucket);
  if (statement.Action !== undefined && statement.Resource !== undefined) {
    for (const action of actions) requireApplicable(action, resources);
  }
}

function oneOf(statement: JsonObject, element: string, opposite: string): unknown {
  const value = statement[element] ?? statement[opposite];
  if (value === undefined) throw malformedPolicy(`Missing required field ${element}`);
  if (statement[element] !== undefined && statement[opposite] !== undefined) throw malformedPolicy('Invalid policy syntax.');
  return value;
}

function stringList(value: unknown): readonly string[] {
  const list = listOf(value);
  if (list.length === 0 || !list.every((one) => typeof one === 'string')) throw malformedPolicy('Invalid policy syntax.');
  return list;
}

function requirePrincipal(principal: unknown): void {
  if (principal === '*') return;
  const kinds = isObject(principal) ? Object.entries(principal) : [];
  const known = kinds.every(([kind]) => ['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind));
  if (kinds.length === 0 || !known) throw malformedPolicy('Invalid principal in policy', JSON.stringify(principal));
  for (const [, named] of kinds) stringList(named);
}

const isConditionBlock = (condition: unknown): boolean => isObject(condition) && Object.values(condition).every(isObject);

const allActions = [...bucketActions, ...objectActions];

const coveredBy = (pattern: string, actions: readonly string[]): boolean =>
  actions.some((action) => matches(pattern.toLowerCase(), action.toLowerCase()));

function requireKnownAction(action: string): void {
  if (!coveredBy(action, allActions)) throw malformedPolicy('Policy has invalid action', action);
}

function requireOwnResource(resource: string, bucket: string): void {
  const [, named] = /^arn:aws(?:-[a-z-]+)?:s3:::([^/]+)(?:\/.*)?$/s.exec(resource) ?? [];
  if (named === undefined || !matches(named, bucket)) throw malformedPolicy('Policy has invalid resource', resource);
}

/** Every action must have at least one resource of its kind: the bucket itself, or something in it. */
function requireApplicable(action: string, resources: readonly string[]): void {
  const onBucket = resources.some((resource) => !resource.includes('/'));
  const onObjects = resources.some((resource) => resource.includes('/') || resource.endsWith('*'));
  const applies = (onBucket && coveredBy(action, bucketActions)) || (onObjects && coveredBy(action, objectActions));
  if (!applies) throw malformedPolicy('Action does not apply to any resource(s) in statement', `Action "${action}"`);
}
