/**
 * AWS KMS. A key policy is always needed; it lets the account's own policies count by naming the account.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
import type { CreateAliasRequest, CreateGrantRequest, CreateKeyRequest, Tag } from '@aws-sdk/client-kms';
import type { AwsError, CallContext } from '../../service.ts';
import { arnOfAlias, livingAlias } from '../../services/kms/find.ts';
import type { Grant } from '../../services/kms/key.ts';
import type { Check, ChecksOf, Keys, Refused, ServiceActions } from '../check.ts';
import { removedTags, requestTags } from '../context.ts';
import { accessDenied, refuseAsUsual } from '../refusal.ts';
import { cryptoOperations } from './kms-crypto.ts';
import { callerKeys, keyCheck, keyOf, requested } from './kms-key.ts';

/** What the operations on keys are given, each some of it. */
interface Input {
  readonly KeyId?: string | undefined;
  readonly GrantId?: string | undefined;
  readonly GrantToken?: string | undefined;
  readonly BypassPolicyLockoutSafetyCheck?: boolean | undefined;
  readonly PendingWindowInDays?: number | undefined;
  readonly RotationPeriodInDays?: number | undefined;
  readonly Tags?: Tag[] | undefined;
  readonly TagKeys?: string[] | undefined;
}

const onKey =
  (keysOf: (input: never) => Keys = () => ({})): ChecksOf<Input> =>
  (input, call) => {
    const key = keyOf(input.KeyId, call);
    return key ? [keyCheck(key, call, { ...requested(input), ...(keysOf as (input: Input) => Keys)(input) })] : [];
  };

const onAll: ChecksOf<Input> = (_input, call) => [{ action: `kms:${call.operation}`, resource: '*', keys: callerKeys(call) }];

function createKey(input: CreateKeyRequest, call: CallContext): readonly Check[] {
  const keys = {
    ...callerKeys(call),
    'kms:KeySpec': input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT',
    'kms:KeyUsage': input.KeyUsage ?? 'ENCRYPT_DECRYPT',
    'kms:KeyOrigin': input.Origin ?? 'AWS_KMS',
    'kms:MultiRegion': input.MultiRegion ?? false,
    'kms:BypassPolicyLockoutSafetyCheck': input.BypassPolicyLockoutSafetyCheck ?? false,
    ...requestTags(input.Tags),
  };
  const actions = ['kms:CreateKey', ...(input.Tags?.length ? ['kms:TagResource'] : [])];
  return actions.map((action) => ({ action, resource: '*', keys }));
}

/**
 * Permissions on the alias, which has no policy of its own, and on each key it points or will point to.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html
 */
function onAlias({ AliasName = '', TargetKeyId }: Partial<CreateAliasRequest>, call: CallContext): readonly Check[] {
  const arn = arnOfAlias(call.region, call.caller.account, AliasName);
  const alias = livingAlias(arn, call);
  const before = alias && call.world.kms.keys.get(alias.keyArn);
  const after = TargetKeyId === undefined ? undefined : keyOf(TargetKeyId, call);
  const targets = [...new Set([before, after])].filter((key) => key !== undefined);
  return [
    { action: `kms:${call.operation}`, resource: arn, keys: callerKeys(call) },
    ...targets.map((key) => keyCheck(key, call, { 'kms:RequestAlias': AliasName })),
  ];
}

const createGrant = onKey((input: CreateGrantRequest) => ({
  'kms:GranteePrincipal': input.GranteePrincipal ?? null,
  'kms:RetiringPrincipal': input.RetiringPrincipal ?? null,
  'kms:GrantOperations': input.Operations ?? [],
  'kms:GrantConstraintType': constraintOf(input),
  'kms:GrantIsForAWSResource': false,
}));

function constraintOf({ Constraints }: CreateGrantRequest): string | null {
  if (Constraints?.EncryptionContextEquals) return 'EncryptionContextEquals';
  return Constraints?.EncryptionContextSubset ? 'EncryptionContextSubset' : null;
}

/**
 * The grant itself says who may retire it: its retiring principal, and its grantee if that is among its operations.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html
 */
function retireGrant({ KeyId, GrantId, GrantToken }: Input, call: CallContext): readonly Check[] {
  const keys = [...call.world.kms.keys.values()];
  const key =
    GrantToken === undefined ? keyOf(KeyId, call) : keys.find((one) => one.grants.some(({ token }) => token === GrantToken));
  const grant = key?.grants.find((one) => (GrantToken === undefined ? one.GrantId === GrantId : one.token === GrantToken));
  if (!key || !grant) return [];
  return [{ ...keyCheck(key, call), granted: mayRetire(grant, call) }];
}

function mayRetire({ GranteePrincipal, RetiringPrincipal, Operations }: Grant, { caller }: CallContext): boolean {
  const names = [caller.arn, caller.roleArn];
  return (
    names.includes(RetiringPrincipal) || (names.includes(GranteePrincipal) && (Operations?.includes('RetireGrant') ?? false))
  );
}

const undecipherable =
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.';

/** KMS does not tell strangers whether a key exists. */
function refuse(refused: Refused): AwsError {
  const { check, call, decision } = refused;
  // https://docs.aws.amazon.com/kms/latest/developerguide/ct-decrypt.html
  if (call.operation === 'Decrypt') return accessDenied('kms', undecipherable, decision.because);
  if ((check.account ?? call.caller.account) === call.caller.account) return refuseAsUsual(refused);
  const reason =
    'on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';
  return accessDenied(
    'kms',
    `User: ${call.caller.arn} is not authorized to perform: ${check.action} ${reason}`,
    decision.because,
  );
}

export const kmsActions: ServiceActions = {
  refuse,
  operations: {
    ...cryptoOperations,
    CreateKey: createKey,
    ListKeys: onAll,
    ListAliases: onAll,
    DescribeKey: onKey(),
    UpdateKeyDescription: onKey(),
    GetKeyPolicy: onKey(),
    ListKeyPolicies: onKey(),
    PutKeyPolicy: onKey(({ BypassPolicyLockoutSafetyCheck: bypass }: Input) => ({
      'kms:BypassPolicyLockoutSafetyCheck': bypass ?? false,
    })),
    EnableKey: onKey(),
    DisableKey: onKey(),
    CancelKeyDeletion: onKey(),
    ScheduleKeyDeletion: onKey(({ PendingWindowInDays: days }: Input) => ({
      'kms:ScheduleKeyDeletionPendingWindowInDays': days ?? 30,
    })),
    GetKeyRotationStatus: onKey(),
    DisableKeyRotation: onKey(),
    EnableKeyRotation: onKey(({ RotationPeriodInDays: days }: Input) => ({ 'kms:RotationPeriodInDays': days ?? 365 })),
    TagResource: onKey(({ Tags }: Input) => requestTags(Tags)),
    UntagResource: onKey(({ TagKeys }: Input) => removedTags(TagKeys)),
    ListResourceTags: onKey(),
    CreateAlias: onAlias,
    UpdateAlias: onAlias,
    DeleteAlias: onAlias,
    CreateGrant: createGrant,
    ListGrants: onKey(),
    RevokeGrant: onKey(),
    RetireGrant: retireGrant,
  },
};
