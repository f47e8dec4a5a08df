/** Encrypting and decrypting under symmetric keys. Whether the caller may is decided before. */
import { randomBytes } from 'node:crypto';
import type {
  DecryptRequest,
  DecryptResponse,
  EncryptRequest,
  EncryptResponse,
  GenerateDataKeyRequest,
  GenerateDataKeyResponse,
  GenerateDataKeyWithoutPlaintextRequest,
  ReEncryptRequest,
  ReEncryptResponse,
} from '@aws-sdk/client-kms';
import { AwsError, type CallContext } from '../../service.ts';
import { keyArnIn, open, seal } from './ciphertext.ts';
import { constraintBroken, validationError } from './errors.ts';
import { anyKeyOf, namedKey } from './find.ts';
import type { Key } from './key.ts';
import { unusable } from './use-through.ts';

const algorithm = 'SYMMETRIC_DEFAULT';

function requireUsable(key: Key, operation: string): void {
  const broken = unusable(key, `kms:${operation}`);
  if (broken) throw new AwsError(broken.code, broken.message);
}

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html */
function stopDryRun(isDry: boolean | undefined): void {
  if (isDry)
    throw new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.', 412);
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
function encrypt(input: EncryptRequest, call: CallContext): EncryptResponse {
  const plaintext = input.Plaintext ?? new Uint8Array();
  const key = anyKeyOf(input, call);
  if (plaintext.length < 1 || plaintext.length > 4096) {
    const limit = plaintext.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 4096';
    throw constraintBroken('java.nio.HeapByteBuffer', 'plaintext', `Member must have length ${limit}`);
  }
  requireUsable(key, 'Encrypt');
  stopDryRun(input.DryRun);
  return { CiphertextBlob: seal(key, plaintext, input.EncryptionContext ?? {}), KeyId: key.arn, EncryptionAlgorithm: algorithm };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
function decrypt(input: DecryptRequest, call: CallContext): DecryptResponse {
  const { key, plaintext } = opened(input, input.KeyId, input.EncryptionContext, call);
  stopDryRun(input.DryRun);
  return { Plaintext: plaintext, KeyId: key.arn, EncryptionAlgorithm: algorithm };
}

interface Sealed {
  readonly CiphertextBlob?: Uint8Array | undefined;
}

/** @throws AwsError `InvalidCiphertextException`, `IncorrectKeyException` when it is under another key than the one that is named */
function opened(
  { CiphertextBlob: blob = new Uint8Array() }: Sealed,
  keyId: string | undefined,
  context: Readonly<Record<string, string>> = {},
  call: CallContext,
): { readonly key: Key; readonly plaintext: Uint8Array } {
  const arn = keyArnIn(blob);
  if (arn === undefined) throw new AwsError('InvalidCiphertextException', '');
  const key = anyKeyOf({ KeyId: arn }, call);
  if (keyId !== undefined && namedKey(keyId, call) !== key) {
    const message = 'The key ID in the request does not identify a CMK that can perform this operation.';
    throw new AwsError('IncorrectKeyException', message);
  }
  requireUsable(key, call.operation);
  const plaintext = open(key, blob, context);
  if (!plaintext) throw new AwsError('InvalidCiphertextException', '');
  return { key, plaintext };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html */
function generateDataKey(input: GenerateDataKeyRequest, call: CallContext): GenerateDataKeyResponse {
  const key = anyKeyOf(input, call);
  const Plaintext = randomBytes(dataKeyBytes(input));
  requireUsable(key, 'GenerateDataKey');
  stopDryRun(input.DryRun);
  return { CiphertextBlob: seal(key, Plaintext, input.EncryptionContext ?? {}), Plaintext, KeyId: key.arn };
}

function dataKeyBytes({ KeySpec, NumberOfBytes: bytes }: GenerateDataKeyRequest): number {
  if ((KeySpec === undefined) === (bytes === undefined))
    throw validationError('Please specify either number of bytes or key spec.');
  if (bytes === undefined) return KeySpec === 'AES_128' ? 16 : 32;
  if (bytes >= 1 && bytes <= 1024) return bytes;
  const limit = bytes < 1 ? 'greater than or equal to 1' : 'less than or equal to 1024';
  throw constraintBroken(String(bytes), 'numberOfBytes', `Member must have value ${limit}`);
}

function generateDataKeyWithoutPlaintext(input: GenerateDataKeyWithoutPlaintextRequest, call: CallContext) {
  const { Plaintext: _kept, ...answer } = generateDataKey(input, call);
  return answer;
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
function reEncrypt(input: ReEncryptRequest, call: CallContext): ReEncryptResponse {
  const { key: from, plaintext } = opened(input, input.SourceKeyId, input.SourceEncryptionContext, call);
  const to = anyKeyOf({ KeyId: input.DestinationKeyId }, call);
  requireUsable(to, 'ReEncrypt');
  stopDryRun(input.DryRun);
  return {
    CiphertextBlob: seal(to, plaintext, input.DestinationEncryptionContext ?? {}),
    SourceKeyId: from.arn,
    KeyId: to.arn,
    SourceEncryptionAlgorithm: algorithm,
    DestinationEncryptionAlgorithm: algorithm,
  };
}

export const cryptoHandlers = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  ReEncrypt: reEncrypt,
};
