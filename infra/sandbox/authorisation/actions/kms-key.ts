/** What all permissions on keys have in common. */
import type { GrantConstraints, GrantOperation, Tag } from '@aws-sdk/client-kms';
import { AwsError, type CallContext } from '../../service.ts';
import { namedKey } from '../../services/kms/find.ts';
import type { Key } from '../../services/kms/key.ts';
import type { Check, Keys } from '../check.ts';
import { resourceTags } from '../context.ts';
import { resourcePolicy } from '../documents.ts';

const tagPairs = (tags: readonly Tag[]) => tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue] as const);

/** A permission on a key that is there. */
export function keyCheck(key: Key, call: CallContext, keys: Keys = {}, action = `kms:${call.operation}`): Check {
  return {
    action,
    resource: key.arn,
    account: key.account,
    policy: resourcePolicy(call.world, 'key', { label: `key policy of ${key.arn}`, account: key.account }, key.policy),
    granted: isGranted(key, call, keys),
    keys: {
      ...callerKeys(call),
      'kms:KeySpec': key.spec,
      'kms:KeyUsage': key.usage,
      'kms:KeyOrigin': key.origin,
      'kms:MultiRegion': key.multiRegion,
      ...resourceTags(tagPairs(key.tags)),
      ...keys,
    },
  };
}

export const callerKeys = ({ caller }: CallContext): Keys => ({ 'kms:CallerAccount': caller.account, 'kms:ViaService': null });

/**
 * A grant lets its grantee do what it lists, under the encryption context it asks for.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
 */
function isGranted({ grants }: Key, { caller, operation }: CallContext, keys: Keys): boolean {
  const names = [caller.arn, caller.roleArn];
  return grants.some(
    ({ GranteePrincipal, Operations, Constraints }) =>
      names.includes(GranteePrincipal) && Operations?.includes(operation as GrantOperation) && fits(Constraints, contextIn(keys)),
  );
}

const prefix = 'kms:EncryptionContext:';

const contextIn = (keys: Keys): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(keys).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])));

function fits(constraints: GrantConstraints | undefined, context: ReadonlyMap<string, unknown>): boolean {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = constraints ?? {};
  const isIn = (wanted: Readonly<Record<string, string>>): boolean =>
    Object.entries(wanted).every(([name, value]) => context.get(name) === value);
  if (equals && !(isIn(equals) && Object.keys(equals).length === context.size)) return false;
  return !subset || isIn(subset);
}

/** The key that is named; undefined when there is none, or it is not to be found so: the handler says so. */
export function keyOf(name: string | undefined, call: CallContext): Key | undefined {
  try {
    return namedKey(name ?? '', call);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** `kms:RequestAlias`, when a key is named by an alias. */
export const requested = ({ KeyId = '' }: { readonly KeyId?: string | undefined }): Keys => {
  const alias = KeyId.slice(Math.max(0, KeyId.indexOf('alias/')));
  return alias.startsWith('alias/') ? { 'kms:RequestAlias': alias } : {};
};
