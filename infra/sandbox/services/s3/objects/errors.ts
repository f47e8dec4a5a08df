/**
 * Errors of object operations, with AWS's own codes and texts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { AwsError, type CallContext } from '../../../service.ts';
import { type DeleteMarker, replicationStatus } from './version.ts';

function markerHeaders(marker: DeleteMarker): Record<string, string> {
  const status = replicationStatus(marker.replication);
  return {
    'x-amz-delete-marker': 'true',
    'x-amz-version-id': marker.versionId,
    'last-modified': marker.modifiedAt.toUTCString(),
    ...(status && { 'x-amz-replication-status': status }),
  };
}

export const noSuchKey = (key: string, marker?: DeleteMarker): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, {
    details: { Key: key },
    headers: marker ? markerHeaders(marker) : {},
  });

export const noSuchVersion = (key: string, id: string): AwsError =>
  new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { details: { Key: key, VersionId: id } });

export const methodNotAllowed = (marker: DeleteMarker, call: CallContext): AwsError =>
  new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    details: { Method: call.operation.startsWith('Head') ? 'HEAD' : 'GET', ResourceType: 'DeleteMarker' },
    headers: { ...markerHeaders(marker), allow: 'DELETE' },
  });

export const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    details: { Condition: condition },
  });

export const protectedByLock = (): AwsError =>
  new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
