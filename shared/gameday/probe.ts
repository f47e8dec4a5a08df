/** One small object in the source bucket, to see replication fail and work for real. Only versions that it wrote are ever deleted. */
import { callOn } from '../aspects/read-call.ts';
import type { AwsGateway } from '../model/aws-call.ts';
import { explainFailure } from '../model/failure.ts';
import type { DestinationEnd, Replication, ReplicationRule, SourceEnd } from '../model/replication.ts';

export interface Probe {
  readonly key: string;
  readonly version: string;
  /** What S3 says of it: `PENDING`, `COMPLETED`, `FAILED`; undefined: nothing yet. */
  readonly replication?: string;
}

const folder = 'lockstep-gameday/';

/** The rule that a probe is written under; undefined: none is enabled. */
const ruleOf = ({ rules }: Replication): ReplicationRule | undefined => rules.find(({ status }) => status === 'Enabled');

/** Below the rule's prefix, with its tags, so that the rule applies. */
export function probeKey(r: Replication, id: string): string {
  return `${ruleOf(r)?.prefix ?? ''}${folder}${id}`;
}

/** @returns the probe, or why it could not be written, as a sentence */
export async function putProbe(r: Replication, id: string, aws: AwsGateway): Promise<Probe | string> {
  const key = probeKey(r, id);
  const tags = new URLSearchParams((ruleOf(r)?.tags ?? []).map(({ Key, Value }): [string, string] => [Key, Value])).toString();
  const call = callOn(r.source, 's3:PutObject', {
    ...inBucket(r.source),
    Key: key,
    Body: `lockstep gameday ${id}\n`,
    ...(tags !== '' && { Tagging: tags }),
  });
  const reply = await aws.send(call);
  if (!reply.ok) return explainFailure(call, reply.error);
  const { VersionId } = reply.output;
  return VersionId === undefined
    ? `S3 gave the probe ${key} no version: the bucket has no versioning.`
    : { key, version: VersionId };
}

const inBucket = ({ bucket, account }: SourceEnd | DestinationEnd) => ({ Bucket: bucket, ExpectedBucketOwner: account });

const versionIn = (end: SourceEnd | DestinationEnd, { key, version }: Probe) => ({
  ...inBucket(end),
  ...{ Key: key, VersionId: version },
});

/** The probe as S3 sees it now; as it was when S3 does not say. */
export async function probeNow(r: Replication, probe: Probe, aws: AwsGateway): Promise<Probe> {
  const reply = await aws.send(callOn(r.source, 's3:HeadObject', versionIn(r.source, probe)));
  return reply.ok && reply.output.ReplicationStatus !== undefined
    ? { ...probe, replication: reply.output.ReplicationStatus }
    : probe;
}

/**
 * Deletes the version that was written and, unless it was not replicated, its replica, which has the same version id. A version that is
 * deleted by its id is deleted in that bucket only.
 *
 * @returns sentences: what stays
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
export async function removeProbe(r: Replication, probe: Probe, aws: AwsGateway): Promise<readonly string[]> {
  const { replication } = await probeNow(r, probe, aws);
  const ends = [r.source, ...(replication === 'FAILED' ? [] : [r.destination])];
  const stays: string[] = [];
  for (const end of ends) {
    const call = callOn(end, 's3:DeleteObject', versionIn(end, probe));
    const reply = await aws.send(call);
    if (!reply.ok && !missing.has(reply.error.code))
      stays.push(`${probe.key} (version ${probe.version}) stays in ${end.bucket}. ${explainFailure(call, reply.error)}`);
  }
  return stays;
}

const missing: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion']);
