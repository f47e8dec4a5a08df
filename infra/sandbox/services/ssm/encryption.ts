/**
 * The key behind a SecureString. Values are kept as they are; who may have them encrypted and decrypted is as in AWS.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
 */
import type { ParameterTier } from '@aws-sdk/client-ssm';
import { AwsError, type CallContext } from '../../service.ts';
import { namedKey } from '../kms/find.ts';
import type { Key } from '../kms/key.ts';
import { mayUseThrough, type ThroughUse, unusable, whyRefused } from '../kms/use-through.ts';
import type { Parameter, ParameterVersion } from './state.ts';

interface Secret {
  readonly parameterArn: string;
  /** Key id, key ARN, alias name or alias ARN. */
  readonly keyId: string;
  readonly tier: ParameterTier;
}

/**
 * The key a new value is encrypted under: directly, or for advanced parameters by a data key.
 *
 * @throws AwsError `InvalidKeyId`; `AccessDeniedException` unless the caller may use the key
 */
export function encryptingKey({ parameterArn, keyId, tier }: Secret, call: CallContext): Key {
  const key = keyNamed(keyId, call);
  const action = tier === 'Advanced' ? 'kms:GenerateDataKey' : 'kms:Encrypt';
  requireUse({ key, action }, parameterArn, call);
  return key;
}

/** @throws AwsError as `encryptingKey` does, unless the caller may decrypt this version. What is no secret needs nothing. */
export function requireDecryption({ arn }: Parameter, { keyArn }: ParameterVersion, call: CallContext): void {
  if (keyArn === undefined) return;
  requireUse({ key: keyNamed(keyArn, call), action: 'kms:Decrypt' }, arn, call);
}

function keyNamed(name: string, call: CallContext): Key {
  try {
    return namedKey(name, call);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidKey(error.message, error.code, call);
  }
}

function requireUse(use: Pick<ThroughUse, 'key' | 'action'>, parameterArn: string, call: CallContext): void {
  const { key, action } = use;
  const decision = mayUseThrough({ ...use, service: 'ssm', region: call.region, context: { PARAMETER_ARN: parameterArn } }, call);
  if (decision.answer !== 'allowed') {
    const message = refusalOf(use, whyRefused(decision, action), call);
    throw new AwsError('AccessDeniedException', fromKms(message, 'AccessDeniedException', call), 400, {
      reason: decision.because,
    });
  }
  const broken = unusable(key, action);
  if (broken) throw invalidKey(broken.message, broken.code, call);
}

/** Who may not decrypt is not told which key it is: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
function refusalOf({ key, action }: Pick<ThroughUse, 'key' | 'action'>, why: string, { caller }: CallContext): string {
  return action === 'kms:Decrypt'
    ? 'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.'
    : `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${key.arn} ${why}`;
}

const invalidKey = (message: string, code: string, call: CallContext): AwsError =>
  new AwsError('InvalidKeyId', fromKms(message, code, call));

/** Parameter Store hands on what KMS said. */
const fromKms = (message: string, code: string, { requestId }: CallContext): string =>
  `${message} (Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`;
