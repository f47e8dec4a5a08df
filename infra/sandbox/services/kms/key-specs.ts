/**
 * Which uses and algorithms go with which kind of key.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
 */
import type { KeyMetadata, KeySpec, KeyUsageType } from '@aws-sdk/client-kms';

type Algorithms = Pick<KeyMetadata, 'EncryptionAlgorithms' | 'SigningAlgorithms' | 'MacAlgorithms' | 'KeyAgreementAlgorithms'>;

const signing: Readonly<Record<string, Algorithms['SigningAlgorithms']>> = {
  ECC_NIST_P256: ['ECDSA_SHA_256'],
  ECC_SECG_P256K1: ['ECDSA_SHA_256'],
  ECC_NIST_P384: ['ECDSA_SHA_384'],
  ECC_NIST_P521: ['ECDSA_SHA_512'],
  SM2: ['SM2DSA'],
};

const macs: Readonly<Record<string, Algorithms['MacAlgorithms']>> = {
  HMAC_224: ['HMAC_SHA_224'],
  HMAC_256: ['HMAC_SHA_256'],
  HMAC_384: ['HMAC_SHA_384'],
  HMAC_512: ['HMAC_SHA_512'],
};

export function algorithmsOf(spec: KeySpec, usage: KeyUsageType): Algorithms {
  switch (usage) {
    case 'ENCRYPT_DECRYPT':
      return {
        EncryptionAlgorithms: spec.startsWith('RSA') ? ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] : ['SYMMETRIC_DEFAULT'],
      };
    case 'SIGN_VERIFY':
      return { SigningAlgorithms: signing[spec] ?? (spec.startsWith('RSA') ? rsaSigning : ['ML_DSA_SHAKE_256']) };
    case 'GENERATE_VERIFY_MAC':
      return { MacAlgorithms: macs[spec] };
    default:
      return { KeyAgreementAlgorithms: ['ECDH'] };
  }
}

const rsaSigning: Algorithms['SigningAlgorithms'] = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
];

const usages: readonly (readonly [specs: RegExp, usages: readonly KeyUsageType[]])[] = [
  [/^SYMMETRIC_DEFAULT$/, ['ENCRYPT_DECRYPT']],
  [/^RSA_/, ['ENCRYPT_DECRYPT', 'SIGN_VERIFY']],
  [/^HMAC_/, ['GENERATE_VERIFY_MAC']],
  [/^ECC_NIST_P/, ['SIGN_VERIFY', 'KEY_AGREEMENT']],
  [/^(ECC_|ML_DSA_)/, ['SIGN_VERIFY']],
  [/^SM2$/, ['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'KEY_AGREEMENT']],
];

export const canBeUsedFor = (spec: KeySpec, usage: KeyUsageType): boolean =>
  usages.some(([specs, allowed]) => specs.test(spec) && allowed.includes(usage));
