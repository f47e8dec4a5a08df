/** Making and describing keys. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  type CreateKeyRequest,
  type CreateKeyResponse,
  type DescribeKeyRequest,
  type DescribeKeyResponse,
  KeySpec,
  KeyUsageType,
  type ListKeysRequest,
  type ListKeysResponse,
  type UpdateKeyDescriptionRequest,
} from '@aws-sdk/client-kms';
import type { CallContext } from '../../service.ts';
import { constraintBroken, unsupported, validationError } from './errors.ts';
import { anyKeyOf, arnOfKey, customerKeyOf, isLiving } from './find.ts';
import { metadataOf } from './key.ts';
import { canBeUsedFor } from './key-specs.ts';
import { pageOf } from './paging.ts';
import { checkedPolicy, defaultPolicy } from './policy.ts';
import { refusePendingDeletion } from './state.ts';
import { checkedTags } from './tags.ts';

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
function createKey(input: CreateKeyRequest, call: CallContext): CreateKeyResponse {
  const { spec, usage } = kindOf(input);
  const origin = input.Origin ?? 'AWS_KMS';
  if (origin !== 'AWS_KMS' && origin !== 'EXTERNAL') throw unsupported('The local AWS has no custom key stores.');
  const tags = checkedTags(input.Tags ?? []);
  const multiRegion = input.MultiRegion ?? false;
  const id = multiRegion ? `mrk-${randomUUID().replaceAll('-', '')}` : randomUUID();
  const arn = arnOfKey(call.region, call.caller.account, id);
  const policy = checkedPolicy(
    input.Policy || defaultPolicy(call.caller.account),
    arn,
    input.BypassPolicyLockoutSafetyCheck ?? false,
    call,
  );
  const key = {
    ...{ id, arn, account: call.caller.account, region: call.region, createdAt: call.world.clock.now() },
    ...{
      usage,
      spec,
      origin,
      multiRegion,
      policy,
      tags,
      manager: 'CUSTOMER' as const,
      description: input.Description ?? '',
      grants: [],
    },
    ...(origin === 'AWS_KMS' && spec === 'SYMMETRIC_DEFAULT' && { materialId: randomBytes(32).toString('hex') }),
    // A key without material waits for it: https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html
    state: origin === 'EXTERNAL' ? ('PendingImport' as const) : ('Enabled' as const),
  };
  call.world.kms.keys.set(arn, key);
  return { KeyMetadata: metadataOf(key) };
}

function kindOf(input: CreateKeyRequest): { readonly spec: KeySpec; readonly usage: KeyUsageType } {
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (!Object.values(KeySpec).includes(spec)) throw constraintBroken(spec, 'keySpec', enumOf(KeySpec));
  const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT';
  if (!Object.values(KeyUsageType).includes(usage)) throw constraintBroken(usage, 'keyUsage', enumOf(KeyUsageType));
  if (input.KeyUsage === undefined && spec !== 'SYMMETRIC_DEFAULT') {
    throw validationError('You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.');
  }
  if (!canBeUsedFor(spec, usage)) throw validationError(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  return { spec, usage };
}

const enumOf = (values: Readonly<Record<string, string>>): string =>
  `Member must satisfy enum value set: [${Object.values(values).join(', ')}]`;

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
function describeKey(input: DescribeKeyRequest, call: CallContext): DescribeKeyResponse {
  return { KeyMetadata: metadataOf(anyKeyOf(input, call)) };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
function listKeys(input: ListKeysRequest, call: CallContext): ListKeysResponse {
  const keys = [...call.world.kms.keys.values()]
    .filter((key) => key.account === call.caller.account && key.region === call.region && isLiving(key, call))
    .map((key) => ({ KeyId: key.id, KeyArn: key.arn }));
  const { page, ...more } = pageOf(keys, input, 100);
  return { Keys: page, ...more };
}

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html */
function updateKeyDescription(input: UpdateKeyDescriptionRequest, call: CallContext): void {
  const key = customerKeyOf(input, call);
  refusePendingDeletion(key);
  key.description = input.Description ?? '';
}

export const keyHandlers = {
  CreateKey: createKey,
  DescribeKey: describeKey,
  ListKeys: listKeys,
  UpdateKeyDescription: updateKeyDescription,
};
