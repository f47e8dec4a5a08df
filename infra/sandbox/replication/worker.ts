/** Does the errands of replication, each a little while after it was taken on. */
import { delivered } from '../notify.ts';
import type { Bucket } from '../services/s3/bucket.ts';
import { bucketOwnerMayRead } from '../services/s3/objects/ownership.ts';
import { versionById } from '../services/s3/objects/store.ts';
import type { Version } from '../services/s3/objects/version.ts';
import type { World } from '../world.ts';
import { type Judgement, judge } from './judge.ts';
import { writeChange, writeReplica } from './replica.ts';
import { currentRule, hasMetrics, hasTimeControl } from './selection.ts';
import { countOperation, publishPending, tell } from './signals.ts';
import { bucketOfArn, replicationStateOf } from './state.ts';
import type { Errand } from './work.ts';

/** Seconds from a write until its replication is tried. */
export const replicationDelay = 2;

/** Seconds within which Replication Time Control promises to be done. */
const promised = 15 * 60;

/** Takes an errand on. */
export function take(world: World, errand: Errand): void {
  world.replication.pending.add(errand);
  if (hasTimeControl(errand.rule))
    errand.unwatch = world.clock.after(promised, () => {
      missThreshold(world, errand);
      return delivered(world);
    });
  world.clock.after(replicationDelay, () => {
    if (world.replication.held) world.replication.held.push(errand);
    else carry(world, errand);
    return delivered(world);
  });
}

/** Lets nothing replicate, and what was held up go on: as when replication falls behind. */
export const replicationWorker = (world: World) => ({
  pause(): void {
    world.replication.held ??= [];
  },
  resume(): void {
    const held = world.replication.held ?? [];
    world.replication.held = undefined;
    for (const errand of held) carry(world, errand);
  },
});

function missThreshold(world: World, errand: Errand): void {
  const { source, version } = whatFor(world, errand);
  if (source && version)
    tell(world, source, { errand, version, name: 'OperationMissedThreshold' }, { threshold: String(promised / 60) });
}

function whatFor(world: World, { source: name, key, versionId }: Errand) {
  const source = world.s3.buckets.get(name);
  return { source, version: source && versionById(source, key, versionId) };
}

/** Tries once. What fails stays failed: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html */
function carry(world: World, taken: Errand): void {
  world.replication.pending.delete(taken);
  taken.unwatch?.();
  const { source, version } = whatFor(world, taken);
  if (source && version) finish(world, source, version, taken);
  publishPending(world, taken.source);
}

function finish(world: World, source: Bucket, version: Version, taken: Errand): void {
  const rule = currentRule(source, version, taken.destination);
  const errand = { ...taken, rule: rule ?? taken.rule };
  const failureReason = attempt(world, source, version, errand, rule !== undefined);
  settle(version, errand, failureReason);
  if (rule) report(world, source, version, errand, failureReason);
}

/** @returns why it failed; undefined: done */
function attempt(world: World, from: Bucket, version: Version, errand: Errand, isTaken: boolean): string | undefined {
  const { rule, kind } = errand;
  if (!from.replication) return 'SrcBucketReplicationConfigMissing';
  if (!isTaken) return 'SrcObjectNotEligible';
  const role = from.replication.Role ?? '';
  const judgement: Judgement = judge(replicationStateOf(world, from, rule, role, version), rule, kind);
  if (judgement.is === 'refused') return judgement.failureReason;
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html: nobody hands on what they do not have.
  if (version.kind === 'object' && !bucketOwnerMayRead(version, from)) return 'SrcGetObjectNotPermitted';
  const to = bucketOfArn(world, errand.destination);
  if (!to) return 'DstBucketNotFound';
  const { tags, replicaKey } = judgement;
  const copy = { rule, to, role, tags, replicaKey };
  if (kind === 'metadata') return version.kind === 'object' && writeChange(version, copy) ? undefined : 'DstVersionNotFound';
  writeReplica(world, version, copy);
  return undefined;
}

/** A replica whose change was carried back is a plain replica again. */
function settle({ replication }: Version, { destination }: Errand, failureReason: string | undefined): void {
  if (failureReason === undefined && replication.isReplica) replication.destinations.delete(destination);
  else replication.destinations.set(destination, failureReason === undefined ? 'COMPLETED' : 'FAILED');
}

function report(world: World, source: Bucket, version: Version, errand: Errand, failureReason: string | undefined): void {
  const took = (world.clock.now().getTime() - errand.since.getTime()) / 1000;
  const event = { errand, version };
  if (hasMetrics(errand.rule)) countOperation(world, source, errand.rule, failureReason !== undefined);
  if (failureReason !== undefined) {
    // Events of failure need metrics on the rule, nothing else.
    if (hasMetrics(errand.rule)) tell(world, source, { ...event, name: 'OperationFailedReplication' }, { failureReason });
  } else if (hasTimeControl(errand.rule) && took > promised) {
    const times = { threshold: String(promised / 60), replicationTime: String(Math.round(took / 60)) };
    tell(world, source, { ...event, name: 'OperationReplicatedAfterThreshold' }, times);
  }
}
