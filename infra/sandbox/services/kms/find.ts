/** From what a caller names a key by to the key. */
import type { CallContext } from '../../service.ts';
import { accessDenied, invalidArn, keyNotFound, notFound } from './errors.ts';
import type { Alias, Key } from './key.ts';
import { awsManagedKey } from './managed-key.ts';

const idForm = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/i;
const arnForm = /^arn:aws(?:-[a-z-]+)?:kms:([a-z0-9-]+):(\d{12}):(key\/([^/]+)|alias\/.+)$/;

export const arnOfKey = (region: string, account: string, id: string): string => `arn:aws:kms:${region}:${account}:key/${id}`;
export const arnOfAlias = (region: string, account: string, name: string): string => `arn:aws:kms:${region}:${account}:${name}`;

interface KeyName {
  readonly KeyId?: string | undefined;
}

/**
 * The key of the caller's own account and of this region that an id or key ARN names. No alias, and no key of another account:
 * most operations take neither.
 *
 * @throws NotFoundException, InvalidArnException, AccessDeniedException
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html
 */
export function ownKeyOf({ KeyId: name = '' }: KeyName, call: CallContext): Key {
  if (name.startsWith('alias/')) throw notFound(`Invalid keyId '${name}'`);
  if (name.startsWith('arn:') && name.includes(':alias/')) throw invalidArn(`${name} is not a key ARN`);
  const arn = keyArnOf(name, call);
  if (accountOf(arn) !== call.caller.account) throw accessDenied(call);
  return livingKey(arn, call);
}

/** As `ownKeyOf`, but AWS managed keys are refused: their policy lets nobody change them. */
export function customerKeyOf(input: KeyName, call: CallContext): Key {
  const key = ownKeyOf(input, call);
  if (key.manager === 'AWS') throw accessDenied(call);
  return key;
}

/**
 * The key that an id, key ARN, alias name or alias ARN names; by ARN also one of another account. Whether the caller may use it
 * is decided before.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
 */
export function anyKeyOf(input: KeyName, call: CallContext): Key {
  const arn = namedArn(input.KeyId ?? '', call);
  if (accountOf(arn) === call.caller.account) return livingKey(arn, call);
  const key = call.world.kms.keys.get(arn);
  if (key && isLiving(key, call)) return key;
  throw accessDenied(call);
}

/** As `anyKeyOf`, for those who only ask whether there is such a key. @throws NotFoundException, InvalidArnException, AccessDeniedException */
export const namedKey = (name: string, call: CallContext): Key => livingKey(namedArn(name, call), call);

/** As `anyKeyOf` for operations of other accounts that take no alias. */
export function sharedKeyOf(input: KeyName, call: CallContext): Key {
  const name = input.KeyId ?? '';
  const foreign = arnForm.exec(name)?.[2] !== call.caller.account && name.includes(':key/');
  return foreign ? anyKeyOf(input, call) : ownKeyOf(input, call);
}

function namedArn(name: string, call: CallContext): string {
  if (name.startsWith('alias/')) return aliasTarget(arnOfAlias(call.region, call.caller.account, name), call);
  return name.startsWith('arn:') && name.includes(':alias/')
    ? aliasTarget(requireRegion(name, call), call)
    : keyArnOf(name, call);
}

function keyArnOf(name: string, call: CallContext): string {
  if (name.startsWith('arn:')) {
    const [, , account = '', , id = ''] = arnForm.exec(requireRegion(name, call)) ?? [];
    return arnOfKey(call.region, account, id);
  }
  if (!idForm.test(name)) throw notFound(`Invalid keyId '${name}'`);
  return arnOfKey(call.region, call.caller.account, name);
}

/** Keys are known only in their own region. */
function requireRegion(arn: string, call: CallContext): string {
  const [, region] = arnForm.exec(arn) ?? [];
  if (region === undefined) throw invalidArn(`Invalid arn ${arn}`);
  if (region !== call.region) throw notFound(`Invalid arn ${region}`);
  return arn;
}

function aliasTarget(arn: string, call: CallContext): string {
  const alias = livingAlias(arn, call);
  if (alias) return alias.keyArn;
  const managed = awsManagedKey(arn, call);
  if (managed) return managed.arn;
  // What another account has no key for cannot be told from what it does not share.
  if (accountOf(arn) !== call.caller.account) throw accessDenied(call);
  throw notFound(`Alias ${arn} is not found.`);
}

/** An alias dies with its key. */
export function livingAlias(arn: string, call: CallContext): Alias | undefined {
  const alias = call.world.kms.aliases.get(arn);
  const key = alias && call.world.kms.keys.get(alias.keyArn);
  return key && isLiving(key, call) ? alias : undefined;
}

function livingKey(arn: string, call: CallContext): Key {
  const key = call.world.kms.keys.get(arn);
  if (!key || !isLiving(key, call)) throw keyNotFound(arn);
  return key;
}

/**
 * Once its waiting period is over, a key is gone.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
 */
export const isLiving = (key: Key, call: CallContext): boolean => !key.deletionDate || key.deletionDate > call.world.clock.now();

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';
