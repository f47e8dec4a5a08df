/**
 * Whether a caller may use a KMS key through S3, and whether the key works, at this moment.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
import type { Decision } from '../../../../../shared/policy/evaluate.ts';
import { AwsError, type CallContext } from '../../../service.ts';
import { arnOfAlias, arnOfKey, isLiving } from '../../kms/find.ts';
import type { Key } from '../../kms/key.ts';
import { awsManagedKey } from '../../kms/managed-key.ts';
import { mayUseThrough, unusable, whyRefused } from '../../kms/use-through.ts';
import { accessDenied } from '../errors.ts';

/** One use of a key through S3. */
export interface KeyUse {
  readonly key: Key;
  readonly action: 'kms:GenerateDataKey' | 'kms:Decrypt';
  /** Value of the encryption context `aws:s3:arn`. */
  readonly context: string;
  /** Of the bucket. */
  readonly region: string;
}

/**
 * Whether the policies and grants let the caller use a key through S3. The state of the key is not looked at.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
export function mayUseKey({ key, action, context, region }: KeyUse, call: CallContext): Decision {
  return mayUseThrough({ key, action, region, service: 's3', context: { 'aws:s3:arn': context } }, call);
}

/** @throws AccessDenied, KMS.DisabledException, KMS.KMSInvalidStateException unless the caller may use the key and it works */
export function requireKeyUse(use: KeyUse, call: CallContext): void {
  const { key, action } = use;
  const decision = mayUseKey(use, call);
  if (decision.answer !== 'allowed') {
    const why = whyRefused(decision, action);
    throw accessDenied(`User: ${call.caller.arn} is not authorized to perform: ${action} on resource: ${key.arn} ${why}`);
  }
  const broken = unusable(key, action);
  if (broken) throw kmsError(broken.code, broken.message);
}

const arnForm = /^arn:aws(?:-[a-z-]+)?:kms:([a-z0-9-]+):(\d{12}):(key|alias)\/.+$/;

/**
 * The key behind a key ARN, alias ARN, alias name or key id; the last two are looked up in the caller's account. None: aws/s3.
 *
 * @throws KMS.NotFoundException
 */
export function keyNamed(named: string | undefined, region: string, call: CallContext): Key {
  const arn = arnOf(named ?? 'alias/aws/s3', region, call.caller.account);
  const [, keyRegion, , kind] = arnForm.exec(arn) ?? [];
  if (keyRegion !== region) throw kmsError('NotFoundException', `Invalid arn ${keyRegion ?? arn}`);
  const { keys, aliases } = call.world.kms;
  const key =
    keys.get(aliases.get(arn)?.keyArn ?? arn) ?? (kind === 'alias' ? awsManagedKey(arn, { ...call, region }) : undefined);
  if (key && isLiving(key, call)) return key;
  throw kmsError('NotFoundException', kind === 'alias' ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`);
}

function arnOf(name: string, region: string, account: string): string {
  if (name.startsWith('arn:')) return name;
  return name.startsWith('alias/') ? arnOfAlias(region, account, name) : arnOfKey(region, account, name);
}

/** S3 hands on KMS's own errors under their name. */
const kmsError = (code: string, message: string): AwsError => new AwsError(`KMS.${code}`, message);
