/**
 * Whether S3 would try to replicate an object at all, and could: everything that is not a permission.
 * The silent failures are here, those that raise no event and leave no replication status.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html#replication-failure-codes
 */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import type { Answer } from '../evaluate.ts';
import {
  accountOfArn,
  type BucketState,
  bucketArn,
  type KeyState,
  type Known,
  known,
  type ReplicationState,
  regionOfArn,
} from '../replication-state.ts';
import { type ObjectEncryption, replicaKeyOf } from './encryption.ts';
import { configurationOf, isEnabled, rulesToDestination } from './rules.ts';

/** One thing that was looked at. */
export interface Check {
  readonly answer: Answer;
  readonly because: string;
  /** What S3 reports for the object; absent for what fails in silence. */
  readonly failureReason?: string;
  /** Account, bucket or key it is about. */
  readonly owner?: string;
  readonly remedy?: string;
}

export interface Subject {
  readonly state: ReplicationState;
  /** The rule that decides; undefined: none takes the object. */
  readonly rule?: ReplicationRule;
  readonly encryption: ObjectEncryption;
}

type Failure = Omit<Check, 'answer' | 'because'>;

const denied = (because: string, more: Failure = {}): Check => ({ answer: 'denied', because, ...more });
const untold = (because: string, owner?: string): Check => ({
  answer: 'cannot-tell',
  because,
  ...(owner !== undefined && { owner }),
});

function fromRead<T>(
  read: Known<T>,
  what: string,
  owner: string,
  judge: (value: T | undefined) => Check | undefined,
): Check | undefined {
  if (read.is === 'unread') return untold(`${what} is not known: ${read.reason}.`, owner);
  return judge(read.is === 'known' ? read.value : undefined);
}

function bucketsExist({ state }: Subject): Check | undefined {
  const gone = (bucket: BucketState, failureReason: string) =>
    denied(`Bucket ${bucket.bucket} does not exist in account ${bucket.account}.`, {
      failureReason,
      owner: bucketArn(state, bucket),
      remedy: `Create bucket ${bucket.bucket} in account ${bucket.account}, or change the document.`,
    });
  if (state.source.exists === false) return gone(state.source, 'SrcBucketNotFound');
  return state.destination.exists === false ? gone(state.destination, 'DstBucketNotFound') : undefined;
}

function versioning(bucket: BucketState, arn: string, failureReason?: string): Check | undefined {
  return fromRead(known(bucket.versioning), `Versioning of ${bucket.bucket}`, arn, (status) =>
    status === 'Enabled'
      ? undefined
      : denied(`Versioning of ${bucket.bucket} is ${status === undefined ? 'not enabled' : status.toLowerCase()}.`, {
          ...(failureReason && { failureReason }),
          owner: arn,
          remedy: `Enable versioning on ${bucket.bucket}.`,
        }),
  );
}

function configured({ state, rule }: Subject): Check | undefined {
  const arn = bucketArn(state, state.source);
  const missing = fromRead(
    known(state.source.replication),
    `The replication configuration of ${state.source.bucket}`,
    arn,
    (value) =>
      value
        ? undefined
        : denied(`${state.source.bucket} has no replication configuration, so nothing is attempted and nothing is reported.`, {
            owner: arn,
            remedy: `Put a replication configuration on ${state.source.bucket}.`,
          }),
  );
  return missing ?? (rule ? undefined : noRule(state, arn));
}

function noRule(state: ReplicationState, owner: string): Check {
  const rules = rulesToDestination(state);
  const remedy = `Change the replication configuration of ${state.source.bucket}.`;
  if (rules.length === 0)
    return denied(`No replication rule of ${state.source.bucket} has ${state.destination.bucket} as its destination.`, {
      owner,
      remedy,
    });
  if (!rules.some(isEnabled))
    return denied(`Every replication rule of ${state.source.bucket} to ${state.destination.bucket} is disabled.`, {
      owner,
      remedy,
    });
  return denied(
    `No enabled rule of ${state.source.bucket} to ${state.destination.bucket} matches ${state.object?.key}, so it is never attempted.`,
    { owner, remedy },
  );
}

function roleInUse({ state }: Subject): Check | undefined {
  const role = configurationOf(state)?.Role;
  if (role === undefined || role === state.role.arn) return undefined;
  return denied(`The replication configuration of ${state.source.bucket} names the role ${role}, not ${state.role.arn}.`, {
    owner: bucketArn(state, state.source),
    remedy: `Put ${state.role.arn} into the replication configuration.`,
  });
}

function optIn({ state, rule, encryption }: Subject): Check | undefined {
  if (encryption.is === 'unknown')
    return untold(`Under which key objects are is not known: ${encryption.reason}.`, bucketArn(state, state.source));
  if (!rule || encryption.is !== 'kms' || rule.SourceSelectionCriteria?.SseKmsEncryptedObjects?.Status === 'Enabled')
    return undefined;
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
  return denied(
    `Rule ${rule.ID ?? ''} does not include SSE-KMS objects (SseKmsEncryptedObjects), so they are skipped in silence.`,
    {
      owner: bucketArn(state, state.source),
      remedy: 'Set SourceSelectionCriteria.SseKmsEncryptedObjects to Enabled on the rule.',
    },
  );
}

const keyFailure = (failureReason: string, key: KeyState, remedy: string): Failure => ({ failureReason, owner: key.arn, remedy });

function replicaKey({ state, rule, encryption }: Subject): Check | undefined {
  if (encryption.is !== 'kms' || !rule) return undefined;
  const id = rule.Destination?.EncryptionConfiguration?.ReplicaKmsKeyID;
  const owner = bucketArn(state, state.source);
  if (id === undefined)
    return denied(`Rule ${rule.ID ?? ''} names no key for replicas (ReplicaKmsKeyID).`, {
      owner,
      remedy: 'Set Destination.EncryptionConfiguration.ReplicaKmsKeyID to a key of the destination account.',
    });
  const key = replicaKeyOf(state, rule);
  // An alias is resolved in the account of the requester:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_EncryptionConfiguration.html
  if (!key) return untold(`Which key the alias ${id} stands for is not known.`, id);
  return replicaKeyPlace(state, key) ?? keyHealth(key, 'Dst');
}

function replicaKeyPlace(state: ReplicationState, key: KeyState): Check | undefined {
  const { destination } = state;
  const wrong = (because: string) =>
    denied(
      because,
      keyFailure(
        'DstKmsKeyNotFound',
        key,
        `Name a customer managed key of account ${destination.account} in ${destination.region} as ReplicaKmsKeyID.`,
      ),
    );
  if (regionOfArn(key.arn) !== destination.region)
    return wrong(`The replica key ${key.arn} is not in ${destination.region}, the region of ${destination.bucket}.`);
  if (key.manager === 'AWS') {
    if (accountOfArn(state.role.arn) !== destination.account)
      return wrong('The AWS managed key aws/s3 cannot be used across accounts.');
    return untold('AWS documents only customer managed keys as replica keys, and the rule names aws/s3.', key.arn);
  }
  return accountOfArn(key.arn) === destination.account
    ? undefined
    : wrong(`The replica key ${key.arn} does not belong to account ${destination.account}.`);
}

function keyHealth(key: KeyState, side: 'Src' | 'Dst'): Check | undefined {
  // The list of failure codes has DstKmsKeyNotFound and no counterpart for the source.
  if (key.exists === false)
    return denied(`Key ${key.arn} does not exist.`, {
      ...(side === 'Dst' && { failureReason: 'DstKmsKeyNotFound' }),
      owner: key.arn,
      remedy: 'Name a key that exists.',
    });
  const invalid = `${side}KmsKeyInvalidState`;
  const state = fromRead(known(key.state), `The state of key ${key.arn}`, key.arn, (value) =>
    value === 'Enabled'
      ? undefined
      : denied(
          `Key ${key.arn} is ${value ?? 'in no state'}.`,
          keyFailure(
            invalid,
            key,
            value === 'PendingDeletion' ? 'Cancel the deletion of the key, then enable it.' : 'Enable the key.',
          ),
        ),
  );
  return state ?? keyType(key);
}

function keyType(key: KeyState): Check | undefined {
  const [spec, usage] = [known(key.spec), known(key.usage)];
  const odd =
    (spec.is === 'known' && spec.value !== 'SYMMETRIC_DEFAULT') || (usage.is === 'known' && usage.value !== 'ENCRYPT_DECRYPT');
  return odd
    ? denied(`Key ${key.arn} is no symmetric encryption key.`, { owner: key.arn, remedy: 'Name a symmetric encryption key.' })
    : undefined;
}

const sourceKeys = ({ encryption }: Subject): readonly (Check | undefined)[] =>
  encryption.is === 'kms' ? encryption.keys.map((key) => keyHealth(key, 'Src')) : [];

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-replication
function objectLock({ state }: Subject): Check | undefined {
  const source = known(state.source.objectLock);
  const destination = known(state.destination.objectLock);
  const arn = bucketArn(state, state.destination);
  if (destination.is === 'known' && destination.value) return undefined;
  if (source.is === 'absent' || (source.is === 'known' && !source.value)) return undefined;
  if (source.is === 'unread')
    return destination.is === 'unread'
      ? undefined
      : untold(`Whether ${state.source.bucket} has Object Lock is not known: ${source.reason}.`, bucketArn(state, state.source));
  if (destination.is === 'unread')
    return untold(`Whether ${state.destination.bucket} has Object Lock is not known: ${destination.reason}.`, arn);
  return denied(`${state.source.bucket} has Object Lock and ${state.destination.bucket} has not.`, {
    failureReason: 'DstBucketObjectLockConfigMissing',
    owner: arn,
    remedy: `Turn on Object Lock on ${state.destination.bucket}.`,
  });
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html
function blockedEncryption({ state, encryption }: Subject): Check | undefined {
  const read = known(state.destination.encryption);
  const blocked =
    read.is === 'known' ? (read.value.Rules ?? []).flatMap((rule) => rule.BlockedEncryptionTypes?.EncryptionType ?? []) : [];
  return encryption.is === 'sse-c' && blocked.includes('SSE-C')
    ? denied(`${state.destination.bucket} refuses SSE-C objects, replicas included.`, {
        failureReason: 'DstPutObjectNotPermitted',
        owner: bucketArn(state, state.destination),
        remedy: 'Remove SSE-C from BlockedEncryptionTypes of the destination bucket.',
      })
    : undefined;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Destination.html
function destinationAccount({ state, rule }: Subject): Check | undefined {
  const { Account, AccessControlTranslation } = rule?.Destination ?? {};
  const owner = bucketArn(state, state.source);
  const remedy = `Set Destination.Account of the rule to ${state.destination.account}.`;
  if (Account !== undefined && Account !== state.destination.account)
    return denied(
      `Rule ${rule?.ID ?? ''} says that ${state.destination.bucket} belongs to account ${Account}, not ${state.destination.account}.`,
      { owner, remedy },
    );
  return AccessControlTranslation && Account === undefined
    ? denied(`Rule ${rule?.ID ?? ''} changes the owner of replicas without naming the destination account.`, { owner, remedy })
    : undefined;
}

function requesterPays({ state }: Subject): Check | undefined {
  const payer = known(state.destination.payer);
  return payer.is === 'known' && payer.value === 'Requester' && state.source.account !== state.destination.account
    ? denied(`${state.destination.bucket} is a Requester Pays bucket, which cannot be a destination across accounts.`, {
        owner: bucketArn(state, state.destination),
        remedy: `Set the payer of ${state.destination.bucket} to BucketOwner.`,
      })
    : undefined;
}

const allowed: Check = { answer: 'allowed', because: '' };

/** Denials before what cannot be told; of each the first in the order in which S3 would meet them. */
export function attempted(subject: Subject): Check {
  const { state } = subject;
  const failures = [
    bucketsExist(subject),
    configured(subject),
    versioning(state.source, bucketArn(state, state.source)),
    roleInUse(subject),
    optIn(subject),
    ...sourceKeys(subject),
    versioning(state.destination, bucketArn(state, state.destination), 'DstBucketUnversioned'),
    destinationAccount(subject),
    replicaKey(subject),
    objectLock(subject),
    blockedEncryption(subject),
    requesterPays(subject),
  ].filter((check) => check !== undefined);
  return failures.find((check) => check.answer === 'denied') ?? failures[0] ?? allowed;
}
