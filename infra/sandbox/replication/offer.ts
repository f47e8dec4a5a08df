/** Where replication hears of what is new in a bucket. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import type { Bucket } from '../services/s3/bucket.ts';
import type { ObjectVersion, Version } from '../services/s3/objects/version.ts';
import type { World } from '../world.ts';
import { rulesFor, rulesForChange } from './selection.ts';
import { publishPending } from './signals.ts';
import type { Errand } from './work.ts';
import { take } from './worker.ts';

/** A new version or delete marker that a caller wrote: from now on PENDING, if a rule takes it. Replicas are never offered: there are no chains. */
export function offerVersion(world: World, bucket: Bucket, version: Version): void {
  send(world, bucket, version, version.kind, rulesFor(bucket, version));
}

/** Changed tags, ACL, retention or legal hold of a version. */
export function offerChange(world: World, bucket: Bucket, version: ObjectVersion): void {
  send(world, bucket, version, 'metadata', rulesForChange(bucket, version));
}

function send(world: World, bucket: Bucket, version: Version, kind: Errand['kind'], rules: readonly ReplicationRule[]): void {
  for (const rule of rules) {
    const destination = rule.Destination?.Bucket ?? '';
    version.replication.destinations.set(destination, 'PENDING');
    const size = kind === 'object' && version.kind === 'object' ? version.body.length : 0;
    const { key, versionId } = version;
    take(world, { kind, source: bucket.name, key, versionId, destination, rule, size, since: world.clock.now() });
  }
  if (rules.length > 0) publishPending(world, bucket.name);
}
