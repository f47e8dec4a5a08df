import { AwsError } from '../../service.ts';
import type { PolicyType } from './state.ts';

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const maxCharacters = 5120;

/** @throws AwsError `MalformedPolicyDocumentException`, `ConstraintViolationException` */
export function checkContent(content: string | undefined, type: PolicyType): string {
  const malformed = (why: string) =>
    new AwsError(
      'MalformedPolicyDocumentException',
      `The provided policy document does not meet the requirements of the specified policy type: ${why}`,
    );
  if (content === undefined) throw malformed('it is missing.');
  if (content.length > maxCharacters) {
    throw new AwsError(
      'ConstraintViolationException',
      `You have exceeded the allowed maximum length of a policy (${maxCharacters} characters).`,
      400,
      {
        details: { Reason: 'POLICY_CONTENT_LIMIT_EXCEEDED' },
      },
    );
  }
  const fault = faultIn(content, type);
  if (fault) throw malformed(fault);
  return content;
}

function faultIn(content: string, type: PolicyType): string | undefined {
  const policy = parsed(content);
  if (!policy) return 'it is no JSON object.';
  const statements: readonly unknown[] = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  for (const statement of statements) {
    if (!isRecord(statement)) return 'a statement is no object.';
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') return 'a statement has no Effect.';
    if ('Action' in statement === 'NotAction' in statement) return 'a statement needs Action or NotAction.';
    const fault = type === 'SERVICE_CONTROL_POLICY' ? faultInScp(statement) : faultInRcp(statement);
    if (fault) return fault;
  }
  return undefined;
}

const faultInScp = (statement: Readonly<Record<string, unknown>>): string | undefined =>
  'Principal' in statement || 'NotPrincipal' in statement ? 'a service control policy names no principals.' : undefined;

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
function faultInRcp({ Effect, Principal, Action, NotAction }: Readonly<Record<string, unknown>>): string | undefined {
  if (Effect !== 'Deny') return 'a resource control policy only denies.';
  if (Principal !== '*') return 'the Principal of a resource control policy is "*".';
  if (NotAction !== undefined) return 'a resource control policy has no NotAction.';
  const actions: readonly unknown[] = Array.isArray(Action) ? Action : [Action];
  return actions.includes('*') ? 'an action of a resource control policy names its service.' : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
