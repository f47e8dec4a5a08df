import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, onBucket } from './resources.ts';

type Versioning = { readonly Status?: string };

export const bucketVersioning: Aspect<Versioning> = {
  name: 'bucket-versioning',
  title: 'bucket versioning',
  matters: 'S3 replicates versions only: without versioning at both ends no object is replicated, and new ones end as FAILED.',
  interrupts: true,
  failureReasons: ['DstBucketUnversioned'],
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html',
  after: [],
  changedBy: ['PutBucketVersioning', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetBucketVersioning'], write: ['s3:PutBucketVersioning'] },
  resources: bothBuckets,
  desired: () => ({ Status: 'Enabled' }),
  // A bucket that never had versioning answers 200 without Status:
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketVersioning', onBucket(on)), {
      parse: ({ Status }) => (Status === undefined ? undefined : { Status }),
    }),
  diff: (desired, observed) =>
    observed?.Status === desired.Status ? [] : [{ path: 'Status', observed: observed?.Status, desired: desired.Status }],
  merge: (desired) => desired,
  write: (on) => [callOn(on, 's3:PutBucketVersioning', { ...onBucket(on), VersioningConfiguration: { Status: 'Enabled' } })],
};
