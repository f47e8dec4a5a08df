/** Keys that a caller uses through another service, which asks KMS in the caller's name. */
import type { Decision } from '../../../../shared/policy/evaluate.ts';
import { keyCheck } from '../../authorisation/actions/kms-key.ts';
import { judge } from '../../authorisation/judge.ts';
import type { CallContext } from '../../service.ts';
import type { Key } from './key.ts';

/** One use of a key. */
export interface ThroughUse {
  readonly key: Key;
  readonly action: 'kms:Encrypt' | 'kms:Decrypt' | 'kms:GenerateDataKey';
  /** The service in between, e.g. `s3`. */
  readonly service: string;
  /** Where that service asks. */
  readonly region: string;
  /** The encryption context. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Whether the policies and grants let the caller use the key so. The state of the key is not looked at.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
 */
export function mayUseThrough({ key, action, service, region, context }: ThroughUse, call: CallContext): Decision {
  const pairs = Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
  const keys = {
    ...Object.fromEntries(pairs),
    'kms:ViaService': `${service}.${region}.amazonaws.com`,
    'kms:EncryptionContextKeys': Object.keys(context),
    'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
    'aws:ViaAWSService': true,
    'aws:CalledVia': [`${service}.amazonaws.com`],
    'aws:RequestedRegion': region,
  };
  const asked = { ...call, service: 'kms', operation: action.slice('kms:'.length) };
  return judge(asked, keyCheck(key, asked, keys, action));
}

/** AWS's words for why a use is refused. */
export function whyRefused({ by, missing }: Decision, action: string): string {
  if (by === 'explicit-deny') return 'with an explicit deny';
  const kind = missing.some(({ policy }) => policy.startsWith('key policy')) ? 'resource-based' : 'identity-based';
  return `because no ${kind} policy allows the ${action} action`;
}

export interface Unusable {
  /** KMS's own code. */
  readonly code: 'DisabledException' | 'KMSInvalidStateException' | 'InvalidKeyUsageException';
  readonly message: string;
}

/**
 * Why the key works for nobody at this moment; undefined: it works.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
export function unusable({ arn, state, spec, usage }: Key, action: string): Unusable | undefined {
  if (state === 'Disabled') return { code: 'DisabledException', message: `${arn} is disabled.` };
  if (state !== 'Enabled') {
    const waits = state === 'PendingImport' ? 'pending import' : 'pending deletion';
    return { code: 'KMSInvalidStateException', message: `${arn} is ${waits}.` };
  }
  if (spec === 'SYMMETRIC_DEFAULT' && usage === 'ENCRYPT_DECRYPT') return undefined;
  const message = `${arn} key usage is ${usage} which is not valid for ${action.slice('kms:'.length)}.`;
  return { code: 'InvalidKeyUsageException', message };
}
