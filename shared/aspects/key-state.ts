import type { AwsCall } from '../model/aws-call.ts';
import type { Blocker } from '../model/finding.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothKeys, type KeyResource } from './resources.ts';

interface KeyState {
  readonly state?: string;
  readonly manager?: string;
  readonly usage?: string;
  readonly spec?: string;
  /** false: the document forbids to touch the state. */
  readonly repair?: boolean;
}

const repairable = new Set(['Enabled', 'Disabled', 'PendingDeletion']);

export const keyState: Aspect<KeyState> = {
  name: 'key-state',
  title: 'key state',
  matters:
    'A key that is not Enabled can neither decrypt the source nor encrypt replicas; one that is deleted takes every object under it along.',
  interrupts: true,
  failureReasons: ['SrcKmsKeyInvalidState', 'DstKmsKeyInvalidState', 'DstKmsKeyNotFound'],
  docs: 'https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html',
  after: [],
  changedBy: [
    ...['DisableKey', 'EnableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'DeleteKey', 'ImportKeyMaterial'],
    ...['DeleteImportedKeyMaterial', 'DeleteExpiredKeyMaterial', 'UpdateAlias', 'DeleteAlias', 'CreateAlias'],
    ...['DisconnectCustomKeyStore', 'UpdateCustomKeyStore', 'ReplicateKey', 'UpdatePrimaryRegion'],
  ],
  permissions: { read: ['kms:DescribeKey'], write: ['kms:EnableKey', 'kms:CancelKeyDeletion'] },
  resources: bothKeys,
  desired: (sharers) => ({ state: 'Enabled', repair: sharers.every((r) => r.keyState === 'repair') }),
  read: (on) =>
    // By the name that was resolved, so that within one pass it is one call.
    readCall(callOn(on, 'kms:DescribeKey', { KeyId: (on as KeyResource).alias ?? on.arn }), {
      parse: ({ KeyMetadata }) => ({
        state: KeyMetadata?.KeyState,
        manager: KeyMetadata?.KeyManager,
        usage: KeyMetadata?.KeyUsage,
        spec: KeyMetadata?.KeySpec,
      }),
    }),
  diff: (desired, observed) =>
    observed?.state === desired.state ? [] : [{ path: 'KeyState', observed: observed?.state, desired: desired.state }],
  blockedBy: (_, observed, on) => (observed === undefined ? undefined : (wrongKind(observed, on.arn) ?? stuck(observed, on.arn))),
  merge: (desired) => desired,
  // One replication that forbids it is enough, whether it may be repaired now or not.
  narrow: (_, all) => all,
  write: (on, next, observed) => (next.repair === false ? [] : rescue(on, observed)),
};

/** Cancelling a deletion leaves the key disabled. https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html */
function rescue(
  on: { readonly account: string; readonly region: string; readonly arn: string },
  observed: KeyState | undefined,
): AwsCall[] {
  const enable = callOn(on, 'kms:EnableKey', { KeyId: on.arn });
  return observed?.state === 'PendingDeletion' ? [callOn(on, 'kms:CancelKeyDeletion', { KeyId: on.arn }), enable] : [enable];
}

// Only a symmetric customer managed key works across accounts:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
function wrongKind({ manager, usage, spec }: KeyState, arn: string): Blocker | undefined {
  const reason =
    manager === 'AWS'
      ? 'is an AWS managed key, which no other account can be allowed to use'
      : (usage !== undefined && usage !== 'ENCRYPT_DECRYPT') || (spec !== undefined && spec !== 'SYMMETRIC_DEFAULT')
        ? `is no symmetric encryption key (${usage}, ${spec})`
        : undefined;
  if (reason === undefined) return undefined;
  return { reason: `${arn} ${reason}`, owner: arn, remedy: 'Name a symmetric customer managed key in the document.' };
}

function stuck({ state = 'unknown' }: KeyState, arn: string): Blocker | undefined {
  if (repairable.has(state)) return undefined;
  const remedy =
    state === 'PendingImport'
      ? 'Import the same key material again (ImportKeyMaterial): nobody else can.'
      : 'Wait, or see to its key store or primary key; then run again.';
  return { reason: `${arn} is ${state}`, owner: arn, remedy };
}
