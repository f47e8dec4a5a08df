/** What the two buckets say by themselves, as a document writes it. */
import type { ReplicationRule as S3Rule } from '@aws-sdk/client-s3';
import type { Get } from '../aspects/aspect.ts';
import { bucketEncryption } from '../aspects/bucket-encryption.ts';
import { type ReplicationSetting, replicationConfiguration } from '../aspects/replication-configuration.ts';
import type { BucketRef } from '../aspects/resources.ts';
import { isAliasArn, parseRoleArn, partitionOf, roleArn } from '../model/arn.ts';
import { defaultRoleName } from '../model/desired-state/defaults.ts';
import type { ReplicationInput } from '../model/desired-state/schema.ts';
import { CannotDiscover } from './failure.ts';
import { asArn, defaultKey, type FoundKey, keyOf, replicaKeyIds, withoutKey } from './keys.ts';
import type { Pair } from './pair.ts';
import { draftsOf, inDocumentOrder, isFirstVersion, nameInIds } from './rules.ts';
import { recordedLifecycle, recordedSettings } from './settings.ts';

export interface Draft {
  readonly name: string;
  readonly input: ReplicationInput;
}

type Tell = (note: string) => void;

/** @throws CannotDiscover */
export async function draftOf(pair: Pair, named: string | undefined, get: Get, tell: Tell): Promise<Draft> {
  const configuration = await configurationOf(pair.source, get);
  const rules = inDocumentOrder(rulesBetween(pair, configuration.Rules));
  tellAbout(rules, configuration, pair, tell);
  const name = named ?? nameInIds(rules) ?? nameFor(pair.destination.name);
  const drafts = draftsOf(rules, name);
  const isDefaultRule = drafts.length === 1 && Object.keys(drafts[0] ?? {}).length === 0;
  const lifecycle = await lifecycleOf(pair, get, tell);
  const input: ReplicationInput = {
    source: await sourceOf(pair, get, tell),
    destination: await destinationOf(pair, rules, get, tell),
    ...roleOf(pair.source, configuration.Role),
    ...(!isDefaultRule && { rules: [...drafts] }),
    ...(keepsOwner(pair, rules) && { ownership: 'source' as const }),
    ...(Object.keys(lifecycle).length > 0 && { lifecycle }),
  };
  return { name, input };
}

/** The name of the destination bucket, made fit: a letter first, then letters, digits and hyphens, 63 at most. */
function nameFor(bucket: string): string {
  const fit = bucket.replaceAll('.', '-');
  return (/^[a-z]/.test(fit) ? fit : `to-${fit}`).slice(0, 63);
}

async function configurationOf(source: BucketRef, get: Get): Promise<ReplicationSetting> {
  const observed = await replicationConfiguration.read(source)(get);
  if (observed.status === 'present') return observed.value;
  if (observed.status !== 'absent') throw new CannotDiscover(observed.reason);
  throw new CannotDiscover(
    `Bucket ${source.name} has no replication, so there is nothing to import. For one that does not exist yet, write a document and run \`lockstep bootstrap\`.`,
  );
}

const bucketNameOf = (rule: S3Rule): string => rule.Destination?.Bucket?.replace(/^arn:[^:]*:s3:::/, '') ?? '';

function rulesBetween({ source, destination }: Pair, all: readonly S3Rule[]): readonly S3Rule[] {
  const rules = all.filter((rule) => bucketNameOf(rule) === destination.name);
  if (rules.length > 0) return rules;
  const elsewhere = [...new Set(all.map(bucketNameOf))].join(', ');
  throw new CannotDiscover(
    `Bucket ${source.name} does not replicate to ${destination.name}, only to ${elsewhere}. Name one of these as the destination.`,
  );
}

function tellAbout(rules: readonly S3Rule[], { Rules: all }: ReplicationSetting, { source }: Pair, tell: Tell): void {
  for (const { ID } of rules.filter(isFirstVersion))
    tell(
      `Rule ${ID} of bucket ${source.name} is of the first version of replication rules, which has no filter. The document says the same as a current rule, and the repair rewrites it as one.`,
    );
  const others = [...new Set(all.filter((rule) => !rules.includes(rule)).map(bucketNameOf))];
  if (others.length > 0)
    tell(
      `Bucket ${source.name} also replicates to ${others.join(', ')}. Import each of these pairs too, and plan their documents together.`,
    );
}

async function lifecycleOf(
  { source, destination, managed }: Pair,
  get: Get,
  tell: Tell,
): Promise<NonNullable<ReplicationInput['lifecycle']>> {
  const atSource = await recordedLifecycle(source, get, tell);
  const atDestination = managed ? await recordedLifecycle(destination, get, tell) : undefined;
  return { ...(atSource && { source: atSource }), ...(atDestination && { destination: atDestination }) };
}

async function encryptionOf(on: BucketRef, get: Get, tell: Tell) {
  const observed = await bucketEncryption.read(on)(get);
  if (observed.status !== 'present' && observed.status !== 'absent') throw new CannotDiscover(observed.reason);
  const rule = observed.status === 'present' ? observed.value.rule : undefined;
  const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
  if (algorithm === 'aws:kms:dsse')
    tell(`Bucket ${on.name} encrypts with DSSE-KMS; Lockstep keeps SSE-KMS, so the repair would change that.`);
  // Without KMS there is no choice to record.
  const bucketKey = algorithm === 'aws:kms' && rule?.BucketKeyEnabled !== true ? { bucketKey: false } : {};
  return { rule, bucketKey };
}

const endOf = (on: BucketRef, key: FoundKey) => ({ account: on.account, region: on.region, bucket: on.name, key: key.named });

async function sourceOf({ source }: Pair, get: Get, tell: Tell): Promise<ReplicationInput['source']> {
  const { rule, bucketKey } = await encryptionOf(source, get, tell);
  const key = await defaultKey(source, rule, get);
  if (key === undefined) throw withoutKey(source);
  return { ...endOf(source, key), ...bucketKey, ...(await recordedSettings(source, get, tell)) };
}

async function destinationOf(
  { destination, managed }: Pair,
  rules: readonly S3Rule[],
  get: Get,
  tell: Tell,
): Promise<ReplicationInput['destination']> {
  const replicaIds = replicaKeyIds(rules);
  if (replicaIds.length > 1)
    tell(
      `The rules put replicas in ${destination.name} under ${replicaIds.length} keys (${replicaIds.join(', ')}); a document has one for all of them.`,
    );
  if (!managed) return { ...endOf(destination, replicaKeyUnseen(destination, replicaIds)), managed };
  const { rule, bucketKey } = await encryptionOf(destination, get, tell);
  const ofRules = await Promise.all(replicaIds.map((id) => keyOf(destination, id, get)));
  // A bucket that encrypts otherwise than its replicas does not matter to them: what the rules say goes first.
  const ofBucket = await defaultKey(destination, rule, get).catch((error: unknown) => {
    if (ofRules.length > 0 && error instanceof CannotDiscover) return undefined;
    throw error;
  });
  const key = ofRules.length === 0 || ofRules.some(({ arn }) => arn === ofBucket?.arn) ? ofBucket : ofRules[0];
  if (key === undefined) throw withoutKey(destination);
  return { ...endOf(destination, key), ...bucketKey, ...(await recordedSettings(destination, get, tell)) };
}

/** Of a destination that nothing is read of, only the rules tell the key. */
function replicaKeyUnseen(destination: BucketRef, [id]: readonly string[]): FoundKey {
  if (id === undefined)
    throw new CannotDiscover(
      `The rules name no key for replicas in ${destination.name}, so its key is not known. Import without --unmanaged-destination, or write the document by hand.`,
    );
  const arn = asArn(destination, id);
  if (isAliasArn(arn))
    throw new CannotDiscover(
      `The rules name the replica key by the alias ${arn}; which key that is cannot be told without looking. Import without --unmanaged-destination, or write the document by hand.`,
    );
  return { named: arn, arn };
}

function roleOf(source: BucketRef, arn: string | undefined): Pick<ReplicationInput, 'role'> {
  const role = arn === undefined ? undefined : parseRoleArn(arn);
  if (arn === undefined || role === undefined) return {};
  const partition = partitionOf(source.region);
  if (arn === roleArn(partition, source.account, '/', defaultRoleName(source.name))) return {};
  return { role: arn === roleArn(partition, source.account, '/', role.name) ? role.name : arn };
}

/** Across accounts replicas go to the destination's account unless no rule says so. */
const keepsOwner = ({ source, destination }: Pair, rules: readonly S3Rule[]): boolean =>
  source.account !== destination.account && rules.every(({ Destination }) => Destination?.AccessControlTranslation === undefined);
