/** Decides the calls of a hop, and how much each counts. */
import { isUnknown } from '../evaluate/truth.ts';
import { type Answer, type Decision, decide } from '../evaluate.ts';
import { accountOfArn, type ReplicationState } from '../replication-state.ts';
import type { Call } from './calls.ts';
import { contextOf } from './contexts.ts';
import { assumePolicies, bucketPolicyOf, keyPolicyOf, type ProofOptions, type RolePolicies } from './policies.ts';
import { isClosedToOthers } from './public-policy.ts';

/** One call that S3 makes on the way, and what becomes of it. */
export interface ProvenCall {
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision;
}

export interface Weighed extends ProvenCall {
  readonly call: Call;
  /** The decision as it counts for the hop. */
  readonly answer: Answer;
  readonly because: string;
}

function policiesFor(call: Call, role: RolePolicies, state: ReplicationState, options: ProofOptions) {
  const { kind, key, bucket } = call.facts;
  if (kind === 'assume') return assumePolicies(state, options);
  if (key) return role.on(keyPolicyOf(key), accountOfArn(key.arn), key.manager === 'AWS');
  return role.on(bucketPolicyOf(bucket), bucket.account);
}

function decideCall(call: Call, role: RolePolicies, options: ProofOptions): Decision {
  const { facts } = call;
  const principal = facts.kind === 'assume' ? assumer(facts.state) : role.principal;
  const resourceAccount =
    facts.kind === 'assume' ? accountOfArn(call.resource) : facts.key ? accountOfArn(facts.key.arn) : facts.bucket.account;
  const request = { principal, action: call.action, resource: call.resource, resourceAccount, context: contextOf(facts) };
  const decision = decide(request, policiesFor(call, role, facts.state, options));
  return facts.kind === 'destination-object' ? publicAccess(decision, call, role) : decision;
}

// A bucket of an opt-in region may be served under the regional name:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services-in-opt-in-regions
const assumer = (state: ReplicationState) =>
  ({
    kind: 'service',
    name: 's3.amazonaws.com',
    otherNames: [`s3.${state.source.region}.amazonaws.com`, 's3.amazonaws.com.cn'],
  }) as const;

/** RestrictPublicBuckets closes a bucket with a public policy to all other accounts. */
function publicAccess(decision: Decision, call: Call, role: RolePolicies): Decision {
  const { state, bucket } = call.facts;
  if (decision.answer !== 'allowed' || !('account' in role.principal) || role.principal.account === bucket.account)
    return decision;
  const closed = isClosedToOthers(state, bucket);
  if (closed === false) return decision;
  const { deciding: _, ...rest } = decision;
  if (isUnknown(closed))
    return {
      ...rest,
      answer: 'cannot-tell',
      by: 'unreadable',
      because: `Whether ${bucket.bucket} lets in other accounts cannot be told: ${closed.unknown}.`,
    };
  const because = `The bucket policy of ${bucket.bucket} is public and RestrictPublicBuckets is on, which stops all access from other accounts.`;
  return { ...rest, answer: 'denied', by: 'explicit-deny', because };
}

/** What a call's decision means for the hop, by how much depends on it. */
function weigh(call: Call, decision: Decision): Pick<Weighed, 'answer' | 'because'> {
  const as = (answer: Answer, because = decision.because) => ({ answer, because });
  if (decision.answer === 'allowed' || call.weight === 'must') return as(decision.answer);
  if (call.weight === 'older') return as('allowed');
  if (call.weight === 'tags') return as(decision.by === 'implicit-deny' ? 'allowed' : decision.answer);
  return as(
    'cannot-tell',
    decision.answer === 'denied'
      ? `${decision.because.replace(/\.$/, '')}; AWS's pages disagree whether S3 needs it here.`
      : decision.because,
  );
}

export function weighCall(call: Call, role: RolePolicies, options: ProofOptions): Weighed {
  const decision = decideCall(call, role, options);
  return { call, action: call.action, resource: call.resource, decision, ...weigh(call, decision) };
}
