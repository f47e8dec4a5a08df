/** The calls S3 makes for one object, hop by hop, each with how much depends on it. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { bucketArn, type KeyState, known, type ReplicationState } from '../replication-state.ts';
import type { CallFacts, CallKind } from './contexts.ts';
import {
  type ContextForm,
  destinationForms,
  type Forms,
  type ObjectEncryption,
  replicaKeyOf,
  sourceForms,
} from './encryption.ts';
import { filterOf, overridesOwner, replicatesDeleteMarkers } from './rules.ts';

/**
 * `must`: the object fails without it · `doubt`: AWS's pages disagree, or it is not known whether S3 makes the call ·
 * `tags`: objects replicate without it, their tags do not, but an explicit Deny fails the object ·
 * `older`: only for objects written under other settings.
 */
export type Weight = 'must' | 'doubt' | 'tags' | 'older';

export interface Call {
  readonly action: string;
  readonly resource: string;
  readonly facts: CallFacts;
  readonly weight: Weight;
  /** What S3 reports when it is refused; undefined: AWS documents none. */
  readonly failureReason?: string;
}

/** One object on its way: the rule that takes it and how it is encrypted. */
export interface Passage {
  readonly state: ReplicationState;
  readonly rule?: ReplicationRule;
  readonly objectKey: string;
  readonly objectTags: Readonly<Record<string, string>>;
  readonly encryption: ObjectEncryption;
}

export function passageOf(state: ReplicationState, rule: ReplicationRule | undefined, encryption: ObjectEncryption): Passage {
  const filter = rule && filterOf(rule);
  return {
    state,
    ...(rule && { rule }),
    objectKey: state.object?.key ?? `${filter?.prefix ?? ''}sample-object`,
    objectTags: state.object?.tags ?? filter?.tags ?? {},
    encryption,
  };
}

function factsOf(passage: Passage, kind: CallKind, more: Partial<CallFacts> = {}): CallFacts {
  const { state, objectKey, objectTags, encryption } = passage;
  const replicaKey = replicaKeyOf(state, passage.rule);
  const bucket = kind.startsWith('destination') ? state.destination : state.source;
  return { kind, state, bucket, objectKey, objectTags, encryption, ...(replicaKey && { replicaKey }), ...more };
}

type Line = readonly [action: string, weight: Weight, failureReason?: string];

const callsOf = (lines: readonly Line[], resource: string, facts: CallFacts): readonly Call[] =>
  lines.map(([action, weight, failureReason]) => ({
    action,
    resource,
    facts,
    weight,
    ...(failureReason !== undefined && { failureReason }),
  }));

/** S3 may or may not say on whose behalf it assumes the role: both must be let in. */
export const assumeCalls = (passage: Passage): readonly Call[] =>
  [true, false].flatMap((tellsSource) =>
    callsOf(
      [['sts:AssumeRole', 'must', 'AssumeRoleNotPermitted']],
      passage.state.role.arn,
      factsOf(passage, 'assume', { tellsSource }),
    ),
  );

export const configurationCalls = (passage: Passage): readonly Call[] =>
  callsOf(
    [
      ['s3:GetReplicationConfiguration', 'must'],
      ['s3:ListBucket', 'must'],
    ],
    bucketArn(passage.state, passage.state.source),
    factsOf(passage, 'source-bucket'),
  );

// Without the tagging action "it replicates the objects, but not the object tags":
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
const reading: readonly Line[] = [
  ['s3:GetObjectVersionForReplication', 'must', 'SrcGetObjectNotPermitted'],
  ['s3:GetObjectVersionAcl', 'must', 'SrcGetAclNotPermitted'],
  ['s3:GetObjectVersionTagging', 'tags', 'SrcGetTaggingNotPermitted'],
];

const readingLocks: readonly Line[] = [
  ['s3:GetObjectRetention', 'must', 'SrcGetRetentionNotPermitted'],
  ['s3:GetObjectLegalHold', 'must', 'SrcGetLegalHoldNotPermitted'],
];

export function readCalls(passage: Passage): readonly Call[] {
  const { state, objectKey } = passage;
  const lock = known(state.source.objectLock);
  const lines = [...reading, ...(lock.is === 'known' && lock.value ? readingLocks : [])];
  return callsOf(lines, `${bucketArn(state, state.source)}/${objectKey}`, factsOf(passage, 'source-object'));
}

const weighted = (forms: Forms): readonly (readonly [ContextForm, Weight])[] => [
  ...forms.sure.map((form) => [form, 'must'] as const),
  ...forms.doubtful.map((form) => [form, 'doubt'] as const),
  ...forms.older.map((form) => [form, 'older'] as const),
];

// A refused kms:Decrypt has no failure code of its own; the object cannot be read.
export function decryptCalls(passage: Passage): readonly Call[] {
  const { encryption } = passage;
  if (encryption.is !== 'kms') return [];
  const forms = weighted(sourceForms(encryption));
  return encryption.keys.flatMap((key) =>
    forms.flatMap(([form, weight]) =>
      callsOf([['kms:Decrypt', weight, 'SrcGetObjectNotPermitted']], key.arn, factsOf(passage, 'source-key', { key, form })),
    ),
  );
}

const onReplica = (passage: Passage, lines: readonly Line[]): readonly Call[] =>
  callsOf(
    lines,
    `${bucketArn(passage.state, passage.state.destination)}/${passage.objectKey}`,
    factsOf(passage, 'destination-object'),
  );

export const replicateCalls = (passage: Passage): readonly Call[] =>
  onReplica(passage, [
    ['s3:ReplicateObject', 'must', 'DstPutObjectNotPermitted'],
    ...(replicatesDeleteMarkers(passage.rule) ? ([['s3:ReplicateDelete', 'must', 'DstDelObjNotPermitted']] as const) : []),
    ['s3:ReplicateTags', 'tags', 'DstPutTaggingNotPermitted'],
  ]);

export const overrideCalls = (passage: Passage): readonly Call[] =>
  overridesOwner(passage.rule)
    ? onReplica(passage, [['s3:ObjectOwnerOverrideToBucketOwner', 'must', 'DstPutObjectNotPermitted']])
    : [];

const refusedWrite = 'DstPutObjectNotPermitted';

/**
 * With a Bucket Key S3 makes a data key and verifies the bucket key, which takes GenerateDataKey and Decrypt.
 * Without one kms:Encrypt is what the permissions page asks for, and the troubleshooting page asks for GenerateDataKey as well.
 */
function encryptLines(form: ContextForm, weight: Weight): readonly Line[] {
  const withBucketKey: readonly Line[] = [
    ['kms:GenerateDataKey', weight, refusedWrite],
    ['kms:Decrypt', weight, refusedWrite],
  ];
  const without: readonly Line[] = [['kms:GenerateDataKey', weight === 'must' ? 'doubt' : weight, refusedWrite]];
  return [['kms:Encrypt', weight, refusedWrite], ...(form === 'bucket' ? withBucketKey : without)];
}

export function encryptCalls(passage: Passage): readonly Call[] {
  const { state, encryption } = passage;
  const key: KeyState | undefined = replicaKeyOf(state, passage.rule);
  if (encryption.is !== 'kms' || !key) return [];
  return weighted(destinationForms(encryption, state.destination)).flatMap(([form, weight]) =>
    callsOf(encryptLines(form, weight), key.arn, factsOf(passage, 'destination-key', { key, form })),
  );
}
