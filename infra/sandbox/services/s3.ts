/**
 * Amazon S3 of the local AWS: buckets, their settings and their objects.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
import type { Handler } from '../service.ts';
import { aclHandlers } from './s3/acl.ts';
import { bucketHandlers } from './s3/buckets.ts';
import { encryptionHandlers } from './s3/encryption.ts';
import { lifecycleHandlers } from './s3/lifecycle.ts';
import { notificationHandlers } from './s3/notifications.ts';
import { objectLockHandlers } from './s3/object-lock.ts';
import { objectHandlers } from './s3/objects/handlers.ts';
import { policyHandlers } from './s3/policy.ts';
import { publicAccessHandlers } from './s3/public-access.ts';
import { replicationHandlers } from './s3/replication.ts';
import { servingHandlers } from './s3/serving.ts';
import { taggingHandlers } from './s3/tagging.ts';
import { versioningHandlers } from './s3/versioning.ts';

export { newS3State, type S3State } from './s3/bucket.ts';

export const s3Handlers = {
  ...bucketHandlers,
  ...versioningHandlers,
  ...encryptionHandlers,
  ...replicationHandlers,
  ...policyHandlers,
  ...publicAccessHandlers,
  ...aclHandlers,
  ...objectLockHandlers,
  ...lifecycleHandlers,
  ...notificationHandlers,
  ...taggingHandlers,
  ...servingHandlers,
  ...objectHandlers,
} satisfies Readonly<Record<string, Handler>>;
