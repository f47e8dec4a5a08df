import type { ObjectOwnership } from '../model/replication.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, endsAt, onBucket } from './resources.ts';

interface Ownership {
  readonly ObjectOwnership?: ObjectOwnership;
}

/** Managed only where the document says so. */
export const bucketObjectOwnership: Aspect<Ownership> = {
  name: 'bucket-object-ownership',
  title: 'bucket object ownership',
  matters:
    'It decides who owns the replicas and whether access control lists count; new replicas may silently belong to the source account.',
  interrupts: false,
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html',
  after: [],
  changedBy: ['PutBucketOwnershipControls', 'DeleteBucketOwnershipControls', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetBucketOwnershipControls'], write: ['s3:PutBucketOwnershipControls'] },
  resources: (r) => bothBuckets(r).filter((on) => endsAt([r], on).some((end) => end.objectOwnership !== undefined)),
  desired(sharers, on) {
    const wanted = endsAt(sharers, on).find((end) => end.objectOwnership !== undefined)?.objectOwnership;
    return wanted === undefined ? {} : { ObjectOwnership: wanted };
  },
  read: (on) =>
    readCall(callOn(on, 's3:GetBucketOwnershipControls', onBucket(on)), {
      absentWhen: ['OwnershipControlsNotFoundError'],
      parse: ({ OwnershipControls }) => {
        const [rule] = OwnershipControls?.Rules ?? [];
        return rule?.ObjectOwnership === undefined ? undefined : { ObjectOwnership: rule.ObjectOwnership };
      },
    }),
  diff: (desired, observed) =>
    observed?.ObjectOwnership === desired.ObjectOwnership
      ? []
      : [{ path: 'ObjectOwnership', observed: observed?.ObjectOwnership, desired: desired.ObjectOwnership }],
  merge: (desired) => desired,
  write: (on, next) => [
    callOn(on, 's3:PutBucketOwnershipControls', {
      ...onBucket(on),
      OwnershipControls: { Rules: [{ ObjectOwnership: next.ObjectOwnership }] },
    }),
  ],
};
