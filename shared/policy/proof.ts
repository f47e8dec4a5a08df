/**
 * Proves, from the policies and settings as read, whether a replication is permitted: would an object be attempted at all
 * and under which key, then every hop that S3 takes, with the statement that decides or the one that is missing.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
import type { Blocker, ProofHop } from '../model/finding.ts';
import { isUnknown } from './evaluate/truth.ts';
import { type Answer, type Decision, decide, type MissingStatement, type StatementRef } from './evaluate.ts';
import { advisories } from './proof/advisories.ts';
import { attempted, type Check } from './proof/attempted.ts';
import {
  assumeCalls,
  type Call,
  configurationCalls,
  decryptCalls,
  encryptCalls,
  overrideCalls,
  type Passage,
  passageOf,
  readCalls,
  replicateCalls,
} from './proof/calls.ts';
import { contextOf } from './proof/contexts.ts';
import { encryptionOf, replicaKeyOf } from './proof/encryption.ts';
import {
  assumePolicies,
  bucketPolicyOf,
  keyPolicyOf,
  type ProofOptions,
  type RolePolicies,
  rolePolicies,
  unreadOrganizations,
} from './proof/policies.ts';
import { isClosedToOthers } from './proof/public-policy.ts';
import { isEnabled, rulesToDestination, winnerFor } from './proof/rules.ts';
import { accountOfArn, type ReplicationState } from './replication-state.ts';

export { advisories } from './proof/advisories.ts';
export { contextTable } from './proof/contexts.ts';
export type { ProofOptions } from './proof/policies.ts';

export type HopName =
  | 'attempted'
  | 'assume-role'
  | 'read-configuration'
  | 'read-objects'
  | 'decrypt-source'
  | 'replicate'
  | 'override-owner'
  | 'encrypt-destination';

/** One call that S3 makes on the way, and what becomes of it. */
export interface ProvenCall {
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision;
}

export interface Hop extends ProofHop {
  readonly hop: HopName;
  /** The calls it consists of; empty for `attempted`. */
  readonly calls: readonly ProvenCall[];
  readonly deciding?: StatementRef;
  /** What would have to be added, and where. */
  readonly missing: readonly MissingStatement[];
  /** What S3 reports as the failure reason of the object; absent where it fails in silence. */
  readonly failureReason?: string;
}

export interface Proof {
  /** `allowed` only when every hop is. */
  readonly answer: Answer;
  /** In the order in which S3 takes them; hops that do not occur (no KMS, no owner override) are left out. */
  readonly hops: readonly Hop[];
  /** ID of the rule that takes the object, of the first one where several are in force. */
  readonly rule?: string;
  /** ARN of the key the replica goes under; absent without KMS. */
  readonly replicaKey?: string;
  /** Whether the object's tags go along. */
  readonly tags: Answer;
  /** What does not stop replication now and is worth knowing. */
  readonly advisories: readonly string[];
  /** Policies that were left out because they were not read (`unreadOrganizationPolicies: 'note'`). */
  readonly notRead: readonly string[];
}

interface Weighed extends ProvenCall {
  readonly call: Call;
  /** The decision as it counts for the hop. */
  readonly answer: Answer;
  readonly because: string;
}

const severity: Readonly<Record<Answer, number>> = { denied: 2, 'cannot-tell': 1, allowed: 0 };

const worst = (answers: readonly Answer[]): Answer => answers.reduce((a, b) => (severity[b] > severity[a] ? b : a), 'allowed');

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

const place = (missing: readonly MissingStatement[]): string =>
  missing
    .map(({ policy, account, statement }) => `add to the ${policy} (account ${account}): ${JSON.stringify(statement)}`)
    .join('; and ');

function remedyFor({ decision }: Weighed): string {
  const { deciding, missing } = decision;
  if (missing.length > 0) return `${place(missing)}.`.replace(/^a/, 'A');
  if (!deciding) return 'Remove the public statement, or turn RestrictPublicBuckets off.';
  const name = deciding.sid ?? (deciding.index < 0 ? 'the policy' : `statement ${deciding.index + 1}`);
  return `Ask the owner of the ${deciding.policy} (account ${deciding.account}) to except the replication role from ${name}.`;
}

function blockerFor(weighed: Weighed): Blocker {
  const { deciding, missing } = weighed.decision;
  const owner = deciding
    ? `${deciding.policy} (account ${deciding.account})`
    : missing[0] && `${missing[0].policy} (account ${missing[0].account})`;
  return {
    reason: weighed.because,
    ...(owner !== undefined && { owner }),
    ...(deciding && { statement: deciding.statement }),
    remedy: remedyFor(weighed),
  };
}

function hopOf(hop: HopName, weighed: readonly Weighed[]): Hop {
  const answer = hop === 'assume-role' ? agreed(weighed) : worst(weighed.map((call) => call.answer));
  const chief = weighed.find((call) => call.answer === answer) ?? weighed.find((call) => call.answer !== 'allowed') ?? weighed[0];
  const calls = weighed.map(({ action, resource, decision }) => ({ action, resource, decision }));
  if (!chief) return { hop, answer, because: 'Nothing to do.', calls, missing: [] };
  const { deciding } = chief.decision;
  return {
    hop,
    answer,
    because: answer === 'allowed' ? summary(weighed) : chief.answer === answer ? chief.because : undocumented(weighed),
    calls,
    ...(deciding && { deciding }),
    missing: answer === 'allowed' ? [] : chief.decision.missing,
    ...(answer === 'denied' && {
      blocker: blockerFor(chief),
      ...(chief.call.failureReason !== undefined && { failureReason: chief.call.failureReason }),
    }),
  };
}

/** The two ways in which S3 may make a call: only where both end alike the answer is known. */
const agreed = (weighed: readonly Weighed[]): Answer =>
  weighed.every((call) => call.answer === weighed[0]?.answer) ? (weighed[0]?.answer ?? 'allowed') : 'cannot-tell';

function undocumented(weighed: readonly Weighed[]): string {
  const refusal = weighed.find((call) => call.answer !== 'allowed');
  return `Whether S3 names the source bucket and its account when it assumes the role is not documented, and the answer turns on it: ${refusal?.because ?? ''}`;
}

function summary(weighed: readonly Weighed[]): string {
  const needed = weighed.filter((call) => call.decision.answer === 'allowed');
  const actions = [...new Set(needed.map((call) => call.action))];
  const statements = [
    ...new Set(
      needed.flatMap(({ decision: { deciding: d } }) => (d ? [`${d.sid ?? `statement ${d.index + 1}`} of the ${d.policy}`] : [])),
    ),
  ];
  return `${actions.join(', ')} allowed by ${statements.join(', ')}.`;
}

const steps: readonly (readonly [HopName, (passage: Passage) => readonly Call[]])[] = [
  ['assume-role', assumeCalls],
  ['read-configuration', configurationCalls],
  ['read-objects', readCalls],
  ['decrypt-source', decryptCalls],
  ['replicate', replicateCalls],
  ['override-owner', overrideCalls],
  ['encrypt-destination', encryptCalls],
];

const roleGone = (state: ReplicationState): Hop => {
  const because = `Role ${state.role.arn} does not exist.`;
  const blocker = { reason: because, owner: state.role.arn, remedy: 'Create the role, then renew every policy that names it.' };
  return {
    hop: 'assume-role',
    answer: 'denied',
    because,
    calls: [],
    missing: [],
    failureReason: 'AssumeRoleNotPermitted',
    blocker,
  };
};

/** The passages to prove: of the object asked about, or one for each rule that takes objects to the destination. */
function passages(state: ReplicationState): readonly Passage[] {
  const encryption = encryptionOf(state);
  const rules = rulesToDestination(state);
  if (state.object) return [passageOf(state, winnerFor(rules, state.object), encryption)];
  const winners = rules.filter(isEnabled).map((rule) => {
    const { objectKey: key, objectTags: tags } = passageOf(state, rule, encryption);
    return winnerFor(rules, { key, tags });
  });
  const distinct = [...new Set(winners)];
  return distinct.length > 0
    ? distinct.map((rule) => passageOf(state, rule, encryption))
    : [passageOf(state, undefined, encryption)];
}

function attemptedHop(ways: readonly Passage[]): Hop {
  const checks = ways.map((passage) => attempted(passage));
  const chief = checks.reduce((a, b) => (severity[b.answer] > severity[a.answer] ? b : a));
  const because = chief.answer === 'allowed' ? attemptedBecause(ways) : chief.because;
  const { failureReason } = chief;
  return {
    hop: 'attempted',
    answer: chief.answer,
    because,
    calls: [],
    missing: [],
    ...(failureReason !== undefined && { failureReason }),
    ...(chief.answer === 'denied' && { blocker: settingBlocker(chief) }),
  };
}

const settingBlocker = ({ because, owner, remedy }: Check): Blocker => ({
  reason: because,
  ...(owner !== undefined && { owner }),
  remedy: remedy ?? '',
});

function attemptedBecause(ways: readonly Passage[]): string {
  const rules = ways.map(({ rule }) => rule?.ID ?? 'without ID').join(', ');
  const keys = [
    ...new Set(
      ways.flatMap((passage) => (passage.encryption.is === 'kms' ? [replicaKeyOf(passage.state, passage.rule)?.arn] : [])),
    ),
  ];
  return `Objects are attempted under rule ${rules}${keys.length > 0 ? `, replicas go under ${keys.join(', ')}` : ', replicas are not under a KMS key'}.`;
}

function advice(weighed: readonly Weighed[]): readonly string[] {
  return weighed.flatMap(({ call, decision }) => {
    if (decision.answer === 'allowed') return [];
    if (call.weight === 'older')
      return decision.answer !== 'denied'
        ? []
        : [
            `Objects written before S3 Bucket Keys were turned on use the object's ARN as encryption context: ${decision.because}`,
          ];
    return call.weight === 'tags' && decision.by === 'implicit-deny' && call.action === 's3:GetObjectVersionTagging'
      ? [`Objects replicate without their tags: ${decision.because}`]
      : [];
  });
}

function tagsGoAlong(weighed: readonly Weighed[]): Answer {
  const tagging = weighed.filter(({ call }) => call.weight === 'tags');
  // s3:ReplicateObject covers the tags; s3:ReplicateTags matters only where it is denied.
  return worst(
    tagging.map(({ call, decision }) =>
      call.action === 's3:ReplicateTags' && decision.by === 'implicit-deny' ? 'allowed' : decision.answer,
    ),
  );
}

/** Pure. Never `allowed` where something that matters was not read or is not documented. */
export function prove(state: ReplicationState, options: ProofOptions = {}): Proof {
  const ways = passages(state);
  const role = rolePolicies(state, options);
  const weighCall = (call: Call): Weighed => {
    const decision = decideCall(call, role, options);
    return { call, action: call.action, resource: call.resource, decision, ...weigh(call, decision) };
  };
  const weighed = steps.map(([hop, calls]) => [hop, ways.flatMap(calls).map(weighCall)] as const);
  const every = weighed.flatMap(([, calls]) => calls);
  const permission = weighed
    .filter(([, calls]) => calls.length > 0)
    .map(([hop, calls]) => (hop === 'assume-role' && state.role.exists === false ? roleGone(state) : hopOf(hop, calls)));
  const hops = [attemptedHop(ways), ...permission];
  const rule = ways[0]?.rule?.ID;
  const replicaKey = ways[0]?.encryption.is === 'kms' ? replicaKeyOf(state, ways[0].rule)?.arn : undefined;
  return {
    answer: worst(hops.map((hop) => hop.answer)),
    hops,
    ...(rule !== undefined && { rule }),
    ...(replicaKey !== undefined && { replicaKey }),
    tags: tagsGoAlong(every),
    advisories: [...advisories(state), ...new Set(advice(every))],
    notRead: options.unreadOrganizationPolicies === 'note' ? unreadOrganizations(state) : [],
  };
}

/** What stands in the way, for reports: every hop that is denied. */
export const blockersOf = (proof: Proof): readonly Blocker[] => proof.hops.flatMap(({ blocker }) => (blocker ? [blocker] : []));
