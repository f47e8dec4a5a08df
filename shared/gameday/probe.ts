/** One small object in the source bucket, to see replication fail and work for real. Only versions that it wrote are ever deleted. */
import { onBucket, sourceBucket } from '../aspects/resources.ts';
import type { AwsCall, AwsGateway } from '../model/aws-call.ts';
import { explainFailure } from '../model/failure.ts';
import type { Input } from '../model/operations.ts';
import type { Replication, ReplicationRule } from '../model/replication.ts';

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
  const input = {
    ...onBucket(sourceBucket(r)),
    Key: key,
    Body: `lockstep gameday ${id}\n`,
    ...(tags !== '' && { Tagging: tags }),
  };
  const call: AwsCall<'s3:PutObject'> = { operation: 's3:PutObject', ...placeOf(r.source), input };
  const reply = await aws.send(call);
  if (!reply.ok) return explainFailure(call, reply.error);
  const { VersionId } = reply.output;
  return VersionId === undefined
    ? `S3 gave the probe ${key} no version: the bucket has no versioning.`
    : { key, version: VersionId };
}

const placeOf = ({ account, region }: Replication['source'] | Replication['destination']) => ({ account, region });

/** The probe as S3 sees it now; as it was when S3 does not say. */
export async function probeNow(r: Replication, probe: Probe, aws: AwsGateway): Promise<Probe> {
  const input = { ...onBucket(sourceBucket(r)), Key: probe.key, VersionId: probe.version };
  const reply = await aws.send({ operation: 's3:HeadObject', ...placeOf(r.source), input });
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
    const call: AwsCall<'s3:DeleteObject'> = { operation: 's3:DeleteObject', ...placeOf(end), input: versionIn(end, probe) };
    const reply = await aws.send(call);
    if (!reply.ok && !missing.has(reply.error.code))
      stays.push(
        `${probe.key} (version ${probe.version}) stays in ${end.bucket}. ${explainFailure(call as AwsCall, reply.error)}`,
      );
  }
  return stays;
}

const missing: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion']);

const versionIn = (
  end: Replication['source'] | Replication['destination'],
  { key, version }: Probe,
): Input<'s3:DeleteObject'> => ({
  ...{ Bucket: end.bucket, ExpectedBucketOwner: end.account },
  ...{ Key: key, VersionId: version },
});
