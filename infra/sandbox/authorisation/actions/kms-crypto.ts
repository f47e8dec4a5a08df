/**
 * Encrypting and decrypting with KMS keys.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
 */
import type { CallContext } from '../../service.ts';
import { keyArnIn } from '../../services/kms/ciphertext.ts';
import type { Check, ChecksOf, Keys } from '../check.ts';
import { keyCheck, keyOf, requested } from './kms-key.ts';

type Context = Readonly<Record<string, string>>;

/** What the operations are given, each some of it. */
interface Input {
  readonly KeyId?: string | undefined;
  readonly EncryptionContext?: Context | undefined;
  readonly CiphertextBlob?: Uint8Array | undefined;
  readonly SourceEncryptionContext?: Context | undefined;
  readonly DestinationKeyId?: string | undefined;
  readonly DestinationEncryptionContext?: Context | undefined;
}

const contextKeys = (context: Context = {}): Keys => ({
  ...Object.fromEntries(Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
  ...(Object.keys(context).length > 0 && { 'kms:EncryptionContextKeys': Object.keys(context) }),
  'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
});

function using(name: string | undefined, action: string, context: Context | undefined, call: CallContext): readonly Check[] {
  const key = keyOf(name, call);
  return key ? [keyCheck(key, call, { ...requested({ KeyId: name }), ...contextKeys(context) }, action)] : [];
}

const encrypting: ChecksOf<Input> = ({ KeyId, EncryptionContext }, call) =>
  using(KeyId, `kms:${call.operation}`, EncryptionContext, call);

/** On the key the ciphertext was made under, whichever is asked for. */
const decrypting: ChecksOf<Input> = ({ CiphertextBlob, EncryptionContext }, call) =>
  using(keyArnIn(CiphertextBlob), 'kms:Decrypt', EncryptionContext, call);

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html */
const reEncrypting: ChecksOf<Input> = (input, call) => [
  ...using(keyArnIn(input.CiphertextBlob), 'kms:ReEncryptFrom', input.SourceEncryptionContext, call),
  ...using(input.DestinationKeyId, 'kms:ReEncryptTo', input.DestinationEncryptionContext, call),
];

export const cryptoOperations: Readonly<Record<string, ChecksOf>> = {
  Encrypt: encrypting,
  GenerateDataKey: encrypting,
  GenerateDataKeyWithoutPlaintext: encrypting,
  Decrypt: decrypting,
  ReEncrypt: reEncrypting,
};
