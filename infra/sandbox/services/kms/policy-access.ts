/**
 * What a key policy by itself says of one call.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
 */
import type { CallContext, Caller } from '../../service.ts';
import { isObject, type JsonObject, matches, statementsOf, stringsOf } from '../s3/policy-text.ts';

/** The part of a call that a key policy looks at. */
type Asked = Pick<CallContext, 'operation' | 'caller'>;

/**
 * Allowed by a statement without conditions, and denied by none of that kind. Conditions are not judged: what has one counts for nothing here.
 * Naming the account leaves it to the account's own policies, which are taken to allow.
 */
export function keyPolicyAllows(policyJson: string, keyArn: string, asked: Asked): boolean {
  const applying = statementsOf(policyJson).filter((statement) => applies(statement, keyArn, asked));
  return applying.some((statement) => statement.Effect === 'Allow') && !applying.some((statement) => statement.Effect === 'Deny');
}

function applies(statement: JsonObject, keyArn: string, { operation, caller }: Asked): boolean {
  const action = `kms:${operation}`.toLowerCase();
  return (
    statement.Condition === undefined &&
    touches(statement.Action, statement.NotAction, (pattern) => matches(pattern.toLowerCase(), action)) &&
    // In a key policy the resource is the key, written "*".
    touches(statement.Resource, statement.NotResource, (pattern) => matches(pattern, keyArn)) &&
    touches(names(statement.Principal), names(statement.NotPrincipal), (principal) => isCaller(principal, caller))
  );
}

/** A statement without the element, like one without Action or Resource, is accepted and does nothing. */
function touches(element: unknown, opposite: unknown, hit: (one: string) => boolean): boolean {
  if (element !== undefined) return stringsOf(element).some(hit);
  return opposite !== undefined && !stringsOf(opposite).some(hit);
}

const names = (principal: unknown): unknown => (isObject(principal) ? (principal.AWS ?? []) : principal);

const isCaller = (principal: string, { account, arn, roleArn }: Caller): boolean =>
  ['*', account, `arn:aws:iam::${account}:root`, arn, roleArn].includes(principal);
