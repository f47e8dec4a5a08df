/** The versions of the objects of a bucket, by key, newest first. */
import type { CallContext } from '../../../service.ts';
import type { Bucket } from '../bucket.ts';
import { methodNotAllowed, noSuchKey, noSuchVersion } from './errors.ts';
import { newVersionId, type ObjectVersion, type Version } from './version.ts';

export const versionsOf = (bucket: Bucket, key: string): readonly Version[] => bucket.objects.get(key) ?? [];

/** The object as those see it who ask for no version; undefined: there is none, or it is deleted. */
export function currentObject(bucket: Bucket, key: string): ObjectVersion | undefined {
  const [newest] = versionsOf(bucket, key);
  return newest?.kind === 'object' ? newest : undefined;
}

export const versionById = (bucket: Bucket, key: string, id: string): Version | undefined =>
  versionsOf(bucket, key).find((version) => version.versionId === id);

/** What a new version is called: an id of its own, or `null` where versioning is not on. */
export const nextVersionId = (bucket: Bucket): string => (bucket.versioning === 'Enabled' ? newVersionId() : 'null');

/**
 * Adds a version among the others of its key by age. A version of the same id, as `null` may be, gives way.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
 */
export function addVersion(bucket: Bucket, version: Version): void {
  const others = versionsOf(bucket, version.key).filter(({ versionId }) => versionId !== version.versionId);
  const at = others.findIndex(({ modifiedAt }) => modifiedAt <= version.modifiedAt);
  bucket.objects.set(version.key, at < 0 ? [...others, version] : others.toSpliced(at, 0, version));
}

export function removeVersion(bucket: Bucket, { key, versionId }: Version): void {
  const left = versionsOf(bucket, key).filter((version) => version.versionId !== versionId);
  if (left.length === 0) bucket.objects.delete(key);
  else bucket.objects.set(key, left);
}

interface OnVersion {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

/**
 * The object or the very version that is asked for.
 *
 * @throws NoSuchKey, NoSuchVersion 404; MethodNotAllowed 405 for a version that is a delete marker
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
 */
export function objectOf(bucket: Bucket, { Key: key = '', VersionId: id }: OnVersion, call: CallContext): ObjectVersion {
  const version = id === undefined ? versionsOf(bucket, key)[0] : versionById(bucket, key, id);
  if (!version) throw id === undefined ? noSuchKey(key) : noSuchVersion(key, id);
  if (version.kind === 'object') return version;
  throw id === undefined ? noSuchKey(key, version) : methodNotAllowed(version, call);
}

/** `x-amz-version-id`: nothing in a bucket that never had versioning. */
export const shownVersionId = (bucket: Bucket, { versionId }: Version): { VersionId?: string } =>
  bucket.versioning === undefined ? {} : { VersionId: versionId };
