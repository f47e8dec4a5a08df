/** Key policies. */
import type {
  GetKeyPolicyRequest,
  GetKeyPolicyResponse,
  ListKeyPoliciesRequest,
  ListKeyPoliciesResponse,
  PutKeyPolicyRequest,
} from '@aws-sdk/client-kms';
import { resourcePolicy } from '../../authorisation/documents.ts';
import { judge } from '../../authorisation/judge.ts';
import { type KeptPolicy, keepPolicy, showPolicy } from '../../principals.ts';
import type { CallContext } from '../../service.ts';
import { isObject, listOf } from '../s3/policy-text.ts';
import { constraintBroken, limitExceeded, malformedPolicy, notFound } from './errors.ts';
import { customerKeyOf, ownKeyOf } from './find.ts';

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const mostBytes = 32_768;

/**
 * The text as it was put, but for principals deleted since, which show as their unique ids.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
 */
function getKeyPolicy(input: GetKeyPolicyRequest, call: CallContext): GetKeyPolicyResponse {
  const key = ownKeyOf(input, call);
  // `default` is the only name a key policy can have.
  if ((input.PolicyName ?? 'default') !== 'default') throw notFound('No such policy exists');
  return { Policy: showPolicy(call.world, key.policy), PolicyName: 'default' };
}

/**
 * Works in every key state.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
function putKeyPolicy(input: PutKeyPolicyRequest, call: CallContext): void {
  const key = customerKeyOf(input, call);
  const name = input.PolicyName ?? 'default';
  if (name !== 'default') throw constraintBroken(name, 'policyName', 'Member must satisfy enum value set: [default]');
  key.policy = checkedPolicy(input.Policy ?? '', key.arn, input.BypassPolicyLockoutSafetyCheck ?? false, call);
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html */
function listKeyPolicies(input: ListKeyPoliciesRequest, call: CallContext): ListKeyPoliciesResponse {
  ownKeyOf(input, call);
  return { PolicyNames: ['default'], Truncated: false };
}

/**
 * The policy to keep.
 *
 * @throws LimitExceededException, MalformedPolicyDocumentException
 */
export function checkedPolicy(policyJson: string, keyArn: string, bypassLockoutCheck: boolean, call: CallContext): KeptPolicy {
  if (Buffer.byteLength(policyJson) > mostBytes) throw limitExceeded('The key policy exceeds the maximum size of 32768 bytes.');
  requireStatements(policyJson);
  const kept = keepPolicy(call.world, policyJson);
  if ('invalid' in kept) throw malformedPolicy('Policy contains a statement with one or more invalid principals.');
  if (!bypassLockoutCheck && !leavesCallerIn(kept, keyArn, call)) {
    throw malformedPolicy('The new key policy will not allow you to update the key policy in the future.');
  }
  return kept;
}

/**
 * The one who writes a policy must be able to write the next, by all of their policies together.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
 */
function leavesCallerIn(kept: KeptPolicy, keyArn: string, call: CallContext): boolean {
  const { account } = call.caller;
  const policy = resourcePolicy(call.world, 'key', { label: 'new key policy', account }, kept);
  const keys = { 'kms:CallerAccount': account, 'kms:BypassPolicyLockoutSafetyCheck': false };
  return judge(call, { action: 'kms:PutKeyPolicy', resource: keyArn, account, policy, keys }).answer === 'allowed';
}

/** Action and Resource may be missing, principals may not. */
function requireStatements(policyJson: string): void {
  const policy = parsed(policyJson);
  const statements = isObject(policy) ? listOf(policy.Statement) : [];
  if (statements.length === 0 || !statements.every(isObject)) throw malformedPolicy('Syntax errors in policy.');
  for (const statement of statements) {
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw malformedPolicy('Syntax errors in policy.');
    if (statement.Principal === undefined && statement.NotPrincipal === undefined) {
      throw malformedPolicy('Policy contains a statement with no principal.');
    }
  }
}

function parsed(policyJson: string): unknown {
  try {
    return JSON.parse(policyJson);
  } catch {
    throw malformedPolicy('Syntax errors in policy.');
  }
}

/**
 * The policy of a key that is made without one: the account decides by its IAM policies.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export const defaultPolicy = (account: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    null,
    2,
  );

export const policyHandlers = { GetKeyPolicy: getKeyPolicy, PutKeyPolicy: putKeyPolicy, ListKeyPolicies: listKeyPolicies };
