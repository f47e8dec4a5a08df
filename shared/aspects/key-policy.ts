import type { ResourceRef } from '../model/finding.ts';
import type { KeyRef, Replication } from '../model/replication.ts';
import { isGiven, productOf } from '../policy/grants.ts';
import {
  mergeStatements,
  type PolicyDocument,
  type PolicyRules,
  parsePolicy,
  policyOf,
  type Statement,
  statementsOf,
} from '../policy/statements.ts';
import type { Aspect } from './aspect.ts';
import { roleArns } from './bucket-policy.ts';
import { keyRefusals } from './failure-reasons.ts';
import { diffSetting, narrowSetting, type PolicySetting, retirePolicy } from './policy-setting.ts';
import { callOn, readCall } from './read-call.ts';
import { bothKeys, keyArn } from './resources.ts';

/** Sid of the statement that delegates to the key's own account. */
export const delegation = 'LockstepAccountAdmin';

const ownSids = new Set(['LockstepSourceKey', 'LockstepReplicationKey', delegation]);

/** In a key policy `*` is the key itself. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html */
const rulesFor = (desired: PolicySetting, key: string): PolicyRules => ({
  ownSids,
  exclusive: desired.exclusive,
  ownResource: key,
});

// https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
const maximumBytes = 32 * 1024;

export const keyPolicy: Aspect<PolicySetting> = {
  name: 'key-policy',
  title: 'key policy',
  matters:
    'Without the key policy’s grant S3 cannot decrypt the source or encrypt the replica: objects end as FAILED, and AWS names no KMS reason.',
  interrupts: true,
  failureReasons: keyRefusals,
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html',
  after: ['role-trust'],
  changedBy: ['PutKeyPolicy', 'DeleteKey'],
  permissions: { read: ['kms:GetKeyPolicy'], write: ['kms:PutKeyPolicy'] },
  resources: bothKeys,
  desired: (sharers, on) => ({
    document: policyOf(keyStatements(sharers, on)),
    exclusive: sharers.every((r) => r.exclusive),
  }),
  // GetKeyPolicy takes no alias, and `default` is the only policy name there is:
  // https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
  read: (on) =>
    readCall(callOn(on, 'kms:GetKeyPolicy', { KeyId: on.arn, PolicyName: 'default' }), {
      parse: ({ Policy }) => (Policy === undefined ? undefined : { document: parsePolicy(Policy) }),
    }),
  diff: (desired, observed, on) => diffSetting(desired, observed, rulesFor(desired, on.arn)),
  merge: (desired, observed, on) => ({
    document: mergeStatements(desired.document, observed?.document, rulesFor(desired, on.arn)),
  }),
  narrow: (some, all, observed, on) => narrowSetting(some, all, observed, rulesFor(all, on.arn)),
  write: (on, next) => [
    callOn(on, 'kms:PutKeyPolicy', { KeyId: on.arn, PolicyName: 'default', Policy: JSON.stringify(next.document) }),
  ],
  refuse(next) {
    const bytes = Buffer.byteLength(JSON.stringify(next.document));
    return bytes > maximumBytes ? `the key policy would have ${bytes} bytes; KMS accepts ${maximumBytes}` : undefined;
  },
  retire: retirePolicy({
    rulesFor: (on) => ({ ownSids, ownResource: on.arn }),
    keep: delegationToKeep,
    // A key always has a policy: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    remove: () => [],
  }),
};

/**
 * The delegation to the key's own account, unless another statement gives all of it: without one nobody may manage the key any more.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function delegationToKeep(observed: PolicyDocument, on: ResourceRef): readonly Statement[] {
  const statements = statementsOf(observed);
  const others = statements.filter(({ Sid }) => Sid === undefined || !ownSids.has(Sid)).map((one) => productOf(one, on.arn));
  return statements.filter((one) => one.Sid === delegation && !isGiven(productOf(one, on.arn), others));
}

const names = (keys: readonly KeyRef[], arn: string): boolean => keys.some((key) => keyArn(key) === arn);

/** One statement for all roles that read under the key, one for all that write, and the delegation to the key's account. */
function keyStatements(sharers: readonly Replication[], on: { readonly arn: string; readonly account: string }): Statement[] {
  const reading = sharers.filter((r) => names([r.source.key, ...r.source.furtherKeys], on.arn));
  const writing = sharers.filter((r) => r.destination.managed && names([r.destination.key], on.arn));
  const delegating =
    reading.some((r) => r.source.accountAdmin) || writing.some((r) => r.destination.accountAdmin)
      ? [sharers[0] as Replication]
      : [];
  const statement = (Sid: string, from: readonly Replication[], AWS: string[], Action: string | string[]): Statement[] =>
    from.length === 0 ? [] : [{ Sid, Effect: 'Allow', Principal: { AWS }, Action, Resource: '*' }];
  return [
    ...statement('LockstepSourceKey', reading, roleArns(reading), ['kms:Decrypt']),
    // Decrypt because S3 verifies a Bucket Key before it uses it; GenerateDataKey for what arrives unencrypted.
    ...statement('LockstepReplicationKey', writing, roleArns(writing), ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:Decrypt']),
    ...delegating.flatMap((r) => statement(delegation, [r], [`arn:${r.partition}:iam::${on.account}:root`], 'kms:*')),
  ];
}
