/** A policy in whatever form people have it at hand, as one JSON object. */
import { isPlain, type Plain } from './plain.ts';

// What the AWS CLI, and CloudFormation's and Terraform's records, wrap around a policy.
const wrappers = [
  'Policy',
  'PolicyDocument',
  'AssumeRolePolicyDocument',
  'PolicyVersion',
  'Document',
  'Content',
  'ResourcePolicy',
  'Role',
] as const;

/** IAM answers policies URL-encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
function fromText(text: string): unknown {
  const json = /^\s*%7B/i.test(text) ? decodeURIComponent(text) : text;
  return JSON.parse(json);
}

function parsed(text: string): unknown {
  try {
    return fromText(text);
  } catch {
    return text;
  }
}

const isStatement = (value: Plain): boolean => 'Effect' in value && !('Statement' in value);

const ofStatements = (statements: unknown): Plain => ({ Version: '2012-10-17', Statement: statements });

/**
 * The policy as an object with `Statement`: from its text, URL-encoded or not, from an answer of the AWS CLI, from one statement or a
 * list of them (which then are of the version 2012-10-17). What is none of these comes back as it is.
 */
export function policyObject(value: unknown): unknown {
  if (typeof value === 'string') {
    const policy = parsed(value);
    return typeof policy === 'string' ? value : policyObject(policy);
  }
  if (Array.isArray(value)) return ofStatements(value);
  if (!isPlain(value) || 'Statement' in value || 'unreadable' in value) return value;
  if (isStatement(value)) return ofStatements([value]);
  const wrapper = wrappers.find((name) => Object.hasOwn(value, name));
  return wrapper === undefined ? value : policyObject(value[wrapper]);
}
