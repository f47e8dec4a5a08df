import type { PublicAccessBlock } from '../model/replication.ts';
import type { Aspect } from './aspect.ts';
import { callOn, readCall } from './read-call.ts';
import { bothBuckets, endsAt, onBucket } from './resources.ts';

type Settings = Partial<PublicAccessBlock>;
const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const;

/** Managed only where the document says so. */
export const bucketPublicAccessBlock: Aspect<Settings> = {
  name: 'bucket-public-access-block',
  title: 'bucket public access block',
  matters:
    'The document asks for it; with RestrictPublicBuckets, one public statement in the bucket policy stops all cross-account access.',
  interrupts: false,
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
  after: [],
  changedBy: ['PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'CreateBucket', 'DeleteBucket'],
  permissions: { read: ['s3:GetBucketPublicAccessBlock'], write: ['s3:PutBucketPublicAccessBlock'] },
  resources: (r) => bothBuckets(r).filter((on) => endsAt([r], on).some((end) => end.blockPublicAccess !== undefined)),
  desired: (sharers, on) => endsAt(sharers, on).find((end) => end.blockPublicAccess !== undefined)?.blockPublicAccess ?? {},
  read: (on) =>
    readCall(callOn(on, 's3:GetPublicAccessBlock', onBucket(on)), {
      absentWhen: ['NoSuchPublicAccessBlockConfiguration'],
      parse: ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration,
    }),
  diff: (desired, observed) =>
    names
      .map((name) => ({ path: name, observed: observed?.[name] ?? false, desired: desired[name] ?? false }))
      .filter((difference) => difference.observed !== difference.desired),
  merge: (desired) => desired,
  write: (on, next) => [callOn(on, 's3:PutPublicAccessBlock', { ...onBucket(on), PublicAccessBlockConfiguration: { ...next } })],
};
