import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, onBucket } from './resources.ts';

interface ObjectLock {
  readonly enabled?: boolean;
}

/** Report only: Object Lock cannot be switched off, and switching it on is its owner's decision. The proof compares both ends. */
export const objectLock: Aspect<ObjectLock> = {
  name: 'object-lock',
  title: 'Object Lock',
  matters: 'A source with Object Lock replicates only to destinations that have it (DstBucketObjectLockConfigMissing).',
  interrupts: false,
  failureReasons: ['DstBucketObjectLockConfigMissing'],
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html',
  after: [],
  changedBy: ['PutBucketObjectLockConfiguration', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetBucketObjectLockConfiguration'], write: [] },
  resources: bothBuckets,
  desired: () => ({}),
  read: (on) =>
    readCall(callOn(on, 's3:GetObjectLockConfiguration', onBucket(on)), {
      // A server that does not know Object Lock has no bucket with it.
      absentWhen: ['ObjectLockConfigurationNotFoundError', 'ObjectLockConfigurationNotFound', 'NotImplemented'],
      parse: ({ ObjectLockConfiguration }) => ({ enabled: ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled' }),
    }),
  diff: () => [],
  merge: (desired) => desired,
  write: () => [],
};
