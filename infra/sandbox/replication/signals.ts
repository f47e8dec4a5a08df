/**
 * What S3 tells about its replication: events to the targets of the source bucket, and metrics.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { type LevelValue, record, type Series, setLevel } from '../metrics.ts';
import type { Bucket } from '../services/s3/bucket.ts';
import { announce, byS3 } from '../services/s3/objects/announce.ts';
import type { Version } from '../services/s3/objects/version.ts';
import type { World } from '../world.ts';
import { hasMetrics } from './selection.ts';
import { bucketOfArn } from './state.ts';
import type { Errand } from './work.ts';

type ReplicationEvent = 'OperationFailedReplication' | 'OperationMissedThreshold' | 'OperationReplicatedAfterThreshold';

// AWS's example shows OBJECT_PUT only.
const operations: Readonly<Record<Errand['kind'], string>> = {
  object: 'OBJECT_PUT',
  'delete-marker': 'OBJECT_DELETE',
  metadata: 'OBJECT_METADATA',
};

export function tell(
  world: World,
  source: Bucket,
  { errand, version, name }: { readonly errand: Errand; readonly version: Version; readonly name: ReplicationEvent },
  more: object = {},
): void {
  const replicationEventData = {
    replicationRuleId: errand.rule.ID ?? '',
    destinationBucket: errand.destination,
    s3Operation: operations[errand.kind],
    requestTime: errand.since.toISOString(),
    ...more,
  };
  announce(world, source, {
    name: `Replication:${name}`,
    version: '2.2',
    maker: byS3(),
    object: version,
    more: { replicationEventData },
  });
}

/** One operation that ended, well or not: the Average of these is the rate of failure. */
export function countOperation(world: World, source: Bucket, rule: ReplicationRule, failed: boolean): void {
  const series = seriesOf(source, rule, 'OperationsFailedReplication', 'Count', source.region);
  record(world, { ...series, value: failed ? 1 : 0, time: world.clock.now() });
}

// All four are taken to be in the source account; the three that tell what is pending are published in the destination's region.
function seriesOf(
  source: Bucket,
  { ID = '', Destination: to }: ReplicationRule,
  name: string,
  unit: string,
  region: string,
): Series {
  const destination = to?.Bucket?.slice(to.Bucket.lastIndexOf(':') + 1) ?? '';
  const dimensions = { SourceBucket: source.name, DestinationBucket: destination, RuleId: ID };
  return { account: source.account, region, namespace: 'AWS/S3', name, dimensions, unit };
}

/**
 * Brings what is pending up to date: published for every rule with metrics whose destination exists, whether or not anything
 * is replicated; silent for every other one.
 */
export function publishPending(world: World, sourceName: string): void {
  const source = world.s3.buckets.get(sourceName);
  const rules = (source?.replication?.Rules ?? []).filter((rule) => rule.Status === 'Enabled' && hasMetrics(rule));
  const published = source ? rules.flatMap((rule) => pendingLevels(world, source, rule)) : [];
  for (const { series, value } of published) setLevel(world, series, value);
  const ids = new Set(published.map(({ series }) => JSON.stringify(series)));
  for (const { series } of world.metrics.levels.values()) {
    const ours = series.namespace === 'AWS/S3' && series.dimensions.SourceBucket === sourceName;
    if (ours && !ids.has(JSON.stringify(series))) setLevel(world, series, 'silent');
  }
}

/** For a bucket that came or went: every rule that leads from it or to it. */
export function publishAround(world: World, name: string): void {
  const sources = [...world.s3.buckets.values()].filter(({ replication }) =>
    replication?.Rules?.some((rule) => rule.Destination?.Bucket?.endsWith(`:${name}`)),
  );
  for (const source of new Set([name, ...sources.map((bucket) => bucket.name)])) publishPending(world, source);
}

function pendingLevels(world: World, source: Bucket, rule: ReplicationRule): readonly { series: Series; value: LevelValue }[] {
  const destination = bucketOfArn(world, rule.Destination?.Bucket);
  if (!destination) return [];
  const pending = [...world.replication.pending].filter((errand) => errand.source === source.name && errand.rule.ID === rule.ID);
  const level = (name: string, unit: string, value: LevelValue) => ({
    series: seriesOf(source, rule, name, unit, destination.region),
    value,
  });
  const oldest = pending[0];
  return [
    level('OperationsPendingReplication', 'Count', pending.length),
    level(
      'BytesPendingReplication',
      'Bytes',
      pending.reduce((sum, { size }) => sum + size, 0),
    ),
    level('ReplicationLatency', 'Seconds', oldest ? { since: oldest.since } : 0),
  ];
}
