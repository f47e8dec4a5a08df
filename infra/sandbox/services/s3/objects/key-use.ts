/**
 * Whether a caller may use a KMS key through S3, and whether the key works, at this moment.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
import type { Decision } from '../../../../../shared/policy/evaluate.ts';
import { keyCheck } from '../../../authorisation/actions/kms.ts';
import { judge } from '../../../authorisation/judge.ts';
import { AwsError, type CallContext } from '../../../service.ts';
import { arnOfAlias, arnOfKey, isLiving } from '../../kms/find.ts';
import type { Key } from '../../kms/key.ts';
import { awsManagedKey } from '../../kms/managed-key.ts';
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
  const keys = {
    'kms:ViaService': `s3.${region}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': context,
    'kms:EncryptionContextKeys': ['aws:s3:arn'],
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'aws:ViaAWSService': true,
    'aws:CalledVia': ['s3.amazonaws.com'],
    'aws:RequestedRegion': region,
  };
  const asked = { ...call, service: 'kms', operation: action.slice('kms:'.length) };
  return judge(asked, keyCheck(key, asked, keys, action));
}

/** @throws AccessDenied, KMS.DisabledException, KMS.KMSInvalidStateException unless the caller may use the key and it works */
export function requireKeyUse(use: KeyUse, call: CallContext): void {
  const { key, action } = use;
  const decision = mayUseKey(use, call);
  if (decision.answer !== 'allowed') {
    const cause = decision.by === 'explicit-deny' ? 'with an explicit deny' : `because ${lackingOf(decision, action)}`;
    throw accessDenied(`User: ${call.caller.arn} is not authorized to perform: ${action} on resource: ${key.arn} ${cause}`);
  }
  if (key.state === 'Disabled') throw kmsError('DisabledException', `${key.arn} is disabled.`);
  if (key.state !== 'Enabled') {
    const waits = key.state === 'PendingImport' ? 'pending import' : 'pending deletion';
    throw kmsError('KMSInvalidStateException', `${key.arn} is ${waits}.`);
  }
  if (key.spec !== 'SYMMETRIC_DEFAULT' || key.usage !== 'ENCRYPT_DECRYPT') {
    const message = `${key.arn} key usage is ${key.usage} which is not valid for ${action.slice('kms:'.length)}.`;
    throw kmsError('InvalidKeyUsageException', message);
  }
}

function lackingOf({ missing }: Decision, action: string): string {
  const kind = missing.some(({ policy }) => policy.startsWith('key policy')) ? 'resource-based' : 'identity-based';
  return `no ${kind} policy allows the ${action} action`;
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
