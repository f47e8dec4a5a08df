/**
 * Decides one permission of one caller.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { type Decision, decide, type Policies, type Request } from '../../../shared/policy/evaluate.ts';
import type { CallContext } from '../service.ts';
import type { Check, Keys } from './check.ts';
import { requestKeys, resourceKeys } from './context.ts';
import { organizationOf } from './organization.ts';
import { type Standing, standingOf } from './standing.ts';

export interface Judged {
  readonly decision: Decision;
  readonly policies: Policies;
}

/** One call before the judge; its caller's policies are read once for all its checks. */
export interface Hearing {
  judge(check: Check): Judged;
}

export function hearing(call: CallContext): Hearing {
  const standing = standingOf(call.world, call.caller);
  const keys = { ...requestKeys(call), ...standing.keys };
  return { judge: (check) => judgeCheck(call, standing, keys, check) };
}

/** What the world's policies say of one permission for the caller of a call. Handlers ask this for what only they know. */
export const judge = (call: CallContext, check: Check): Decision => hearing(call).judge(check).decision;

function judgeCheck(call: CallContext, standing: Standing, keys: Keys, check: Check): Judged {
  const account = check.account ?? call.caller.account;
  const request: Request = {
    principal: standing.principal,
    action: check.action,
    resource: check.resource,
    resourceAccount: account,
    context: { keys: { ...keys, ...resourceKeys(call, account), ...check.keys }, others: 'absent' },
  };
  const policies: Policies = {
    ...standing.policies,
    ...(check.policy && { resource: check.policy }),
    rcps: organizationOf(call.world, account)?.rcps ?? [],
  };
  const decision = decide(request, policies);
  return { decision: check.granted && decision.by === 'implicit-deny' ? grantedTo(request, decision) : decision, policies };
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html */
function grantedTo({ action, resource }: Request, decision: Decision): Decision {
  const limited = decision.missing.some(({ policy }) => /^(service control policies|session policy)/.test(policy));
  if (limited) return decision;
  return { answer: 'allowed', by: 'allow', because: `${action} on ${resource} is allowed by a grant.`, missing: [] };
}
