/**
 * Proves, from the policies and settings as read, whether a replication is permitted: would an object be attempted at all
 * and under which key, then every hop that S3 takes, with the statement that decides or the one that is missing.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-troubleshoot.html
 */
import type { Blocker } from '../model/finding.ts';
import type { Answer } from './evaluate.ts';
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
import { weighCall } from './proof/decide-call.ts';
import { encryptionOf, replicaKeyOf } from './proof/encryption.ts';
import { advice, type Hop, type HopName, hopOf, severity, tagsGoAlong, worst } from './proof/hops.ts';
import { type ProofOptions, rolePolicies, unreadOrganizations } from './proof/policies.ts';
import { isEnabled, rulesToDestination, winnerFor } from './proof/rules.ts';
import type { ReplicationState } from './replication-state.ts';

export { advisories } from './proof/advisories.ts';
export { contextTable } from './proof/contexts.ts';
export type { ProvenCall } from './proof/decide-call.ts';
export type { Hop, HopName } from './proof/hops.ts';
export type { ProofOptions } from './proof/policies.ts';

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

/** Pure. Never `allowed` where something that matters was not read or is not documented. */
export function prove(state: ReplicationState, options: ProofOptions = {}): Proof {
  const ways = passages(state);
  const role = rolePolicies(state, options);
  const weighed = steps.map(([hop, calls]) => [hop, ways.flatMap(calls).map((call) => weighCall(call, role, options))] as const);
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
