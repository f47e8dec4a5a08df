/**
 * The states of a key, and what each lets happen.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
import type {
  CancelKeyDeletionRequest,
  CancelKeyDeletionResponse,
  DisableKeyRequest,
  EnableKeyRequest,
  ScheduleKeyDeletionRequest,
  ScheduleKeyDeletionResponse,
} from '@aws-sdk/client-kms';
import { AwsError, type CallContext } from '../../service.ts';
import { constraintBroken } from './errors.ts';
import { customerKeyOf } from './find.ts';
import type { Key } from './key.ts';

const invalidState = (message: string): AwsError => new AwsError('KMSInvalidStateException', message);

/** @throws KMSInvalidStateException */
export function refusePendingDeletion(key: Key): void {
  if (key.state === 'PendingDeletion') throw invalidState(`${key.arn} is pending deletion.`);
}

/** @throws KMSInvalidStateException, DisabledException unless the key can be used */
export function requireEnabled(key: Key): void {
  refusePendingDeletion(key);
  if (key.state === 'PendingImport') throw invalidState(`${key.arn} is pending import.`);
  if (key.state === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`);
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html */
function enableKey(input: EnableKeyRequest, call: CallContext): void {
  switchTo('Enabled', customerKeyOf(input, call));
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html */
function disableKey(input: DisableKeyRequest, call: CallContext): void {
  switchTo('Disabled', customerKeyOf(input, call));
}

function switchTo(state: 'Enabled' | 'Disabled', key: Key): void {
  refusePendingDeletion(key);
  if (key.state === 'PendingImport') throw invalidState(`${key.arn} is pending import.`);
  key.state = state;
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
function scheduleKeyDeletion(input: ScheduleKeyDeletionRequest, call: CallContext): ScheduleKeyDeletionResponse {
  const key = customerKeyOf(input, call);
  const days = input.PendingWindowInDays ?? 30;
  if (days < 7) throw constraintBroken(String(days), 'pendingWindowInDays', 'Member must have value greater than or equal to 7');
  if (days > 30) throw constraintBroken(String(days), 'pendingWindowInDays', 'Member must have value less than or equal to 30');
  refusePendingDeletion(key);

  key.state = 'PendingDeletion';
  key.deletionDate = new Date(call.world.clock.now().getTime() + days * 86_400_000);
  return { KeyId: key.arn, DeletionDate: key.deletionDate, KeyState: key.state, PendingWindowInDays: days };
}

/**
 * Leaves the key disabled, whatever it was before.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html
 */
function cancelKeyDeletion(input: CancelKeyDeletionRequest, call: CallContext): CancelKeyDeletionResponse {
  const key = customerKeyOf(input, call);
  if (key.state !== 'PendingDeletion') throw invalidState(`${key.arn} is not pending deletion.`);
  // A key that never got its material goes back to waiting for it.
  key.state = key.origin === 'EXTERNAL' ? 'PendingImport' : 'Disabled';
  key.deletionDate = undefined;
  return { KeyId: key.arn };
}

export const stateHandlers = {
  EnableKey: enableKey,
  DisableKey: disableKey,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: cancelKeyDeletion,
};
