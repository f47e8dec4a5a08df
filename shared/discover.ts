/** The way back: from two live buckets that replicate to the document that says so. */
import { replicationConfiguration } from './aspects/replication-configuration.ts';
import type { BucketRef } from './aspects/resources.ts';
import { draftOf } from './discover/draft.ts';
import { CannotDiscover } from './discover/failure.ts';
import { type LiveBucket, locate, type Pair, refTo } from './discover/pair.ts';
import { remembering } from './discover/remembering.ts';
import { type Complete, settled } from './discover/settle.ts';
import { parseArn } from './model/arn.ts';
import type { AwsGateway } from './model/aws-call.ts';
import type { Surroundings } from './model/desired-state/defaults.ts';
import type { ReplicationInput } from './model/desired-state/schema.ts';
import { type Document, faultText, InvalidDocument, parseDocumentValue } from './model/desired-state.ts';
import type { ReplicationReport } from './model/finding.ts';
import { groupsOf } from './model/group.ts';
import type { Replication } from './model/replication.ts';
import { reconcile } from './reconcile.ts';
import { readOnce } from './stages/observe.ts';
import { resolveKeys } from './stages/resolve-keys.ts';

export { CannotDiscover } from './discover/failure.ts';
export type { LiveBucket } from './discover/pair.ts';

export interface DiscoverRequest {
  readonly source: LiveBucket;
  readonly destination: LiveBucket;
  /** false: nothing is read of the destination, and the document says `managed: false`. */
  readonly managed: boolean;
  /** Of the replication; undefined: what the rule ids say, else made of the destination bucket's name. */
  readonly name?: string;
  /** Asked for buckets whose region is not given. */
  readonly region: string;
  /** Name of the topic for replication failures; undefined: notifications are neither read nor recorded. */
  readonly failureTopic?: string | undefined;
}

export interface Discovered {
  /** Plain data: the smallest document that says what was found. */
  readonly document: { readonly version: 1; readonly replications: Readonly<Record<string, ReplicationInput>> };
  readonly replication: Replication;
  /** What plan finds for the document, in the very answers it was made from. */
  readonly report: ReplicationReport;
  /** Worth telling a person, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Reads the buckets, their keys and their role, and writes nothing. What no document could say is left to the report.
 *
 * @throws CannotDiscover when there is no such replication, or something that no document could do without cannot be read
 */
export async function discover(request: DiscoverRequest, aws: AwsGateway, now: () => Date): Promise<Discovered> {
  const memory = remembering(aws);
  const get = readOnce(memory);
  const notes: string[] = [];
  const pair = await pairOf(request, memory);
  const draft = await draftOf(pair, request.name, get, (note) => notes.push(note));
  const documentOf = (input: ReplicationInput) => ({ version: 1 as const, replications: { [draft.name]: input } });
  const parse = (input: ReplicationInput): Document =>
    parsed(documentOf(input), { now: now(), failureTopic: request.failureTopic });
  const complete: Complete = async (input) => (await resolveKeys(parse(input).replications, memory))[0] as Replication;
  const input = await settled(draft.input, complete, get);
  const replication = await complete(input);
  const [report] = await planFor(replication, memory, now);
  return {
    document: documentOf(input),
    replication,
    report: report as ReplicationReport,
    notes: [...notes, ...parse(input).notes],
  };
}

async function pairOf({ source, destination, managed, region }: DiscoverRequest, aws: AwsGateway): Promise<Pair> {
  const from = await locate(source, region, aws);
  const to = managed ? await locateDestination(destination, from.region, aws) : await placeUnseen(from, destination, aws);
  return { source: from, destination: to, managed };
}

async function locateDestination(destination: LiveBucket, asked: string, aws: AwsGateway): Promise<BucketRef> {
  try {
    return await locate(destination, asked, aws);
  } catch (error) {
    if (!(error instanceof CannotDiscover) || !error.isClosed) throw error;
    throw new CannotDiscover(
      `${error.message} If the owner of ${destination.bucket} lets nobody in, import with --unmanaged-destination.`,
      { cause: error },
    );
  }
}

/** Where a bucket is that must not be looked at: where its replica key is, since S3 takes no key of another region. */
async function placeUnseen(source: BucketRef, destination: LiveBucket, aws: AwsGateway): Promise<BucketRef> {
  if (destination.region !== undefined) return refTo(destination, destination.region);
  const observed = await replicationConfiguration.read(source)(readOnce(aws));
  const rules = observed.status === 'present' ? observed.value.Rules : [];
  const arns = rules
    .filter(({ Destination }) => Destination?.Bucket?.endsWith(`:::${destination.bucket}`))
    .map(({ Destination }) => parseArn(Destination?.EncryptionConfiguration?.ReplicaKmsKeyID ?? ''));
  const region = arns.find((arn) => arn !== undefined)?.region;
  // Without a region the draft fails for a better reason, if there is one; here it would hide that.
  if (region !== undefined || arns.length === 0) return refTo(destination, region ?? source.region);
  throw new CannotDiscover(`Where bucket ${destination.bucket} is cannot be told without looking at it: give its region.`);
}

function parsed(document: Discovered['document'], surroundings: Surroundings): Document {
  try {
    return parseDocumentValue(document, { name: 'imported', ...surroundings });
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    const faults = error.faults.map((fault) => `  ${faultText(fault)}`).join('\n');
    throw new CannotDiscover(`What is there cannot be written as a document:\n${faults}`, { cause: error });
  }
}

async function planFor(replication: Replication, aws: AwsGateway, now: () => Date): Promise<readonly ReplicationReport[]> {
  const groups = groupsOf([replication]);
  const options = { observer: aws, healer: aws, write: false, wait: async () => {}, now };
  const reports = await Promise.all(groups.map((group) => reconcile(group, options)));
  return reports.flat();
}
