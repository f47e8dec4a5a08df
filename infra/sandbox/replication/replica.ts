/** What S3 makes at the destination. */
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { overridesOwner } from '../../../shared/policy/proof/rules.ts';
import type { Bucket } from '../services/s3/bucket.ts';
import { announce } from '../services/s3/objects/announce.ts';
import { defaultRetention } from '../services/s3/objects/lock-headers.ts';
import { addVersion, versionById } from '../services/s3/objects/store.ts';
import type { DeleteMarker, ObjectVersion, Version, VersionEncryption } from '../services/s3/objects/version.ts';
import type { World } from '../world.ts';

export interface Copy {
  readonly rule: ReplicationRule;
  readonly to: Bucket;
  /** ARN of the replication role. */
  readonly role: string;
  readonly tags: boolean;
  readonly replicaKey: string | undefined;
}

/**
 * The replica of a new version: same version id, age, metadata, kind of encryption and Bucket Key, under the key of the rule.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
export function writeReplica(world: World, version: Version, copy: Copy): void {
  const replica = version.kind === 'object' ? objectReplica(world, version, copy) : markerReplica(version, copy);
  addVersion(copy.to, replica);
  const name = replica.kind === 'object' ? 'ObjectCreated:Put' : 'ObjectRemoved:DeleteMarkerCreated';
  announce(world, copy.to, { name, version: '2.1', maker: byRole(copy.role), object: replica });
}

const byRole = (role: string) => ({
  principalId: `AWS:${role.slice(role.lastIndexOf('/') + 1)}:s3-replication`,
  address: 's3.amazonaws.com',
  requestId: 'REPLICATION',
});

function objectReplica(world: World, version: ObjectVersion, copy: Copy): ObjectVersion {
  const { rule, to, tags } = copy;
  const owner = ownerOf(version, copy);
  return {
    ...version,
    replication: { isReplica: true, destinations: new Map() },
    owner,
    // With another owner the ACL stays behind: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-change-owner.html
    acl: keepsAcl(copy) ? version.acl : 'private',
    storageClass: rule.Destination?.StorageClass ?? version.storageClass,
    encryption: replicaEncryption(version.encryption, copy.replicaKey),
    tags: tags ? version.tags : [],
    // The source's retention outweighs the destination's default.
    retention: version.retention ?? defaultRetention(to, world.clock.now()),
  };
}

const markerReplica = (marker: DeleteMarker, copy: Copy): DeleteMarker => ({
  ...marker,
  replication: { isReplica: true, destinations: new Map() },
  owner: ownerOf(marker, copy),
});

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html#object-ownership-replication */
const ownerOf = (version: Version, copy: Copy): string => (keepsAcl(copy) ? version.owner : copy.to.account);

const keepsAcl = ({ rule, to }: Copy): boolean => to.ownership !== 'BucketOwnerEnforced' && !overridesOwner(rule);

function replicaEncryption(encryption: VersionEncryption, replicaKey: string | undefined): VersionEncryption {
  if (encryption.algorithm === 'AES256' || encryption.algorithm === 'SSE-C' || replicaKey === undefined) return encryption;
  return { ...encryption, key: replicaKey };
}

/** Carries changed tags, ACL and Object Lock settings over. @returns false when the version is not at the destination */
export function writeChange(version: ObjectVersion, copy: Copy): boolean {
  const there = versionById(copy.to, version.key, version.versionId);
  if (there?.kind !== 'object') return false;
  if (copy.tags) there.tags = version.tags;
  if (keepsAcl(copy)) there.acl = version.acl;
  there.retention = version.retention ?? there.retention;
  there.legalHold = version.legalHold;
  return true;
}
