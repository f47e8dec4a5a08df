/** Deleting objects, and versions of them. */
import type {
  DeletedObject,
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  ObjectIdentifier,
  _Error as S3Error,
} from '@aws-sdk/client-s3';
import { refusalOfPart } from '../../../authorisation/parts.ts';
import { offerVersion } from '../../../replication/offer.ts';
import { AwsError, type CallContext } from '../../../service.ts';
import { bucketOf } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import { malformedXml } from '../errors.ts';
import { announceCall } from './announce.ts';
import { requireWritable } from './conditions.ts';
import { protectedByLock } from './errors.ts';
import { addVersion, currentObject, nextVersionId, removeVersion, versionById, versionsOf } from './store.ts';
import { type DeleteMarker, newSequencer, notReplicated, type Version } from './version.ts';

type Deletion = Pick<DeleteObjectRequest, 'Key' | 'VersionId' | 'BypassGovernanceRetention' | 'IfMatch'>;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
function deleteObject(input: DeleteObjectRequest, call: CallContext): DeleteObjectOutput {
  const { DeleteMarker: marker, VersionId: id, DeleteMarkerVersionId: markerId } = remove(bucketOf(input, call), input, call);
  const shown = markerId ?? id;
  return { ...(marker && { DeleteMarker: true }), ...(shown !== undefined && { VersionId: shown }) };
}

/**
 * With a version id that version goes, for good; without one a versioned bucket gets a delete marker.
 * What is not there is deleted all the same.
 *
 * @throws AccessDenied for a locked version
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
 */
function remove(bucket: Bucket, asked: Deletion, call: CallContext): DeletedObject {
  const { Key: key = '', VersionId: id } = asked;
  requireWritable(key, currentObject(bucket, key), { IfMatch: asked.IfMatch });
  if (id !== undefined) return removeOne(bucket, versionById(bucket, key, id), asked, call);
  if (bucket.versioning === undefined) return removeOne(bucket, versionsOf(bucket, key)[0], { Key: key }, call);
  const marker = addMarker(bucket, key, call);
  return { Key: key, DeleteMarker: true, DeleteMarkerVersionId: marker.versionId };
}

function removeOne(bucket: Bucket, version: Version | undefined, asked: Deletion, call: CallContext): DeletedObject {
  const answer = { Key: asked.Key, ...(asked.VersionId !== undefined && { VersionId: asked.VersionId }) };
  if (!version) return answer;
  requireUnlocked(version, asked.BypassGovernanceRetention === true, call);
  removeVersion(bucket, version);
  announceCall(version, bucket, call, 'ObjectRemoved:Delete');
  return version.kind === 'object' ? answer : { ...answer, DeleteMarker: true, DeleteMarkerVersionId: version.versionId };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-overview */
function requireUnlocked(version: Version, bypass: boolean, call: CallContext): void {
  if (version.kind !== 'object') return;
  const { retention, legalHold } = version;
  const held = retention?.RetainUntilDate !== undefined && retention.RetainUntilDate > call.world.clock.now();
  if (legalHold === 'ON' || (held && !(bypass && retention.Mode === 'GOVERNANCE'))) throw protectedByLock();
}

function addMarker(bucket: Bucket, key: string, call: CallContext): DeleteMarker {
  const now = call.world.clock.now();
  const marker: DeleteMarker = {
    kind: 'delete-marker',
    key,
    versionId: nextVersionId(bucket),
    modifiedAt: now,
    owner: bucket.ownership === 'BucketOwnerEnforced' ? bucket.account : call.caller.account,
    sequencer: newSequencer(now),
    replication: notReplicated(),
  };
  addVersion(bucket, marker);
  offerVersion(call.world, bucket, marker);
  announceCall(marker, bucket, call, 'ObjectRemoved:DeleteMarkerCreated');
  return marker;
}

const mostAtOnce = 1000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
function deleteObjects(input: DeleteObjectsRequest, call: CallContext): DeleteObjectsOutput {
  const bucket = bucketOf(input, call);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > mostAtOnce) throw malformedXml();
  const bypass = input.BypassGovernanceRetention;
  const answers = objects.map((object, place): Answer => {
    const refusal = refusalOfPart(call, place);
    return refusal ? { error: notDeleted(object, refusal) } : attempt(bucket, object, bypass, call);
  });
  return {
    ...(!input.Delete?.Quiet && { Deleted: answers.flatMap(({ deleted }) => deleted ?? []) }),
    Errors: answers.flatMap(({ error }) => error ?? []),
  };
}

interface Answer {
  readonly deleted?: DeletedObject;
  readonly error?: S3Error;
}

/** One object that cannot be deleted does not keep the others. */
function attempt(
  bucket: Bucket,
  { Key, VersionId, ETag }: ObjectIdentifier,
  BypassGovernanceRetention: boolean | undefined,
  call: CallContext,
): Answer {
  try {
    return { deleted: remove(bucket, { Key, VersionId, BypassGovernanceRetention, IfMatch: ETag }, call) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: notDeleted({ Key, VersionId }, error) };
  }
}

const notDeleted = ({ Key, VersionId }: ObjectIdentifier, { code, message }: AwsError): S3Error => ({
  Key,
  ...(VersionId !== undefined && { VersionId }),
  Code: code,
  Message: message,
});

export const deleteHandlers = { DeleteObject: deleteObject, DeleteObjects: deleteObjects };
