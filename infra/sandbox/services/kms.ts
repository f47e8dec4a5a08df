/**
 * AWS KMS of the local AWS: keys, their policies, states, aliases, tags and grants; encryption under symmetric keys.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
 */
import type { Handler } from '../service.ts';
import { aliasHandlers } from './kms/aliases.ts';
import { cryptoHandlers } from './kms/crypto.ts';
import { grantHandlers } from './kms/grants.ts';
import { keyHandlers } from './kms/keys.ts';
import { policyHandlers } from './kms/policy.ts';
import { rotationHandlers } from './kms/rotation.ts';
import { stateHandlers } from './kms/state.ts';
import { tagHandlers } from './kms/tags.ts';

export { type KmsState, newKmsState } from './kms/key.ts';

export const kmsHandlers = {
  ...keyHandlers,
  ...stateHandlers,
  ...policyHandlers,
  ...aliasHandlers,
  ...rotationHandlers,
  ...tagHandlers,
  ...grantHandlers,
  ...cryptoHandlers,
} satisfies Readonly<Record<string, Handler>>;
