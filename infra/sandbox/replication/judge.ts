/** Whether S3 may do one errand at this moment, and what it reports when it may not. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { attempted, type Check } from '../../../shared/policy/proof/attempted.ts';
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
} from '../../../shared/policy/proof/calls.ts';
import { type Weighed, weighCall } from '../../../shared/policy/proof/decide-call.ts';
import { encryptionOf, replicaKeyOf } from '../../../shared/policy/proof/encryption.ts';
import { rolePolicies } from '../../../shared/policy/proof/policies.ts';
import type { ReplicationState } from '../../../shared/policy/replication-state.ts';
import type { Errand } from './work.ts';

export type Judgement =
  | { readonly is: 'permitted'; readonly tags: boolean; readonly replicaKey: string | undefined }
  | { readonly is: 'refused'; readonly failureReason: string };

const refused = (failureReason: string): Judgement => ({ is: 'refused', failureReason });

/**
 * In the order in which S3 goes: takes on the role, looks at settings and keys, then reads and writes.
 *
 * What the proof cannot tell is refused here, with one exception: calls of which AWS's pages disagree whether S3 makes them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html#replication-failure-codes
 */
export function judge(given: ReplicationState, rule: ReplicationRule, kind: Errand['kind']): Judgement {
  const state = kind === 'object' ? given : withoutKeys(given);
  const passage = passageOf(state, rule, encryptionOf(state));
  const role = rolePolicies(state, {});
  const weigh = (calls: readonly Call[]): readonly Weighed[] => calls.map((call) => weighCall(call, role, {}));

  if (state.role.exists === false) return refused('AssumeRoleNotPermitted');
  const assumed = refusalIn(weigh(assumeCalls(passage)));
  if (assumed !== undefined) return refused(assumed);
  const settings = attempted(passage);
  if (settings.answer !== 'allowed') return refused(settingReason(settings, state));
  const weighed = weigh(callsOf[kind](passage)).filter((call) => concerns(call, passage));
  const reason = refusalIn(weighed);
  if (reason !== undefined) return refused(reason);
  return { is: 'permitted', tags: tagsGo(weighed), replicaKey: replicaKeyOf(state, rule)?.arn };
}

const isDelete = ({ action }: Call): boolean => action === 's3:ReplicateDelete';

const callsOf: Readonly<Record<Errand['kind'], (passage: Passage) => readonly Call[]>> = {
  object: (passage) => [
    ...configurationCalls(passage),
    ...readCalls(passage),
    ...decryptCalls(passage),
    ...replicateCalls(passage).filter((call) => !isDelete(call)),
    ...overrideCalls(passage),
    ...encryptCalls(passage),
  ],
  'delete-marker': (passage) => [...configurationCalls(passage), ...replicateCalls(passage).filter(isDelete)],
  metadata: (passage) => [
    ...configurationCalls(passage),
    ...readCalls(passage),
    ...replicateCalls(passage).filter((call) => !isDelete(call)),
  ],
};

/** No contents are read or written, so no key is needed. */
const withoutKeys = (state: ReplicationState): ReplicationState => ({
  ...state,
  ...(state.object && { object: { ...state.object, encryption: { algorithm: 'AES256' } } }),
});

/** Tags are written only where there are some. */
const concerns = ({ action }: Weighed, { objectTags }: Passage): boolean =>
  action !== 's3:ReplicateTags' || Object.keys(objectTags).length > 0;

function refusalIn(weighed: readonly Weighed[]): string | undefined {
  const call = weighed.find(stops);
  // The list of failure codes names none for reading the configuration and listing the bucket.
  return call && (call.call.failureReason ?? 'SrcGetObjectNotPermitted');
}

function stops({ call, decision }: Weighed): boolean {
  if (decision.answer === 'allowed') return false;
  if (call.weight === 'tags') return decision.by !== 'implicit-deny';
  return call.weight === 'must';
}

/** For settings whose failure AWS gives no code, the nearest one it has. */
function settingReason({ failureReason, owner = '' }: Check, state: ReplicationState): string {
  if (failureReason !== undefined) return failureReason;
  if (owner.includes(':kms:')) {
    return state.source.keys?.some(({ arn }) => arn === owner) ? 'SrcKmsKeyInvalidState' : 'DstKmsKeyInvalidState';
  }
  return 'DstPutObjectNotPermitted';
}

const tagsGo = (weighed: readonly Weighed[]): boolean =>
  weighed.every(({ action, decision }) => action !== 's3:GetObjectVersionTagging' || decision.answer === 'allowed');
