/** Automatic rotation of key material. */
import type {
  DisableKeyRotationRequest,
  EnableKeyRotationRequest,
  GetKeyRotationStatusRequest,
  GetKeyRotationStatusResponse,
} from '@aws-sdk/client-kms';
import type { CallContext } from '../../service.ts';
import { constraintBroken, unsupported } from './errors.ts';
import { customerKeyOf, sharedKeyOf } from './find.ts';
import type { Key } from './key.ts';
import { refusePendingDeletion, requireEnabled } from './state.ts';

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html */
function getKeyRotationStatus(input: GetKeyRotationStatusRequest, call: CallContext): GetKeyRotationStatusResponse {
  const key = sharedKeyOf(input, call);
  const { rotation } = key;
  // A key that waits for its deletion is not rotated; the setting is back when the deletion is cancelled.
  if (!rotation || key.state === 'PendingDeletion') return { KeyId: key.id, KeyRotationEnabled: false };
  const next = new Date(rotation.enabledAt.getTime() + rotation.periodInDays * 86_400_000);
  return { KeyId: key.id, KeyRotationEnabled: true, RotationPeriodInDays: rotation.periodInDays, NextRotationDate: next };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
function enableKeyRotation(input: EnableKeyRotationRequest, call: CallContext): void {
  const key = rotatableKey(input, call);
  const days = input.RotationPeriodInDays ?? key.rotation?.periodInDays ?? 365;
  if (days < 90)
    throw constraintBroken(String(days), 'rotationPeriodInDays', 'Member must have value greater than or equal to 90');
  if (days > 2560)
    throw constraintBroken(String(days), 'rotationPeriodInDays', 'Member must have value less than or equal to 2560');
  key.rotation = { periodInDays: days, enabledAt: call.world.clock.now() };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html */
function disableKeyRotation(input: DisableKeyRotationRequest, call: CallContext): void {
  rotatableKey(input, call).rotation = undefined;
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html */
function rotatableKey(input: { readonly KeyId: string | undefined }, call: CallContext): Key {
  const key = customerKeyOf(input, call);
  refusePendingDeletion(key);
  if (key.origin !== 'AWS_KMS') throw unsupported(`${key.arn} origin is ${key.origin} which is not valid for this operation.`);
  if (key.spec !== 'SYMMETRIC_DEFAULT') throw unsupported('');
  requireEnabled(key);
  return key;
}

export const rotationHandlers = {
  GetKeyRotationStatus: getKeyRotationStatus,
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
};
